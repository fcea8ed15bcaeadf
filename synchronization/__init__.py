"""Between servers: pulls metadata from another one and pushes data to it."""
