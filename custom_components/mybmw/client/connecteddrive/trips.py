"""Trips, destinations, the range map and the energy in the battery.

See docs/protocols/connecteddrive.md#trips and #places.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from math import ceil
from typing import Final

from ..core.attributes import DESTINATIONS, RANGE_MAP, AnyReading
from ..core.convert import mapping, number, sequence, text, timestamp
from ..core.json_reader import Reader
from ..core.values import Comparison, Destination, Position, RangeMap, RangePolygon
from .mapping import CAPACITY_ROWS, COMPARISONS, ENERGY_ROWS, TOTAL_ROWS, TRIP_ROWS
from .readings import SOURCE, place_of

_MOST_DESTINATIONS: Final = 100
_MOST_POLYGONS: Final = 10
_MOST_CORNERS: Final = 500


def read_last_trip(answer: object, time: datetime, problems: Counter[str]) -> list[AnyReading]:
    """Read the last trip, if the car has one."""
    return Reader(SOURCE, time, problems, within="lastTrip.").rows(
        _part(answer, "lastTrip"), TRIP_ROWS
    )


def read_all_trips(answer: object, time: datetime, problems: Counter[str]) -> list[AnyReading]:
    """Read the figures of all trips beside those of other drivers."""
    trips = _part(answer, "allTrips")
    reader = Reader(SOURCE, time, problems, within="allTrips.")
    readings = reader.rows(trips, TOTAL_ROWS)
    for name, attribute, own in COMPARISONS:
        found = _comparison(reader.inside(name), mapping(trips).get(name), own)
        if found is not None:
            readings.append(attribute.at(found, time, SOURCE))
    return readings


def _comparison(reader: Reader, node: object, own: str) -> Comparison | None:
    if node is None:
        return None
    found = Comparison(
        own=reader.take(node, own, number),
        own_highest=reader.take(node, "userHigh", number),
        own_current=reader.take(node, "userCurrentChargeCycle", number),
        community_low=reader.take(node, "communityLow", number),
        community_average=reader.take(node, "communityAverage", number),
        community_high=reader.take(node, "communityHigh", number),
    )
    return None if found == Comparison() else found


def read_destinations(answer: object, time: datetime, problems: Counter[str]) -> list[AnyReading]:
    """Read the destinations, the newest first."""
    items = mapping(answer).get("destinations")
    if not isinstance(items, list):
        return []
    reader = Reader(SOURCE, time, problems, within="destinations.")
    found = [place for item in items[:_MOST_DESTINATIONS] if (place := _destination(reader, item))]
    found.sort(key=lambda place: place.created.timestamp() if place.created else 0.0, reverse=True)
    return [DESTINATIONS.at(tuple(found), time, SOURCE)]


def _destination(reader: Reader, node: object) -> Destination | None:
    place = Destination(
        position=place_of(reader, node),
        country=reader.take(node, "country", text),
        city=reader.take(node, "city", text),
        street=reader.take(node, "street", text),
        created=reader.take(node, "createdAt", timestamp),
    )
    return None if place.position is None and place.address is None else place


def read_range_map(answer: object, time: datetime, problems: Counter[str]) -> list[AnyReading]:
    """Read the range map of each driving mode."""
    node = mapping(answer).get("rangemap")
    reader = Reader(SOURCE, time, problems, within="rangemap.")
    center = place_of(reader.inside("center"), mapping(node).get("center"))
    if center is None:
        return []
    listed = sequence(mapping(node).get("rangemaps"))[:_MOST_POLYGONS]
    polygons = tuple(_polygons(reader.inside("rangemaps"), listed))
    quality = reader.take(node, "quality", text)
    return [RANGE_MAP.at(RangeMap(center, polygons, quality), time, SOURCE)]


def _polygons(reader: Reader, items: object) -> Iterator[RangePolygon]:
    for item in items if isinstance(items, list) else ():
        corners = tuple(_corners(reader, mapping(item).get("polyline")))
        mode = reader.take(item, "type", text)
        if corners and mode is not None:
            yield RangePolygon(mode, corners)


def _corners(reader: Reader, line: object) -> Iterator[Position]:
    points = sequence(line)
    # Leaving out corners evenly keeps the shape
    for point in points[:: ceil(len(points) / _MOST_CORNERS) or 1]:
        place = place_of(reader, point)
        if place is not None:
            yield place


def read_energy(answer: object, time: datetime, problems: Counter[str]) -> list[AnyReading]:
    """Read the energy in the battery, and its capacity."""
    reader = Reader(SOURCE, time, problems, within="navigation.")
    return [*reader.rows(answer, ENERGY_ROWS), *reader.rows(answer, CAPACITY_ROWS)[:1]]


def _part(answer: object, name: str) -> object:
    return mapping(answer).get(name)
