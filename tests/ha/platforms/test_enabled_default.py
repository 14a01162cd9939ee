"""What a new car shows at first: little enough to read, each fact once."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.mybmw.client.core.descriptors import DESCRIPTORS, Kind
from custom_components.mybmw.const import DOMAIN
from tests.ha.conftest import SetUp
from tests.ha.support import IX
from tests.ha.support.cardata import entry_of, no_stream, push, recorded, say
from tests.ha.support.silent_car import SilentCar, simulated
from tests.replay.cardata import BUNDLED, SimulatedCarData

MOST: Final = 40
# Few cars can fold it, and those cannot be charged
ROOF: Final = "vehicle.cabin.convertible.roofStatus"
CARS: Final = sorted(path.name for path in BUNDLED.iterdir() if path.is_dir())
SAMPLES: Final[dict[Kind, Any]] = {
    Kind.FLAG: "true",
    Kind.NUMBER: 1,
    Kind.MOMENT: "2026-11-20T12:00:00Z",
    Kind.DAY: "2027-03-01",
    Kind.COUNT: 1,
    Kind.TEXT: "text",
}


def enabled(hass: HomeAssistant, entry_id: str) -> dict[str, str]:
    """Return the entities that are on, with their keys."""
    entities = er.async_entries_for_config_entry(er.async_get(hass), entry_id)
    return {
        entity.entity_id: entity.unique_id.partition("-")[2]
        for entity in entities
        if not entity.disabled
    }


@pytest.mark.parametrize("folder", CARS)
async def test_cardata(
    hass: HomeAssistant,
    monkeypatch: pytest.MonkeyPatch,
    freezer: FrozenDateTimeFactory,
    folder: str,
) -> None:
    """Few entities are on, whatever the car says later; those of the account are among them."""
    sim = SimulatedCarData(recorded(folder), fresh=True)
    no_stream(monkeypatch)
    with sim.router():
        entry = entry_of(sim)
        entry.add_to_hass(hass)
        assert await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
        for _ in range(30):
            freezer.tick(timedelta(hours=1))
            async_fire_time_changed(hass)
            await hass.async_block_till_done(wait_background_tasks=True)
        at_first = enabled(hass, entry.entry_id)
        assert len(at_first) <= MOST, sorted(at_first)
        for vin in entry.runtime_data.vehicles:
            values = {
                key: item.words[0].upper() if item.kind is Kind.WORD else SAMPLES[item.kind]
                for key, item in DESCRIPTORS.items()
                if key != ROOF
            }
            push(entry, say(vin, values))
        await hass.async_block_till_done()
        later = enabled(hass, entry.entry_id)
    assert len(later) <= MOST, sorted(later)


async def test_nothing_twice(hass: HomeAssistant, set_up: SetUp) -> None:
    """What another entity of this car shows is off: it is electric, and takes the commands."""
    entry = await set_up()
    keys = set(enabled(hass, entry.entry_id).values())
    twice = {
        "fuel_and_battery.remaining_range_total",
        "fuel_and_battery.charging_target",
        "activate_air_conditioning",
        "deactivate_air_conditioning",
    }
    assert keys.isdisjoint(twice)
    shown = {"fuel_and_battery.remaining_range_electric", "target_soc", "climate"}
    assert keys >= shown


async def test_read_only(hass: HomeAssistant, set_up: SetUp) -> None:
    """Without commands, the sensor is the only one that shows the target."""
    entry = await set_up(read_only=True)
    assert "fuel_and_battery.charging_target" in enabled(hass, entry.entry_id).values()


@pytest.mark.parametrize("cars", [("x3_30e",)])
async def test_two_ranges(hass: HomeAssistant, set_up: SetUp) -> None:
    """A plug-in hybrid has a range that is not the electric one."""
    entry = await set_up()
    keys = set(enabled(hass, entry.entry_id).values())
    assert "fuel_and_battery.remaining_range_total" in keys


async def test_entities_of_before_stay(hass: HomeAssistant, set_up: SetUp) -> None:
    registry = er.async_get(hass)
    unique_id = f"{IX.vin}-activate_air_conditioning"
    before = registry.async_get_or_create("button", DOMAIN, unique_id)
    await set_up()
    after = registry.async_get(before.entity_id)
    assert after is not None
    assert not after.disabled


CHARGING_KEY: Final = "vehicle.drivetrain.electricEngine.charging"
PHASES: Final = f"{CHARGING_KEY}.phaseNumber"
CLIMATE_LEFT: Final = "vehicle.cabin.hvac.preconditioning.status.remainingRunningTime"
CLIMATE: Final = "vehicle.vehicle.preConditioning.activity"


@pytest.fixture
async def silent(hass: HomeAssistant) -> AsyncIterator[SilentCar]:
    """A car that sends what a test wants, with all its entities on."""
    sim = simulated("BEV")
    with sim.router():
        car = SilentCar(hass, sim)
        await car.start()
        yield car


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_phases_while_charging_only(silent: SilentCar) -> None:
    now = datetime.now(UTC) - timedelta(hours=1)
    status = f"{CHARGING_KEY}.status"
    await silent.send({PHASES: "3-PHASES", status: "CHARGINGACTIVE"}, at=now)
    assert silent.value("sensor", PHASES) == "three_phases"
    await silent.send({status: "CHARGINGENDED"}, at=now + timedelta(minutes=1))
    assert silent.value("sensor", PHASES) == "unknown"
    await silent.send({PHASES: "1-PHASES"}, at=now + timedelta(minutes=2))
    assert silent.value("sensor", PHASES) == "unknown"
    await silent.send({status: "CHARGINGACTIVE"}, at=now + timedelta(minutes=3))
    assert silent.value("sensor", PHASES) == "one_phase"


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_time_left_while_the_climate_runs_only(silent: SilentCar) -> None:
    now = datetime.now(UTC) - timedelta(hours=1)
    await silent.send({CLIMATE_LEFT: 1200, CLIMATE: "heating"}, at=now)
    assert float(silent.value("sensor", CLIMATE_LEFT) or 0) == 20
    await silent.send({CLIMATE: "inactive"}, at=now + timedelta(minutes=1))
    assert silent.value("sensor", CLIMATE_LEFT) == "unknown"
    await silent.send({CLIMATE_LEFT: 0}, at=now + timedelta(minutes=2))
    assert silent.value("sensor", CLIMATE_LEFT) == "unknown"
    await silent.send({CLIMATE_LEFT: 600}, at=now + timedelta(minutes=3))
    assert float(silent.value("sensor", CLIMATE_LEFT) or 0) == 10
