"""The ledger of REST calls: BMW allows 50 a day per account (docs/protocols/cardata.md#quota).

A call is booked before it is made, since a refused one counts as well. The limit is applied to the
BMW day, which begins at 00:00 UTC, and to any 24 hours, both by the system clock and by elapsed
time, so that it also holds when the clock is set.

The ledger is stored before a call is sent, so that no call is lost if the program is killed.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from operator import itemgetter
from typing import Final, NamedTuple

from ..core.convert import mapping, sequence
from ..core.errors import NotWrittenError, QuotaError
from ..core.value_class import record
from .clock import ElapsedTime, Stamp, age_of, saved_time

LIMIT: Final = 50
"""Calls a day."""

RESERVE: Final = 12
"""Calls a day for requests of the user only."""

RELEASED: Final = 6
"""How many calls of the reserve are released for other reasons in the evening."""

SHARED_FOR: Final = timedelta(days=30)
"""How long none are released after another program was found to use the account's calls."""

VALUES: Final = "read telematics"
"""The endpoint that reads the values of a car."""

DAY: Final = timedelta(hours=24)
_AFTER_MIDNIGHT: Final = timedelta(minutes=3)
_EVENING: Final = timedelta(hours=18)
_UNKNOWN: Final = "unknown"
_HELD: Final = "held"

type Save = Callable[[Mapping[str, object]], Awaitable[bool]]
"""Stores JSON permanently; returns whether that succeeded."""


class Reason(StrEnum):
    """Why a call was made."""

    SET_UP = "set_up"
    SCHEDULE = "schedule"
    TRIP_END = "trip_end"
    CHARGE_START = "charge_start"
    CHARGE_END = "charge_end"
    CHARGE_SILENT = "charge_silent"
    PLUGGED_IN = "plugged_in"
    REPAIR = "repair"
    USER = "user"


@record
class Spent:
    """One call: its time (UTC), endpoint, reason and car; `at` is its time in `ElapsedTime`."""

    time: datetime
    endpoint: str
    reason: Reason
    vin: str | None = None
    at: float = field(default=0.0, compare=False)


class _Refusal(NamedTuple):
    """A refusal by BMW: when, until when no call may be made, and how many calls others made."""

    stamp: Stamp
    until: datetime
    others: int


