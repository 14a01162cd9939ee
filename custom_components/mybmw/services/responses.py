"""The actions that return stored values of a car, without a request to a source."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Final, cast

from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.translation import async_get_translations
from homeassistant.util.json import JsonObjectType, JsonValueType

from ..catalogue import translation_key
from ..client import AnyReading, Vehicle, attributes as car
from ..client.core.attributes import AnyAttribute
from ..client.core.descriptors import DESCRIPTORS
from ..client.core.values import ChargingPlace, ChargingSession, Tire
from ..const import DOMAIN
from ..runtime.errors import translated_error
from .journal import listed
from .target import async_car

_TRIP: Final = {key: item for key, item in DESCRIPTORS.items() if key.startswith("vehicle.trip.")}
_TRIP_END: Final = "vehicle.trip.segment.end.time"
_SESSION: Final = ("start", "end", "energy", "start_soc", "end_soc", "mileage", "place")
_WHEEL: Final[Mapping[str, Mapping[str, AnyAttribute]]] = {
    "pressure": car.TIRE_PRESSURE,
    "target_pressure": car.TIRE_TARGET_PRESSURE,
    "wear": car.TIRE_WEAR,
    "distance_left": car.TIRE_DISTANCE_LEFT,
}


async def async_get_charging_sessions(call: ServiceCall) -> ServiceResponse:
    """Return the finished charging sessions, and the settings of charging places."""
    target, charges = listed(call, "charges")
    vehicle = target.vehicle
    sessions = vehicle[car.CHARGING_SESSIONS]
    if sessions is None and not charges:
        raise translated_error(ServiceValidationError, "nothing_known", car=target.name)
    places = vehicle.value(car.CHARGING_PLACES) or ()
    return {
        "sessions": [_named(item) for item in charges]
        or [_session(item) for item in (sessions.value if sessions else ())],
        "charged_this_month": vehicle.value(car.CHARGED_THIS_MONTH),
        "places": [_place(place) for place in places],
        "time": sessions and sessions.time.isoformat(),
    }


async def async_get_trips(call: ServiceCall) -> ServiceResponse:
    """Return the trips, and what the car itself has sent about the last one."""
    target, trips = listed(call, "trips")
    vehicle = target.vehicle
    readings = {key: vehicle[item.attribute] for key, item in _TRIP.items()}
    known = {key: reading for key, reading in readings.items() if reading is not None}
    if not known and not trips:
        raise translated_error(ServiceValidationError, "nothing_known", car=target.name)
    texts = await async_get_translations(call.hass, call.hass.config.language, "entity", [DOMAIN])
    end = known.get(_TRIP_END)
    values: JsonObjectType = {key: _value(reading, texts) for key, reading in known.items()}
    last: JsonObjectType = {"end": end and _plain(end.value), "values": values}
    return {"trips": trips or [last], "last": last}


async def async_get_refuellings(call: ServiceCall) -> ServiceResponse:
    """Return the refuellings."""
    _, found = listed(call, "refuellings")
    return {"refuellings": found}


async def async_get_tires(call: ServiceCall) -> ServiceResponse:
    """Return pressures and mounted tyres by wheel."""
    target = async_car(call)
    wheels = {wheel: _wheel(target.vehicle, wheel) for wheel in car.WHEELS}
    known: JsonObjectType = {wheel: values for wheel, values in wheels.items() if values["time"]}
    if not known:
        raise translated_error(ServiceValidationError, "nothing_known", car=target.name)
    return {"tires": known}


def _session(session: ChargingSession) -> JsonValueType:
    """Return a charge that the journal does not have, without its position."""
    return {key: _plain(getattr(session, key)) for key in _SESSION}


def _named(charge: JsonValueType) -> JsonValueType:
    """Return a charge, with its address for a place if it was in no zone."""
    if isinstance(charge, dict) and charge["place"] is None:
        return charge | {"place": charge["address"]}
    return charge


def _place(place: ChargingPlace) -> JsonValueType:
    return _plain(replace(place, mode=place.mode and place.mode.lower()))


def _value(reading: AnyReading, texts: Mapping[str, str]) -> JsonObjectType:
    attribute = reading.attribute
    name = translation_key(DESCRIPTORS[attribute.key])
    return {
        "name": texts.get(f"component.{DOMAIN}.entity.sensor.{name}.name"),
        "value": _plain(reading.value),
        "unit": attribute.unit and attribute.unit.value,
        "time": reading.time.isoformat(),
    }


def _wheel(vehicle: Vehicle, wheel: str) -> JsonObjectType:
    attributes = {name: by_wheel[wheel] for name, by_wheel in _WHEEL.items()}
    mounted = vehicle[car.TIRE[wheel]]
    readings = [mounted, *(vehicle[attribute] for attribute in attributes.values())]
    times = [reading.time for reading in readings if reading is not None]
    return {
        **{name: _plain(vehicle.value(attribute)) for name, attribute in attributes.items()},
        **cast("JsonObjectType", _plain(mounted.value if mounted else Tire())),
        "time": max(times).isoformat() if times else None,
    }


def _plain(value: object) -> JsonValueType:
    """Return the value of an attribute as JSON, enum members in lower case as in states."""
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, StrEnum):
        return value.lower()
    return value.isoformat() if isinstance(value, date) else cast("JsonValueType", value)
