"""How an attribute of a car comes from CarData: by which descriptors or endpoint, and what came."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import chain
from typing import Final

from ..core import attributes as a
from ..core.attributes import AnyAttribute
from ..core.convert import mapping
from ..core.coverage import STREAMED, Group, group_of, seen_streaming
from ..core.descriptors import DESCRIPTORS
from ..core.source import Origin
from .car_state import BASIC_DATA, CarState
from .containers import ContainerKeeper
from .executor import MappedCar
from .mapping import (
    CATALOGUE,
    CHARGING_LEFT,
    CHARGING_WORD,
    CLIMATE_LEFT,
    CLIMATE_TIMER_PARTS,
    CURRENT,
    DEPARTURE_TARGET,
    ESTIMATED_LEFT,
    ESTIMATED_RANGE,
    LATITUDE,
    LONGITUDE,
    MESSAGE_LIST,
    NAVIGATION_RANGE,
    POWER,
    RANGE_ESTIMATE,
    RULES,
    SERVICE_LIST,
    SUNROOF,
    TAILGATE,
    TARGET,
    TOTAL_RANGE,
    VOLTAGE,
)
from .rest_readings import BASIC_ROWS, CAPACITY_ROWS, FIRST_ROWS
from .schedule import Scheduler
from .tasks import EXTRAS, Task

_TRIP: Final = "vehicle.trip.segment."
_REJECTED: Final = "CU-402"
_REFUSED: Final = "CU-104"
_MOTORCYCLE: Final = "motorrad"

_COMBINED: Final[Mapping[AnyAttribute, tuple[str, ...]]] = {
    a.POSITION: (LATITUDE, LONGITUDE),
    a.REMAINING_RANGE_TOTAL: (TOTAL_RANGE, RANGE_ESTIMATE, NAVIGATION_RANGE, ESTIMATED_RANGE),
    a.REMAINING_RANGE_FUEL: (TOTAL_RANGE, NAVIGATION_RANGE),
    a.REMAINING_RANGE_ELECTRIC: (ESTIMATED_RANGE, RANGE_ESTIMATE),
    a.LIDS["trunk"]: TAILGATE,
    a.LIDS["sun_roof"]: SUNROOF,
    a.CLIMATE_END_TIME: CLIMATE_LEFT,
    a.CHARGING_SINCE: (CHARGING_WORD,),
    a.CHARGING_END_TIME: (CHARGING_LEFT, ESTIMATED_LEFT),
    a.CHARGING_TIME_LEFT: (CHARGING_LEFT, ESTIMATED_LEFT),
    a.CHARGING_POWER: (POWER, VOLTAGE, CURRENT),
    a.CHARGING_TARGET: (TARGET, DEPARTURE_TARGET),
    a.SERVICES: (SERVICE_LIST,),
    a.CHECK_CONTROL: (MESSAGE_LIST,),
    **{
        attribute: tuple(key for key, timer in CLIMATE_TIMER_PARTS.items() if timer == name)
        for name, attribute in a.CLIMATE_TIMER.items()
    },
}
"""The descriptors of readings that combine several."""

_BY_TASK: Final[Mapping[AnyAttribute, Task]] = {
    **{line.attribute: Task.BASIC_DATA for line in chain(BASIC_ROWS, *FIRST_ROWS, CAPACITY_ROWS)},
    **dict.fromkeys((a.CHARGING_SESSIONS, a.CHARGED_THIS_MONTH), Task.SESSIONS),
    **dict.fromkeys(
        chain(a.TIRE.values(), a.TIRE_WEAR.values(), a.TIRE_DISTANCE_LEFT.values()), Task.TYRES
    ),
    a.CHARGING_PLACES: Task.PLACES,
    a.ACCESS: Task.MAPPINGS,
}
"""The tasks whose answers have an attribute."""

_PLUG: Final = frozenset(
    {
        a.BATTERY_CAPACITY,
        a.CHARGED_THIS_MONTH,
        a.CHARGING_END_TIME,
        a.CHARGING_PLACES,
        a.CHARGING_POWER,
        a.CHARGING_SESSIONS,
        a.CHARGING_SINCE,
        a.CHARGING_TIME_LEFT,
        a.REMAINING_RANGE_ELECTRIC,
    }
)


def _names() -> Mapping[AnyAttribute, tuple[str, ...]]:
    found: defaultdict[AnyAttribute, list[str]] = defaultdict(list)
    for key, rule in RULES.items():
        found[rule.attribute].append(key)
    for key, (item, _) in CATALOGUE.items():
        found[item.attribute].append(key)
    for attribute, keys in _COMBINED.items():
        found[attribute] += keys
    for wheel, attribute in a.TIRE_COMPARISON.items():
        found[attribute] += (*found[a.TIRE_PRESSURE[wheel]], *found[a.TIRE_TARGET_PRESSURE[wheel]])
    return {attribute: tuple(dict.fromkeys(keys)) for attribute, keys in found.items()}


NAMES: Final = _names()
"""The descriptors of each attribute that has some."""

_NEVER_STREAMED: Final = frozenset(
    {key for key, item in DESCRIPTORS.items() if item.rest} | {SERVICE_LIST, MESSAGE_LIST}
).difference(STREAMED)
"""What BMW says that it never streams, but for what a car was seen streaming nevertheless."""


class Tracer:
    """Returns how attributes of the cars of an account come."""

    def __init__(
        self,
        cars: Mapping[str, MappedCar],
        plan: Scheduler,
        containers: ContainerKeeper,
        extras: frozenset[Task],
    ) -> None:
        """Create it; `extras` are the optional tasks that are wanted."""
        self._cars = cars
        self._plan = plan
        self._containers = containers
        self._extras = extras

    def streams(self, vin: str) -> bool:
        """Return whether BMW streams such a car: not if it is a motorcycle."""
        car = self._cars.get(vin)
        basic = mapping(car.state.answers.get(BASIC_DATA)) if car else {}
        return _MOTORCYCLE not in str(basic.get("brand")).lower()

    def trace(self, vin: str, attribute: AnyAttribute) -> Origin | None:
        """Return how an attribute of a car comes, None if CarData never has it."""
        names, task = NAMES.get(attribute, ()), _BY_TASK.get(attribute)
        state = car.state if (car := self._cars.get(vin)) else CarState()
        if attribute is a.LAST_UPDATE:
            return _any(state, self._plan.done_at.get((Task.VALUES, vin)))
        if not names and task is None:
            return None
        if not names and task is not None:
            return self._of_task(vin, task, attribute, state)
        known = any(name in state.raw for name in names)
        seen = any(seen_streaming(name, state.drive_train).cars for name in names)
        return Origin(
            names=names,
            streamed=any(name in state.streamed for name in names),
            streamable=not _NEVER_STREAMED.issuperset(names),
            seen=seen,
            group_streamed=group_of(names[0]) in _groups(state),
            at_trip_end=all(name.startswith(_TRIP) for name in names),
            came=known,
            asked=None if self._left_out(names) else self._plan.done_at.get((Task.VALUES, vin)),
            refused=self._code(names),
            unusable=0 if known else sum(_unusable(state, name) for name in names),
            fitted=_fitted(attribute, names, state),
        )

    def _of_task(
        self, vin: str, task: Task, attribute: AnyAttribute, state: CarState
    ) -> Origin | None:
        return Origin(
            names=(task,),
            came=False,
            asked=self._plan.done_at.get((task, "" if task is Task.MAPPINGS else vin)),
            refused=_REFUSED if self._plan.pauses.refused(task, vin) else "",
            fitted=attribute not in _PLUG or state.plugs_in,
            wanted=task not in EXTRAS - self._extras,
        )

    def _left_out(self, names: Iterable[str]) -> bool:
        """Return whether the container has none of the descriptors."""
        return not set(names).intersection(self._containers.descriptors)

    def _code(self, names: Iterable[str]) -> str:
        """Return BMW's code if it has rejected all of the descriptors."""
        return _REJECTED if self._containers.state.rejected.issuperset(names) else ""


def _any(state: CarState, asked: datetime | None) -> Origin:
    """Return how the time of the last value comes: with any of them."""
    return Origin(
        streamed=bool(state.streamed),
        streamable=True,
        seen=True,
        group_streamed=bool(state.streamed),
        came=bool(state.raw),
        asked=asked,
    )


def _groups(state: CarState) -> set[Group]:
    """Return the groups that a car has streamed something of."""
    return set(map(group_of, state.streamed))


def _unusable(state: CarState, name: str) -> int:
    return state.problems[name] + state.problems[f"{name}: time"]


def _fitted(attribute: AnyAttribute, names: Iterable[str], state: CarState) -> bool:
    """Return whether a car with this drive train can have an attribute; unknown ones can."""
    if attribute in _PLUG:
        return state.plugs_in
    if attribute is a.REMAINING_RANGE_FUEL:
        return state.burns_fuel
    return any(_fits(name, state) for name in names)


def _fits(name: str, state: CarState) -> bool:
    if name in state.proven:
        return True
    if name in CATALOGUE:
        return CATALOGUE[name][0].applies(state.drive_train)
    rule = RULES.get(name)
    if rule is None:
        return True
    return (state.plugs_in or not rule.plug) and (state.burns_fuel or not rule.fuel)
