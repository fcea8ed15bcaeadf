"""The roof (settings, URLs, embedded services) and the ground floors (web, objects, periods, errors)."""
