"""The protocols that sources implement."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final, NamedTuple, Protocol, runtime_checkable

from .attributes import AnyAttribute, AnyReading
from .commands import Command, CommandKind, CommandResult, CommandState
from .errors import ClientError
from .events import CarEvent
from .explanation import Cause
from .listeners import Listeners
from .recording import MESSAGES, Message, Recording
from .value_class import record
from .values import ChargingSession, StreamState, Unreadable
from .vehicle import Vehicle

SILENT_AFTER: Final = timedelta(hours=1)
"""How long after the stream was connected a car without a first message counts as silent."""

type Progress = Callable[[CommandState], None]
"""Is called with each new state of a command."""

type Push = Callable[[Mapping[str, Iterable[AnyReading]]], object]
"""Takes readings by VIN."""


@runtime_checkable
class Follower(Protocol):
    """A `Progress` that is also called when a command is sent."""

    def __call__(self, state: CommandState) -> None:
        """Handle a new state of the command."""
        ...

    def sending(self) -> None:
        """Note that the command is sent now; before that, nothing can have reached the service."""
        ...


@record
class Poll:
    """The result of polling a source, by VIN.

    `vins` are the cars of the account as far as the source knows them for sure, None if it did
    not ask. A car in `errors` could not be read this time. `error` says why the poll as a whole
    failed or was given up; what was read before is in it all the same.
    """

    readings: Mapping[str, Sequence[AnyReading]] = field(default_factory=dict)
    errors: Mapping[str, ClientError] = field(default_factory=dict)
    vins: frozenset[str] | None = None
    error: ClientError | None = None


class Bill(NamedTuple):
    """What a service costs in the month from `since` to `until`, in `currency` (ISO 4217).

    `events` and `calls` are those that have a price; events in `free` have none, and those in
    `duplicates` were delivered again. `capped` means that the rest of the month is free, `stopped`
    that the user's own limit is reached, so that nothing is asked any more.
    """

    since: datetime
    until: datetime
    currency: str
    cost: float
    forecast: float
    events: int
    calls: int
    free: int = 0
    duplicates: int = 0
    capped: bool = False
    stopped: bool = False


class HistoryRead(NamedTuple):
    """How many past charges were read with how many calls; not complete if there are more."""

    charges: int
    calls: int
    complete: bool


class Contact(NamedTuple):
    """When a server has last answered, and when a request last got no answer."""

    answered: datetime | None = None
    failed: datetime | None = None


class Status(NamedTuple):
    """How a source is doing; times are in UTC.

    `calls_left` are those of its own plan, `calls_left_for_user` those that a user may still ask
    for; None if calls are not counted. `disputed` means that another program seems to take the
    stream, `refused` that its broker keeps refusing the connection. `silent_since` is since when
    the stream is connected without a message of any car, `silent_cars` the same for each car that
    has sent none so far. `not_subscribed` means that the login does not include the stream.
    `failing` means that a part of the work keeps failing with an unexpected error. `private` means
    that a car keeps its data to itself, `refused_cars` that a new car may not be read.

    `delivery` is the time of the last call of the webhook, `webhook_silent_since` since when the
    first one is waited for, `webhook_refused` that all had a wrong signature. `bill` is what the
    month costs, where a price is known. `received` counts messages since the start. `contacts` are
    the servers of the service that were asked, `reasons` the calls of 24 hours by reason.

    `out_of_order` means that the last requests, whatever they were for, ended in errors of the
    server.

    The poller fills in `last_poll`, the last one that did not fail, and `cause`, why the source
    cannot be read, unless the source has done so.
    """

    calls_left: int | None = None
    calls_left_for_user: int | None = None
    calls_made: int | None = None
    next_call: datetime | None = None
    login_ends: datetime | None = None
    stream: StreamState | None = None
    disputed: bool = False
    refused: bool = False
    spent_by_others: bool = False
    container_missing: bool = False
    silent_since: datetime | None = None
    silent_cars: Mapping[str, datetime] = MappingProxyType({})
    not_subscribed: bool = False
    failing: bool = False
    private: bool = False
    refused_cars: bool = False
    last_poll: datetime | None = None
    cause: Unreadable | None = None
    delivery: datetime | None = None
    webhook_silent_since: datetime | None = None
    webhook_refused: bool = False
    bill: Bill | None = None
    received: int | None = None
    contacts: Mapping[str, Contact] = MappingProxyType({})
    reasons: Mapping[str, int] = MappingProxyType({})
    out_of_order: bool = False


class Origin(NamedTuple):
    """What a source knows of how an attribute of a car comes.

    `names` are those that the service has for it. `streamed` is whether the car has streamed one of
    them, `streamable` whether it can; `seen` is whether similar cars were seen streaming one, and
    `group_streamed` whether this car has streamed others of the group. `came` is whether one came
    at all, `asked` when the service was last asked for it, `refused` the code of a refusal.
    `unusable` counts values that were ignored. `fitted` is whether such a car has it, `wanted`
    whether the options of the source include it.

    `polled` means that the service is asked at intervals for all that the car has reported, last at
    `reported`. `cause` is why there is nothing new, where the service says so or a request failed.
    """

    names: tuple[str, ...] = ()
    streamed: bool = False
    streamable: bool = False
    seen: bool = False
    group_streamed: bool = False
    at_trip_end: bool = False
    came: bool = False
    asked: datetime | None = None
    refused: str = ""
    unusable: int = 0
    fitted: bool = True
    wanted: bool = True
    polled: bool = False
    reported: datetime | None = None
    cause: Cause | None = None


class Source(Protocol):
    """One backend with one login; the protocols below say what else it can do."""

    @property
    def name(self) -> str:
        """The source's name, as it stands in readings."""
        ...

    @property
    def status(self) -> Status:
        """Return the current status."""
        ...

    def has(self, vin: str) -> bool:
        """Return whether the account has a car, as far as the source knows."""
        ...

    def diagnostics(self) -> Mapping[str, object]:
        """Return counters; they have to be anonymised before they are shown."""
        ...

    def recording(self, messages: int = MESSAGES) -> Recording:
        """Return what was received lately as it came, with the newest messages of a stream.

        It has to be anonymised before it is shown.
        """
        ...


