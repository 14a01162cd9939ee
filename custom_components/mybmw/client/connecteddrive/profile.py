"""The charging plan: it is read, and written as a whole.

See docs/protocols/connecteddrive.md#charging-plan.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from copy import deepcopy
from datetime import datetime, time
from typing import Any, Final

from ..core.attributes import (
    CHARGING_MODE,
    CHARGING_PREFERENCE,
    CHARGING_PROFILE,
    PRECONDITIONING_AT_DEPARTURE,
    TIMER_TYPE,
    AnyReading,
)
from ..core.commands import ChangeProfile
from ..core.convert import boolean, mapping, member, sequence
from ..core.errors import InvalidValueError, UnknownPlanError
from ..core.json_reader import AnyRow, Reader, row
from ..core.values import (
    ChargingMode,
    ChargingPreference,
    ChargingProfile,
    DepartureTimer,
    TimerType,
    Weekday,
)
from .readings import SOURCE

_KINDS: Final[Mapping[str, TimerType]] = {
    "weeklyPlanner": TimerType.WEEKLY_PLANNER,
    "twoTimesTimer": TimerType.TWO_TIMES_TIMER,
}
_TIMERS: Final[Mapping[str, int]] = {"timer1": 1, "timer2": 2, "timer3": 3, "overrideTimer": 4}
_MODE: Final = member(ChargingMode)
_PREFERENCE: Final = member(ChargingPreference)
_WEEKDAY: Final = member(Weekday)
_WINDOW: Final = "preferredChargingWindow"

PLAN_ROWS: Final[tuple[AnyRow, ...]] = (
    row("chargingMode", CHARGING_MODE, _MODE),
    row("chargingPreferences", CHARGING_PREFERENCE, _PREFERENCE),
    row("climatizationEnabled", PRECONDITIONING_AT_DEPARTURE, boolean),
)


def clock(value: object) -> time | None:
    """Read "HH:MM"; "24:00" is midnight."""
    if not isinstance(value, str) or len(value) > 8:
        raise ValueError("not a time of day")
    hour, _, minute = value.strip().partition(":")
    midnight = (hour, minute[:2]) == ("24", "00")
    return time() if midnight else time(int(hour), int(minute[:2]))


def read_charging_profile(
    answer: object, measured: datetime, problems: Counter[str]
) -> list[AnyReading]:
    """Read the charging plan."""
    name = _kind(answer)
    if name is None:
        return []
    node = mapping(answer)[name]
    reader = Reader(SOURCE, measured, problems, within=f"{name}.")
    plan = ChargingProfile(
        mode=reader.take(node, "chargingMode", _MODE),
        preference=reader.take(node, "chargingPreferences", _PREFERENCE),
        timer_type=_KINDS[name],
        preconditioning=reader.take(node, "climatizationEnabled", boolean) or False,
        window_start=reader.take(node, f"{_WINDOW}.startTime", clock),
        window_end=reader.take(node, f"{_WINDOW}.endTime", clock),
        timers=tuple(_timers(reader, mapping(node))),
    )
    return [
        *reader.rows(node, PLAN_ROWS),
        TIMER_TYPE.at(_KINDS[name], measured, SOURCE),
        CHARGING_PROFILE.at(plan, measured, SOURCE),
    ]


def _kind(answer: object) -> str | None:
    fields = mapping(answer)
    return next((name for name in _KINDS if isinstance(fields.get(name), dict)), None)


def _timers(reader: Reader, node: Mapping[str, object]) -> Iterator[DepartureTimer]:
    for name, identity in _TIMERS.items():
        timer = node.get(name)
        if not isinstance(timer, dict):
            continue
        inner = reader.inside(name)
        days = set(inner.items(sequence(timer.get("weekdays")), "weekdays", _WEEKDAY))
        yield DepartureTimer(
            id=identity,
            time=inner.take(timer, "departureTime", clock),
            active=inner.take(timer, "timerEnabled", boolean) or False,
            days=tuple(day for day in Weekday if day in days),
        )


def changed(answer: object, change: ChangeProfile) -> object:
    """Return the charging plan with a change; unknown parts are kept.

    Raises `UnknownPlanError` if there is none, `InvalidValueError` for what the car does not have.
    """
    name = _kind(answer)
    if name is None:
        raise UnknownPlanError("the charging plan of the car is not known")
    whole: dict[str, Any] = deepcopy(dict(mapping(answer)))
    plan: dict[str, Any] = whole[name]
    if change.mode is ChargingMode.NO_ACTION:
        raise InvalidValueError("the car charges at once or delayed")
    if change.mode is not None:
        plan["chargingMode"] = change.mode.value
        if change.mode is ChargingMode.DELAYED:
            plan["chargingPreferences"] = ChargingPreference.CHARGING_WINDOW.value
    if change.preconditioning is not None:
        plan["climatizationEnabled"] = change.preconditioning
    _change_window(plan, change)
    weekly = _KINDS[name] is TimerType.WEEKLY_PLANNER
    for timer in change.timers:
        _change_timer(plan, timer, weekly=weekly)
    return whole


def _change_window(plan: dict[str, Any], change: ChangeProfile) -> None:
    if change.window_start is None and change.window_end is None:
        return
    window = plan[_WINDOW] = dict(mapping(plan.get(_WINDOW)))
    if change.window_start is not None:
        window["startTime"] = f"{change.window_start:%H:%M}"
    if change.window_end is not None:
        window["endTime"] = f"{change.window_end:%H:%M}"
    if "enabled" in window:
        window["enabled"] = True


def _change_timer(plan: dict[str, Any], timer: DepartureTimer, *, weekly: bool) -> None:
    names = {identity: name for name, identity in _TIMERS.items() if name in plan}
    name = names.get(timer.id)
    if name is None:
        offered = ", ".join(map(str, names)) or "none"
        raise InvalidValueError(f"the car has no departure timer {timer.id} (it has: {offered})")
    fields = plan[name] = dict(mapping(plan[name]))
    fields["timerEnabled"] = timer.active
    if timer.time is not None:
        fields["departureTime"] = f"{timer.time:%H:%M}"
    if weekly:
        fields["weekdays"] = [day.value for day in timer.days]
