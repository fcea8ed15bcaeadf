"""What looks at the whole server: info, ping, identifiers."""
