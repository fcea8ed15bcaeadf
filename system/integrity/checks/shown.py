"""What analyses show: every identifier that stands in a favourite, read from each of them once."""

from __future__ import annotations

# A common table expression; whatever looks like an identifier is taken for one, which no other text of eleven letters
# and digits will be mistaken for.
SHOWN = r"""
    shown AS (
        SELECT DISTINCT found.token[1] AS uid FROM (
            SELECT content::text AS text FROM metadata_visualization
            UNION ALL SELECT content::text FROM metadata_eventvisualization
            UNION ALL SELECT content::text FROM metadata_map
            UNION ALL SELECT content::text FROM metadata_mapview
        ) AS favourite, regexp_matches(favourite.text, '\m[A-Za-z][A-Za-z0-9]{10}\M', 'g') AS found(token)
    )
"""
