"""The usable capacity that the user knows, what depends on it, and the capacity by month."""

from datetime import datetime, timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.data_entry_flow import FlowManagerIndexView
from homeassistant.helpers.json import json_dumps
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mybmw.client import attributes as car
from custom_components.mybmw.client.core.records import (
    BatteryEstimate,
    Charge,
    ChargingKind,
    Figure,
    How,
    Trip,
)
from tests.ha.journal.conftest import NOON, Sends
from tests.ha.support.actions import act
from tests.ha.support.cardata import I4, SOC_KEY
from tests.ha.support.flow_steps import open_settings
from tests.replay.cardata import SimulatedCarData
from tests.replay.carstate import CAPACITY, ENERGY_TO_FULL, PLUG, POWER, STATUS

RANGE = "sensor.i4_edrive40_projected_range_at_100"
USABLE = 60.0
SHOWN = 78.0
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


async def submit(hass: HomeAssistant, account: MockConfigEntry, rows: list[Any]) -> Any:
    """Save usable capacities in the options; the form must be one that a browser can show."""
    flow: Any = await open_settings(hass, account)
    shown = FlowManagerIndexView(hass.config_entries.options)._prepare_result_json(flow)
    assert "usable_capacities" in json_dumps(shown)
    given = {
        "track_position": True,
        "journal": {"keep": True, "join_stops": 5, "usable_capacities": rows},
        "cardata": {"places": True, "sessions": True, "tyres": True},
        "stream": {"stream": "off", "port": 1883, "tls": False, "prefix": "bmw"},
    }
    result = await hass.config_entries.options.async_configure(flow["flow_id"], given)
    await hass.async_block_till_done(wait_background_tasks=True)
    return result


def row(account: MockConfigEntry, capacity: float) -> dict[str, Any]:
    return {"car": account.runtime_data.device(I4).id, "capacity": capacity}


async def charge(sends: Sends, low: int, high: int) -> None:
    """Charge; the car says how much is missing."""
    begin = {PLUG: "CONNECTED", STATUS: "CHARGINGACTIVE", POWER: 7_000}
    for soc in range(low, high + 1, 5):
        missing = round((100 - soc) / 100 * SHOWN, 1)
        await sends({**begin, SOC_KEY: soc, ENERGY_TO_FULL: missing}, 5 * MINUTE)
    await sends({STATUS: "CHARGINGENDED", PLUG: "DISCONNECTED", POWER: 0}, 5 * MINUTE)


async def test_the_user_knows_the_capacity(
    hass: HomeAssistant, account: MockConfigEntry, sends: Sends
) -> None:
    """It counts for all calculations; what charges show, and what the car says, is still shown."""
    before = account.runtime_data.data.vehicles[I4].value(car.BATTERY_CAPACITY)
    result = await submit(hass, account, [row(account, USABLE)])
    assert result["type"] is FlowResultType.CREATE_ENTRY
    for low in (20, 25, 20, 25, 20):
        await charge(sends, low, 70)
        await sends({SOC_KEY: 20}, MINUTE)
    last = hass.states.get("sensor.i4_edrive40_last_charge")
    assert last is not None
    assert last.attributes["battery_energy"] == 30.0
    vehicle = account.runtime_data.data.vehicles[I4]
    found = vehicle.value(car.ESTIMATED_CAPACITY)
    assert isinstance(found, BatteryEstimate)
    assert found.capacity == pytest.approx(SHOWN, rel=0.01)
    assert vehicle.value(car.BATTERY_CAPACITY) == before != USABLE


async def test_capacities_are_checked(hass: HomeAssistant, account: MockConfigEntry) -> None:
    """A car has one, and it is likely."""
    result = await submit(hass, account, [row(account, 60.0), row(account, 61.0)])
    assert result["errors"] == {"base": "usable_capacities_invalid"}
    for capacity in (1.0, 301.0):
        with pytest.raises(InvalidData):
            await submit(hass, account, [row(account, capacity)])


def drives(count: int, distance: float = 50.0, energy: float = 10.0) -> list[Trip]:
    """Return trips of one after another."""
    return [
        Trip(
            f"t{start:%Y%m%dT%H%M%S}",
            start,
            start + HOUR,
            1_000 + number * distance,
            1_000 + (number + 1) * distance,
            energy=Figure(energy, How.SOC),
        )
        for number in range(count)
        for start in [NOON - (count - number) * 4 * HOUR]
    ]


async def test_projected_range(hass: HomeAssistant, account: MockConfigEntry, sends: Sends) -> None:
    """It is there after some trips, and says what it is based on."""
    vehicle, log = (
        account.runtime_data.data.vehicles[I4],
        account.runtime_data.journals.cars[I4].log,
    )
    for trip in drives(4):
        log.put(trip)
    await sends({SOC_KEY: 50, CAPACITY: 80})
    assert vehicle.value(car.PROJECTED_RANGE) is None
    for trip in drives(6):
        log.put(trip)
    await sends({SOC_KEY: 51})
    registry = er.async_get(hass)
    entity_id = registry.async_get_entity_id("sensor", "mybmw", f"{I4}-projected_range")
    assert entity_id is not None
    assert (entity := registry.async_get(entity_id)) is not None
    assert entity.disabled
    registry.async_update_entity(entity_id, disabled_by=None)
    await submit(hass, account, [])
    shown = hass.states.get(entity_id)
    assert shown is not None
    assert shown.state == "400"
    assert {
        key: shown.attributes[key] for key in ("basis", "capacity", "consumption", "trips")
    } == {
        "basis": "car",
        "capacity": 80.0,
        "consumption": 20.0,
        "trips": 6,
    }
    await submit(hass, account, [row(account, USABLE)])
    await sends({SOC_KEY: 52})
    shown = hass.states.get(entity_id)
    assert shown is not None
    assert (shown.state, shown.attributes["basis"]) == ("300", "user")


async def test_capacity_by_month(
    hass: HomeAssistant, account: MockConfigEntry, cardata: SimulatedCarData, sends: Sends
) -> None:
    """The sums by month have the capacity over the odometer, from the car or from the grid."""
    cardata.cars[I4].charging_history.clear()
    await sends({CAPACITY: 80.7}, MINUTE)
    for low in (20, 25):
        await charge(sends, low, 70)
        await sends({SOC_KEY: 20}, MINUTE)
    log = account.runtime_data.journals.cars[I4].log
    end = datetime(2026, 9, 20, 12, tzinfo=NOON.tzinfo)
    log.put(
        Charge(
            "c20260920T120000",
            end - 4 * HOUR,
            end,
            start_soc=20.0,
            end_soc=70.0,
            energy=Figure(44.0, How.METER),
            kind=ChargingKind.AC,
            odometer=30_000,
        )
    )
    answer = await act(hass, "get_summary", I4, period="month", count=3)
    months = [item.get("battery") for item in answer["periods"]]
    assert months[0] is not None
    assert months[0].pop("reported_health") in (None, pytest.approx(95, abs=10))
    assert months == [
        {
            "capacity": pytest.approx(SHOWN, abs=0.3),
            "charges": 2,
            "capacity_from": "car",
            "reported_capacity": 80.7,
            "mileage": 31_450,
        },
        None,
        {
            "capacity": pytest.approx(79.2, abs=0.1),
            "charges": 1,
            "capacity_from": "grid",
            "reported_capacity": None,
            "reported_health": None,
            "mileage": 30_000,
        },
    ]
