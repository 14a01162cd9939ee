"""Entries whose data or options are damaged: an error that says where, and a way out."""

from copy import deepcopy
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.translation import async_get_exception_message
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mybmw.const import DOMAIN
from tests.ha.support.flow_steps import (
    ACCOUNT,
    CAPTCHA,
    Patience,
    approve,
    begin,
    choose,
    log_in,
    open_settings,
)
from tests.replay.cardata import SimulatedCarData
from tests.replay.mybmw import SimulatedMyBMW

MISSING = object()
DATA = [
    (("sources",), MISSING),
    (("sources",), None),
    (("sources",), []),
    (("sources",), {}),
    (("sources",), {"somebody": {}}),
    (("sources", "mybmw"), None),
    (("sources", "mybmw", "region"), MISSING),
    (("sources", "mybmw", "region"), "moon"),
    (("sources", "mybmw", "username"), 7),
    (("sources", "mybmw", "password"), ["secret"]),
    (("sources", "cardata"), "secret"),
    (("sources", "cardata", "client_id"), MISSING),
    (("sources", "cardata", "client_id"), ""),
]
OPTIONS = [
    (("read_only",), "yes"),
    (("track_position",), None),
    (("road_factor",), "far"),
    (("road_factor",), 0.29),
    (("road_factor",), 1.01),
    (("road_factor",), True),
    (("polling_interval",), "often"),
    (("polling_interval",), 1e300),
    (("polling_interval",), True),
    (("polling_interval",), 0),
    (("entities",), "tires"),
    (("cardata",), 5),
    (("cardata", "tyres"), "secret"),
    (("cardata", "night_start"), "24:61"),
    (("cardata", "night_end"), 23),
    (("stream",), ["own"]),
    (("stream", "stream"), "twitch"),
    (("stream", "host"), MISSING),
    (("stream", "port"), MISSING),
    (("stream", "port"), 70000),
    (("stream", "tls"), "on"),
    (("stream", "ca"), "no certificate"),
    (("stream", "prefix"), 9),
]
GOOD = {
    "read_only": False,
    "polling_interval": 10,
    "cardata": {"tyres": True},
    "stream": {"stream": "own", "host": "broker.example", "port": 8883, "tls": True},
}

pytestmark = pytest.mark.usefixtures("silence")


def with_damage(content: Any, path: tuple[str, ...], value: object) -> dict[str, Any]:
    """Return the content with one thing missing, or of another value."""
    changed: dict[str, Any] = deepcopy(dict(content))
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    if value is MISSING:
        inner.pop(path[-1], None)
    else:
        inner[path[-1]] = value
    return changed


async def start(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)


def assert_told(entry: MockConfigEntry, key: str, path: tuple[str, ...]) -> None:
    """The set-up has ended in a translated error, which reports where and no values."""
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert entry.error_reason_translation_key == key
    where = (entry.error_reason_translation_placeholders or {})["where"]
    assert ".".join(path).startswith(where)
    assert where
    message = async_get_exception_message(DOMAIN, key, {"where": where})
    assert where in message
    assert "secret" not in message


@pytest.mark.parametrize(("path", "value"), DATA)
async def test_damaged_data(
    hass: HomeAssistant, entry: MockConfigEntry, path: tuple[str, ...], value: object
) -> None:
    entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(entry, data=with_damage(entry.data, path, value))
    await start(hass, entry)
    assert_told(entry, "damaged_data", path)
    await hass.config_entries.async_remove(entry.entry_id)
    assert hass.config_entries.async_entries(DOMAIN) == []


@pytest.mark.parametrize(("path", "value"), OPTIONS)
async def test_damaged_options(
    hass: HomeAssistant, entry: MockConfigEntry, path: tuple[str, ...], value: object
) -> None:
    """They can be saved again, whatever they were."""
    entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(entry, options=with_damage(GOOD, path, value))
    await start(hass, entry)
    assert_told(entry, "damaged_options", path)
    form = await open_settings(hass, entry)
    assert form["type"] is FlowResultType.FORM
    answer = {"polling_interval": 10, "cardata": {}, "stream": {"stream": "off"}}
    done = await hass.config_entries.options.async_configure(form["flow_id"], answer)
    assert done["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done(wait_background_tasks=True)
    assert entry.state is ConfigEntryState.LOADED


async def test_good_options(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """What is tried above is wrong for one reason only."""
    entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(entry, options={**GOOD, "stream": {"stream": "off"}})
    await start(hass, entry)
    assert entry.state is ConfigEntryState.LOADED


@pytest.mark.parametrize(("path", "value"), DATA)
async def test_reconfigure_mends_data(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    cardata: SimulatedCarData,
    patience: Patience,
    path: tuple[str, ...],
    value: object,
) -> None:
    """What can be fixed in place is, by a new login; a source that is not damaged stays."""
    entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(entry, data=with_damage(entry.data, path, value))
    await start(hass, entry)
    source = path[1] if len(path) > 1 else "cardata"
    flow = await choose(hass, await entry.start_reconfigure_flow(hass), source)
    if source == "cardata":
        result = await approve(hass, cardata, patience, flow)
    else:
        result = await log_in(hass, flow, ACCOUNT, CAPTCHA)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "source_added")
    await hass.async_block_till_done(wait_background_tasks=True)
    assert entry.state is ConfigEntryState.LOADED
    assert set(entry.data["sources"]) >= ({"cardata", "mybmw"} if len(path) > 1 else {"cardata"})


async def test_other_accounts_are_not_concerned(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    sim: SimulatedMyBMW,
    cardata: SimulatedCarData,
    patience: Patience,
) -> None:
    """Another account can be added while one is damaged."""
    entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(entry, data={"sources": 7}, unique_id="another")
    await start(hass, entry)
    assert entry.state is ConfigEntryState.SETUP_ERROR
    result = await approve(hass, cardata, patience, await begin(hass))
    assert result["type"] is FlowResultType.CREATE_ENTRY
