"""Where an org unit is, in degrees and metres: its point in the metadata, with the altitude that it lacks there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from metadata.models import OrganisationUnit
from orgunit_changes.models import OrgUnitChangeRequest, OrgUnitProfile


@dataclass(frozen=True, slots=True)
class Location:
    """A point; latitude and longitude in degrees, altitude in metres."""

    latitude: float
    longitude: float
    altitude: float

    def to_dict(self) -> dict[str, float]:
        """As it is sent and shown."""
        return {"latitude": self.latitude, "longitude": self.longitude, "altitude": self.altitude}


def location_of(unit: OrganisationUnit) -> Location | None:
    """The point of a unit whose profile and geometry are loaded."""
    return locate(unit.change_profile, unit.geometry)


def locate(profile: OrgUnitProfile, geometry: Any) -> Location | None:
    """The point of a unit with this geometry.

    The geometry has no altitude: that of the profile counts as long as both mean the same point, since a DHIS2 client
    may have moved it. An area is no point: its unit shows the profile's.
    """
    kept = _location(profile.latitude, profile.longitude, profile.altitude)
    point = _point_of(geometry)
    if point is None:
        return kept if geometry else None
    longitude, latitude = point
    is_same = kept is not None and (kept.latitude, kept.longitude) == (latitude, longitude)
    return Location(latitude, longitude, kept.altitude if is_same else 0.0)


def location_in(change: OrgUnitChangeRequest, prefix: str) -> Location | None:
    """The point that a request asks for (`new`), or that its unit had (`old`)."""
    return _location(
        getattr(change, f"{prefix}_latitude"), getattr(change, f"{prefix}_longitude"),
        getattr(change, f"{prefix}_altitude"),
    )  # fmt: skip


def _location(latitude: float | None, longitude: float | None, altitude: float | None) -> Location | None:
    if latitude is None or longitude is None:
        return None
    return Location(latitude, longitude, altitude or 0.0)


def _point_of(geometry: Any) -> tuple[float, float] | None:
    """Longitude and latitude of a GeoJSON point."""
    if not isinstance(geometry, dict) or geometry.get("type") != "Point":
        return None
    coordinates = geometry.get("coordinates")
    if not isinstance(coordinates, list) or len(coordinates) < 2:
        return None
    return float(coordinates[0]), float(coordinates[1])
