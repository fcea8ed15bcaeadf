"""Django's command line: what this project adds to it."""
