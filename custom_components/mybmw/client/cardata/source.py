"""CarData as a source: requests by REST, messages of the stream, and how both are combined."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta, tzinfo
import logging
from typing import Final

from ..core.attributes import AnyReading
from ..core.convert import mapping
from ..core.counter import Tally
from ..core.errors import (
    ClientError,
    NoContainerError,
    NoPictureError,
    NotAllowedError,
    UnexpectedError,
)
from ..core.recording import MESSAGES, Recording
from ..core.source import HistoryRead, Poll, Push, Status
from ..core.supervisor import Supervisors
from ..core.values import Access, StreamState, Unreadable
from ..core.vehicle import Vehicle
from ..transport.http import Http
from ..transport.tokens import TokenKeeper
from .api import CardataApi
from .car_state import CarState
from .clock import DRIFT, ClockGuard, saved_time
from .connectivity import Connectivity
from .containers import ContainerKeeper, ContainerState
from .diagnostics import calls_diagnostics, car_diagnostics, plan_diagnostics
from .executor import WHOLE_ACCOUNT, Executor, MappedCar, Outcome, is_free, is_vin, waits_regularly
from .incoming import Incoming
from .limits import MAX_UNLISTED_CARS
from .login import CardataTokens, LoginFailure
from .mapping import SOURCE, WANTED
from .night import Night
from .past_charges import MOST_PAGES
from .pictures import VIEW, Pictures
from .quota import Ledger, Reason, Save
from .readings import read_values, sent_at
from .recording import recording
from .schedule import Scheduler
from .stream import Broker, Pace, Stream
from .tasks import EXTRAS, Decision, Task
from .trace import Tracer

_LOGGER = logging.getLogger(__name__)

_REFRESH_LIFE: Final = timedelta(days=14)
_FEWEST_MINUTES: Final = timedelta(minutes=5)
_MOST_AT_ONCE: Final = 100
_REFUSED_FOR_GOOD: Final = 3


class CardataSource:
    """Reads the cars of one account that its user is the main user of.

    `extras` are the further things to ask for. `broker` is where the stream comes from, None for
    no stream. `zone` is where the cars' clocks are, `night` when to ask less often. A `pace` that
    is shared by all sources of an account that follow each other keeps the limits over restarts.
    """

    name: Final = SOURCE
    most_calls: int = MOST_PAGES

    def __init__(
        self,
        http: Http,
        login: TokenKeeper[CardataTokens],
        broker: Broker | None = None,
        *,
        extras: frozenset[Task] = EXTRAS,
        night: Night | None = None,
        zone: tzinfo = UTC,
        pace: Pace | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Create it; nothing is sent before the first work, poll or listening."""
        self.accepts: Callable[[str], bool] = lambda _vin: True
        self.ledger = Ledger()
        self.cars: dict[str, MappedCar] = {}
        self.problems = Tally()
        self._incoming = Incoming(self.problems)
        self.messages, self.unknown_cars = self._incoming.messages, self._incoming.unknown_cars
        self._http, self._login, self._broker, self._zone = http, login, broker, zone
        self._extras, self._sleep = extras, sleep
        self._pace = pace or Pace()
        self._api = CardataApi(http, login, self.ledger)
        self._containers = ContainerKeeper(self._api, WANTED, ContainerState())
        self._worker = Executor(self._api, self._containers, self.cars, zone)
        self.charges = self._worker.past.charges
        self._plan = Scheduler(self.ledger, night, is_charging=self._worker.is_charging)
        self._activity = Connectivity()
        self.current_until = self._activity.current_until
        tracer = Tracer(self.cars, self._plan, self._containers, extras)
        self.trace, self.streams = tracer.trace, tracer.streams
        self._stream: Stream | None = None
        self._listed = False
        self._pictures, self._busy = Pictures(self._api), asyncio.Lock()
        self._supervisors = Supervisors(http.redactor, sleep)
        self._set_back = ClockGuard()

    @property
    def status(self) -> Status:
        """Return the current status."""
        now, tokens, stream = self._now(), self._login.tokens, self._stream
        reasons = self.ledger.reasons(now)
        return Status(
            calls_left=self.ledger.left(Reason.SCHEDULE, now),
            calls_left_for_user=self.ledger.left(Reason.USER, now),
            calls_made=sum(reasons.values()),
            next_call=self._next(now),
            login_ends=tokens.refreshed + _REFRESH_LIFE if tokens else None,
            stream=stream.state if stream else None,
            disputed=stream is not None and stream.disputed,
            refused=stream is not None and stream.refusals >= _REFUSED_FOR_GOOD,
            spent_by_others=self.ledger.others(now) > 0,
            container_missing=self._worker.container_missing,
            out_of_order=self._worker.out_of_order,
            silent_since=self._activity.silent_since,
            silent_cars=self._activity.silent_cars,
            not_subscribed=tokens is not None and LoginFailure.NO_STREAM in tokens.missing,
            failing=self._supervisors.lasting,
            received=self._incoming.received,
            contacts=self._http.contacts,
            reasons=reasons,
        )

    def has(self, vin: str) -> bool:
        """Return whether the account has a car, as far as that is known."""
        return vin in self.cars

    def can_poll(self, vin: str) -> bool:
        """Return whether the user is the main user of a car, as far as that is known."""
        car = self.cars.get(vin)
        return self._listed and car is not None and car.access is Access.PRIMARY

    def know(self, vehicles: Iterable[Vehicle]) -> None:
        """Take over cars that were known before a restart."""
        self._listed |= self._worker.know(vehicles)
        self._watch()

    def unreadable(self, vin: str) -> Unreadable | None:
        """Return why a car cannot be read, None if it can."""
        car = self.cars.get(vin)
        if car is not None and (car.access is not Access.PRIMARY or car.denied):
            return Unreadable.NOT_ALLOWED
        return Unreadable.SILENT if self._activity.lapsed(vin) else None

    def due(self) -> datetime:
        """Return the time of the next call."""
        return self._next(self._now())

    async def work(self) -> Poll:
        """Make the calls that are due, within the quota."""
        async with self._working() as outcome:
            for _ in range(_MOST_AT_ONCE):
                now = self._now()
                decision = self._plan.next(now)
                if decision is None or decision.at > now or outcome.over:
                    break
                most = self._worker.most_calls(self._plan.due(now))
                await self.ledger.hold(most, decision.reason)
                await self._do(decision, outcome)
        return outcome.poll()

    async def poll(self, vin: str | None = None) -> Poll:
        """Read one car, or all, on request."""
        if not self._listed:
            self._plan.retry(Task.MAPPINGS, "", self._now())
            return await self.work()
        async with self._working() as outcome:
            now = self._now()
            looks = [
                Decision(Task.VALUES, known, now, Reason.USER)
                for known, car in self.cars.items()
                if vin in (None, known) and car.tasks(frozenset())
            ]
            await self.ledger.hold(self._worker.most_calls(looks), Reason.USER)
            for look in looks:
                if not outcome.over:
                    await self._do(look, outcome)
        return outcome.poll()

    async def read_charges(self, vin: str, since: datetime, until: datetime) -> HistoryRead:
        """Read the past charges of a car in a period, on request; raise ClientError."""
        async with self._working():
            await self.ledger.hold(self.most_calls, Reason.USER)
            return await self._worker.past.read(vin, since, until)

    @asynccontextmanager
    async def _working(self) -> AsyncIterator[Outcome]:
        """Do one thing at a time; store the calls that were made at the end."""
        async with self._busy:
            try:
                yield Outcome()
            finally:
                await self.ledger.settle()

    async def listen(self, push: Push, changed: Callable[[], object]) -> None:
        """Listen until cancelled; nothing more is received once a new login is needed."""
        if self._broker is None:
            return
        self._supervisors.changed = changed
        messages = self._supervisors.of("a message of the stream")

        def take(topic: str, payload: bytes) -> None:
            vin, readings = self._received(topic, payload)
            if readings:
                push({vin: readings})
            if self._planned_earlier(vin):
                changed()

        def receive(topic: str, payload: bytes) -> None:
            try:
                with messages:
                    take(topic, payload)
            except UnexpectedError:
                self.problems["message not taken in"] += 1

        def note_state(state: StreamState) -> None:
            self._activity.set_connected(connected=state is StreamState.CONNECTED)
            changed()

        self._stream = Stream(
            self._login, self._broker, receive, note_state, pace=self._pace, sleep=self._sleep
        )
        activity = self._supervisors.of("the watch on silent cars")
        stream = self._supervisors.of("the stream")
        async with asyncio.TaskGroup() as group:
            group.create_task(activity.keep_running(lambda: self._activity.run(push, self._sleep)))
            group.create_task(stream.keep_running(self._stream.run))

    def views(self, vin: str) -> Collection[str]:
        """Return the one view that BMW has a picture of."""
        return (VIEW,) if self.can_poll(vin) else ()

    async def image(self, vehicle: Vehicle, view: str) -> bytes:
        """Return the picture of a car as PNG; a missing one is not requested again soon."""
        car = self.cars.get(vehicle.vin)
        if view != VIEW or car is None or not car.tasks(frozenset()):
            raise NoPictureError("there is no such picture of the car")
        return await self._pictures.get(vehicle.vin, self._now())

    def spent(self) -> Mapping[str, object]:
        """Return what `keep` stores."""
        return {"ledger": self.ledger.dump(), "container": self._containers.state.dump()}

    def keep(self, save: Save, saved: object) -> None:
        """Store each call with `save` before it is made; restore what that has stored."""

        async def write(ledger: Mapping[str, object]) -> bool:
            return await save({**self.spent(), "ledger": ledger})

        self.ledger.save = write
        self.ledger.load(mapping(mapping(saved).get("ledger")))
        self._containers.state = ContainerState.load(mapping(mapping(saved).get("container")))

    def dump_car(self, vin: str) -> Mapping[str, object] | None:
        """Return what should survive a restart of one car as JSON."""
        car = self.cars.get(vin)
        return None if car is None else car.state.dump()

    def dump(self) -> Mapping[str, object]:
        """Return what should survive a restart beside cars, and beside what `keep` saves."""
        return {
            "saved": self._now().isoformat(),
            "plan": self._plan.dump(),
            "denied": {vin: True for vin, car in self.cars.items() if car.denied},
            "heard": self._activity.dump(),
            "reach": self._activity.dump_reach(),
            "no_picture": self._pictures.dump(),
            "past_charges": self._worker.past.dump(),
        }

    def load(self, saved: object) -> None:
        """Restore a `dump`, without invalid parts; `know` is called afterwards."""
        fields, now = mapping(saved), self._now()
        then = max(now, saved_time(fields.get("saved")) or now)
        self.ledger.load(mapping(fields.get("ledger")))
        if self._containers.state.id is None:
            self._containers.state = ContainerState.load(mapping(fields.get("container")))
        self._plan.load(fields.get("plan"), then)
        self._worker.load(fields)
        self._activity.load(fields.get("heard"), then)
        self._activity.load_reach(fields.get("reach"), then)
        self._pictures.load(fields.get("no_picture"), then)
        self._worker.past.load(fields.get("past_charges"))
        self._go_back(then - now)

    def diagnostics(self) -> Mapping[str, object]:
        """Return who spent which call and why, and what each car sends."""
        now, heard = self._now(), self._activity.last_message
        return {
            **calls_diagnostics(self.ledger, now),
            "next": plan_diagnostics(self._plan.next(now)),
            "container": self._containers.state.dump(),
            "stream": self._stream.state.value if self._stream else None,
            "foreign_cars": dict(self.unknown_cars),
            "problems": dict(self.problems + self._worker.problems),
            "cars": {vin: car_diagnostics(car, heard.get(vin)) for vin, car in self.cars.items()},
        }

    def recording(self, messages: int = MESSAGES) -> Recording:
        """Return the recent responses and messages unchanged."""
        return recording(self._http.recorder.answers, self.cars, self._incoming.newest(messages))

    async def _do(self, decision: Decision, outcome: Outcome) -> None:
        """Execute a task, and record whether it succeeded."""
        try:
            with self._supervisors.of(f"the task {decision.task}", decision.vin):
                await self._worker.execute(decision, outcome)
        except ClientError as error:
            _LOGGER.debug("%s (%s): %s", decision.task, decision.reason, error)
            self._failed(decision, error)
            outcome.fail(decision, error)
        else:
            # What a call has shown to have happened needs no other one, but may have followers
            self._planned_earlier(decision.vin)
            self._plan.done(decision, now := self._now(), self._worker.past.again(decision, now))
            if decision.task is Task.VALUES:
                self._activity.request_succeeded(decision.vin, self._now())
        self._listed |= outcome.vins is not None
        self._watch()

    def _failed(self, decision: Decision, error: ClientError) -> None:
        """Plan when to retry a failed task."""
        now = self._now()
        if waits_regularly(decision.task, error):
            self._plan.refused(decision, now, whole_car=isinstance(error, NotAllowedError))
            return
        widely = isinstance(error, (*WHOLE_ACCOUNT, NoContainerError))
        self._plan.failed(decision, now, widely=widely, free=is_free(error))

    def _watch(self) -> None:
        """Update the cars of the schedule and of the connection states."""
        for vin, car in self.cars.items():
            car.elsewhere = not self.accepts(vin)
        self._plan.watch(self._worker.tasks(self._extras), self._now())
        self._supervisors.keep(self.cars)
        self._plan.repairing = self._worker.improving
        readable = [vin for vin, car in self.cars.items() if car.access is Access.PRIMARY]
        self._activity.watch(readable if self._broker is not None else ())

    def _now(self) -> datetime:
        """Return the current time; if the clock was set back, shift all stored times."""
        now = datetime.now(UTC)
        self._go_back(self._set_back.set_back_by(now))
        return now

    def _go_back(self, by: timedelta) -> None:
        if by > DRIFT:
            self._plan.go_back(by)
            self._activity.go_back(by)
            self._pictures.go_back(by)

    def _next(self, now: datetime) -> datetime:
        """Return when the next task is due, or more calls are left than now."""
        decision, more = self._plan.next(now), self._plan.more_calls_at(now)
        times = [time for time in (decision and decision.at, more) if time is not None]
        return max(now, min(times, default=now + _FEWEST_MINUTES))

    def _planned_earlier(self, vin: str) -> bool:
        """Return whether a car has sent an event that a call is planned for."""
        car = self.cars.get(vin)
        if car is None or not car.state.events:
            return False
        for reason in car.state.events:
            self._plan.event(vin, reason, self._now())
        car.state.events.clear()
        return True

    def _received(self, topic: str, payload: bytes) -> tuple[str, list[AnyReading]]:
        """Read one message; invalid ones and those of unknown cars are counted."""
        now = self._now()
        vin, message = self._incoming.read(topic, payload, now)
        car = self._car(vin)
        if car is None or message is None:
            self._incoming.reject(vin, message)
            return vin, []
        data = mapping(message.get("data"))
        readings = read_values(data, car.state, sent_at(message, now))
        car.state.streamed.update(data.keys() & car.state.raw.keys())
        silent = self._activity.long_silent(vin, now)
        self._activity.message_received(vin, now)
        if silent and self._supervisors.changed is not None:
            self._supervisors.changed()
        if readings:
            self._plan.updated(vin, now)
        return vin, readings

    def _car(self, vin: str) -> MappedCar | None:
        """Return a car of the account; before cars were listed, any of the first few."""
        car = self.cars.get(vin)
        if car is None and not self._listed and len(self.cars) < MAX_UNLISTED_CARS and is_vin(vin):
            car = self.cars[vin] = MappedCar(state=CarState(zone=self._zone))
            self._watch()
        return car
