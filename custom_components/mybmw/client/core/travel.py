"""The types of values about where a car is, where it has been, and why it has reported."""

from datetime import datetime
from enum import StrEnum

from .value_class import record


class UpdateReason(StrEnum):
    """Why a car has sent its state."""

    CHARGING_DONE = "CHARGING_DONE"
    CHARGING_INTERRUPTED = "CHARGING_INTERRUPTED"
    CHARGING_PAUSED = "CHARGING_PAUSED"
    CHARGING_STARTED = "CHARGING_STARTED"
    CONNECTED = "CONNECTED"
    CYCLIC_RECHARGING = "CYCLIC_RECHARGING"
    DISCONNECTED = "DISCONNECTED"
    DOOR_STATE_CHANGED = "DOOR_STATE_CHANGED"
    NO_CYCLIC_RECHARGING = "NO_CYCLIC_RECHARGING"
    NO_LSC_TRIGGER = "NO_LSC_TRIGGER"
    ON_DEMAND = "ON_DEMAND"
    PREDICTION_UPDATE = "PREDICTION_UPDATE"
    TEMPORARY_POWER_SUPPLY_FAILURE = "TEMPORARY_POWER_SUPPLY_FAILURE"
    VEHICLE_MOVING = "VEHICLE_MOVING"
    VEHICLE_SECURED = "VEHICLE_SECURED"
    VEHICLE_SHUTDOWN = "VEHICLE_SHUTDOWN"
    VEHICLE_SHUTDOWN_SECURED = "VEHICLE_SHUTDOWN_SECURED"
    VEHICLE_UNSECURED = "VEHICLE_UNSECURED"


class Activity(StrEnum):
    """What a car does: it is driven, or it is parked, perhaps locked."""

    MOVING = "MOVING"
    PARKED = "PARKED"
    SECURED = "SECURED"


class PositionStatus(StrEnum):
    """Whether a car sends its position, or why it does not."""

    OK = "OK"
    DRIVER_DISABLED = "DRIVER_DISABLED"
    VEHICLE_ACTIVE = "VEHICLE_ACTIVE"
    TOO_FAR_AWAY = "TOO_FAR_AWAY"


class ChargingEndReason(StrEnum):
    """Why the last charge has ended."""

    CHARGING_GOAL_REACHED = "CHARGING_GOAL_REACHED"
    CHARGING_STATION_FAILURE = "CHARGING_STATION_FAILURE"
    CONNECTOR_REMOVED = "CONNECTOR_REMOVED"
    END_REQUESTED_BY_DRIVER = "END_REQUESTED_BY_DRIVER"
    HV_SYSTEM_FAILURE = "HV_SYSTEM_FAILURE"
    NO_PARKING_LOCK = "NO_PARKING_LOCK"
    PARKING_LOCK_FAILED = "PARKING_LOCK_FAILED"
    POWERGRID_FAILED = "POWERGRID_FAILED"


class ChargingEndResult(StrEnum):
    """How the last charge has ended."""

    SUCCESS = "SUCCESS"
    FAILED = "FAILED"


@record
class Position:
    """A WGS 84 position in degrees."""

    latitude: float
    longitude: float


@record
class Comparison:
    """A figure of one driver beside those of all who drive such a car."""

    own: float | None = None
    own_highest: float | None = None
    own_current: float | None = None
    community_low: float | None = None
    community_average: float | None = None
    community_high: float | None = None


@record
class Destination:
    """A place that was sent to the navigation system, or driven to."""

    position: Position | None = None
    country: str | None = None
    city: str | None = None
    street: str | None = None
    created: datetime | None = None

    @property
    def address(self) -> str | None:
        """The address in one line."""
        return ", ".join(filter(None, (self.street, self.city, self.country))) or None


@record
class RangePolygon:
    """How far a car comes in one driving mode: the corners of an area."""

    mode: str
    corners: tuple[Position, ...]


@record
class RangeMap:
    """How far a car comes from where it is."""

    center: Position
    polygons: tuple[RangePolygon, ...]
    quality: str | None = None


@record
class ChargingPlace:
    """The charging settings of the car at one place; the current limit is in A."""

    position: Position | None = None
    mode: str | None = None
    current_limit: float | None = None
    visits: int | None = None
