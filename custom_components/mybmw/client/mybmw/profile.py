"""Read the charging plan, and create the request that replaces it.

See docs/protocols/mybmw-app.md#charging-plan and #commands.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import time
from typing import Final

from ..core import attributes as a
from ..core.attributes import AnyReading
from ..core.commands import ChangeProfile
from ..core.convert import boolean, integer, mapping, member, number, sequence
from ..core.errors import InvalidValueError, UnknownPlanError
from ..core.json_reader import Reader, row
from ..core.values import (
    ChargingMode,
    ChargingPreference,
    ChargingProfile,
    ClimateTimer,
    DepartureTimer,
    TimerType,
    Weekday,
)

_MODE_WORDS: Final = {
    ChargingMode.IMMEDIATE: "CHARGING_IMMEDIATELY",
    ChargingMode.DELAYED: "TIME_SLOT",
    ChargingMode.NO_ACTION: "NO_ACTION",
}
_PREFERENCE_OF: Final = {
    ChargingMode.IMMEDIATE: ChargingPreference.NO_PRESELECTION,
    ChargingMode.DELAYED: ChargingPreference.CHARGING_WINDOW,
}
_TIMER_WORDS: Final = {
    TimerType.WEEKLY_PLANNER: "WEEKLY_DEPARTURE_TIMER",
    TimerType.TWO_TIMES_TIMER: "TWO_DEPARTURE_TIMER",
}
_MODE: Final = member(ChargingMode)
_PREFERENCE: Final = member(ChargingPreference)
_TIMER: Final = member(TimerType)
_WEEKDAY: Final = member(Weekday)
_WEEK: Final = {day.value: day for day in Weekday}
PLAN_ROWS: Final = (
    row("chargingMode", a.CHARGING_MODE, _MODE),
    row("chargingPreference", a.CHARGING_PREFERENCE, _PREFERENCE),
    row("chargingControlType", a.TIMER_TYPE, _TIMER),
    row("chargingSettings.acCurrentLimit", a.AC_CURRENT_LIMIT, number),
    row("climatisationOn", a.PRECONDITIONING_AT_DEPARTURE, boolean),
)


def clock(value: object) -> time | None:
    """Return the time of an object with hour and minute."""
    if not isinstance(value, dict):
        raise ValueError("not a time of day")
    hour, minute = integer(value.get("hour")), integer(value.get("minute"))
    return None if hour is None or minute is None else time(hour, minute)


def window_start(reader: Reader, state: Mapping[str, object]) -> time | None:
    """Return the start of the preferred charging window in the car's local time."""
    return reader.take(state, "chargingProfile.reductionOfChargeCurrent.start", clock)


def profile_readings(reader: Reader, state: Mapping[str, object]) -> list[AnyReading]:
    """Return the readings of the charging plan and the climate timers."""
    readings: list[AnyReading] = []
    node = state.get("chargingProfile")
    if isinstance(node, dict):
        inner = reader.inside("chargingProfile")
        readings += inner.rows(node, PLAN_ROWS)
        readings.append(a.CHARGING_PROFILE.at(_profile(inner, node), reader.time, reader.source))
    elif node is not None:
        reader.problem("chargingProfile")
    timers = state.get("climateTimers")
    if isinstance(timers, list):
        inner = reader.inside("climateTimers")
        value = tuple([timer for item in timers if (timer := _climate_timer(inner, item))])
        readings.append(a.CLIMATE_TIMERS.at(value, reader.time, reader.source))
    return readings


