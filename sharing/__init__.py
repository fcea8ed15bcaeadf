"""Who may see and do what: the rule table (`access`) and, on its own floor, the sharing endpoints."""
