"""How this app speaks HTTP: errors as Django REST framework's, pages by `page` and `limit`."""
