"""How far a car comes from where it is: BMW's polygons, or a ring that is an estimate."""

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Final, NamedTuple

from .attributes import POSITION, RANGE_MAP, REMAINING_RANGE_TOTAL, TRACKING_ENABLED
from .geometry import distance, distance_to_edge, inside, on_plane, ring
from .travel import Position, RangePolygon
from .vehicle import Vehicle

ROAD_FACTOR: Final = 0.75
"""How far a car comes as the crow flies, of what it can drive."""

_ENOUGH: Final = 3
_SAME_PLACE: Final = 5.0
_NOTICEABLE: Final = 0.02
_DIGITS: Final = 7
_RING: Final = "RING"


class ReachableArea(NamedTuple):
    """The areas that a car can get to, in each driving mode; estimated if BMW sends none."""

    center: Position
    polygons: tuple[RangePolygon, ...]
    estimated: bool


class Distances(NamedTuple):
    """How far the edge of an area is from its centre, in km."""

    shortest: float
    mean: float
    longest: float


def reachable(vehicle: Vehicle, factor: float = ROAD_FACTOR) -> ReachableArea | None:
    """Return where a car can get to; None if that is unknown, or its owner hides the position."""
    if vehicle.value(TRACKING_ENABLED) is False:
        return None
    return _polygons(vehicle) or _estimate(vehicle, factor)


def _polygons(vehicle: Vehicle) -> ReachableArea | None:
    """Return BMW's polygons, unless a newer position, perhaps of another source, is elsewhere."""
    found, position = vehicle[RANGE_MAP], vehicle[POSITION]
    if found is None:
        return None
    center = found.value.center
    if position is not None and position.time > found.time:
        if distance(center, position.value) > _SAME_PLACE:
            return None
    usable = tuple(item for item in found.value.polygons if len(item.corners) >= _ENOUGH)
    return ReachableArea(center, usable, estimated=False) if usable else None


def _estimate(vehicle: Vehicle, factor: float) -> ReachableArea | None:
    center, left = vehicle.value(POSITION), vehicle.value(REMAINING_RANGE_TOTAL)
    if center is None or not left:
        return None
    around = RangePolygon(_RING, ring(center, left * factor))
    return ReachableArea(center, (around,), estimated=True)


def distances(area: ReachableArea) -> Distances:
    """Return how far the edges of an area are from its centre, over all driving modes."""
    found = [distance(area.center, corner) for item in area.polygons for corner in item.corners]
    return Distances(min(found), sum(found) / len(found), max(found))


def margins(area: ReachableArea, place: Position) -> Mapping[str, float]:
    """Return how far inside an area a place is in each driving mode, in km; negative if outside."""
    found: dict[str, float] = {}
    point = on_plane(area.center, place)
    for item in area.polygons:
        within = inside([on_plane(area.center, corner) for corner in item.corners], point)
        margin = distance_to_edge(item.corners, place) * (1 if within else -1)
        found[item.mode] = max(margin, found.get(item.mode, margin))
    return found


def within_reach(area: ReachableArea, place: Position) -> bool:
    """Return whether a place is inside an area in any driving mode."""
    return max(margins(area, place).values()) >= 0


def differs(one: ReachableArea, other: ReachableArea) -> bool:
    """Return whether two areas differ by more than a fiftieth of the longest distance."""
    modes, others = ([item.mode for item in area.polygons] for area in (one, other))
    outline, changed = _outline(one), _outline(other)
    if one.estimated != other.estimated or modes != others or len(outline) != len(changed):
        return True
    tolerance = distances(one).longest * _NOTICEABLE
    return any(distance(*pair) > tolerance for pair in zip(outline, changed, strict=True))


def _outline(area: ReachableArea) -> list[Position]:
    return [area.center, *chain.from_iterable(item.corners for item in area.polygons)]


def as_geojson(area: ReachableArea) -> dict[str, object]:
    """Return an area as GeoJSON: its centre, and one polygon a driving mode.

    Longitudes go on beyond 180° where an area crosses the date line.
    """
    center = {"type": "Point", "coordinates": [area.center.longitude, area.center.latitude]}
    features = [_feature(center, {"estimated": area.estimated})]
    for item in area.polygons:
        edge = _unwrapped(area.center, (*item.corners, item.corners[0]))
        shape = {"type": "Polygon", "coordinates": [edge]}
        features.append(_feature(shape, {"mode": item.mode, "estimated": area.estimated}))
    return {"type": "FeatureCollection", "features": features}


def _feature(geometry: object, properties: object) -> dict[str, object]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def _unwrapped(center: Position, corners: Iterable[Position]) -> list[list[float]]:
    middle = center.longitude
    return [
        [round(middle + (corner.longitude - middle + 540) % 360 - 180, _DIGITS), corner.latitude]
        for corner in corners
    ]
