"""Conversations, mail and SMS: what is said to people, and how it gets to them. Others say what and to whom."""
