"""Reach: distances, rings and polygons against known geometry, the date line and poles included."""

from datetime import UTC, datetime, timedelta
import json
from xml.etree import ElementTree as ET

import pytest

from custom_components.mybmw.client import Vehicle, attributes as a
from custom_components.mybmw.client.core.attributes import AnyReading
from custom_components.mybmw.client.core.geometry import distance, ring
from custom_components.mybmw.client.core.reach import (
    ReachableArea,
    as_geojson,
    differs,
    distances,
    margins,
    reachable,
    within_reach,
)
from custom_components.mybmw.client.core.reach_drawing import as_svg
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
    assert "≈ 123 km" in text
    assert "stroke-dasharray" in text
    assert "script" not in text


def test_drawing_of_polygons() -> None:
    """Each driving mode has a color of its own; distances are in miles where roads are."""
    polygons = (RangePolygon("ECO", ring(MUNICH, 100)), RangePolygon("COMFORT", ring(MUNICH, 80)))
    text = as_svg(ReachableArea(MUNICH, polygons, estimated=False), miles=True)
    found = ET.fromstring(text).findall("{http://www.w3.org/2000/svg}polygon")
    assert len({polygon.attrib["fill"] for polygon in found}) == 2
    assert ">62 mi</text>" in text
    assert "≈" not in text
    assert "stroke-dasharray" not in text


@pytest.mark.parametrize("radius", [0, 1e-6, 0.5, 9.99, 10, 1_000, 20_015])
def test_drawing_of_any_size(radius: float) -> None:
    """There are a few circles at round distances, whatever the server says."""
    polygon = RangePolygon("COMFORT", ring(MUNICH, radius))
    text = as_svg(ReachableArea(MUNICH, (polygon,), estimated=False))
    circles = ET.fromstring(text).findall("{http://www.w3.org/2000/svg}circle")
    assert 3 <= len(circles) <= 6


@pytest.mark.parametrize("center", CENTERS)
@pytest.mark.parametrize("radius", [5, 75, 400])
def test_margin(center: Position, radius: float) -> None:
    """It is how far away the edge is, inside and outside; a ring has a few corners only."""
    area = ReachableArea(center, (RangePolygon("RING", ring(center, radius)),), estimated=True)
    for part in (0.1, 0.5, 0.9, 1.1, 2, 5):
        for place in ring(center, radius * part)[::7]:
            expected = radius * (1 - part)
            assert margins(area, place)["RING"] == pytest.approx(expected, abs=radius * 0.002)


@pytest.mark.parametrize(
    ("place", "margin"),
    [
        (Position(0, 0), 111.2),
        (Position(0, 0.5), 55.6),
        (Position(0, 1.5), -55.6),
        (Position(0.5, -180), -19814.7),
        (Position(2, 2), -157.2),
    ],
)
def test_margin_of_a_square(place: Position, margin: float) -> None:
    """The nearest point of the edge is on a side, or a corner."""
    corners = tuple(Position(*corner) for corner in ((1, -1), (1, 1), (-1, 1), (-1, -1)))
    area = ReachableArea(Position(0, 0), (RangePolygon("ECO", corners),), estimated=False)
    assert margins(area, place)["ECO"] == pytest.approx(margin, abs=0.1)


def test_margins_by_mode() -> None:
    """A mode with two areas counts where the place is inside."""
    away = ring(MUNICH, 300)[18]
    polygons = (
        RangePolygon("COMFORT", ring(MUNICH, 80)),
        RangePolygon("ECO", ring(MUNICH, 100)),
        RangePolygon("ECO", ring(away, 50)),
    )
    area = ReachableArea(MUNICH, polygons, estimated=False)
    assert margins(area, away) == pytest.approx({"COMFORT": -220, "ECO": 50}, abs=0.5)
    assert within_reach(area, away)
    assert not within_reach(area, ring(MUNICH, 150)[18])


def test_noticeable_changes() -> None:
    """Another form, place or size counts from a fiftieth of the distance."""

    def area(radius: float, center: Position = MUNICH, mode: str = "ECO") -> ReachableArea:
        return ReachableArea(center, (RangePolygon(mode, ring(center, radius)),), estimated=False)

    assert not differs(area(100), area(101.9))
    assert not differs(area(100), area(100, ring(MUNICH, 1.9)[0]))
    assert differs(area(100), area(102.1))
    assert differs(area(100), area(100, ring(MUNICH, 2.1)[0]))
    assert differs(area(100), area(100, mode="COMFORT"))
    assert differs(area(100), area(100)._replace(estimated=True))
    fewer = (RangePolygon("ECO", ring(MUNICH, 100)[1:]),)
    assert differs(area(100), area(100)._replace(polygons=fewer))


def test_polygons_that_were_left_behind() -> None:
    """A newer position elsewhere, such as of another source, makes BMW's polygons useless."""
    told = RangeMap(MUNICH, (RangePolygon("COMFORT", ring(MUNICH, 150)),))
    made = car(a.RANGE_MAP.at(told, NOW), a.REMAINING_RANGE_TOTAL.at(100.0, NOW))
    for time, away, estimated in (
        (NOW - timedelta(hours=1), 50, False),
        (NOW, 50, False),
        (NOW + timedelta(minutes=1), 4, False),
        (NOW + timedelta(minutes=2), 50, True),
    ):
        made.update([a.POSITION.at(ring(MUNICH, away)[0], time)])
        area = reachable(made)
        assert area is not None
        assert area.estimated is estimated


def test_hidden_position() -> None:
    """Who has disabled tracking in the car is not found by its reach."""
    told = RangeMap(MUNICH, (RangePolygon("COMFORT", ring(MUNICH, 150)),))
    hidden = a.TRACKING_ENABLED.at(False, NOW)
    range_left = a.REMAINING_RANGE_TOTAL.at(100.0, NOW)
    assert reachable(car(a.RANGE_MAP.at(told, NOW), hidden)) is None
    assert reachable(car(a.POSITION.at(MUNICH, NOW), range_left, hidden)) is None


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
