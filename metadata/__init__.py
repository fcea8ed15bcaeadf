"""The object types of DHIS2 and their own checks; how they are read, filtered and imported is `dhis2api.objects`."""
