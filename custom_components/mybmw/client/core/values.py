"""Enumerations and records that are values of attributes.

Values of members are the words of the My BMW app's API (docs/protocols/mybmw-app.md#values).
"""

# ruff: noqa: PLC0414 - what charging_session.py and travel.py have can be had here too
from datetime import date, time
from enum import StrEnum

from .charging_session import ChargingBlock as ChargingBlock, ChargingSession as ChargingSession
from .travel import (
    Activity as Activity,
    ChargingEndReason as ChargingEndReason,
    ChargingEndResult as ChargingEndResult,
    ChargingPlace as ChargingPlace,
    Comparison as Comparison,
    Destination as Destination,
    Position as Position,
    PositionStatus as PositionStatus,
    RangeMap as RangeMap,
    RangePolygon as RangePolygon,
    UpdateReason as UpdateReason,
)
from .value_class import record


class Brand(StrEnum):
    """The brand a car is sold under."""

    BMW = "BMW"
    MINI = "MINI"
    ROLLS_ROYCE = "ROLLS_ROYCE"
    TOYOTA = "TOYOTA"


class DriveTrain(StrEnum):
    """The type of drive train."""

    COMBUSTION = "COMBUSTION"
    ELECTRIC = "ELECTRIC"
    ELECTRIC_WITH_RANGE_EXTENDER = "ELECTRIC_WITH_RANGE_EXTENDER"
    HYBRID = "HYBRID"
    MILD_HYBRID = "MILD_HYBRID"
    PLUGIN_HYBRID = "PLUGIN_HYBRID"

    @property
    def burns_fuel(self) -> bool:
        """Whether the car has a fuel tank."""
        return self is not DriveTrain.ELECTRIC

    @property
    def plugs_in(self) -> bool:
        """Whether the battery can be charged from outside."""
        return self in _PLUGS_IN


_PLUGS_IN = frozenset(
    {DriveTrain.ELECTRIC, DriveTrain.ELECTRIC_WITH_RANGE_EXTENDER, DriveTrain.PLUGIN_HYBRID}
)


class LastStateCall(StrEnum):
    """Whether the car sends its state to the service by itself."""

    ACTIVATED = "ACTIVATED"
    NOT_CAPABLE = "NOT_CAPABLE"
    NOT_SUPPORTED = "NOT_SUPPORTED"


class ChargingStatus(StrEnum):
    """The charging status of the traction battery."""

    DEFAULT = "DEFAULT"
    CHARGING = "CHARGING"
    ERROR = "ERROR"
    COMPLETE = "COMPLETE"
    FULLY_CHARGED = "FULLY_CHARGED"
    FINISHED_FULLY_CHARGED = "FINISHED_FULLY_CHARGED"
    FINISHED_NOT_FULL = "FINISHED_NOT_FULL"
    NOT_CHARGING = "NOT_CHARGING"
    PLUGGED_IN = "PLUGGED_IN"
    WAITING_FOR_CHARGING = "WAITING_FOR_CHARGING"
    TARGET_REACHED = "TARGET_REACHED"


class ConnectionType(StrEnum):
    """How the car is connected to a charger."""

    CONDUCTIVE = "CONDUCTIVE"
    INDUCTIVE = "INDUCTIVE"


class ChargingMode(StrEnum):
    """When the car charges after it has been plugged in."""

    IMMEDIATE = "IMMEDIATE_CHARGING"
    DELAYED = "DELAYED_CHARGING"
    NO_ACTION = "NO_ACTION"


class ChargingPreference(StrEnum):
    """Whether charging is limited to a window."""

    NO_PRESELECTION = "NO_PRESELECTION"
    CHARGING_WINDOW = "CHARGING_WINDOW"
    SMART_CHARGING = "SMART_CHARGING"


class TimerType(StrEnum):
    """The kind of departure timers of the car."""

    WEEKLY_PLANNER = "WEEKLY_PLANNER"
    TWO_TIMES_TIMER = "TWO_TIMES_TIMER"


class Weekday(StrEnum):
    """A day of the week."""

    MONDAY = "MONDAY"
    TUESDAY = "TUESDAY"
    WEDNESDAY = "WEDNESDAY"
    THURSDAY = "THURSDAY"
    FRIDAY = "FRIDAY"
    SATURDAY = "SATURDAY"
    SUNDAY = "SUNDAY"


class LockState(StrEnum):
    """The state of all locks taken together."""

    LOCKED = "LOCKED"
    SECURED = "SECURED"
    SELECTIVE_LOCKED = "SELECTIVE_LOCKED"
    PARTIALLY_LOCKED = "PARTIALLY_LOCKED"
    UNLOCKED = "UNLOCKED"

    @property
    def locked(self) -> bool:
        """Whether every door is locked."""
        return self in (LockState.LOCKED, LockState.SECURED)


class LidState(StrEnum):
    """The state of one door, flap, window or roof."""

    CLOSED = "CLOSED"
    OPEN = "OPEN"
    OPEN_TILT = "OPEN_TILT"
    INTERMEDIATE = "INTERMEDIATE"

    @property
    def open(self) -> bool:
        """Whether it is not fully closed."""
        return self is not LidState.CLOSED


class AlarmState(StrEnum):
    """The state of the anti-theft alarm."""

    ARMED = "ARMED"
    NOT_ARMED = "NOT_ARMED"


