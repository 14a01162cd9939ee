"""When to spend a REST call, on what, and on which car.

The stream tells what changes while a car talks; a call is for what it did not tell. So calls go to
events first (a trip or a charge has ended, the car was plugged in), a little later, when BMW's
servers know the outcome; and to the car that has been quiet for longest, at a pace that makes the
calls of the day last: the interval grows as they get fewer, and fresh stream data put it off.
What seldom changes is asked for seldom.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final, NamedTuple

from ..core.convert import mapping
from .clock import saved_time
from .night import Night
from .pace import SHORTEST, interval
from .pauses import Job, Pauses
from .quota import DAY, Ledger, Reason

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
_IMPORTANT: Final = frozenset({Task.BASIC_DATA, Task.VALUES})
_NOT_AT_ONCE: Final = timedelta(minutes=15)
_NEXT_DAY: Final = DAY
_APART: Final = timedelta(hours=8)
_SHARE: Final = 0.3
"""How much of the time until its turn a car is quiet at least: others may need it more."""
_MONTH_BEGUN: Final = timedelta(hours=14)
_HISTORY_AFTER: Final = timedelta(minutes=13)
_NEVER: Final = datetime.min.replace(tzinfo=UTC)
_LATEST: Final = datetime.max.replace(tzinfo=UTC)
_STILL_DRIVING: Final = timedelta(minutes=30)


class Decision(NamedTuple):
    """What to do next, for which car ("" for the account), when, and why."""

    task: Task
    vin: str
    at: datetime
    reason: Reason


@dataclass(slots=True)
class _CarPlan:
    told: datetime | None = None
    charging: bool = False
    history: datetime | None = None
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
        self._cars: dict[str, _CarPlan] = {}
        self._cars_of: Counter[Task] = Counter()
        self._done: dict[Job, datetime] = {}
        self._pauses = Pauses()
        self._asked: datetime | None = None
        self._extra = _NEVER
        self._begun: datetime | None = None

    def watch(self, cars: Mapping[str, Iterable[Task]], now: datetime) -> None:
        """Take over which cars there are, and what may be asked about each."""
        self._begun = self._begun or now
        self._cars = {vin: self._cars.get(vin) or _CarPlan() for vin in cars}
        for vin, tasks in cars.items():
            self._cars[vin].tasks = frozenset(tasks)
        self._cars_of = Counter(task for car in self._cars.values() for task in car.tasks)
        for job in [job for job in self._done if job[1] and job[1] not in cars]:
            del self._done[job]
        self._pauses.keep(cars)

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
        if reason is Reason.CHARGE_END:
            car.history = due + _HISTORY_AFTER

    def done(self, decision: Decision, now: datetime) -> None:
        """Note that something was done: a look at a car settles all that waited for one."""
        job = decision.task, decision.vin
        self._done[job] = now
        self._pauses.forget(job)
        self._pauses.forget((decision.task, ""))
        car = self._cars.get(decision.vin)
        if car is not None and decision.task is Task.SESSIONS:
            car.history = None
        if decision.task is not Task.VALUES:
            return
        if decision.reason is Reason.SCHEDULE:
            self._asked = now
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
        self._pauses.fail((decision.task, decision.vin), now, free=free)
        if decision.vin:
            job = decision.task, ""
            self._pauses.fail(job, now, forgiven=0 if widely else 1, free=free)

    def refused(self, decision: Decision, now: datetime, *, whole_car: bool = False) -> None:
        """Note that BMW does not tell this about a car, or anything about the `whole_car`.

        It is asked again at the regular time, what matters most after a day.
        """
        whole = whole_car and decision.task in _IMPORTANT
        self._extra = now
        for task in _IMPORTANT if whole else (decision.task,):
            pause = DAY if task in _IMPORTANT else self._every(task)
            self._pauses.refuse((task, decision.vin), now, pause)

    def retry(self, task: Task, vin: str, now: datetime) -> None:
        """End the pauses of a task, since there is a new reason to try."""
        for job in {(task, vin), (task, "")}:
            self._pauses.end(job, now)

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

        None if nothing is left for the schedule.
        """
        every = {task: DAY / self._every(task) for task in _REGULARLY}
        jobs = [(task, vin) for vin, car in self._cars.items() for task in car.tasks & _REGULARLY]
        chores = 1 + sum(every[task] for task, vin in jobs if not self._pauses.refused(task, vin))
        return interval(self._ledger, now, self._asked, chores, self._shortest)

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
            "done": [[*job, when.isoformat()] for job, when in self._done.items()],
            "told": {vin: car.told.isoformat() for vin, car in self._cars.items() if car.told},
            "history": {
                vin: car.history.isoformat() for vin, car in self._cars.items() if car.history
            },
            "asked": self._asked.isoformat() if self._asked else None,
            "begun": self._begun.isoformat() if self._begun else None,
            **self._pauses.dump(),
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
            self._cars[vin] = _CarPlan(told if told is not None and told <= now else None)
        for vin, text in mapping(fields.get("history")).items():
            due = saved_time(text)
            if due is not None and due <= now + DAY:
                self._cars.setdefault(str(vin), _CarPlan()).history = due
        asked = saved_time(fields.get("asked"))
        self._asked = asked if asked is not None and asked <= now else None
        begun = saved_time(fields.get("begun"))
        self._begun = begun if begun is not None and begun <= now else None
        self._pauses.load(fields, set(Task), now)
        for reason, vin, text in _rows(fields.get("events"), 3):
            due = saved_time(text)
            if reason in _AFTER and due is not None and due <= now + _COOL_DOWN[Reason(reason)]:
                self._cars.setdefault(str(vin), _CarPlan()).events[Reason(reason)] = due

    def go_back(self, by: timedelta) -> None:
        """Go on as planned though the clock was set back."""
        self._done = {job: when - by for job, when in self._done.items()}
        self._pauses.go_back(by)
        self._asked = self._asked and self._asked - by
        self._begun = self._begun and self._begun - by
        for car in self._cars.values():
            car.told = car.told and car.told - by
            car.history = car.history and car.history - by
            car.events = {reason: due - by for reason, due in car.events.items()}
            car.spent = {reason: when - by for reason, when in car.spent.items()}

    def _tried(self, decision: Decision) -> tuple[datetime, datetime]:
        """Return when it was last done, or will have waited after a failure; when it was heard."""
        job = decision.task, decision.vin
        car = self._cars.get(decision.vin)
        told = car.told if car is not None and car.told is not None else _NEVER
        return max(told, self._pauses.until(*job)), self._done.get(job, _NEVER)

    def _patient(self, decision: Decision) -> Decision:
        """Put off what failed lately, for this car or for any."""
        task, vin = decision.task, decision.vin
        until = max(self._pauses.until(task, vin), self._pauses.until(task, ""))
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
        for vin, car in self._cars.items():
            if Task.SESSIONS in car.tasks and car.history is not None:
                yield Decision(Task.SESSIONS, vin, car.history, Reason.CHARGE_END)
        yield from self._extras(now)

    def _extras(self, now: datetime) -> Iterator[Decision]:
        """Yield what is asked for seldom; cars that share an account take turns."""
        tasks = (self._done[job] for job in self._done if job[0] in _REGULARLY)
        spaced = max([min(self._extra, now), *tasks]) + _APART if self._shared else _NEVER
        for vin, car in self._cars.items():
            for task in car.tasks & _REGULARLY:
                chore = self._regular(task, vin, now)
                yield chore._replace(at=spaced) if spaced > chore.at else chore

    @property
    def _shared(self) -> bool:
        """Whether several cars share the calls of the account."""
        return self._cars_of[Task.VALUES] > 1

    def _every(self, task: Task) -> timedelta:
        """Return how often something is asked for; one charging history is read a day."""
        return DAY * max(1, self._cars_of[task]) if task is Task.SESSIONS else _EVERY[task]

    def _regular(self, task: Task, vin: str, now: datetime) -> Decision:
        done = self._done.get((task, vin))
        reason = Reason.SET_UP if done is None and task is Task.MAPPINGS else Reason.SCHEDULE
        if done is not None:
            due = done + self._every(task)
            return Decision(task, vin, min(due, _new_month(done, task)), reason)
        begun = self._begun or now
        if task is Task.MAPPINGS:
            return Decision(task, vin, now, reason)
        wait = _NEXT_DAY if self._shared else _NOT_AT_ONCE
        return Decision(task, vin, begun + wait, reason)

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
        others = sum(Task.VALUES in car.tasks for car in self._cars.values()) - 1
        for vin, car in self._cars.items():
            if Task.VALUES not in car.tasks:
                continue
            # A time to come was told by a clock that was wrong
            waits = ((car.told, interval * (1 + _SHARE * others)), (self._asked, interval))
            known = (time + wait for time, wait in waits if time is not None and time <= now)
            due = max(known, default=now)
            if self._night is not None and self._night.holds(max(now, due)) and not car.charging:
                due = min(due + (_NIGHTLY - 1) * interval, self._night.over(max(now, due)))
            yield Decision(Task.VALUES, vin, due, Reason.SCHEDULE)


def _settled(car: _CarPlan, reason: Reason, due: datetime) -> datetime:
    """Return when there is something new to see: some cars send trips while they still drive."""
    if reason is not Reason.TRIP_END or car.told is None:
        return due
    return max(due, min(car.told + _AFTER[reason], due + _STILL_DRIVING))


def _new_month(done: datetime, task: Task) -> datetime:
    """Return when a new month has begun everywhere in the world, by which charges are added up."""
    if task is not Task.SESSIONS:
        return _LATEST
    inside = (done - _MONTH_BEGUN).replace(day=1) + 32 * DAY
    return datetime(inside.year, inside.month, 1, tzinfo=UTC) + _MONTH_BEGUN


def _rows(value: object, length: int) -> Iterator[list[Any]]:
    """Yield the lists in a list that have this length and begin with a text."""
    for row in value if isinstance(value, list) else ():
        if isinstance(row, list) and len(row) == length and isinstance(row[0], str):
            yield row
