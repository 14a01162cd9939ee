"""The entities of every bundled car, and what must never change."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
import os
from pathlib import Path
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity import EntityDescription
import orjson
import pytest
from syrupy.assertion import SnapshotAssertion

from custom_components.mybmw import (
    binary_sensor,
    button,
    calendar,
    device_tracker,
    event,
    image,
    lock,
    notify,
    number,
    select,
    sensor,
    switch,
)
from tests.ha.conftest import SetUp
from tests.replay.fingerprints import bundled

GOLDEN = Path(__file__).with_name("golden.json")
TABLES: Mapping[str, tuple[Any, ...]] = {
    "binary_sensor": binary_sensor.BINARY_SENSORS,
    "button": (*button.BUTTONS, *button.REFRESH),
    "calendar": calendar.CALENDARS,
    "device_tracker": device_tracker.TRACKERS,
    "event": event.EVENTS,
    "image": (*image.IMAGES, *image.DRAWINGS),
    "lock": lock.LOCKS,
    "notify": notify.NOTIFIERS,
    "number": number.NUMBERS,
    "select": select.SELECTS,
    "sensor": (*sensor.SENSORS, *sensor.LAST_COMMANDS),
    "switch": switch.SWITCHES,
    "binary_sensor of a source": binary_sensor.SOURCE_BINARY_SENSORS,
    "sensor of a source": sensor.SOURCE_SENSORS,
}
MODULES = (
    binary_sensor,
    button,
    calendar,
    device_tracker,
    event,
    image,
    lock,
    notify,
    number,
    select,
    sensor,
    switch,
)
type Golden = dict[str, dict[str, dict[str, Any]]]

FROZEN = (
    "device_class",
    "state_class",
    "native_unit_of_measurement",
    "event_types",
    "options",
    "native_min_value",
    "native_max_value",
    "native_step",
)


def plain(value: Any) -> Any:
    """Return a value as JSON has it."""
    return str(value) if isinstance(value, StrEnum) else value


def frozen(description: Any) -> dict[str, Any]:
    """Return what people's dashboards, automations and statistics rely on."""
    values = ((name, getattr(description, name, None)) for name in FROZEN)
    return {name: plain(value) for name, value in values if value is not None}


def test_nothing_people_rely_on_has_changed() -> None:
    """Keys, units, classes and options are for ever; set UPDATE_GOLDEN=1 to add to them.

    What has to change nevertheless is changed in the file by hand, so that it is seen in a review.
    """
    now = {
        platform: {item.key: frozen(item) for item in table} for platform, table in TABLES.items()
    }
    golden = orjson.loads(GOLDEN.read_bytes())
    assert list(lost(golden, now)) == []
    if os.environ.get("UPDATE_GOLDEN"):
        options = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE
        GOLDEN.write_bytes(orjson.dumps(now, option=options))
    assert now == orjson.loads(GOLDEN.read_bytes())


def lost(golden: Golden, now: Golden) -> Iterator[str]:
    """Yield what is not as it was; new keys, and new words beside the old ones, are no loss."""
    for platform, entities in golden.items():
        for key, before in entities.items():
            after = now.get(platform, {}).get(key)
            if after is None or not _grown(before, after):
                yield f"{platform} {key}: {before} became {after}"


def _grown(before: dict[str, Any], after: dict[str, Any]) -> bool:
    return before.keys() == after.keys() and all(
        set(value) <= set(after[name]) if isinstance(value, list) else value == after[name]
        for name, value in before.items()
    )


