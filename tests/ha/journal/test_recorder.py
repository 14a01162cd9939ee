"""A car with a recorder: statistics, the Energy dashboard, and what removal leaves."""

from datetime import UTC, datetime, timedelta
from typing import Any

from homeassistant.components.energy.data import DeviceConsumption, async_get_manager
from homeassistant.components.energy.validate import async_validate
from homeassistant.components.recorder import Recorder, get_instance
from homeassistant.components.recorder.statistics import (
    list_statistic_ids,
    statistics_during_period,
)
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
    do_adhoc_statistics,
)

from custom_components.mybmw.client.journal.log import Log
from tests.ha.journal.conftest import NOON, Sends
from tests.ha.journal.test_actions import CHARGE, FIRST, SECOND, call
from tests.ha.support.cardata import I4, SOC_KEY

ALL = {
    f"mybmw:{I4.lower()}_{name}"
    for name in ("distance", "driving_energy", "charged_home", "charged_away")
}
HOME = f"mybmw:{I4.lower()}_charged_home"
DISTANCE = f"mybmw:{I4.lower()}_distance"


async def fill(entry: MockConfigEntry, sends: Sends) -> None:
    """Put trips and a charge at home into the journal."""
    log: Log = entry.runtime_data.journals.cars[I4].log
    for item in (FIRST, SECOND, CHARGE):
        log.put(item)
    await sends({SOC_KEY: 50})


async def sums(hass: HomeAssistant, wanted: str) -> dict[int, Any]:
    """Return the sums by hour of the day."""
    await async_wait_recording_done(hass)
    start = NOON - timedelta(days=2)
    found = await get_instance(hass).async_add_executor_job(
        statistics_during_period, hass, start, None, {wanted}, "hour", None, {"sum"}
    )
    return {
        datetime.fromtimestamp(row["start"], UTC).hour: row.get("sum")
        for row in found.get(wanted, [])
    }


async def known(hass: HomeAssistant) -> set[str]:
    """Return the ids of our statistics."""
    await async_wait_recording_done(hass)
    found = await get_instance(hass).async_add_executor_job(list_statistic_ids, hass)
    return {item["statistic_id"] for item in found if item["source"] == "mybmw"}


async def test_records_become_statistics(
    recorder_mock: Recorder, hass: HomeAssistant, account: MockConfigEntry, sends: Sends
) -> None:
    """Each hour has what was driven and charged in it, also after a restart and a rebuild."""
    await fill(account, sends)
    distance = {7: 20, 9: 80}
    charged = {21: 8, 22: 16}
    assert (await sums(hass, DISTANCE), await sums(hass, HOME)) == (distance, charged)
    await hass.config_entries.async_reload(account.entry_id)
    await hass.async_block_till_done()
    assert (await sums(hass, DISTANCE), await sums(hass, HOME)) == (distance, charged)
    await call(hass, "rebuild_statistics", series=["distance"])
    assert (await sums(hass, DISTANCE), await sums(hass, HOME)) == (distance, charged)


async def test_clearing_the_log(
    recorder_mock: Recorder, hass: HomeAssistant, account: MockConfigEntry, sends: Sends
) -> None:
    """The statistics go with the records."""
    await fill(account, sends)
    assert await known(hass) == ALL - {f"mybmw:{I4.lower()}_charged_away"}
    await call(hass, "clear_log", confirm=True)
    assert await sums(hass, DISTANCE) == {}


async def test_removal(
    recorder_mock: Recorder, hass: HomeAssistant, account: MockConfigEntry, sends: Sends
) -> None:
    """A removed account leaves nothing in the recorder; an unloaded one leaves all."""
    await fill(account, sends)
    await hass.config_entries.async_unload(account.entry_id)
    assert DISTANCE in await known(hass)
    await hass.config_entries.async_remove(account.entry_id)
    await hass.async_block_till_done()
    assert await known(hass) == set()


async def test_energy_dashboard(
    recorder_mock: Recorder, hass: HomeAssistant, account: MockConfigEntry, sends: Sends
) -> None:
    """Home Assistant has no objection to the statistic of home charging, nor to the sensor."""
    await fill(account, sends)
    await known(hass)
    assert await async_setup_component(hass, "energy", {"energy": {}})
    manager = await async_get_manager(hass)
    sensor = next(
        state.entity_id for state in hass.states.async_all("sensor") if _is_charged(state.entity_id)
    )
    do_adhoc_statistics(hass, start=NOON)
    await known(hass)
    for wanted in (HOME, sensor):
        devices: list[DeviceConsumption] = [{"stat_consumption": wanted}]
        await manager.async_update(
            {"energy_sources": [], "device_consumption": devices, "device_consumption_water": []}
        )
        issues = (await async_validate(hass)).as_dict()["device_consumption"]
        assert issues == [[]], wanted


def _is_charged(entity_id: str) -> bool:
    return "charged_at_home" in entity_id
