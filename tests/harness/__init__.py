"""What the tests stand on: a database with the demo in it, a client of the API, real web server processes."""
