"""Change requests on org units: field workers propose, reviewers approve, the hierarchy changes at once.

A second dialect beside DHIS2's: that of Iaso, with snake_case members, integer ids and UUIDs, and errors in the shape
of Django REST framework. `docs/orgunit-changes.md` describes it.
"""
