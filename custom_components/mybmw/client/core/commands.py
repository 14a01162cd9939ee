"""What a car can be asked to do, and what became of it."""

from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum
from typing import Final

from .errors import PlaceError, TargetSocError
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


class CommandState(StrEnum):
    """How far a command has come.

    Unconfirmed means that it may have been carried out, but nothing shows it; confirmed and
    contradicted is what the next state of the car shows.
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
"""The states after which nothing follows but what the car itself reports."""


@dataclass(frozen=True, slots=True)
class Command:
    """Something that a car is asked to do; plain kinds need nothing else."""

    kind: CommandKind


@dataclass(frozen=True, slots=True)
class TargetSoc(Command):
    """Charge up to `percent`: 20 to 100 in steps of 5."""

    percent: int
    kind: CommandKind = field(default=CommandKind.TARGET_SOC, init=False)

    def __post_init__(self) -> None:
        """Refuse what no car accepts."""
        if not (20 <= self.percent <= 100 and self.percent % 5 == 0):
            raise TargetSocError("the target SoC must be 20 to 100 % in steps of 5")


@dataclass(frozen=True, slots=True)
class AcLimit(Command):
    """Draw at most `ampere` from an AC charger; the car names the limits it accepts."""

    ampere: int
    kind: CommandKind = field(default=CommandKind.AC_LIMIT, init=False)


@dataclass(frozen=True, slots=True)
class ChangeProfile(Command):
    """Change the charging plan; what is None stays as it is.

    `timers` replace those of the same id; the car has as many as it has. The preferred charging
    window is local to the car and may go past midnight.
    """

    mode: ChargingMode | None = None
    preconditioning: bool | None = None
    window_start: time | None = None
    window_end: time | None = None
    timers: tuple[DepartureTimer, ...] = ()
    kind: CommandKind = field(default=CommandKind.CHARGING_PROFILE, init=False)


@dataclass(frozen=True, slots=True)
class PointOfInterest:
    """A destination for the navigation system; what is not known is None."""

    position: Position
    name: str | None = None
    street: str | None = None
    postal_code: str | None = None
    city: str | None = None
    country: str | None = None
    formatted_address: str | None = None

    def __post_init__(self) -> None:
        """Refuse places that are not on earth."""
        if not (-90 <= self.position.latitude <= 90 and -180 <= self.position.longitude <= 180):
            raise PlaceError("the latitude must be within ±90, the longitude within ±180")

    @property
    def title(self) -> str:
        """What the car shows: the name, else the street or the address, else the coordinates."""
        coordinates = f"{self.position.latitude:.5f}, {self.position.longitude:.5f}"
        return self.name or self.street or self.formatted_address or coordinates

    @property
    def address(self) -> str:
        """The address in one line."""
        parts = (self.street, self.postal_code, self.city)
        return self.formatted_address or ", ".join(filter(None, parts)) or "Coordinates only"


@dataclass(frozen=True, slots=True)
class SendPoi(Command):
    """Send a destination to the car."""

    poi: PointOfInterest
    kind: CommandKind = field(default=CommandKind.SEND_POI, init=False)


@dataclass(frozen=True, slots=True)
class CommandResult:
    """What became of a command: how far it came by `time` (UTC), and why it went no further."""

    kind: CommandKind
    state: CommandState
    time: datetime
    reason: str | None = None
