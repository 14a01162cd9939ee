"""Match the charges of the log with the rows of BMW's history, which replace estimates.

Rows may come in any order, late, changed and again. Each time the records near a new row are put
together from scratch, out of what the readings of the car have shown and all rows.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from ..core.records import Charge, HistoryRow, How
from ..core.value_class import mutable
from ..core.values import ChargingSession
from .fusing import fused, of_row
from .log import CHARGE, Log, Settings

_PADDING: Final = timedelta(minutes=30)
_INSIDE: Final = timedelta(minutes=5)
_ZERO: Final = timedelta()
_KEPT: Final = ("id", "cost", "costs", "place_set", "solar_share", "note")
_OF_HISTORY: Final = (
    "rows",
    "slots",
    "odometer",
    "address",
    "public",
    "preconditioned",
    "billed",
    *_KEPT,
)


class Span(NamedTuple):
    """A time from start to end."""

    start: datetime
    end: datetime

    def common(self, other: Span) -> timedelta:
        """Return how long both are, negative if there is time between them."""
        return min(self.end, other.end) - max(self.start, other.start)

    def padded(self) -> Span:
        """Return the time with 30 min around it."""
        return Span(self.start - _PADDING, self.end + _PADDING)

    def inside(self, other: Span) -> bool:
        """Return whether it is within the other, but for 5 min."""
        return other.start - _INSIDE <= self.start and self.end <= other.end + _INSIDE


@mutable
class _Group:
    """Records and rows that are the same charge."""

    records: list[Charge] = field(default_factory=list)
    rows: list[HistoryRow] = field(default_factory=list)


def span_of(item: Charge) -> Span:
    """Return the time of a charge; that of an unseen one is any time before its end."""
    return Span(item.start or item.not_before or item.end, item.end)


def take_sessions(log: Log, sessions: Iterable[ChargingSession], settings: Settings) -> bool:
    """Bring rows of BMW's history into the log; return whether anything was new."""
    known = {row.start: row for item in log.charges.values() for row in item.rows}
    new = {
        item.start: item
        for item in sorted(sessions, key=lambda item: item.start)
        if _is_charge(item) and _is_new(row_of(item), known.get(item.start))
    }
    for session in new.values():
        _regroup(log, [session], None, settings)
    return bool(new)


def file_charge(log: Log, own: Charge, settings: Settings) -> str:
    """Bring a charge as the readings show it into the log; return the id of its record."""
    return _regroup(log, [], own, settings)


def row_of(session: ChargingSession) -> HistoryRow:
    """Return what the log keeps of a row."""
    return HistoryRow(
        session.start,
        session.end,
        session.energy,
        session.start_soc,
        session.end_soc,
        detailed=bool(session.blocks),
    )


def _is_charge(session: ChargingSession) -> bool:
    """Return whether anything was charged, as far as the row says."""
    return bool(session.energy) or (session.end_soc or 0.0) > (session.start_soc or 0.0)


def _is_new(row: HistoryRow, known: HistoryRow | None) -> bool:
    """Return whether a row is unknown or changed; it is not if only its power is not there now."""
    if known is None or row.detailed:
        return row != known
    return replace(row, detailed=known.detailed) != known


def _regroup(
    log: Log, sessions: Sequence[ChargingSession], own: Charge | None, settings: Settings
) -> str:
    """Put the records near new rows, or near a charge that was seen, together again."""
    spans = [Span(item.start, item.end).padded() for item in sessions]
    if own is not None:
        spans.append(span_of(own).padded())
    near = {item.id: item for item in _near(log, spans)}
    if own is not None and own.id in log.charges:
        near[own.id] = log.charges[own.id]
    rows = {row.start: row for item in near.values() for row in item.rows}
    for item in sessions:
        rows = {key: row for key, row in rows.items() if not _replaces(item, row)}
        rows[item.start] = row_of(item)
    seen = {item.id: item for item in near.values() if item.seen_until is not None}
    if own is not None:
        own = _as_filed(own, seen)
        seen[own.id] = own
    found = ""
    used: set[str] = set()
    details = {item.start: item for item in sessions}
    for group in _groups(list(seen.values()), sorted(rows.values(), key=lambda row: row.start)):
        record_id = _file(log, group, list(near.values()), details, used, settings)
        if own is not None and any(item.id == own.id for item in group.records):
            found = record_id
    log.remove({item.id for item in near.values() if item.rows or item.seen_until} - used)
    return found


def _replaces(session: ChargingSession, row: HistoryRow) -> bool:
    """Return whether a row is a part of a newer one; a car does not charge twice at a time."""
    return session.start <= row.start and row.end <= session.end


