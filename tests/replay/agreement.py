"""Convert a state of the app's API to CarData, so that both simulations show the same car."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from .carstate import HV_STATUS, LOCK, PLUG, STATUS, TARGET, UNITS, Facts
from .fingerprints import Json
from .timeline import Value
from .world import part, timestamp, utcnow

_DOOR_LOCK: Final = "vehicle.cabin.door.lock.status"
_CLIMATE: Final = "vehicle.vehicle.preConditioning.activity"
_COMFORT: Final = "vehicle.cabin.hvac.preconditioning.status.comfortState"
_AC_LIMIT: Final = "vehicle.powertrain.electric.battery.charging.acLimit.selected"
_CHARGING: Final[Mapping[str, str]] = {
    "CHARGING": "CHARGINGACTIVE",
    "PLUGGED_IN": "INITIALIZATION",
    "WAITING_FOR_CHARGING": "CHARGINGPAUSED",
    "COMPLETE": "CHARGINGENDED",
    "ERROR": "CHARGINGERROR",
    "NOT_CHARGING": "NOCHARGING",
}


def facts_of(state: Json) -> Facts:
    """Return the values that commands can change, by descriptor, from a state of the app's API."""
    return {
        descriptor: value
        for descriptor, value in _facts(part(state, "state"))
        if isinstance(value, str | int | float)
    }


def _facts(status: Json) -> Iterator[tuple[str, Any]]:
    lock = part(status, "doorsState").get("combinedSecurityState")
    activity = part(status, "climateControlState").get("activity")
    charging = part(status, "electricChargingState")
    word = str(charging.get("chargingStatus"))
    yield from ((LOCK, lock), (_DOOR_LOCK, lock), (_CLIMATE, activity), (_COMFORT, activity))
    yield from ((STATUS, _CHARGING.get(word)), (HV_STATUS, word if word in _CHARGING else None))
    yield TARGET, charging.get("chargingTarget")
    settings = part(status, "chargingProfile", "chargingSettings")
    yield _AC_LIMIT, settings.get("acCurrentLimit")
    connected = charging.get("isChargerConnected")
    if connected is not None:
        yield PLUG, "CONNECTED" if connected else "DISCONNECTED"


def message(vin: str, gcid: str, facts: Facts) -> Json:
    """Return the payload of a stream message with these values, measured now."""
    now = timestamp(utcnow())
    data = {name: _item(name, value, now) for name, value in facts.items()}
    return {"vin": vin, "entityId": gcid, "topic": vin, "timestamp": now, "data": data}


def _item(descriptor: str, value: Value, now: str) -> Json:
    unit = UNITS.get(descriptor)
    return {"timestamp": now, "value": value, **({"unit": unit} if unit else {})}
