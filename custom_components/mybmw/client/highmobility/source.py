"""High Mobility as a source: reads cars after webhooks, else seldom, and counts what that costs."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
import logging
from typing import Final

from ..core.attributes import CHARGING_SESSIONS, LAST_UPDATE, PRIVACY_MODE, AnyAttribute, AnyReading
from ..core.convert import mapping
from ..core.counter import Tally
from ..core.errors import (
    AuthError,
    ClientError,
    NotAllowedError,
    QuotaError,
    RefusedError,
    UnexpectedError,
)
from ..core.events import CarEvent, EventKind
from ..core.listeners import Listeners
from ..core.recording import MESSAGES, Message, Recording
from ..core.source import Bill, Origin, Poll, Push, Status
from ..core.supervisor import Supervisors
from ..core.values import Unreadable
from ..core.vehicle import Vehicle
from . import trace
from .admission import NEVER, Admission
from .api import HighMobilityApi
from .car import FleetCar, ReadRun
from .clearance import Clearance, state_of
from .component import SOURCE
from .costs import Costs
from .harmless_paths import harmless
from .http_errors import PrivacyError
from .readings import AnswerContext, read_vehicle
from .webhooks import RECORDED, WebhookEvent, WebhookReceiver

_LOGGER = logging.getLogger(__name__)

type SaveSpent = Callable[[Mapping[str, object]], Awaitable[object]]
"""Writes down at once what must not be lost."""

_SILENCE: Final = timedelta(hours=48)
_DENIED: Final = timedelta(hours=6).total_seconds()
_SHORT_PAUSE: Final = timedelta(minutes=1)


class HighMobilitySource:
    """Reads the cars of one login: those of a fleet, or the one that a driver gave consent for.

    `vins` are the cars of the fleet that are wanted, None for all. With `fleet` false the token is
    about one car, and may be pending. `events` reports webhooks by VIN, `faster` lets a car that
    costs nothing more this month be read more often. `api` is for what is asked beside cars' data.
    """

    name: Final = SOURCE

    def __init__(
        self,
        api: HighMobilityApi,
        receiver: WebhookReceiver,
        costs: Costs | None = None,
        *,
        fleet: bool = True,
        vins: Iterable[str] | None = None,
        faster: bool = False,
    ) -> None:
        """Initialize the source; nothing is sent before the first work or poll."""
        self.accepts: Callable[[str], bool] = lambda _vin: True
        self.messages: Listeners[Message] = Listeners()
        self.events: Listeners[str, CarEvent] = Listeners()
        self.cars: dict[str, FleetCar] = {}
        self.costs = costs or Costs()
        self.receiver = receiver
        self.problems = Tally()
        self.api = api
        self._fleet = fleet
        self._admission = Admission(api, self.cars, fleet=fleet, wanted=vins)
        self._faster = faster
        self._pause = NEVER
        self._busy = asyncio.Lock()
        self._dirty = asyncio.Event()
        self._push: Push | None = None
        self._changed: Callable[[], object] | None = None
        self._save: SaveSpent | None = None
        self._supervisors = Supervisors(api.http.redactor)
        api.spending = self

    @property
    def status(self) -> Status:
        """Return the status; calls are those of the month."""
        now = datetime.now(UTC)
        return Status(
            calls_made=self.costs.requests(now),
            next_call=self.due(),
            failing=self._supervisors.lasting,
            private=any(car.private for car in self.cars.values()),
            refused_cars=any(car.refused for car in self.cars.values()),
            cause=Unreadable.WAITING if self._admission.waiting else None,
            delivery=self.receiver.last,
            webhook_silent_since=self.receiver.silent_since,
            webhook_refused=self.receiver.refused,
            bill=self.bill(),
            received=self.receiver.received,
            contacts=self.api.http.contacts,
        )

    def bill(self, vin: str | None = None) -> Bill | None:
        """Return what all cars cost this month, or one; None without a price or the car."""
        return self.costs.bill(vin, datetime.now(UTC)) if vin in (None, *self.cars) else None

    @property
    def pending(self) -> bool:
        """Return whether the approval of the owner is missing."""
        return self._admission.pending

    def has(self, vin: str) -> bool:
        """Return whether the account has a car, as far as that is known."""
        return vin in self.cars

    def can_poll(self, vin: str) -> bool:
        """Return whether a car can be read."""
        return vin in self.cars and self.unreadable(vin) in (None, Unreadable.SILENT)

    def trace(self, vin: str, attribute: AnyAttribute) -> Origin | None:
        """Return how an attribute of a car comes, None if the service never has it."""
        return trace.trace(self.cars.get(vin) or FleetCar(), attribute)

    def streams(self, vin: str) -> bool:
        """Return False: there is no stream."""
        return False

    def unreadable(self, vin: str) -> Unreadable | None:
        """Return why a car cannot be read at present, None if it can."""
        car = self.cars.get(vin)
        if self.pending or (car is not None and car.waiting):
            return Unreadable.WAITING
        if car is not None and (car.denied or not car.cleared):
            return Unreadable.NOT_ALLOWED
        until = self.current_until(vin)
        return Unreadable.SILENT if until is not None and until <= datetime.now(UTC) else None

    def current_until(self, vin: str) -> datetime | None:
        """Return until when the values of a car are current unless it is read again."""
        car = self.cars.get(vin)
        return None if car is None or car.pace.read is None else car.pace.read + _SILENCE

    def due(self) -> datetime:
        """Return when the next work is due."""
        now = datetime.now(UTC)
        times = [self._admission.due, *(self._due_of(vin, now) for vin in self._readable())]
        return max(min(times), self._pause)

    async def work(self) -> Poll:
        """Do what is due; failures are in the result."""
        async with self._working() as run:
            await run.attempt(partial(self._ready, run))
            now = datetime.now(UTC)
            for vin in [vin for vin in self._readable() if self._due_of(vin, now) <= now]:
                await self._read(vin, run)
        return run.poll()

    async def poll(self, vin: str | None = None) -> Poll:
        """Read all cars, or one, on request."""
        async with self._working() as run:
            await run.attempt(partial(self._ready, run))
            for known in [known for known in self._readable() if vin in (None, known)]:
                await self._read(known, run)
        return run.poll()

    async def listen(self, push: Push, changed: Callable[[], object]) -> None:
        """Report webhooks until cancelled, and save which ones were received."""
        self._push, self._changed = push, changed
        self._supervisors.changed = changed
        try:
            while True:
                await self._dirty.wait()
                self._dirty.clear()
                await self._write()
        finally:
            self._push = self._changed = self._supervisors.changed = None

    def deliver(self, headers: Mapping[str, str], body: bytes) -> int:
        """Handle a request to the webhook; return the HTTP status, and never raise."""
        try:
            with self._supervisors.of("a delivery"):
                return self._received(headers, body)
        except UnexpectedError:
            return 202

    def know(self, vehicles: Iterable[Vehicle]) -> None:
        """Restore the cars that were known before a restart, after `load`."""
        for vehicle in vehicles:
            car = self.cars.get(vehicle.vin)
            if car is not None:
                car.drive_train = vehicle.drive_train
                car.sessions = vehicle.value(CHARGING_SESSIONS) or ()
                car.newest = vehicle.value(LAST_UPDATE)
                car.privacy = vehicle.value(PRIVACY_MODE) is True

    def keep(self, save: SaveSpent, saved: object) -> None:
        """Restore what was spent and received, and save it with `save` from now on."""
        self._save = save
        self.costs.load(mapping(saved).get("costs"))
        self.receiver.load(mapping(saved), datetime.now(UTC))

    def spent(self) -> Mapping[str, object]:
        """Return what must not be lost, as JSON."""
        return {"costs": self.costs.dump(), **self.receiver.dump()}

    def dump(self) -> Mapping[str, object]:
        """Return what should survive a restart beside cars and what `keep` saves, as JSON."""
        return self._admission.dump()

    def dump_car(self, vin: str) -> Mapping[str, object] | None:
        """Return what should survive a restart of one car as JSON."""
        car = self.cars.get(vin)
        return None if car is None else car.dump()

    def load(self, saved: object) -> None:
        """Restore what was saved, with the `cars` beside it; invalid parts are left out."""
        fields, now = mapping(saved), datetime.now(UTC)
        for vin, car in mapping(fields.get("cars")).items():
            if self._admission.wants(vin):
                self.cars[vin] = FleetCar.load(car, now)
        self._admission.load(fields, now)

    async def spend(self, vin: str) -> None:
        """Count a request, and save that before it is sent."""
        self.costs.request(vin, datetime.now(UTC))
        await self._write()

    def take_back(self, vin: str) -> None:
        """Take back a request that cannot have reached the service."""
        self.costs.take_back(vin, datetime.now(UTC))

    def diagnostics(self) -> Mapping[str, object]:
        """Return counters; they have to be anonymised before they are shown."""
        return {
            "pending": self.pending,
            "webhooks": dict(self.receiver.counts),
            "problems": dict(self.problems),
            "costs": self.costs.dump(),
            "cars": {vin: car.diagnostics() for vin, car in self.cars.items()},
        }

    def recording(self, messages: int = MESSAGES) -> Recording:
        """Return the newest answers and deliveries as they came."""
        answers, newest = self.api.http.recorder.answers, self.receiver.newest(messages)
        return Recording(answers, newest, harmless(), RECORDED)

    @asynccontextmanager
    async def _working(self) -> AsyncIterator[ReadRun]:
        """Run the work, and save what was spent at the end."""
        async with self._busy:
            try:
                yield ReadRun()
            finally:
                await self._write()

    def _readable(self) -> list[str]:
        """Return the cars that may be read and are wanted."""
        if self.pending:
            return []
        return [vin for vin, car in self.cars.items() if car.cleared and self.accepts(vin)]

    def _due_of(self, vin: str, now: datetime) -> datetime:
        free = self._faster and self.costs.capped(vin, now)
        until = self.costs.next_month(now) if self.costs.over_limit(now) else None
        return self.cars[vin].pace.due(free=free, until=until)

    async def _ready(self, run: ReadRun) -> None:
        """Ask which cars may be read, if that is due; after a failure, later."""
        now = datetime.now(UTC)
        try:
            await self._admission.look(run, now)
        except ClientError as error:
            self._wait(error, now)
            raise
        self._supervisors.keep(self.cars)

    async def _read(self, vin: str, run: ReadRun) -> None:
        """Read one car, unless the run has ended; an error ends the run or is that of the car."""
        if run.error is not None:
            return
        car, now = self.cars[vin], datetime.now(UTC)
        car.pace.begin(now)
        try:
            with self._supervisors.of("reading a car", vin):
                run.readings[vin] = await self._told(vin, car)
        except PrivacyError:
            run.readings[vin] = [car.hidden(now)]
        except ClientError as error:
            self._failed(vin, car, run, error)

    async def _told(self, vin: str, car: FleetCar) -> list[AnyReading]:
        asked = datetime.now(UTC)
        answer = await self.api.vehicle_data(vin)
        context = AnswerContext(asked, car.drive_train, car.sessions)
        with car.answers.reading(trace.PART, asked, self.problems):
            found = read_vehicle(answer, context, self.problems)
        values = {item.attribute: item for item in found.readings}
        changed = car.answered(values, found.failures)
        car.pace.done(datetime.now(UTC), changed=changed)
        return [*found.readings, *car.problems(values), *car.shown(values, asked)]

    def _failed(self, vin: str, car: FleetCar, run: ReadRun, error: ClientError) -> None:
        now = datetime.now(UTC)
        _LOGGER.debug("A car cannot be read: %s", error)
        if isinstance(error, RefusedError) and self._fleet:
            # A good token of the fleet that is refused for one car: its consent was withdrawn
            error = NotAllowedError(str(error))
        if isinstance(error, NotAllowedError):
            car.denied = True
            car.pace.failed(now, _DENIED)
        else:
            wait = error.retry_after if isinstance(error, QuotaError) else None
            car.pace.failed(now, wait)
        run.errors[vin] = error
        if isinstance(error, (AuthError, QuotaError)):
            run.error = error
            self._wait(error, now)

    def _wait(self, error: ClientError, now: datetime) -> None:
        """Pause all requests."""
        wait = error.retry_after if isinstance(error, QuotaError) else None
        self._pause = now + (_SHORT_PAUSE if wait is None else timedelta(seconds=wait))

    async def _write(self) -> None:
        if self._save is not None:
            await self._save(self.spent())

    def _received(self, headers: Mapping[str, str], body: bytes) -> int:
        now, refused = datetime.now(UTC), self.receiver.refused
        outcome = self.receiver.receive(headers, body, now)
        event = outcome.event
        if event is not None:
            self._take(event, now, duplicate=outcome.duplicate)
            if not outcome.duplicate:
                self.messages(Message(now, event.vin or "", body))
            self._dirty.set()
        new = event is not None and not outcome.duplicate
        if self._changed is not None and (new or refused is not self.receiver.refused):
            self._changed()
        return outcome.status

    def _take(self, event: WebhookEvent, now: datetime, *, duplicate: bool) -> None:
        """Act on a delivery: count it, report it, and read the car soon."""
        vin = event.vin or self._consented(event)
        car = self.cars.get(vin) if vin is not None else None
        if vin is None or car is None:
            self._without_car(event, duplicate=duplicate)
            return
        self.costs.webhook(vin, event.kind, now, duplicate=duplicate)
        if duplicate:
            return
        details = {"action": event.action} if event.action else {}
        self.events(vin, CarEvent(event.kind, event.time, details))
        if not event.late:
            self._act(vin, car, event, now)

    def _consented(self, event: WebhookEvent) -> str | None:
        """Return the car of a delivery that names a consent instead."""
        tokens = self.api.login.tokens
        known = tokens.authorization if tokens is not None else None
        mine = known is not None and event.authorization == known
        return next(iter(self.cars), None) if mine else None

    def _without_car(self, event: WebhookEvent, *, duplicate: bool) -> None:
        """Handle what is about the account: a test, a first consent, or a new car of the fleet."""
        if event.kind is EventKind.PING or duplicate or event.late:
            return
        if self._admission.concerns(event):
            self._admission.hurry()
        else:
            self.receiver.counts["foreign"] += 1

    def _act(self, vin: str, car: FleetCar, event: WebhookEvent, now: datetime) -> None:
        match event.kind:
            case EventKind.PING:
                return
            case EventKind.AUTHORIZATION_CHANGED:
                self._admission.hurry()
                self._pause = NEVER
            case EventKind.FLEET_CLEARANCE_CHANGED:
                self._admission.hurry()
                car.clearance = Clearance(state_of(event.action), now)
                car.denied = car.denied and not car.cleared
            case EventKind.BATTERY_GUARD_WARNING | EventKind.ACCIDENT_REPORTED:
                warning = car.warned(event.kind, event.time)
                if self._push is not None:
                    self._push({vin: [warning]})
        car.pace.event(now)
