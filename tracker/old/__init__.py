"""The tracker endpoints of before 2.36, over the import and export of today.

Bodies and answers are renamed, nothing more: rules, access and queries are those of `tracker.importer` and
`tracker.export`. Source: DHIS2 2.36, tracker, deprecated endpoints.
"""
