"""Request bodies that change charging, and their effects (mybmw-app.md#commands)."""

from collections.abc import Callable
import re
from typing import Any, Final

from .fingerprints import Json
from .wire import RefusedError
from .world import Car, part

MODES: Final = {
    "CHARGING_IMMEDIATELY": ("IMMEDIATE_CHARGING", ("NO_PRESELECTION",)),
    "TIME_SLOT": ("DELAYED_CHARGING", ("CHARGING_WINDOW",)),
    "NO_ACTION": ("NO_ACTION", ("NO_PRESELECTION", "CHARGING_WINDOW")),
}
_TIMER_TYPES: Final = {
    "WEEKLY_DEPARTURE_TIMER": "WEEKLY_PLANNER",
    "TWO_DEPARTURE_TIMER": "TWO_TIMES_TIMER",
}
_TIME: Final = re.compile(r"0001-01-01T(\d\d):(\d\d):\d\d\.\d{3}")

type Effect = Callable[[Car], None]


def plan_settings(car: Car, body: Any) -> Effect:
    """Return the effect of target (%) and AC limit (A), one of which may be null; raise Refused."""
    if not isinstance(body, dict) or body.keys() != {"chargingTarget", "acLimitValue"}:
        raise RefusedError(400, "Keys chargingTarget and acLimitValue expected")
    target, limit = body["chargingTarget"], body["acLimitValue"]
    if target is None and limit is None:
        raise RefusedError(400, "Nothing to change")
    if target is not None:
        _allow(car, "isChargingTargetSocEnabled")
        if not _is_int(target) or target not in range(20, 101, 5):
            raise RefusedError(400, f"chargingTarget {target!r} is not possible")
    if limit is not None:
        _allow(car, "isChargingPowerLimitEnabled")
        if not _is_int(limit) or limit not in _limits(car):
            raise RefusedError(400, f"acLimitValue {limit!r} is not possible")
    return lambda car: _set_settings(car, target, limit)


def plan_profile(car: Car, body: Any) -> Effect:
    """Return the effect of mode, timers and preconditioning, all required; raise Refused."""
    _allow(car, "isChargingPlanSupported")
    if car.charging is None:
        raise RefusedError(404, f"Vehicle {car.vin} has no charging details")
    timers = part(car.charging, "chargeAndClimateTimerDetail", "departureTimer")
    expected = {"chargingMode", "departureTimer", "isPreconditionForDepartureActive"}
    _keys(body, expected | {"servicePack"}, "body")
    _check_mode(body["chargingMode"])
    _check_timers(body["departureTimer"], timers)
    if not isinstance(body["isPreconditionForDepartureActive"], bool):
        raise _broken("isPreconditionForDepartureActive must be true or false")
    if body["servicePack"] != car.charging.get("servicePack"):
        raise _broken(f"servicePack must be {car.charging.get('servicePack')!r}")
    return lambda car: _set_profile(car, body)


def _check_mode(mode: Any) -> None:
    keys = {"type", "chargingPreference", "startTimeSlot", "endTimeSlot", "timerChange"}
    _keys(mode, keys, "chargingMode")
    if mode["type"] not in MODES:
        raise _broken(f"chargingMode.type {mode['type']!r} is not known")
    if mode["chargingPreference"] not in MODES[mode["type"]][1]:
        raise _broken("chargingMode: type and chargingPreference do not match")
    if mode["timerChange"] != "NO_CHANGE":
        raise _broken("chargingMode.timerChange must be 'NO_CHANGE'")
    for key in ("startTimeSlot", "endTimeSlot"):
        _check_time(mode[key], f"chargingMode.{key}")


def _check_timers(timer: Any, known: Json) -> None:
    _keys(timer, {"type", "weeklyTimers"}, "departureTimer")
    if timer["type"] not in _TIMER_TYPES:
        raise _broken(f"departureTimer.type {timer['type']!r} is not known")
    if not isinstance(timer["weeklyTimers"], list):
        raise _broken("weeklyTimers must be a list")
    for entry in timer["weeklyTimers"]:
        _keys(entry, {"daysOfTheWeek", "id", "time", "timerAction"}, "weeklyTimers")
        _check_time(entry["time"], "weeklyTimers.time")
    ids = [entry["id"] for entry in timer["weeklyTimers"]]
    if ids != list(_by_id(known.get("weeklyTimers"))):
        raise _broken("weeklyTimers must have the ids of the vehicle")


