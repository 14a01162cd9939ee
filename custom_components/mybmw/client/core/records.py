"""The records of the journal: trips and charges, and how their figures were made.

Distances are in km, energies in kWh, states of charge in %, times are aware.
"""

from dataclasses import field
from datetime import datetime
from enum import StrEnum
from typing import Final

from .value_class import record

_LONG_TRIP: Final = 10.0
_CLEAR_STEP: Final = 3.0
NEAR: Final = 2.0
"""A car that was driven fewer km than this has used hardly any fuel."""


class How(StrEnum):
    """How a figure was made, from the most to the least certain way."""

    USER = "user"
    METER = "meter"
    BMW = "bmw"
    TARIFF = "tariff"
    SOC = "soc"
    POWER = "power"
    TIME = "time"


class PlaceKind(StrEnum):
    """The kind of a place; unknown if the position is not known or not tracked."""

    HOME = "home"
    ZONE = "zone"
    AWAY = "away"
    UNKNOWN = "unknown"


class ChargingKind(StrEnum):
    """The kind of charging: less than 3.7 kW, more alternating current, or direct current."""

    AC_LOW = "ac_low"
    AC = "ac"
    DC = "dc"


class TripClass(StrEnum):
    """What a trip was for."""

    BUSINESS = "business"
    PRIVATE = "private"
    COMMUTE = "commute"


class ChargeEnd(StrEnum):
    """Why a charge has ended."""

    TARGET_REACHED = "target_reached"
    UNPLUGGED = "unplugged"
    INTERRUPTED = "interrupted"
    DRIVEN = "driven"
    SILENT = "silent"
    UNKNOWN = "unknown"


class PredictionBasis(StrEnum):
    """What a predicted state of charge is based on, besides the last measured one."""

    MEASURED = "measured"
    METER = "meter"
    POWER = "power"
    POWER_AND_TIME = "power_and_time"
    TIME = "time"
    EARLIER_CHARGES = "earlier_charges"


class CapacityBasis(StrEnum):
    """Where the usable capacity of a battery comes from."""

    USER = "user"
    CAR = "car"
    CHARGES = "charges"


@record
class Figure:
    """A number and how it was made."""

    value: float
    how: How


@record
class RecordPlace:
    """A place by its zone: entity id and name at the time of the record; never a position."""

    kind: PlaceKind = PlaceKind.UNKNOWN
    zone: str | None = None
    name: str | None = None


@record
class Money:
    """An amount in a currency (ISO 4217); partial if a part of the energy has no price."""

    amount: float
    currency: str
    how: How
    partial: bool = False


@record
class BatteryEstimate:
    """The usable capacity of a battery in kWh: its interval, and how many charges show it."""

    capacity: float
    low: float
    high: float
    charges: int


@record
class BatteryFigures:
    """What a charge has shown of the battery: its capacity in kWh, and what the car says of it.

    `shown` is by how much the kWh fell that were missing until it was full. `reported` is the
    capacity in kWh and `health` that in % that the car has sent.
    """

    shown: float | None = None
    reported: float | None = None
    health: float | None = None


@record
class ProjectedRange:
    """How far in km a car gets with a full battery, by its consumption in kWh/100 km.

    The consumption is that of so many `trips` of together `distance` km.
    """

    range: float
    capacity: float
    basis: CapacityBasis
    consumption: float
    distance: float
    trips: int


@record
class Prediction:
    """A predicted state of charge in steps of half a point.

    `since` is when the state of charge was last measured. `mean_error` is that of the last
    charges in points, None before there is one.
    """

    value: float
    basis: PredictionBasis
    since: datetime
    mean_error: float | None = None


@record
class EnergyCost:
    """What driving cost: charging and fuel, together and apart.

    Charging is that of `distance` km, fuel that of the trips of which the fuel is known, together
    `fuel_distance` km.
    """

    amount: float
    charging: float
    fuel: float
    distance: float
    fuel_distance: float


