"""What is kept, what is left behind, and what a restart costs."""

from copy import deepcopy
from datetime import timedelta
from hashlib import sha256
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.image import async_get_image
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE, EVENT_STATE_CHANGED, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.helpers.entity_component import async_update_entity
from homeassistant.helpers.json import json_bytes
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_capture_events

from custom_components import mybmw
from custom_components.mybmw import async_remove_config_entry_device
from custom_components.mybmw.const import DOMAIN
from custom_components.mybmw.runtime.store import GarageStore
from tests.ha.conftest import PNG, Elapse, SetUp
from tests.ha.support import (
    IX,
    LOCK,
    MILEAGE,
    PICTURE,
    POLL,
    SOC,
    TRACKER,
    asked,
    charge,
    device,
    state,
)
from tests.replay import faults
from tests.replay.faults import Endpoint
from tests.replay.mybmw import SimulatedMyBMW

type Storage = dict[str, Any]

WHEN = "2026-01-01T00:00:00+00:00"
READING = {"key": "mileage", "value": 58_000.0, "time": WHEN, "source": "mybmw"}
MODEL = {"key": "model", "value": "iX xDrive50", "time": WHEN, "source": "mybmw"}
KNOWN = {IX.vin: [MODEL, READING]}
PICTURE_KEY = f"{IX.vin}-image_front_side"
PICTURE_FILE = sha256(PICTURE_KEY.encode()).hexdigest()[:16]


@pytest.fixture(autouse=True)
def enable_event_loop_debug() -> None:
    """Leave the debug mode of the event loop off: it takes a third of the time."""


def save(storage: Storage, name: str, data: object, version: int = 1) -> None:
    """Put a file where Home Assistant expects it."""
    storage[name] = {"version": version, "minor_version": 1, "key": name, "data": data}


def saved(**changes: object) -> dict[str, object]:
    """Return a file with one reading that is another one than usual."""
    return {"vehicles": {IX.vin: [MODEL, READING | changes]}, "due": {}}


@pytest.mark.parametrize(
    ("data", "version"),
    [
        ([], 1),
        (None, 1),
        ({"vehicles": [], "due": None}, 1),
        ({"vehicles": {IX.vin: None}, "due": {"mybmw": None}}, 1),
        ({"vehicles": {IX.vin: [None, 5, {"key": "mileage"}]}}, 1),
        ({"vehicles": KNOWN, "due": {"mybmw": "2026-13-45T00:00:00+00:00"}}, 1),
        ({"vehicles": KNOWN, "due": {"mybmw": "2099-01-01T00:00:00"}}, 1),
        ({"vehicles": KNOWN, "due": {"mybmw": 10**30}}, 1),
        (saved(time="yesterday"), 1),
        (saved(time="2026-01-01T00:00:00"), 1),
        (saved(key="model_year", value=10**30), 1),
        (saved(value={}), 1),
        ({"vehicles": {}, "due": {}}, 2),
    ],
)
async def test_odd_file(
    hass: HomeAssistant,
    hass_storage: Storage,
    entry: MockConfigEntry,
    set_up: SetUp,
    elapse: Elapse,
    monkeypatch: pytest.MonkeyPatch,
    data: object,
    version: int,
) -> None:
    """Whatever is in the file, the entry loads and shows what the car says."""
    monkeypatch.setattr(mybmw, "PLATFORMS", (Platform.SENSOR,))
    save(hass_storage, f"mybmw.{entry.entry_id}", data, version)
    await set_up()
    assert entry.state is ConfigEntryState.LOADED
    await elapse(timedelta(seconds=1))
    assert state(hass, SOC) == "90"
    assert state(hass, MILEAGE) == str(IX.state["state"]["currentMileage"])


async def test_readings_from_the_future(
    hass: HomeAssistant,
    hass_storage: Storage,
    entry: MockConfigEntry,
    set_up: SetUp,
    elapse: Elapse,
) -> None:
    """A clock that was wrong once does not keep out what is measured now, or stop polling."""
    due = {"mybmw": "2099-01-01T00:00:00+00:00"}
    future = saved(time="2099-01-01T00:00:00+00:00") | {"due": due}
    save(hass_storage, f"mybmw.{entry.entry_id}", future)
    await set_up()
    assert hass.states.get(MILEAGE) is None
    assert state(hass, TRACKER) == "unknown"
    await elapse(timedelta(days=1, minutes=1))
    assert state(hass, MILEAGE) == str(IX.state["state"]["currentMileage"])


