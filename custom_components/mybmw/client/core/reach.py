"""How far a car comes from where it is: BMW's polygons, or a ring that is an estimate.

All geometry is done on a plane around the centre, on which distances and directions from the centre
are true, so that neither the date line nor a pole matters.
"""

from collections.abc import Iterable, Sequence
from math import asin, atan2, cos, degrees, hypot, pi, radians, sin, sqrt
from typing import Final, NamedTuple

from .attributes import POSITION, RANGE_MAP, REMAINING_RANGE_TOTAL
from .travel import Position, RangePolygon
from .vehicle import Vehicle

ROAD_FACTOR: Final = 0.75
"""How far a car comes as the crow flies, of what it can drive."""

_EARTH: Final = 6371.0088
_NEAREST: Final = 89.999999
_CORNERS: Final = 72
_ENOUGH: Final = 3
_SIZE: Final = 400
_EDGE: Final = 20
_STYLES: Final = ("#2e7d32", "#1565c0", "#ef6c00", "#6a1b9a")
_RING: Final = "RING"

type Point = tuple[float, float]


class ReachableArea(NamedTuple):
    """The areas that a car can get to, in each driving mode; estimated if BMW tells none."""

    center: Position
    polygons: tuple[RangePolygon, ...]
    estimated: bool


class Distances(NamedTuple):
    """How far the edge of an area is from its centre, in km."""

    shortest: float
    mean: float
    longest: float


def distance(start: Position, end: Position) -> float:
    """Return the distance of two places in km, as the crow flies."""
    first, second = radians(start.latitude), radians(end.latitude)
    north = sin((second - first) / 2) ** 2
    east = sin(radians(end.longitude - start.longitude) / 2) ** 2
    return 2 * _EARTH * asin(min(1.0, sqrt(north + cos(first) * cos(second) * east)))


def _bearing(start: Position, end: Position) -> float:
    first, second = radians(start.latitude), radians(end.latitude)
    turn = radians(end.longitude - start.longitude)
    east = sin(turn) * cos(second)
    return atan2(east, cos(first) * sin(second) - sin(first) * cos(second) * cos(turn))


def on_plane(center: Position, place: Position) -> Point:
    """Return a place as km to the east and to the north of a centre."""
    away, direction = distance(center, place), _bearing(center, place)
    return away * sin(direction), away * cos(direction)


def ring(center: Position, radius: float) -> tuple[Position, ...]:
    """Return places all around a centre, `radius` km away."""
    # At a pole itself every direction would be the same one; this is next to it
    angle, latitude = radius / _EARTH, radians(max(-_NEAREST, min(_NEAREST, center.latitude)))
    return tuple(
        _along(center, latitude, angle, 2 * pi * step / _CORNERS) for step in range(_CORNERS)
    )


def _along(center: Position, latitude: float, angle: float, direction: float) -> Position:
    sine = sin(latitude) * cos(angle) + cos(latitude) * sin(angle) * cos(direction)
    found = asin(max(-1.0, min(1.0, sine)))
    turn = atan2(
        sin(direction) * sin(angle) * cos(latitude), cos(angle) - sin(latitude) * sin(found)
    )
    longitude = (center.longitude + degrees(turn) + 540) % 360 - 180
    return Position(degrees(found), longitude)


def reachable(vehicle: Vehicle, factor: float = ROAD_FACTOR) -> ReachableArea | None:
    """Return where a car can get to, None if that is not known."""
    told = vehicle.value(RANGE_MAP)
    if told is not None:
        usable = tuple(item for item in told.polygons if len(item.corners) >= _ENOUGH)
        if usable:
            return ReachableArea(told.center, usable, estimated=False)
    center, left = vehicle.value(POSITION), vehicle.value(REMAINING_RANGE_TOTAL)
    if center is None or not left:
        return None
    around = RangePolygon(_RING, ring(center, left * factor))
    return ReachableArea(center, (around,), estimated=True)


def distances(area: ReachableArea) -> Distances:
    """Return how far the edges of an area are from its centre, over all driving modes."""
    found = [distance(area.center, corner) for item in area.polygons for corner in item.corners]
    return Distances(min(found), sum(found) / len(found), max(found))


def within_reach(area: ReachableArea, place: Position) -> bool:
    """Return whether a place is inside an area in any driving mode."""
    point = on_plane(area.center, place)
    return any(
        _inside([on_plane(area.center, corner) for corner in item.corners], point)
        for item in area.polygons
    )


def _inside(corners: Sequence[Point], point: Point) -> bool:
    """Count how often a ray to the east crosses the edge."""
    east, north = point
    crossings = False
    for (one_east, one_north), (two_east, two_north) in zip(
        corners, (*corners[1:], corners[0]), strict=True
    ):
        if (one_north > north) != (two_north > north):
            share = (north - one_north) / (two_north - one_north)
            crossings ^= east < one_east + share * (two_east - one_east)
    return crossings


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
        [middle + (corner.longitude - middle + 540) % 360 - 180, corner.latitude]
        for corner in corners
    ]


def as_svg(area: ReachableArea) -> str:
    """Return a drawing of an area; there is nothing in it but numbers and fixed words."""
    shapes = [[on_plane(area.center, corner) for corner in item.corners] for item in area.polygons]
    longest = max(hypot(east, north) for shape in shapes for east, north in shape) or 1.0
    scale = (_SIZE / 2 - _EDGE) / longest
    drawn = "".join(
        _polygon(shape, scale, _STYLES[index % len(_STYLES)]) for index, shape in enumerate(shapes)
    )
    middle = _SIZE / 2
    words = "Estimate, " if area.estimated else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_SIZE} {_SIZE}">'
        f'<rect width="{_SIZE}" height="{_SIZE}" fill="#ffffff"/>{drawn}'
        f'<circle cx="{middle:g}" cy="{middle:g}" r="4" fill="#000000"/>'
        f'<text x="8" y="{_SIZE - 8}" font-family="sans-serif" font-size="14">'
        f"{words}up to {longest:.0f} km</text></svg>"
    )


def _polygon(shape: Sequence[Point], scale: float, color: str) -> str:
    middle = _SIZE / 2
    points = " ".join(
        f"{middle + east * scale:.1f},{middle - north * scale:.1f}" for east, north in shape
    )
    return f'<polygon points="{points}" fill="{color}" fill-opacity="0.25" stroke="{color}"/>'
