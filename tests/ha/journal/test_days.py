"""Days of a car, from the messages that it sends to the states that its owner sees."""

from collections import Counter
from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import Event, HomeAssistant, State
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_capture_events

from tests.ha.journal.conftest import MIDNIGHT, Live, Storage
from tests.ha.journal.test_files import log_of, restart
from tests.ha.support import state
from tests.ha.support.cardata import I4
from tests.ha.support.long_day import disk_of
from tests.replay.cardata import StreamMessage
from tests.replay.writes import disk_writes

DRIVING = "binary_sensor.i4_edrive40_driving"
LAST_TRIP = "sensor.i4_edrive40_last_trip"
MONTH = "sensor.i4_edrive40_distance_this_month"
HOME = "sensor.i4_edrive40_energy_charged_at_home"
TRIP = "event.i4_edrive40_trip"
CHARGE = "event.i4_edrive40_charge"
MILEAGE = "sensor.i4_edrive40_mileage"


@pytest.fixture(autouse=True)
def _midnight(freezer: FrozenDateTimeFactory) -> None:
    freezer.move_to(MIDNIGHT)


def kinds(events: list[Event[Any]], entity: str) -> list[str]:
    """Return the types of the events of an entity, in order."""
    states: list[State] = [
        event.data["new_state"] for event in events if event.data["entity_id"] == entity
    ]
    return [item.attributes["event_type"] for item in states if "event_type" in item.attributes]


@pytest.mark.usefixtures("at_home")
async def test_workday(
    hass: HomeAssistant, account: MockConfigEntry, day: list[StreamMessage], live: Live
) -> None:
    """Two trips and what was charged, as events, states and records; little is written."""
    first = float(state(hass, MILEAGE))
    changes = async_capture_events(hass, "state_changed")
    with disk_writes() as written:
        await live(day)
    trips = sorted(log_of(account).trips.values(), key=lambda trip: trip.end)
    assert len(trips) == 2
    driven = float(state(hass, MILEAGE)) - first
    assert sum(trip.distance for trip in trips) == driven > 10
    assert kinds(changes, TRIP) == ["started", "ended"] * 2
    assert state(hass, DRIVING) == "off"
    assert float(state(hass, LAST_TRIP)) == trips[-1].distance
    assert float(state(hass, MONTH)) == driven
    last = hass.states.get(LAST_TRIP)
    assert last is not None
    assert (last.attributes["from"], last.attributes["to"]) == ("away", "Home")
    assert last.attributes["end_soc"] < last.attributes["start_soc"]
    month = hass.states.get(MONTH)
    assert month is not None
    assert month.attributes["last_reset"] == "2026-11-01T00:00:00-07:00"
    disk = disk_of(written, account)
    assert disk.size["journal"] < 500_000, disk
    assert disk.writes["journal"] < 100, disk
    told = Counter(kinds(changes, CHARGE))
    assert (told["plugged_in"], told["started"], told["unplugged"]) == (1, 1, 1)


@pytest.mark.usefixtures("at_home")
async def test_calendar(
    hass: HomeAssistant,
    entity_registry: er.EntityRegistry,
    account: MockConfigEntry,
    day: list[StreamMessage],
    live: Live,
) -> None:
    """The trips and charges of a day, once its calendar is switched on."""
    await live(day)
    entity = entity_registry.async_get_entity_id("calendar", "mybmw", f"{I4}-journal")
    assert entity is not None
    entity_registry.async_update_entity(entity, disabled_by=None)
    await hass.config_entries.async_reload(account.entry_id)
    await hass.async_block_till_done()
    span = {"start_date_time": MIDNIGHT.isoformat(), "duration": {"hours": 24}}
    answer = await hass.services.async_call(
        "calendar",
        "get_events",
        {"entity_id": entity, **span},
        blocking=True,
        return_response=True,
    )
    assert answer is not None
    events: Any = answer[entity]
    summaries = [event["summary"] for event in events["events"]]
    trips = [item.partition(", ")[2] for item in summaries if " km" in item]
    assert trips == ["Home → Away", "Away → Home"]
    assert any(item.endswith("kWh") for item in summaries)
    assert events["events"] == sorted(events["events"], key=lambda event: event["start"])


@pytest.mark.usefixtures("at_home")
@pytest.mark.parametrize("killed", [True, False], ids=["killed", "stopped"])
async def test_restarts(
    hass: HomeAssistant,
    hass_storage: Storage,
    account: MockConfigEntry,
    day: list[StreamMessage],
    live: Live,
    killed: bool,
) -> None:
    """Whenever Home Assistant restarts, no trip is lost or there twice, and totals never fall."""
    first = float(state(hass, MILEAGE))
    changes = async_capture_events(hass, "state_changed")
    pieces = 12
    for number in range(pieces):
        part = day[len(day) * number // pieces : len(day) * (number + 1) // pieces]
        await live(part, timedelta())
        if killed:
            await restart(hass, account, hass_storage)
        else:
            await hass.config_entries.async_reload(account.entry_id)
            await hass.async_block_till_done()
    await live([])
    trips = sorted(log_of(account).trips.values(), key=lambda trip: trip.end)
    assert sum(trip.distance for trip in trips) == float(state(hass, MILEAGE)) - first
    assert len(trips) == 2
    assert [one.odometer_end for one in trips[:-1]] == [two.odometer_start for two in trips[1:]]
    totals = [
        float(event.data["new_state"].state)
        for event in changes
        if event.data["entity_id"] == HOME
        and event.data["new_state"] is not None
        and event.data["new_state"].state not in ("unavailable", "unknown")
    ]
    assert totals == sorted(totals)
    assert totals[-1] > 0
