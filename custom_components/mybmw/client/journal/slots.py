"""The energy of a charge by the quarter of an hour."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Final, NamedTuple

from ..core.records import Slot
from ..core.values import ChargingBlock

type Curve = Sequence[tuple[datetime, float]]
"""Charging power in kW by time."""

_QUARTER: Final = 900
_LONGEST: Final = timedelta(days=7)
_LONGEST_STEP: Final = timedelta(minutes=75)
_DIGITS: Final = 4


class Piece(NamedTuple):
    """A time with a constant power; only the ratio of the powers to each other matters."""

    start: datetime
    end: datetime
    power: float


def of_blocks(blocks: Iterable[ChargingBlock]) -> list[Piece]:
    """Return the pieces of the blocks of a row of BMW's history."""
    return [Piece(item.start, item.end, item.power) for item in blocks]


def of_curve(curve: Curve, end: datetime) -> list[Piece]:
    """Return the pieces of a power curve; a power is taken to last until the next one."""
    return [
        Piece(start, min(until, start + _LONGEST_STEP), power)
        for (start, power), (until, _) in pairwise([*curve, (end, 0.0)])
        if until > start
    ]


def of_slots(slots: Iterable[Slot], start: datetime, end: datetime) -> list[Piece]:
    """Return the pieces of the slots that are between two times."""
    quarter = timedelta(seconds=_QUARTER)
    times = ((max(item.start, start), min(item.start + quarter, end), item) for item in slots)
    return [
        Piece(begin, until, item.energy / (until - begin).total_seconds())
        for begin, until, item in times
        if begin < until
    ]


def evenly(start: datetime, end: datetime) -> list[Piece]:
    """Return one piece."""
    return [Piece(start, end, 1.0)]


def slots_of(energy: float, pieces: Iterable[Piece], end: datetime) -> tuple[Slot, ...]:
    """Distribute an energy in kWh among pieces; all of it is at `end` if they have no power.

    Of a charge that takes longer than a week, all is in the last seven days.
    """
    amounts: dict[int, float] = {}
    for piece in pieces:
        for quarter, seconds in _quarters(piece, end - _LONGEST):
            amounts[quarter] = amounts.get(quarter, 0.0) + piece.power * seconds
    total = sum(amounts.values())
    if total <= 0:
        amounts, total = {_quarter(end): 1.0}, 1.0
    scaled = {key: round(energy * part / total, _DIGITS) for key, part in sorted(amounts.items())}
    largest = max(scaled, key=scaled.__getitem__)
    scaled[largest] = round(scaled[largest] + energy - sum(scaled.values()), _DIGITS)
    return tuple(
        Slot(datetime.fromtimestamp(key, UTC), value) for key, value in scaled.items() if value > 0
    )


def joined(parts: Iterable[Iterable[Slot]]) -> tuple[Slot, ...]:
    """Add up slots with the same start."""
    amounts: dict[datetime, float] = {}
    for part in parts:
        for item in part:
            amounts[item.start] = round(amounts.get(item.start, 0.0) + item.energy, _DIGITS)
    return tuple(Slot(start, value) for start, value in sorted(amounts.items()))


def _quarter(time: datetime) -> int:
    return int(time.timestamp() // _QUARTER * _QUARTER)


def _quarters(piece: Piece, earliest: datetime) -> Iterator[tuple[int, float]]:
    """Yield the quarters of an hour of a piece, in s since 1970, and how many s are in it."""
    at, end = max(piece.start, earliest).timestamp(), piece.end.timestamp()
    while at < end:
        quarter = int(at // _QUARTER * _QUARTER)
        until = min(end, quarter + _QUARTER)
        yield quarter, until - at
        at = until