@runtime_checkable
class Polled(Protocol):
    """Can be asked about cars at any time."""

    def can_poll(self, vin: str) -> bool:
        """Return whether the account may read a car."""
        ...

    async def poll(self, vin: str | None = None) -> Poll:
        """Read all cars, or one; failures are in the result."""
        ...


@runtime_checkable
class Planned(Protocol):
    """Plans its own calls. None is spent on a car that `accepts` does not want."""

    accepts: Callable[[str], bool]

    def due(self) -> datetime:
        """Return when it wants to work next."""
        ...

    async def work(self) -> Poll:
        """Do what is due; failures are in the result."""
        ...


@runtime_checkable
class Pushing(Protocol):
    """Receives what cars send by themselves. Listeners subscribe to `messages` as they come."""

    messages: Listeners[Message]

    async def listen(self, push: Push, changed: Callable[[], object]) -> None:
        """Listen until cancelled; nothing more is received once a new login is needed.

        `changed` is called when the plan or the state of the stream is another one than before.
        """
        ...


@runtime_checkable
class Hooked(Protocol):
    """Is called by its service when something happens, at an address that the user enters there."""

    def deliver(self, headers: Mapping[str, str], body: bytes) -> int:
        """Take a delivery as it came; return the HTTP status to answer with, at once."""
        ...


@runtime_checkable
class Eventful(Protocol):
    """Reports events of cars. Listeners subscribe to `events`, which come with the VIN."""

    events: Listeners[str, CarEvent]


@runtime_checkable
class Historical(Protocol):
    """Has past charges of cars. Listeners subscribe to `charges`, which come with the VIN.

    While there is a listener, it also reads those of the last year, when calls are left over.
    """

    charges: Listeners[str, Sequence[ChargingSession]]
    most_calls: int

    async def read_charges(self, vin: str, since: datetime, until: datetime) -> HistoryRead:
        """Read the charges of a period, newest first, with at most `most_calls` calls.

        Raises ClientError.
        """
        ...


@runtime_checkable
class Billed(Protocol):
    """Has a price: counts what its service will ask for this month."""

    def bill(self, vin: str | None = None) -> Bill | None:
        """Return what all cars cost, or one; None if no price is known, or not the car."""
        ...


@runtime_checkable
class Commanding(Source, Protocol):
    """Can ask cars to do something."""

    def commands(self, vin: str) -> frozenset[CommandKind]:
        """Return what this source can ask the car to do."""
        ...

    async def send(
        self, vehicle: Vehicle, command: Command, progress: Progress | None = None
    ) -> tuple[CommandResult, Sequence[AnyReading]]:
        """Send a command; return its result and the readings in the answer."""
        ...


@runtime_checkable
class Imaging(Protocol):
    """Has pictures of cars."""

    def views(self, vin: str) -> Collection[str]:
        """Return the views of a car that there are pictures of."""
        ...

    async def image(self, vehicle: Vehicle, view: str) -> bytes:
        """Return a picture of the car as PNG."""
        ...


@runtime_checkable
class Persistent(Protocol):
    """Remembers something over a restart. What must not be lost it has saved at once."""

    def dump(self) -> Mapping[str, object]:
        """Return what should survive a restart as JSON, beside cars."""
        ...

    def dump_car(self, vin: str) -> Mapping[str, object] | None:
        """Return what should survive a restart of one car as JSON."""
        ...

    def load(self, saved: object) -> None:
        """Take over what `dump` returned, with the `cars` beside it; odd parts are left out."""
        ...

    def know(self, vehicles: Iterable[Vehicle]) -> None:
        """Take over cars that were known before a restart, after `load`."""
        ...


@runtime_checkable
class Explaining(Protocol):
    """Knows whether its readings of a car are still current, since cars report by themselves."""

    def unreadable(self, vin: str) -> Unreadable | None:
        """Return why a car cannot be read at present, None if it can."""
        ...

    def current_until(self, vin: str) -> datetime | None:
        """Return when values of a car cease to be current unless something comes, None: never."""
        ...


@runtime_checkable
class Tracing(Protocol):
    """Knows how each attribute of a car comes, and what came of it, without asking its service."""

    def trace(self, vin: str, attribute: AnyAttribute) -> Origin | None:
        """Return how an attribute of a car comes, None if the source never has it."""
        ...

    def streams(self, vin: str) -> bool:
        """Return whether the service streams such a car at all."""
        ...
