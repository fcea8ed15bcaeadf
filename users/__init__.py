"""Users, roles, groups, login and the current user."""
