"""Objects as bytes and back, beside JSON: XML and CSV."""
