"""Which cars a source can read, and what the log, the device and the user learn of others."""

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
    Source,
    Status,
    Vehicle,
    attributes as car,
    capabilities_of,
)
from ..client.core.values import Access, StreamState, Unreadable
from ..const import DOMAIN
from .issues import BLOCKED, Issues

_LOGGER = logging.getLogger(__name__)

ISSUE_NOT_ALLOWED: Final = "not_allowed"
_BLOCKED_BUT_READ: Final = "blocked_but_read"

_END_OF_VIN: Final = 7
_CAUSES: Final[Mapping[Unreadable, str]] = {
    Unreadable.LOGIN_NEEDED: "somebody has to log in again",
    Unreadable.BLOCKED: "BMW refuses third-party programs",
    Unreadable.NOT_ALLOWED: "the account may not read it",
    Unreadable.NOT_LISTED: "it is not in the list of the account",
    Unreadable.SILENT: "no stream and no successful request for 48 hours",
    Unreadable.FAILED: "the request failed",
    Unreadable.WAITING: "the owner has yet to approve",
}


def is_dead_login(error: ClientError | None) -> bool:
    """Tell whether an error about one request shows that somebody has to log in again."""
    return isinstance(error, AuthError) and not isinstance(error, RefusedError)


class Shown(NamedTuple):
    """What entities of a car show of a source: why it cannot read the car, or be commanded."""

    cause: Unreadable | None = None
    refused: bool = False


class Reach:
    """What one source can read.

    `error` is why the last poll failed, `failed` are the cars it could not read, `listed` those
    that the source lists (None if that was not read since the start), `missing` those that were
    not in its last list. `shown` is what entities show, by VIN, `logged` are the
    cars of which the log says that they cannot be read. `refused_before` is whether BMW refused us
    before a restart, and has not been asked since, `blocked` whether it refused us and has not
    answered since.
    """

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
        self.shown: dict[str, Shown] = {}
        self.logged: frozenset[str] = frozenset()
        self._vehicles = vehicles

    @property
    def works(self) -> bool:
        """Whether the source as a whole can be read; a spent quota leaves values as they are."""
        return self.error is None or isinstance(self.error, QuotaError)

    def can_read(self, vin: str) -> bool:
        """Tell whether what the source says of a car can be taken as current."""
        return self.unreadable(vin) is None

    def unreadable(self, vin: str) -> Unreadable | None:
        """Return why the last poll, if there was one, could not read the car."""
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
        """Return when the values of a car cease to be current next, None if that is not near."""
        if self.can.explaining is None:
            return None
        ends = map(self.can.explaining.current_until, self.cars())
        return min((end for end in ends if end is not None and end > now), default=None)

    @property
    def source_status(self) -> Status:
        """How the source is doing, worked out once for all that ask in one turn of the loop."""
        if self._status is None:
            self._status = self.source.status
            get_running_loop().call_soon(self.forget_status)
        return self._status

    @callback
    def forget_status(self) -> None:
        """Have the status worked out anew, since something has changed."""
        self._status = None

    @property
    def status(self) -> Status:
        """How the source is doing; the stream is of no use once somebody has to log in again."""
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
        """Why the source as a whole cannot be read."""
        if self.stream_needs_login or isinstance(self.error, AuthError):
            return Unreadable.LOGIN_NEEDED
        if self.blocked:
            return Unreadable.BLOCKED
        return None if self.works else Unreadable.FAILED

    def update_blocked(self) -> bool:
        """Take note of whether BMW refuses us, and return that."""
        if self.refused_before or isinstance(self.error, BlockedError):
            self.blocked = True
        elif self.error is None:
            self.blocked = False
        return self.blocked

    def can_command(self, vin: str) -> bool:
        """Tell whether a command for a car may work now."""
        return self.can_read(vin) and not self.refused_before

    def show(self) -> list[str]:
        """Take note of how all cars are, and return those that are other than `shown`."""
        before, usual = self.shown, Shown()
        self.shown = {
            vin: Shown(self.unreadable(vin), self.refused_before) for vin in self._vehicles
        }
        return [vin for vin, now in self.shown.items() if before.get(vin, usual) != now]

    def has(self, vin: str) -> bool:
        """Tell whether the source has the car, or had it when it could last be asked."""
        if self.listed is not None:
            return vin in self.listed
        return self.source.has(vin)

    def cars(self) -> list[str]:
        """Return the VINs of the cars that the source has."""
        return [vin for vin in self._vehicles if self.has(vin)]

    def lists(self, vin: str) -> bool:
        """Tell whether the source has the car, in its list or, as long as nothing failed, before.

        A car that it cannot be asked about since the start may have been sold.
        """
        return self.has(vin) and (self.listed is not None or self.error is None)

    def note(self, poll: Poll) -> None:
        """Remember how a poll went."""
        self.error = poll.error
        if poll.error is None:
            self.last_poll = dt_util.utcnow()
        self.failed = frozenset(
            vin for vin, error in poll.errors.items() if not isinstance(error, QuotaError)
        )
        if poll.vins is not None:
            self.listed = poll.vins
            self.missing -= poll.vins
        self.refused_before = False

    def note_one(self, vin: str, poll: Poll) -> None:
        """Remember how asking about one car went.

        A success and a dead login tell something; what else fails once may work with the next poll.
        """
        error = poll.errors.get(vin) or poll.error
        if error is None:
            if vin in poll.readings:
                self.failed -= {vin}
                self.error = None
                self.refused_before = False
        elif is_dead_login(error):
            self.error = error


