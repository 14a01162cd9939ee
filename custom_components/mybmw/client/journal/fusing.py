"""The record of a charge out of what the car has shown and the rows of BMW's history."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain
from typing import Final

from ..core.records import (
    Charge,
    ChargingKind,
    Figure,
    HistoryRow,
    How,
    Money,
    PlaceKind,
    RecordPlace,
    Slot,
)
from ..core.values import ChargingSession
from .counted_energy import agrees
from .grid_energy import AC_POWER, kind_of
from .log import Settings
from .slots import evenly, joined, of_blocks, of_curve, of_slots, slots_of

_LATE: Final = timedelta(minutes=30)
_MORE: Final = 3.0
_HOUR: Final = timedelta(hours=1)
_EXACT: Final = frozenset({How.BMW, How.METER})

type Details = Mapping[datetime, ChargingSession]


def of_row(row: HistoryRow) -> Charge:
    """Return the charge of a row without more details."""
    return Charge(id="", start=row.start, end=row.end)


def fused(base: Charge, rows: Sequence[HistoryRow], details: Details, settings: Settings) -> Charge:
    """Return a charge with the figures of its rows, which count more than those of the car.

    `details` are the rows that were read now; what others said is in `base`.
    """
    ordered = sorted(rows, key=lambda row: row.start)
    sessions = [details[row.start] for row in ordered if row.start in details]
    part = _is_part(base, ordered[-1])
    kind, place = _kind(base, ordered, sessions), _place(base, sessions, settings)
    public = True if any(item.public for item in sessions) else base.public
    base = replace(base, kind=kind, place=place, public=public)
    energy = _energy(base, ordered, part=part)
    slots = _slots(base, ordered, details, energy, part=part)
    return replace(
        base,
        start=ordered[0].start if not part else base.start,
        not_before=None,
        end=base.end if part else max(row.end for row in ordered),
        start_soc=_first(ordered[0].start_soc, base.start_soc),
        end_soc=base.end_soc if part else _first(ordered[-1].end_soc, base.end_soc),
        energy=energy,
        power=_power(energy, ordered, base, part=part),
        odometer=next((item.mileage for item in sessions if item.mileage), base.odometer),
        address=next((item.place for item in sessions if item.place), base.address),
        preconditioned=base.preconditioned or any(item.preconditioned is True for item in sessions),
        cost=base.cost if _is_set(base.cost) else _cost(sessions) or base.cost,
        billed=_cost(sessions) or base.billed,
        rows=tuple(ordered),
        seen_from=None if base.unseen else base.seen_from,
        seen_until=None if base.unseen else base.seen_until,
        unseen=False,
        slots=slots,
        curve=() if energy is not None and energy.how in _EXACT else base.curve,
    )


def _first(*values: float | None) -> float | None:
    return next((value for value in values if value is not None), None)


def _is_part(base: Charge, last: HistoryRow) -> bool:
    """Return whether the history has only the beginning of a charge so far."""
    until, soc = base.seen_until, base.end_soc
    if base.unseen or until is None or soc is None or last.end_soc is None:
        return False
    return until > last.end + _LATE and soc >= last.end_soc + _MORE


def _energy(base: Charge, rows: Sequence[HistoryRow], *, part: bool) -> Figure | None:
    known = [row.energy for row in rows if row.energy is not None]
    if not known or (len(known) < len(rows) and base.energy is not None):
        return base.energy
    total = Figure(round(sum(known), 3), How.BMW)
    if base.metered is not None and base.at_home and agrees(base.metered, total.value):
        return Figure(base.metered, How.METER)
    if part and base.energy is not None and base.energy.value > total.value:
        return base.energy
    return total


def _slots(
    base: Charge, rows: Sequence[HistoryRow], details: Details, energy: Figure | None, *, part: bool
) -> tuple[Slot, ...]:
    if energy is None:
        return ()
    if energy.how is How.METER and base.energy == energy and base.slots:
        return base.slots
    if part or energy.how is not How.BMW or any(row.energy is None for row in rows):
        start = base.start or rows[0].start
        pieces = of_curve(base.curve, base.end) or evenly(start, base.end)
        return slots_of(energy.value, pieces, base.end)
    return joined(_row_slots(base, row, details.get(row.start)) for row in rows)


def _row_slots(base: Charge, row: HistoryRow, session: ChargingSession | None) -> tuple[Slot, ...]:
    """Return the slots of a row by its blocks, by what was known before, or evenly."""
    if not row.energy:
        return ()
    curve = [point for point in base.curve if row.start - _LATE <= point[0] <= row.end]
    ways = chain(
        [of_blocks(session.blocks)] if session is not None and session.blocks else [],
        [of_slots(base.slots, row.start, row.end)] if row in base.rows else [],
        [of_curve(curve, row.end)] if len(curve) > 1 else [],
    )
    pieces = next((way for way in ways if way), evenly(row.start, row.end))
    return slots_of(row.energy, pieces, row.end)


def _kind(
    base: Charge, rows: Sequence[HistoryRow], sessions: Sequence[ChargingSession]
) -> ChargingKind | None:
    """Return the kind by the highest power of the blocks, or by the mean power."""
    highest = max((block.power for item in sessions for block in item.blocks), default=None)
    if base.kind is not None and (base.seen_until is not None or highest is None):
        return base.kind
    if highest is not None and highest > AC_POWER:
        return ChargingKind.DC
    hours = sum((row.end - row.start for row in rows), timedelta()) / _HOUR
    known = [row.energy for row in rows if row.energy is not None]
    return kind_of(highest or sum(known) / hours) if known and hours > 0 else base.kind


def _power(
    energy: Figure | None, rows: Sequence[HistoryRow], base: Charge, *, part: bool
) -> float | None:
    hours = sum((row.end - row.start for row in rows), timedelta()) / _HOUR
    if part or energy is None or hours <= 0:
        return base.power
    return round(energy.value / hours, 2)


def _place(base: Charge, sessions: Sequence[ChargingSession], settings: Settings) -> RecordPlace:
    """Return the place by the position of the car; that of BMW is matched to a street."""
    if base.place.kind is not PlaceKind.UNKNOWN:
        return base.place
    return settings.place_of(next((item.position for item in sessions if item.position), None))


def _is_set(cost: Money | None) -> bool:
    """Return whether the user has set a cost."""
    return cost is not None and cost.how is How.USER


def _cost(sessions: Sequence[ChargingSession]) -> Money | None:
    """Return what BMW says it cost, if it says so for all of it in one currency."""
    known = [(item.cost, item.currency) for item in sessions if item.cost is not None]
    currencies = {currency for _, currency in known}
    if not known or len(known) < len(sessions) or len(currencies) != 1:
        return None
    (currency,) = currencies
    total = sum(item.cost for item in sessions if item.cost is not None)
    return Money(round(total, 4), currency, How.BMW) if currency else None
