"""What every source looks like from outside."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, Protocol, runtime_checkable

from .attributes import AnyReading
from .commands import Command, CommandKind, CommandResult, CommandState
from .errors import ClientError
from .listeners import Listeners
from .recording import MESSAGES, Message, Recording
from .values import StreamState, Unreadable
from .vehicle import Vehicle

type Progress = Callable[[CommandState], None]
"""Is called with every news of a command."""

type Push = Callable[[Mapping[str, Iterable[AnyReading]]], object]
"""Takes readings by VIN."""


@runtime_checkable
class Follower(Protocol):
    """A `Progress` that wants to know as well when a command leaves."""

    def __call__(self, state: CommandState) -> None:
        """Take news of the command."""
        ...

    def sending(self) -> None:
        """Note that the command is sent now; before that, nothing can have reached the service."""
        ...


@dataclass(frozen=True, slots=True)
class Poll:
    """What one look at a source brought, by VIN.

    `vins` are the cars of the account as far as the source knows them for sure, None if it did
    not ask. A car in `errors` could not be read this time. `error` tells why the poll as a whole
    failed or was given up; what was read before is in it all the same.
    """

    readings: Mapping[str, Sequence[AnyReading]] = field(default_factory=dict)
    errors: Mapping[str, ClientError] = field(default_factory=dict)
    vins: frozenset[str] | None = None
    error: ClientError | None = None


class Status(NamedTuple):
    """How a source that plans its own calls is doing; times are in UTC.

    `calls_left` are those of its own plan, `calls_left_for_user` those that somebody may still ask
    for. `disputed` means that another program seems to take the stream, `refused` that its broker
    keeps refusing us. `silent_since` is since when we listen without ever having heard a car.
    `failing` means that a part of the work keeps failing in a way that nobody foresaw.
    """

    calls_left: int
    calls_left_for_user: int
    calls_made: int
    next_call: datetime | None
    login_ends: datetime | None
    stream: StreamState | None = None
    disputed: bool = False
    refused: bool = False
    spent_by_others: bool = False
    container_missing: bool = False
    silent_since: datetime | None = None
    failing: bool = False


class Source(Protocol):
    """One backend with one login."""

    @property
    def name(self) -> str:
        """The source's name, as it stands in readings."""
        ...

    def know(self, vehicles: Iterable[Vehicle]) -> None:
        """Take over cars that were known before a restart."""
        ...

    async def poll(self, vin: str | None = None) -> Poll:
        """Read all cars, or one; failures are told in the result."""
        ...

    def commands(self, vehicle: Vehicle) -> frozenset[CommandKind]:
        """Return what this source can ask the car to do."""
        ...

    async def send(
        self, vehicle: Vehicle, command: Command, progress: Progress | None = None
    ) -> tuple[CommandResult, Sequence[AnyReading]]:
        """Carry out a command; return its result and what the answer told about the car."""
        ...

    async def image(self, vehicle: Vehicle, view: str) -> bytes:
        """Return a picture of the car as PNG."""
        ...

    def diagnostics(self) -> Mapping[str, object]:
        """Return counters; they have to be anonymised before they are shown."""
        ...

    def recording(self, messages: int = MESSAGES) -> Recording:
        """Return what was heard lately as it came, with the newest messages of a stream.

        It has to be anonymised before it is shown.
        """
        ...


@runtime_checkable
class PlanningSource(Source, Protocol):
    """A source whose calls are few: it plans them itself, and listens to what cars send.

    What it said stays true until it says otherwise, since its cars report by themselves. No call is
    spent on a car that the account has but `accepts` does not want. Listeners subscribe to
    `messages` as they come.
    """

    accepts: Callable[[str], bool]
    messages: Listeners[Message]

    @property
    def status(self) -> Status:
        """How it is doing."""
        ...

    def unreadable(self, vin: str) -> Unreadable | None:
        """Return why a car cannot be read at present, None if it can."""
        ...

    def current_until(self, vin: str) -> datetime | None:
        """Return when values of a car cease to be current unless something comes, None: never."""
        ...

    def due(self) -> datetime:
        """Return when it wants to work next."""
        ...

    async def work(self) -> Poll:
        """Do what is due; failures are told in the result."""
        ...

    async def listen(self, push: Push, changed: Callable[[], object]) -> None:
        """Listen until cancelled; nothing comes any more once somebody has to log in again.

        `changed` is called when the plan or the state of the stream is another one than before.
        """
        ...

    def dump_plan(self) -> Mapping[str, object]:
        """Return what should survive a restart as JSON, beside cars and what is saved at once."""
        ...

    def dump_car(self, vin: str) -> Mapping[str, object] | None:
        """Return what should survive a restart of one car as JSON."""
        ...

    def load(self, saved: object) -> None:
        """Take over a plan with the `cars` beside it; odd parts are left out."""
        ...
