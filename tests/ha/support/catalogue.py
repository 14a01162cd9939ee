"""BMW's catalogue of descriptors, and what should be seen of everything that it documents.

`catalogue.json` holds the facts of all 295 descriptors as BMW lists them.
"""

from collections.abc import Iterator, Mapping
from itertools import chain
import json
from pathlib import Path
import re
from typing import Any, Final, NamedTuple

from custom_components.mybmw.client.core.values import DriveTrain

CATALOGUE: Final[dict[str, dict[str, Any]]] = {
    item["descriptor"]: item
    for item in json.loads(Path(__file__).with_name("catalogue.json").read_text("utf-8"))
}
SAME: Final = "same"
SOME: Final = "some"


class Case(NamedTuple):
    """A value, and what is shown after it: a state, a number, SOME state, or the SAME as before."""

    value: Any
    unit: str | None = None
    shown: str | float = SAME


TRAINS: Final = {
    "BEV": DriveTrain.ELECTRIC,
    "BEV_REX": DriveTrain.ELECTRIC_WITH_RANGE_EXTENDER,
    "PHEV": DriveTrain.PLUGIN_HYBRID,
    "CONV": DriveTrain.COMBUSTION,
    "MHEV": DriveTrain.MILD_HYBRID,
}
"""The drive trains by their names in the basic data."""

_TYPES: Final = {"BEV_REX": {"BEV"}, "CONV": {"ICE"}}
_FUEL: Final = re.compile(
    r"fuelSystem\.(level|remainingFuel)|lastRemaining|remainingRange$|ect$|obfcm$"
)
_HIGH_VOLTAGE: Final = re.compile(
    r"electricEngine|chargingPort|tractionBattery|powertrain\.electric|batteryManagement|body\.flap"
)

E: Final = "vehicle.drivetrain.electricEngine"
B: Final = "vehicle.powertrain.electric.battery"
NAVIGATION: Final = "vehicle.cabin.infotainment.navigation"
PRECONDITIONING: Final = "vehicle.cabin.hvac.preconditioning"
TIMERS: Final = "vehicle.cabin.climate.timers"

NOWHERE: Final = {
    f"{NAVIGATION}.destinationSet.latitude": "nobody knows its scale",
    f"{NAVIGATION}.destinationSet.longitude": "nobody knows its scale",
    "vehicle.chassis.axle.wheel.tire.diagnosis": "an endpoint of its own",
    "vehicle.extras.optionalEquipment.code": "part of the basic data",
    "vehicle.learningNavigation": "an endpoint that is no more",
    "vehicle.look.image": "an endpoint of its own",
    "vehicle.vehicleIdentification.basicVehicleData": "an endpoint of its own",
    f"{B}.charging.history.sessionsList": "an endpoint of its own",
    f"{B}.charging.settingsList": "an endpoint of its own",
}
"""The descriptors that have no entity, and why."""

