"""Times that lie ahead end by themselves, and what may be open is not said to be closed."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.mybmw.client import Poll
from custom_components.mybmw.client.core.attributes import CHARGING_END_TIME
from tests.ha.support.silent_car import VIN, SilentCar, simulated
from tests.replay.cardata import SimulatedCarData

ENGINE: Final = "vehicle.drivetrain.electricEngine"
STATUS: Final = f"{ENGINE}.charging.status"
LEFT: Final = f"{ENGINE}.charging.timeToFullyCharged"
CLIMATE: Final = "vehicle.vehicle.preConditioning.activity"
CLIMATE_LEFT: Final = "vehicle.vehicle.preConditioning.remainingTime"
END: Final = "fuel_and_battery.charging_end_time"
CLIMATE_END: Final = "climate.activity_end_time"
DRIVER: Final = "vehicle.cabin.door.row1.driver.isOpen"
HOOD: Final = "vehicle.body.hood.isOpen"
WINDOW: Final = "vehicle.cabin.window.row1.driver.status"
LOCK: Final = "vehicle.cabin.door.status"


@pytest.fixture
def cardata() -> Iterator[SimulatedCarData]:
    """The simulated service with one silent electric car."""
    sim = simulated("BEV")
    with sim.router():
        yield sim


@pytest.fixture
async def car(
    hass: HomeAssistant, cardata: SimulatedCarData, entity_registry_enabled_by_default: None
) -> SilentCar:
    """The car, set up, with all its entities."""
    made = SilentCar(hass, cardata)
    await made.start()
    return made


async def pass_time(car: SilentCar, freezer: FrozenDateTimeFactory, minutes: float) -> None:
    freezer.tick(timedelta(minutes=minutes))
    async_fire_time_changed(car.hass)
    await car.hass.async_block_till_done()
    # Changes that come soon after others are not reported yet
    car.entry.runtime_data.async_process_car_poll(Poll())


def ends(car: SilentCar) -> list[bool]:
    """Return whether the ends of the charge and of the climate control are known."""
    return [car.value("sensor", key) not in (None, "unknown") for key in (END, CLIMATE_END)]


async def test_ends_pass_one_after_the_other(
    car: SilentCar, freezer: FrozenDateTimeFactory
) -> None:
    """Each end is shown until some minutes after its time."""
    await car.send({STATUS: "CHARGINGACTIVE", CLIMATE: "HEATING"})
    await car.send({LEFT: 60, CLIMATE_LEFT: 20}, "min")
    assert ends(car) == [True, True]
    await pass_time(car, freezer, 24)
    assert ends(car) == [True, True]
    await pass_time(car, freezer, 2)
    assert ends(car) == [True, False]
    await pass_time(car, freezer, 36)
    assert ends(car) == [True, False]
    await pass_time(car, freezer, 4)
    assert ends(car) == [False, False]


async def test_end_that_moves(car: SilentCar, freezer: FrozenDateTimeFactory) -> None:
    """A charge that takes longer keeps its end until the new time."""
    await car.send({STATUS: "CHARGINGACTIVE"})
    await car.send({LEFT: 30}, "min")
    await pass_time(car, freezer, 20)
    await car.send({LEFT: 60}, "min")
    await pass_time(car, freezer, 20)
    assert ends(car) == [True, False]
    await pass_time(car, freezer, 46)
    assert ends(car) == [False, False]


async def test_end_over_a_restart(car: SilentCar, freezer: FrozenDateTimeFactory) -> None:
    """An end that was known before a restart passes after it."""
    await car.send({STATUS: "CHARGINGACTIVE"})
    await car.send({LEFT: 30}, "min")
    await car.restart()
    assert ends(car) == [True, False]
    await pass_time(car, freezer, 36)
    assert ends(car) == [False, False]


async def test_nothing_is_left_behind(car: SilentCar, freezer: FrozenDateTimeFactory) -> None:
    """An unloaded account has no timers: the fixture of Home Assistant counts them."""
    await car.send({STATUS: "CHARGINGACTIVE"})
    await car.send({LEFT: 30}, "min")
    vehicle = car.entry.runtime_data.vehicles[VIN]
    await car.hass.config_entries.async_unload(car.entry.entry_id)
    freezer.tick(timedelta(minutes=36))
    async_fire_time_changed(car.hass)
    await car.hass.async_block_till_done()
    assert vehicle.value(CHARGING_END_TIME) is not None


def openings(car: SilentCar) -> list[str | None]:
    """Return what is said of doors and lids, of windows, and of everything together."""
    keys = ("lids", "windows", "not_closed_and_locked")
    return [car.value("binary_sensor", key) for key in keys]


async def test_door_that_is_not_known_any_more(car: SilentCar) -> None:
    """What may be open is not closed; what is open counts all the same."""
    await car.send({DRIVER: "CLOSED", HOOD: "CLOSED", WINDOW: "CLOSED", LOCK: "SECURED"})
    assert openings(car) == ["off", "off", "off"]
    await car.send({DRIVER: "INVALID"})
    assert openings(car) == ["unknown", "off", "unknown"]
    await car.send({HOOD: "OPEN", WINDOW: "INVALID"})
    assert openings(car) == ["on", "unknown", "on"]
    await car.restart()
    assert openings(car) == ["on", "unknown", "on"]
    await car.send({HOOD: "CLOSED", LOCK: "UNLOCKED"})
    assert openings(car) == ["unknown", "unknown", "on"]
    await car.send({DRIVER: "CLOSED", WINDOW: "CLOSED", LOCK: "INVALID"})
    assert openings(car) == ["off", "off", "unknown"]
    await car.send({WINDOW: "INTERMEDIATE"})
    assert openings(car) == ["off", "on", "on"]
