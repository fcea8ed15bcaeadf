"""Projects, org unit types, forms and submissions, as mobile apps and their administrators need them."""
