"""Tyre pressures are compared with targets that were measured with them."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest

from custom_components.mybmw.client.core.attributes import WHEELS
from tests.ha.conftest import Elapse, SetUp
from tests.ha.support import IX, POLL
from tests.ha.support.silent_car import SilentCar, simulated
from tests.replay.cardata import SimulatedCarData
from tests.replay.mybmw import SimulatedMyBMW

TIRE: Final = "vehicle.chassis.axle.row1.wheel.left.tire"
PRESSURE: Final = f"{TIRE}.pressure"
TARGET: Final = f"{TIRE}.pressureTarget"
OTHER: Final = "vehicle.chassis.axle.row2.wheel.right.tire"
HOURS: Final = timedelta(hours=3)


@pytest.fixture
def cardata() -> Iterator[SimulatedCarData]:
    """The simulated service with one silent car."""
    sim = simulated()
    with sim.router():
        yield sim


@pytest.fixture
async def car(hass: HomeAssistant, cardata: SimulatedCarData) -> SilentCar:
    """The car, set up."""
    made = SilentCar(hass, cardata)
    await made.start()
    return made


def problem(car: SilentCar) -> str | None:
    """Return whether the tyres are off their targets."""
    return car.value("binary_sensor", "tire_pressure")


async def test_target_of_another_temperature(
    car: SilentCar, freezer: FrozenDateTimeFactory
) -> None:
    """A cold pressure is not compared with a hot target, nor the other way round."""
    await car.send({PRESSURE: 250, TARGET: 250}, "kPa")
    assert problem(car) == "off"
    freezer.tick(HOURS)
    await car.send({TARGET: 290}, "kPa")
    assert problem(car) == "off"
    freezer.tick(HOURS)
    await car.send({PRESSURE: 210}, "kPa")
    assert problem(car) == "off"
    await car.send({TARGET: 250}, "kPa")
    assert problem(car) == "on"


async def test_verdict_is_kept(car: SilentCar, freezer: FrozenDateTimeFactory) -> None:
    """A warning stays until pressure and target are measured together again."""
    await car.send({PRESSURE: 200, TARGET: 250}, "kPa")
    freezer.tick(HOURS)
    await car.send({PRESSURE: 250}, "kPa")
    state = car.state("binary_sensor", "tire_pressure")
    assert state is not None
    assert (state.state, state.attributes["front_left"]) == ("on", -50)
    freezer.tick(HOURS)
    await car.send({PRESSURE: 250, TARGET: 250}, "kPa")
    assert problem(car) == "off"


async def test_same_values_measured_together_at_last(
    car: SilentCar, freezer: FrozenDateTimeFactory
) -> None:
    """What was measured apart and has not changed since is compared when it is measured again."""
    await car.send({TARGET: 250}, "kPa")
    freezer.tick(HOURS)
    await car.send({PRESSURE: 200}, "kPa")
    assert problem(car) is None
    freezer.tick(HOURS)
    await car.send({PRESSURE: 200, TARGET: 250}, "kPa")
    assert problem(car) == "on"


async def test_nothing_to_compare(car: SilentCar, freezer: FrozenDateTimeFactory) -> None:
    """There is no verdict on one value alone, nor on those of two wheels."""
    await car.send({PRESSURE: 180}, "kPa")
    await car.send({f"{OTHER}.pressureTarget": 290}, "kPa")
    assert problem(car) is None
    freezer.tick(timedelta(minutes=11))
    await car.send({TARGET: 250}, "kPa")
    assert problem(car) is None


async def test_within_minutes(car: SilentCar, freezer: FrozenDateTimeFactory) -> None:
    """The values of one drive may come in several messages."""
    await car.send({PRESSURE: 180}, "kPa")
    freezer.tick(timedelta(minutes=9))
    await car.send({TARGET: 250}, "kPa")
    assert problem(car) == "on"


async def test_restart(car: SilentCar, freezer: FrozenDateTimeFactory) -> None:
    """The last verdict is known after a restart, although newer values cannot be compared."""
    await car.send({PRESSURE: 200, TARGET: 250}, "kPa")
    freezer.tick(HOURS)
    await car.send({TARGET: 205}, "kPa")
    await car.restart()
    assert problem(car) == "on"


async def test_app(hass: HomeAssistant, set_up: SetUp, sim: SimulatedMyBMW, elapse: Elapse) -> None:
    """What one answer of the app reports was measured together."""
    await set_up()
    tires = sim.state(IX.vin)["state"]["tireState"]
    for tire, pressure in zip(tires.values(), (250, 290, 230, 250), strict=True):
        tire["status"] |= {"currentPressure": pressure, "targetPressure": 250}
    sim.touch(IX.vin)
    await elapse(POLL)
    state = hass.states.get("binary_sensor.ix_xdrive50_tire_pressure")
    assert state is not None
    off = {wheel: state.attributes[wheel] for wheel in WHEELS if wheel in state.attributes}
    assert (state.state, off) == ("on", {"front_right": 40})
