"""Reach: distances, rings and polygons against known geometry, the date line and poles included."""

from datetime import UTC, datetime
import json
from xml.etree import ElementTree as ET

import pytest

from custom_components.mybmw.client import Vehicle, attributes as a
from custom_components.mybmw.client.core.attributes import AnyReading
from custom_components.mybmw.client.core.reach import (
    ReachableArea,
    as_geojson,
    as_svg,
    distance,
    distances,
    reachable,
    ring,
    within_reach,
)
from custom_components.mybmw.client.core.values import Position, RangeMap, RangePolygon

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
MUNICH = Position(48.137, 11.575)
CENTERS = [
    MUNICH,
    Position(0, 0),
    Position(-16.5, 179.9),
    Position(52, -179.99),
    Position(89.9, 20),
    Position(90, 0),
    Position(-89.99, -120),
]


def car(*readings: AnyReading) -> Vehicle:
    made = Vehicle("WBA00000000000000")
    made.update(readings)
    return made


@pytest.mark.parametrize(
    ("start", "end", "kilometers"),
    [
        (Position(48.137, 11.575), Position(52.52, 13.405), 504.4),
        (Position(0, 179.5), Position(0, -179.5), 111.2),
        (Position(89, 0), Position(89, 180), 222.4),
        (Position(0, 0), Position(0, 180), 20015.1),
        (MUNICH, MUNICH, 0),
    ],
)
def test_distance(start: Position, end: Position, kilometers: float) -> None:
    assert distance(start, end) == pytest.approx(kilometers, abs=0.5)


@pytest.mark.parametrize("center", CENTERS)
@pytest.mark.parametrize("radius", [1, 75, 400])
def test_ring(center: Position, radius: float) -> None:
    """Each place is as far away as asked for, and on earth; the middle is inside."""
    corners = ring(center, radius)
    for corner in corners:
        assert distance(center, corner) == pytest.approx(radius, rel=1e-3)
        assert abs(corner.latitude) <= 90
        assert abs(corner.longitude) <= 180
    area = ReachableArea(center, (RangePolygon("RING", corners),), estimated=True)
    assert within_reach(area, center)
    assert all(within_reach(area, place) for place in ring(center, radius * 0.98))
    assert not any(within_reach(area, place) for place in ring(center, radius * 1.02))


def test_polygon_with_a_dent() -> None:
    """A place in a dent is outside, although it is nearer than others that are inside."""
    corners = tuple(
        Position(latitude, longitude)
        for latitude, longitude in (
            (1, -1),
            (1, 1),
            (-1, 1),
            (-1, 0.2),
            (0.5, 0.1),
            (-1, -0.2),
            (-1, -1),
        )
    )
    area = ReachableArea(Position(0.8, 0), (RangePolygon("COMFORT", corners),), estimated=False)
    assert within_reach(area, Position(0.9, 0.9))
    assert within_reach(area, Position(-0.9, 0.9))
    assert not within_reach(area, Position(-0.5, 0.1))
    assert not within_reach(area, Position(1.1, 0))


def test_estimate() -> None:
    """Without polygons, a ring of the remaining range, which roads make smaller."""
    made = car(a.POSITION.at(MUNICH, NOW), a.REMAINING_RANGE_TOTAL.at(200.0, NOW))
    area = reachable(made)
    assert area is not None
    assert area.estimated
    assert distances(area) == pytest.approx((150, 150, 150), rel=1e-3)
    other = reachable(made, 0.5)
    assert other is not None
    assert distances(other).longest == pytest.approx(100, rel=1e-3)


def test_polygons_of_bmw() -> None:
    """BMW's polygons come first, unless they are no areas."""
    corners = tuple(Position(48 + north, 11 + east) for north, east in ((1, 0), (-1, 1), (-1, -1)))
    told = RangeMap(Position(48, 11), (RangePolygon("COMFORT", corners),))
    around = (a.POSITION.at(MUNICH, NOW), a.REMAINING_RANGE_TOTAL.at(200.0, NOW))
    area = reachable(car(a.RANGE_MAP.at(told, NOW), *around))
    assert area == ReachableArea(Position(48, 11), told.polygons, estimated=False)
    line = RangeMap(Position(48, 11), (RangePolygon("COMFORT", corners[:2]),))
    area = reachable(car(a.RANGE_MAP.at(line, NOW), *around))
    assert area is not None
    assert area.estimated


def test_nothing_known() -> None:
    assert reachable(car()) is None
    assert reachable(car(a.POSITION.at(MUNICH, NOW))) is None
    assert reachable(car(a.REMAINING_RANGE_TOTAL.at(200.0, NOW))) is None


@pytest.mark.parametrize("center", CENTERS)
def test_drawing(center: Position) -> None:
    """It is a whole drawing, with all points inside, and says that it is an estimate."""
    area = ReachableArea(center, (RangePolygon("<script>", ring(center, 123)),), estimated=True)
    text = as_svg(area)
    root = ET.fromstring(text)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    points = root.find("{http://www.w3.org/2000/svg}polygon").attrib["points"]  # type: ignore[union-attr]
    numbers = [float(number) for pair in points.split() for number in pair.split(",")]
    assert len(numbers) == 144
    assert all(19 <= number <= 381 for number in numbers)
    assert "Estimate, up to 123 km" in text
    assert "script" not in text


def test_geojson_across_the_date_line() -> None:
    center = Position(-16.5, 179.9)
    area = ReachableArea(center, (RangePolygon("RING", ring(center, 50)),), estimated=True)
    found = json.loads(json.dumps(as_geojson(area)))
    middle, polygon = found["features"]
    assert middle["geometry"]["coordinates"] == [179.9, -16.5]
    [edge] = polygon["geometry"]["coordinates"]
    assert edge[0] == edge[-1]
    assert all(179 < longitude < 181 for longitude, _ in edge)
    assert polygon["properties"] == {"mode": "RING", "estimated": True}
