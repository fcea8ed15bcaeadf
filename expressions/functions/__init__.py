"""What expressions can call: one declaration a function, found by name."""
