"""The hierarchy: country, districts, chiefdoms, facilities, and the groups that facilities belong to.

`scale` multiplies the facilities of every chiefdom. A facility keeps its identifier, name and place at every scale.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from random import Random

from . import identifiers as ids
from .identifiers import SEED, demo_uid
from .objects import Payload, named, ref, refs, registry_number, sharing
from .places import DISTRICTS, FACILITY_KINDS, OWNERSHIPS, VILLAGE_BEGINNINGS, VILLAGE_ENDINGS, District

COUNTRY_CODE = "OU_525"
CHIEFDOM_COUNT = sum(len(district.chiefdoms) for district in DISTRICTS)
PATIENTS = {name: size for name, _, size in FACILITY_KINDS}
LEVELS = ("National", "District", "Chiefdom", "Facility")
# Documented units by district and chiefdom; a documented facility takes the first place in its chiefdom.
DOCUMENTED_DISTRICTS = {"Bo": ids.BO}
DOCUMENTED_CHIEFDOMS = {"Badjia": ids.BADJIA, "Baoma": ids.BAOMA}
DOCUMENTED_FACILITIES = {
    "Badjia": (ids.NGELEHUN_CHC, "Ngelehun CHC", "OU_559", "CHC"),
    "Kakua": (ids.BANDAJUMA_CLINIC, "Bandajuma Clinic", "M_CLINIC", "Clinic"),
    "Biriwa": (ids.KAMABAI_CHC, "Kamabai CHC", "OU_193", "CHC"),
    "Kasunko": (ids.FADUGU_CHP, "Fadugu CHP", "OU_194", "CHP"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """One org unit. `size` is the number of patients next to an ordinary health centre's."""

    uid: str
    name: str
    code: str
    parent: str | None
    district: str
    chiefdom: str
    area: str
    # degrees; None for units drawn from their children
    point: tuple[float, float] | None
    opened: str
    kind: str = ""
    ownership: str = ""
    is_urban: bool = False
    size: float = 1.0


@dataclass(frozen=True, slots=True)
class Geography:
    country: Place
    districts: list[Place]
    chiefdoms: list[Place]
    facilities: list[Place]

    def facilities_of(self, *, district: str | None = None, chiefdom: str | None = None) -> list[Place]:
        """Facilities of a district and / or chiefdom, by name; all of them without either."""
        return [
            place
            for place in self.facilities
            if district in (None, place.district) and chiefdom in (None, place.chiefdom)
        ]


@lru_cache(maxsize=2)
def geography(scale: int) -> Geography:
    """The whole hierarchy, parents before children."""
    country = Place(ids.SIERRA_LEONE, "Sierra Leone", COUNTRY_CODE, None, "", "", "", None, "1968-01-01")
    districts: list[Place] = []
    chiefdoms: list[Place] = []
    facilities: list[Place] = []
    villages = _villages()
    for district_number, district in enumerate(DISTRICTS, 1):
        uid = DOCUMENTED_DISTRICTS.get(district.name) or demo_uid("district", district.name)
        code = f"OU_{200 + district_number}"
        districts.append(
            Place(uid, district.name, code, country.uid, district.name, "", district.area, None, "1968-01-01")
        )
        for name in district.chiefdoms:
            chiefdom = _chiefdom(district, name, uid, len(chiefdoms) + 1)
            chiefdoms.append(chiefdom)
            facilities += _facilities(chiefdom, len(chiefdoms), villages, scale)
    return Geography(country, districts, chiefdoms, facilities)


def _chiefdom(district: District, name: str, parent: str, number: int) -> Place:
    chance = Random(f"{SEED}/chiefdom/{name}")
    point = (
        round(district.longitude + chance.uniform(-0.28, 0.28), 4),
        round(district.latitude + chance.uniform(-0.28, 0.28), 4),
    )
    uid = DOCUMENTED_CHIEFDOMS.get(name) or demo_uid("chiefdom", name)
    return Place(uid, name, f"OU_{300 + number}", parent, district.name, name, district.area, point, "1970-01-01")


def _facilities(chiefdom: Place, number: int, villages: list[str], scale: int) -> list[Place]:
    count = Random(f"{SEED}/facilities/{chiefdom.name}").randint(5, 10) * scale
    return [_facility(chiefdom, number, position, villages) for position in range(count)]


