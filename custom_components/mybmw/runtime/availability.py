"""Which cars a source can read, with the log lines and issues about those that it cannot."""

from asyncio import get_running_loop
from collections.abc import Mapping
from copy import replace
from datetime import datetime
import logging
from typing import Final, NamedTuple, override

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util

from ..client import (
    AuthError,
    BlockedError,
    ClientError,
    CommandKind,
    NotAllowedError,
    Poll,
    QuotaError,
    RefusedError,
    RetiredError,
    Source,
    Status,
    Vehicle,
    attributes as car,
    capabilities_of,
)
from ..client.core.values import Access, StreamState, Unreadable
from ..const import DOMAIN
from .issues import BLOCKED, RETIRED, Issues
from .silence import SilentCars

_LOGGER = logging.getLogger(__name__)

ISSUE_NOT_ALLOWED: Final = "not_allowed"
ISSUE_NOT_MAIN_USER: Final = "not_main_user"
_BLOCKED_BUT_READ: Final = "blocked_but_read"

_END_OF_VIN: Final = 7
_CAUSES: Final[Mapping[Unreadable, str]] = {
    Unreadable.LOGIN_NEEDED: "a new login is required",
    Unreadable.BLOCKED: "BMW refuses third-party programs",
    Unreadable.NOT_ALLOWED: "the account may not read it",
    Unreadable.NOT_LISTED: "it is not in the list of the account",
    Unreadable.SILENT: "no stream and no successful request for 48 hours",
    Unreadable.FAILED: "the request failed",
    Unreadable.WAITING: "the owner has yet to approve",
}


def is_dead_login(error: ClientError | None) -> bool:
    """Return whether the error of one request means that a new login is required."""
    return isinstance(error, AuthError) and not isinstance(error, RefusedError)


class CarAvailability(NamedTuple):
    """Why a source cannot read a car, and whether it refuses commands."""

    cause: Unreadable | None = None
    refused: bool = False


