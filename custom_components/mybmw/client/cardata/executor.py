"""Execute the tasks of the schedule: make the calls and read the responses."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import field
from datetime import UTC, datetime, tzinfo
from functools import partial
import re
from typing import Final

import httpx

from ..core.attributes import ACCESS, AnyReading
from ..core.convert import mapping
from ..core.counter import Tally
from ..core.errors import (
    AnswerError,
    ApiError,
    AuthError,
    ClientError,
    NetworkError,
    NoContainerError,
    NotAllowedError,
    NotWrittenError,
    QuotaError,
    RefusedError,
)
from ..core.source import Poll
from ..core.value_class import mutable
from ..core.values import Access
from ..core.vehicle import Vehicle
from .api import CardataApi, CardataError
from .car_state import BASIC_DATA, MAPPING, CarState
from .charging import is_charging
from .charging_history import (
    charged_since,
    first_of_month,
    history_start,
    past_charges,
    session_readings,
)
from .containers import LOST, ContainerKeeper
from .mapping import SOURCE
from .past_charges import MOST_PAGES, PastCharges, iso
from .quota import Reason
from .readings import read_values
from .rest_readings import read_basic_data, read_places, read_tyres
from .tasks import EXTRAS, Decision, Task

WHOLE_ACCOUNT: Final = (AuthError, QuotaError, NetworkError, NotWrittenError)
"""Errors that concern the whole account: further calls would fail as well."""

_VIN: Final = re.compile(r"[A-Z0-9]{17}", re.IGNORECASE | re.ASCII)
_MAY_BE_MISSING: Final = EXTRAS | {Task.BASIC_DATA}
_CALLS: Final[Mapping[Task, int]] = {
    Task.SESSIONS: MOST_PAGES,
    Task.PLACES: MOST_PAGES,
    Task.CONTAINER: 2,
}


@mutable
class MappedCar:
    """One car of the account; `refused` means that the account currently may not read it.

    `denied` is whether the last call was refused, even if the next one may be tried. One that is
    shown `elsewhere`, by another config entry, is not read.
    """

    access: Access = Access.PRIMARY
    refused: bool = False
    denied: bool = False
    elsewhere: bool = False
    state: CarState = field(default_factory=CarState)

    def tasks(self, extras: frozenset[Task], *, past: bool = False) -> frozenset[Task]:
        """Return the tasks that may be executed for the car; `past` if it may have past charges."""
        if self.access is not Access.PRIMARY or self.refused or self.elsewhere:
            return frozenset()
        wanted = extras if self.state.plugs_in else extras - {Task.SESSIONS, Task.PLACES}
        history = {Task.HISTORY} if past and Task.SESSIONS in wanted else set()
        return wanted | history | {Task.BASIC_DATA, Task.VALUES}


@mutable
class Outcome:
    """The results of several tasks; `over` if further ones would fail as well."""

    readings: dict[str, list[AnyReading]] = field(default_factory=dict)
    errors: dict[str, ClientError] = field(default_factory=dict)
    vins: frozenset[str] | None = None
    error: ClientError | None = None

    @property
    def over(self) -> bool:
        """Whether an error concerns the whole account."""
        return isinstance(self.error, WHOLE_ACCOUNT)

    def take(self, vin: str, readings: Sequence[AnyReading]) -> None:
        """Add readings of a car."""
        self.readings.setdefault(vin, []).extend(readings)

    def fail(self, decision: Decision, error: ClientError) -> None:
        """Add an error, of one car or of the account."""
        whole = isinstance(error, WHOLE_ACCOUNT) and not isinstance(error, RefusedError)
        if whole or not decision.vin:
            self.error = error
        elif decision.task is Task.VALUES or (
            decision.task is Task.BASIC_DATA and isinstance(error, NotAllowedError)
        ):
            self.errors[decision.vin] = error

    def poll(self) -> Poll:
        """Return the outcome as a `Poll`."""
        return Poll(self.readings, self.errors, self.vins, self.error)


class Executor:
    """Makes the calls of a task and reads the responses."""

    def __init__(
        self,
        api: CardataApi,
        containers: ContainerKeeper,
        cars: dict[str, MappedCar],
        zone: tzinfo,
    ) -> None:
        """Create it; `cars` is updated in place, `zone` is the time zone of the cars."""
        self.problems = Tally()
        self.past = PastCharges(api, zone, self.problems)
        self.improving = False
        self.container_missing = False
        self._out_of_order: set[Task] = set()
        self._api = api
        self._containers = containers
        self._cars = cars
        self._zone = zone
        self._tasks: Mapping[Task, Callable[[Decision], Awaitable[list[AnyReading]]]] = {
            Task.BASIC_DATA: self._basic_data,
            Task.VALUES: self._values,
            Task.SESSIONS: self._sessions,
            Task.TYRES: self._tyres,
            Task.PLACES: self._places,
            Task.HISTORY: self.past.step,
        }

    def know(self, vehicles: Iterable[Vehicle]) -> bool:
        """Take over the cars that were known before a restart; return whether there are any."""
        known = False
        for vehicle in vehicles:
            access = vehicle[ACCESS]
            if access is not None and access.source == SOURCE:
                car, known = self._car(vehicle.vin), True
                car.access, car.state.drive_train = access.value, vehicle.drive_train
        return known

    def load(self, fields: Mapping[str, object]) -> None:
        """Restore the `cars` that were saved, and which of them were `denied`."""
        for vin, stored in mapping(fields.get("cars")).items():
            car = self._car(vin)
            car.state.load(stored)
            car.denied = vin in mapping(fields.get("denied"))

    def _car(self, vin: str) -> MappedCar:
        return self._cars.setdefault(vin, MappedCar(state=CarState(zone=self._zone)))

    def tasks(self, extras: frozenset[Task]) -> dict[str, frozenset[Task]]:
        """Return the tasks that may be executed for each car."""
        return {
            vin: car.tasks(extras, past=self.past.wanted(vin)) for vin, car in self._cars.items()
        }

    def is_charging(self, vin: str) -> bool:
        """Return whether a car is charging, as far as is known."""
        car = self._cars.get(vin)
        return car is not None and is_charging(car.state, datetime.now(UTC))

    def most_calls(self, decisions: Sequence[Decision]) -> int:
        """Return how many calls these take at most, including one with a refused token.

        The first list of cars is assumed to contain one car.
        """
        if not decisions:
            return 0
        tasks = [task for task, _ in {(item.task, item.vin) for item in decisions}]
        if Task.MAPPINGS in tasks and not self._cars:
            tasks += [Task.BASIC_DATA, Task.VALUES]
        calls = sum(_CALLS.get(task, 1) for task in tasks)
        return calls + 1 + (self._containers.most_calls if Task.VALUES in tasks else 0)

    @property
    def out_of_order(self) -> bool:
        """Whether different tasks in a row ended in errors of the server."""
        return len(self._out_of_order) > 1

    async def execute(self, decision: Decision, outcome: Outcome) -> None:
        """Execute one task; raise the errors of its calls."""
        try:
            await self._execute(decision, outcome)
        except ApiError as error:
            if is_refused(error):
                self._out_of_order.clear()
            else:
                self._out_of_order.add(decision.task)
            raise
        self._out_of_order.clear()

    async def _execute(self, decision: Decision, outcome: Outcome) -> None:
        if decision.task is Task.MAPPINGS:
            await self._mappings(decision.reason, outcome)
        elif decision.task is Task.CONTAINER:
            self.improving = await self._containers.improve(decision.reason)
        else:
            outcome.take(decision.vin, await self._tasks[decision.task](decision))

    async def _mappings(self, reason: Reason, outcome: Outcome) -> None:
        now = datetime.now(UTC)
        answer = await self._api.mappings(reason)
        listed = dict(filter(None, map(_mapped, answer)))
        if answer and not listed:
            raise AnswerError("list vehicles: the answer contains no VIN")
        for vin, (access, fields) in listed.items():
            car = self._car(vin)
            car.access, car.refused = access, False
            car.state.answers[MAPPING] = fields
            outcome.take(vin, [ACCESS.at(access, now, SOURCE)])
        for gone in self._cars.keys() - listed:
            del self._cars[gone]
        outcome.vins = frozenset(listed)

    async def _basic_data(self, decision: Decision) -> list[AnyReading]:
        vin = decision.vin
        answer = await self._read(vin, self._api.basic_data(vin, decision.reason))
        state = self._cars[vin].state
        state.answers[BASIC_DATA] = answer
        return read_basic_data(answer, state, datetime.now(UTC))

    async def _values(self, decision: Decision) -> list[AnyReading]:
        vin, reason = decision.vin, decision.reason
        container = await self._container(reason)
        try:
            data = await self._read(vin, self._api.telematics(vin, container, reason))
        except CardataError as error:
            if error.code not in LOST:
                raise
            self._containers.lost()
            repair = reason if reason is Reason.USER else Reason.REPAIR
            container = await self._container(repair)
            data = await self._read(vin, self._api.telematics(vin, container, reason))
        return read_values(data, self._cars[vin].state, datetime.now(UTC))

    async def _container(self, reason: Reason) -> str:
        try:
            container = await self._containers.ensure(reason)
        except NoContainerError:
            self.container_missing = True
            raise
        self.container_missing = False
        self.improving = bool(self._containers.state.doubtful)
        return container

    async def _sessions(self, decision: Decision) -> list[AnyReading]:
        now, at = datetime.now(self._zone), datetime.now(UTC)
        since, until = history_start(now), now
        read = partial(
            self._api.charging_history, decision.vin, iso(since), iso(until), decision.reason
        )
        answer = await _all_pages(read)
        charges = past_charges(answer, self.problems, at)
        readings = session_readings(charges, at)
        if not self.past.charges:  # no listener keeps all charges and adds them up
            readings.append(charged_since(charges, first_of_month(now), at))
        self.past.publish(decision.vin, charges)
        return readings

    async def _tyres(self, decision: Decision) -> list[AnyReading]:
        answer = await self._api.tyres(decision.vin, decision.reason)
        return read_tyres(answer, self.problems, datetime.now(UTC))

    async def _places(self, decision: Decision) -> list[AnyReading]:
        read = partial(self._api.location_settings, decision.vin, decision.reason)
        answer = await _all_pages(read)
        return read_places(answer, self.problems, datetime.now(UTC))

    async def _read[T](self, vin: str, call: Awaitable[T]) -> T:
        """Return the response about a car, and record whether the account may read it."""
        try:
            answer = await call
        except NotAllowedError:
            self._cars[vin].refused = self._cars[vin].denied = True
            raise
        self._cars[vin].denied = False
        return answer


async def _all_pages(
    read: Callable[[str], Awaitable[tuple[Sequence[object], str]]],
) -> list[object]:
    """Return the items of up to five pages."""
    answer: list[object] = []
    page = ""
    for _ in range(MOST_PAGES):
        found, page = await read(page)
        answer += found
        if not page:
            break
    return answer


def is_free(error: ClientError) -> bool:
    """Return whether an error cost no call, or no further calls are made until it is resolved."""
    if isinstance(error, NetworkError):
        return not error.sent
    free = isinstance(error, (QuotaError, AuthError, NotWrittenError))
    return free and not isinstance(error, RefusedError)


def is_refused(error: ClientError) -> bool:
    """Return whether BMW refused a call and would refuse it again."""
    if isinstance(error, ApiError):
        return error.status < httpx.codes.INTERNAL_SERVER_ERROR
    return isinstance(error, (AnswerError, NotAllowedError, RefusedError))


def waits_regularly(task: Task, error: ClientError) -> bool:
    """Return whether a failed task of a car is retried at its regular time only."""
    if isinstance(error, NotAllowedError) or task is Task.HISTORY:
        return True
    return task in _MAY_BE_MISSING and is_refused(error)


def is_vin(text: str) -> bool:
    """Return whether a text has the form of a VIN, so that it is safe in URLs and topics."""
    return _VIN.fullmatch(text) is not None


def _mapped(item: object) -> tuple[str, tuple[Access, Mapping[str, object]]] | None:
    """Return VIN, access and fields of a mapping; access is PRIMARY if there is no such field."""
    fields = mapping(item)
    vin, kind = fields.get("vin"), fields.get("mappingType")
    if not isinstance(vin, str) or not is_vin(vin.strip()):
        return None
    secondary = isinstance(kind, str) and kind.strip().upper() == Access.SECONDARY
    return vin.strip().upper(), (Access.SECONDARY if secondary else Access.PRIMARY, fields)
