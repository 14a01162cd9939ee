"""People who count in miles and psi see those everywhere, in extra attributes too."""

from typing import Any

from homeassistant.components.sensor import async_update_suggested_units
from homeassistant.core import HomeAssistant
import pytest

from custom_components.mybmw.client import attributes as car
from tests.ha.conftest import SetUp
from tests.ha.support.silent_car import SilentCar, simulated

SERVICES = "binary_sensor.ix_xdrive50_condition_based_services"
FRONT_LEFT = "sensor.ix_xdrive50_front_left_tire_pressure"
WHEEL = "vehicle.chassis.axle.row1.wheel.left.tire"


def attributes(hass: HomeAssistant, entity: str) -> dict[str, Any]:
    """Return what an entity shows beside its state."""
    state = hass.states.get(entity)
    assert state is not None
    return dict(state.attributes)


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
@pytest.mark.parametrize(
    ("system", "unit", "factor"), [("metric", "bar", 0.01), ("us_customary", "psi", 0.1450377)]
)
async def test_tires(
    hass: HomeAssistant, set_up: SetUp, system: str, unit: str, factor: float
) -> None:
    await hass.config.async_update(unit_system=system)
    entry = await set_up()
    (vehicle,) = entry.runtime_data.vehicles.values()
    pressure = vehicle.value(car.TIRE_PRESSURE["front_left"])
    state = hass.states.get(FRONT_LEFT)
    assert state is not None
    assert state.attributes["unit_of_measurement"] == unit
    assert float(state.state) == pytest.approx(pressure * factor, rel=1e-3)


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_tires_follow_another_unit_system(hass: HomeAssistant, set_up: SetUp) -> None:
    """A unit that the user has not chosen changes with the system."""
    await set_up()
    await hass.config.async_update(unit_system="us_customary")
    async_update_suggested_units(hass)
    await hass.async_block_till_done()
    assert attributes(hass, FRONT_LEFT)["unit_of_measurement"] == "psi"


@pytest.mark.parametrize(
    ("system", "text", "number", "unit"),
    [("metric", "18000 km", 18_000, "km"), ("us_customary", "11185 mi", 11_185, "mi")],
)
async def test_services(
    hass: HomeAssistant, set_up: SetUp, system: str, text: str, number: int, unit: str
) -> None:
    await hass.config.async_update(unit_system=system)
    await set_up()
    shown = attributes(hass, SERVICES)
    assert shown["brake_fluid_distance"] == text
    item = next(item for item in shown["services"] if item["type"] == "brake_fluid")
    assert (item["distance"], item["unit"]) == (number, unit)


@pytest.mark.parametrize(
    ("system", "deviation", "unit"), [("metric", -90, "kPa"), ("us_customary", -13.1, "psi")]
)
async def test_tires_that_are_off(
    hass: HomeAssistant, system: str, deviation: float, unit: str
) -> None:
    await hass.config.async_update(unit_system=system)
    sim = simulated()
    with sim.router():
        silent = SilentCar(hass, sim)
        await silent.start()
        await silent.send({f"{WHEEL}.pressure": 200, f"{WHEEL}.pressureTarget": 290}, "kPa")
        state = silent.state("binary_sensor", "tire_pressure")
    assert state is not None
    assert state.state == "on"
    assert state.attributes["front_left"] == deviation
    assert state.attributes["unit"] == unit
