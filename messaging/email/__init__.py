"""`/api/email`: mails that somebody sends by hand."""
