"""The checks themselves: a module a family, each a table of declarations."""