def _near(log: Log, spans: Iterable[Span]) -> Iterator[Charge]:
    """Yield the charges within an hour of one of the times, and those near their rows."""
    waiting = dict(log.charges)
    queue = list(spans)
    while queue:
        low, high = queue.pop().padded()
        touching = [
            item
            for item in waiting.values()
            if item.end > low and (item.start or item.not_before or item.end) < high
        ]
        for item in touching:
            del waiting[item.id]
            queue += [Span(row.start, row.end).padded() for row in item.rows]
            yield item


def _as_filed(own: Charge, seen: Mapping[str, Charge]) -> Charge:
    """Return a charge as it is seen now, with the id of its record and what only that has.

    A record of the same time is of the same charge, though the program has ended in between.
    """
    same = [item for item in seen.values() if not item.unseen and _together(own, item) > _ZERO]
    record = seen.get(own.id) or next(iter(same), None)
    if record is None or own.unseen:
        return own
    names = {*(_OF_HISTORY if record.rows else _KEPT), *(["place"] if record.place_set else [])}
    if own.energy is not None and own.energy.how is How.METER:
        names.discard("slots")
    return replace(own, **{name: getattr(record, name) for name in names})


def _groups(seen: Sequence[Charge], rows: Sequence[HistoryRow]) -> list[_Group]:
    """Decide which rows belong to which charges that were seen."""
    groups = {item.id: _Group([item]) for item in seen}
    alone: list[_Group] = []
    truly = {item.id for item in seen for row in rows if _common(item, row) > _ZERO}
    for row in rows:
        best = _best(row, seen, truly)
        if best is None:
            alone.append(_Group(rows=[row]))
            continue
        group = groups[best.id]
        if best.unseen and group.rows:
            alone.append(_Group(rows=[row]))
            continue
        group.rows.append(row)
        for item in seen:
            other = groups[item.id]
            if other is not group and not item.unseen and span_of(item).inside(_span(row)):
                group.records += other.records
                group.rows += other.rows
                groups.update((record.id, group) for record in other.records)
    unique = {id(group): group for group in groups.values()}
    return [*unique.values(), *alone]


def _best(row: HistoryRow, seen: Iterable[Charge], truly: Collection[str]) -> Charge | None:
    """Return the charge with the most time in common with a row, None if it is another charge.

    One that is only near the row is the same if it has no time in common with any row.
    """
    fitting = [
        item
        for item in seen
        if _common(item, row) > _ZERO or (item.id not in truly and not item.unseen)
    ]
    if not fitting:
        return None
    best = max(fitting, key=lambda item: (_common(item, row), item.id))
    return best if _common(best, row) > -_PADDING else None


def _together(one: Charge, other: Charge) -> timedelta:
    return _seen(one).common(_seen(other))


def _seen(item: Charge) -> Span:
    start = item.seen_from or item.not_before or item.end
    return Span(start, item.seen_until or item.end)


def _common(item: Charge, row: HistoryRow) -> timedelta:
    return _seen(item).common(_span(row))


def _span(row: HistoryRow) -> Span:
    return Span(row.start, max(row.end, row.start + timedelta(seconds=1)))


def _file(
    log: Log,
    group: _Group,
    near: Sequence[Charge],
    details: Mapping[datetime, ChargingSession],
    used: set[str],
    settings: Settings,
) -> str:
    """Put the record of a group into the log; return its id."""
    starts = {row.start for row in group.rows}
    held = [item for item in near if any(row.start in starts for row in item.rows)]
    known = [item for item in (*group.records, *held) if item.id in log.charges]
    record_id = next((item.id for item in known if item.id not in used), None)
    base = _base(group, held)
    if record_id is None:
        record_id = log.new_id(CHARGE, base.end if not group.rows else group.rows[-1].end)
    used.add(record_id)
    base = replace(base, id=record_id)
    log.put(fused(base, group.rows, details, settings) if group.rows else _as_seen(base))
    return record_id


def _as_seen(item: Charge) -> Charge:
    """Return a charge without rows, though it had some."""
    if not item.rows or item.seen_until is None:
        return item
    return replace(item, rows=(), start=item.seen_from, end=item.seen_until)


def _base(group: _Group, held: Sequence[Charge]) -> Charge:
    """Return what is known without rows that are new: what was seen, or an earlier record."""
    if not group.records:
        return next((item for item in held if item.seen_until is None), of_row(group.rows[0]))
    first = min(group.records, key=lambda item: span_of(item).start)
    last = max(group.records, key=lambda item: item.end)
    return replace(
        first,
        end=last.end,
        end_soc=last.end_soc,
        seen_until=max(item.seen_until or item.end for item in group.records),
        ended_by=last.ended_by,
        metered=_metered(group.records),
        pauses=sum(item.pauses for item in group.records) + len(group.records) - 1,
        curve=tuple(sorted(point for item in group.records for point in item.curve)),
    )


def _metered(records: Sequence[Charge]) -> float | None:
    """Return what the charger has counted, None if not all of it is known."""
    known = [item.metered for item in records if item.metered is not None]
    return round(sum(known), 3) if len(known) == len(records) else None
