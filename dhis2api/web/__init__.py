"""Everything about speaking HTTP the DHIS2 way: addresses, parameters, formats, bodies, messages, headers.

Nothing here knows an object type or a rule; apps build their endpoints from `views.ApiView`, `params.Params`,
`responses.ApiResponse` and `messages.ok`.
"""
