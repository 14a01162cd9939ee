"""The interval of scheduled calls for values, so that the calls of a day suffice."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from math import sqrt
from typing import Final

from .quota import DAY, VALUES, Ledger, Reason, Spent

EVENT_RESERVE: Final = 2
"""Calls that the schedule leaves for events."""

MIN_INTERVAL: Final = timedelta(minutes=30)
"""Minimum time between two scheduled calls for the values of any car."""

_EVENTS: Final = frozenset(
    {
        Reason.TRIP_END,
        Reason.CHARGE_START,
        Reason.CHARGE_END,
        Reason.CHARGE_SILENT,
        Reason.PLUGGED_IN,
    }
)
_ONCE: Final = frozenset({Reason.SET_UP, Reason.REPAIR, Reason.USER})
_MIN_FACTOR: Final = 0.5


def interval(
    ledger: Ledger,
    now: datetime,
    last: datetime | None,
    chores: float,
    shortest: timedelta = MIN_INTERVAL,
) -> timedelta | None:
    """Return the time between scheduled calls for values, None if no call is left.

    `last` is when the schedule last made one, `chores` the calls a day for all other regular tasks.
    Events are expected to need as many calls as in the last 24 hours; calls of the set-up are not
    repeated, but are missing for a day.
    """
    if ledger.left(Reason.SCHEDULE, now) <= EVENT_RESERVE:
        return None
    recent = [call for call in ledger if call.time > now - DAY]
    events = [call for call in recent if call.reason in _EVENTS]
    twice = any(call.endpoint != VALUES for call in events)  # the history after a charge: a chore
    daily = max(1.0, ledger.automatic(now) - EVENT_RESERVE - len(events) + twice - chores)
    if sum(call.reason in _ONCE for call in recent) > EVENT_RESERVE:
        return max(shortest, DAY / daily, *_intervals(ledger, now, last or now, chores))
    used = sum(call.reason is Reason.SCHEDULE and call.endpoint == VALUES for call in recent)
    return max(shortest, DAY / daily * (_factor(used / daily) if events else 1.0))


def _factor(used: float) -> float:
    """Return the factor for the interval if the stream has made part of the calls unnecessary.

    The square root avoids large changes of the interval from one day to the next.
    """
    return sqrt(min(1.0, max(_MIN_FACTOR, used)))


def _intervals(ledger: Ledger, now: datetime, last: datetime, chores: float) -> Iterator[timedelta]:
    """Yield the intervals for which the calls suffice, up to each time that one becomes free."""
    begin = min(now, max(last, now - MIN_INTERVAL))
    for time, calls in ledger.outlook(now, _is_repeated):
        left = calls - EVENT_RESERVE - chores * ((time - now) / DAY)
        yield (time - max(begin, time - DAY)) / max(1.0, left)


def _is_repeated(call: Spent) -> bool:
    return call.reason in _EVENTS
