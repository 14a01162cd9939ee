"""Distances and areas on the earth.

They are worked out on a plane around a place, on which distances and directions from it are true,
or with vectors from the middle of the earth, so that neither the date line nor a pole matters.
"""

from collections.abc import Sequence
from math import asin, atan2, cos, degrees, pi, radians, sin, sqrt
from typing import Final

from .travel import Position

_EARTH: Final = 6371.0088
_NEAREST: Final = 89.999999
_CORNERS: Final = 72

type Point = tuple[float, float]
type Vector = tuple[float, float, float]


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


def inside(corners: Sequence[Point], point: Point) -> bool:
    """Return whether a point of a plane is inside a polygon: a ray to the east crosses its edge."""
    east, north = point
    crossings = False
    for (one_east, one_north), (two_east, two_north) in zip(
        corners, (*corners[1:], corners[0]), strict=True
    ):
        if (one_north > north) != (two_north > north):
            share = (north - one_north) / (two_north - one_north)
            crossings ^= east < one_east + share * (two_east - one_east)
    return crossings


def distance_to_edge(corners: Sequence[Position], place: Position) -> float:
    """Return the distance from a place to the nearest point of the edge of a polygon, in km."""
    sides = zip(corners, (*corners[1:], corners[0]), strict=True)
    return min(_distance_to_side(place, start, end) for start, end in sides)


def _distance_to_side(place: Position, start: Position, end: Position) -> float:
    """Return the distance to a part of a great circle: to the circle, or to an end of the part."""
    one, two, point = _vector(start), _vector(end), _vector(place)
    pole = _cross(one, two)
    size = sqrt(_dot(pole, pole))
    if size and _dot(_cross(pole, one), point) >= 0 and _dot(_cross(two, pole), point) >= 0:
        return _EARTH * asin(min(1.0, abs(_dot(pole, point)) / size))
    return min(distance(place, start), distance(place, end))


def _vector(place: Position) -> Vector:
    latitude, longitude = radians(place.latitude), radians(place.longitude)
    return cos(latitude) * cos(longitude), cos(latitude) * sin(longitude), sin(latitude)


def _cross(one: Vector, two: Vector) -> Vector:
    return (
        one[1] * two[2] - one[2] * two[1],
        one[2] * two[0] - one[0] * two[2],
        one[0] * two[1] - one[1] * two[0],
    )


def _dot(one: Vector, two: Vector) -> float:
    return sum(a * b for a, b in zip(one, two, strict=True))
