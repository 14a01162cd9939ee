"""The actions that send commands to a car."""

from dataclasses import replace
from typing import Any, Final

from homeassistant.const import ATTR_LATITUDE, ATTR_LOCATION, ATTR_LONGITUDE, ATTR_NAME
from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util.json import JsonObjectType

from ..client import (
    AcLimit,
    ChangeProfile,
    Command,
    CommandKind,
    FlashLights,
    PointOfInterest,
    SendPoi,
    TargetSoc,
    Vehicle,
    attributes as car,
    position_gap,
)
from ..client.core.attributes import AnyAttribute
from ..client.core.values import ChargingMode, DepartureTimer, Position, Weekday
from ..runtime.errors import translated_error
from .target import Target, async_commanded_car

ADDRESS: Final = ("street", "postal_code", "city", "country")
MODES: Final = [mode.lower() for mode in ChargingMode]
DAYS: Final = [day.lower() for day in Weekday]
FLASHES: Final = 2

_TIMER_FIELDS: Final = {"time": "time", "days": "days", "enabled": "active"}


async def async_send_poi(call: ServiceCall) -> None:
    """Send a destination to the navigation system."""
    target = async_commanded_car(call, CommandKind.SEND_POI)
    place = call.data[ATTR_LOCATION]
    texts = {key: call.data.get(key) or None for key in (ATTR_NAME, *ADDRESS)}
    position = Position(place[ATTR_LATITUDE], place[ATTR_LONGITUDE])
    await _send(target, SendPoi(PointOfInterest(position, **texts)))


async def async_set_charging_settings(call: ServiceCall) -> None:
    """Set the target SoC, the AC limit, or both; nothing is sent unless both are possible."""
    percent, ampere = call.data.get("target_soc"), call.data.get("ac_limit")
    commands: list[Command] = []
    if percent is not None:
        commands.append(TargetSoc(percent))
    if ampere is not None:
        commands.append(AcLimit(ampere))
    if not commands:
        raise _nothing_to_change()
    target = async_commanded_car(call, *(command.kind for command in commands))
    if ampere is not None:
        _check_limit(target.vehicle, ampere)
    for command in commands:
        await _send(target, command)


async def async_set_charging_profile(call: ServiceCall) -> None:
    """Change parts of the charging plan."""
    mode = call.data.get("charging_mode")
    change = ChangeProfile(
        mode=ChargingMode(mode.upper()) if mode else None,
        preconditioning=call.data.get("precondition_climate"),
        window_start=call.data.get("window_start"),
        window_end=call.data.get("window_end"),
    )
    if change == ChangeProfile():
        raise _nothing_to_change()
    await _send(async_commanded_car(call, change.kind), change)


async def async_set_departure_timer(call: ServiceCall) -> None:
    """Change one departure timer; fields that are not given keep their value."""
    changes: dict[str, Any] = {
        name: call.data[key] for key, name in _TIMER_FIELDS.items() if key in call.data
    }
    if not changes:
        raise _nothing_to_change()
    if "days" in changes:
        changes["days"] = tuple(day for day in Weekday if day.lower() in changes["days"])
    target = async_commanded_car(call, CommandKind.CHARGING_PROFILE)
    timer = replace(_timer(target.vehicle, call.data["timer"]), **changes)
    if timer.active and timer.time is None:
        raise translated_error(ServiceValidationError, "timer_without_time", timer=str(timer.id))
    await _send(target, ChangeProfile(timers=(timer,)))


async def async_flash_lights(call: ServiceCall) -> None:
    """Flash the headlights some times."""
    target = async_commanded_car(call, CommandKind.LIGHT_FLASH)
    await _send(target, FlashLights(call.data["count"]))


async def async_find_vehicle(call: ServiceCall) -> ServiceResponse:
    """Ask the car for its position and return it."""
    target = async_commanded_car(call, CommandKind.VEHICLE_FINDER)
    result = await target.coordinator.async_send(
        target.vehicle.vin, Command(CommandKind.VEHICLE_FINDER)
    )
    return {
        "state": result.state.lower(),
        "time": result.time.isoformat(),
        **_position(target.vehicle),
        **({"reason": gap} if (gap := position_gap(target.vehicle)) else {}),
    }


def _position(vehicle: Vehicle) -> JsonObjectType:
    """Return the position, with heading and address unless they are older."""
    hidden = vehicle.value(car.TRACKING_ENABLED) is False
    position = None if hidden else vehicle[car.POSITION]

    def value(attribute: AnyAttribute) -> Any:
        reading = vehicle[attribute]
        return reading.value if position and reading and reading.time >= position.time else None

    return {
        "latitude": position and position.value.latitude,
        "longitude": position and position.value.longitude,
        "heading": value(car.HEADING),
        "address": value(car.ADDRESS),
        "position_time": position and position.time.isoformat(),
    }


async def _send(target: Target, command: Command) -> None:
    await target.coordinator.async_send(target.vehicle.vin, command)


def _check_limit(vehicle: Vehicle, ampere: int) -> None:
    limits = vehicle.value(car.AC_CURRENT_LIMITS) or ()
    if ampere not in limits:
        offered = ", ".join(map(str, limits)) or "-"
        raise translated_error(
            ServiceValidationError, "limit_not_offered", limit=str(ampere), offered=offered
        )


def _timer(vehicle: Vehicle, number: int) -> DepartureTimer:
    profile = vehicle.value(car.CHARGING_PROFILE)
    timers = {timer.id: timer for timer in profile.timers} if profile else {}
    if number not in timers:
        offered = ", ".join(map(str, timers)) or "-"
        raise translated_error(
            ServiceValidationError, "timer_unknown", timer=str(number), offered=offered
        )
    return timers[number]


def _nothing_to_change() -> ServiceValidationError:
    return translated_error(ServiceValidationError, "nothing_to_change")
