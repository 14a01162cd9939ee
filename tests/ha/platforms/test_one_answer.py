"""One fact is shown by one enabled entity; what else reports it is a last resort of that one."""

from collections.abc import Iterator
import json
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.mybmw.binary_sensor import BINARY_SENSORS
from custom_components.mybmw.sensor import SENSORS
from tests.ha.support.catalogue import E as ELECTRIC
from tests.ha.support.silent_car import VIN, SilentCar, simulated
from tests.replay.cardata import SimulatedCarData

SERVICES: Final = "vehicle.status.conditionBasedServices"
DISTANCE: Final = "vehicle.status.serviceDistance.next"
INSPECTION: Final = "vehicle.status.serviceTime.inspectionDateLegal"
MAIN: Final = "next_service_by_distance"
BATTERY: Final = "vehicle.powertrain.electric.battery"
PORTS: Final = "vehicle.powertrain.tractionBattery.charging.port"
TRUNK: Final = "vehicle.body.trunk"
FACTS: Final = {
    "odometer": ("mileage", "vehicle.trip.segment.end.travelledDistance"),
    "state of charge": (
        "fuel_and_battery.remaining_battery_percent",
        f"{ELECTRIC}.charging.level",
        f"{BATTERY}.stateOfCharge.displayed",
        "vehicle.trip.segment.end.drivetrain.batteryManagement.hvSoc",
    ),
    "battery capacity": (
        "battery_capacity",
        "vehicle.drivetrain.batteryManagement.batterySizeMax",
        f"{ELECTRIC}.hvsMaxEnergyAbsolute",
    ),
    "total range": (
        "fuel_and_battery.remaining_range_total",
        "vehicle.drivetrain.totalRemainingRange",
    ),
    "electric range": (
        "fuel_and_battery.remaining_range_electric",
        f"{ELECTRIC}.remainingElectricRange",
        "vehicle.powertrain.electric.range.target",
    ),
    "fuel range": (
        "fuel_and_battery.remaining_range_fuel",
        "vehicle.cabin.infotainment.navigation.remainingRange",
    ),
    "charging": ("fuel_and_battery.charging_status", f"{ELECTRIC}.charging.hvStatus"),
    "end of charging": (
        "fuel_and_battery.charging_end_time",
        f"{ELECTRIC}.charging.timeRemaining",
    ),
    "charging target": (
        "fuel_and_battery.charging_target",
        f"{BATTERY}.stateOfCharge.targetSoCForProfessionalMode",
    ),
    "plug": (
        "connection_status",
        "vehicle.body.chargingPort.combinedStatus",
        "vehicle.body.chargingPort.dcStatus",
        "vehicle.body.chargingPort.statusClearText",
        f"{ELECTRIC}.charging.connectorStatus",
        *(
            f"{PORTS}.{place}.isPlugged"
            for place in ("anyPosition", "frontLeft", "frontRight", "rearLeft", "rearRight")
        ),
    ),
    "climate": ("climate.activity", "vehicle.vehicle.preConditioning.activity"),
    "end of climate": (
        "climate.activity_end_time",
        "vehicle.cabin.hvac.preconditioning.status.remainingRunningTime",
        "vehicle.vehicle.preConditioning.remainingTime",
    ),
    "locks": (
        "door_lock_state",
        "doors_and_windows.lock_state_detail",
        "vehicle.cabin.door.lock.status",
    ),
    "tailgate": (
        "lids.trunk",
        f"{TRUNK}.door.isOpen",
        *(f"{TRUNK}.{part}.door.isOpen" for part in ("upper", "lower", "left", "right")),
    ),
    "sunroof": (
        "lids.sun_roof",
        "vehicle.cabin.sunroof.status",
        "vehicle.cabin.sunroof.tiltStatus",
        "vehicle.cabin.sunroof.relativePosition",
    ),
    "last update": ("timestamp", "vehicle.channel.ngtp.timeVehicle"),
    "distance to the next service": (MAIN, DISTANCE),
    "inspection": ("service.vehicle_tuv.date", INSPECTION),
}
"""What may be reported in several ways, with the keys of the entities, the enabled one first."""


@pytest.fixture
def cardata() -> Iterator[SimulatedCarData]:
    """The simulated service with one silent car."""
    made = simulated()
    with made.router():
        yield made


@pytest.fixture
async def car(hass: HomeAssistant, cardata: SimulatedCarData) -> SilentCar:
    """The car, set up."""
    made = SilentCar(hass, cardata)
    await made.start()
    return made


def services(*distances: str) -> str:
    """Return a list of services as BMW sends it."""
    items = [
        {"id": 1, "title": "Engine oil", "status": "OK", "date": "2027-05"}
        | {"messageType": "CBS", "text": "-", "unitOfLengthRemaining": distance}
        for distance in distances
    ]
    return json.dumps(items)


@pytest.mark.parametrize("fact", FACTS)
def test_one_enabled_entity(fact: str) -> None:
    described = {item.key: item for item in (*SENSORS, *BINARY_SENSORS)}
    first, *others = FACTS[fact]
    assert described[first].entity_registry_enabled_default
    for key in others:
        assert not described[key].entity_registry_enabled_default, key


async def test_list_of_services_is_the_answer(car: SilentCar) -> None:
    """The distance of the list is shown, whatever else the car says, before or after."""
    await car.send({DISTANCE: 13_560}, "km")
    await car.send({SERVICES: services("1900", "24000")})
    assert float(car.value("sensor", MAIN) or 0) == 1_900
    await car.send({DISTANCE: 13_550}, "km")
    assert float(car.value("sensor", MAIN) or 0) == 1_900
    other = car.entity("sensor", DISTANCE)
    assert other is not None
    assert other.disabled_by is er.RegistryEntryDisabler.INTEGRATION


async def test_last_resort(car: SilentCar) -> None:
    """Without a list, or without distances in it, the other descriptor is shown."""
    await car.send({DISTANCE: 13_560}, "km")
    assert float(car.value("sensor", MAIN) or 0) == 13_560
    await car.send({SERVICES: services("-")})
    await car.send({DISTANCE: 13_540}, "km")
    assert float(car.value("sensor", MAIN) or 0) == 13_540


async def test_inspection(car: SilentCar) -> None:
    """The date of the statutory inspection is that of the descriptor as long as no list has it."""
    await car.send({INSPECTION: "01.03.2027 00:00 UTC"})
    assert car.value("sensor", "service.vehicle_tuv.date") == "2027-03-01"
    assert car.value("sensor", INSPECTION) is None


async def test_end_of_climate(car: SilentCar) -> None:
    """Whichever descriptor the car sends, one entity shows the end."""
    await car.send({"vehicle.vehicle.preConditioning.remainingTime": 20}, "min")
    assert car.value("sensor", "climate.activity_end_time") not in (None, "unknown")


async def test_entities_of_before_stay(hass: HomeAssistant, cardata: SimulatedCarData) -> None:
    """An entity that was enabled before stays enabled, and shows its value."""
    car = SilentCar(hass, cardata)
    registry = er.async_get(hass)
    registry.async_get_or_create(
        "sensor", "mybmw", f"{VIN}-{DISTANCE}", config_entry=car.entry, suggested_object_id="kept"
    )
    await car.start()
    await car.send({DISTANCE: 13_560}, "km")
    assert car.value("sensor", DISTANCE) == "13560"