class PlannedReach(Reach):
    """What a source can read whose cars report by themselves.

    What a car has reported stays true until it reports again, as long as it could do so; a failed
    request changes nothing by itself, unless it shows a dead login.
    """

    unanswered: Mapping[str, ClientError] = {}
    """Why the last request for values failed, by the VIN of the car, unless BMW refused it."""

    @property
    @override
    def works(self) -> bool:
        """Whether the login works."""
        return not self.stream_needs_login and not isinstance(self.error, AuthError)

    @override
    def unreadable(self, vin: str) -> Unreadable | None:
        """Return why the car could not have reported anything else meanwhile."""
        if not self.works:
            return Unreadable.LOGIN_NEEDED
        if vin in self.missing:
            return Unreadable.NOT_LISTED
        return self._explained(vin)

    @override
    def note(self, poll: Poll) -> None:
        """Remember what a round of work has shown; it need not have looked at every car."""
        locked = {vin for vin, error in poll.errors.items() if isinstance(error, NotAllowedError)}
        failed = self.failed.difference(poll.readings) | locked
        super().note(poll)
        self.failed = failed
        errors = {
            vin: error
            for vin, error in {**self.unanswered, **poll.errors}.items()
            if not isinstance(error, (NotAllowedError, QuotaError))
        }
        answered = poll.readings.keys() - poll.errors.keys()
        self.unanswered = {vin: errors[vin] for vin in errors.keys() - answered}

    @property
    def silence(self) -> ClientError | None:
        """Why nothing comes of any car, neither by the stream nor by requests; None if it does."""
        cars = self.cars()
        heard = self.source_status.stream is StreamState.CONNECTED
        if heard or not cars or not self.unanswered.keys() >= set(cars):
            return None
        return self.unanswered[cars[0]]


