"""The MyBMW app API as a source: cars, states and commands of one account."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
import logging
from typing import Final

from ..core.attributes import COMMANDS, DRIVE_TRAIN, LAST_UPDATE, AnyAttribute, AnyReading
from ..core.commands import Command, CommandKind, CommandResult, CommandState
from ..core.convert import mapping, sequence
from ..core.counter import Tally
from ..core.errors import (
    AnswerError,
    ApiError,
    AuthError,
    BlockedError,
    ClientError,
    NetworkError,
    QuotaError,
    RefusedError,
    UnsupportedError,
)
from ..core.last_answers import LastAnswers
from ..core.recording import MESSAGES, Recording
from ..core.source import Origin, Poll, Progress, Status
from ..core.supervisor import Supervisors
from ..core.values import DriveTrain
from ..core.vehicle import Vehicle
from ..transport.http import Http
from . import remote_services, trace
from .api import VIEWS, Api, CarAddress
from .auth import Authenticator
from .car_context import SOURCE, Context
from .harmless_paths import harmless
from .readings import read_charging, read_found, read_profile, read_state
from .regions import Region
from .vehicle_list import LIST_INTERVAL, VehicleList

_LOGGER = logging.getLogger(__name__)

_SETTLE: Final = 7.0
_AT_ONCE: Final = 4
_WHOLE_ACCOUNT: Final = (AuthError, QuotaError, BlockedError)
_NO_NETWORK: Final = 2
_PROFILE_TRIES: Final = 3


def concerns_all(error: ClientError) -> bool:
    """Return whether an error about one car concerns all cars of the account."""
    return isinstance(error, _WHOLE_ACCOUNT) and not isinstance(error, RefusedError)


@dataclass(slots=True)
class _PollRun:
    """One running poll; an error that concerns the whole account ends it for the other cars.

    So does the second car that cannot be reached, as the cause is not the car then.
    """

    profiles: dict[str, list[AnyReading]]
    limit: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))
    given_up: ClientError | None = None
    unreachable: int = 0

    def note(self, error: ClientError) -> None:
        """End the poll if further cars would fail as well."""
        self.unreachable += isinstance(error, NetworkError)
        if concerns_all(error) or self.unreachable >= _NO_NETWORK:
            self.given_up = error


class MyBMWSource:
    """Polls and commands the cars of one MyBMW account.

    `zone` is where the cars' clocks are, `observer` (latitude, longitude) the place that the
    service asks for before it sends the position of a car.
    """

    name: Final = SOURCE

    def __init__(
        self,
        http: Http,
        login: Authenticator,
        *,
        zone: tzinfo = UTC,
        observer: tuple[float, float] | None = None,
    ) -> None:
        """Create it; nothing is sent before the first poll or command."""
        self.problems: Counter[str] = Tally()
        self._api = Api(http, login)
        self._http = http
        self._zone = zone
        self._observer = observer
        self._china = login.account.region is Region.CHINA
        self._fleet = VehicleList(self._api, self.problems)
        self._trains: dict[str, DriveTrain | None] = {}
        self._commands: dict[str, frozenset[CommandKind]] = {}
        self._profiled: dict[str, datetime] = {}
        self._nameless: Counter[str] = Counter()
        self._busy: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._commanded: dict[str, datetime] = {}
        self._answers: defaultdict[str, LastAnswers] = defaultdict(LastAnswers)
        self._supervisors = Supervisors(http.redactor)

    @property
    def status(self) -> Status:
        """Return the current status; calls are not counted."""
        return Status(failing=self._supervisors.lasting, contacts=self._http.contacts)

    def has(self, vin: str) -> bool:
        """Return whether the account has a car, as far as that is known."""
        return vin in self._fleet.cars

    def can_poll(self, vin: str) -> bool:
        """Return whether the state of a car could be read, now or before."""
        return vin in self._commands

    def trace(self, vin: str, attribute: AnyAttribute) -> Origin | None:
        """Return how an attribute of a car comes, None if the service never has it."""
        answers = self._answers.get(vin, LastAnswers())
        return trace.trace(answers, attribute, self._trains.get(vin))

    def streams(self, vin: str) -> bool:
        """Return False: there is no stream."""
        return False

    def views(self, vin: str) -> Collection[str]:
        """Return the views of a car that there are pictures of."""
        return VIEWS if self.can_poll(vin) else ()

    def dump(self) -> Mapping[str, object]:
        """Return what should survive a restart beside cars, which is nothing."""
        return {}

    def dump_car(self, vin: str) -> Mapping[str, object] | None:
        """Return what should survive a restart of one car as JSON."""
        commands = self._commands.get(vin)
        return None if commands is None else {"commands": sorted(commands)}

    def load(self, saved: object) -> None:
        """Restore the commands of cars, without invalid parts."""
        for vin, car in mapping(mapping(saved).get("cars")).items():
            known = sequence(mapping(car).get("commands"))
            self._commands[vin] = frozenset(kind for kind in CommandKind if kind in known)

    def know(self, vehicles: Iterable[Vehicle]) -> None:
        """Take over cars that were known before a restart.

        A version that did not save commands has left them in the readings.
        """
        vehicles = [vehicle for vehicle in vehicles if SOURCE in vehicle.sources]
        for vehicle in vehicles:
            reading = vehicle[COMMANDS]
            if reading is not None and reading.source == SOURCE:
                self._commands.setdefault(vehicle.vin, frozenset(reading.value))
        self._fleet.know(vehicles)
        self._trains |= {vehicle.vin: vehicle.drive_train for vehicle in vehicles}

    async def poll(self, vin: str | None = None) -> Poll:
        """Read the states of all cars, or of one; list new cars every six hours."""
        vins: frozenset[str] | None = None
        try:
            if vin is None or vin not in self._fleet.cars:
                vins = await self._fleet.refresh()
        except ClientError as error:
            return Poll(error=error)
        cars = [car for car in self._fleet.cars.values() if vin in (None, car.vin)]
        for gone in self._trains.keys() - self._fleet.cars.keys():
            del self._trains[gone]
            self._profiled.pop(gone, None)
            self._answers.pop(gone, None)
        if vins is not None:
            self._commands = {key: kinds for key, kinds in self._commands.items() if key in vins}
        run = _PollRun({})
        results = await asyncio.gather(*(self._read(car, run) for car in cars))
        return _gathered(cars, results, run, vins)

    def commands(self, vin: str) -> frozenset[CommandKind]:
        """Return what the capabilities of the car allow."""
        return self._commands.get(vin, frozenset())

    async def send(
        self, vehicle: Vehicle, command: Command, progress: Progress | None = None
    ) -> tuple[CommandResult, Sequence[AnyReading]]:
        """Send a command, wait for its result, and read what it changed."""
        if command.kind not in self.commands(vehicle.vin):
            raise UnsupportedError(f"{command.kind} is not available for this car")
        reason = remote_services.ignored(vehicle, command)
        if reason is not None:
            state = CommandState.IGNORED
            return CommandResult(command.kind, state, datetime.now(UTC), reason), ()
        car = self._fleet.address(vehicle)
        async with self._busy[car.vin]:
            started = await remote_services.start(self._api, car, vehicle, command, progress)
            if progress is not None:
                progress(CommandState.INITIATED)
            result = await remote_services.wait(self._api, car, command, started, progress)
            self._commanded[car.vin] = datetime.now(UTC)
            return result, await self._aftermath(car, command, started)

    async def image(self, vehicle: Vehicle, view: str) -> bytes:
        """Return a picture as PNG; `view` is one of `api.VIEWS`."""
        return await self._api.image(self._fleet.address(vehicle), view)

    def diagnostics(self) -> Mapping[str, object]:
        """Return the counters of unusable values."""
        return {"problems": dict(self.problems)}

    def recording(self, messages: int = MESSAGES) -> Recording:
        """Return the newest responses unchanged."""
        return Recording(self._http.recorder.answers, paths=harmless())

    async def _read(self, car: CarAddress, run: _PollRun) -> list[AnyReading] | ClientError:
        async with run.limit:
            if run.given_up is not None:
                return run.given_up
            try:
                with self._supervisors.of("reading a car", car.vin):
                    return await self._read_all(car, run)
            except ClientError as error:
                run.note(error)
                return error

    async def _read_all(self, car: CarAddress, run: _PollRun) -> list[AnyReading]:
        if self._due(car):
            run.profiles[car.vin] = await self._profile(car)
        return await self._state(car, run)

    def _due(self, car: CarAddress) -> bool:
        read = self._profiled.get(car.vin)
        return read is None or datetime.now(UTC) - read >= LIST_INTERVAL

    async def _profile(self, car: CarAddress) -> list[AnyReading]:
        """Read a profile; a new car is added without one only after a few polls."""
        context = self._context(car)
        try:
            answer = await self._api.profile(car)
        except (ApiError, AnswerError) as error:
            _LOGGER.debug("A profile cannot be read: %s", error)
            self._answers[car.vin].failed.add(trace.PROFILE)
            self._nameless[car.vin] += 1
            if car.vin not in self._trains and self._nameless[car.vin] < _PROFILE_TRIES:
                raise
            return []
        with self._answers[car.vin].reading(trace.PROFILE, context.fetched, self.problems):
            readings = read_profile(answer, car.brand, context, self.problems)
        trains = (reading.value for reading in readings if reading.attribute is DRIVE_TRAIN)
        self._trains[car.vin] = next(trains, self._trains.get(car.vin))
        self._profiled[car.vin] = context.fetched
        return readings

    async def _state(self, car: CarAddress, run: _PollRun | None = None) -> list[AnyReading]:
        context = self._context(car)
        answer = await self._api.state(car, context.fetched)
        if not isinstance(mapping(answer).get("state"), dict):
            raise AnswerError("read a state: the answer holds no state")
        answers = self._answers[car.vin]
        with answers.reading(trace.STATE, context.fetched, self.problems):
            readings = read_state(answer, context, self.problems)
        reported = next((item.time for item in readings if item.attribute is LAST_UPDATE), None)
        answers.reported = reported or answers.reported
        allowed = (reading.value for reading in readings if reading.attribute is COMMANDS)
        for kinds in allowed:
            self._commands[car.vin] = frozenset(kinds)
        capabilities = mapping(mapping(answer).get("capabilities"))
        settings = capabilities.get("isChargingSettingsEnabled") is True
        if settings or capabilities.get("isChargingPlanSupported") is True:
            answers.unsupported.discard(trace.CHARGING)
            measured = replace(context, fetched=reported or context.fetched)
            try:
                readings += await self._charging(car, context, measured, settings=settings)
            except ClientError as error:
                self.problems["charging details"] += 1
                answers.failed.add(trace.CHARGING)
                _LOGGER.debug("Charging details cannot be read: %s", error)
                if run is not None:
                    run.note(error)
        else:
            answers.unsupported.add(trace.CHARGING)
        commanded = self._commanded.get(car.vin)
        overtaken = commanded is not None and context.fetched < commanded
        return [] if overtaken else readings

    async def _charging(
        self, car: CarAddress, context: Context, measured: Context, *, settings: bool
    ) -> list[AnyReading]:
        """Read the charging plan; it has no time of its own, and is what the car last reported."""
        answer = await self._api.charging(car, context.fetched, settings=settings)
        with self._answers[car.vin].reading(trace.CHARGING, context.fetched, self.problems):
            return read_charging(answer, measured, self.problems)

    async def _aftermath(
        self, car: CarAddress, command: Command, started: remote_services.Started
    ) -> Sequence[AnyReading]:
        try:
            if command.kind in remote_services.CHANGES_STATE:
                await self._http.pause(_SETTLE)
                return await self._state(car)
            if command.kind is CommandKind.VEHICLE_FINDER:
                return await self._found(car, started)
        except ClientError as error:
            _LOGGER.debug("What %s changed cannot be read yet: %s", command.kind, error)
        return ()

    async def _found(
        self, car: CarAddress, started: remote_services.Started
    ) -> Sequence[AnyReading]:
        if self._observer is None or started.event is None:
            _LOGGER.warning("A car's position is only told to an observer with a known position")
            return ()
        answer = await self._api.event_position(car, started.event, self._observer)
        return read_found(answer, self._context(car), self.problems)

    def _context(self, car: CarAddress) -> Context:
        return Context(
            fetched=datetime.now(UTC),
            zone=self._zone,
            china=self._china,
            drive_train=self._trains.get(car.vin),
        )


def _gathered(
    cars: Sequence[CarAddress],
    results: Sequence[list[AnyReading] | ClientError],
    run: _PollRun,
    vins: frozenset[str] | None,
) -> Poll:
    readings: dict[str, Sequence[AnyReading]] = {}
    errors: dict[str, ClientError] = {}
    for car, result in zip(cars, results, strict=True):
        profile = run.profiles.get(car.vin, [])
        if isinstance(result, ClientError):
            errors[car.vin] = result
            readings[car.vin] = profile
        else:
            readings[car.vin] = [*profile, *result]
    given_up = run.given_up
    failed = given_up if given_up is not None and concerns_all(given_up) else None
    if failed is None and errors and len(errors) == len(cars):
        failed = next(iter(errors.values()))
    return Poll(readings, errors, vins, failed)