ELSEWHERE: Final = {
    "vehicle.body.chargingPort.isHospitalityActive": "unlock_cable_after_charging",
    "vehicle.body.chargingPort.status": "connection_status",
    "vehicle.body.flap.isPermanentlyUnlocked": "charging_flap_unlocked",
    "vehicle.body.hood.isOpen": "lids.hood",
    "vehicle.body.trunk.isOpen": "lids.trunk",
    "vehicle.body.trunk.window.isOpen": "windows.rear",
    f"{TIMERS}.overwriteTimer.hour": "climate.timer.once",
    f"{TIMERS}.overwriteTimer.minute": "climate.timer.once",
    f"{TIMERS}.weekdaysTimer1.hour": "climate.timer.first",
    f"{TIMERS}.weekdaysTimer1.minute": "climate.timer.first",
    f"{TIMERS}.weekdaysTimer2.hour": "climate.timer.second",
    f"{TIMERS}.weekdaysTimer2.minute": "climate.timer.second",
    "vehicle.cabin.door.row1.driver.isOpen": "lids.left_front",
    "vehicle.cabin.door.row1.passenger.isOpen": "lids.right_front",
    "vehicle.cabin.door.row2.driver.isOpen": "lids.left_rear",
    "vehicle.cabin.door.row2.passenger.isOpen": "lids.right_rear",
    "vehicle.cabin.door.status": "doors_and_windows.lock_state_detail",
    f"{PRECONDITIONING}.status.comfortState": "climate.activity",
    f"{NAVIGATION}.currentLocation.heading": "vehicle_location.heading",
    "vehicle.cabin.sunroof.overallStatus": "lids.sun_roof",
    "vehicle.cabin.window.row1.driver.status": "windows.left_front",
    "vehicle.cabin.window.row1.passenger.status": "windows.right_front",
    "vehicle.cabin.window.row2.driver.status": "windows.left_rear",
    "vehicle.cabin.window.row2.passenger.status": "windows.right_rear",
    **{
        f"vehicle.chassis.axle.row{row}.wheel.{side}.tire.{kind}": f"tires.{end}_{side}.{word}"
        for row, end in ((1, "front"), (2, "rear"))
        for side in ("left", "right")
        for kind, word in (("pressure", "current_pressure"), ("pressureTarget", "target_pressure"))
    },
    "vehicle.drivetrain.avgElectricRangeConsumption": "average_consumption",
    "vehicle.drivetrain.batteryManagement.header": "fuel_and_battery.remaining_battery_percent",
    "vehicle.drivetrain.batteryManagement.maxEnergy": "battery_capacity",
    f"{E}.charging.connectionType": "charging_connection_type",
    f"{E}.charging.profile.climatizationActive": "is_pre_entry_climatization_enabled",
    f"{E}.charging.profile.mode": "charging_profile.charging_mode",
    f"{E}.charging.profile.preference": "charging_profile.charging_preferences",
    f"{E}.charging.status": "fuel_and_battery.charging_status",
    f"{E}.charging.timeToFullyCharged": "charging_time_remaining",
    f"{E}.kombiRemainingElectricRange": "fuel_and_battery.remaining_range_electric",
    "vehicle.drivetrain.fuelSystem.level": "fuel_and_battery.remaining_fuel_percent",
    "vehicle.drivetrain.fuelSystem.remainingFuel": "fuel_and_battery.remaining_fuel",
    "vehicle.drivetrain.lastRemainingRange": "fuel_and_battery.remaining_range_total",
    "vehicle.electricalSystem.battery.stateOfCharge": "starter_battery_charge",
    "vehicle.electricalSystem.battery.voltage": "starter_battery_voltage",
    f"{B}.charging.acLimit.selected": "charging_profile.ac_current_limit",
    f"{B}.charging.power": "charging_power",
    f"{B}.stateOfCharge.target": "fuel_and_battery.charging_target",
    f"{B}.stateOfHealth.displayed": "battery_health",
    "vehicle.status.checkControlMessages": "check_control_message_count",
    "vehicle.status.conditionBasedServices": "next_service_by_time",
    "vehicle.vehicle.antiTheftAlarmSystem.alarm.armStatus": "alarm",
    "vehicle.vehicle.travelledDistance": "mileage",
}
"""The unique id, without the VIN, of what shows a descriptor that has no entity of its own."""

PLACE: Final = tuple(f"{NAVIGATION}.currentLocation.{part}" for part in ("latitude", "longitude"))

IN_TURN: Final = (
    (
        "vehicle.drivetrain.batteryManagement.header",
        f"{B}.stateOfCharge.displayed",
        f"{E}.charging.level",
        "vehicle.trip.segment.end.drivetrain.batteryManagement.hvSoc",
    ),
    (
        # What contradicts each other: the last of them counts
        "vehicle.isMoving",
        "vehicle.body.chargingPort.status",
        "vehicle.body.chargingPort.combinedStatus",
        "vehicle.powertrain.tractionBattery.charging.port.anyPosition.isPlugged",
        f"{E}.charging.connectorStatus",
        "vehicle.body.chargingPort.statusClearText",
        f"{E}.charging.status",
        f"{B}.charging.power",
        f"{E}.charging.timeToFullyCharged",
        f"{E}.charging.timeRemaining",
        f"{E}.charging.hvStatus",
    ),
    *((f"{NAVIGATION}.currentLocation.fixStatus", part) for part in PLACE),
    ("vehicle.cabin.door.status", "vehicle.cabin.door.lock.status"),
    (f"{PRECONDITIONING}.status.comfortState", "vehicle.vehicle.preConditioning.activity"),
    (
        "vehicle.drivetrain.batteryManagement.maxEnergy",
        "vehicle.drivetrain.batteryManagement.batterySizeMax",
    ),
    ("vehicle.vehicle.travelledDistance", "vehicle.trip.segment.end.travelledDistance"),
    (
        "vehicle.body.trunk.isOpen",
        "vehicle.body.trunk.door.isOpen",
        *(f"vehicle.body.trunk.{part}.door.isOpen" for part in ("upper", "lower", "left", "right")),
    ),
    ("vehicle.cabin.sunroof.overallStatus", "vehicle.cabin.sunroof.status"),
    ("vehicle.cabin.sunroof.overallStatus", "vehicle.cabin.sunroof.tiltStatus"),
    (f"{E}.kombiRemainingElectricRange", f"{E}.remainingElectricRange"),
    ("vehicle.drivetrain.lastRemainingRange", "vehicle.drivetrain.totalRemainingRange"),
    (f"{B}.stateOfCharge.target", f"{B}.stateOfCharge.targetSoCForProfessionalMode"),
)
"""Descriptors that say the same, best first; they speak one after the other."""

