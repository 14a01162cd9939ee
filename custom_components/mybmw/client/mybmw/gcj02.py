"""Convert positions in China between GCJ-02, the shifted grid of the cars, and WGS 84.

See docs/protocols/mybmw-app.md#position.
"""

from math import cos, pi, radians, sin, sqrt
from typing import Final

_SEMI_MAJOR_AXIS: Final = 6378245.0
_FLATTENING: Final = 1 / 298.3
_ECCENTRICITY_SQUARED: Final = _FLATTENING * (2 - _FLATTENING)
# The slope of the shift is far below 1 %, so each round improves the result by two decimals.
_ROUNDS: Final = 6


def to_gcj02(latitude: float, longitude: float) -> tuple[float, float]:
    """Return a WGS 84 position in degrees as GCJ-02; unchanged outside China."""
    if not _in_china(latitude, longitude):
        return latitude, longitude
    north, east = _shift(latitude, longitude)
    return latitude + north, longitude + east


def to_wgs84(latitude: float, longitude: float) -> tuple[float, float]:
    """Return a GCJ-02 position in degrees as WGS 84; unchanged outside China."""
    if not _in_china(latitude, longitude):
        return latitude, longitude
    true_latitude, true_longitude = latitude, longitude
    for _ in range(_ROUNDS):
        north, east = _shift(true_latitude, true_longitude)
        true_latitude, true_longitude = latitude - north, longitude - east
    return true_latitude, true_longitude


def _in_china(latitude: float, longitude: float) -> bool:
    return 0.8293 <= latitude <= 55.8271 and 72.004 <= longitude <= 137.8347


def _shift(latitude: float, longitude: float) -> tuple[float, float]:
    """Return the shift of GCJ-02 to the north and east of a WGS 84 position, in degrees."""
    north, east = _shift_in_meters(longitude - 105, latitude - 35)
    curvature = 1 - _ECCENTRICITY_SQUARED * sin(radians(latitude)) ** 2
    meridian_radius = _SEMI_MAJOR_AXIS * (1 - _ECCENTRICITY_SQUARED) / (curvature * sqrt(curvature))
    parallel_radius = _SEMI_MAJOR_AXIS / sqrt(curvature) * cos(radians(latitude))
    return north * 180 / (meridian_radius * pi), east * 180 / (parallel_radius * pi)


def _shift_in_meters(x: float, y: float) -> tuple[float, float]:
    """Return the shift in m to the north and east, x° east and y° north of 105°E 35°N."""
    common = 0.1 * x * y + _waves(x, (20, 6), (20, 2))
    north = -100 + 2 * x + 3 * y + 0.2 * y**2 + 0.2 * sqrt(abs(x)) + common
    north += _waves(y, (20, 1), (40, 1 / 3), (160, 1 / 12), (320, 1 / 30))
    east = 300 + x + 2 * y + 0.1 * x**2 + 0.1 * sqrt(abs(x)) + common
    east += _waves(x, (20, 1), (40, 1 / 3), (150, 1 / 12), (300, 1 / 30))
    return north, east


def _waves(position: float, *waves: tuple[float, float]) -> float:
    """Return 2/3 of a sum of sines, each given as amplitude and half-waves per degree."""
    return sum(amplitude * sin(rate * pi * position) for amplitude, rate in waves) * 2 / 3