class ClimateActivity(StrEnum):
    """The activity of the stationary climate control."""

    COOLING = "COOLING"
    HEATING = "HEATING"
    VENTILATION = "VENTILATION"
    INACTIVE = "INACTIVE"
    STANDBY = "STANDBY"

    @property
    def running(self) -> bool:
        """Whether the climate control is running."""
        return self not in (ClimateActivity.INACTIVE, ClimateActivity.STANDBY)


class ServiceStatus(StrEnum):
    """The urgency of a service item."""

    OK = "OK"
    PENDING = "PENDING"
    OVERDUE = "OVERDUE"


class Severity(StrEnum):
    """The severity of a check-control message; those of severity OK are not kept."""

    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"
    CRITICAL = "CRITICAL"


class Wear(StrEnum):
    """The wear of a tyre, as the colour that BMW shows; grey means unknown."""

    GREEN = "GREEN"
    YELLOW = "YELLOW"
    RED = "RED"
    GREY = "GREY"


class Access(StrEnum):
    """The role of the account for a car; a secondary user cannot read it."""

    PRIMARY = "PRIMARY"
    SECONDARY = "SECONDARY"


class Connection(StrEnum):
    """Whether a car sends by stream: lately, not lately, never so far, or there is no stream."""

    ACTIVE = "ACTIVE"
    ASLEEP = "ASLEEP"
    NEVER_SENT = "NEVER_SENT"
    NO_STREAM = "NO_STREAM"


class Unreadable(StrEnum):
    """Why a source cannot read a car.

    Silent means that no request succeeded for two days, waiting that the owner has yet to approve.
    """

    LOGIN_NEEDED = "login_needed"
    BLOCKED = "blocked"
    NOT_ALLOWED = "not_allowed"
    NOT_LISTED = "not_listed"
    SILENT = "silent"
    FAILED = "failed"
    WAITING = "waiting"


class StreamState(StrEnum):
    """The state of a stream connection; taken means that another client seems to use it."""

    CONNECTING = "connecting"
    CONNECTED = "connected"
    LOST = "lost"
    REFUSED = "refused"
    TAKEN = "taken"
    LOGIN_NEEDED = "login_needed"


class Season(StrEnum):
    """The season that a tyre is made for."""

    SUMMER = "SUMMER"
    WINTER = "WINTER"
    ALL_SEASON = "ALL_SEASON"


@record
class DepartureTimer:
    """One weekly departure time of the charging plan; `time` is local to the car."""

    id: int
    time: time | None
    active: bool
    days: tuple[Weekday, ...] = ()


@record
class ClimateTimer:
    """One departure time for preconditioning the cabin; `time` is local to the car."""

    time: time
    active: bool
    weekly: bool
    days: tuple[Weekday, ...] = ()


@record
class ChargingProfile:
    """The charging plan; a command that changes a part of it has to send all of it."""

    mode: ChargingMode | None = None
    preference: ChargingPreference | None = None
    timer_type: TimerType | None = None
    preconditioning: bool = False
    window_start: time | None = None
    window_end: time | None = None
    timers: tuple[DepartureTimer, ...] = ()


@record
class ServiceItem:
    """One condition-based service item; `distance` is the remaining distance in km."""

    type: str
    status: ServiceStatus | None
    due: date | None = None
    distance: float | None = None
    description: str | None = None


@record
class CheckControlMessage:
    """One check-control message; `distance` is the remaining distance in km."""

    type: str
    severity: Severity | None
    description: str | None = None
    id: str | None = None
    distance: float | None = None


@record
class TireComparison:
    """A tyre pressure and its target in kPa, measured together."""

    pressure: float
    target: float

    @property
    def deviation(self) -> float:
        """The difference of the pressure to the target in kPa."""
        return self.pressure - self.target

    @property
    def off(self) -> bool:
        """Whether the pressure is more than 8 % below or 15 % above the target."""
        return not _LOWEST <= self.pressure / self.target <= _HIGHEST


_LOWEST = 0.92
_HIGHEST = 1.15


@record
class Tire:
    """One mounted tyre, apart from its pressure."""

    season: Season | None = None
    manufactured: date | None = None
    mounted: date | None = None
    dimension: str | None = None
    manufacturer: str | None = None
    tread: str | None = None


def next_service_by_time(items: tuple[ServiceItem, ...]) -> ServiceItem | None:
    """Return the item that is due first by date; equal dates are ordered by type."""
    dated = [item for item in items if item.due is not None]
    return min(dated, key=lambda item: (item.due or date.max, item.type), default=None)


def next_service_by_distance(items: tuple[ServiceItem, ...]) -> ServiceItem | None:
    """Return the item that is due first by distance; equal distances are ordered by type."""
    measured = [item for item in items if item.distance is not None]
    return min(measured, key=lambda item: (item.distance or 0.0, item.type), default=None)


def by_severity(messages: tuple[CheckControlMessage, ...]) -> list[CheckControlMessage]:
    """Return the messages, most severe first; unknown severity ranks between medium and low."""
    return sorted(messages, key=lambda message: _WORST_FIRST.index(message.severity))


_WORST_FIRST: tuple[Severity | None, ...] = (
    Severity.CRITICAL,
    Severity.HIGH,
    Severity.MEDIUM,
    None,
    Severity.LOW,
)


def by_urgency(items: tuple[ServiceItem, ...]) -> list[ServiceItem]:
    """Return the items, most urgent first; equal ones are ordered by date."""
    return sorted(items, key=lambda item: (_URGENT_FIRST.index(item.status), item.due or date.max))


_URGENT_FIRST: tuple[ServiceStatus | None, ...] = (
    ServiceStatus.OVERDUE,
    ServiceStatus.PENDING,
    None,
    ServiceStatus.OK,
)
