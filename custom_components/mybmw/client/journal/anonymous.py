"""Records without places and exact times, for developers."""

from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any

from ..core.records import Record, RecordPlace, Trip
from .export import as_data


def anonymous(item: Record) -> Record:
    """Return a record with only the kind of its places, and without texts."""
    if isinstance(item, Trip):
        origin, destination = _kind_of(item.origin), _kind_of(item.destination)
        return replace(item, origin=origin, destination=destination, note=None)
    return replace(item, place=_kind_of(item.place), address=None, note=None)


def outline(item: Record) -> dict[str, Any]:
    """Return a record as JSON, without places; its times are those of the hour."""
    bare = anonymous(item)
    if not isinstance(bare, Trip):
        bare = replace(bare, slots=(), curve=(), rows=())
    hours: dict[str, Any] = {
        field.name: value.replace(minute=0, second=0, microsecond=0)
        for field in fields(bare)
        if isinstance(value := getattr(bare, field.name), datetime)
    }
    return as_data(replace(bare, id="", **hours), UTC)


def _kind_of(place: RecordPlace) -> RecordPlace:
    return RecordPlace(place.kind)