UNKNOWN: Final = "unknown"
NULLS: Final = ("INVALID", "SIGNAL_INVALID", "UNKNOWN", "-NA-", "ASN_isUnknown")
NO_ACTION: Final = {
    f"{TIMERS}.{timer}.action" for timer in ("overwriteTimer", "weekdaysTimer1")
} | {
    f"{TIMERS}.weekdaysTimer2.action",
    "vehicle.body.flap.isPermanentlyUnlocked",
}
"""Where NO_ACTION is no value."""

WORDS_ONLY: Final = {f"{E}.charging.acRestriction.isChosen"}
"""What BMW calls a truth value although it is one of several words."""

YES: Final = re.compile(
    "true|1|ASN_isTrue|OPEN|INTERMEDIATE|CONNECTED|CHOSEN|HOSPITALITY_ACTIVE|AC_LIMIT_ACTIVE"
    "|DIRECT_CHG_ONCE_ACTIVE|ACTIVATE|FLAP_UNLOCKED|OPEN_TILT|INTERMEDIATE_TILT",
    re.IGNORECASE,
)
LOCKS: Final = {"vehicle.body.trunk.isLocked", "vehicle.body.flap.isLocked"}
"""What is true when it is locked; to Home Assistant a lock that is on is open."""

CHARGING: Final = {
    "NOCHARGING": "not_charging",
    "INITIALIZATION": "plugged_in",
    "CHARGINGPAUSED": "waiting_for_charging",
    "CHARGINGENDED": "complete",
    "CHARGINGERROR": "error",
    "CHARGINGACTIVE": "charging",
}
SHOWN_AS: Final[Mapping[str, Mapping[str, str]]] = {
    f"{E}.charging.status": CHARGING,
    f"{E}.charging.phaseNumber": {
        "1-PHASES": "one_phase",
        "2-PHASES": "two_phases",
        "3-PHASES": "three_phases",
    },
    f"{PRECONDITIONING}.status.comfortState": {
        "NOT_ACTIVE": "inactive",
        "COMFORT_HEATING": "heating",
        "COMFORT_COOLING": "cooling",
        "COMFORT_VENTILATION": "ventilation",
        "DEFROST": "heating",
        "COMFORT_UNDEFINED": "ventilation",
    },
    "vehicle.vehicle.antiTheftAlarmSystem.alarm.armStatus": {
        "unarmed": "not_armed",
        "doorsOnly": "armed",
        "doorsTiltCabin": "armed",
    },
    "vehicle.electricalSystem.battery.serviceDemand.replace": {
        "200": "good",
        "140": "replace_recommended",
        "110": "replace_required",
        "80": "replace_urgent",
    },
    "vehicle.cabin.door.status": {"SELECTIVELOCKED": "selective_locked"},
    "vehicle.cabin.door.lock.status": dict.fromkeys(
        ("SELECTIVELOCKED", "SELECTIVE-LOCKED"), "selective_locked"
    ),
}
"""How words come out, where they do not stay as they are."""