def _facility(chiefdom: Place, number: int, position: int, villages: list[str]) -> Place:
    key = f"{chiefdom.name}/{position}"
    chance = Random(f"{SEED}/facility/{key}")
    kind = chance.choices([row[0] for row in FACILITY_KINDS], [row[1] for row in FACILITY_KINDS])[0]
    ownership = chance.choices([row[0] for row in OWNERSHIPS], [row[1] for row in OWNERSHIPS])[0]
    # chiefdoms take villages in turn, so that no name comes twice before the list is used up
    turn, village = divmod(number - 1 + CHIEFDOM_COUNT * position, len(villages))
    name = f"{villages[village]} {kind}" + (f" {turn + 1}" if turn else "")
    uid, code = demo_uid("facility", key), f"OU_{number:03}{position:04}"
    if position == 0 and chiefdom.name in DOCUMENTED_FACILITIES:
        uid, name, code, kind = DOCUMENTED_FACILITIES[chiefdom.name]
    assert chiefdom.point is not None
    longitude, latitude = chiefdom.point
    return Place(
        uid,
        name,
        code,
        chiefdom.uid,
        chiefdom.district,
        chiefdom.name,
        chiefdom.area,
        (round(longitude + chance.uniform(-0.09, 0.09), 4), round(latitude + chance.uniform(-0.09, 0.09), 4)),
        f"{chance.randint(1970, 2008)}-{chance.randint(1, 12):02}-01",
        kind,
        ownership,
        is_urban=chiefdom.district == "Western Area" or chance.random() < 0.12,
        size=round(PATIENTS[kind] * chance.lognormvariate(0, 0.35), 3),
    )


def _villages() -> list[str]:
    names = [beginning + ending for beginning in VILLAGE_BEGINNINGS for ending in VILLAGE_ENDINGS]
    Random(f"{SEED}/villages").shuffle(names)
    return names


def org_unit_payloads(scale: int) -> dict[str, list[Payload]]:
    """Levels, org units, groups and group sets."""
    places = geography(scale)
    everything = [places.country, *places.districts, *places.chiefdoms, *places.facilities]
    groups, group_sets = _groups(places)
    return {
        "organisationUnits": [_org_unit(place) for place in everything],
        "organisationUnitLevels": [
            {"id": demo_uid("organisationUnitLevel", level), "name": name, "level": level}
            for level, name in enumerate(LEVELS, 1)
        ],
        "organisationUnitGroups": groups,
        "organisationUnitGroupSets": group_sets,
    }


def _org_unit(place: Place) -> Payload:
    payload: Payload = {
        "id": place.uid,
        "name": place.name,
        "shortName": place.name[:50],
        "code": place.code,
        "openingDate": place.opened,
        "attributeValues": registry_number(f"OU-{place.code}"),
    }
    if place.parent is not None:
        payload["parent"] = ref(place.parent)
    if place.point is not None:
        payload["geometry"] = {"type": "Point", "coordinates": list(place.point)}
    return payload


def _groups(places: Geography) -> tuple[list[Payload], list[Payload]]:
    dimensions = {
        "Facility type": lambda place: place.kind,
        "Facility ownership": lambda place: place.ownership,
        "Location": lambda place: "Urban" if place.is_urban else "Rural",
        "Area": lambda place: f"{place.area} area",
    }
    groups: list[Payload] = []
    group_sets: list[Payload] = []
    for title, group_of in dimensions.items():
        members: dict[str, list[str]] = {}
        for place in places.facilities:
            members.setdefault(group_of(place), []).append(place.uid)
        for name, uids in sorted(members.items()):
            group = named("organisationUnitGroup", name, name)
            groups.append(group | {"sharing": sharing(), "organisationUnits": refs(uids)})
        group_sets.append(
            named("organisationUnitGroupSet", title, title)
            | {
                "sharing": sharing(),
                "compulsory": False,
                "dataDimension": True,
                "organisationUnitGroups": refs(demo_uid("organisationUnitGroup", name) for name in sorted(members)),
            }
        )
    return groups, group_sets
