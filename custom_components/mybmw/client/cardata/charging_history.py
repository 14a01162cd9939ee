"""Past charges in the answers of CarData, see docs/protocols/cardata.md#charging-history."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
import re
from typing import Final

from ..core.attributes import (
    CHARGED_THIS_MONTH,
    CHARGING_SESSIONS,
    MILEAGE,
    STATE_OF_CHARGE,
    AnyReading,
)
from ..core.convert import boolean, mapping, number, sequence, text
from ..core.json_reader import Reader
from ..core.values import ChargingBlock, ChargingSession, Position
from .converters import distance
from .mapping import SOURCE

MAX_SESSIONS: Final = 30
"""Maximum number of charging sessions in a reading."""

_OLDEST: Final = timedelta(days=3660)
_AHEAD: Final = timedelta(days=1)
_LONGEST: Final = timedelta(days=31)
_MOST_BLOCKS: Final = 1_000
_MOST_POWER: Final = 1_000
_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_COST: Final = "chargingCostInformation"
_WHERE: Final = "chargingLocation"


def past_charges(
    answer: Sequence[object], problems: Counter[str], now: datetime
) -> list[ChargingSession]:
    """Return past charges, newest first; one that goes on is not among them."""
    reader = Reader(SOURCE, now, problems).inside("charging history")
    found = [item for fields in answer if (item := _session(mapping(fields), reader)) is not None]
    return sorted(found, key=lambda item: item.end, reverse=True)


def session_readings(newest_first: Sequence[ChargingSession], now: datetime) -> list[AnyReading]:
    """Return the readings of past charges."""
    listed = tuple(_short(item) for item in newest_first[:MAX_SESSIONS])
    return [*_at_last_charge(newest_first), CHARGING_SESSIONS.at(listed, now, SOURCE)]


def charged_since(
    newest_first: Sequence[ChargingSession], month: datetime, now: datetime
) -> AnyReading:
    """Return the energy in kWh of the charges that have ended since the month began."""
    total = sum(item.energy or 0.0 for item in newest_first if item.end >= month)
    return CHARGED_THIS_MONTH.at(round(total, 2), now, SOURCE)


def _short(item: ChargingSession) -> ChargingSession:
    """Return a charge without what only the journal needs."""
    return replace(item, blocks=(), position=None)


def _at_last_charge(sessions: Sequence[ChargingSession]) -> Iterator[AnyReading]:
    """Return state of charge and mileage from the last charge."""
    for last in sessions[:1]:
        if last.end_soc is not None:
            yield STATE_OF_CHARGE.at(last.end_soc, last.end, SOURCE)
        if last.mileage is not None:
            yield MILEAGE.at(last.mileage, last.start, SOURCE)


def _session(fields: Mapping[str, object], reader: Reader) -> ChargingSession | None:
    start = reader.take(fields, "startTime", _epoch)
    end = reader.take(fields, "endTime", _epoch)
    if start is None or end is None or not _plausible(start, end, reader.time):
        return None
    miles = "MI" in (reader.take(fields, "mileageUnits", text) or "").upper().split(".")
    mileage = reader.take(fields, "mileage", number)
    cost = reader.take(fields, f"{_COST}.calculatedChargingCost", _positive)
    currency = reader.take(fields, f"{_COST}.currency", _currency)
    return ChargingSession(
        start=start,
        end=end,
        energy=reader.take(fields, "energyConsumedFromPowerGridKwh", number),
        start_soc=reader.take(fields, "displayedStartSoc", number),
        end_soc=reader.take(fields, "displayedSoc", number),
        mileage=distance(mileage, "mi" if miles else "km"),
        place=reader.take(fields, f"{_WHERE}.formattedAddress", text),
        position=_position(fields, reader),
        public=_public(fields, reader),
        preconditioned=reader.take(fields, "isPreconditioningActivated", boolean),
        cost=cost if currency else None,
        currency=currency if cost is not None else None,
        blocks=tuple(_blocks(fields, end, reader)),
    )


def _plausible(start: datetime, end: datetime, now: datetime) -> bool:
    return now - _OLDEST <= start <= end <= min(now + _AHEAD, start + _LONGEST)


def _position(fields: Mapping[str, object], reader: Reader) -> Position | None:
    latitude = reader.take(fields, f"{_WHERE}.mapMatchedLatitude", number)
    longitude = reader.take(fields, f"{_WHERE}.mapMatchedLongitude", number)
    if not latitude or not longitude:
        return None
    return Position(latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None


def _public(fields: Mapping[str, object], reader: Reader) -> str | None:
    """Return who runs the public charging point, or its town."""
    point = mapping(fields.get("publicChargingPoint"))
    for match in sequence(point.get("potentialChargingPointMatches")):
        for name in ("providerName", "city"):
            found = reader.take(mapping(match), name, text)
            if found is not None:
                return found
    return None


def _blocks(fields: Mapping[str, object], end: datetime, reader: Reader) -> Iterator[ChargingBlock]:
    """Return the blocks; the last one ends with the charge if it has no end."""
    inside = reader.inside("block")
    for item in sequence(fields.get("chargingBlocks"))[:_MOST_BLOCKS]:
        block = mapping(item)
        start = inside.take(block, "startTime", _epoch)
        until = inside.take(block, "endTime", _epoch) or end
        power = inside.take(block, "averagePowerGridKw", _positive)
        if start is not None and power is not None and start < until and power <= _MOST_POWER:
            yield ChargingBlock(start, until, power)


def _epoch(value: object) -> datetime | None:
    seconds = number(value)
    if seconds is None:
        return None
    if not 0 < seconds < 2**33:
        raise ValueError("not a time")
    return datetime.fromtimestamp(seconds, UTC)


def _positive(value: object) -> float | None:
    found = number(value)
    if found is not None and found < 0:
        raise ValueError("negative")
    return found


def _currency(value: object) -> str | None:
    word = (text(value) or "").upper()
    return word if _CURRENCY.fullmatch(word) else None


def first_of_month(now: datetime) -> datetime:
    """Return the start of the month of a time, in its time zone."""
    return now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def history_start(now: datetime) -> datetime:
    """Return the start of the requested charging history: the month's, at least 21 days ago."""
    return min(first_of_month(now), now - timedelta(days=21))