@pytest.mark.parametrize(
    ("index", "picture", "version"),
    [
        ([], None, 1),
        ({PICTURE_KEY: "2026-13-45T00:00:00+00:00"}, None, 1),
        ({PICTURE_KEY: WHEN}, None, 1),
        ({PICTURE_KEY: "2026-01-01T00:00:00"}, {"png": "abc"}, 1),
        ({PICTURE_KEY: WHEN}, {"png": 5}, 1),
        ({PICTURE_KEY: WHEN}, [], 1),
        ({}, None, 2),
    ],
)
async def test_odd_pictures(
    hass: HomeAssistant,
    hass_storage: Storage,
    entry: MockConfigEntry,
    set_up: SetUp,
    monkeypatch: pytest.MonkeyPatch,
    index: object,
    picture: object,
    version: int,
) -> None:
    """Whatever is in the files, the picture is there."""
    monkeypatch.setattr(mybmw, "PLATFORMS", (Platform.IMAGE,))
    name = f"mybmw.{entry.entry_id}.images"
    save(hass_storage, name, index, version)
    if picture is not None:
        save(hass_storage, f"{name}.{PICTURE_FILE}", picture, version)
    await set_up()
    assert entry.state is ConfigEntryState.LOADED
    assert (await async_get_image(hass, PICTURE)).content == PNG + b"VehicleStatus"
    assert await hass.config_entries.async_remove(entry.entry_id)
    assert [key for key in hass_storage if entry.entry_id in key] == []


async def test_huge_numbers_are_saved(
    hass: HomeAssistant,
    hass_storage: Storage,
    sim: SimulatedMyBMW,
    set_up: SetUp,
    elapse: Elapse,
    entity_registry_enabled_by_default: None,
) -> None:
    """A number that no file can hold is left out; the rest is saved, and the entry unloads."""
    entry = await set_up()
    inner = sim.state(IX.vin)["state"]
    inner["currentMileage"] += 7
    inner["chargingProfile"]["departureTimes"][0] |= {"id": 1e30}
    inner["chargingProfile"]["chargingSettings"] |= {"targetSoc": 1e30, "acCurrentLimit": 1e30}
    inner["electricChargingState"] |= {"range": 1e300, "remainingChargingMinutes": 2**63}
    inner["tireState"]["frontLeft"]["details"]["manufacturingWeek"] = 1e30
    inner["tireState"]["frontLeft"]["status"]["currentPressure"] = -1e300
    inner["requiredServices"][0]["mileage"] = 1e30
    sim.profile(IX.vin).update(year=1e300, color=10**30)
    sim.touch(IX.vin)
    await elapse(timedelta(hours=6, minutes=1))
    await elapse(timedelta(minutes=2))
    saved = await GarageStore(hass, entry.entry_id).load()
    assert json_bytes(saved)
    values = {item["key"]: item["value"] for item in saved["vehicles"][IX.vin]}
    assert values["mileage"] == inner["currentMileage"]
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert entry.state is ConfigEntryState.NOT_LOADED
    assert await hass.config_entries.async_setup(entry.entry_id)
    assert state(hass, MILEAGE) == str(inner["currentMileage"])


async def test_one_poll_per_interval_after_a_reload(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, elapse: Elapse
) -> None:
    """However often the entry is reloaded, there is one timer."""
    entry = await set_up()
    for _ in range(3):
        assert await hass.config_entries.async_reload(entry.entry_id)
    for _ in range(3):
        sim.clear_calls()
        await elapse(POLL)
        assert asked(sim, Endpoint.STATE) == 1


