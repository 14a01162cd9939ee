"""Restart work that fails unexpectedly: the one place that catches every exception.

An error that was foreseen (`ClientError`) passes; any other one is logged with its cause, once, and
becomes an `UnexpectedError`. Work that fails so again and again is tried less and less often.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterator
import logging
import traceback
from typing import Final

from .errors import ClientError, UnexpectedError
from .redaction import Redaction
from .wording import wording

_LOGGER = logging.getLogger(__name__)

_LASTING: Final = 3
_LONGEST_PAUSE: Final = 3600.0
_STEADY: Final = 600.0
_MOST_LINES: Final = 60
_MOST_CAUSES: Final = 20


class Supervisor:
    """Runs one kind of work, and knows how often in a row it has failed unexpectedly.

    `changed` is called when that is another number than before. The first `pause` is in seconds; it
    doubles with every failure, up to an hour.
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
        """Nothing has failed yet; `name` stands in the log."""
        self.failures = 0
        self._name = name
        self._redactor = redactor
        self._changed = changed
        self._first_pause = pause
        self._sleep = sleep
        self._logged: set[str] = set()

    @property
    def lasting(self) -> bool:
        """Whether the work has failed often enough to tell the user."""
        return self.failures >= _LASTING

    @property
    def pause(self) -> float:
        """Seconds to wait before the next try; 0 if the last one did not fail unexpectedly."""
        if not self.failures:
            return 0.0
        doubled: float = self._first_pause * 2 ** min(self.failures - 1, 20)
        return min(_LONGEST_PAUSE, doubled)

    async def attempt[T](self, work: Callable[[], Awaitable[T]]) -> T:
        """Do some work once; raise `UnexpectedError` for what was not foreseen."""
        try:
            result = await work()
        except ClientError:
            self._count(0)
            raise
        except Exception as error:  # noqa: BLE001 - that is what this is for
            raise self._failed(error) from None
        self._count(0)
        return result

    def call[T](self, work: Callable[[], T]) -> T:
        """Do some work that does not wait; raise `UnexpectedError` for what was not foreseen."""
        try:
            result = work()
        except ClientError:
            self._count(0)
            raise
        except Exception as error:  # noqa: BLE001 - that is what this is for
            raise self._failed(error) from None
        self._count(0)
        return result

    async def keep_running(self, work: Callable[[], Awaitable[object]]) -> None:
        """Do work that may take as long as it likes; begin anew whenever it fails unexpectedly.

        Work that has gone on for ten minutes counts as good again.
        """
        loop = asyncio.get_running_loop()
        while True:
            steady = loop.call_later(_STEADY, self._count, 0)
            try:
                await self.attempt(work)
            except UnexpectedError:
                steady.cancel()
                await self._sleep(self.pause)
            else:
                return
            finally:
                steady.cancel()

    def _failed(self, error: Exception) -> UnexpectedError:
        cause = _cause(error)
        if cause not in self._logged and len(self._logged) < _MOST_CAUSES:
            self._logged.add(cause)
            _LOGGER.error(
                "%s failed in a way that was not foreseen; it is tried again:\n%s",
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
            _LOGGER.debug("%s: telling that failed: %s", self._name, _cause(error))


class Supervisors:
    """Those of one source, by what they watch over."""

    def __init__(
        self,
        redactor: Redaction,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        """`changed` may be set to what is called when a count is another one than before."""
        self.changed: Callable[[], object] | None = None
        self._redactor = redactor
        self._sleep = sleep
        self._known: dict[tuple[str, str], Supervisor] = {}

    @property
    def lasting(self) -> bool:
        """Whether some work has failed often enough to tell the user."""
        return any(supervisor.lasting for supervisor in self._known.values())

    def of(self, name: str, vin: str = "") -> Supervisor:
        """Return the one of some work, perhaps for one car."""
        found = self._known.get((name, vin))
        if found is None:
            found = Supervisor(name, self._redactor, changed=self._tell, sleep=self._sleep)
            self._known[name, vin] = found
        return found

    def keep(self, vins: Collection[str]) -> None:
        """Forget cars that are not there any more."""
        for name, vin in [*self._known]:
            if vin and vin not in vins:
                del self._known[name, vin]

    def _tell(self) -> None:
        if self.changed is not None:
            self.changed()


def _cause(error: Exception) -> str:
    """Return what kind of error it is, and where it was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "?"
    return f"{type(error).__name__} at {place}"


def _traceback(error: Exception) -> str:
    """Return the last lines of a traceback, of messages only words that are no one's.

    What cannot be read may be a name or an address, and Python repeats it in the message.
    """
    lines = "".join(_told(traceback.TracebackException.from_exception(error))).splitlines()
    return "\n".join(lines[-_MOST_LINES:])


def _told(error: traceback.TracebackException) -> Iterator[str]:
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        yield from (*_told(cause), "\nwhich led to:\n\n")
    yield "Traceback (most recent call last):\n"
    yield from error.stack.format()
    yield f"{error.exc_type_str}: {wording(str(error))}\n"
