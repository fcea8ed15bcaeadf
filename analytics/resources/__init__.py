"""Resource tables: metadata laid out flat, which analytics tables are joined with."""
