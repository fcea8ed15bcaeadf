"""Values of the items of expressions, read from what is stored and not from analytics tables: they are right at once.

`loading.load_items` is the door; each kind of item has a module.
"""
