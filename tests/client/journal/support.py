"""One car whose messages go through the parsers of CarData into its journal."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import orjson

from custom_components.mybmw.client import Garage
from custom_components.mybmw.client.cardata.car_state import CarState as Memory
from custom_components.mybmw.client.cardata.readings import read_values
from custom_components.mybmw.client.core.attributes import DRIVE_TRAIN, AnyReading
from custom_components.mybmw.client.core.records import AnyRecord, Charge, Trip
from custom_components.mybmw.client.core.values import ChargingSession, DriveTrain
from custom_components.mybmw.client.journal.journal import Journal
from custom_components.mybmw.client.journal.log import JournalEvent, Log, Settings
from custom_components.mybmw.client.journal.observation import observe
from custom_components.mybmw.client.journal.stored import load_records, to_json
from custom_components.mybmw.client.mybmw.car_context import Context
from custom_components.mybmw.client.mybmw.readings import read_state
from tests.replay.cardata import StreamMessage
from tests.replay.driving_days import Driven

VIN: Final = "WBY00000000JOURNL"
START: Final = datetime(2026, 11, 9, tzinfo=UTC)
AFTER_BURST: Final = timedelta(seconds=2)


@dataclass
class Owner:
    """What an owner sees: records, events and live values, look by look."""

    train: DriveTrain = DriveTrain.ELECTRIC
    settings: Settings = field(default_factory=Settings)

    def __post_init__(self) -> None:
        """Start with a car that has not sent anything."""
        self.log = Log()
        self.journal = Journal(self.log, self.settings)
        self.events: list[JournalEvent] = []
        self.readings: list[AnyReading] = []
        self.memory = Memory(self.train, UTC)
        self.garage = Garage()
        self.garage.update(VIN, [DRIVE_TRAIN.at(self.train, datetime(2020, 1, 1, tzinfo=UTC))])
        self.again: datetime | None = None
        self.now = START
        self.largest = 0
        self.keep()
        self.true: list[Driven] = []

    @property
    def trips(self) -> list[Trip]:
        """The trips in order of their end."""
        return sorted(self.log.trips.values(), key=lambda trip: trip.end)

    @property
    def charges(self) -> list[Charge]:
        """The charges in order of their end."""
        return sorted(self.log.charges.values(), key=lambda charge: charge.end)

    def import_charges(self, sessions: Iterable[ChargingSession]) -> None:
        """Take in rows of BMW's history."""
        self.journal.charges.take_history(sessions, self.log, self.settings)
        self.look(self.now)

    @property
    def driven(self) -> float:
        """The km of all trips, with the one that goes on."""
        current = self.journal.trips.current()
        open_id = None if current is None else current.id
        closed = sum(trip.distance for trip in self.trips if trip.id != open_id)
        return closed + (0.0 if current is None else current.distance)

    def value(self, key: str) -> object:
        """Return the newest live value with a key."""
        found = [reading.value for reading in self.readings if reading.attribute.key == key]
        return found[-1] if found else None

    def look(self, now: datetime) -> None:
        """Look at the car now."""
        self.now = now
        update = self.journal.look(observe(self.garage.vehicles[VIN]), now)
        self.events += update.events
        self.readings += update.readings
        self.again = update.again

    def wait(self, until: datetime) -> None:
        """Let time pass: the journal looks when it wants to."""
        while self.again is not None and self.again <= until:
            self.look(max(self.again, self.now))
        self.now = max(self.now, until)

    def receive(self, sent: Iterable[StreamMessage]) -> None:
        """Receive messages; the journal looks some seconds after the last of a burst."""
        due: datetime | None = None
        for message in sent:
            if due is not None and message.time > due:
                self.wait(due)
                self.look(due)
            self.wait(message.time)
            self.update(read_values(message.payload["data"], self.memory, message.time))
            due = message.time + AFTER_BURST
        if due is not None:
            self.look(due)

    def miss(self, message: StreamMessage) -> None:
        """Let the car have sent a message, which is read later; the journal does not look."""
        self.update(read_values(message.payload["data"], self.memory, message.time))

    def poll(self, answer: Any, now: datetime) -> None:
        """Receive an answer of the app API."""
        context = Context(now, UTC, drive_train=self.train)
        self.update(read_state(answer, context, Counter()))
        self.look(now + AFTER_BURST)

    def update(self, readings: Iterable[AnyReading]) -> None:
        """Give the car readings without a look."""
        self.garage.update(VIN, readings)

    def restart(self) -> None:
        """Start again with what was stored."""
        self._load(self._records(), self._state())

    def keep(self) -> None:
        """Write both files."""
        self._kept = self._records(), self._state()

    def kill(self, written: str) -> None:
        """Start again with only the records or only the state as they are now, else as kept."""
        records, state = self._kept
        if written == "records":
            records = self._records()
        else:
            state = self._state()
        self._load(records, state)

    def _records(self) -> list[Any]:
        records: list[AnyRecord] = [*self.log.trips.values(), *self.log.refuellings.values()]
        saved: list[Any] = orjson.loads(orjson.dumps([to_json(item) for item in records]))
        return saved

    def _state(self) -> Any:
        saved = orjson.dumps(self.journal.dump())
        self.largest = max(self.largest, len(saved))
        return orjson.loads(saved)

    def _load(self, records: list[Any], state: Any) -> None:
        self.log = Log()
        for item in load_records(records).records:
            self.log.like(item)[item.id] = item
        self.journal = Journal(self.log, self.settings)
        self.journal.load(state)
