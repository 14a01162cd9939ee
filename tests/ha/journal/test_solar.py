"""The solar share of a charge, by the sensors of the Energy dashboard."""

from datetime import datetime, timedelta
from typing import Any

from homeassistant.components.energy.data import async_get_manager
from homeassistant.components.recorder import Recorder
from homeassistant.components.recorder.models import (
    StatisticData,
    StatisticMeanType,
    StatisticMetaData,
)
from homeassistant.components.recorder.statistics import async_import_statistics
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)

from custom_components.mybmw.client.core.records import (
    Charge,
    Figure,
    How,
    PlaceKind,
    RecordPlace,
    Slot,
)
from custom_components.mybmw.client.journal.solar import Flows, solar_share
from tests.ha.journal.conftest import NOON, Sends
from tests.ha.support.actions import act
from tests.ha.support.cardata import I4

HOUR = timedelta(hours=1)
MONTH = "sensor.i4_edrive40_solar_share_this_month"
FIRST = NOON - 3 * HOUR
FLOWS = {
    "sensor.sun": [3.0, 4.0, 0.0],
    "sensor.grid": [1.0, 2.0, 5.0],
    "sensor.export": [1.0, 0.0, 0.0],
    "sensor.stored": [1.0, 2.0, 5.0],
}


def charge(*energies: float) -> Charge:
    slots = tuple(Slot(FIRST + number * HOUR, energy) for number, energy in enumerate(energies))
    end = slots[-1].start + HOUR / 4
    figure = Figure(sum(energies), How.BMW)
    place = RecordPlace(PlaceKind.HOME, "zone.home", "Home")
    return Charge("c20261110T110000", FIRST, end, slots=slots, energy=figure, place=place)


def record(hass: HomeAssistant, name: str, changes: list[float], first: datetime) -> None:
    """Let the recorder have the energy of a sensor by the hour."""
    metadata = StatisticMetaData(
        mean_type=StatisticMeanType.NONE,
        has_sum=True,
        name=None,
        source="recorder",
        statistic_id=name,
        unit_class="energy",
        unit_of_measurement="kWh",
    )
    rows, total = [StatisticData(start=first - HOUR, state=0.0, sum=0.0)], 0.0
    for number, change in enumerate(changes):
        total += change
        rows.append(StatisticData(start=first + number * HOUR, state=total, sum=total))
    async_import_statistics(hass, metadata, rows)


async def dashboard(hass: HomeAssistant) -> None:
    """Set up the Energy dashboard with the sun, a battery and the grid."""
    hass.config.components.add("energy")
    manager = await async_get_manager(hass)
    preferences: Any = {
        "energy_sources": [
            {"type": "solar", "stat_energy_from": "sensor.sun"},
            {
                "type": "grid",
                "stat_energy_from": "sensor.grid",
                "stat_energy_to": "sensor.export",
            },
            {
                "type": "battery",
                "stat_energy_from": "sensor.stored",
                "stat_energy_to": "sensor.loaded",
            },
        ],
        "device_consumption": [],
    }
    manager.data = preferences


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
@pytest.mark.parametrize(("hours", "share"), [(3, 33.3), (2, None)], ids=["known", "missing"])
async def test_after_a_charge(
    recorder_mock: Recorder,
    hass: HomeAssistant,
    account: MockConfigEntry,
    sends: Sends,
    hours: int,
    share: float | None,
) -> None:
    """The share is known when the recorder has all hours; until then it is unknown, not zero."""
    await dashboard(hass)
    for name, changes in FLOWS.items():
        record(hass, name, changes[:hours], FIRST)
    await async_wait_recording_done(hass)
    log = account.runtime_data.journals.cars[I4].log
    item = charge(2.0, 2.0, 2.0)
    log.put(item)
    await sends(wait=timedelta(minutes=20))
    await async_wait_recording_done(hass)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert log.charges[item.id].solar_share == share
    await sends()
    shown = hass.states.get(MONTH)
    assert (None if shown is None else float(shown.state)) == share
    (month,) = (await act(hass, "get_summary", I4))["periods"]
    assert month["solar_share"] == share


async def test_without_a_dashboard(
    recorder_mock: Recorder, hass: HomeAssistant, account: MockConfigEntry, sends: Sends
) -> None:
    log = account.runtime_data.journals.cars[I4].log
    item = charge(2.0)
    log.put(item)
    await sends(wait=timedelta(minutes=20))
    assert log.charges[item.id].solar_share is None


def test_shares() -> None:
    """What is given back to the grid was not used at home."""
    assert Flows(solar=3, grid=1, battery=1, returned=1).share == 0.5
    assert Flows(solar=1, returned=1).share is None
    assert Flows(solar=1, grid=1, returned=2).share == 0
    hour = int(FIRST.timestamp())
    flows = {hour: Flows(solar=4), hour + 3600: Flows(grid=2)}
    assert solar_share(charge(6.0, 2.0), flows) == 75
    assert solar_share(charge(6.0, 2.0, 2.0), flows) is None
    assert solar_share(charge(6.0), {}) is None
