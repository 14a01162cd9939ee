"""What was charged since the journal began: totals that never fall."""

from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any, Final

from ..core.convert import mapping, utc_time
from ..core.records import Charge
from ..core.value_class import mutable

HOME: Final = "home"
AWAY: Final = "away"
_STEP: Final = 0.5
_KEPT: Final = timedelta(days=45)
_DAY: Final = timedelta(days=1)


@mutable
class ChargedTotals:
    """The energy in kWh charged at home and away.

    Charges that ended after `since` are added up anew each time, so that none counts twice; older
    ones are in `base`. A total that a correction has made smaller is held until it is overtaken.
    """

    since: datetime | None = None
    base: dict[str, float] = field(default_factory=lambda: {HOME: 0.0, AWAY: 0.0})
    shown: dict[str, float] = field(default_factory=lambda: {HOME: 0.0, AWAY: 0.0})

    def begin(self, charges: Iterable[Charge], now: datetime) -> None:
        """Begin, or keep charges that hardly change any more in the base."""
        if self.since is None or self.since > now:  # later if the clock was wrong
            self.since = now
        elif now - self.since > _KEPT + _DAY:
            until = now - _KEPT
            for item in charges:
                if self.since < item.end <= until:
                    self.base[_side(item)] += _energy(item)
            self.since = until

    def update(self, newest_first: Iterable[Charge], running: Charge | None) -> Mapping[str, float]:
        """Return the totals; with that of a running charge they grow in steps of 0.5 kWh."""
        found = dict(self.base)
        for item in newest_first:
            if self.since is not None and item.end <= self.since:
                break
            if running is None or item.id != running.id:
                found[_side(item)] += _energy(item)
        if running is not None:
            side = _side(running)
            found[side] = (found[side] + _energy(running)) // _STEP * _STEP
        for side, total in found.items():
            self.shown[side] = max(self.shown[side], round(total, 2))
        return self.shown

    def forget(self) -> None:
        """Keep the totals though the charges in them are removed."""
        self.base = dict(self.shown)
        self.since = None

    def dump(self) -> dict[str, Any]:
        """Return the totals as JSON."""
        since = self.since and self.since.isoformat()
        return {"since": since, "base": dict(self.base), "shown": dict(self.shown)}

    def load(self, saved: object) -> None:
        """Restore the totals; invalid parts are ignored."""
        fields = mapping(saved)
        for name, held in (("base", self.base), ("shown", self.shown)):
            for side in held:
                value = mapping(fields.get(name)).get(side)
                if isinstance(value, (int, float)) and 0 <= value < 1e9:
                    held[side] = float(value)
        self.since = utc_time(fields.get("since")) or self.since


def energy_since(item: Charge, start: datetime) -> float:
    """Return the energy in kWh of a charge since a time."""
    if item.energy is not None and item.slots and item.slots[0].start >= start:
        return item.energy.value
    return sum(slot.energy for slot in item.slots if slot.start >= start)


def without_records(running: Charge, newest_first: Iterable[Charge]) -> Charge:
    """Return a charge that goes on without the energy of records that are a part of it.

    BMW's history may have its beginning, or what was before a pause.
    """
    start, energy = running.seen_from or running.end, running.energy
    recent = takewhile(lambda item: item.end > start, newest_first)
    parts = [item for item in recent if item.id != running.id and _start(item) < running.end]
    if energy is None or not energy.value or not parts:
        return running
    left = max(energy.value - sum(map(_energy, parts)), 0.0)
    slots = (replace(item, energy=item.energy * left / energy.value) for item in running.slots)
    return replace(running, slots=tuple(slots), energy=replace(energy, value=left))


def _start(item: Charge) -> datetime:
    return item.start or item.not_before or item.end


def _side(item: Charge) -> str:
    return HOME if item.at_home else AWAY


def _energy(item: Charge) -> float:
    return 0.0 if item.energy is None else item.energy.value
