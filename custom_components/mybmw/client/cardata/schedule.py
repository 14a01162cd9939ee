"""When to spend a REST call, on what, and on which car.

The stream tells what changes while a car talks; a call is for what it did not tell. So calls go to
events first (a trip or a charge has ended, the car was plugged in), a little later, when BMW's
servers know the outcome; and to the car that has been quiet for longest, at a pace that makes the
calls of the day last: the interval grows as they get fewer, and fresh stream data put it off.
What seldom changes is asked for seldom.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from operator import itemgetter
from typing import Any, Final, NamedTuple

from ..convert import mapping
from .clock import saved_time
from .night import Night
from .quota import DAY, LOOK, Ledger, Reason, Spent

SHORTEST: Final = timedelta(minutes=30)
"""The shortest time between two scheduled calls for the values of any car."""

HELD: Final = 2
"""Calls that the schedule leaves for events."""

_NIGHTLY: Final = 4
_AFTER: Final[Mapping[Reason, timedelta]] = {
    Reason.SET_UP: timedelta(),
    Reason.PLUGGED_IN: timedelta(minutes=2),
    Reason.CHARGE_START: timedelta(minutes=1),
    Reason.CHARGE_END: timedelta(minutes=2),
    Reason.TRIP_END: timedelta(minutes=1),
}
_COOL_DOWN: Final[Mapping[Reason, timedelta]] = {
    Reason.SET_UP: timedelta(),
    Reason.PLUGGED_IN: timedelta(hours=1),
    Reason.CHARGE_START: timedelta(hours=1),
    Reason.CHARGE_END: timedelta(hours=1),
    Reason.TRIP_END: timedelta(minutes=10),
}


class Task(StrEnum):
    """What a call, or a few, can be made for; the more urgent ones first."""

    MAPPINGS = "mappings"
    BASIC_DATA = "basic_data"
    VALUES = "values"
    SESSIONS = "sessions"
    TYRES = "tyres"
    PLACES = "places"
    CONTAINER = "container"


EXTRAS: Final = frozenset({Task.SESSIONS, Task.TYRES, Task.PLACES})
"""What the user may do without."""

_ORDER: Final = {task: place for place, task in enumerate(Task)}
_EVERY: Final[Mapping[Task, timedelta]] = {
    Task.MAPPINGS: DAY,
    Task.BASIC_DATA: 30 * DAY,
    Task.SESSIONS: DAY,
    Task.TYRES: 7 * DAY,
    Task.PLACES: 7 * DAY,
    Task.CONTAINER: timedelta(hours=6),
}
_REGULARLY: Final = EXTRAS | {Task.BASIC_DATA}
_NOT_AT_ONCE: Final = timedelta(minutes=15)
_HISTORY_AFTER: Final = timedelta(minutes=13)
_NEVER: Final = datetime.min.replace(tzinfo=UTC)
_STILL_DRIVING: Final = timedelta(minutes=30)
_FIRST_PAUSE: Final = timedelta(minutes=5)
_LONGEST_PAUSE: Final = timedelta(hours=6)
_MOST_DOUBLINGS: Final = 8

type Job = tuple[Task, str]
"""A task and the car that it is for, "" if it is for the account."""


class Decision(NamedTuple):
    """What to do next, for which car ("" for the account), when, and why."""

    task: Task
    vin: str
    at: datetime
    reason: Reason


@dataclass(slots=True)
class _Car:
    told: datetime | None = None
    charging: bool = False
    tasks: frozenset[Task] = frozenset()
    events: dict[Reason, datetime] = field(default_factory=dict)
    spent: dict[Reason, datetime] = field(default_factory=dict)


class Scheduler:
    """Plans the calls for the cars of one account."""

    def __init__(
        self, ledger: Ledger, night: Night | None = None, shortest: timedelta = SHORTEST
    ) -> None:
        """`ledger` says what is left to spend."""
        self.repairing = False
        self._ledger = ledger
        self._night = night
        self._shortest = shortest
        self._cars: dict[str, _Car] = {}
        self._done: dict[Job, datetime] = {}
        self._failures: dict[Job, tuple[int, datetime]] = {}
        self._asked: datetime | None = None
        self._begun: datetime | None = None

    def watch(self, cars: Mapping[str, Iterable[Task]], now: datetime) -> None:
        """Take over which cars there are, and what may be asked about each."""
        self._begun = self._begun or now
        self._cars = {vin: self._cars.get(vin) or _Car() for vin in cars}
        for vin, tasks in cars.items():
            self._cars[vin].tasks = frozenset(tasks)
        for known in (self._done, self._failures):
            for job in [job for job in known if job[1] and job[1] not in cars]:
                del known[job]

    def told(self, vin: str, now: datetime) -> None:
        """Note that a car's data are fresh, whether by a call or by the stream."""
        car = self._cars.get(vin)
        if car is not None:
            car.told = now

    def event(self, vin: str, reason: Reason, now: datetime) -> None:
        """Note that something happened that is worth a call, a little later if it just was."""
        car = self._cars.get(vin)
        if car is None:
            return
        if reason in (Reason.CHARGE_START, Reason.CHARGE_END):
            car.charging = reason is Reason.CHARGE_START
        waiting = car.events.get(reason)
        if waiting is not None and abs(now - waiting) < _COOL_DOWN[reason]:
            return
        last = min(now, car.spent.get(reason, _NEVER))
        due = max(now + _AFTER[reason], last + _COOL_DOWN[reason])
        car.events[reason] = due
        self.retry(Task.VALUES, vin, now)
        if reason is Reason.CHARGE_END and (Task.SESSIONS, vin) in self._done:
            self._done[Task.SESSIONS, vin] = due + _HISTORY_AFTER - _EVERY[Task.SESSIONS]

    def done(self, decision: Decision, now: datetime) -> None:
        """Note that something was done: a look at a car settles all that waited for one."""
        job = decision.task, decision.vin
        self._done[job] = now
        self._failures.pop(job, None)
        self._failures.pop((decision.task, ""), None)
        if decision.task is not Task.VALUES:
            return
        if decision.reason is Reason.SCHEDULE:
            self._asked = now
        car = self._cars.get(decision.vin)
        if car is None:
            return
        for waiting in [*car.events, decision.reason]:
            car.spent[waiting] = now
        car.events.clear()
        car.told = now

    def failed(
        self, decision: Decision, now: datetime, *, widely: bool = False, free: bool = False
    ) -> None:
        """Note that something did not work: it is tried again after a pause that grows.

        One failure may be due to the car, two in a row, or one that is so `widely`, to the
        service. After what was `free` the pause stays short.
        """
        self._put_off((decision.task, decision.vin), now, 0, free)
        if decision.vin:
            self._put_off((decision.task, ""), now, 0 if widely else 1, free)

    def retry(self, task: Task, vin: str, now: datetime) -> None:
        """End the pauses of a task, since there is a new reason to try."""
        for job in {(task, vin), (task, "")} & self._failures.keys():
            self._failures[job] = self._failures[job][0], now

    def _put_off(self, job: Job, now: datetime, forgiven: int, free: bool) -> None:
        times = self._failures.get(job, (0, now))[0]
        doubled = 0 if free else min(times - forgiven, _MOST_DOUBLINGS)
        pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**doubled) if doubled >= 0 else timedelta()
        self._failures[job] = times if free else times + 1, now + pause

    def next(self, now: datetime) -> Decision | None:
        """Return what to do next, None if nothing can be spent."""
        return min(
            self._decisions(now),
            key=lambda decision: (
                max(decision.at, now),
                decision.reason is Reason.SCHEDULE,
                decision.at,
                _ORDER[decision.task],
                self._tried(decision),
            ),
            default=None,
        )

    def due(self, now: datetime) -> list[Decision]:
        """Return everything that is to be done by now, in no order."""
        return [decision for decision in self._decisions(now) if decision.at <= now]

    def _decisions(self, now: datetime) -> list[Decision]:
        pace = self.interval(now)
        decisions = [*self._chores(now, pace), *self._by_event(now), *self._by_age(now, pace)]
        return [self._patient(decision) for decision in decisions]

    def interval(self, now: datetime) -> timedelta | None:
        """Return the time between scheduled looks that makes the calls of a day last.

        None if nothing is left for the schedule. What events and chores have taken in a day they
        are likely to take in the next one too, so that the pace does without it: denser now would
        mean nothing tonight. That is all they cost; the looks go on beside them. It is never
        denser than the whole budget spread evenly, as with the Domoticz plug-in (facts: features
        sheet §5.3).
        """
        if self._ledger.left(Reason.SCHEDULE, now) <= HELD:
            return None
        budget = self._ledger.limit - self._ledger.reserve - HELD
        other = sum(
            call.time > now - DAY and not (call.reason is Reason.USER or _is_look(call))
            for call in self._ledger
        )
        return max(self._shortest, DAY / max(1, budget - other))

    def more(self, now: datetime) -> datetime | None:
        """Return when more can be spent than now, None if nothing waits for that."""
        if self.interval(now) is not None:
            return None
        return self._ledger.next_chance(
            Reason.SCHEDULE, now, self._ledger.left(Reason.SCHEDULE, now)
        )

    def dump(self) -> dict[str, object]:
        """Return what should survive a restart as JSON."""
        return {
            "done": [
                [task.value, vin, when.isoformat()] for (task, vin), when in self._done.items()
            ],
            "told": {vin: car.told.isoformat() for vin, car in self._cars.items() if car.told},
            "asked": self._asked.isoformat() if self._asked else None,
            "begun": self._begun.isoformat() if self._begun else None,
            "failed": [
                [task.value, vin, times, until.isoformat()]
                for (task, vin), (times, until) in self._failures.items()
                if times
            ],
            "events": [
                [reason.value, vin, due.isoformat()]
                for vin, car in self._cars.items()
                for reason, due in car.events.items()
            ],
        }

    def load(self, saved: object, now: datetime) -> None:
        """Take over what `dump` wrote, as far as it is understood and not of the future."""
        fields = mapping(saved)
        for task, vin, text in _rows(fields.get("done"), 3):
            when = saved_time(text)
            if task in set(Task) and when is not None and when <= now:
                self._done[Task(task), str(vin)] = when
        for vin, text in mapping(fields.get("told")).items():
            told = saved_time(text)
            self._cars[vin] = _Car(told if told is not None and told <= now else None)
        asked = saved_time(fields.get("asked"))
        self._asked = asked if asked is not None and asked <= now else None
        begun = saved_time(fields.get("begun"))
        self._begun = begun if begun is not None and begun <= now else None
        for task, vin, times, text in _rows(fields.get("failed"), 4):
            until = saved_time(text)
            known = task in set(Task) and isinstance(times, int) and times > 0
            if known and until is not None and until <= now + _LONGEST_PAUSE:
                self._failures[Task(task), str(vin)] = times, until
        for reason, vin, text in _rows(fields.get("events"), 3):
            due = saved_time(text)
            if reason in _AFTER and due is not None and due <= now + _COOL_DOWN[Reason(reason)]:
                self._cars.setdefault(str(vin), _Car()).events[Reason(reason)] = due

    def go_back(self, by: timedelta) -> None:
        """Go on as planned though the clock was set back."""
        self._done = {job: when - by for job, when in self._done.items()}
        self._failures = {job: (n, until - by) for job, (n, until) in self._failures.items()}
        self._asked = self._asked and self._asked - by
        self._begun = self._begun and self._begun - by
        for car in self._cars.values():
            car.told = car.told and car.told - by
            car.events = {reason: due - by for reason, due in car.events.items()}
            car.spent = {reason: when - by for reason, when in car.spent.items()}

    def _tried(self, decision: Decision) -> tuple[datetime, datetime]:
        """Return when it was last done, or will have waited after a failure; when it was heard."""
        job = decision.task, decision.vin
        car = self._cars.get(decision.vin)
        told = car.told if car is not None and car.told is not None else _NEVER
        return max(self._done.get(job, _NEVER), self._paused(*job)), told

    def _paused(self, task: Task, vin: str) -> datetime:
        return self._failures.get((task, vin), (0, _NEVER))[1]

    def _patient(self, decision: Decision) -> Decision:
        """Put off what failed lately, for this car or for any."""
        task, vin = decision.task, decision.vin
        until = max(self._paused(task, vin), self._paused(task, ""))
        return decision if until <= decision.at else decision._replace(at=until)

    def _chores(self, now: datetime, interval: timedelta | None) -> Iterator[Decision]:
        if self._ledger.left(Reason.SET_UP, now) <= 0:
            return
        yield self._regular(Task.MAPPINGS, "", now)
        for vin, car in self._cars.items():
            if Task.BASIC_DATA in car.tasks and (Task.BASIC_DATA, vin) not in self._done:
                yield Decision(Task.BASIC_DATA, vin, now, Reason.SET_UP)
            if Task.VALUES in car.tasks and (Task.VALUES, vin) not in self._done:
                yield Decision(Task.VALUES, vin, now, Reason.SET_UP)
        if interval is None:
            return
        if self.repairing:
            yield self._regular(Task.CONTAINER, "", now)
        last = {task: when for (task, _), when in sorted(self._done.items(), key=itemgetter(1))}
        for vin, car in self._cars.items():
            for task in car.tasks & _REGULARLY:
                chore = self._regular(task, vin, now)
                spaced = last.get(task, _NEVER) + interval
                late = _EVERY[task] > DAY and spaced > chore.at
                yield chore._replace(at=spaced) if late else chore

    def _regular(self, task: Task, vin: str, now: datetime) -> Decision:
        done = self._done.get((task, vin))
        reason = Reason.SET_UP if done is None and task is Task.MAPPINGS else Reason.SCHEDULE
        if done is not None:
            return Decision(task, vin, done + _EVERY[task], reason)
        begun = self._begun or now
        return Decision(task, vin, now if task is Task.MAPPINGS else begun + _NOT_AT_ONCE, reason)

    def _by_event(self, now: datetime) -> Iterator[Decision]:
        waiting = {reason for car in self._cars.values() for reason in car.events}
        affordable = {reason for reason in waiting if self._ledger.left(reason, now) > 0}
        for vin, car in self._cars.items():
            for reason, due in car.events.items():
                if Task.VALUES in car.tasks and reason in affordable:
                    yield Decision(Task.VALUES, vin, _settled(car, reason, due), reason)

    def _by_age(self, now: datetime, interval: timedelta | None) -> Iterator[Decision]:
        """Yield the cars by how long they have been quiet, none sooner than the pace allows."""
        if interval is None:
            return
        for vin, car in self._cars.items():
            if Task.VALUES not in car.tasks:
                continue
            # A time to come was told by a clock that was wrong
            known = (time for time in (car.told, self._asked) if time is not None and time <= now)
            last = max(known, default=None)
            due = now if last is None else last + interval
            if self._night is not None and self._night.holds(max(now, due)) and not car.charging:
                due = min(due + (_NIGHTLY - 1) * interval, self._night.over(max(now, due)))
            yield Decision(Task.VALUES, vin, due, Reason.SCHEDULE)


def _settled(car: _Car, reason: Reason, due: datetime) -> datetime:
    """Return when there is something new to see: some cars send trips while they still drive."""
    if reason is not Reason.TRIP_END or car.told is None:
        return due
    return max(due, min(car.told + _AFTER[reason], due + _STILL_DRIVING))


def _is_look(call: Spent) -> bool:
    """Tell whether the schedule has looked at a car."""
    return call.reason is Reason.SCHEDULE and call.endpoint == LOOK


def _rows(value: object, length: int) -> Iterator[list[Any]]:
    """Yield the lists in a list that have this length and begin with a text."""
    for row in value if isinstance(value, list) else ():
        if isinstance(row, list) and len(row) == length and isinstance(row[0], str):
            yield row