@pytest.mark.parametrize(
    ("now", "losses"),
    [
        ({"sensor": {"mode": {"options": ["a", "b"]}, "range": {"unit": "km"}}}, 0),
        ({"sensor": {"mode": {"options": ["b", "c", "a"]}, "range": {"unit": "km"}, "x": {}}}, 0),
        ({"sensor": {"mode": {"options": ["a"]}, "range": {"unit": "km"}}}, 1),
        ({"sensor": {"mode": {"options": ["a", "b"]}}}, 1),
        ({"sensor": {"mode": {"options": ["a", "b"]}, "range": {"unit": "mi"}}}, 1),
        ({"sensor": {"mode": {"options": ["a", "b"]}, "range": {"unit": "km", "class": "x"}}}, 1),
        ({"sensor": {"mode": {"options": ["a", "b"]}, "range": {}}}, 1),
        ({"select": {"mode": {"options": ["a", "b"]}, "range": {"unit": "km"}}}, 2),
    ],
)
def test_losses(now: Golden, losses: int) -> None:
    """A run may only add to the file."""
    golden: Golden = {"sensor": {"mode": {"options": ["a", "b"]}, "range": {"unit": "km"}}}
    assert len(list(lost(golden, now))) == losses


def test_every_table_is_in_it() -> None:
    """Whatever describes an entity of ours is among what must not change."""
    listed = {id(item) for table in TABLES.values() for item in table}
    for module in MODULES:
        tables = (value for value in vars(module).values() if isinstance(value, tuple))
        found = [item for table in tables for item in table if isinstance(item, EntityDescription)]
        assert found
        assert [item.key for item in found if id(item) not in listed] == [], module.__name__


def test_keys_are_unique() -> None:
    """No two entities of a platform share a unique id."""
    for platform, table in TABLES.items():
        keys = [item.key for item in table]
        assert len(keys) == len(set(keys)), platform


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
@pytest.mark.freeze_time("2026-11-09T12:00:00+00:00")
@pytest.mark.parametrize("cars", [(name,) for name in bundled()], ids=list(bundled()))
async def test_states(hass: HomeAssistant, set_up: SetUp, snapshot: SnapshotAssertion) -> None:
    """Every entity of every bundled car, as it is after set-up."""
    await set_up()
    states = {
        state.entity_id: f"{state.state} {state.attributes.get('unit_of_measurement', '')}".strip()
        for state in hass.states.async_all()
        if state.domain != "zone"
    }
    assert dict(sorted(states.items())) == snapshot


async def test_well_equipped_car(hass: HomeAssistant, set_up: SetUp) -> None:
    """Some thirty entities are on at first; the niche ones wait to be switched on."""
    entry = await set_up()
    entities = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    enabled = [entity for entity in entities if entity.disabled_by is None]
    assert 30 <= len(enabled) <= 40
    assert len(entities) > 2 * len(enabled)
    assert {entity.platform for entity in entities} == {"mybmw"}


@pytest.mark.parametrize(
    ("entity", "name", "value"),
    [
        ("binary_sensor.ix_xdrive50_lids", "sun_roof", "closed"),
        ("binary_sensor.ix_xdrive50_windows", "rear", "closed"),
        ("binary_sensor.ix_xdrive50_door_lock_state", "door_lock_state", "locked"),
        ("binary_sensor.ix_xdrive50_condition_based_services", "vehicle_tuv", "pending"),
        ("binary_sensor.ix_xdrive50_condition_based_services", "brake_fluid_date", "2027-04-01"),
        ("binary_sensor.ix_xdrive50_condition_based_services", "brake_fluid_distance", "18000 km"),
        ("binary_sensor.ix_xdrive50_check_control_messages", "washing_fluid", "low_severity"),
        ("lock.ix_xdrive50_lock", "door_lock_state", "locked"),
        ("device_tracker.ix_xdrive50", "direction", 214.0),
    ],
)
async def test_attributes_of_the_former_integration(
    hass: HomeAssistant, set_up: SetUp, entity: str, name: str, value: object
) -> None:
    """Templates that read attributes go on working."""
    await set_up()
    state = hass.states.get(entity)
    assert state is not None
    assert state.attributes[name] == value


async def test_imperial_units(hass: HomeAssistant, set_up: SetUp) -> None:
    """Home Assistant converts for people who count in miles."""
    await hass.config.async_update(unit_system="us_customary")
    await set_up()
    state = hass.states.get("sensor.ix_xdrive50_remaining_range_electric")
    assert state is not None
    assert state.attributes["unit_of_measurement"] == "mi"
    assert float(state.state) == pytest.approx(455 / 1.609344, abs=0.01)
