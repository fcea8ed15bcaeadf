"""Lists of requests as files for people: CSV and Excel."""
