"""Which org unit a tracked entity belongs to in a program: transfers, and looking past the owner for a while."""
