"""Several of CarData's descriptors report the same: which one counts, and for how long."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from custom_components.mybmw.client import Vehicle, attributes as a
from custom_components.mybmw.client.cardata.car_state import CarState
from custom_components.mybmw.client.cardata.readings import read_values
from custom_components.mybmw.client.core.attributes import AnyAttribute
from custom_components.mybmw.client.core.values import (
    ChargingMode,
    ChargingStatus,
    DriveTrain,
    LidState,
    Position,
)

NOON: Final = datetime(2026, 11, 12, 12, tzinfo=UTC)
E: Final = "vehicle.drivetrain.electricEngine"
B: Final = "vehicle.powertrain.electric.battery"
BODY: Final = "vehicle.body"
KOMBI: Final = f"{E}.kombiRemainingElectricRange"
TOTAL: Final = "vehicle.drivetrain.lastRemainingRange"
NAVIGATION: Final = "vehicle.cabin.infotainment.navigation"
STATUS: Final = f"{E}.charging.status"
UNIT: Final = "vehicle.cabin.infotainment.displayUnit.distance"


class Car:
    """A car that reports descriptors at minutes after noon."""

    def __init__(self, train: DriveTrain | None = DriveTrain.ELECTRIC) -> None:
        self.vehicle, self.memory = Vehicle("VIN"), CarState(train)

    def say(self, minute: float, values: dict[str, Any], unit: str | None = None) -> None:
        """Send one message."""
        time = NOON + timedelta(minutes=minute)
        data = {
            key: {"value": value, "unit": unit, "timestamp": time.isoformat()}
            for key, value in values.items()
        }
        self.vehicle.update(read_values(data, self.memory, time))

    def __getitem__(self, attribute: AnyAttribute) -> Any:
        return self.vehicle.value(attribute)


SECOND_BEST: Final[list[tuple[AnyAttribute, dict[str, Any], Any, dict[str, Any], Any]]] = [
    (
        a.CHARGER_CONNECTED,
        {f"{BODY}.chargingPort.status": "CONNECTED"},
        True,
        {f"{E}.charging.connectorStatus": "DISCONNECTED"},
        False,
    ),
    (
        a.CHARGER_CONNECTED,
        {f"{BODY}.chargingPort.status": "CONNECTED"},
        True,
        {f"{BODY}.chargingPort.statusClearText": "DISCONNECTED"},
        False,
    ),
    (
        a.CHARGING_STATUS,
        {STATUS: "CHARGINGACTIVE"},
        ChargingStatus.CHARGING,
        {f"{E}.charging.hvStatus": "FINISHED_NOT_FULL"},
        ChargingStatus.FINISHED_NOT_FULL,
    ),
    (
        a.CHARGING_TIME_LEFT,
        {f"{E}.charging.timeToFullyCharged": 90},
        90,
        {f"{E}.charging.timeRemaining": 60},
        60,
    ),
    (a.REMAINING_RANGE_ELECTRIC, {KOMBI: 200}, 200, {f"{E}.remainingElectricRange": 210}, 210),
    (
        a.LIDS["trunk"],
        {f"{BODY}.trunk.isOpen": "OPEN"},
        LidState.OPEN,
        {f"{BODY}.trunk.door.isOpen": False},
        LidState.CLOSED,
    ),
    (
        a.LIDS["trunk"],
        {f"{BODY}.trunk.isOpen": "CLOSED"},
        LidState.CLOSED,
        {f"{BODY}.trunk.left.door.isOpen": "true"},
        LidState.OPEN,
    ),
    (
        a.LIDS["sun_roof"],
        {"vehicle.cabin.sunroof.overallStatus": "OPEN"},
        LidState.OPEN,
        {"vehicle.cabin.sunroof.status": "CLOSED"},
        LidState.CLOSED,
    ),
]


@pytest.mark.parametrize(("attribute", "best", "value", "other", "second"), SECOND_BEST)
def test_second_best(
    attribute: AnyAttribute, best: dict[str, Any], value: Any, other: dict[str, Any], second: Any
) -> None:
    """What is second best counts where there is nothing better, or not for half an hour."""
    alone = Car()
    alone.say(0, other)
    assert alone[attribute] == second
    car = Car()
    car.say(0, best)
    assert car[attribute] == value
    car.say(5, other)
    assert car[attribute] == value
    car.say(45, other)
    assert car[attribute] == second
    car.say(46, best)
    assert car[attribute] == value


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_best_in_one_message(order: tuple[int, int]) -> None:
    """Whatever comes first in a message, the best counts."""
    for attribute, best, value, other, _ in SECOND_BEST:
        car, both = Car(), (best, other)
        car.say(0, both[order[0]] | both[order[1]])
        assert car[attribute] == value, attribute.key


def test_connector_error_is_no_plug() -> None:
    car = Car()
    car.say(0, {f"{E}.charging.connectorStatus": "ERROR"})
    assert car[a.CHARGER_CONNECTED] is None
    assert not car.memory.problems


def test_tailgate_in_parts() -> None:
    """A tailgate is open when one of its parts is."""
    car = Car()
    parts = [f"{BODY}.trunk.{part}.door.isOpen" for part in ("upper", "lower", "left", "right")]
    car.say(0, dict.fromkeys(parts, False))
    assert car[a.LIDS["trunk"]] is LidState.CLOSED
    car.say(1, {parts[1]: True})
    assert car[a.LIDS["trunk"]] is LidState.OPEN
    car.say(2, {parts[0]: False})
    assert car[a.LIDS["trunk"]] is LidState.OPEN
    car.say(3, {parts[1]: False})
    assert car[a.LIDS["trunk"]] is LidState.CLOSED


@pytest.mark.parametrize(
    ("slide", "tilt", "state"),
    [
        ("CLOSED", "CLOSED", LidState.CLOSED),
        ("OPEN", "CLOSED", LidState.OPEN),
        ("INTERMEDIATE", "CLOSED", LidState.INTERMEDIATE),
        ("CLOSED", "OPEN", LidState.OPEN_TILT),
        ("CLOSED", "INTERMEDIATE", LidState.OPEN_TILT),
        ("INVALID", "OPEN", LidState.OPEN_TILT),
        ("OPEN", "INVALID", LidState.OPEN),
        ("INVALID", "BANANA", None),
    ],
)
def test_sunroof_of_older_cars(slide: str, tilt: str, state: LidState | None) -> None:
    car = Car()
    car.say(0, {"vehicle.cabin.sunroof.status": slide, "vehicle.cabin.sunroof.tiltStatus": tilt})
    assert car[a.LIDS["sun_roof"]] is state


def test_target_of_the_professional_mode() -> None:
    """It counts where there is no other target."""
    key = f"{B}.stateOfCharge.targetSoCForProfessionalMode"
    car = Car()
    car.say(0, {key: 70})
    assert car[a.CHARGING_TARGET] == 70
    car.say(1, {f"{B}.stateOfCharge.target": 80})
    assert car[a.CHARGING_TARGET] == 80
    car.say(120, {key: 60})
    assert car[a.CHARGING_TARGET] == 80


def test_estimates_are_for_charging() -> None:
    """The other estimates keep their last value after the charge, where they mean nothing."""
    car = Car()
    car.say(0, {STATUS: "CHARGINGENDED", KOMBI: 300})
    car.say(60, {f"{E}.remainingElectricRange": 210, f"{E}.charging.timeRemaining": 22})
    assert car[a.REMAINING_RANGE_ELECTRIC] == 300
    assert car[a.CHARGING_TIME_LEFT] is None


def test_an_estimate_is_better_than_nothing() -> None:
    """The instruments of some cars say nothing at all, or nothing any more."""
    car = Car(DriveTrain.ELECTRIC)
    car.say(0, {STATUS: "CHARGINGENDED"})
    car.say(1, {f"{E}.remainingElectricRange": 210})
    assert (car[a.REMAINING_RANGE_ELECTRIC], car[a.REMAINING_RANGE_TOTAL]) == (210, 210)
    car.say(2, {KOMBI: 300})
    car.say(300, {f"{E}.remainingElectricRange": 290})
    assert (car[a.REMAINING_RANGE_ELECTRIC], car[a.REMAINING_RANGE_TOTAL]) == (300, 300)
    car.say(400, {f"{E}.remainingElectricRange": 280})
    assert (car[a.REMAINING_RANGE_ELECTRIC], car[a.REMAINING_RANGE_TOTAL]) == (280, 280)


def test_range_of_the_navigation() -> None:
    """It stands in for the fuel range of cars that only burn fuel."""
    key = f"{NAVIGATION}.remainingRange"
    car = Car(DriveTrain.COMBUSTION)
    car.say(0, {key: 500})
    assert car[a.REMAINING_RANGE_FUEL] == 500
    car.say(1, {TOTAL: 480})
    car.say(5, {key: 500})
    assert car[a.REMAINING_RANGE_FUEL] == 480
    for train in (DriveTrain.PLUGIN_HYBRID, DriveTrain.ELECTRIC, None):
        car = Car(train)
        car.say(0, {key: 500})
        assert car[a.REMAINING_RANGE_FUEL] is None


def test_fuel_range_is_that_of_one_trip() -> None:
    """What was charged since the last trip is no fuel that has gone."""
    car = Car(DriveTrain.PLUGIN_HYBRID)
    car.say(0, {KOMBI: 0})
    car.say(30, {TOTAL: 500})
    assert car[a.REMAINING_RANGE_FUEL] == 500
    car.say(300, {KOMBI: 60})
    assert car[a.REMAINING_RANGE_FUEL] == 500
    assert car[a.REMAINING_RANGE_ELECTRIC] == 60
    car.say(301, {TOTAL: 560})
    assert car[a.REMAINING_RANGE_FUEL] == 500


def test_no_place_without_a_fix() -> None:
    place = {
        f"{NAVIGATION}.currentLocation.latitude": 48.1,
        f"{NAVIGATION}.currentLocation.longitude": 11.5,
    }
    fix = f"{NAVIGATION}.currentLocation.fixStatus"
    car = Car()
    car.say(0, place | {fix: "NO_FIX"})
    assert car[a.POSITION] is None
    car.say(2, {fix: "GPS_FIX_3D"})
    car.say(2, place)
    assert car[a.POSITION] == Position(48.1, 11.5)


def test_unit_of_the_display_is_read_first() -> None:
    """Miles without a unit are miles even if they come before what says so."""
    car = Car()
    car.say(0, {"vehicle.vehicle.travelledDistance": "100", UNIT: "miles"})
    assert car[a.MILEAGE] == 160.9


@pytest.mark.parametrize("unit", ["banana", "", 5, [], {"km": 1}])
def test_nonsense_as_unit_of_the_display(unit: Any) -> None:
    car = Car()
    car.say(0, {UNIT: unit})
    car.say(1, {"vehicle.vehicle.travelledDistance": "100"})
    assert car[a.MILEAGE] == 100


def test_nonsense_is_not_remembered() -> None:
    """Nonsense about one part of a fact does not spoil the others."""
    car = Car(DriveTrain.PLUGIN_HYBRID)
    car.say(0, {STATUS: "CHARGINGACTIVE", f"{E}.charging.timeToFullyCharged": 90, KOMBI: 40})
    car.say(0, {f"{B}.charging.power": 7400})
    car.say(1, {f"{B}.charging.power": "BANANA", KOMBI: "far"})
    assert car[a.CHARGING_STATUS] is ChargingStatus.CHARGING
    assert (car[a.CHARGING_TIME_LEFT], car[a.CHARGING_POWER]) == (90, 7.4)
    car.say(2, {TOTAL: 440})
    assert car[a.REMAINING_RANGE_TOTAL] == 440
    assert car[a.REMAINING_RANGE_FUEL] == 400
    assert "BANANA" not in str(car.memory.values)


@pytest.mark.parametrize(
    ("value", "unlocked"),
    [("FLAP_UNLOCKED", True), ("FLAP_LOCKED", False), (True, True), ("false", False)],
)
def test_flap_that_stays_unlocked(value: Any, unlocked: bool) -> None:
    car = Car()
    car.say(0, {f"{BODY}.flap.isPermanentlyUnlocked": value})
    assert car[a.FLAP_PERMANENTLY_UNLOCKED] is unlocked


def test_profile_mode_of_any_car() -> None:
    """BMW lists it for all cars, since it is about preconditioning as well."""
    car = Car(DriveTrain.COMBUSTION)
    car.say(0, {f"{E}.charging.profile.mode": "DELAYED_CHARGING"})
    assert car[a.CHARGING_MODE] is ChargingMode.DELAYED


def test_fuel_in_gallons() -> None:
    car = Car(DriveTrain.COMBUSTION)
    car.say(0, {"vehicle.drivetrain.fuelSystem.remainingFuel": "10"}, "gal")
    assert car[a.REMAINING_FUEL] == pytest.approx(37.85, abs=0.01)
