"""How far apart scheduled looks have to be for the calls of a day to last."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from math import sqrt
from typing import Final

from .quota import DAY, LOOK, Ledger, Reason, Spent

HELD: Final = 2
"""Calls that the schedule leaves for events."""

SHORTEST: Final = timedelta(minutes=30)
"""The shortest time between two scheduled calls for the values of any car."""

_EVENTS: Final = frozenset(
    {Reason.TRIP_END, Reason.CHARGE_START, Reason.CHARGE_END, Reason.PLUGGED_IN}
)
_ONCE: Final = frozenset({Reason.SET_UP, Reason.REPAIR, Reason.USER})
_LEAST: Final = 0.5


def interval(
    ledger: Ledger,
    now: datetime,
    last: datetime | None,
    chores: float,
    shortest: timedelta = SHORTEST,
) -> timedelta | None:
    """Return the time between looks that makes the calls of a day last, None if none is left.

    `last` is when the plan last looked, `chores` are the calls a day for all that is done
    regularly but looks. What events have taken in a day they are likely to take in the next one
    too; what was spent once, as on the set-up, is not spent again, but is missing for a day.
    """
    if ledger.left(Reason.SCHEDULE, now) <= HELD:
        return None
    recent = [call for call in ledger if call.time > now - DAY]
    events = [call for call in recent if call.reason in _EVENTS]
    twice = any(call.endpoint != LOOK for call in events)  # a history after a charge is a chore
    daily = max(1.0, ledger.most(now) - HELD - len(events) + twice - chores)
    if sum(call.reason in _ONCE for call in recent) > HELD:
        return max(shortest, DAY / daily, *_needed(ledger, now, last or now, chores))
    looks = sum(call.reason is Reason.SCHEDULE and call.endpoint == LOOK for call in recent)
    return max(shortest, DAY / daily * (_thrift(looks / daily) if events else 1.0))


def _thrift(used: float) -> float:
    """Return how much denser looks can be if not all of them are needed: cars send by themselves.

    The root keeps the pace from swinging from one day to the next.
    """
    return sqrt(min(1.0, max(_LEAST, used)))


def _needed(ledger: Ledger, now: datetime, last: datetime, chores: float) -> Iterator[timedelta]:
    """Yield what the calls need that are there until each becomes a day old."""
    begin = min(now, max(last, now - SHORTEST))
    for time, calls in ledger.outlook(now, _comes_again):
        left = calls - HELD - chores * ((time - now) / DAY)
        yield (time - max(begin, time - DAY)) / max(1.0, left)


def _comes_again(call: Spent) -> bool:
    return call.reason in _EVENTS