NOT_PLAUSIBLE: Final = {
    (f"{E}.hvsMaxEnergyAbsolute", 0.0): "stands for nothing",
    ("vehicle.drivetrain.batteryManagement.batterySizeMax", 0.0): "stands for nothing",
    ("vehicle.drivetrain.batteryManagement.maxEnergy", 0.0): "stands for nothing",
    ("vehicle.drivetrain.lastRemainingRange", 6500.0): "no car goes that far",
    ("vehicle.drivetrain.lastRemainingRange", 3250.0): "no car goes that far",
    (f"{B}.charging.acLimit.selected", 252.0): "stands for nothing",
    (f"{B}.charging.acLimit.selected", 126.0): "no car takes that",
    (f"{B}.charging.acLimit.selected", 0.0): "stands for nothing",
    ("vehicle.drivetrain.avgElectricRangeConsumption", 0.0): "stands for nothing",
    **{
        (f"vehicle.chassis.axle.row{row}.wheel.{side}.tire.{kind}", 0.0): "stands for nothing"
        for kind in ("pressure", "pressureTarget")
        for row in (1, 2)
        for side in ("left", "right")
    },
}
"""Documented numbers that nothing shows, and why."""


def text(value: object, shown: str | float = SOME) -> Case:
    """Make a case without a unit."""
    return Case(value, None, shown)


_SERVICES: Final = json.dumps(
    [{"title": "Engine oil", "date": "2027-03", "status": "OK", "unitOfLengthRemaining": "900 km"}]
)
_MESSAGES: Final = json.dumps(
    [{"value": json.dumps({"messageType": "X", "status": "LOW", "text": "Y"})}]
)
SAMPLES: Final[Mapping[str, tuple[Case, ...]]] = {
    PLACE[0]: (Case(-90, "degrees", -90), Case(52.5, "°", 52.5), text("90", 90)),
    PLACE[1]: (Case(-180, "degrees", -180), Case(0, "°", 0), text("180", 180)),
    "vehicle.vehicle.travelledDistance": (
        # A car that does not know it
        Case(0, "km", SAME),
        Case("1000", "km", 1000),
        Case(1000, "mi", 1609.3),
        Case("1001", "miles", 1610.9),
        Case(1650, None, 1650),
        Case(500_000, "km", SAME),
        Case("500000", "KILOMETERS", SAME),
        Case("1700", "KILOMETERS", 1700),
    ),
    f"{B}.stateOfCharge.target": (
        Case(0, "%", SAME),
        Case(80, None, 80),
        Case("90", "percent", 90),
        # Believed at once, since the state of charge comes with it
        Case(100, "%", 100),
        Case("100", None, 100),
    ),
    f"{E}.kombiRemainingElectricRange": (
        Case(0, "km", 0),
        Case("480", "KILOMETERS", 480),
        Case(200, "mi", 321.9),
        Case("201", "MILES", 323.5),
        Case(475, None, 475),
        # No car goes that far
        Case(4000, "km", SAME),
        Case(2485, "mi", SAME),
    ),
    # The last one is what makes the time that is left count
    f"{E}.charging.status": tuple(text(word, shown) for word, shown in CHARGING.items()),
    f"{E}.charging.timeToFullyCharged": (
        Case(600, "min", 600),
        Case("90", "Min", 90),
        Case(2, "h", 120),
        text(45, 45),
        # Nothing is left, and what stands for nothing
        Case(0, "min", SAME),
        Case(65_500, "min", SAME),
    ),
    f"{B}.charging.power": (Case(0, "W", 0), Case(7400, None, 7.4), Case("11000", "w", 11)),
    f"{PRECONDITIONING}.status.remainingRunningTime": (
        Case(0, "s", UNKNOWN),
        Case(1800, None, 30),
        Case("20", "min", 20),
        # Longer than a day
        Case(10_000_000, "s", SAME),
    ),
    "vehicle.cabin.infotainment.displayUnit.distance": (text("miles"), text("km", "km")),
    "vehicle.cabin.infotainment.hmi.distanceUnit": (text("MILES"), text("KILOMETERS")),
    "vehicle.status.conditionBasedServices": (
        text(_SERVICES, "2027-03-01"),
        text(json.loads(_SERVICES), "2027-03-01"),
    ),
    "vehicle.status.checkControlMessages": (text("[]", 0), text(_MESSAGES, 1)),
    "vehicle.electronicControlUnit.diagnosticTroubleCodes.raw": (
        text("[]", 0),
        text([], 0),
        text('["a", "b"]', 2),
        text([{"code": 1}], 1),
    ),
    "vehicle.serviceDemand.defect.id": (text("[]", 0), text('[{"id": 1}]', 1)),
    "vehicle.channel.teleservice.lastAutomaticServiceCallTime": (
        text("04.05.2026 10:11 UTC", "2026-05-04T10:11:00+00:00"),
        text("05/04/2026 10:12 UTC", "2026-05-04T10:12:00+00:00"),
        text("05/04/2026 10:13 PM UTC", "2026-05-04T22:13:00+00:00"),
    ),
    **dict.fromkeys(
        (
            "vehicle.channel.teleservice.lastBreakdownCallTime",
            "vehicle.channel.teleservice.lastManualCallTime",
            "vehicle.channel.teleservice.lastTeleserviceReportTime",
        ),
        (
            text("04.05.2026 10:11:12 UTC", "2026-05-04T10:11:12+00:00"),
            text("2026-05-04T10:11:13Z", "2026-05-04T10:11:13+00:00"),
        ),
    ),
    "vehicle.trip.segment.end.time": (
        text("04.05.2026 10:11:12 UTC", "2026-05-04T10:11:12+00:00"),
        text("05/04/2026 10:11:13 UTC", "2026-05-04T10:11:13+00:00"),
    ),
    "vehicle.status.serviceTime.inspectionDateLegal": (
        text("04.05.2027 00:00 UTC", "2027-05-04"),
        text("05/06/2027 00:00 UTC", "2027-05-06"),
        text("2027-05", "2027-05-01"),
    ),
    "vehicle.vehicle.antiTheftAlarmSystem.alarm.activationTime": (
        # The car's own clock, which is that of Los Angeles in tests of Home Assistant
        text("2026-05-04T10:11:12", "2026-05-04T17:11:12+00:00"),
    ),
    f"{NAVIGATION}.destinationSet.arrivalTime": (text("17:45", "17:45"),),
    "vehicle.channel.ngtp.timeVehicle": (text("23:59", "23:59"), text("11:59 pm", "11:59 pm")),
    f"{NAVIGATION}.currentLocation.numberOfSatellites": (text(0, 0), text("12", 12)),
    f"{NAVIGATION}.pointsOfInterests.max": (text(25, 25), text("25", 25)),
    "vehicle.status.serviceDistance.yellow": (
        Case(2000, "km", 2000),
        Case("1243", "mi", 2000.4),
    ),
    "vehicle.status.serviceTime.yellow": (Case(4, "weeks", 4), text("4", 4)),
    "vehicle.status.conditionBasedServicesAverageDistancePerDay": (Case("31", "km", 31),),
    f"{B}.charging.cableCheckVoltage": (Case("400", "V", 400),),
    f"{B}.stateOfHealth.displayed": (text("98", 98), text(97.5, 97.5)),
    "vehicle.electricalSystem.battery.stateOfCharge": (Case(0, "%", 0), Case("99", "percent", 99)),
    **{
        f"{TIMERS}.{timer}.{part}": (
            Case(first, unit, "00:00"),
            Case(last, unit, "23:59"),
            text(word, "07:05"),
        )
        for timer in ("overwriteTimer", "weekdaysTimer1", "weekdaysTimer2")
        for part, unit, first, last, word in (
            ("hour", "h", 0, 23, "7"),
            ("minute", "min", 0, 59, "5"),
        )
    },
}
"""What is sent of descriptors whose values are not listed, or that depend on others."""

