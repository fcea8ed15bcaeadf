"""The catalogue of the import has every code of DHIS2's, and every code that an import can tell has a case."""

from __future__ import annotations

import pytest

from dhis2api.errors import Code
from tests.tracker import (
    test_import_codes_access,
    test_import_codes_entities,
    test_import_codes_events,
    test_import_codes_relationships,
    test_import_codes_values,
)
from tracker import errors

NUMBERS = """
    1000 1001 1002 1003 1005 1006 1007 1008 1009 1010 1011 1012 1013 1014 1015 1016 1018 1019 1020 1021 1022 1023 1025
    1029 1030 1031 1032 1033 1039 1041 1043 1046 1047 1048 1049 1050 1051 1052 1054 1055 1056 1057 1063 1064 1068 1069
    1070 1074 1075 1076 1077 1079 1080 1081 1082 1083 1089 1090 1091 1095 1096 1099 1100 1102 1103 1104 1112 1113 1114
    1115 1116 1117 1118 1119 1120 1121 1122 1123 1124 1125 1126 1127 1128 1300 1301 1302 1303 1304 1305 1306 1307 1308
    1309 1310 1313 1314 1315 1316 1317 1326 4000 4001 4006 4010 4012 4014 4015 4016 4017 4018 4020 5000 9999
"""
DHIS2 = {f"E{number}" for number in NUMBERS.split()}
# What program rules tell is in the tests of rules. E9999 is told by nobody.
UNTOLD = {"E1300", "E1301", "E1306", "E1307", "E1308", "E1309", "E1310", "E1314", "E1317", "E9999"}
TABLES = (
    test_import_codes_access, test_import_codes_entities, test_import_codes_events, test_import_codes_relationships,
    test_import_codes_values,
)  # fmt: skip


def test_catalogue_is_that_of_dhis2() -> None:
    codes = {code.name: name for name, code in vars(errors).items() if isinstance(code, Code) and code.name}

    assert set(codes) == DHIS2
    assert all(code == name for code, name in codes.items())


def test_every_code_that_an_import_tells_has_a_case() -> None:
    told = {code for table in TABLES for code, _ in table.CASES.cases}

    assert told == DHIS2 - UNTOLD


@pytest.mark.parametrize(
    ("code", "fragment"),
    [
        (errors.E1063, "does not exist"), (errors.E1064, "Non-unique"), (errors.E1031, "occurredAt date is missing"),
        (errors.E1050, "ScheduledAt date is missing"), (errors.E4015, "already exists"),
        (errors.E1303, "Mandatory DataElement"),
    ],
    ids=lambda value: value.name if isinstance(value, Code) else None,
)  # fmt: skip
def test_messages_hold_the_words_that_clients_look_for(code: Code, fragment: str) -> None:
    assert fragment in code.template