async def test_restart_after_a_quiet_hour_costs_nothing(
    hass: HomeAssistant,
    hass_storage: Storage,
    sim: SimulatedMyBMW,
    set_up: SetUp,
    elapse: Elapse,
) -> None:
    """The file that is written when Home Assistant stops contains the time of the next poll."""
    entry = await set_up()
    for _ in range(13):
        await elapse(POLL)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_FINAL_WRITE)
    await hass.async_block_till_done()
    name = f"mybmw.{entry.entry_id}"
    at_stop = deepcopy(hass_storage[name])
    assert await hass.config_entries.async_unload(entry.entry_id)
    hass_storage[name] = at_stop
    sim.clear_calls()
    charge(sim, 31)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await elapse(timedelta(minutes=4))
    assert sim.calls == []
    assert state(hass, SOC) == "90"
    await elapse(timedelta(minutes=1, seconds=5))
    assert state(hass, SOC) == "31"


@pytest.mark.usefixtures("morning")
@pytest.mark.parametrize(
    ("fault", "silent", "then"),
    [
        (faults.quota("02:12:20"), timedelta(hours=2), timedelta(minutes=13)),
        (faults.blocked(), timedelta(hours=5, minutes=50), timedelta(minutes=11)),
    ],
)
async def test_refusal_outlasts_a_restart(
    hass: HomeAssistant,
    sim: SimulatedMyBMW,
    set_up: SetUp,
    elapse: Elapse,
    fault: faults.Fault,
    silent: timedelta,
    then: timedelta,
) -> None:
    """Restarting does not make the service be asked before its time."""
    entry = await set_up()
    sim.fail(Endpoint.STATE, fault)
    await elapse(POLL)
    sim.clear_calls()
    charge(sim, 32)
    for _ in range(4):
        assert await hass.config_entries.async_reload(entry.entry_id)
        await elapse(silent / 4)
    assert sim.calls == []
    assert state(hass, SOC) == "90"
    await elapse(then)
    assert state(hass, SOC) == "32"


async def test_issue_goes_with_the_entry(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, elapse: Elapse
) -> None:
    """The user is not notified of a block that concerns an entry that was removed."""
    entry = await set_up()
    sim.fail(Endpoint.ANY, faults.blocked(), times=None)
    await elapse(POLL)
    issue = (DOMAIN, f"blocked_{entry.entry_id}")
    assert ir.async_get(hass).async_get_issue(*issue) is not None
    await hass.config_entries.async_remove(entry.entry_id)
    assert ir.async_get(hass).async_get_issue(*issue) is None


async def test_options_remove_what_they_switch_off(
    hass: HomeAssistant, set_up: SetUp, elapse: Elapse
) -> None:
    """Entities that can only be unavailable from now on do not stay in the registry."""
    entry = await set_up()
    assert hass.states.get(LOCK) is not None
    options = {"read_only": True, "track_position": False}
    hass.config_entries.async_update_entry(entry, options=options)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await elapse(POLL)
    found = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    domains = {"binary_sensor", "button", "event", "image", "sensor"}
    assert {item.domain for item in found} == domains
    assert [item.translation_key for item in found if item.domain == "button"] == ["refresh"]
    assert [item.entity_id for item in hass.states.async_all() if item.state == "unavailable"] == []


async def test_tracker_writes_nothing_twice(hass: HomeAssistant, set_up: SetUp) -> None:
    """A place that is known already is no news."""
    await set_up()
    events = async_capture_events(hass, EVENT_STATE_CHANGED)
    await async_update_entity(hass, TRACKER)
    await hass.async_block_till_done()
    assert [event for event in events if event.data["entity_id"] == TRACKER] == []


async def test_device_of_an_unloaded_entry(hass: HomeAssistant, set_up: SetUp) -> None:
    """Then it is unknown whether the car is still in the account."""
    entry = await set_up()
    found = device(hass, entry, IX)
    assert found is not None
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert not await async_remove_config_entry_device(hass, entry, found)


async def test_device_of_a_car_that_is_waiting_for_its_poll(
    hass: HomeAssistant, set_up: SetUp, freezer: FrozenDateTimeFactory
) -> None:
    """A car that was listed before a restart is kept, though the list was not read again yet."""
    entry = await set_up()
    freezer.tick(timedelta(minutes=1))
    assert await hass.config_entries.async_reload(entry.entry_id)
    found = device(hass, entry, IX)
    assert found is not None
    assert not await async_remove_config_entry_device(hass, entry, found)