SPELLINGS: Final[Mapping[str, tuple[str | None, ...]]] = {
    "%": ("%", "percent", "PERCENT", None),
    "km": ("km", "kilometers", "KILOMETERS", "mi", "miles", "MILES", None),
    "°C": ("°C", "celsius", "Celsius", "°F", None),
    "°": ("°", "degrees", None),
    "kPa": ("kPa", "kpa", None),
    "L": ("l", "L", "gal", None),
    "min": ("min", "Min", "h", None),
    "s": ("s", "min", None),
    "m": ("m", "ft", None),
    "km/h": ("km/h", "mph", None),
    "kWh/100km": ("kWh/100km", None),
}
FOREIGN: Final = {"mi", "ft", "°f", "mph", "gal", "mi/kwh", "kwh/62mi"}
CONVERTED: Final[Mapping[tuple[str, str], float]] = {
    ("mi", "km"): 1.609344,
    ("miles", "km"): 1.609344,
    ("ft", "m"): 0.3048,
    ("mph", "km/h"): 1.609344,
    ("gal", "l"): 3.785411784,
    ("h", "min"): 60,
    ("min", "s"): 60,
}
DISPLAYED: Final = {"kPa": "bar", "W": "kW", "s": "min"}
# No time left: the climate control does not run
OVER: Final = {("vehicle.vehicle.preConditioning.remainingTime", 0)}