class SourceAvailability:
    """Which cars one source can read.

    `error` is that of the last poll, `failed` are the cars it could not read, `listed` those that
    the source lists (None if they were not listed since the start), `missing` those that were not
    in the last list. `by_car` is the availability that entities show, by VIN; `logged` are the cars
    that were logged as unreadable. `blocked` is whether BMW refused the source and has not answered
    since, `refused_before` whether that was before a restart and there was no request since.
    `unanswered` is the error of the last request for values by VIN.
    """

    unanswered: Mapping[str, ClientError] = {}

    def __init__(self, source: Source, vehicles: Mapping[str, Vehicle]) -> None:
        self.source = source
        self.can = capabilities_of(source)
        self.stream_needs_login = False
        self._status: Status | None = None
        self.error: ClientError | None = None
        self.failed: frozenset[str] = frozenset()
        self.listed: frozenset[str] | None = None
        self.missing: frozenset[str] = frozenset()
        self.refused_before = False
        self.blocked = False
        self.last_poll: datetime | None = None
        self.by_car: dict[str, CarAvailability] = {}
        self.logged: frozenset[str] = frozenset()
        self._vehicles = vehicles

    @property
    def works(self) -> bool:
        """Return whether the source as a whole can be read; a spent quota does not matter."""
        return self.error is None or isinstance(self.error, QuotaError)

    def can_read(self, vin: str) -> bool:
        """Return whether the values of a car from this source are current."""
        return self.unreadable(vin) is None

    def unreadable(self, vin: str) -> Unreadable | None:
        """Return why the source cannot read a car, None if it can."""
        if isinstance(self.error, AuthError):
            return Unreadable.LOGIN_NEEDED
        if isinstance(self.error, BlockedError):
            return Unreadable.BLOCKED
        if vin in self.missing:
            return Unreadable.NOT_LISTED
        return self._explained(vin) if self.works and vin not in self.failed else Unreadable.FAILED

    def _explained(self, vin: str) -> Unreadable | None:
        return None if self.can.explaining is None else self.can.explaining.unreadable(vin)

    def next_lapse(self, now: datetime) -> datetime | None:
        """Return when next the values of a car become outdated, None if unknown.

        The same goes for the end of a bill, and for a car that has been silent for too long.
        """
        status = self.source_status
        ends = [*SilentCars.due(status, now), *([status.bill.until] if status.bill else ())]
        if self.can.explaining is not None:
            ends += filter(None, map(self.can.explaining.current_until, self.cars()))
        return min((end for end in ends if end > now), default=None)

    @property
    def source_status(self) -> Status:
        """Return the status of the source, cached until the next iteration of the event loop."""
        if self._status is None:
            self._status = self.source.status
            get_running_loop().call_soon(self.invalidate_status)
        return self._status

    @callback
    def invalidate_status(self) -> None:
        """Discard the cached status after a change."""
        self._status = None

    @property
    def status(self) -> Status:
        """Return the status of the source, with the results of polls."""
        status, cause = self.source_status, self._cause
        lost = status.stream is not None and cause is Unreadable.LOGIN_NEEDED
        stream = StreamState.LOGIN_NEEDED if lost else status.stream
        return replace(
            status,
            stream=stream,
            cause=cause or status.cause,
            last_poll=self.last_poll,
        )

    @property
    def _cause(self) -> Unreadable | None:
        """Return why the source as a whole cannot be read, None if it can."""
        if self.stream_needs_login or isinstance(self.error, AuthError):
            return Unreadable.LOGIN_NEEDED
        if self.blocked:
            return Unreadable.BLOCKED
        return None if self.works else Unreadable.FAILED

    def update_blocked(self) -> bool:
        """Update and return whether BMW refuses the source."""
        if self.refused_before or isinstance(self.error, BlockedError):
            self.blocked = True
        elif self.error is None:
            self.blocked = False
        return self.blocked

    def can_command(self, vin: str) -> bool:
        """Return whether a command to a car may succeed now."""
        return self.can_read(vin) and not self.refused_before

    def update_cars(self) -> list[str]:
        """Update the availability of all cars, and return the VINs of those with a change."""
        before, default = self.by_car, CarAvailability()
        self.by_car = {
            vin: CarAvailability(self.unreadable(vin), self.refused_before)
            for vin in self._vehicles
        }
        return [vin for vin, now in self.by_car.items() if before.get(vin, default) != now]

    def has(self, vin: str) -> bool:
        """Return whether the source has the car, by its last list."""
        if self.listed is not None:
            return vin in self.listed
        return self.source.has(vin)

    def cars(self) -> list[str]:
        """Return the VINs of the cars that the source has."""
        return [vin for vin in self._vehicles if self.has(vin)]

    def lists(self, vin: str) -> bool:
        """Return whether the source has the car, unless it has failed to list cars since the start.

        Such a car may have been sold.
        """
        return self.has(vin) and (self.listed is not None or self.error is None)

    def record_poll(self, poll: Poll) -> None:
        """Record the result of a poll."""
        self.error = poll.error
        if poll.error is None:
            self.last_poll = dt_util.utcnow()
        self.unanswered = {
            vin: error for vin, error in poll.errors.items() if not isinstance(error, QuotaError)
        }
        self.failed = frozenset(self.unanswered)
        if poll.vins is not None:
            self.listed = poll.vins
            self.missing -= poll.vins
        self.refused_before = False

    def record_car_poll(self, vin: str, poll: Poll) -> None:
        """Record the result of polling one car: success or a dead login, but no other error."""
        error = poll.errors.get(vin) or poll.error
        if error is None:
            if vin in poll.readings:
                self.failed -= {vin}
                self.unanswered = {**self.unanswered}
                self.unanswered.pop(vin, None)
                self.error = None
                self.refused_before = False
        elif is_dead_login(error):
            self.error = error


class PlannedAvailability(SourceAvailability):
    """Which cars a source can read that plans its calls, and whose cars send values by themselves.

    Values stay current as long as the car can send new ones; a failed request changes nothing,
    unless it means that a new login is required.
    """

    @property
    @override
    def works(self) -> bool:
        """Return whether the login works."""
        return not self.stream_needs_login and not isinstance(self.error, AuthError)

    @override
    def unreadable(self, vin: str) -> Unreadable | None:
        """Return why the car cannot send values, None if it can."""
        if not self.works:
            return Unreadable.LOGIN_NEEDED
        if vin in self.missing:
            return Unreadable.NOT_LISTED
        return self._explained(vin)

    @override
    def record_poll(self, poll: Poll) -> None:
        """Record the result of a poll, which need not include every car."""
        denied = {vin for vin, error in poll.errors.items() if isinstance(error, NotAllowedError)}
        failed = self.failed.difference(poll.readings) | denied
        unanswered = self.unanswered
        super().record_poll(poll)
        self.failed = failed
        errors = {
            vin: error
            for vin, error in {**unanswered, **poll.errors}.items()
            if not isinstance(error, (NotAllowedError, QuotaError))
        }
        answered = poll.readings.keys() - poll.errors.keys()
        self.unanswered = {vin: errors[vin] for vin in errors.keys() - answered}

    @property
    def no_data_error(self) -> ClientError | None:
        """Return an error if neither the stream nor requests bring data of any car, else None."""
        cars = self.cars()
        streaming = self.source_status.stream is StreamState.CONNECTED
        if streaming or not cars or not self.unanswered.keys() >= set(cars):
            return None
        return self.unanswered[cars[0]]