def body(profile: ChargingProfile, change: ChangeProfile, service_pack: str | None) -> object:
    """Return the request body that changes a charging plan; it has to contain the whole plan.

    Raises `UnknownPlanError` if the kind of timers is not known, and `InvalidValueError` for a
    timer that the car does not have.
    """
    mode = change.mode or profile.mode or ChargingMode.NO_ACTION
    preference = profile.preference
    if change.mode is not None:
        preference = _PREFERENCE_OF.get(change.mode, ChargingPreference.NO_PRESELECTION)
    if profile.timer_type is None:
        raise UnknownPlanError("the kind of the car's departure timers is not known")
    active = profile.preconditioning if change.preconditioning is None else change.preconditioning
    return {
        "chargingMode": {
            "type": _MODE_WORDS[mode],
            "chargingPreference": preference or ChargingPreference.NO_PRESELECTION,
            "startTimeSlot": _slot(change.window_start or profile.window_start),
            "endTimeSlot": _slot(change.window_end or profile.window_end),
            "timerChange": "NO_CHANGE",
        },
        "departureTimer": {
            "type": _TIMER_WORDS[profile.timer_type],
            "weeklyTimers": [
                {
                    "daysOfTheWeek": list(timer.days),
                    "id": timer.id,
                    "time": _slot(timer.time),
                    "timerAction": "ACTIVATE" if timer.active else "DEACTIVATE",
                }
                for timer in _timers(profile, change)
            ],
        },
        "isPreconditionForDepartureActive": active,
        "servicePack": service_pack,
    }


def _timers(profile: ChargingProfile, change: ChangeProfile) -> Iterator[DepartureTimer]:
    wanted = {timer.id: timer for timer in change.timers}
    known = [timer.id for timer in profile.timers]
    if unknown := wanted.keys() - set(known):
        offered = ", ".join(map(str, known)) or "none"
        asked = ", ".join(map(str, sorted(unknown)))
        raise InvalidValueError(f"the car has no departure timer {asked} (it has: {offered})")
    return (wanted.get(timer.id, timer) for timer in profile.timers)


def changed(profile: ChargingProfile, preconditioning: bool | None) -> ChargingProfile:
    """Return the plan with the preconditioning of another response, if it is known."""
    if preconditioning is None:
        return profile
    return replace(profile, preconditioning=preconditioning)


def _slot(moment: time | None) -> str:
    return f"0001-01-01T{moment or time():%H:%M}:00.000"


def _profile(reader: Reader, node: Mapping[str, object]) -> ChargingProfile:
    inner = reader.inside("departureTimes")
    listed = sequence(node.get("departureTimes"))
    return ChargingProfile(
        mode=reader.take(node, "chargingMode", _MODE),
        preference=reader.take(node, "chargingPreference", _PREFERENCE),
        timer_type=reader.take(node, "chargingControlType", _TIMER),
        preconditioning=reader.take(node, "climatisationOn", boolean) or False,
        window_start=reader.take(node, "reductionOfChargeCurrent.start", clock),
        window_end=reader.take(node, "reductionOfChargeCurrent.end", clock),
        timers=tuple([timer for item in listed if (timer := _departure_timer(inner, item))]),
    )


def _departure_timer(reader: Reader, node: object) -> DepartureTimer | None:
    number_ = reader.take(node, "id", integer)
    if number_ is None:
        reader.problem("id")
        return None
    return DepartureTimer(
        id=number_,
        time=reader.take(node, "timeStamp", clock),
        active=mapping(node).get("action") == "ACTIVATE",
        days=_days(reader, node),
    )


def _climate_timer(reader: Reader, node: object) -> ClimateTimer | None:
    moment = reader.take(node, "departureTime", clock)
    if moment is None:
        reader.problem("departureTime")
        return None
    return ClimateTimer(
        time=moment,
        active=mapping(node).get("timerAction") == "ACTIVATE",
        weekly=mapping(node).get("isWeeklyTimer") is True,
        days=_days(reader, node),
    )


def _days(reader: Reader, node: object) -> tuple[Weekday, ...]:
    words = sequence(mapping(node).get("timerWeekDays"))
    days = [day for word, day in _WEEK.items() if word in words]
    if len(days) < len(words):  # some in an unusual spelling
        found = set(reader.items(words, "timerWeekDays", _WEEKDAY))
        days = [day for day in Weekday if day in found]
    return tuple(days)
