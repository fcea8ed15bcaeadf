"""`/api/lockExceptions`: where expiry days do not count (DHIS2 2.42, data values, locking)."""