class AccountAvailability:
    """Which cars all sources of an account can read and command together."""

    def __init__(self, by_source: Mapping[str, SourceAvailability]) -> None:
        self._by_source = by_source

    def healthy(self, vin: str, source: str | None) -> bool:
        """Return whether a source, or any source that has the car, can read it."""
        if source is None:
            return any(item.has(vin) and item.can_read(vin) for item in self._by_source.values())
        found = self._by_source.get(source)
        return found is not None and found.can_read(vin)

    def unreadable(self, vin: str) -> Mapping[str, Unreadable | None]:
        """Return why each source cannot read a car, by name; None if it can."""
        return {name: item.unreadable(vin) for name, item in self._by_source.items()}

    def refused(self, vin: str) -> bool:
        """Return whether a car cannot be read because the account is not allowed to."""
        causes = {item.unreadable(vin) for item in self._by_source.values() if item.has(vin)}
        return Unreadable.NOT_ALLOWED in causes and None not in causes

    def can_command(self, vehicle: Vehicle, kind: CommandKind) -> bool:
        """Return whether an available source offers a command."""
        names = self.commanders(vehicle, kind)
        return any(self._by_source[name].can_command(vehicle.vin) for name in names)

    def takes_commands(self, source: str, vin: str) -> bool:
        """Return whether a source can command a car now, as far as that is known."""
        found = self._by_source.get(source)
        return found is None or found.can_command(vin)

    def commanders(self, vehicle: Vehicle, kind: CommandKind) -> set[str]:
        """Return the sources that offer a command, available or not."""
        return {
            name
            for name, item in self._by_source.items()
            if item.can.commanding and kind in item.can.commanding.commands(vehicle.vin)
        }

    def count_calls(self) -> bool:
        """Return whether every source has a limited number of calls."""
        return all(item.source_status.calls_left is not None for item in self._by_source.values())

    def update_blocked(self, issues: Issues) -> None:
        """Update the issue for blocked sources, which says if another source reads the cars."""
        blocked = [item for item in self._by_source.values() if item.update_blocked()]
        retired = [item for item in blocked if isinstance(item.error, RetiredError)]
        issues.update(RETIRED, wrong=bool(retired))
        blocked = [item for item in blocked if item not in retired]
        others = [item for item in self._by_source.values() if item not in [*blocked, *retired]]
        read = bool(blocked) and any(
            other.can_read(vin) for other in others for vin in other.cars()
        )
        text = _BLOCKED_BUT_READ if read else BLOCKED
        about = blocked[0].source.name if blocked else None
        issues.update(BLOCKED, wrong=bool(blocked), about=about, text=text)


def device_name(vehicle: Vehicle, *, allowed: bool) -> str:
    """Return the model, or brand and end of the VIN for a car that may not be read."""
    secondary = vehicle.value(car.ACCESS) is Access.SECONDARY
    if vehicle.value(car.MODEL) is None and (secondary or not allowed):
        return f"{vehicle.brand.value} …{vehicle.vin[-_END_OF_VIN:]}"
    return vehicle.name


@callback
def log_cars(availability: SourceAvailability, vehicles: Mapping[str, Vehicle]) -> None:
    """Log once when a source cannot read a car any more, and once when it can again.

    Errors of the source as a whole are logged by its poller.
    """
    if not availability.works:
        return
    name = availability.source.name
    mine = (vin for vin, vehicle in vehicles.items() if name in vehicle.sources)
    unreadable = {vin: cause for vin in mine if (cause := availability.unreadable(vin)) is not None}
    for vin in unreadable.keys() - availability.logged:
        text = _CAUSES[unreadable[vin]]
        _LOGGER.info("%s cannot be read from %s: %s", vehicles[vin].name, name, text)
    for vin in availability.logged & (vehicles.keys() - unreadable.keys()):
        _LOGGER.info("%s can be read from %s again", vehicles[vin].name, name)
    availability.logged = frozenset(unreadable)


@callback
def update_access(hass: HomeAssistant, issues: Issues, refused: Mapping[str, Vehicle]) -> None:
    """Update the issue for cars that the account may not read, and enable their access sensors."""
    names = sorted(device_name(vehicle, allowed=False) for vehicle in refused.values())
    others = all(item.value(car.ACCESS) is Access.SECONDARY for item in refused.values())
    text = ISSUE_NOT_MAIN_USER if others else ISSUE_NOT_ALLOWED
    issues.update(ISSUE_NOT_ALLOWED, wrong=bool(refused), text=text, cars=", ".join(names))
    for vin in refused:
        _enable_access(hass, vin)


def _enable_access(hass: HomeAssistant, vin: str) -> None:
    registry = er.async_get(hass)
    unique_id = f"{vin}-{car.ACCESS.key}"
    entity = registry.async_get_entity_id(Platform.SENSOR, DOMAIN, unique_id)
    known = registry.async_get(entity) if entity else None
    if known is not None and known.disabled_by is er.RegistryEntryDisabler.INTEGRATION:
        registry.async_update_entity(known.entity_id, disabled_by=None)
