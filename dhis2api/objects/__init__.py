"""What every object type shares: base models, the schema registry, the query language, and the import engine.

A type is declared once, as a Django model with a `Wire` class; lists, single objects, filters, schemas, import,
export and access all follow from that declaration.
"""
