"""What leaves tracker: lists and single objects, as JSON and as CSV."""
