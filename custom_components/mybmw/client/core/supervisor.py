"""Supervise work that may fail unexpectedly; the only place that catches `Exception`.

A `ClientError` is passed on. Any other exception is logged once with its traceback, and raised as
`UnexpectedError`. Repeated failures increase the pause between attempts.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterator
import logging
import traceback
from typing import Final

from .errors import ClientError, UnexpectedError
from .known_words import known_words
from .redaction import Redaction

_LOGGER = logging.getLogger(__name__)

_LASTING: Final = 3
_MAX_PAUSE: Final = 3600.0
_STEADY: Final = 600.0
_MAX_LINES: Final = 60
_MAX_CAUSES: Final = 20


class Supervisor:
    """Context manager of one kind of work that counts its consecutive unexpected failures.

    `changed` is called when the count changes. The first `pause` is in seconds; it doubles with
    every failure, up to an hour.
    """

    def __init__(
        self,
        name: str,
        redactor: Redaction,
        *,
        changed: Callable[[], object] | None = None,
        pause: float = 10.0,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        """Create a supervisor; `name` is used in log messages."""
        self.failures = 0
        self._name = name
        self._redactor = redactor
        self._changed = changed
        self._first_pause = pause
        self._sleep = sleep
        self._logged: set[str] = set()

    @property
    def lasting(self) -> bool:
        """Whether the work has failed often enough to notify the user."""
        return self.failures >= _LASTING

    @property
    def pause(self) -> float:
        """Seconds to wait before the next attempt; 0 if the last one did not fail unexpectedly."""
        if not self.failures:
            return 0.0
        doubled: float = self._first_pause * 2 ** min(self.failures - 1, 20)
        return min(_MAX_PAUSE, doubled)

    def __enter__(self) -> None:
        """Begin work, which may be synchronous or not."""

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _where: object
    ) -> None:
        """End work; raise `UnexpectedError` for any exception but `ClientError`."""
        if error is None or isinstance(error, ClientError):
            self._count(0)
        elif isinstance(error, Exception):
            raise self._failed(error) from None

    async def keep_running(self, work: Callable[[], Awaitable[object]]) -> None:
        """Run a long-running task; restart it whenever it fails unexpectedly.

        The count of failures is reset once the task has run for ten minutes.
        """
        loop = asyncio.get_running_loop()
        while True:
            steady = loop.call_later(_STEADY, self._count, 0)
            try:
                with self:
                    await work()
            except UnexpectedError:
                steady.cancel()
                await self._sleep(self.pause)
            else:
                return
            finally:
                steady.cancel()

    def _failed(self, error: Exception) -> UnexpectedError:
        cause = _cause(error)
        if cause not in self._logged and len(self._logged) < _MAX_CAUSES:
            self._logged.add(cause)
            _LOGGER.error(
                "Unexpected error in %s, retrying:\n%s",
                self._name,
                self._redactor.text(_traceback(error)),
            )
        else:
            _LOGGER.debug("%s failed again: %s", self._name, cause)
        self._count(self.failures + 1)
        return UnexpectedError(f"{self._name}: {type(error).__name__}")

    def _count(self, failures: int) -> None:
        if failures == self.failures:
            return
        self.failures = failures
        try:
            if self._changed is not None:
                self._changed()
        except Exception as error:  # noqa: BLE001 - a failing callback must not end the work
            _LOGGER.debug("Callback of %s failed: %s", self._name, _cause(error))


class Supervisors:
    """The supervisors of one source, by name of the work and VIN."""

    def __init__(
        self,
        redactor: Redaction,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        """Create none yet; `changed` may be set to a callback for changed counts of failures."""
        self.changed: Callable[[], object] | None = None
        self._redactor = redactor
        self._sleep = sleep
        self._known: dict[tuple[str, str], Supervisor] = {}

    @property
    def lasting(self) -> bool:
        """Whether any work has failed often enough to notify the user."""
        return any(supervisor.lasting for supervisor in self._known.values())

    def of(self, name: str, vin: str = "") -> Supervisor:
        """Return the supervisor of some work, with a VIN for work on one car."""
        found = self._known.get((name, vin))
        if found is None:
            found = Supervisor(name, self._redactor, changed=self._on_change, sleep=self._sleep)
            self._known[name, vin] = found
        return found

    def keep(self, vins: Collection[str]) -> None:
        """Remove the supervisors of all other cars."""
        for name, vin in [*self._known]:
            if vin and vin not in vins:
                del self._known[name, vin]

    def _on_change(self) -> None:
        if self.changed is not None:
            self.changed()


def _cause(error: Exception) -> str:
    """Return the type of an exception and where it was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "?"
    return f"{type(error).__name__} at {place}"


def _traceback(error: Exception) -> str:
    """Return the last lines of a traceback, with only the known words of messages.

    Messages may contain names or addresses: Python repeats values that cannot be parsed in them.
    """
    lines = "".join(_format(traceback.TracebackException.from_exception(error))).splitlines()
    return "\n".join(lines[-_MAX_LINES:])


def _format(error: traceback.TracebackException) -> Iterator[str]:
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        yield from (*_format(cause), "\nwhich led to:\n\n")
    yield "Traceback (most recent call last):\n"
    yield from error.stack.format()
    yield f"{error.exc_type_str}: {known_words(str(error))}\n"
