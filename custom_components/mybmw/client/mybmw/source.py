"""The MyBMW app API as a source: cars, states and commands of one account."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
import logging
import re
from typing import Final

from ..attributes import COMMANDS, DRIVE_TRAIN, AnyReading
from ..commands import Command, CommandKind, CommandResult, CommandState
from ..convert import mapping, sequence
from ..errors import (
    AnswerError,
    ApiError,
    AuthError,
    BlockedError,
    ClientError,
    NetworkError,
    QuotaError,
    UnsupportedError,
)
from ..http import Http
from ..source import Poll, Progress
from ..values import Brand, DriveTrain
from ..vehicle import Vehicle
from . import remote
from .api import BRANDS, Api, Car
from .auth import Authenticator
from .readings import SOURCE, Context, read_charging, read_found, read_profile, read_state
from .regions import Region

_LOGGER = logging.getLogger(__name__)

_LIST_EVERY: Final = timedelta(hours=6)
_SETTLE: Final = 7.0
_AT_ONCE: Final = 4
_VIN: Final = re.compile(r"[A-Z0-9]{17}", re.IGNORECASE | re.ASCII)
_WHOLE_ACCOUNT: Final = (AuthError, QuotaError, BlockedError)
_NO_NETWORK: Final = 2


@dataclass(slots=True)
class _Round:
    """One poll on its way: what concerns the whole account stops it for the cars to come.

    So does the second car that cannot be reached, since then it is not the car.
    """

    profiles: dict[str, list[AnyReading]]
    limit: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))
    given_up: ClientError | None = None
    unreachable: int = 0

    def note(self, error: ClientError) -> None:
        """Give up if there is no point in asking for more cars."""
        self.unreachable += isinstance(error, NetworkError)
        if isinstance(error, _WHOLE_ACCOUNT) or self.unreachable >= _NO_NETWORK:
            self.given_up = error


class MyBMWSource:
    """Polls and commands the cars of one MyBMW account.

    `zone` is where the cars' clocks are, `observer` (latitude, longitude) the place that the
    service asks for before it tells where a car was found.
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
        """Nothing is sent before the first poll or command."""
        self.problems: Counter[str] = Counter()
        self._api = Api(http, login)
        self._http = http
        self._zone = zone
        self._observer = observer
        self._china = login.account.region is Region.CHINA
        self._cars: dict[str, Car] = {}
        self._trains: dict[str, DriveTrain | None] = {}
        self._listed: datetime | None = None

    async def poll(self, vin: str | None = None) -> Poll:
        """Read the states of all cars, or of one; look for new cars every six hours."""
        profiles: dict[str, list[AnyReading]] = {}
        vins: frozenset[str] | None = None
        try:
            if vin is None or vin not in self._cars:
                vins = await self._list()
        except ClientError as error:
            return Poll(error=error)
        cars = [car for car in self._cars.values() if vin in (None, car.vin)]
        round_ = _Round(profiles)
        results = await asyncio.gather(*(self._read(car, round_) for car in cars))
        return _gathered(cars, results, profiles, vins)

    def commands(self, vehicle: Vehicle) -> frozenset[CommandKind]:
        """Return what the capabilities of the car allow."""
        reading = vehicle[COMMANDS]
        mine = reading is not None and reading.source == SOURCE
        return frozenset(reading.value) if reading and mine else frozenset()

    async def send(
        self, vehicle: Vehicle, command: Command, progress: Progress | None = None
    ) -> tuple[CommandResult, Sequence[AnyReading]]:
        """Carry out a command, wait for its result, and read what it changed."""
        if command.kind not in self.commands(vehicle):
            raise UnsupportedError(f"{command.kind} is not available for this car")
        reason = remote.ignored(vehicle, command)
        if reason is not None:
            state = CommandState.IGNORED
            return CommandResult(command.kind, state, datetime.now(UTC), reason), ()
        car = self._car(vehicle)
        started = await remote.start(self._api, car, vehicle, command)
        if progress is not None:
            progress(CommandState.INITIATED)
        result = await remote.follow(self._api, car, command, started, progress)
        return result, await self._aftermath(car, command, started)

    async def image(self, vehicle: Vehicle, view: str) -> bytes:
        """Return a picture as PNG; `view` is one of `api.VIEWS`."""
        return await self._api.image(self._car(vehicle), view)

    def diagnostics(self) -> Mapping[str, object]:
        """Return what was not understood, and the newest answers, anonymised."""
        return {"problems": dict(self.problems), "answers": self._http.recorder.files()}

    def _car(self, vehicle: Vehicle) -> Car:
        brand = vehicle.brand if vehicle.brand in BRANDS else Brand.BMW
        return self._cars.get(vehicle.vin) or Car(vehicle.vin, brand)

    async def _list(self) -> frozenset[str] | None:
        now = datetime.now(UTC)
        if self._listed is not None and now - self._listed < _LIST_EVERY:
            return None
        found: dict[str, Car] = {}
        failed: ClientError | None = None
        for brand in BRANDS:
            try:
                answer = await self._api.vehicles(brand)
            except (ApiError, AnswerError) as error:
                failed = failed or error
                continue
            found |= {vin: Car(vin, brand) for vin in self._vins(answer) if vin not in found}
        if failed is not None:
            self._cars |= found
            if not self._cars:
                raise failed
            return None
        self._listed = None if self._cars.keys() - found.keys() else now
        self._cars = found
        return frozenset(found)

    def _vins(self, answer: object) -> Iterable[str]:
        listed = mapping(answer).get("mappingInfos")
        if not isinstance(listed, list):
            self.problems["mappingInfos"] += 1
        for item in sequence(listed):
            vin = mapping(item).get("vin")
            if isinstance(vin, str) and _VIN.fullmatch(vin):
                yield vin
            else:
                self.problems["mappingInfos.vin"] += 1

    async def _read(self, car: Car, round_: _Round) -> list[AnyReading] | ClientError:
        async with round_.limit:
            if round_.given_up is not None:
                return round_.given_up
            try:
                if car.vin not in self._trains:
                    round_.profiles[car.vin] = await self._profile(car)
                return await self._state(car)
            except ClientError as error:
                round_.note(error)
                return error

    async def _profile(self, car: Car) -> list[AnyReading]:
        context = self._context(car)
        try:
            answer = await self._api.profile(car)
        except (ApiError, AnswerError) as error:
            _LOGGER.debug("A profile cannot be read: %s", error)
            return []
        readings = read_profile(answer, car.brand, context, self.problems)
        trains = (reading.value for reading in readings if reading.attribute is DRIVE_TRAIN)
        self._trains[car.vin] = next(trains, None)
        return readings

    async def _state(self, car: Car) -> list[AnyReading]:
        context = self._context(car)
        answer = await self._api.state(car, context.fetched)
        if not isinstance(mapping(answer).get("state"), dict):
            raise AnswerError("read a state: the answer holds no state")
        readings = read_state(answer, context, self.problems)
        capabilities = mapping(mapping(answer).get("capabilities"))
        settings = capabilities.get("isChargingSettingsEnabled") is True
        if settings or capabilities.get("isChargingPlanSupported") is True:
            readings += await self._charging(car, context, settings=settings)
        return readings

    async def _charging(self, car: Car, context: Context, *, settings: bool) -> list[AnyReading]:
        try:
            answer = await self._api.charging(car, context.fetched, settings=settings)
        except (ApiError, AnswerError) as error:
            self.problems["charging details"] += 1
            _LOGGER.debug("Charging details cannot be read: %s", error)
            return []
        return read_charging(answer, context, self.problems)

    async def _aftermath(
        self, car: Car, command: Command, started: remote.Started
    ) -> Sequence[AnyReading]:
        try:
            if command.kind in remote.CHANGES_STATE:
                await self._http.pause(_SETTLE)
                return await self._state(car)
            if command.kind is CommandKind.VEHICLE_FINDER:
                return await self._found(car, started)
        except ClientError as error:
            _LOGGER.debug("What %s changed cannot be read yet: %s", command.kind, error)
        return ()

    async def _found(self, car: Car, started: remote.Started) -> Sequence[AnyReading]:
        if self._observer is None or started.event is None:
            _LOGGER.warning("A car's position is only told to an observer with a known position")
            return ()
        answer = await self._api.event_position(car, started.event, self._observer)
        return read_found(answer, self._context(car), self.problems)

    def _context(self, car: Car) -> Context:
        return Context(
            fetched=datetime.now(UTC),
            zone=self._zone,
            china=self._china,
            drive_train=self._trains.get(car.vin),
        )


def _gathered(
    cars: Sequence[Car],
    results: Sequence[list[AnyReading] | ClientError],
    profiles: Mapping[str, list[AnyReading]],
    vins: frozenset[str] | None,
) -> Poll:
    readings: dict[str, Sequence[AnyReading]] = {}
    errors: dict[str, ClientError] = {}
    for car, result in zip(cars, results, strict=True):
        if isinstance(result, ClientError):
            errors[car.vin] = result
            readings[car.vin] = profiles.get(car.vin, [])
        else:
            readings[car.vin] = [*profiles.get(car.vin, []), *result]
    whole = [error for error in errors.values() if isinstance(error, _WHOLE_ACCOUNT)]
    failed: ClientError | None = whole[0] if whole else None
    if failed is None and errors and len(errors) == len(cars):
        failed = next(iter(errors.values()))
    return Poll(readings, errors, vins, failed)
