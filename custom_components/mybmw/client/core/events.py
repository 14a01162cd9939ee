"""Events of cars, which are reported once."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple


class EventKind(StrEnum):
    """What may happen to a car; the words are those of High Mobility."""

    PING = "ping"
    ACCIDENT_REPORTED = "accident_reported"
    AUTHORIZATION_CHANGED = "authorization_changed"
    BATTERY_GUARD_WARNING = "battery_guard_warning"
    BREAKDOWN_REPORTED = "breakdown_reported"
    DASHBOARD_LIGHTS_CHANGED = "dashboard_lights_changed"
    EMERGENCY_REPORTED = "emergency_reported"
    ENGINE_CHANGED = "engine_changed"
    FLEET_CLEARANCE_CHANGED = "fleet_clearance_changed"
    IGNITION_CHANGED = "ignition_changed"
    MAINTENANCE_CHANGED = "maintenance_changed"
    SEAT_BELT_TRIGGERED = "seat_belt_triggered"
    TIRE_PRESSURE_CHANGED = "tire_pressure_changed"
    TRIP_ENDED = "trip_ended"
    TRIP_STARTED = "trip_started"
    VEHICLE_LOCATION_CHANGED = "vehicle_location_changed"
    UNKNOWN = "unknown"


class CarEvent(NamedTuple):
    """An event of a car; `details` hold nothing private."""

    kind: EventKind
    time: datetime
    details: Mapping[str, str] = MappingProxyType({})
