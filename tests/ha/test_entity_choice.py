"""Which entities: groups of them are enabled in the options; what the user disabled stays so."""

from collections.abc import Iterator
from datetime import timedelta
import json
from pathlib import Path
from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import (
    SIGNAL_CONFIG_ENTRY_CHANGED,
    ConfigEntry,
    ConfigEntryChange,
    ConfigEntryState,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.entity_registry import RegistryEntryDisabler
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

from custom_components.mybmw.entity_choice import _BEGINNINGS, EntityGroup, groups_of
from tests.ha.support import state
from tests.ha.support.cardata import I4, entry_of, no_stream, push, recorded, say
from tests.ha.support.flow_steps import open_settings, suggested
from tests.replay.cardata import SimulatedCarData

WHEELS: Final = ("front_left", "front_right", "rear_left", "rear_right")
SETTINGS: Final = {
    "track_position": True,
    "road_factor": 0.75,
    "cardata": {"places": True, "sessions": True, "tyres": True},
    "stream": {"stream": "bmw", "port": 1883, "tls": False, "prefix": "bmw"},
}
GOLDEN: Final = Path(__file__).with_name("golden.json")
TARGET: Final = "sensor.i4_edrive40_front_left_target_pressure"
SEAT: Final = "vehicle.cabin.seat.row1.driverSide.heating"
TEMPERATURE: Final = "vehicle.chassis.axle.row1.wheel.left.tire.temperature"


@pytest.fixture
def sim() -> Iterator[SimulatedCarData]:
    """The simulated service."""
    simulated = SimulatedCarData(recorded("i4_edrive40"), fresh=True)
    with simulated.router():
        yield simulated


@pytest.fixture
async def entry(
    hass: HomeAssistant, sim: SimulatedCarData, monkeypatch: pytest.MonkeyPatch
) -> MockConfigEntry:
    """An account that is set up."""
    no_stream(monkeypatch)
    made = entry_of(sim)
    made.add_to_hass(hass)
    assert await hass.config_entries.async_setup(made.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    return made


@pytest.fixture
def unloaded(hass: HomeAssistant, entry: MockConfigEntry) -> list[str]:
    """The ids of accounts that were unloaded since, once for each time."""
    seen: list[str] = []

    @callback
    def note(_change: ConfigEntryChange, changed: ConfigEntry) -> None:
        if changed.state is ConfigEntryState.NOT_LOADED:
            seen.append(changed.entry_id)

    async_dispatcher_connect(hass, SIGNAL_CONFIG_ENTRY_CHANGED, note)
    return seen


def disabled(hass: HomeAssistant, entry: MockConfigEntry) -> dict[str, str]:
    """Return who disabled each entity that is disabled."""
    entities = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    return {
        item.unique_id.partition("-")[2]: item.disabled_by for item in entities if item.disabled_by
    }


async def choose_entities(hass: HomeAssistant, menu: Any) -> Any:
    """Go to the step in which groups are chosen."""
    chosen = {"next_step_id": "entities"}
    return await hass.config_entries.options.async_configure(menu["flow_id"], chosen)


async def want(hass: HomeAssistant, entry: MockConfigEntry, *groups: str) -> Any:
    """Choose groups, and return the preview."""
    flow = await hass.config_entries.options.async_init(entry.entry_id)
    flow = await choose_entities(hass, flow)
    given = {"entities": list(groups)}
    return await hass.config_entries.options.async_configure(flow["flow_id"], given)


async def agree(hass: HomeAssistant, flow: Any, freezer: FrozenDateTimeFactory) -> None:
    """Agree to the preview, and wait until Home Assistant has reloaded the account."""
    done = await hass.config_entries.options.async_configure(flow["flow_id"], {})
    assert done["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    freezer.tick(timedelta(seconds=31))
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_group_is_enabled_after_a_preview(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    unloaded: list[str],
    freezer: FrozenDateTimeFactory,
) -> None:
    """The preview names what will be enabled; then it has values, and the rest is as before."""
    before = disabled(hass, entry)
    flow = await want(hass, entry, "tires")
    shown = flow["description_placeholders"]
    assert shown["count"] == "4"
    assert shown["entities"] == (
        "- **i4 eDrive40**: Front left target pressure, Front right target pressure, "
        "Rear left target pressure, Rear right target pressure"
    )
    assert disabled(hass, entry) == before
    await agree(hass, flow, freezer)
    assert state(hass, TARGET) == "2.6"
    gone = before.keys() - disabled(hass, entry).keys()
    assert gone == {f"tires.{place}.target_pressure" for place in WHEELS}
    assert unloaded == [entry.entry_id]


async def test_numbers_are_shown(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Each group says how many of its entities are on and how many can be enabled."""
    flow = await hass.config_entries.options.async_init(entry.entry_id)
    shown = (await choose_entities(hass, flow))["description_placeholders"]
    assert (shown["tires_on"], shown["tires_off"]) == ("5", "4")
    assert int(shown["everything_off"]) == len(disabled(hass, entry))
    assert int(shown["electric_off"]) > int(shown["service_off"]) > 0


async def test_what_the_user_disabled_stays_disabled(
    hass: HomeAssistant, entry: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    registry = er.async_get(hass)
    registry.async_update_entity(TARGET, disabled_by=None)
    registry.async_update_entity(TARGET, disabled_by=RegistryEntryDisabler.USER)
    flow = await want(hass, entry, "everything")
    shown = flow["description_placeholders"]
    assert shown["kept"] == "1"
    assert "Front left target pressure" not in shown["entities"]
    await agree(hass, flow, freezer)
    assert disabled(hass, entry) == {"tires.front_left.target_pressure": RegistryEntryDisabler.USER}
    assert hass.states.get(TARGET) is None


async def test_what_comes_later_is_enabled_too(
    hass: HomeAssistant, entry: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    """A value that the car sends for the first time after the choice has an enabled entity."""
    await agree(hass, await want(hass, entry, "tires"), freezer)
    push(entry, say(I4, {TEMPERATURE: 31, SEAT: 40}))
    freezer.tick(timedelta(seconds=1))
    async_fire_time_changed(hass)
    await hass.async_block_till_done()
    assert state(hass, "sensor.i4_edrive40_front_left_tire_temperature") == "31"
    assert SEAT in disabled(hass, entry)


async def test_choice_is_kept(
    hass: HomeAssistant, entry: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    """It is suggested the next time, and other settings do not end it."""
    await agree(hass, await want(hass, entry, "tires"), freezer)
    flow = await open_settings(hass, entry)
    flow = await hass.config_entries.options.async_configure(flow["flow_id"], SETTINGS)
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done(wait_background_tasks=True)
    assert entry.options == {**SETTINGS, "entities": ["tires"]}
    flow = await hass.config_entries.options.async_init(entry.entry_id)
    assert suggested(await choose_entities(hass, flow)) == {"entities": ["tires"]}


async def test_nothing_is_chosen(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    unloaded: list[str],
    freezer: FrozenDateTimeFactory,
) -> None:
    """Nothing changes, and the account is not reloaded."""
    before = disabled(hass, entry)
    flow = await want(hass, entry)
    assert flow["description_placeholders"] == {"count": "0", "entities": "", "kept": "0"}
    await agree(hass, flow, freezer)
    assert disabled(hass, entry) == before
    assert unloaded == []


async def test_names_are_text(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """A name of the user cannot put a page into the dialog."""
    er.async_get(hass).async_update_entity(TARGET, name="<img src=x onerror=alert(1)>")
    flow = await want(hass, entry, "tires")
    assert "<" not in flow["description_placeholders"]["entities"]


def test_groups_have_entities() -> None:
    """Every beginning of a key is that of an entity."""
    golden = json.loads(GOLDEN.read_text("utf-8"))
    keys = {key for entities in golden.values() for key in entities}
    for group, beginnings in _BEGINNINGS:
        for beginning in beginnings:
            found = {key for key in keys if key.startswith(beginning)}
            assert found, (group, beginning)
            assert all(group in groups_of(key) for key in found)
    assert groups_of("color") == {EntityGroup.EVERYTHING}
