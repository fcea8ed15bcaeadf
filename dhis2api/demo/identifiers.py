"""Identifiers: those of the published DHIS2 documentation, and a stable uid for everything invented around them."""

from __future__ import annotations

import hashlib
import string

# Changing it changes every invented identifier and value.
SEED = "dhis2api demo 1"

SIERRA_LEONE = "ImspTQPwCqd"
BO = "O6uvpzGd5pu"
BADJIA = "YuQRtpLP10I"
BAOMA = "vWbkYPRmKyS"
NGELEHUN_CHC = "DiszpKrYNg8"
# three more facilities of the documentation's examples, in other chiefdoms
BANDAJUMA_CLINIC = "FNnj3jKGS7i"
KAMABAI_CHC = "gP6hn503KUX"
FADUGU_CHP = "OjTS752GbZE"

DEFAULT_CATEGORY_COMBO = "bjDvmb4bfuf"
DEFAULT_OPTION_COMBO = "HllvX50cXC0"
# the documentation uses it as category and as attribute option combo
ROUTINE_OPTION_COMBO = "bRowv6yZOF2"
LOCATION_AND_AGE = "dzjKKQq0cSO"
FIXED, OUTREACH = "qkPbeWaFsnU", "wbrDrL2aYEc"
UNDER_1_YEAR, OVER_1_YEAR = "btOyqprQ9e8", "GEqzEKCHoGA"
FIXED_UNDER_1, FIXED_OVER_1 = "Prlt0C1RF0s", "psbwp3CQEhs"
OUTREACH_UNDER_1, OUTREACH_OVER_1 = "V6L425pT3A0", "hEFKSsPV5et"
FIXED_ONLY = "pq2XI5kz2BY"

MORTALITY = "pBOMPrpg1QX"
CHILD_HEALTH = "BfMAe6Itzgt"
MEASLES, DYSENTERY, CHOLERA, FLACCID_PARALYSIS = "f7n9E0hX8qk", "Ix2HsbDMLea", "eY5ehpbEsB7", "FTRrcoaog83"
BCG, PENTA1 = "s46m5MS0hxu", "DUSpd8Jq3M7"
ANC_1 = "fbfJHSPpUQD"

REGISTRY_NUMBER = "DnrLSdo4hMl"  # the unique metadata attribute
SURVEILLANCE_GROUP, REVIEW_GROUP = "hj0nnsVsPLU", "qMjBflJMOfB"
DISTRICT_OFFICER = "GOLswS44mh8"

PERSON = "Q9GufDoplCL"
# an existing person; Kj6vYde4LHh, which the documentation imports, must not exist
DOCUMENTED_PERSON = "Gjaiu3ea38E"
FOLLOW_UP = "f1AyMswryyQ"
HOME_VISIT, REFERRAL = "nlXNK4b7LVr", "PaOOjwLVW23"
# the data elements of the documentation's event, on the first stage
AGE_AT_VISIT, SEX_AT_VISIT, PLACE_OF_VISIT = "BuZ5LGNfGEU", "ZrqtjjveTFc", "mB2QHw1tU96"
RELATED_PERSONS = "Udhj3bsdHeT"

# these exist from the very first start, demo or not
ADMIN = "M5zQapPyTZI"
SUPERUSER_ROLE = "yrB6vc5Ip3r"

_ALPHANUMERICS = string.ascii_letters + string.digits


def demo_uid(kind: str, key: object) -> str:
    """The uid of an invented object: the same for the same kind and key on every machine."""
    number = int.from_bytes(hashlib.sha256(f"{SEED}/{kind}/{key}".encode()).digest())
    number, first = divmod(number, 52)
    letters = [string.ascii_letters[first]]
    for _ in range(10):
        number, position = divmod(number, 62)
        letters.append(_ALPHANUMERICS[position])
    return "".join(letters)
