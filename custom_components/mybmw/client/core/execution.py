"""Execution of one command: its steps, and the attributes that are unknown until confirmed."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
import logging
from time import monotonic
from typing import Final

from .attributes import AnyReading
from .commands import Command, CommandKind, CommandResult, CommandState
from .effects import changes
from .errors import (
    AnswerError,
    ApiError,
    ClientError,
    CommandError,
    CommandTimeoutError,
    InvalidValueError,
    NetworkError,
    QuotaError,
    UnsupportedError,
)
from .source import Progress
from .unconfirmed import SentCommand, Unconfirmed
from .vehicle import Vehicle

INTERRUPTED: Final = "interrupted before its result was known"

NOT_PLUGGED_IN: Final = "the car is not plugged in"

NOT_CHARGING: Final = "the car is not charging"

NO_STATE: Final = "the car has reported nothing since"

_LOGGER = logging.getLogger(__name__)

_TIMEOUT: Final = 240.0
_ENDS: Final = (CommandState.EXECUTED, CommandState.IGNORED)
_PASSING: Final = (NetworkError, AnswerError, ApiError, QuotaError)

type StepListener = Callable[[CommandResult], None]


class Execution:
    """Tracks one command; the source calls it with every state that the service reports."""

    def __init__(
        self,
        unconfirmed: Unconfirmed,
        vehicle: Vehicle,
        sent: SentCommand,
        on_step: StepListener,
        progress: Progress | None,
    ) -> None:
        """Create it before sending; `on_step` gets each new state, `progress` repeated ones too."""
        self._unconfirmed = unconfirmed
        self._vehicle = vehicle
        self._sent = sent
        self._on_step = on_step
        self._progress = progress
        self._state: CommandState | None = None
        self._submitted = False
        self._finished = False
        if sent.attributes:
            unconfirmed.add(vehicle.vin, sent)

    def sending(self) -> None:
        """Record that the command is being sent now."""
        self._submitted = True
        self._sent = self._unconfirmed.replace(self._vehicle.vin, self._sent, time=_now())

    def __call__(self, state: CommandState) -> None:
        """Handle a state reported by the service."""
        self._submitted = True
        self._step(state)
        if self._progress is not None:
            self._progress(state)

    def finish(self, result: CommandResult) -> Sequence[AnyReading]:
        """Handle the result; return readings that end the values outdated by the command."""
        self._step(result.state, result.reason)
        done = result.state is CommandState.EXECUTED
        return self._end(result.state, _whole_seconds(result.time)) if done else self._drop()

    def fail(self, error: ClientError) -> Sequence[AnyReading]:
        """Handle an error instead of a result; return readings that end the outdated values."""
        if isinstance(error, (UnsupportedError, InvalidValueError)):
            return self._drop()
        state = self._failed(error)
        self._step(state, str(error))
        return self._end(state, _now()) if error.unconfirmed else self._drop()

    def interrupt(self) -> Sequence[AnyReading]:
        """Handle an interruption, unless finished; return readings that end the outdated values."""
        if self._finished:
            return ()
        if not self._submitted:
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
        """Report a state, unless it was the last one reported."""
        if state is not self._state:
            self._state = state
            kind = self._sent.command.kind
            self._on_step(CommandResult(kind, state, datetime.now(UTC), reason))

    def _end(self, state: CommandState, ended: datetime) -> Sequence[AnyReading]:
        self._finished = True
        if not self._sent.attributes:
            return ()
        return self._unconfirmed.end(self._vehicle, self._sent, state, ended)

    def _drop(self) -> Sequence[AnyReading]:
        self._finished = True
        self._unconfirmed.discard(self._vehicle.vin, self._sent)
        return ()


def _now() -> datetime:
    return _whole_seconds(datetime.now(UTC))


def _whole_seconds(time: datetime) -> datetime:
    """Return a time in whole seconds, which is the resolution of the states of a car."""
    return time.replace(microsecond=0)


def prepare(vehicle: Vehicle, command: Command, source: str) -> SentCommand:
    """Return the record of a command before it is sent, with the values that it changes."""
    before = {item: vehicle.value(item) for item in changes(command)}
    return SentCommand(command, source, _now(), before=before)


def unconfirmed(kind: CommandKind, reason: str) -> CommandResult:
    """Return the result of a command that may or may not have been executed."""
    return CommandResult(kind, CommandState.UNCONFIRMED, datetime.now(UTC), reason)


async def wait_for_result(
    kind: CommandKind,
    ask: Callable[[CommandState], Awaitable[CommandState | None]],
    progress: Progress | None,
    pause: Callable[[float], Awaitable[None]],
    interval: float,
) -> CommandResult:
    """Return the result of a command; its state is requested every `interval` s for 240 s.

    `ask` gets the last state and returns the current one, None to ask again. Its network errors and
    errors of the service are ignored. Raises `CommandTimeoutError` if there is no final state in
    time; after any error but `CommandError`, the command may still be executed.
    """
    state, waited, began = CommandState.INITIATED, 0.0, monotonic()
    while state not in _ENDS:
        if max(waited, monotonic() - began) >= _TIMEOUT:
            raise CommandTimeoutError(f"{kind}: no final state, the last one was {state}")
        await pause(interval)
        waited += interval
        try:
            found = await ask(state)
        except _PASSING as error:
            _LOGGER.debug("%s: %s", kind, error)
            continue
        except ClientError as error:
            error.unconfirmed |= not isinstance(error, CommandError)
            raise
        if found is None:
            continue
        state = found
        if progress is not None:
            progress(state)
    return CommandResult(kind, state, datetime.now(UTC))
