"""What must hold of an object before it goes in; each check tells its faults to the context."""
