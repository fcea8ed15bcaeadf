"""The demo database: a small national health information system, generated the same way every time.

`payloads` makes ordinary DHIS2 payloads, `load` sends them through the public import services. docs/demo.md lists the
identifiers that the published DHIS2 documentation uses; they exist here with the same meanings.
"""
