"""A generated car for timelines: its equipment, its state, and the values that it sends."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final, Self

from .fingerprints import Json
from .timeline import LATITUDE, LONGITUDE, TRIP_END, Change, Value

_CABIN: Final = "vehicle.cabin"
_NAVIGATION: Final = f"{_CABIN}.infotainment.navigation"
CHARGING: Final = "vehicle.drivetrain.electricEngine.charging"
_BATTERY: Final = "vehicle.powertrain.electric.battery"
_PORT: Final = "vehicle.powertrain.tractionBattery.charging.port.anyPosition"
_TRIP: Final = "vehicle.trip.segment"
_TRIP_DISTANCE: Final = f"{_TRIP}.end.travelledDistance"
_TRIP_SOC: Final = f"{_TRIP}.end.drivetrain.batteryManagement.hvSoc"
_TRIP_SHARE: Final = f"{_TRIP}.accumulated.drivetrain.transmission.setting.fractionDriveElectric"
_STARTER_SOC: Final = "vehicle.electricalSystem.battery.stateOfCharge"
_STARTER_VOLTAGE: Final = "vehicle.electricalSystem.battery.voltage"

HEADER: Final = "vehicle.drivetrain.batteryManagement.header"
DISPLAYED: Final = f"{_BATTERY}.stateOfCharge.displayed"
TARGET: Final = f"{_BATTERY}.stateOfCharge.target"
CAPACITY: Final = "vehicle.drivetrain.batteryManagement.maxEnergy"
ELECTRIC_RANGE: Final = "vehicle.drivetrain.electricEngine.kombiRemainingElectricRange"
TOTAL_RANGE: Final = "vehicle.drivetrain.lastRemainingRange"
FUEL: Final = "vehicle.drivetrain.fuelSystem.remainingFuel"
FUEL_LEVEL: Final = "vehicle.drivetrain.fuelSystem.level"
ODOMETER: Final = "vehicle.vehicle.travelledDistance"
_OVER_LIFE: Final = "vehicle.drivetrain.fuelSystem.consumptionOverLifeTime"
LIFETIME_DISTANCE: Final = f"{_OVER_LIFE}.overall.referenceDistance"
LIFETIME_FUEL: Final = f"{_OVER_LIFE}.overall.fuel"
LIFETIME_ELECTRIC: Final = f"{_OVER_LIFE}.inChargeDepleting.referenceDistanceEngineOff"
HEADING: Final = f"{_NAVIGATION}.currentLocation.heading"
FIX: Final = f"{_NAVIGATION}.currentLocation.fixStatus"
LOCK: Final = f"{_CABIN}.door.status"
DRIVER_DOOR: Final = f"{_CABIN}.door.row1.driver.isOpen"
ALARM: Final = "vehicle.vehicle.antiTheftAlarmSystem.alarm.armStatus"
IGNITION: Final = "vehicle.drivetrain.engine.isActive"
STATUS: Final = f"{CHARGING}.status"
HV_STATUS: Final = f"{CHARGING}.hvStatus"
METHOD: Final = f"{CHARGING}.method"
PHASES: Final = f"{CHARGING}.phaseNumber"
VOLTAGE: Final = f"{CHARGING}.acVoltage"
AMPERE: Final = f"{CHARGING}.acAmpere"
TIME_TO_FULL: Final = f"{CHARGING}.timeToFullyCharged"
ENERGY_TO_FULL: Final = f"{CHARGING}.smeEnergyDeltaFullyCharged"
POWER: Final = f"{_BATTERY}.charging.power"
PLUG: Final = "vehicle.body.chargingPort.status"
DC_PLUG: Final = "vehicle.body.chargingPort.dcStatus"
PLUG_COUNT: Final = "vehicle.body.chargingPort.plugEventId"

_WHEELS: Final = [(row, side) for row in (1, 2) for side in ("left", "right")]
_TYRES: Final = [f"vehicle.chassis.axle.row{row}.wheel.{side}.tire" for row, side in _WHEELS]
_SEATS: Final = [(row, side) for row in (1, 2) for side in ("driver", "passenger")]

type Facts = Mapping[str, Value]

SHUT: Final[Facts] = {
    **{f"{_CABIN}.door.row{row}.{side}.isOpen": "CLOSED" for row, side in _SEATS},
    **{f"{_CABIN}.window.row{row}.{side}.status": "CLOSED" for row, side in _SEATS},
    f"{_CABIN}.sunroof.overallStatus": "CLOSED",
    "vehicle.body.hood.isOpen": "CLOSED",
    "vehicle.body.trunk.isOpen": "CLOSED",
    "vehicle.body.trunk.window.isOpen": "CLOSED",
}
LOCKED: Final[Facts] = {LOCK: "SECURED", ALARM: "doorsTiltCabin"}
UNLOCKED: Final[Facts] = {LOCK: "UNLOCKED", ALARM: "unarmed"}
PLUGGED: Final[Facts] = {
    PLUG: "CONNECTED",
    f"{_PORT}.isPlugged": True,
    f"{_PORT}.flap.isOpen": True,
}
UNPLUGGED: Final[Facts] = {
    PLUG: "DISCONNECTED",
    f"{_PORT}.isPlugged": False,
    f"{_PORT}.flap.isOpen": False,
    STATUS: "NOCHARGING",
    METHOD: "NOCHARGING",
}
TARGET_PRESSURES: Final[Facts] = {f"{tyre}.pressureTarget": 250 for tyre in _TYRES}
STARTER_BATTERY: Final[Facts] = {_STARTER_SOC: 84, _STARTER_VOLTAGE: 12.4}

# Units in stream messages; other values have no unit (cardata.md#stream-messages)
UNITS: Final[Mapping[str, str]] = {
    **dict.fromkeys((HEADER, DISPLAYED, FUEL_LEVEL, _STARTER_SOC), "percent"),
    **dict.fromkeys((_TRIP_SOC, _TRIP_SHARE), "percent"),
    **dict.fromkeys((ELECTRIC_RANGE, TOTAL_RANGE, ODOMETER), "km"),
    **dict.fromkeys((LATITUDE, LONGITUDE, HEADING), "degrees"),
    **dict.fromkeys((CAPACITY, ENERGY_TO_FULL), "kWh"),
    **dict.fromkeys((VOLTAGE, _STARTER_VOLTAGE), "V"),
    **{f"{tyre}.{name}": "kPa" for tyre in _TYRES for name in ("pressure", "pressureTarget")},
    AMPERE: "A",
    **dict.fromkeys((LIFETIME_DISTANCE, LIFETIME_ELECTRIC), "km"),
    **dict.fromkeys((FUEL, LIFETIME_FUEL), "l"),
    POWER: "W",
    TIME_TO_FULL: "min",
}
_ALWAYS: Final = ("hargingPort", ".charging.", f"{_TRIP}.")
_KM_PER_MILE: Final = 1.609344
_LATENCY: Final = 1.5
_GAP: Final = 0.03
_RESERVE: Final = 8.0
_LAST_LITRE: Final = 1.0


class Drivetrain(StrEnum):
    """The drive train in basicData; CONV is a combustion engine only."""

    BEV = "BEV"
    PHEV = "PHEV"
    ICE = "CONV"


@dataclass(frozen=True, slots=True)
class CarState:
    """A parked car: kWh, litres, km, percent, degrees, and kWh or litres per 100 km.

    `live` cars send their position on the road. `sends` limits a car to these descriptors and
    those of charging and trips. A header that freezes keeps its value while charging. `burnt` and
    `electric_km` are counted over its lifetime.
    """

    drivetrain: Drivetrain = Drivetrain.BEV
    soc: float = 72.0
    target: int = 80
    capacity: float = 80.0
    consumption: float = 18.0
    fuel: float = 35.0
    tank: float = 50.0
    fuel_consumption: float = 6.5
    odometer: float = 20000.0
    burnt: float = 800.0
    electric_km: float = 9000.0
    home: tuple[float, float] = (48.1371, 11.5754)
    away: tuple[float, float] | None = None
    heading: int = 0
    work_km: float = 18.0
    bearing: float = 60.0
    plugged: bool = False
    plug_count: int = 0
    live: bool = True
    neue_klasse: bool = False
    header_freezes: bool = False
    miles: bool = False
    sends: frozenset[str] | None = None

    @classmethod
    def of(cls, basic_data: Json, telematics: Mapping[str, Any]) -> Self:
        """Return the car in answers of basicData and telematicData; it is at home."""
        drive_train = str(basic_data.get("driveTrain", "")).upper()
        kinds = {"BEV": Drivetrain.BEV, "PHE": Drivetrain.PHEV}
        items = {name: item for name, item in telematics.items() if isinstance(item, dict)}
        known = {name: item for name, item in items.items() if item.get("value") not in (None, "")}
        numbers = dict(_numbers(known))
        made = cls(
            kinds.get(drive_train[:3], Drivetrain.ICE),
            miles=known.get(ODOMETER, {}).get("unit") in {"mi", "miles"},
            neue_klasse=HEADER not in known and DISPLAYED in known,
            sends=frozenset(known),
        )
        kilometres = _KM_PER_MILE if made.miles else 1.0
        fuel, level = numbers.get(FUEL, made.fuel), numbers.get(FUEL_LEVEL, 0.0)
        return replace(
            made,
            soc=numbers.get(HEADER) or numbers.get(DISPLAYED) or made.soc,
            target=round(numbers.get(TARGET) or made.target),
            capacity=numbers.get(CAPACITY) or made.capacity,
            fuel=fuel,
            tank=100 * fuel / level if level else made.tank,
            odometer=numbers[ODOMETER] * kilometres if ODOMETER in numbers else made.odometer,
            home=(numbers.get(LATITUDE, made.home[0]), numbers.get(LONGITUDE, made.home[1])),
            plugged=known.get(PLUG, {}).get("value") == "CONNECTED",
            plug_count=round(numbers.get(PLUG_COUNT, 0.0)),
        )

    @property
    def electric(self) -> bool:
        """Whether the car has a plug."""
        return self.drivetrain is not Drivetrain.ICE

    @property
    def burns(self) -> bool:
        """Whether the car has a fuel tank."""
        return self.drivetrain is not Drivetrain.BEV

    @property
    def position(self) -> tuple[float, float]:
        """The position of the car."""
        return self.away or self.home

    @property
    def electric_range(self) -> float:
        """The electric range in km."""
        return self.soc * self.capacity / self.consumption if self.electric else 0.0

    @property
    def fuel_range(self) -> float:
        """The range with fuel in km."""
        return 100 * self.fuel / self.fuel_consumption if self.burns else 0.0

    def driven(self, km: float) -> Self:
        """Return the state after a drive: electric as far as possible, then with fuel."""
        electric = 0.0
        if self.electric:
            usable = max(0.0, self.soc - _RESERVE) * self.capacity / self.consumption
            electric = min(km, usable)
        needed = (km - electric) * self.fuel_consumption / 100 if self.burns else 0.0
        burnt = min(needed, max(0.0, self.fuel - _LAST_LITRE))
        return replace(
            self,
            soc=self.soc - electric * self.consumption / self.capacity,
            fuel=self.fuel - burnt,
            odometer=self.odometer + km,
            burnt=self.burnt + burnt,
            electric_km=self.electric_km + electric,
        )

    def say(self, at: float, *groups: Facts) -> Iterator[Change]:
        """Yield the values measured at one time that this car sends."""
        merged = {name: value for facts in groups for name, value in facts.items()}
        index = 0
        for name, value in merged.items():
            if not self._can_send(name):
                continue
            unit, delay = UNITS.get(name), _LATENCY + index * _GAP
            sent = value
            if self.miles and unit == "km" and isinstance(value, int | float):
                unit, sent = "mi", int(value / _KM_PER_MILE)
            yield Change(at + delay, name, sent, unit, delay)
            index += 1

    def _can_send(self, descriptor: str) -> bool:
        return (
            self.sends is None
            or descriptor in self.sends
            or any(part in descriptor for part in _ALWAYS)
        )

    def energy(self, *, charging: bool = False) -> Facts:
        """Yield battery charge, fuel level and ranges."""
        facts: dict[str, Value] = {}
        if self.electric:
            if self.neue_klasse:
                facts[DISPLAYED] = round(self.soc, 1)
            elif not (charging and self.header_freezes):
                facts[HEADER] = round(self.soc)
            facts[ELECTRIC_RANGE] = round(self.electric_range)
        if self.burns:
            facts[FUEL] = round(self.fuel)
            facts[FUEL_LEVEL] = round(100 * self.fuel / self.tank)
            facts[TOTAL_RANGE] = round(self.electric_range + self.fuel_range)
        return facts

    def counts(self) -> Facts:
        """Yield what a car with a tank has counted over its lifetime."""
        electric: Facts = {LIFETIME_ELECTRIC: round(self.electric_km, 1)} if self.electric else {}
        overall = {LIFETIME_DISTANCE: round(self.odometer, 1), LIFETIME_FUEL: round(self.burnt, 2)}
        return {**overall, **electric} if self.burns else {}

    def where(self) -> Facts:
        """Yield odometer and position."""
        latitude, longitude = self.position
        return {
            ODOMETER: int(self.odometer),
            LATITUDE: round(latitude, 7),
            LONGITUDE: round(longitude, 7),
            HEADING: self.heading,
        }

    def engine(self, *, running: bool) -> Facts:
        """Yield the ignition, which newer electric cars do not send."""
        return {IGNITION: f"ASN_is{running}"} if self.burns else {}

    def trip(self, ended: float, electric_share: float) -> Facts:
        """Yield the end of a trip and its electric part in %, for cars with a plug."""
        if not self.electric:
            return {}
        return {
            TRIP_END: timedelta(seconds=ended),
            _TRIP_DISTANCE: round(self.odometer, 1),
            _TRIP_SOC: round(self.soc, 1),
            _TRIP_SHARE: round(electric_share),
        }


def tyres(pressure: int) -> Facts:
    """Yield all tyres with this pressure in kPa."""
    return {f"{tyre}.pressure": pressure for tyre in _TYRES}


def _numbers(items: Mapping[str, Json]) -> Iterator[tuple[str, float]]:
    for name, item in items.items():
        try:
            yield name, float(item["value"])
        except TypeError, ValueError:
            continue
