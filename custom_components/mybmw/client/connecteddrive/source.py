"""The legacy ConnectedDrive API as a source: cars, states and commands of one account."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
import logging
import re
from typing import Final

from ..core.attributes import LAST_UPDATE, AnyAttribute, AnyReading
from ..core.commands import Command, CommandKind, CommandResult, CommandState
from ..core.convert import mapping, sequence
from ..core.counter import Tally
from ..core.errors import (
    AccountLockedError,
    AnswerError,
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
from ..core.vehicle import Vehicle
from ..transport.http import Http
from . import remote_services, trace
from .api import VIEWS, ConnectedDriveApi
from .harmless_paths import harmless
from .login import PasswordAuthenticator
from .profile import read_charging_profile
from .readings import (
    SOURCE,
    Features,
    entries_of,
    features_of,
    read_status,
    read_vehicle,
    time_of,
    vehicles_in,
)
from .trips import read_all_trips, read_destinations, read_energy, read_last_trip, read_range_map

_LOGGER = logging.getLogger(__name__)

_SETTLE: Final = 10.0
_AT_ONCE: Final = 4
_MOST_CARS: Final = 50
_WHOLE_ACCOUNT: Final = (AccountLockedError, AuthError, BlockedError, NetworkError, QuotaError)
_VIN: Final = re.compile(r"[A-Z0-9]{17}", re.IGNORECASE | re.ASCII)

type _Read = Callable[[object, datetime, Counter[str]], list[AnyReading]]
type _Ask = Callable[[str], Awaitable[object]]


class ConnectedDriveSource:
    """Polls and commands the cars of one account.

    `observer` (latitude, longitude) is sent along, since positions are only sent to an observer
    who is not too far away.
    """

    name: Final = SOURCE

    def __init__(
        self,
        http: Http,
        login: PasswordAuthenticator,
        *,
        observer: tuple[float, float] | None = None,
    ) -> None:
        """Initialize the source; nothing is sent before the first poll or command."""
        self.problems: Counter[str] = Tally()
        self._api = ConnectedDriveApi(http, login, observer)
        self._endpoints: Mapping[str, tuple[_Ask, _Read]] = {
            trace.LAST_TRIP: (self._api.last_trip, read_last_trip),
            trace.ALL_TRIPS: (self._api.all_trips, read_all_trips),
            trace.CHARGING: (self._api.charging_profile, read_charging_profile),
            trace.DESTINATIONS: (self._api.destinations, read_destinations),
            trace.RANGE_MAP: (self._api.range_map, read_range_map),
            trace.NAVIGATION: (self._api.navigation, read_energy),
        }
        self._http = http
        self._cars: dict[str, Features] = {}
        self._busy = asyncio.Lock()
        self._commanded: dict[str, datetime] = {}
        self._answers: defaultdict[str, LastAnswers] = defaultdict(LastAnswers)
        self._supervisors = Supervisors(http.redactor)

    @property
    def status(self) -> Status:
        """Return the current status; calls are not counted."""
        return Status(failing=self._supervisors.lasting, contacts=self._http.contacts)

    def has(self, vin: str) -> bool:
        """Return whether the account has a car, as far as that is known."""
        return vin in self._cars

    def can_poll(self, vin: str) -> bool:
        """Return whether the account may read a car."""
        return vin in self._cars

    def trace(self, vin: str, attribute: AnyAttribute) -> Origin | None:
        """Return how an attribute of a car comes, None if the service never has it."""
        answers = self._answers.get(vin, LastAnswers())
        return trace.trace(answers, attribute, self._cars.get(vin, Features()))

    def streams(self, vin: str) -> bool:
        """Return False: there is no stream."""
        return False

    def views(self, vin: str) -> Collection[str]:
        """Return the pictures that there may be of a car."""
        return VIEWS if vin in self._cars else ()

    def dump(self) -> Mapping[str, object]:
        """Return what should survive a restart beside cars, which is nothing."""
        return {}

    def dump_car(self, vin: str) -> Mapping[str, object] | None:
        """Return what should survive a restart of one car as JSON."""
        features = self._cars.get(vin)
        return None if features is None else {"commands": sorted(features.commands)}

    def load(self, saved: object) -> None:
        """Restore what was saved of cars; invalid parts are left out."""
        for vin, car in mapping(mapping(saved).get("cars")).items():
            known = sequence(mapping(car).get("commands"))
            kinds = frozenset(kind for kind in CommandKind if kind in known)
            self._cars[vin] = Features(commands=kinds)

    def know(self, vehicles: Iterable[Vehicle]) -> None:
        """Restore the cars that were known before a restart; the first poll reads the rest."""
        for vehicle in vehicles:
            if SOURCE in vehicle.sources:
                self._cars.setdefault(vehicle.vin, Features())

    def commands(self, vin: str) -> frozenset[CommandKind]:
        """Return what the flags of a car allow."""
        return self._cars.get(vin, Features()).commands

    async def poll(self, vin: str | None = None) -> Poll:
        """Read the list of cars, and the states of all of them or of one."""
        try:
            listed = await self._list()
        except ClientError as error:
            return Poll(error=error)
        wanted = [car for car in self._cars if vin in (None, car)]
        limit = asyncio.Semaphore(_AT_ONCE)
        given_up: list[ClientError] = []
        results = await asyncio.gather(*(self._read(car, limit, given_up) for car in wanted))
        return _gathered(dict(zip(wanted, results, strict=True)), listed, given_up)

    async def _list(self) -> dict[str, list[AnyReading]]:
        """Read the list of cars; return the readings of each of them."""
        fetched = datetime.now(UTC)
        answer = await self._api.vehicles()
        if not isinstance(vehicles_in(answer), list):
            self.problems["vehicles"] += 1
            raise AnswerError("list vehicles: the answer holds no list")
        cars: dict[str, Features] = {}
        readings: dict[str, list[AnyReading]] = {}
        for written, entry in self._usable(answer):
            vin = written.upper()
            cars[vin] = features_of(entry, self.problems)
            with self._answers[vin].reading(trace.VEHICLES, fetched, self.problems):
                readings[vin] = read_vehicle(entry, fetched, self.problems)
        self._cars = cars
        for gone in self._answers.keys() - cars:
            del self._answers[gone]
        self._supervisors.keep(cars)
        return readings

    def _usable(self, answer: object) -> Iterator[tuple[str, object]]:
        entries = list(entries_of(answer))
        usable = [item for item in entries if _VIN.fullmatch(item[0])][:_MOST_CARS]
        total = len(sequence(vehicles_in(answer)))
        if len(usable) < total:
            self.problems["vehicles.vin"] += total - len(usable)
            if not usable:
                raise AnswerError("list vehicles: the answer holds no usable VIN")
        yield from usable

    async def _read(
        self, vin: str, limit: asyncio.Semaphore, given_up: list[ClientError]
    ) -> list[AnyReading] | ClientError:
        async with limit:
            if given_up:
                return given_up[0]
            try:
                with self._supervisors.of("reading a car", vin):
                    return await self._state(vin)
            except ClientError as error:
                if _concerns_all(error):
                    given_up.append(error)
                return error

    async def _state(self, vin: str) -> list[AnyReading]:
        """Read the state of a car, and the further answers that its flags allow."""
        fetched, features = datetime.now(UTC), self._cars.get(vin, Features())
        answer = await self._api.status(vin, fetched)
        if not isinstance(mapping(answer).get("vehicleStatus"), dict):
            raise AnswerError("read a state: the answer holds no state")
        answers = self._answers[vin]
        with answers.reading(trace.STATUS, fetched, self.problems):
            readings = read_status(answer, fetched, features, self.problems)
        measured = time_of(answer, fetched)
        told = any(item.attribute is LAST_UPDATE for item in readings)
        answers.reported = measured if told else answers.reported
        parts = trace.offered(features)
        answers.unsupported = {part for part, there in parts.items() if not there}
        for part in [part for part, there in parts.items() if there]:
            readings += await self._further(vin, part, measured)
        commanded = self._commanded.get(vin)
        overtaken = commanded is not None and fetched < commanded
        return [] if overtaken else readings

    async def _further(self, vin: str, part: str, measured: datetime) -> list[AnyReading]:
        """Read one of the further answers about a car, whose failure does not matter to others."""
        ask, read = self._endpoints[part]
        try:
            answer = await ask(vin)
        except ClientError as error:
            if _concerns_all(error):
                raise
            self._answers[vin].failed.add(part)
            self.problems["further details"] += 1
            _LOGGER.debug("Further details cannot be read: %s", error)
            return []
        with self._answers[vin].reading(part, datetime.now(UTC), self.problems):
            return read(answer, measured, self.problems)

    async def send(
        self, vehicle: Vehicle, command: Command, progress: Progress | None = None
    ) -> tuple[CommandResult, Sequence[AnyReading]]:
        """Carry out a command, wait for its result, and read what it changed; one at a time."""
        vin = vehicle.vin
        if command.kind not in self.commands(vin):
            raise UnsupportedError(f"{command.kind} is not available for this car")
        reason = remote_services.ignored(vehicle, command)
        if reason is not None:
            return CommandResult(command.kind, CommandState.IGNORED, datetime.now(UTC), reason), ()
        async with self._busy:
            started = await remote_services.start(self._api, vin, command, progress)
            if progress is not None:
                progress(CommandState.INITIATED)
            result = await remote_services.wait(self._api, vin, command, started, progress)
            self._commanded[vin] = datetime.now(UTC)
            return result, await self._aftermath(vin, command)

    async def _aftermath(self, vin: str, command: Command) -> Sequence[AnyReading]:
        if command.kind not in remote_services.CHANGES_STATE:
            return ()
        try:
            await self._http.pause(_SETTLE)
            return await self._state(vin)
        except ClientError as error:
            _LOGGER.debug("What %s changed cannot be read yet: %s", command.kind, error)
        return ()

    async def image(self, vehicle: Vehicle, view: str) -> bytes:
        """Return a picture as PNG; `view` is one of `api.VIEWS`."""
        return await self._api.image(vehicle.vin, view)

    def diagnostics(self) -> Mapping[str, object]:
        """Return what was not understood."""
        return {"problems": dict(self.problems)}

    def recording(self, messages: int = MESSAGES) -> Recording:
        """Return the newest answers as they came."""
        return Recording(self._http.recorder.answers, paths=harmless())


def _concerns_all(error: ClientError) -> bool:
    """Return whether an error about one car concerns every car of the account."""
    return isinstance(error, _WHOLE_ACCOUNT) and not isinstance(error, RefusedError)


def _gathered(
    results: Mapping[str, list[AnyReading] | ClientError],
    listed: Mapping[str, Sequence[AnyReading]],
    given_up: Sequence[ClientError],
) -> Poll:
    readings: dict[str, Sequence[AnyReading]] = {vin: [*known] for vin, known in listed.items()}
    errors: dict[str, ClientError] = {}
    for vin, result in results.items():
        if isinstance(result, ClientError):
            errors[vin] = result
        else:
            readings[vin] = [*listed.get(vin, ()), *result]
    failed = given_up[0] if given_up else None
    if failed is None and errors and len(errors) == len(results):
        failed = next(iter(errors.values()))
    return Poll(readings, errors, frozenset(listed), failed)
