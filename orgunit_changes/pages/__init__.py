"""The page where people review change requests: a shell, filled in the browser by modules that call the API."""
