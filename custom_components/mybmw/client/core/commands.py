"""Commands to cars, their parameters and results."""

from dataclasses import field
from datetime import datetime, time
from enum import StrEnum
from typing import Final

from .errors import InvalidValueError, PlaceError, TargetSocError
from .value_class import record
from .values import ChargingMode, DepartureTimer, Position


class CommandKind(StrEnum):
    """The kinds of commands."""

    LIGHT_FLASH = "light_flash"
    HORN_BLOW = "horn_blow"
    DOOR_LOCK = "door_lock"
    DOOR_UNLOCK = "door_unlock"
    CLIMATE_START = "climate_start"
    CLIMATE_STOP = "climate_stop"
    VEHICLE_FINDER = "vehicle_finder"
    CHARGE_START = "charge_start"
    CHARGE_STOP = "charge_stop"
    TARGET_SOC = "target_soc"
    AC_LIMIT = "ac_limit"
    CHARGING_PROFILE = "charging_profile"
    SEND_POI = "send_poi"
    SEND_MESSAGE = "send_message"


class CommandState(StrEnum):
    """The progress of a command.

    UNCONFIRMED: it may have been executed, but no state of the car shows it yet. CONFIRMED and
    CONTRADICTED: a later state of the car shows that it was executed, or was not.
    """

    INITIATED = "INITIATED"
    PENDING = "PENDING"
    DELIVERED = "DELIVERED"
    EXECUTED = "EXECUTED"
    IGNORED = "IGNORED"
    ERROR = "ERROR"
    TIMED_OUT = "TIMED_OUT"
    UNCONFIRMED = "UNCONFIRMED"
    CONFIRMED = "CONFIRMED"
    CONTRADICTED = "CONTRADICTED"


FINAL: Final = (
    CommandState.EXECUTED,
    CommandState.IGNORED,
    CommandState.ERROR,
    CommandState.TIMED_OUT,
    CommandState.UNCONFIRMED,
    CommandState.CONFIRMED,
    CommandState.CONTRADICTED,
)
"""The states after which the service reports nothing more of a command."""


@record
class Command:
    """A command to a car; kinds with parameters are subclasses."""

    kind: CommandKind


@record
class TargetSoc(Command):
    """Set the target SoC to `percent`: 20 to 100 in steps of 5."""

    percent: int
    kind: CommandKind = field(default=CommandKind.TARGET_SOC, init=False)

    def __post_init__(self) -> None:
        """Raise TargetSocError for a value that no car accepts."""
        if not (20 <= self.percent <= 100 and self.percent % 5 == 0):
            raise TargetSocError("the target SoC must be 20 to 100 % in steps of 5")


@record
class AcLimit(Command):
    """Limit the AC charging current to `ampere`, one of the values that the car accepts."""

    ampere: int
    kind: CommandKind = field(default=CommandKind.AC_LIMIT, init=False)


@record
class ChangeProfile(Command):
    """Change the charging plan; fields that are None are not changed.

    `timers` replace those of the same id; none can be added. The charging window is in the local
    time of the car, and may end after midnight.
    """

    mode: ChargingMode | None = None
    preconditioning: bool | None = None
    window_start: time | None = None
    window_end: time | None = None
    timers: tuple[DepartureTimer, ...] = ()
    kind: CommandKind = field(default=CommandKind.CHARGING_PROFILE, init=False)


@record
class PointOfInterest:
    """A destination for the navigation system; unknown fields are None."""

    position: Position
    name: str | None = None
    street: str | None = None
    postal_code: str | None = None
    city: str | None = None
    country: str | None = None
    formatted_address: str | None = None

    def __post_init__(self) -> None:
        """Raise PlaceError for a latitude or longitude that is out of range."""
        if not (-90 <= self.position.latitude <= 90 and -180 <= self.position.longitude <= 180):
            raise PlaceError("the latitude must be within ±90, the longitude within ±180")

    @property
    def title(self) -> str:
        """The title to display: the name, street, address or coordinates, whichever is known."""
        coordinates = f"{self.position.latitude:.5f}, {self.position.longitude:.5f}"
        return self.name or self.street or self.formatted_address or coordinates

    @property
    def address(self) -> str:
        """The address in one line."""
        parts = (self.street, self.postal_code, self.city)
        return self.formatted_address or ", ".join(filter(None, parts)) or "Coordinates only"


@record
class SendPoi(Command):
    """Send a destination to the car."""

    poi: PointOfInterest
    kind: CommandKind = field(default=CommandKind.SEND_POI, init=False)


@record
class SendMessage(Command):
    """Show a text of at most 255 characters in the car, under a subject."""

    text: str
    subject: str | None = None
    kind: CommandKind = field(default=CommandKind.SEND_MESSAGE, init=False)


@record
class FlashLights(Command):
    """Flash the headlights some times, 1 to 10."""

    count: int
    kind: CommandKind = field(default=CommandKind.LIGHT_FLASH, init=False)

    def __post_init__(self) -> None:
        """Refuse what no car is asked for."""
        if not 1 <= self.count <= 10:
            raise InvalidValueError("the headlights flash 1 to 10 times")


@record
class CommandResult:
    """The state of a command at `time` (UTC), and the reason if it failed."""

    kind: CommandKind
    state: CommandState
    time: datetime
    reason: str | None = None
