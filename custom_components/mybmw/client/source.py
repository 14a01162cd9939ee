"""What every source looks like from outside."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from .attributes import AnyReading
from .commands import Command, CommandKind, CommandResult, CommandState
from .errors import ClientError
from .vehicle import Vehicle

type Progress = Callable[[CommandState], None]


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
        """Return counters and recent answers, anonymised."""
        ...