class Ledger:
    """The calls that were made, and how many are left for each reason.

    If BMW refuses a call although some should be left, other programs have made them. `save` is
    called with the ledger before each call; `elapsed` is independent of the system clock.
    """

    def __init__(
        self,
        limit: int = LIMIT,
        reserve: int = RESERVE,
        elapsed: ElapsedTime | None = None,
        *,
        released: int = RELEASED,
    ) -> None:
        """Create an empty ledger; at most half of the reserve is released."""
        self.limit = limit
        self.reserve = reserve
        self.released = released
        self._shared: datetime | None = None
        self.save: Save | None = None
        self._elapsed = elapsed or ElapsedTime()
        self._spent: list[Spent] = []
        self._refusal: _Refusal | None = None
        self._booked = 0
        self._held: tuple[int, Reason] = 0, Reason.SCHEDULE
        self._written = 0
        self._settled = True
        self._writing = asyncio.Lock()

    def __iter__(self) -> Iterator[Spent]:
        """Iterate over the calls of the last 24 hours and this BMW day, by the current clock."""
        times = self._prune()
        dated = zip(self._spent, times, strict=True)
        return iter([replace(call, time=when) for call, when in dated])

    @property
    def blocked_until(self) -> datetime | None:
        """Until when no call may be made after a refusal by BMW, None if there was none."""
        refusal = self._refusal
        if refusal is None:
            return None
        (when,) = self._elapsed.when(refusal.stamp)
        return refusal.until if when == refusal.stamp.time else _end_of_day(when)

    def left(self, reason: Reason = Reason.SCHEDULE, now: datetime | None = None) -> int:
        """Return how many calls are left for this reason."""
        times = self._prune()
        return self._left(reason, now or datetime.now(UTC), times, self.blocked_until)

    def _left(
        self,
        reason: Reason,
        now: datetime,
        times: Sequence[datetime],
        blocked_until: datetime | None,
    ) -> int:
        if blocked_until is not None and now < blocked_until:
            return 0
        today = day_of(now)
        in_day = sum(time >= today for time in times) + self.others(now)
        in_24_hours = sum(time > now - DAY for time in times)
        if reason is Reason.USER:
            return max(0, self.limit - max(in_day, in_24_hours))
        limit = self.automatic(now)
        today_limit = limit if now - today >= _EVENING else self.limit - self.reserve
        return max(0, min(today_limit - in_day, limit - in_24_hours))

    def left_today(self, now: datetime) -> int:
        """Return how many automatic calls of this BMW day were not made."""
        start = day_of(now)
        made = sum(call.time >= start for call in self) + self.others(now)
        return self.limit - self.reserve - made

    def automatic(self, now: datetime) -> int:
        """Return the limit of calls in 24 hours for all reasons but the user's requests."""
        return self.limit - self.reserve + self._released_at(now)

    def _released_at(self, now: datetime) -> int:
        """Return how much of the reserve is released: nothing if other programs make calls too."""
        shared = self._shared is not None and abs(now - self._shared) < SHARED_FOR
        return 0 if shared else min(self.released, self.reserve // 2)

    def reasons(self, now: datetime) -> dict[str, int]:
        """Return the number of calls in the last 24 hours by reason."""
        return dict(Counter(call.reason.value for call in self if call.time > now - DAY))

    def outlook(
        self, now: datetime, is_repeated: Callable[[Spent], bool]
    ) -> list[tuple[datetime, int]]:
        """Return how many automatic calls are possible until each time that one becomes free.

        The times are within 24 hours. A call that `is_repeated` is expected again when it is a day
        old, so it does not become free.
        """
        today, times = day_of(now), self._times()
        in_day = sum(time >= today for time in times) + self.others(now)
        dated = sorted(zip(times, self._spent, strict=True), key=itemgetter(0))
        recent = [(when, call) for when, call in dated if when > now - DAY]
        found = [(today + DAY, self.automatic(now) - in_day)]
        if now < today + _EVENING:
            found.append((today + _EVENING, self.limit - self.reserve - in_day))
        left = self.automatic(now) - len(recent)
        for when, call in recent:
            if not is_repeated(call):
                left += 1
                found.append((when + DAY, left))
        return [*found, (now + DAY, left)]

    def others(self, now: datetime | None = None) -> int:
        """Return how many calls other programs have made in this BMW day, as far as known."""
        refusal = self._refusal
        if refusal is None:
            return 0
        (when,) = self._elapsed.when(refusal.stamp)
        return refusal.others if day_of(when) == day_of(now or datetime.now(UTC)) else 0

    def book(self, endpoint: str, reason: Reason, vin: str | None = None) -> Spent:
        """Book a call before it is made; raise `QuotaError` if none is left."""
        now = datetime.now(UTC)
        if self.left(reason, now) <= 0:
            wait = (self.next_chance(reason, now) - now).total_seconds()
            raise QuotaError(f"no call is left for {endpoint} ({reason})", wait)
        call = Spent(now, endpoint, reason, vin, self._elapsed.seconds())
        self._spent.append(call)
        self._booked += 1
        self._settled = False
        self._written -= 1
        self._held = max(0, self._held[0] - 1), self._held[1]
        return call

    def take_back(self, call: Spent) -> None:
        """Remove a call that was not sent."""
        if call in self._spent:
            self._spent.remove(call)
            self._written += 1

    async def spend(self, endpoint: str, reason: Reason, vin: str | None = None) -> Spent:
        """Book a call and store the ledger.

        Raises `QuotaError` if none is left, and `NotWrittenError` if the ledger cannot be stored
        and the call was not stored in advance by `hold`.
        """
        call = self.book(endpoint, reason, vin)
        if not await self.write() and self._written < 0:
            self.take_back(call)
            raise NotWrittenError("a call that cannot be written down is not made")
        return call

    async def hold(self, calls: int, reason: Reason) -> None:
        """Store in advance that up to this number of calls will be made, as far as left."""
        wanted = min(calls, self.left(reason))
        if wanted > self._held[0]:
            self._held = wanted, reason
            self._settled = False
            await self.write()

    async def settle(self) -> None:
        """Store the calls that were really made, and end what `hold` has stored."""
        if self._settled:
            return
        self._held = 0, self._held[1]
        self._settled = await self.write()
        self._written = 0

    async def write(self) -> bool:
        """Store the ledger; return whether that succeeded."""
        if self.save is None:
            self._written = self._held[0]
            return True
        async with self._writing:
            held, booked = self._held[0], self._booked
            done = await self.save(self.dump(held=True))
            if done:
                self._written = held - (self._booked - booked)
        return done

    def refused(self, retry_after: float | None = None) -> None:
        """Record a refusal by BMW; the calls that are missing were made by other programs.

        In the first minutes of a day, BMW may not have reset its quota. The wait is a day at most.
        """
        stamp = self._elapsed.stamp()
        now, today = stamp.time, day_of(stamp.time)
        wait = timedelta(seconds=min(retry_after or 0.0, DAY.total_seconds()))
        if now < today + _AFTER_MIDNIGHT:
            until = min(max(now + wait, today + _AFTER_MIDNIGHT), _end_of_day(now))
            self._refusal = _Refusal(stamp, until, self.others(now))
            return
        ours = sum(time >= today for time in self._times())
        others = max(self.others(now), self.limit - ours)
        self._shared = now if others > 0 else self._shared
        self._refusal = _Refusal(stamp, _end_of_day(now), others)

    def next_chance(self, reason: Reason, now: datetime, more_than: int = 0) -> datetime:
        """Return the first time at which more than `more_than` calls are left for this reason."""
        tomorrow = _end_of_day(now)
        times, blocked_until = self._times(), self.blocked_until
        evening = (day_of(now) + _EVENING, tomorrow + _EVENING)
        candidates = [blocked_until or now, *(time + DAY for time in times), tomorrow, *evening]
        later = (moment for moment in sorted(candidates) if moment >= now)
        return next(
            (time for time in later if self._left(reason, time, times, blocked_until) > more_than),
            tomorrow,
        )

    def dump(self, *, held: bool = False) -> dict[str, object]:
        """Return the ledger as JSON; `held` includes the calls that `hold` stores in advance."""
        seconds, refusal = self._elapsed.seconds(), self._refusal
        waiting, reason = self._held if held else (0, Reason.SCHEDULE)
        return {
            "spent": [
                [item.time.isoformat(), item.endpoint, item.reason.value, item.vin]
                for item in self._spent
            ],
            "ages": [round(seconds - item.at, 3) for item in self._spent],
            "held": [datetime.now(UTC).isoformat(), waiting, reason.value] if waiting else None,
            "others": {day_of(refusal.stamp.time).isoformat(): refusal.others} if refusal else {},
            "shared": self._shared and self._shared.isoformat(),
            "blocked_until": refusal and refusal.until.isoformat(),
            "refused": refusal
            and [refusal.stamp.time.isoformat(), round(seconds - refusal.stamp.at, 3)],
            "saved": self._elapsed.dump(),
        }

    def load(self, saved: Mapping[str, object]) -> None:
        """Add the calls of a `dump` that are not known yet, and those that were held.

        An invalid entry counts as a call.
        """
        off = self._elapsed.since(saved.get("saved"))
        entries, ages = sequence(saved.get("spent")), sequence(saved.get("ages"))
        known = len(ages) == len(entries)
        found = [
            self._entry(entry, age if known else None, off)
            for entry, age in zip(entries, ages if known else entries, strict=True)
        ]
        found += self._held_entries(saved.get("held"), off)
        unknown = Counter(found) - Counter(self._spent)
        self._spent += unknown.elements()
        self._load_refusal(saved, off)
        self._prune()

    def _entry(self, entry: object, age: object, off: timedelta) -> Spent:
        if isinstance(entry, list) and len(entry) == 4:
            when, endpoint, reason, vin = entry
            moment = saved_time(when)
            if moment is not None and isinstance(reason, str) and reason in set(Reason):
                at = self._at(moment, age, off)
                return Spent(moment, str(endpoint), Reason(reason), vin and str(vin), at)
        return Spent(datetime.now(UTC), _UNKNOWN, Reason.SCHEDULE, at=self._elapsed.seconds())

    def _held_entries(self, saved: object, off: timedelta) -> list[Spent]:
        if not isinstance(saved, list) or len(saved) != 3 or not isinstance(saved[1], int):
            return []
        when, calls, reason = saved
        call = self._entry([when, _HELD, reason, None], 0.0, off)
        return [call] * max(0, min(calls, self.limit))

    def _load_refusal(self, saved: Mapping[str, object], off: timedelta) -> None:
        """Restore the last refusal; older files contain only its end and the calls of others."""
        self._shared = self._shared or saved_time(saved.get("shared"))
        until = saved_time(saved.get("blocked_until"))
        days = [
            (day, calls)
            for text, calls in mapping(saved.get("others")).items()
            if (day := saved_time(text)) is not None and isinstance(calls, int)
        ]
        day, others = max(days, default=(None, 0))
        refused = saved.get("refused")
        text, age = refused if isinstance(refused, list) and len(refused) == 2 else (None, None)
        time = saved_time(text) or day or (until and until - DAY)
        known = self._refusal
        if time is None or (known is not None and known.stamp.time >= time):
            return
        stamp = Stamp(time, self._at(time, age, off))
        others = max(0, min(others, self.limit))
        until = min(until, _end_of_day(time)) if until is not None else time
        self._refusal = _Refusal(stamp, until, others)

    def _at(self, time: datetime, age: object, off: timedelta) -> float:
        """Return the elapsed time of a stored event, from its age or else from its time."""
        known = age_of(age)
        past = max(timedelta(), datetime.now(UTC) - time) if known is None else known + off
        return self._elapsed.seconds() - past.total_seconds()

    def _times(self) -> list[datetime]:
        return self._elapsed.when(*(Stamp(call.time, call.at) for call in self._spent))

    def _prune(self) -> list[datetime]:
        """Remove the calls that no longer count; return the times of the others."""
        now, times = datetime.now(UTC), self._times()
        oldest = min(now - DAY, day_of(now))
        if any(when < oldest for when in times):
            dated = list(zip(self._spent, times, strict=True))
            self._spent = [call for call, when in dated if when >= oldest]
            times = [when for when in times if when >= oldest]
        until = self.blocked_until
        if until is not None and until <= now and not self.others(now):
            self._refusal = None
        return times


def day_of(moment: datetime) -> datetime:
    """Return the start of the BMW day of a time."""
    return datetime.combine(moment.astimezone(UTC).date(), time(), UTC)


def _end_of_day(moment: datetime) -> datetime:
    """Return when BMW has reset its quota for the next day, which may be after midnight."""
    return day_of(moment) + DAY + _AFTER_MIDNIGHT
