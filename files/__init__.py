"""File resources and where their bytes lie."""
