"""The ledger of REST calls: BMW allows 50 a day to an account (docs/protocols/cardata.md#quota).

A call is booked before it is made, since a refused one counts as well. The limit holds for the
BMW day, which begins at 00:00 UTC, and for any 24 hours, so that no view of it is overstepped; the
hours by the clock and those that were counted, so that it holds while the clock is set as well.

What is booked is written down before it is sent: a program that is killed has no other memory.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from operator import itemgetter
from typing import Final, NamedTuple

from ..core.convert import mapping, sequence
from ..core.errors import NotWrittenError, QuotaError
from .clock import Count, Stamp, age_of, saved_time

LIMIT: Final = 50
"""Calls a day."""

RESERVE: Final = 12
"""Calls a day that only the user may spend."""

RELEASED: Final = 6
"""How many of these others may spend in the evening, when the user is unlikely to need them all."""

SHARED_FOR: Final = timedelta(days=30)
"""For how long none are released after another program was found to spend calls as well."""

LOOK: Final = "read telematics"
"""The endpoint that reads the values of a car."""

DAY: Final = timedelta(hours=24)
_AFTER_MIDNIGHT: Final = timedelta(minutes=3)
_EVENING: Final = timedelta(hours=18)
_UNKNOWN: Final = "unknown"
_HELD: Final = "held"

type Save = Callable[[Mapping[str, object]], Awaitable[bool]]
"""Writes JSON to where it outlives the program; tells whether it is there by now."""


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
    """One call: when (UTC), what for, and for which car if for one; `at` is its time counted."""

    time: datetime
    endpoint: str
    reason: Reason
    vin: str | None = None
    at: float = field(default=0.0, compare=False)


class _Refusal(NamedTuple):
    """BMW has refused a call: when, until when it is to be left alone, what others had spent."""

    stamp: Stamp
    until: datetime
    others: int


class Ledger:
    """Who spent what, and what may still be spent.

    When BMW says that nothing is left although calls are, somebody else has spent them. `save`,
    where there is one, gets the ledger before each call; `count` is the time that nobody sets.
    """

    def __init__(
        self,
        limit: int = LIMIT,
        reserve: int = RESERVE,
        count: Count | None = None,
        *,
        released: int = RELEASED,
    ) -> None:
        """Start with nothing spent; `released` are half of the reserve at most."""
        self.limit = limit
        self.reserve = reserve
        self.released = released
        self._shared: datetime | None = None
        self.save: Save | None = None
        self._count = count or Count()
        self._spent: list[Spent] = []
        self._refusal: _Refusal | None = None
        self._booked = 0
        self._held: tuple[int, Reason] = 0, Reason.SCHEDULE
        self._written = 0
        self._settled = True
        self._writing = asyncio.Lock()

    def __iter__(self) -> Iterator[Spent]:
        """Go through the calls of the last 24 hours and of this BMW day, on the present clock."""
        dated = zip(self._spent, self._forget(), strict=True)
        return iter([replace(call, time=when) for call, when in dated])

    @property
    def blocked_until(self) -> datetime | None:
        """Until when BMW wants to be left alone, None if it has not said so lately."""
        refusal = self._refusal
        if refusal is None:
            return None
        (when,) = self._count.when(refusal.stamp)
        return refusal.until if when == refusal.stamp.time else _end_of_day(when)

    def left(self, reason: Reason = Reason.SCHEDULE, now: datetime | None = None) -> int:
        """Return how many calls may still be made for this reason."""
        times = self._forget()
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
        most = self.most(now)
        today_most = most if now - today >= _EVENING else self.limit - self.reserve
        return max(0, min(today_most - in_day, most - in_24_hours))

    def most(self, now: datetime) -> int:
        """Return how many calls of 24 hours are not the user's."""
        return self.limit - self.reserve + self._released_at(now)

    def _released_at(self, now: datetime) -> int:
        """Return how much of the reserve is released: nothing if others spend calls as well."""
        shared = self._shared is not None and abs(now - self._shared) < SHARED_FOR
        return 0 if shared else min(self.released, self.reserve // 2)

    def outlook(
        self, now: datetime, comes_again: Callable[[Spent], bool]
    ) -> list[tuple[datetime, int]]:
        """Return how many calls the plan can make up to some times of the next 24 hours.

        These are the times at which there is one more. A call that `comes_again` is made again as
        soon as it is a day old.
        """
        today, times = day_of(now), self._times()
        in_day = sum(time >= today for time in times) + self.others(now)
        dated = sorted(zip(times, self._spent, strict=True), key=itemgetter(0))
        recent = [(when, call) for when, call in dated if when > now - DAY]
        found = [(today + DAY, self.most(now) - in_day)]
        if now < today + _EVENING:
            found.append((today + _EVENING, self.limit - self.reserve - in_day))
        left = self.most(now) - len(recent)
        for when, call in recent:
            if not comes_again(call):
                left += 1
                found.append((when + DAY, left))
        return [*found, (now + DAY, left)]

    def others(self, now: datetime | None = None) -> int:
        """Return how many calls of others are known of in this BMW day."""
        refusal = self._refusal
        if refusal is None:
            return 0
        (when,) = self._count.when(refusal.stamp)
        return refusal.others if day_of(when) == day_of(now or datetime.now(UTC)) else 0

    def book(self, endpoint: str, reason: Reason, vin: str | None = None) -> Spent:
        """Book a call that is about to be made; raise `QuotaError` if none is left for it."""
        now = datetime.now(UTC)
        if self.left(reason, now) <= 0:
            wait = (self.next_chance(reason, now) - now).total_seconds()
            raise QuotaError(f"no call is left for {endpoint} ({reason})", wait)
        call = Spent(now, endpoint, reason, vin, self._count.seconds())
        self._spent.append(call)
        self._booked += 1
        self._settled = False
        self._written -= 1
        self._held = max(0, self._held[0] - 1), self._held[1]
        return call

    def take_back(self, call: Spent) -> None:
        """Forget a call that never left this machine."""
        if call in self._spent:
            self._spent.remove(call)
            self._written += 1

    async def spend(self, endpoint: str, reason: Reason, vin: str | None = None) -> Spent:
        """Book a call and write that down.

        Raises `QuotaError` if none is left, and `NotWrittenError` if it cannot be written down,
        unless a call was that is not made yet.
        """
        call = self.book(endpoint, reason, vin)
        if not await self.write() and self._written < 0:
            self.take_back(call)
            raise NotWrittenError("a call that cannot be written down is not made")
        return call

    async def hold(self, calls: int, reason: Reason) -> None:
        """Write down that up to so many calls are about to be made, as far as they are left."""
        wanted = min(calls, self.left(reason))
        if wanted > self._held[0]:
            self._held = wanted, reason
            self._settled = False
            await self.write()

    async def settle(self) -> None:
        """Write down what was spent really; nothing more is about to be."""
        if self._settled:
            return
        self._held = 0, self._held[1]
        self._settled = await self.write()
        self._written = 0

    async def write(self) -> bool:
        """Write everything down; tell whether that worked."""
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
        """Note that BMW refuses more calls: those that we did not make count as made by others.

        In its first minutes a day may not have begun at BMW yet. No wait lasts longer than a day.
        """
        stamp = self._count.stamp()
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
        """Return the first time at which a call for this reason, or more, can be left."""
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
        """Return the ledger as JSON, with the calls that are about to be made if they matter."""
        seconds, refusal = self._count.seconds(), self._refusal
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
            "saved": self._count.dump(),
        }

    def load(self, saved: Mapping[str, object]) -> None:
        """Add what `dump` wrote, unless it is known; what is not understood counts as a call.

        So do calls that were about to be made.
        """
        off = self._count.since(saved.get("saved"))
        entries, ages = sequence(saved.get("spent")), sequence(saved.get("ages"))
        known = len(ages) == len(entries)
        found = [
            self._entry(entry, age if known else None, off)
            for entry, age in zip(entries, ages if known else entries, strict=True)
        ]
        found += self._about_to_be(saved.get("held"), off)
        unknown = Counter(found) - Counter(self._spent)
        self._spent += unknown.elements()
        self._load_refusal(saved, off)
        self._forget()

    def _entry(self, entry: object, age: object, off: timedelta) -> Spent:
        if isinstance(entry, list) and len(entry) == 4:
            when, endpoint, reason, vin = entry
            moment = saved_time(when)
            if moment is not None and isinstance(reason, str) and reason in set(Reason):
                at = self._at(moment, age, off)
                return Spent(moment, str(endpoint), Reason(reason), vin and str(vin), at)
        return Spent(datetime.now(UTC), _UNKNOWN, Reason.SCHEDULE, at=self._count.seconds())

    def _about_to_be(self, saved: object, off: timedelta) -> list[Spent]:
        if not isinstance(saved, list) or len(saved) != 3 or not isinstance(saved[1], int):
            return []
        when, calls, reason = saved
        call = self._entry([when, _HELD, reason, None], 0.0, off)
        return [call] * max(0, min(calls, self.limit))

    def _load_refusal(self, saved: Mapping[str, object], off: timedelta) -> None:
        """Take over the last refusal; older files hold no more than until when, and of whom."""
        self._shared = self._shared or saved_time(saved.get("shared"))
        until = saved_time(saved.get("blocked_until"))
        days = [
            (day, calls)
            for text, calls in mapping(saved.get("others")).items()
            if (day := saved_time(text)) is not None and isinstance(calls, int)
        ]
        day, others = max(days, default=(None, 0))
        told = saved.get("refused")
        text, age = told if isinstance(told, list) and len(told) == 2 else (None, None)
        time = saved_time(text) or day or (until and until - DAY)
        known = self._refusal
        if time is None or (known is not None and known.stamp.time >= time):
            return
        stamp = Stamp(time, self._at(time, age, off))
        others = max(0, min(others, self.limit))
        until = min(until, _end_of_day(time)) if until is not None else time
        self._refusal = _Refusal(stamp, until, others)

    def _at(self, time: datetime, age: object, off: timedelta) -> float:
        """Return when something happened that a file tells of, on the count."""
        told = age_of(age)
        past = max(timedelta(), datetime.now(UTC) - time) if told is None else told + off
        return self._count.seconds() - past.total_seconds()

    def _times(self) -> list[datetime]:
        return self._count.when(*(Stamp(call.time, call.at) for call in self._spent))

    def _forget(self) -> list[datetime]:
        """Drop the calls that count no more; return when the others were made."""
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
    """Return when the BMW day of a time began."""
    return datetime.combine(moment.astimezone(UTC).date(), time(), UTC)


def _end_of_day(moment: datetime) -> datetime:
    """Return when BMW gives out calls again after a time: there is some doubt about midnight."""
    return day_of(moment) + DAY + _AFTER_MIDNIGHT