def has(train: str, descriptor: str) -> bool:
    """Return whether a car with this drive train can have a descriptor.

    BMW lists things of the high-voltage battery for mild hybrids and even for combustion cars, and
    the health of the 48 V battery for all.
    """
    if "battery48V" in descriptor:
        return train == "MHEV"
    drives = TRAINS[train]
    if _HIGH_VOLTAGE.search(descriptor) and descriptor != f"{E}.charging.profile.mode":
        if not drives.plugs_in:
            return False
    if train == "BEV_REX" and _FUEL.search(descriptor):
        return True
    return not _TYPES.get(train, {train}).isdisjoint(CATALOGUE[descriptor]["vehicle_types"])


def cases(descriptor: str) -> Iterator[Case]:
    """Yield everything that is documented of a descriptor, as the stream and as REST send it."""
    facts = CATALOGUE[descriptor]
    if descriptor in SAMPLES:
        yield from SAMPLES[descriptor]
    elif "values" in facts:
        if facts["type"] == "boolean" and descriptor not in WORDS_ONLY:
            yield from (text(False), text(True))
        yield from chain.from_iterable(_words(descriptor, word) for word in facts["values"])
    elif numbers := list(_numbers(facts)):
        yield from numbers
    else:
        yield text("something", "something")


def _words(descriptor: str, word: str) -> Iterator[Case]:
    kind = CATALOGUE[descriptor]["type"]
    shown = _shown(descriptor, word)
    if kind == "integer":
        yield text(int(word), shown)
    if word.lower() in ("true", "false"):
        yield text(word.lower() == "true", shown)
    yield text(word, shown)
    yield text(word.lower() if word.isupper() else word.upper(), shown)


def _shown(descriptor: str, word: str) -> str:
    if word in NULLS:
        return UNKNOWN
    if word == "NO_ACTION" and descriptor in NO_ACTION:
        return SAME
    slug = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", word).lower()
    return SHOWN_AS.get(descriptor, {}).get(word, slug)


def flag(descriptor: str, value: object) -> str:
    """Return how a binary sensor shows a word or a truth value."""
    word = str(value)
    if descriptor in LOCKS and word.lower() in ("true", "false"):
        return "off" if word.lower() == "true" else "on"
    return "on" if YES.fullmatch(word) else "off"


_RANGE: Final = re.compile(r"(-?[\d.]+) ?([^\d ]*(?:/100 km|/62 mi|/kWh)?) ?\.\. (-?[\d.]+) ?(.*)")


def _numbers(facts: Mapping[str, Any]) -> Iterator[Case]:
    """Yield the ends and the middle of each range as number and as text, in every unit."""
    usual: str | None = facts.get("unit")
    for part in re.split(r" or | ?\| ?", facts.get("range", "")):
        match = _RANGE.fullmatch(part)
        if match is None:
            continue
        low, high = float(match[1]), float(match[3])
        unit = match[4].replace("100 km", "100km").replace("62 mi", "62mi")
        foreign = unit if unit.lower() in FOREIGN else None
        spellings = [foreign] if foreign else SPELLINGS.get(usual or "", (usual, None))
        for number in (low, (low + high) / 2, high):
            yield Case(_plain(number), spellings[0], _result(facts, number, spellings[0]))
            yield Case(str(number), spellings[0], _result(facts, number, spellings[0]))
        for spelling in spellings[1:]:
            number = low + (high - low) / 4
            yield Case(_plain(number), spelling, _result(facts, number, spelling))


def _plain(number: float) -> float:
    return int(number) if number.is_integer() else number


def _result(facts: Mapping[str, Any], number: float, unit: str | None) -> float | str:
    if (facts["descriptor"], number) in NOT_PLAUSIBLE:
        return SAME
    if (facts["descriptor"], number) in OVER:
        return UNKNOWN
    return converted(number, (unit or "").lower(), facts.get("unit", ""))


def converted(number: float, unit: str, wanted: str) -> float:
    """Return a number in the unit that is shown."""
    if unit == "mi/kwh":
        return 100 / (number * 1.609344)
    if unit in ("°f", "f"):
        return (number - 32) / 1.8
    factor = CONVERTED.get((unit, wanted.lower()), 1.0)
    return number * factor * (0.01 if wanted == "kPa" else 1)
