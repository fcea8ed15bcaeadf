"""PostgreSQL, Redis and the web server as children of one foreground process, on a machine with nothing but Python."""
