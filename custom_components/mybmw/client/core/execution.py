"""One command on its way: its steps, and what becomes unknown if nothing confirms it."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final

from .attributes import AnyReading
from .commands import Command, CommandKind, CommandResult, CommandState
from .effects import changes
from .errors import ApiError, ClientError, CommandTimeoutError, InvalidValueError, UnsupportedError
from .source import Progress
from .unconfirmed import Sent, Unconfirmed
from .vehicle import Vehicle

INTERRUPTED: Final = "it was interrupted before its result was known"

NOT_PLUGGED_IN: Final = "the car is not plugged in"

NOT_CHARGING: Final = "the car is not charging"

NO_STATE: Final = "the car has reported nothing since"

type Note = Callable[[CommandResult], None]


class Execution:
    """Follows a command from before it is sent; sources call it with every news of it."""

    def __init__(
        self,
        unconfirmed: Unconfirmed,
        vehicle: Vehicle,
        sent: Sent,
        note: Note,
        progress: Progress | None,
    ) -> None:
        """`note` gets every step, `progress` all news as they come."""
        self._unconfirmed = unconfirmed
        self._vehicle = vehicle
        self._sent = sent
        self._note = note
        self._progress = progress
        self._state: CommandState | None = None
        self._left = False
        self._over = False
        if sent.attributes:
            unconfirmed.add(vehicle.vin, sent)

    def sending(self) -> None:
        """Note that the command is sent now."""
        self._left = True
        self._sent = self._unconfirmed.replace(self._vehicle.vin, self._sent, time=_now())

    def __call__(self, state: CommandState) -> None:
        """Take news of the command."""
        self._left = True
        self._step(state)
        if self._progress is not None:
            self._progress(state)

    def finish(self, result: CommandResult) -> Sequence[AnyReading]:
        """Take the result; return the readings of what is unknown until there is a newer state."""
        self._step(result.state, result.reason)
        done = result.state is CommandState.EXECUTED
        return self._end(result.state, _whole(result.time)) if done else self._drop()

    def fail(self, error: ClientError) -> Sequence[AnyReading]:
        """Take the reason why there is no result; return the readings of what is unknown now."""
        if isinstance(error, (UnsupportedError, InvalidValueError)):
            return self._drop()
        state = self._failed(error)
        self._step(state, str(error))
        return self._end(state, _now()) if error.unconfirmed else self._drop()

    def interrupt(self) -> Sequence[AnyReading]:
        """End it without result or reason, unless it has ended; return what is unknown now."""
        if self._over:
            return ()
        if not self._left:
            return self._drop()
        self._step(CommandState.UNCONFIRMED, INTERRUPTED)
        return self._end(CommandState.UNCONFIRMED, _now())

    def _failed(self, error: ClientError) -> CommandState:
        if isinstance(error, CommandTimeoutError):
            return CommandState.TIMED_OUT
        harmless = not self._sent.attributes and isinstance(error, ApiError)
        lost = error.unconfirmed and not harmless
        return CommandState.UNCONFIRMED if lost else CommandState.ERROR

    def _step(self, state: CommandState, reason: str | None = None) -> None:
        """Note a step, once."""
        if state is not self._state:
            self._state = state
            kind = self._sent.command.kind
            self._note(CommandResult(kind, state, datetime.now(UTC), reason))

    def _end(self, state: CommandState, ended: datetime) -> Sequence[AnyReading]:
        self._over = True
        if not self._sent.attributes:
            return ()
        return self._unconfirmed.end(self._vehicle, self._sent, state, ended)

    def _drop(self) -> Sequence[AnyReading]:
        self._over = True
        self._unconfirmed.discard(self._vehicle.vin, self._sent)
        return ()


def _now() -> datetime:
    return _whole(datetime.now(UTC))


def _whole(time: datetime) -> datetime:
    """Return a time in whole seconds: states are not measured more exactly than that."""
    return time.replace(microsecond=0)


def about_to_send(vehicle: Vehicle, command: Command, source: str) -> Sent:
    """Return the record of a command that is sent soon."""
    before = {item: vehicle.value(item) for item in changes(command)}
    return Sent(command, source, _now(), before=before)


def unconfirmed(kind: CommandKind, reason: str) -> CommandResult:
    """Return the step of a command of which it is not known whether it was carried out."""
    return CommandResult(kind, CommandState.UNCONFIRMED, datetime.now(UTC), reason)