@record
class Trip:
    """One trip, or several that only one step of the odometer shows (`parts_unknown`).

    A `monthly` one is the total of old trips whose details were not to be kept.

    A start that is not known is after `not_before`. `facts` are the figures that the car has sent
    about the trip, by the key of their attribute. `inferred` says whether the category follows from
    the places, False if the user has set it or wants none.
    """

    id: str
    start: datetime | None
    end: datetime
    odometer_start: float
    odometer_end: float
    not_before: datetime | None = None
    start_soc: float | None = None
    end_soc: float | None = None
    energy: Figure | None = None
    fuel: Figure | None = None
    fuel_cost: Money | None = None
    electric_share: float | None = None
    origin: RecordPlace = field(default_factory=RecordPlace)
    destination: RecordPlace = field(default_factory=RecordPlace)
    count: int = 1
    parts_unknown: bool = False
    monthly: bool = False
    unseen: bool = False
    facts: tuple[tuple[str, float], ...] = ()
    category: TripClass | None = None
    inferred: bool | None = None
    note: str | None = None
    revision: int = 0

    @property
    def distance(self) -> float:
        """The difference of the odometer."""
        return self.odometer_end - self.odometer_start

    @property
    def consumption(self) -> float | None:
        """The consumption in kWh/100 km, None if it is not known well enough."""
        if self.energy is None or not self.distance or self._is_coarse:
            return None
        return 100 * self.energy.value / self.distance

    @property
    def _is_coarse(self) -> bool:
        """Whether the energy comes from too few whole percents of a short trip."""
        if self.energy is None or self.energy.how is not How.SOC or self.distance >= _LONG_TRIP:
            return False
        used = (self.start_soc or 0.0) - (self.end_soc or 0.0)
        return used < _CLEAR_STEP


@record
class Slot:
    """The energy from the grid in one quarter of an hour, which starts at `start` (UTC)."""

    start: datetime
    energy: float


@record
class HistoryRow:
    """What a row of BMW's history says of a charge; `detailed` if it has the power over time."""

    start: datetime
    end: datetime
    energy: float | None = None
    start_soc: float | None = None
    end_soc: float | None = None
    detailed: bool = False


@record
class Charge:
    """One charge, with its pauses; `energy` is from the grid, `battery_energy` in the battery.

    A start that is not known is after `not_before`. `rows` are those of BMW's history that belong
    to it; `seen_from` and `seen_until` is when the readings of the car show it, None if only the
    history has it. `power` is the mean in kW without pauses. `slots` add up to the energy. `curve`
    is the charging power in kW by time, kept until a row of the history is found. `metered` are the
    kWh that the charger at home has counted, if it has counted all of it. `billed` is what BMW says
    it cost. `costs` are those of the slots, in proportion to the energy if empty.
    """

    id: str
    start: datetime | None
    end: datetime
    not_before: datetime | None = None
    plugged: datetime | None = None
    unplugged: datetime | None = None
    start_soc: float | None = None
    end_soc: float | None = None
    energy: Figure | None = None
    battery_energy: Figure | None = None
    metered: float | None = None
    battery: BatteryFigures | None = None
    kind: ChargingKind | None = None
    power: float | None = None
    odometer: float | None = None
    place: RecordPlace = field(default_factory=RecordPlace)
    address: str | None = None
    public: bool | None = None
    preconditioned: bool = False
    pauses: int = 0
    ended_by: ChargeEnd = ChargeEnd.UNKNOWN
    unseen: bool = False
    rows: tuple[HistoryRow, ...] = ()
    seen_from: datetime | None = None
    seen_until: datetime | None = None
    slots: tuple[Slot, ...] = ()
    curve: tuple[tuple[datetime, float], ...] = ()
    cost: Money | None = None
    costs: tuple[float, ...] = ()
    billed: Money | None = None
    place_set: bool = False
    solar_share: float | None = None
    note: str | None = None
    revision: int = 0

    @property
    def at_home(self) -> bool:
        """Whether the energy counts as charged at home; at an unknown place, all but DC does."""
        if self.place.kind is PlaceKind.UNKNOWN:
            return self.kind is not ChargingKind.DC and self.public is not True
        return self.place.kind is PlaceKind.HOME


@record
class Refuelling:
    """Fuel that was put into the tank, which its level shows: litres and % before and after.

    `time` is when the higher level was first measured. `fuel_cost` is by the price of that time.
    """

    id: str
    time: datetime
    odometer_before: float
    odometer: float
    fuel_before: float | None = None
    fuel_after: float | None = None
    level_before: float | None = None
    level_after: float | None = None
    fuel_cost: Money | None = None
    revision: int = 0

    @property
    def end(self) -> datetime:
        """The time, as other records have it."""
        return self.time

    @property
    def fuel(self) -> float | None:
        """The litres that were put in, None if the car has used fuel between the two levels."""
        if self.fuel_before is None or self.fuel_after is None:
            return None
        near = self.odometer - self.odometer_before < NEAR
        return round(self.fuel_after - self.fuel_before, 1) if near else None


type Record = Trip | Charge
type AnyRecord = Record | Refuelling
