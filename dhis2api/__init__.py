"""The roof and the ground floors: settings, URLs and embedded services above; web, objects, periods and errors below."""
