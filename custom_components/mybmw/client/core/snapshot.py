"""Serialise vehicles to JSON and back, to restore them after a restart."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
import logging
from typing import Any, Final

from mashumaro.codecs import BasicDecoder, BasicEncoder

from .attributes import JOURNAL, AnyAttribute, AnyReading, Reading
from .convert import iso_time
from .descriptors import attribute_of
from .vehicle import Vehicle

_LOGGER = logging.getLogger(__name__)

_MAX_AHEAD: Final = timedelta(days=1)

type Saved = dict[str, Any]
"""One reading: `key`, `value`, `time` (ISO 8601), `source`.

`sources` lists all that have ever had a value of it, if there are others than `source`. `assumed`
is only present, and true, if the value came without its unit.
"""


def dump(vehicle: Vehicle) -> list[Saved]:
    """Return the readings of a vehicle as JSON, without those of the journal."""
    return [
        {
            "key": reading.attribute.key,
            "value": encode(reading),
            "time": reading.time.isoformat(),
            "source": reading.source,
            **_sources(vehicle, reading),
            **({"assumed": True} if reading.assumed else {}),
        }
        for reading in vehicle
        if reading.attribute not in JOURNAL
    ]


def _sources(vehicle: Vehicle, reading: AnyReading) -> Saved:
    known = vehicle.sources_of(reading.attribute)
    return {} if known == {reading.source} else {"sources": sorted(known)}


def encode(reading: Reading[Any]) -> object:
    """Return the value of a reading as JSON."""
    value: object = reading.value
    return None if value is None else _encoder(reading.attribute).encode(value)


def load(saved: Iterable[Saved]) -> Iterator[AnyReading]:
    """Yield the readings of a `dump`; invalid ones are skipped.

    So are times in the future, since they would make the vehicle drop current readings.
    """
    latest = datetime.now(UTC) + _MAX_AHEAD
    for item in saved:
        try:
            attribute = attribute_of(item["key"])
            value, time = item["value"], iso_time(item["time"])
            decoded = None if value is None else _decode(attribute, value)
            if _aware(time) <= latest:
                assumed = item.get("assumed") is True
                yield Reading(attribute, decoded, time, str(item["source"]), assumed)
        except ValueError, TypeError, LookupError, OverflowError:
            _LOGGER.debug("Skipping a stored reading that is not valid")


def load_sources(saved: Iterable[Saved]) -> Mapping[AnyAttribute, frozenset[str]]:
    """Return the sources that have ever had a value, by attribute; invalid parts are skipped."""
    found: dict[AnyAttribute, frozenset[str]] = {}
    for item in saved:
        try:
            listed = item.get("sources")
            names = listed if isinstance(listed, list) else [item["source"]]
            found[attribute_of(item["key"])] = frozenset(map(str, names))
        except ValueError, TypeError, LookupError:
            _LOGGER.debug("Skipping the sources of a stored reading that are not valid")
    return found


def _decode(attribute: AnyAttribute, value: object) -> object:
    decoded: object = _decoder(attribute).decode(value)
    return _aware(decoded) if isinstance(decoded, datetime) else decoded


def _aware(time: datetime) -> datetime:
    if time.tzinfo is None:
        raise ValueError("no offset")
    return time


_ENCODERS: Final[dict[object, BasicEncoder[Any]]] = {}
_DECODERS: Final[dict[object, BasicDecoder[Any]]] = {}


def _encoder(attribute: AnyAttribute) -> BasicEncoder[Any]:
    kind = attribute.type
    if kind not in _ENCODERS:
        _ENCODERS[kind] = BasicEncoder(kind)
    return _ENCODERS[kind]


def _decoder(attribute: AnyAttribute) -> BasicDecoder[Any]:
    kind = attribute.type
    if kind not in _DECODERS:
        _DECODERS[kind] = BasicDecoder(kind)
    return _DECODERS[kind]
