"""Enumerations of the metadata model, named as the wire names them (DHIS2 2.42, metadata model)."""

from __future__ import annotations

from enum import StrEnum


class AggregationType(StrEnum):
    SUM = "SUM"
    AVERAGE = "AVERAGE"
    AVERAGE_SUM_ORG_UNIT = "AVERAGE_SUM_ORG_UNIT"
    LAST = "LAST"
    LAST_AVERAGE_ORG_UNIT = "LAST_AVERAGE_ORG_UNIT"
    LAST_LAST_ORG_UNIT = "LAST_LAST_ORG_UNIT"
    LAST_IN_PERIOD = "LAST_IN_PERIOD"
    LAST_IN_PERIOD_AVERAGE_ORG_UNIT = "LAST_IN_PERIOD_AVERAGE_ORG_UNIT"
    FIRST = "FIRST"
    FIRST_AVERAGE_ORG_UNIT = "FIRST_AVERAGE_ORG_UNIT"
    FIRST_FIRST_ORG_UNIT = "FIRST_FIRST_ORG_UNIT"
    COUNT = "COUNT"
    STDDEV = "STDDEV"
    VARIANCE = "VARIANCE"
    MIN = "MIN"
    MAX = "MAX"
    MIN_SUM_ORG_UNIT = "MIN_SUM_ORG_UNIT"
    MAX_SUM_ORG_UNIT = "MAX_SUM_ORG_UNIT"
    NONE = "NONE"
    CUSTOM = "CUSTOM"
    DEFAULT = "DEFAULT"


class DataElementDomain(StrEnum):
    AGGREGATE = "AGGREGATE"
    TRACKER = "TRACKER"


class DataDimensionType(StrEnum):
    DISAGGREGATION = "DISAGGREGATION"
    ATTRIBUTE = "ATTRIBUTE"


class FormType(StrEnum):
    DEFAULT = "DEFAULT"
    CUSTOM = "CUSTOM"
    SECTION = "SECTION"
    SECTION_MULTIORG = "SECTION_MULTIORG"
