"""What the commit stage consists of, a module a table; all set-wise."""
