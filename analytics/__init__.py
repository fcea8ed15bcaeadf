"""Tables for analysis: resource tables and analytics tables, rebuilt by jobs while readers go on."""
