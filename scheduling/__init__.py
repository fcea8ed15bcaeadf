"""The job engine: work that outlives its request, done exactly once whatever is killed."""