class Reaches:
    """What all sources of an account can read and command together, by the name of the source."""

    def __init__(self, reaches: Mapping[str, Reach]) -> None:
        self._reaches = reaches

    def healthy(self, vin: str, source: str | None) -> bool:
        """Tell whether what a source said about a car can be taken as current.

        Without a source: whether any source that has the car can read it.
        """
        if source is None:
            return any(item.has(vin) and item.can_read(vin) for item in self._reaches.values())
        reach = self._reaches.get(source)
        return reach is not None and reach.can_read(vin)

    def unreadable(self, vin: str) -> Mapping[str, Unreadable | None]:
        """Return why each source cannot read a car, None if it can."""
        return {name: reach.unreadable(vin) for name, reach in self._reaches.items()}

    def refused(self, vin: str) -> bool:
        """Tell whether a car cannot be read since the account may not do so."""
        causes = {item.unreadable(vin) for item in self._reaches.values() if item.has(vin)}
        return Unreadable.NOT_ALLOWED in causes and None not in causes

    def can_command(self, vehicle: Vehicle, kind: CommandKind) -> bool:
        """Tell whether a source that can be reached now can ask a car to do something."""
        names = self.commanders(vehicle, kind)
        return any(self._reaches[name].can_command(vehicle.vin) for name in names)

    def commanders(self, vehicle: Vehicle, kind: CommandKind) -> set[str]:
        """Return the sources that can ask a car to do something when they can be reached."""
        return {
            name
            for name, reach in self._reaches.items()
            if reach.can.commanding and kind in reach.can.commanding.commands(vehicle.vin)
        }

    def count_calls(self) -> bool:
        """Return whether every source has to be sparing with calls."""
        return all(item.source_status.calls_left is not None for item in self._reaches.values())

    def update_blocked(self, issues: Issues) -> None:
        """Tell the user that BMW refuses us, and whether cars are read in another way."""
        blocked = [reach for reach in self._reaches.values() if reach.update_blocked()]
        others = [reach for reach in self._reaches.values() if reach not in blocked]
        read = bool(blocked) and any(
            other.can_read(vin) for other in others for vin in other.cars()
        )
        text = _BLOCKED_BUT_READ if read else BLOCKED
        about = blocked[0].source.name if blocked else None
        issues.update(BLOCKED, wrong=bool(blocked), about=about, text=text)


def device_name(vehicle: Vehicle, *, allowed: bool) -> str:
    """Return the model; a car that may not be read has none, so the end of its VIN tells it."""
    secondary = vehicle.value(car.ACCESS) is Access.SECONDARY
    if vehicle.value(car.MODEL) is None and (secondary or not allowed):
        return f"{vehicle.brand.value} …{vehicle.vin[-_END_OF_VIN:]}"
    return vehicle.name


@callback
def log_cars(reach: Reach, vehicles: Mapping[str, Vehicle]) -> None:
    """Log once when a source cannot read a single car any more, and once when it can again.

    That a source as a whole cannot be read is logged elsewhere.
    """
    if not reach.works:
        return
    name = reach.source.name
    mine = (vin for vin, vehicle in vehicles.items() if name in vehicle.sources)
    unreadable = {vin: cause for vin in mine if (cause := reach.unreadable(vin)) is not None}
    for vin in unreadable.keys() - reach.logged:
        text = _CAUSES[unreadable[vin]]
        _LOGGER.info("%s cannot be read from %s: %s", vehicles[vin].name, name, text)
    for vin in reach.logged & (vehicles.keys() - unreadable.keys()):
        _LOGGER.info("%s can be read from %s again", vehicles[vin].name, name)
    reach.logged = frozenset(unreadable)


@callback
def update_access(hass: HomeAssistant, issues: Issues, refused: Mapping[str, Vehicle]) -> None:
    """Tell the user which cars the account may not read, and show that on the sensor "Access"."""
    names = sorted(device_name(vehicle, allowed=False) for vehicle in refused.values())
    issues.update(ISSUE_NOT_ALLOWED, wrong=bool(refused), cars=", ".join(names))
    for vin in refused:
        _enable_access(hass, vin)


def _enable_access(hass: HomeAssistant, vin: str) -> None:
    registry = er.async_get(hass)
    unique_id = f"{vin}-{car.ACCESS.key}"
    entity = registry.async_get_entity_id(Platform.SENSOR, DOMAIN, unique_id)
    known = registry.async_get(entity) if entity else None
    if known is not None and known.disabled_by is er.RegistryEntryDisabler.INTEGRATION:
        registry.async_update_entity(known.entity_id, disabled_by=None)
