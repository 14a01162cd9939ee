"""Schedule the REST calls of an account: when, for which task, and for which car.

The stream sends changes, so calls are for what it did not send. Events (end of a trip or a charge,
the car was plugged in) have priority, with a short delay until BMW's servers have the result. A car
that is silent for long while it charges is one. Other calls go to the car with the oldest data, at
an interval with which the calls of a day suffice; new stream data postpone the next call. Data that
seldom change are requested seldom.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from ..core.convert import mapping
from .car_plan import CarPlan
from .clock import new_month, saved_rows, saved_time
from .night import Night
from .pace import MIN_INTERVAL, interval
from .pauses import Job, Pauses
from .quota import DAY, Ledger, Reason
from .tasks import EVERY, EXTRAS, Decision, Task

_NIGHT_FACTOR: Final = 4
_ORDER: Final = {task: index for index, task in enumerate(Task)}
_REGULARLY: Final = EXTRAS | {Task.BASIC_DATA}
_IMPORTANT: Final = frozenset({Task.BASIC_DATA, Task.VALUES})
_FIRST_DELAY: Final = timedelta(minutes=15)
_FIRST_DELAY_SHARED: Final = DAY
_MIN_SPACING: Final = timedelta(hours=8)
_SHARE: Final = 0.3
"""Part of the interval, per other car, that new stream data of a car postpone its next call."""
_PLENTY: Final = 20
_LEAST_LEFT: Final = 10
_MOST_PAST: Final = 5
_NEVER: Final = datetime.min.replace(tzinfo=UTC)


class Scheduler:
    """Plans the calls for the cars of one account."""

    def __init__(
        self,
        ledger: Ledger,
        night: Night | None = None,
        shortest: timedelta = MIN_INTERVAL,
        is_charging: Callable[[str], bool] = lambda _vin: False,
    ) -> None:
        """Create it; `ledger` returns how many calls are left, `is_charging` is asked by VIN."""
        self.repairing = False
        self._ledger = ledger
        self._night = night
        self._shortest = shortest
        self._is_charging = is_charging
        self._cars: dict[str, CarPlan] = {}
        self._cars_of: Counter[Task] = Counter()
        self.done_at: dict[Job, datetime] = {}
        self.pauses = Pauses()
        self._last_call: datetime | None = None
        self._extra = _NEVER
        self._begun: datetime | None = None

    def watch(self, cars: Mapping[str, Iterable[Task]], now: datetime) -> None:
        """Set the cars and the tasks that may be executed for each."""
        self._begun = self._begun or now
        self._cars = {vin: self._cars.get(vin) or CarPlan() for vin in cars}
        for vin, tasks in cars.items():
            self._cars[vin].tasks = frozenset(tasks)
        self._cars_of = Counter(task for car in self._cars.values() for task in car.tasks)
        for job in [job for job in self.done_at if job[1] and job[1] not in cars]:
            del self.done_at[job]
        self.pauses.keep(cars)

    def updated(self, vin: str, now: datetime) -> None:
        """Record that new data of a car have arrived, by a call or by the stream."""
        car = self._cars.get(vin)
        if car is not None:
            car.updated = now

    def event(self, vin: str, reason: Reason, now: datetime) -> None:
        """Plan a call after an event, later if there was a call for the same event lately."""
        car = self._cars.get(vin)
        if car is not None and car.event(reason, now):
            self.retry(Task.VALUES, vin, now)

    def done(self, decision: Decision, now: datetime, again: datetime | None = None) -> None:
        """Record that a task has succeeded; `again` is when to read the charging history again."""
        job = decision.task, decision.vin
        self.done_at[job] = now
        self.pauses.forget(job)
        self.pauses.forget((decision.task, ""))
        car = self._cars.get(decision.vin)
        if car is not None and decision.task is Task.SESSIONS:
            car.history = again
        if decision.task is not Task.VALUES:
            return
        if decision.reason is Reason.SCHEDULE:
            self._last_call = now
        if car is not None:
            car.called(decision.reason, now)
            # A charge that goes on at the first call has begun unseen
            car.charging = car.charging or self._is_charging(decision.vin)

    def failed(
        self, decision: Decision, now: datetime, *, widely: bool = False, free: bool = False
    ) -> None:
        """Record that a task has failed; it is retried after a growing pause.

        One failure may concern the car only. Two in a row, or one with `widely` set, delay the
        task for all cars. After a failure that was `free`, without a call, the pause stays short.
        """
        self.pauses.fail((decision.task, decision.vin), now, free=free)
        if decision.vin:
            job = decision.task, ""
            self.pauses.fail(job, now, forgiven=0 if widely else 1, free=free)

    def refused(self, decision: Decision, now: datetime, *, whole_car: bool = False) -> None:
        """Record that BMW refused a task for a car, or with `whole_car` all access to the car.

        It is retried at its regular time, basic data and values after a day.
        """
        whole = whole_car and decision.task in _IMPORTANT
        self._extra = now
        for task in _IMPORTANT if whole else (decision.task,):
            pause = DAY if task in _IMPORTANT else self._every(task)
            self.pauses.refuse((task, decision.vin), now, pause)

    def retry(self, task: Task, vin: str, now: datetime) -> None:
        """End the pauses of a task, as there is a new reason to execute it."""
        for job in {(task, vin), (task, "")}:
            self.pauses.end(job, now)

    def next(self, now: datetime) -> Decision | None:
        """Return the next task, None if no call is left for any."""
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
        """Return all tasks that are due, in no order."""
        return [decision for decision in self._decisions(now) if decision.at <= now]

    def _decisions(self, now: datetime) -> list[Decision]:
        pace = self.interval(now)
        decisions = [*self._chores(now, pace), *self._by_event(now), *self._by_silence(now)]
        decisions += self._by_age(now, pace)
        paused = {task: self.pauses.until(task, "") for task in Task}
        return [self._postponed(decision, paused[decision.task]) for decision in decisions]

    def interval(self, now: datetime) -> timedelta | None:
        """Return the time between scheduled calls for values, None if no call is left for them."""
        every = {task: DAY / self._every(task) for task in _REGULARLY}
        jobs = [(task, vin) for vin, car in self._cars.items() for task in car.tasks & _REGULARLY]
        chores = 1.0 + min(_MOST_PAST, self._cars_of[Task.HISTORY])
        chores += sum(every[task] for task, vin in jobs if not self.pauses.refused(task, vin))
        return interval(self._ledger, now, self._last_call, chores, self._shortest)

    def more_calls_at(self, now: datetime) -> datetime | None:
        """Return when there are more calls left than now, None if the schedule needs no more."""
        if self.interval(now) is not None:
            return None
        return self._ledger.next_chance(
            Reason.SCHEDULE, now, self._ledger.left(Reason.SCHEDULE, now)
        )

    def dump(self) -> dict[str, object]:
        """Return the state to restore after a restart as JSON."""
        return {
            "done": [[*job, when.isoformat()] for job, when in self.done_at.items()],
            "told": {
                vin: car.updated.isoformat() for vin, car in self._cars.items() if car.updated
            },
            "history": {
                vin: car.history.isoformat() for vin, car in self._cars.items() if car.history
            },
            "charging": {vin: car.silent_calls for vin, car in self._cars.items() if car.charging},
            "asked": self._last_call.isoformat() if self._last_call else None,
            "begun": self._begun.isoformat() if self._begun else None,
            **self.pauses.dump(),
            "events": [
                [reason.value, vin, due.isoformat()]
                for vin, car in self._cars.items()
                for reason, due in car.events.items()
            ],
        }

    def load(self, saved: object, now: datetime) -> None:
        """Restore a `dump`, without invalid parts and times in the future."""
        fields = mapping(saved)
        for task, vin, text in saved_rows(fields.get("done"), 3):
            when = saved_time(text)
            if task in set(Task) and when is not None and when <= now:
                self.done_at[Task(task), str(vin)] = when
        for vin, text in mapping(fields.get("told")).items():
            updated = saved_time(text)
            valid = updated is not None and updated <= now
            self._cars[vin] = CarPlan(updated if valid else None)
        for vin, text in mapping(fields.get("history")).items():
            due = saved_time(text)
            if due is not None and due <= now + DAY:
                self._cars.setdefault(str(vin), CarPlan()).history = due
        for vin, calls in mapping(fields.get("charging")).items():
            if isinstance(calls, int):
                car = self._cars.setdefault(str(vin), CarPlan())
                car.charging, car.silent_calls = True, calls
        last = saved_time(fields.get("asked"))
        self._last_call = last if last is not None and last <= now else None
        begun = saved_time(fields.get("begun"))
        self._begun = begun if begun is not None and begun <= now else None
        self.pauses.load(fields, set(Task), now)
        for reason, vin, text in saved_rows(fields.get("events"), 3):
            due = saved_time(text)
            if due is not None:
                self._cars.setdefault(str(vin), CarPlan()).restore(reason, due, now)

    def go_back(self, by: timedelta) -> None:
        """Shift all times after the system clock was set back."""
        self.done_at = {job: when - by for job, when in self.done_at.items()}
        self.pauses.go_back(by)
        self._last_call = self._last_call and self._last_call - by
        self._begun = self._begun and self._begun - by
        for car in self._cars.values():
            car.go_back(by)

    def _tried(self, decision: Decision) -> tuple[datetime, datetime]:
        """Return when the car was last updated or a pause ends, and when the task last ran."""
        job = decision.task, decision.vin
        car = self._cars.get(decision.vin)
        updated = car.updated if car is not None and car.updated is not None else _NEVER
        return max(updated, self.pauses.until(*job)), self.done_at.get(job, _NEVER)

    def _postponed(self, decision: Decision, paused: datetime) -> Decision:
        """Return a task postponed to the end of its pause, for this car or for all (`paused`)."""
        until = max(paused, self.pauses.until(decision.task, decision.vin))
        return decision if until <= decision.at else decision._replace(at=until)

    def _chores(self, now: datetime, interval: timedelta | None) -> Iterator[Decision]:
        if self._ledger.left(Reason.SET_UP, now) <= 0:
            return
        yield self._regular(Task.MAPPINGS, "", now)
        for vin, car in self._cars.items():
            if Task.BASIC_DATA in car.tasks and (Task.BASIC_DATA, vin) not in self.done_at:
                yield Decision(Task.BASIC_DATA, vin, now, Reason.SET_UP)
            if Task.VALUES in car.tasks and (Task.VALUES, vin) not in self.done_at:
                yield Decision(Task.VALUES, vin, now, Reason.SET_UP)
        if interval is None:
            return
        if self.repairing:
            yield self._regular(Task.CONTAINER, "", now)
        for vin, car in self._cars.items():
            if Task.SESSIONS in car.tasks and car.history is not None:
                yield Decision(Task.SESSIONS, vin, car.history, Reason.CHARGE_END)
        yield from (*self._extras(now), *self._past(now))

    def _past(self, now: datetime) -> Iterator[Decision]:
        """Yield few requests a day for charges of the last year, while many calls are left."""
        if not self._cars_of[Task.HISTORY] or self._ledger.left_today(now) < _PLENTY:
            return
        done = sorted(when for job, when in self.done_at.items() if job[0] is Task.HISTORY)
        free = done[-_MOST_PAST] + DAY if len(done) >= _MOST_PAST else now
        for vin, car in self._cars.items():
            if Task.HISTORY in car.tasks:
                last = self.done_at.get((Task.HISTORY, vin), self._begun or now)
                yield Decision(Task.HISTORY, vin, max(last + DAY, free), Reason.SCHEDULE)

    def _extras(self, now: datetime) -> Iterator[Decision]:
        """Yield the regular tasks other than values, spaced out if several cars share calls."""
        tasks = (self.done_at[job] for job in self.done_at if job[0] in _REGULARLY)
        spaced = max([min(self._extra, now), *tasks]) + _MIN_SPACING if self._shared else _NEVER
        for vin, car in self._cars.items():
            for task in car.tasks & _REGULARLY:
                chore = self._regular(task, vin, now)
                yield chore._replace(at=spaced) if spaced > chore.at else chore

    @property
    def _shared(self) -> bool:
        """Whether several cars share the calls of the account."""
        return self._cars_of[Task.VALUES] > 1

    def _every(self, task: Task) -> timedelta:
        """Return the regular interval of a task; one charging history is read a day."""
        return DAY * max(1, self._cars_of[task]) if task is Task.SESSIONS else EVERY[task]

    def _regular(self, task: Task, vin: str, now: datetime) -> Decision:
        done = self.done_at.get((task, vin))
        reason = Reason.SET_UP if done is None and task is Task.MAPPINGS else Reason.SCHEDULE
        if done is not None:
            due = done + self._every(task)
            latest = new_month(done) if task is Task.SESSIONS else due  # totalled by month
            return Decision(task, vin, min(due, latest), reason)
        begun = self._begun or now
        if task is Task.MAPPINGS:
            return Decision(task, vin, now, reason)
        wait = _FIRST_DELAY_SHARED if self._shared else _FIRST_DELAY
        return Decision(task, vin, begun + wait, reason)

    def _by_event(self, now: datetime) -> Iterator[Decision]:
        waiting = {reason for car in self._cars.values() for reason in car.events}
        affordable = {reason for reason in waiting if self._ledger.left(reason, now) > 0}
        for vin, car in self._cars.items():
            for reason in car.events:
                if Task.VALUES in car.tasks and reason in affordable:
                    yield Decision(Task.VALUES, vin, car.due(reason), reason)

    def _by_silence(self, now: datetime) -> Iterator[Decision]:
        """Yield a call for each car that charges, for when it will have been silent for long."""
        reason = Reason.CHARGE_SILENT
        silent = [
            Decision(Task.VALUES, vin, at, reason)
            for vin, car in self._cars.items()
            if Task.VALUES in car.tasks
            and (at := car.silent_at) is not None
            and self._is_charging(vin)
        ]
        if silent and self._ledger.left(reason, now) >= _LEAST_LEFT:
            yield from silent

    def _by_age(self, now: datetime, interval: timedelta | None) -> Iterator[Decision]:
        """Yield the scheduled calls for values, by the age of each car's data."""
        if interval is None:
            return
        others = sum(Task.VALUES in car.tasks for car in self._cars.values()) - 1
        for vin, car in self._cars.items():
            if Task.VALUES not in car.tasks:
                continue
            # Ignore times in the future, which are from a wrong system clock
            waits = ((car.updated, interval * (1 + _SHARE * others)), (self._last_call, interval))
            known = (time + wait for time, wait in waits if time is not None and time <= now)
            due = max(known, default=now)
            at, night = max(now, due), self._night
            if night is not None and night.contains(at) and not car.charging:
                due = min(due + (_NIGHT_FACTOR - 1) * interval, night.end_after(at))
            yield Decision(Task.VALUES, vin, due, Reason.SCHEDULE)
