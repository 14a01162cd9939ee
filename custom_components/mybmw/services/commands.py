"""The actions that ask a car to do something."""

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
    PointOfInterest,
    SendPoi,
    TargetSoc,
    Vehicle,
    attributes as car,
)
from ..client.core.values import ChargingMode, DepartureTimer, Position, Weekday
from ..const import DOMAIN
from .target import Target, async_commanded_car

ADDRESS: Final = ("street", "postal_code", "city", "country")
MODES: Final = [mode.lower() for mode in ChargingMode]
DAYS: Final = [day.lower() for day in Weekday]

_PARTS: Final = {"time": "time", "days": "days", "enabled": "active"}


async def async_send_poi(call: ServiceCall) -> None:
    """Send a destination to the navigation system."""
    target = async_commanded_car(call, CommandKind.SEND_POI)
    place = call.data[ATTR_LOCATION]
    words = {key: call.data.get(key) or None for key in (ATTR_NAME, *ADDRESS)}
    position = Position(place[ATTR_LATITUDE], place[ATTR_LONGITUDE])
    await _send(target, SendPoi(PointOfInterest(position, **words)))


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
    """Change one departure timer; what is not given stays as the car has it."""
    changes: dict[str, Any] = {
        part: call.data[key] for key, part in _PARTS.items() if key in call.data
    }
    if not changes:
        raise _nothing_to_change()
    if "days" in changes:
        changes["days"] = tuple(day for day in Weekday if day.lower() in changes["days"])
    target = async_commanded_car(call, CommandKind.CHARGING_PROFILE)
    timer = replace(_timer(target.vehicle, call.data["timer"]), **changes)
    if timer.active and timer.time is None:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="timer_without_time",
            translation_placeholders={"timer": str(timer.id)},
        )
    await _send(target, ChangeProfile(timers=(timer,)))


async def async_find_vehicle(call: ServiceCall) -> ServiceResponse:
    """Ask the car where it is; return what is known of that afterwards."""
    target = async_commanded_car(call, CommandKind.VEHICLE_FINDER)
    result = await target.coordinator.async_send(
        target.vehicle.vin, Command(CommandKind.VEHICLE_FINDER)
    )
    return {
        "state": result.state.lower(),
        "time": result.time.isoformat(),
        **_whereabouts(target.vehicle),
    }


def _whereabouts(vehicle: Vehicle) -> JsonObjectType:
    """Return where the car is; heading and address of an earlier place are left out."""
    hidden = vehicle.value(car.TRACKING_ENABLED) is False
    place = None if hidden else vehicle[car.POSITION]
    heading, address = vehicle[car.HEADING], vehicle[car.ADDRESS]
    return {
        "latitude": place and place.value.latitude,
        "longitude": place and place.value.longitude,
        "heading": heading.value if place and heading and heading.time >= place.time else None,
        "address": address.value if place and address and address.time >= place.time else None,
        "position_time": place and place.time.isoformat(),
    }


async def _send(target: Target, command: Command) -> None:
    await target.coordinator.async_send(target.vehicle.vin, command)


def _check_limit(vehicle: Vehicle, ampere: int) -> None:
    limits = vehicle.value(car.AC_CURRENT_LIMITS) or ()
    if ampere not in limits:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="limit_not_offered",
            translation_placeholders={
                "limit": str(ampere),
                "offered": ", ".join(map(str, limits)) or "-",
            },
        )


def _timer(vehicle: Vehicle, number: int) -> DepartureTimer:
    profile = vehicle.value(car.CHARGING_PROFILE)
    timers = {timer.id: timer for timer in profile.timers} if profile else {}
    if number not in timers:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="timer_unknown",
            translation_placeholders={
                "timer": str(number),
                "offered": ", ".join(map(str, timers)) or "-",
            },
        )
    return timers[number]


def _nothing_to_change() -> ServiceValidationError:
    return ServiceValidationError(translation_domain=DOMAIN, translation_key="nothing_to_change")