def _set_settings(car: Car, target: int | None, limit: int | None) -> None:
    details = part(car.charging or {}, "chargingSettingsDetail")
    settings = part(car.status, "chargingProfile", "chargingSettings")
    if target is not None:
        car.part("electricChargingState")["chargingTarget"] = target
        settings["targetSoc"] = target
        details["chargingTarget"] = target
    if limit is not None:
        settings["acCurrentLimit"] = limit
        part(details, "acLimit", "current")["value"] = limit


def _set_profile(car: Car, body: Json) -> None:
    details = {key: value for key, value in body.items() if key != "servicePack"}
    mode = {key: value for key, value in body["chargingMode"].items() if key != "timerChange"}
    timers = {**body["departureTimer"], "weeklyTimers": []}
    for timer in body["departureTimer"]["weeklyTimers"]:
        timers["weeklyTimers"].append({**timer, "time": _cut(timer["time"])})
    for key in ("startTimeSlot", "endTimeSlot"):
        mode[key] = _cut(mode[key])
    if car.charging is not None:
        details.update(chargingMode=mode, departureTimer=timers)
        part(car.charging, "chargeAndClimateTimerDetail").update(details)
    if profile := car.part("chargingProfile"):
        _set_state_profile(profile, body)


def _set_state_profile(profile: Json, body: Json) -> None:
    """Update the state, without adding keys that the car never sends."""
    mode = body["chargingMode"]
    profile["chargingMode"] = MODES[mode["type"]][0]
    profile["chargingPreference"] = mode["chargingPreference"]
    if "climatisationOn" in profile:
        profile["climatisationOn"] = body["isPreconditionForDepartureActive"]
    if window := part(profile, "reductionOfChargeCurrent"):
        window["start"] = _clock_time(mode["startTimeSlot"])
        window["end"] = _clock_time(mode["endTimeSlot"])
    known = _by_id(profile.get("departureTimes"))
    profile["departureTimes"] = [
        _departure(timer, known.get(timer["id"], {}))
        for timer in body["departureTimer"]["weeklyTimers"]
    ]


def _by_id(timers: Any) -> dict[Any, Json]:
    """Return recorded timers by id, without broken ones."""
    listed = timers if isinstance(timers, list) else []
    return {timer["id"]: timer for timer in listed if isinstance(timer, dict) and "id" in timer}


def _departure(timer: Json, known: Json) -> Json:
    """Return a timer in the form of the state; one that was never set has no time."""
    departure = {
        "id": timer["id"],
        "action": timer["timerAction"],
        "timerWeekDays": timer["daysOfTheWeek"],
    }
    time = _clock_time(timer["time"])
    if "timeStamp" in known or any(time.values()):
        departure["timeStamp"] = time
    return departure


def _limits(car: Car) -> list[int]:
    limits = part(car.charging or {}, "chargingSettingsDetail", "acLimit").get("values")
    return limits if isinstance(limits, list) else []


def _allow(car: Car, capability: str) -> None:
    if not car.can(capability):
        text = f"{capability} is missing for {car.vin}"
        raise RefusedError(403, {"statusCode": 403, "message": text})


def _is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _keys(value: Any, keys: set[str], name: str) -> None:
    if not isinstance(value, dict):
        raise _broken(f"{name} must be an object")
    if value.keys() != keys:
        raise _broken(f"{name}: keys missing or unknown: {sorted(value.keys() ^ keys)}")


def _check_time(value: Any, name: str) -> None:
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        raise _broken(f"{name} {value!r}: a time with milliseconds expected")


def _clock_time(value: str) -> dict[str, int]:
    hour, minute = value[11:16].split(":")
    return {"hour": int(hour), "minute": int(minute)}


def _cut(value: str) -> str:
    return value.partition(".")[0]


def _broken(reason: str) -> RefusedError:
    return RefusedError(500, {"statusCode": 500, "message": reason})
