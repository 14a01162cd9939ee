"""Diagnostics are recordings: one download is enough to see the car in a simulation."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
import orjson
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
    get_diagnostics_for_device,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.mybmw.client import HIDDEN
from custom_components.mybmw.const import DOMAIN
from script.lib.develop.recordings import folder_of
from tests.ha.support.cardata import (
    IX,
    MILEAGE_KEY,
    counted,
    entry_of,
    no_stream,
    push,
    recorded,
    say,
)
from tests.replay.cardata import CarDataCar, SimulatedCarData, load

PETROL: Final = "WBA0FINGERPRINT06"
LATITUDE: Final = "vehicle.cabin.infotainment.navigation.currentLocation.latitude"
LONGITUDE: Final = "vehicle.cabin.infotainment.navigation.currentLocation.longitude"


@pytest.fixture
async def entry(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> MockConfigEntry:
    """An account with two cars."""
    await async_setup_component(hass, "diagnostics", {})
    no_stream(monkeypatch)
    simulated = SimulatedCarData(recorded("ix_xdrive50", "320i"), fresh=True)
    made = entry_of(simulated)
    made.add_to_hass(hass)
    with simulated.router():
        await hass.config_entries.async_setup(made.entry_id)
        await hass.async_block_till_done()
    return made


def replayed(report: Any, path: Path) -> dict[str, CarDataCar]:
    """Return the cars that a downloaded report holds, by VIN."""
    path.write_bytes(orjson.dumps({"data": report}))
    return {car.vin: car for car in load(folder_of(path))}


async def test_account(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    entry: MockConfigEntry,
    tmp_path: Path,
) -> None:
    """The newest 200 messages are in it; what came before them is in the values of the car."""
    push(entry, say(IX, {"vehicle.some.novelty": "first"}))
    for kilometers in range(58_300, 58_550):
        push(entry, say(IX, {MILEAGE_KEY: kilometers}))
    push(entry, say(PETROL, {LATITUDE: 48.7654321, LONGITUDE: 11.1234567}))
    report = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    cars = replayed(report, tmp_path / "report.json")
    assert cars.keys() == {IX, PETROL}
    messages = [*cars[IX].stream(), *cars[PETROL].stream()]
    assert len(messages) == 200
    assert messages[-2].payload["data"][MILEAGE_KEY]["value"] == 58_549
    assert messages[-1].payload["data"][LATITUDE]["value"] == 12.3456
    assert cars[IX].telematics["vehicle.some.novelty"]["value"] == HIDDEN
    assert cars[PETROL].basic_data["modelName"] == "320i"
    assert "48.76543" not in orjson.dumps(report).decode()


async def test_one_car(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    entry: MockConfigEntry,
    tmp_path: Path,
) -> None:
    """The download of a car holds nothing of the others, in lists and messages neither."""
    push(entry, say(IX, {MILEAGE_KEY: 58_300}))
    push(entry, say(PETROL, {MILEAGE_KEY: 12_345}))
    device = dr.async_get(hass).async_get_device_by_identifier((DOMAIN, IX), entry.entry_id)
    assert device is not None
    report: Any = await get_diagnostics_for_device(hass, hass_client, entry, device)
    (car,) = replayed(report, tmp_path / "report.json").values()
    assert car.vin == IX
    assert [message.topic.rpartition("/")[2] for message in car.stream()] == [IX]
    assert PETROL not in orjson.dumps(report["sources"]["cardata"]["answers"]).decode()


async def test_after_a_restart(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    entry: MockConfigEntry,
    tmp_path: Path,
) -> None:
    """No call is made then, and yet the cars and their values are there."""
    push(entry, say(IX, {MILEAGE_KEY: 58_300}, datetime.now(UTC)))
    before = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    known = replayed(before, tmp_path / "before.json")
    simulated = SimulatedCarData([])
    with simulated.router():
        assert await hass.config_entries.async_reload(entry.entry_id)
        await hass.async_block_till_done()
        after = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    cars = replayed(after, tmp_path / "after.json")
    assert counted(simulated) == 0
    assert cars.keys() == known.keys()
    assert cars[IX].basic_data == known[IX].basic_data
    assert cars[IX].mapping == known[IX].mapping
    missing = {key for key, item in known[IX].telematics.items() if item.get("value")}
    missing -= cars[IX].telematics.keys()
    assert {key.rpartition(".")[0] for key in missing} == {LATITUDE.rpartition(".")[0]}
    assert cars[IX].telematics[MILEAGE_KEY]["value"] == 58_300
