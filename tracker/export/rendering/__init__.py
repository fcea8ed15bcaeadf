"""From keys to objects as they are shown: each kind of row is read once for all objects of a page."""
