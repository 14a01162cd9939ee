"""What the options of an account forbid is not made, and what there was of it is removed."""

from datetime import timedelta

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mybmw.client import CommandKind
from custom_components.mybmw.runtime.store import GarageStore
from tests.ha.conftest import Elapse, SetUp
from tests.ha.support import IX, POLL, change_list
from tests.ha.support.cardata import I4, entry_of, no_stream, recorded
from tests.ha.support.silent_car import VIN, SilentCar, simulated
from tests.replay import faults
from tests.replay.cardata import SimulatedCarData
from tests.replay.mybmw import SimulatedMyBMW

WHERE = "vehicle.cabin.infotainment.navigation.currentLocation"
PLACES = {
    f"{WHERE}.latitude": 48.5,
    f"{WHERE}.longitude": 11.5,
    f"{WHERE}.heading": 90,
    f"{WHERE}.altitude": 480,
    f"{WHERE}.numberOfSatellites": 9,
}
COMMANDING = {
    ("button", "activate_air_conditioning"),
    ("button", "deactivate_air_conditioning"),
    ("button", "find_vehicle"),
    ("button", "light_flash"),
    ("button", "sound_horn"),
    ("event", "command"),
    ("event", "command_result"),
    ("lock", "lock"),
    ("notify", "send_poi"),
    ("number", "target_soc"),
    ("select", "ac_limit"),
    ("select", "charging_mode"),
    ("switch", "charging"),
    ("switch", "climate"),
    ("switch", "preconditioning_at_departure"),
    *(("sensor", f"last_command.{kind}") for kind in CommandKind),
}

pytestmark = pytest.mark.usefixtures("entity_registry_enabled_by_default")


def registered(hass: HomeAssistant, entry: MockConfigEntry, vin: str) -> set[tuple[str, str]]:
    """Return domain and key of the entities of a car."""
    found = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    mine = (item for item in found if item.unique_id.startswith(vin))
    return {(item.domain, item.unique_id.removeprefix(vin).removeprefix("-")) for item in mine}


async def reload(hass: HomeAssistant, entry: MockConfigEntry, **options: bool) -> None:
    """Change options."""
    hass.config_entries.async_update_entry(entry, options={**entry.options, **options})
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()


async def test_without_position(hass: HomeAssistant, set_up: SetUp, elapse: Elapse) -> None:
    """Heading and address report where a car is, too."""
    entry = await set_up()
    before = registered(hass, entry, IX.vin)
    await reload(hass, entry, track_position=False)
    gone = {
        ("device_tracker", ""),
        ("image", "reach"),
        ("sensor", "reach.shortest"),
        ("sensor", "reach.mean"),
        ("sensor", "reach.longest"),
        ("sensor", "vehicle_location.heading"),
        ("sensor", "vehicle_location.address"),
    }
    assert before - registered(hass, entry, IX.vin) == gone
    await reload(hass, entry, track_position=True)
    await elapse(POLL)
    assert registered(hass, entry, IX.vin) == before


async def test_read_only(hass: HomeAssistant, set_up: SetUp) -> None:
    """What commands a car goes, with what became of commands."""
    entry = await set_up()
    before = registered(hass, entry, IX.vin)
    await reload(hass, entry, read_only=True)
    gone = before - registered(hass, entry, IX.vin)
    assert gone <= COMMANDING
    assert {domain for domain, _key in gone} == {domain for domain, _key in COMMANDING}
    assert ("button", "refresh") in registered(hass, entry, IX.vin)


async def test_car_that_cannot_be_read(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp
) -> None:
    """It is removed from a car that neither a file nor BMW names."""
    entry = await set_up()
    assert ("device_tracker", "") in registered(hass, entry, IX.vin)
    assert await hass.config_entries.async_unload(entry.entry_id)
    await GarageStore(hass, entry.entry_id).remove()
    change_list(sim, "bmw", faults.answer({"mappingInfos": []}))
    hass.config_entries.async_update_entry(entry, options={"track_position": False})
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert IX.vin not in entry.runtime_data.vehicles
    assert ("device_tracker", "") not in registered(hass, entry, IX.vin)


async def test_cardata_without_position(hass: HomeAssistant) -> None:
    """The altitude goes, the number of satellites stays."""
    sim = simulated("BEV")
    with sim.router():
        car = SilentCar(hass, sim)
        await car.start()
        await car.send(PLACES)
        before = registered(hass, car.entry, VIN)
        await reload(hass, car.entry, track_position=False)
        await car.send(PLACES)
        after = registered(hass, car.entry, VIN)
    gone = {
        ("device_tracker", ""),
        ("sensor", "vehicle_location.heading"),
        ("sensor", f"{WHERE}.altitude"),
    }
    assert before - after == gone
    assert ("sensor", f"{WHERE}.numberOfSatellites") in after


async def test_places_of_charges(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch, elapse: Elapse
) -> None:
    """Where a car charges is a place as well; when and how much it charges stays."""
    sim = SimulatedCarData(recorded("i4_edrive40"), fresh=True)
    no_stream(monkeypatch)
    with sim.router():
        entry = entry_of(sim)
        entry.add_to_hass(hass)
        assert await hass.config_entries.async_setup(entry.entry_id)
        for _ in range(24):
            await elapse(timedelta(hours=1))
        before = registered(hass, entry, I4)
        await reload(hass, entry, track_position=False)
    gone = before - registered(hass, entry, I4)
    assert ("sensor", "charging_places") in gone
    assert ("sensor", "charged_this_month") in before - gone
