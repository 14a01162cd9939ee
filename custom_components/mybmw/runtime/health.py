"""How a source has done lately: its stream, its messages, and its last errors.

Nothing is done for a message: the messages that came are counted by the source, and the difference
is noted when the state of the source changes, or somebody asks.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from ..client import ClientError, utc_time
from ..client.core.values import StreamState
from .files import mapping_of, sequence_of

DAY: Final = timedelta(hours=24)
_HOUR: Final = timedelta(hours=1)
_MOST_ERRORS: Final = 20
_MOST_CHANGES: Final = 200
_MOST_LENGTH: Final = 200
_WELL: Final = (StreamState.CONNECTING, StreamState.CONNECTED)


class Failure(NamedTuple):
    """What went wrong so many `times`, first and last; `key` is the kind, `text` the message."""

    key: str
    text: str
    first: datetime
    last: datetime
    times: int = 1


class _Change(NamedTuple):
    """A change of the stream; `connected` is None while Home Assistant was not running."""

    time: datetime
    connected: bool | None


class Health:
    """What is remembered of one source; times are in UTC."""

    def __init__(self) -> None:
        self.failures: deque[Failure] = deque(maxlen=_MOST_ERRORS)
        self._changes: deque[_Change] = deque(maxlen=_MOST_CHANGES)
        self._by_hour: dict[datetime, int] = {}
        self._received = 0
        self._state: StreamState | None = None

    def note_stream(self, state: StreamState | None, now: datetime) -> None:
        """Note the state of the stream."""
        if state is None or state is self._state:
            return
        self._state = state
        connected = state is StreamState.CONNECTED
        if not self._changes or self._changes[-1].connected is not connected:
            self._changes.append(_Change(now, connected))
        if state not in _WELL:
            self._note(f"stream_{state}", "", now)

    def note_errors(self, errors: Iterable[ClientError | None], now: datetime) -> None:
        """Note the errors of a poll, each kind once."""
        for key, text in {error.key: str(error) for error in errors if error is not None}.items():
            self._note(key, text[:_MOST_LENGTH], now)

    def note_received(self, received: int | None, now: datetime) -> None:
        """Note how many messages came since the start."""
        if received is not None and received > self._received:
            hour = now.replace(minute=0, second=0, microsecond=0)
            self._by_hour[hour] = self._by_hour.get(hour, 0) + received - self._received
            self._received = received
        self._by_hour = {hour: n for hour, n in self._by_hour.items() if hour > now - DAY - _HOUR}

    def messages(self, now: datetime) -> int:
        """Return the number of messages in about 24 hours."""
        return sum(count for hour, count in self._by_hour.items() if now - DAY < hour <= now)

    def uptime(self, now: datetime) -> float | None:
        """Return how much of the last 24 hours the stream was connected, in percent.

        The time without Home Assistant does not count; None if there was no stream.
        """
        spans = [*self._spans(now)]
        watched = sum((length for length, _ in spans), timedelta())
        if not watched:
            return None
        return 100 * sum((length for length, up in spans if up), timedelta()) / watched

    def _spans(self, now: datetime) -> Iterator[tuple[timedelta, bool]]:
        """Yield how long the stream was connected or not, within the last 24 hours."""
        begin = now - DAY
        ends = [*(change.time for change in self._changes), now][1:]
        for change, end in zip(self._changes, ends, strict=True):
            length = end - max(change.time, begin)
            if change.connected is not None and length > timedelta():
                yield length, change.connected

    def _note(self, key: str, text: str, now: datetime) -> None:
        """Note a failure; one that is like the last one is counted."""
        known = self.failures[-1] if self.failures else None
        if known is not None and (known.key, known.text) == (key, text):
            self.failures[-1] = known._replace(last=now, times=known.times + 1)
        else:
            self.failures.append(Failure(key, text, now, now))

    def recent(self) -> list[dict[str, object]]:
        """Return the last failures, the newest first."""
        return [_failure(item) for item in reversed(self.failures)]

    def dump(self, now: datetime) -> dict[str, object]:
        """Return what should survive a restart, as JSON."""
        return {
            "failures": [_failure(item) for item in self.failures],
            "changes": [
                [change.time.isoformat(), change.connected] for change in self._recent(now)
            ],
            "messages": {hour.isoformat(): count for hour, count in self._by_hour.items()},
            "saved": now.isoformat(),
        }

    def _recent(self, now: datetime) -> Iterator[_Change]:
        """Yield the changes of the last 24 hours, and the last one before."""
        changes = [*self._changes]
        old = [change for change in changes if change.time <= now - DAY]
        yield from [*old[-1:], *(change for change in changes if change.time > now - DAY)]

    def load(self, saved: object, now: datetime) -> None:
        """Take over a `dump`, without invalid parts; times in the future are set to now."""
        fields = mapping_of(saved)
        loaded = (_loaded(item, now) for item in sequence_of(fields.get("failures")))
        self.failures.extend(filter(None, loaded))
        for item in sequence_of(fields.get("changes")):
            time, connected = item if isinstance(item, list) and len(item) == 2 else (None, None)
            known = utc_time(time)
            if known is not None and connected in (True, False, None):
                self._changes.append(_Change(min(known, now), connected))
        if self._changes:
            end = utc_time(fields.get("saved")) or now
            self._changes.append(_Change(min(end, now), None))
        for text, count in mapping_of(fields.get("messages")).items():
            hour = utc_time(text)
            if hour is not None and isinstance(count, int):
                self._by_hour[min(hour, now)] = count


def _failure(item: Failure) -> dict[str, object]:
    period = {"first": item.first.isoformat(), "last": item.last.isoformat()}
    return {"key": item.key, "text": item.text, **period, "times": item.times}


def _loaded(saved: object, now: datetime) -> Failure | None:
    fields = mapping_of(saved)
    first, last = utc_time(fields.get("first")), utc_time(fields.get("last"))
    count = fields.get("times")
    if first is None or last is None or not isinstance(count, int):
        return None
    key, text = (str(fields.get(name, ""))[:_MOST_LENGTH] for name in ("key", "text"))
    return Failure(key, text, min(first, now), min(last, now), count)
