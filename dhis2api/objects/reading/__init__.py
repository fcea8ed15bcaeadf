"""Reading objects: a request's `fields` become a plan, the plan a fixed number of queries, the rows plain dicts."""
