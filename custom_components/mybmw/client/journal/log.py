"""The records of one car, and the changes since the last evaluation."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field, replace
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from itertools import chain
from typing import Any, Final, NamedTuple, cast

from ..core.records import AnyRecord, Charge, RecordPlace, Refuelling, Trip
from ..core.value_class import mutable, record
from ..core.values import Position
from .prices import FuelPrice, PriceList

RECENT: Final = timedelta(hours=1)
"""An event that is older than this is not reported."""


class JournalEventKind(StrEnum):
    """What the journal reports when it happens."""

    TRIP_STARTED = "trip_started"
    TRIP_ENDED = "trip_ended"
    PLUGGED_IN = "plugged_in"
    CHARGE_STARTED = "charge_started"
    CHARGE_PAUSED = "charge_paused"
    CHARGE_ENDED = "charge_ended"
    TARGET_REACHED = "target_reached"
    UNPLUGGED = "unplugged"
    REFUELLED = "refuelled"


class JournalEvent(NamedTuple):
    """Something that has just happened; `details` are plain values, none of them a position."""

    kind: JournalEventKind
    time: datetime
    details: Mapping[str, Any]


@record
class Settings:
    """What the user has set for the journal; `place_of` returns the place of a position.

    `work` is the entity id of the zone of the work. Days and months are those of the time zone
    `zone`. A car within `home_radius` metres of `home` is at home. `prices` and `fuel_price` are
    None if there are none. `meter` returns the kWh that the charger at home has counted, `power`
    the kW that it gives, `solar` the part of the power there that comes from the sun; None if not
    known. `capacities` are usable ones in kWh by VIN.
    """

    join_stops: timedelta = timedelta(minutes=5)
    work: str | None = None
    zone: tzinfo = UTC
    place_of: Callable[[Position | None], RecordPlace] = lambda _position: RecordPlace()
    home: Position | None = None
    home_radius: float = 100.0
    prices: PriceList | None = None
    fuel_price: FuelPrice | None = None
    meter: Callable[[], float | None] = lambda: None
    power: Callable[[], float | None] = lambda: None
    solar: Callable[[], float | None] = lambda: None
    capacities: Mapping[str, float] = field(default_factory=dict)


@mutable
class Log:
    """The closed records of a car by id, and what has changed since `take`.

    `version` is another number after each change.
    """

    trips: dict[str, Trip] = field(default_factory=dict)
    charges: dict[str, Charge] = field(default_factory=dict)
    refuellings: dict[str, Refuelling] = field(default_factory=dict)
    changed: dict[str, AnyRecord | None] = field(default_factory=dict)
    events: list[JournalEvent] = field(default_factory=list)
    version: int = 0

    def new_id(self, kind: str, end: datetime) -> str:
        """Return an id for a record: `kind`, a letter, and the end of the record in UTC.

        The month in it is that of the file in which the record is kept.
        """
        name = f"{kind}{end.astimezone(UTC):%Y%m%dT%H%M%S}"
        kinds: Mapping[str, Mapping[str, AnyRecord]] = {
            TRIP: self.trips,
            CHARGE: self.charges,
            REFUELLING: self.refuellings,
        }
        names = (name, *(f"{name}.{number}" for number in range(2, 1000)))
        return next(item for item in names if item not in kinds[kind])

    def like(self, item: AnyRecord) -> dict[str, AnyRecord]:
        """Return the records of the kind of this one."""
        kinds = {Trip: self.trips, Charge: self.charges, Refuelling: self.refuellings}
        return cast("dict[str, AnyRecord]", kinds[type(item)])

    @property
    def every(self) -> Iterator[AnyRecord]:
        """All records."""
        return chain[AnyRecord](
            self.trips.values(), self.charges.values(), self.refuellings.values()
        )

    def put(self, item: AnyRecord) -> None:
        """Add a record, or replace the one with its id unless nothing differs."""
        known = self.like(item)
        old = known.get(item.id)
        if old is not None:
            item = replace(item, revision=old.revision)
            if item == old:
                return
            item = replace(item, revision=old.revision + 1)
        known[item.id] = self.changed[item.id] = item
        self.version += 1

    def merge(self, kept: AnyRecord, absorbed: Iterable[AnyRecord]) -> None:
        """Replace a record that now contains the others, which are removed."""
        known = self.like(kept)
        for item in absorbed:
            if known.pop(item.id, None) is not None:
                self.changed[item.id] = None
                self.version += 1
        self.put(kept)

    def remove(self, ids: Iterable[str]) -> None:
        """Remove records by id."""
        for record_id in ids:
            self.discard(record_id)
            self.changed[record_id] = None
        self.version += 1

    def discard(self, record_id: str) -> None:
        """Forget a record as if it had not been there."""
        for known in (self.trips, self.charges, self.refuellings):
            known.pop(record_id, None)

    def report(self, event: JournalEvent, now: datetime) -> None:
        """Report an event, unless it is old."""
        if now - event.time <= RECENT:
            self.events.append(event)

    def take(self) -> tuple[dict[str, AnyRecord | None], list[JournalEvent]]:
        """Return the changed records by id, None for removed ones, and the events; forget them."""
        taken = (self.changed, self.events)
        self.changed, self.events = {}, []
        return taken


TRIP: Final = "t"
CHARGE: Final = "c"
REFUELLING: Final = "f"


def month_of(record_id: str) -> str:
    """Return the month of the file in which a record is kept, such as 2026-11."""
    return f"{record_id[1:5]}-{record_id[5:7]}"
