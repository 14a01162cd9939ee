"""Plays the messages of a car into a tracker of charges, as they arrive."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
import json
from typing import Any
from zoneinfo import ZoneInfo

from custom_components.mybmw.client.cardata.car_state import CarState as Memory
from custom_components.mybmw.client.cardata.charging_history import past_charges
from custom_components.mybmw.client.cardata.readings import read_values
from custom_components.mybmw.client.core.attributes import (
    BATTERY_CAPACITY,
    DRIVE_TRAIN,
    AnyAttribute,
    AnyReading,
)
from custom_components.mybmw.client.core.records import Charge, PlaceKind, RecordPlace
from custom_components.mybmw.client.core.values import ChargingSession, DriveTrain, Position
from custom_components.mybmw.client.core.vehicle import Vehicle
from custom_components.mybmw.client.journal.charges import ChargeTracker
from custom_components.mybmw.client.journal.log import JournalEvent, Log, Settings
from custom_components.mybmw.client.journal.observation import observe
from tests.replay.days import Part
from tests.replay.fingerprints import Json
from tests.replay.timeline import Change, messages

VIN = "WBA00000000000001"
START = datetime(2026, 11, 10, tzinfo=UTC)
HOME = (48.1371, 11.5754)
BERLIN = ZoneInfo("Europe/Berlin")

_SOON = timedelta(seconds=2)
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def place_of(position: Position | None) -> RecordPlace:
    """Return whether a position is at home."""
    if position is None:
        return RecordPlace()
    near = abs(position.latitude - HOME[0]) < 0.001 and abs(position.longitude - HOME[1]) < 0.001
    return RecordPlace(PlaceKind.HOME, "zone.home", "Home") if near else RecordPlace(PlaceKind.AWAY)


@dataclass
class Story:
    """A car, its log, and what the tracker has made of them."""

    train: DriveTrain = DriveTrain.ELECTRIC
    capacity: float | None = 80.0
    zone: tzinfo = BERLIN
    log: Log = field(default_factory=Log)
    events: list[JournalEvent] = field(default_factory=list)
    shown: dict[AnyAttribute, list[Any]] = field(default_factory=dict)
    tracker: ChargeTracker = field(default_factory=ChargeTracker)
    now: datetime = START
    moved: datetime | None = None

    def __post_init__(self) -> None:
        self.vehicle = Vehicle(VIN)
        self._memory = Memory(self.train, self.zone)
        self._settings = Settings(zone=self.zone, place_of=place_of)
        self.vehicle.update([DRIVE_TRAIN.at(self.train, _LONG_AGO)])
        if self.capacity is not None:
            self.vehicle.update([BATTERY_CAPACITY.at(self.capacity, _LONG_AGO)])

    def play(self, changes: Iterable[Change], together: int = 4) -> None:
        """Play changes; the tracker looks two seconds after each message, and when it wants."""
        for message in messages(changes, vin=VIN, gcid="g", start=START, together=together):
            self.until(message.time)
            self.vehicle.update(read_values(message.payload["data"], self._memory, message.time))
            self.look(message.time + _SOON)

    def until(self, time: datetime) -> None:
        """Let time pass; the tracker looks when it wants."""
        while (again := self.tracker.again) is not None and again < time:
            self.vehicle.expire(again)
            self.look(again)

    def hours(self, hours: float) -> None:
        """Let hours pass without a message."""
        end = self.now + timedelta(hours=hours)
        self.until(end)
        self.look(end)

    def say(self, *readings: AnyReading) -> None:
        """Take in readings now."""
        self.vehicle.update(readings)
        self.look(max(self.now, *(item.time for item in readings)) + _SOON)

    def look(self, now: datetime) -> None:
        """Look once."""
        self.now = max(self.now, now)
        seen = observe(self.vehicle)
        self.tracker.look(seen, self.now, self.log, self._settings, self.moved)
        for attribute, value in self.tracker.values(seen, self.now, self._settings):
            known = self.shown.setdefault(attribute, [])
            if not known or known[-1] != value:
                known.append(value)
        self.events += self.log.take()[1]

    def history(self, sessions: Sequence[ChargingSession]) -> None:
        """Take in rows of BMW's history."""
        self.tracker.take_history(sessions, self.log, self._settings)
        self.look(self.now)

    def restart(self, saved: Any = None) -> None:
        """Go on with what was saved, by default right now."""
        saved = json.dumps(self.tracker.dump() if saved is None else saved)
        self.tracker = ChargeTracker()
        self.tracker.load(json.loads(saved))
        self.look(self.now)

    @property
    def charges(self) -> list[Charge]:
        """The charges, oldest first."""
        return sorted(self.log.charges.values(), key=lambda item: item.end)

    def told(self) -> list[str]:
        """The kinds of all events."""
        return [event.kind.value for event in self.events]


def made(part: Part) -> list[Change]:
    """Return the changes of a part."""
    return [*part]


def sessions_of(rows: Sequence[Json]) -> list[ChargingSession]:
    """Return rows of BMW's history as CarData reads them."""
    return past_charges(rows, Counter(), START + timedelta(days=365))
