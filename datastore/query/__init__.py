"""The query API of the data stores: many values at once, in parts, filtered and sorted by what is in them."""
