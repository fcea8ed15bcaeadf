"""Min-max limits: `/api/minMaxDataElements`, `/api/dataEntry/minMaxValues` (DHIS2 2.42, data entry and min-max)."""
