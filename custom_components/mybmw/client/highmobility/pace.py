"""When to read a car: after a webhook, else seldom (docs/protocols/highmobility.md#pace)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from ..core.convert import mapping, utc_time

BURST: Final = timedelta(seconds=10)
"""For how long further events of a car wait for one more request."""

USUAL: Final = timedelta(minutes=60)
SELDOM: Final = timedelta(hours=6)
FREE: Final = timedelta(minutes=10)
"""How often a car is read once that costs nothing more."""

_STRETCH: Final = 1.5
_FIRST_PAUSE: Final = timedelta(minutes=1)
_NEVER: Final = datetime.min.replace(tzinfo=UTC)
_MOST_FAILURES: Final = 10


@dataclass(slots=True)
class CarPace:
    """When to read one car."""

    interval: timedelta = USUAL
    read: datetime | None = None
    asked: datetime | None = None
    burst: datetime = _NEVER
    failures: int = 0
    pause: datetime = _NEVER

    def event(self, now: datetime) -> None:
        """Note an event: the first asks for a read at once, all others of a burst for one more."""
        if abs(now - self.burst) >= BURST:
            self.burst = now
            due = now
        else:
            due = self.burst + BURST
        self.asked = due if self.asked is None else min(self.asked, due)
        self.interval = USUAL

    def begin(self, now: datetime) -> None:
        """Note that a read begins, which covers all events so far."""
        if self.asked is not None and self.asked <= now:
            self.asked = None

    def done(self, now: datetime, *, changed: bool) -> None:
        """Note that the car was read; it is read less often while nothing changes."""
        self.read, self.failures, self.pause = now, 0, _NEVER
        self.interval = USUAL if changed else min(self.interval * _STRETCH, SELDOM)

    def failed(self, now: datetime, wait: float | None = None) -> None:
        """Note that reading failed; retry later, with growing intervals; `wait` is in seconds."""
        doubled = _FIRST_PAUSE * 2 ** min(self.failures, _MOST_FAILURES)
        self.failures += 1
        least = timedelta(seconds=wait or 0)
        self.pause = now + max(least, min(doubled, USUAL))

    def due(self, *, free: bool = False, until: datetime | None = None) -> datetime:
        """Return when to read it; before `until` only if an event asks for it."""
        if self.read is None:
            regular = _NEVER
        else:
            regular = self.read + (min(FREE, self.interval) if free else self.interval)
        if until is not None:
            regular = max(regular, until)
        wanted = regular if self.asked is None else min(regular, self.asked)
        return max(wanted, self.pause)

    def go_back(self, now: datetime) -> None:
        """Forget times that lie too far ahead, since the clock was set back."""
        if self.read is not None and self.read > now:
            self.read = now
        if self.asked is not None:
            self.asked = min(self.asked, now + BURST)
        if self.burst > now:
            self.burst = _NEVER
        self.pause = min(self.pause, now + SELDOM)

    def dump(self) -> Mapping[str, object]:
        """Return it as JSON."""
        return {
            "interval": self.interval.total_seconds(),
            "read": self.read and self.read.isoformat(),
            "asked": self.asked and self.asked.isoformat(),
        }

    def load(self, saved: object) -> None:
        """Restore what `dump` returned; invalid parts are left out."""
        fields = mapping(saved)
        seconds = fields.get("interval")
        if isinstance(seconds, (int, float)):
            least, most = USUAL.total_seconds(), SELDOM.total_seconds()
            self.interval = timedelta(seconds=min(max(float(seconds), least), most))
        self.read = utc_time(fields.get("read"))
        self.asked = utc_time(fields.get("asked"))
