"""The ledger of REST calls: BMW allows 50 a day to an account (facts: CarData sheet §2.11).

A call is booked before it is made, since a refused one counts as well. The limit holds for the
BMW day, which begins at 00:00 UTC, and for any 24 hours, so that no view of it is overstepped.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from ..errors import QuotaError

LIMIT: Final = 50
"""Calls a day."""

RESERVE: Final = 12
"""Calls a day that only the user may spend."""

LOOK: Final = "read telematics"
"""The endpoint that reads the values of a car."""

DAY: Final = timedelta(hours=24)
_AFTER_MIDNIGHT: Final = timedelta(minutes=3)


class Reason(StrEnum):
    """Why a call was made."""

    SET_UP = "set_up"
    SCHEDULE = "schedule"
    TRIP_END = "trip_end"
    CHARGE_START = "charge_start"
    CHARGE_END = "charge_end"
    PLUGGED_IN = "plugged_in"
    REPAIR = "repair"
    USER = "user"


@dataclass(frozen=True, slots=True)
class Spent:
    """One call: when (UTC), what for, and for which car if for one."""

    time: datetime
    endpoint: str
    reason: Reason
    vin: str | None = None


class Ledger:
    """Who spent what, and what may still be spent.

    When BMW says that nothing is left although calls are, somebody else has spent them.
    """

    def __init__(self, limit: int = LIMIT, reserve: int = RESERVE) -> None:
        """Start with nothing spent."""
        self.limit = limit
        self.reserve = reserve
        self.blocked_until: datetime | None = None
        self._spent: deque[Spent] = deque()
        self._others: dict[datetime, int] = {}

    def __iter__(self) -> Iterator[Spent]:
        """Go through the calls of the last 24 hours and of this BMW day."""
        self._forget(datetime.now(UTC))
        return iter(tuple(self._spent))

    def left(self, reason: Reason = Reason.SCHEDULE, now: datetime | None = None) -> int:
        """Return how many calls may still be made for this reason."""
        now = now or datetime.now(UTC)
        if self.blocked_until is not None and now < self.blocked_until:
            return 0
        today = day_of(now)
        in_day = sum(item.time >= today for item in self._spent) + self.others(now)
        in_24_hours = sum(item.time > now - DAY for item in self._spent)
        kept = 0 if reason is Reason.USER else self.reserve
        return max(0, self.limit - kept - max(in_day, in_24_hours))

    def others(self, now: datetime | None = None) -> int:
        """Return how many calls of others are known of in this BMW day."""
        return self._others.get(day_of(now or datetime.now(UTC)), 0)

    def book(self, endpoint: str, reason: Reason, vin: str | None = None) -> Spent:
        """Book a call that is about to be made; raise `QuotaError` if none is left for it."""
        now = datetime.now(UTC)
        self._forget(now)
        if self.left(reason, now) <= 0:
            wait = (self.next_chance(reason, now) - now).total_seconds()
            raise QuotaError(f"no call is left for {endpoint} ({reason})", wait)
        call = Spent(now, endpoint, reason, vin)
        self._spent.append(call)
        return call

    def take_back(self, call: Spent) -> None:
        """Forget a call that never left this machine."""
        if call in self._spent:
            self._spent.remove(call)

    def refused(self, retry_after: float | None = None) -> None:
        """Learn from BMW that nothing is left: what we did not spend, somebody else did."""
        now = datetime.now(UTC)
        today = day_of(now)
        ours = sum(item.time >= today for item in self._spent)
        self._others[today] = max(self.others(now), self.limit - ours)
        wait = timedelta(seconds=retry_after) if retry_after else timedelta()
        self.blocked_until = max(now + wait, today + DAY + _AFTER_MIDNIGHT)

    def next_chance(self, reason: Reason, now: datetime, more_than: int = 0) -> datetime:
        """Return the first time at which a call for this reason, or more, can be left."""
        tomorrow = day_of(now) + DAY + _AFTER_MIDNIGHT
        ends = sorted(item.time + DAY for item in self._spent)
        candidates = [self.blocked_until or now, *ends, tomorrow]
        later = (moment for moment in sorted(candidates) if moment >= now)
        return next((item for item in later if self.left(reason, item) > more_than), tomorrow)

    def dump(self) -> dict[str, object]:
        """Return the ledger as JSON."""
        return {
            "spent": [
                [item.time.isoformat(), item.endpoint, item.reason.value, item.vin]
                for item in self._spent
            ],
            "others": {day.isoformat(): calls for day, calls in self._others.items()},
            "blocked_until": self.blocked_until.isoformat() if self.blocked_until else None,
        }

    def load(self, saved: Mapping[str, object]) -> None:
        """Take over what `dump` wrote; an entry that is not understood still counts as a call."""
        now = datetime.now(UTC)
        entries = saved.get("spent")
        for entry in entries if isinstance(entries, list) else ():
            self._spent.append(_entry(entry, now))
        others = saved.get("others")
        for day, calls in others.items() if isinstance(others, dict) else ():
            moment = _time(day)
            if moment is not None and isinstance(calls, int):
                self._others[moment] = calls
        self.blocked_until = _time(saved.get("blocked_until"))
        self._forget(now)

    def _forget(self, now: datetime) -> None:
        oldest = min(now - DAY, day_of(now))
        while self._spent and self._spent[0].time < oldest:
            self._spent.popleft()
        for day in [day for day in self._others if day < day_of(now)]:
            del self._others[day]


def day_of(moment: datetime) -> datetime:
    """Return when the BMW day of a time began."""
    return datetime.combine(moment.astimezone(UTC).date(), time(), UTC)


def _entry(entry: object, now: datetime) -> Spent:
    if isinstance(entry, list) and len(entry) == len(Spent.__dataclass_fields__):
        when, endpoint, reason, vin = entry
        moment = _time(when)
        known = isinstance(reason, str) and reason in set(Reason)
        if moment is not None and moment <= now and known:
            return Spent(moment, str(endpoint), Reason(reason), vin and str(vin))
    return Spent(now, "unknown", Reason.SCHEDULE)


def _time(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None
