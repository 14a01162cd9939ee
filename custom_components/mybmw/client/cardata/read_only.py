"""A source that has no commands: CarData can only be read."""

from collections.abc import Sequence

from ..core.attributes import AnyReading
from ..core.commands import Command, CommandKind, CommandResult
from ..core.errors import UnsupportedError
from ..core.source import Progress
from ..core.vehicle import Vehicle


class ReadOnly:
    """Offers no command and refuses all."""

    def commands(self, _vehicle: Vehicle) -> frozenset[CommandKind]:
        """Return nothing: CarData can only be read."""
        return frozenset()

    async def send(
        self, _vehicle: Vehicle, command: Command, _progress: Progress | None = None
    ) -> tuple[CommandResult, Sequence[AnyReading]]:
        """Refuse: CarData can only be read."""
        raise UnsupportedError(f"{command.kind} is not available for this car")
