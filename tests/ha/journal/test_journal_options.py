"""Options of the journal: commutes, how long trips are kept, statistics, the charger's power."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from homeassistant.components.recorder import Recorder, get_instance
from homeassistant.components.recorder.statistics import get_metadata, statistics_during_period
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)

from custom_components.mybmw.client.core.records import PlaceKind, RecordPlace, Trip
from tests.ha.journal.conftest import NOON, Sends, Storage
from tests.ha.journal.test_charger_meter import BEGINS, PARKED, PREDICTED
from tests.ha.journal.test_currency import Form
from tests.ha.support import state
from tests.ha.support.actions import act
from tests.ha.support.cardata import I4, SOC_KEY

WORK = "zone.office"
POWER = "sensor.charger_power"
HOME = RecordPlace(PlaceKind.HOME, "zone.home", "Home")
OFFICE = RecordPlace(PlaceKind.ZONE, WORK, "Office")
MINUTE = timedelta(minutes=1)
HOUR = 60 * MINUTE
DAY = 24 * HOUR


@pytest.fixture
def chosen() -> dict[str, Any]:
    """The options that a test wants."""
    return {}


@pytest.fixture
def options(chosen: dict[str, Any]) -> dict[str, Any]:
    """The options of the account."""
    return {"journal": {"keep": True, "join_stops": 5, **chosen}}


def trip(end: datetime, odometer: float = 1000) -> Trip:
    """Return a trip from home to work."""
    start, key = end - 20 * MINUTE, f"t{end:%Y%m%dT%H%M%S}"
    return Trip(key, start, end, odometer, odometer + 20, origin=HOME, destination=OFFICE)


async def driven(account: MockConfigEntry, sends: Sends, *trips: Trip) -> None:
    """Put trips into the journal."""
    for item in trips:
        account.runtime_data.journals.cars[I4].log.put(item)
    await sends({SOC_KEY: 50})


async def listed(hass: HomeAssistant) -> list[dict[str, Any]]:
    """Return the trips, oldest first."""
    found: list[dict[str, Any]] = (await act(hass, "get_trips", I4, order="oldest_first"))["trips"]
    return found


async def shown(hass: HomeAssistant, start: datetime, end: datetime) -> list[str]:
    """Return the destinations of trips in the calendar."""
    entity = er.async_get(hass).async_get_entity_id("calendar", "mybmw", f"{I4}-journal")
    times = {"start_date_time": start, "end_date_time": end}
    answer: Any = await hass.services.async_call(
        "calendar",
        "get_events",
        {"entity_id": entity, **times},
        blocking=True,
        return_response=True,
    )
    return [event["location"] for event in answer[entity]["events"]]


@pytest.mark.parametrize("chosen", [{"work_zone": WORK}], ids=["work"])
async def test_commutes(hass: HomeAssistant, account: MockConfigEntry, sends: Sends) -> None:
    """They are found; what the user says stays, also after a restart."""
    await driven(account, sends, trip(NOON - 2 * HOUR), trip(NOON - HOUR, 1030))
    known = ("category", "category_inferred")
    found = [tuple(item[key] for key in known) for item in await listed(hass)]
    assert found == [("commute", True)] * 2
    await act(hass, "set_trip", I4, category="none")
    assert await hass.config_entries.async_reload(account.entry_id)
    await hass.async_block_till_done()
    await sends({SOC_KEY: 51})
    found = [tuple(item[key] for key in known) for item in await listed(hass)]
    assert found == [("commute", True), (None, False)]


async def test_the_form(hass: HomeAssistant, account: MockConfigEntry) -> None:
    """Home is no work, energy no power; the zone makes commutes of past trips."""
    hass.states.async_set(POWER, "1", {"unit_of_measurement": "kWh"})
    account.runtime_data.journals.cars[I4].log.put(trip(NOON - HOUR))
    form = Form(hass, account)
    for given, error in (
        ({"work_zone": "zone.home"}, "work_zone_home"),
        ({"charger_power": POWER}, "charger_power_unit"),
        ({"work_zone": WORK}, None),
    ):
        await form.open()
        await form.submit(**given)
        assert form.shown.get("errors") == ({"base": error} if error else None)
    assert [item["category"] for item in await listed(hass)] == ["commute"]


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
@pytest.mark.parametrize("chosen", [{"keep_records": "12"}, {"keep_records": "all"}, {}], ids=str)
async def test_old_trips(
    hass: HomeAssistant,
    account: MockConfigEntry,
    sends: Sends,
    chosen: dict[str, Any],
    hass_storage: Storage,
) -> None:
    """At a restart, those of before are replaced by totals in the files, too."""
    old = NOON - 400 * DAY
    await driven(account, sends, trip(old), trip(old + DAY, 1020), trip(NOON - HOUR, 1040))
    assert await hass.config_entries.async_reload(account.entry_id)
    await hass.async_block_till_done()
    found = await listed(hass)
    if chosen != {"keep_records": "12"}:
        assert len(found) == 3
        return
    total, last = found
    assert (total["distance"], total["count"], total["start"], total["origin"]) == (
        40,
        2,
        None,
        None,
    )
    assert last["origin"] == "Home"
    (month,) = [key for key in hass_storage if key.endswith(".2025-10")]
    assert "Home" not in str(hass_storage[month]["data"])


async def _hours(hass: HomeAssistant) -> list[tuple[float, float]]:
    """Return the hours of the distance in the recorder, with their sums."""
    await async_wait_recording_done(hass)
    key, start = f"mybmw:{I4.lower()}_distance", NOON - 500 * DAY
    found = await get_instance(hass).async_add_executor_job(
        statistics_during_period, hass, start, None, {key}, "hour", None, {"sum"}
    )
    return [(row["start"], row.get("sum") or 0.0) for row in found[key]]


async def test_statistics_of_old_trips(
    recorder_mock: Recorder, hass: HomeAssistant, account: MockConfigEntry, sends: Sends
) -> None:
    """The recorder keeps the hours of trips that became totals, also after restarts."""
    old = NOON - 400 * DAY
    trips = (trip(old), trip(old + DAY, 1020), trip(NOON - HOUR, 1040))
    await driven(account, sends, *trips)
    before = await _hours(hass)
    assert [total for _, total in before] == [20, 40, 60]
    form = Form(hass, account)
    await form.open()
    await form.submit(keep_records="12")
    assert len(await listed(hass)) == 2
    assert await _hours(hass) == before
    assert await hass.config_entries.async_reload(account.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert await _hours(hass) == before
    await driven(account, sends, trip(NOON, 1060))
    await sends({SOC_KEY: 51})
    assert [total for _, total in await _hours(hass)] == [20, 40, 60, 80]


async def _statistics(hass: HomeAssistant) -> set[str]:
    await async_wait_recording_done(hass)
    read = partial(get_metadata, hass, statistic_source="mybmw")
    return set(await get_instance(hass).async_add_executor_job(read))


async def test_without_statistics(
    recorder_mock: Recorder, hass: HomeAssistant, account: MockConfigEntry, sends: Sends
) -> None:
    """They are deleted when they are switched off, and written again when they are on."""
    distance = f"mybmw:{I4.lower()}_distance"
    await driven(account, sends, trip(NOON - HOUR))
    assert distance in await _statistics(hass)
    form = Form(hass, account)
    await form.open()
    await form.submit(statistics=False)
    await driven(account, sends, trip(NOON, 1030))
    assert await _statistics(hass) == set()
    with pytest.raises(ServiceValidationError, match="no long-term statistics"):
        await act(hass, "rebuild_statistics", I4)
    await form.open()
    await form.submit(statistics=True)
    assert distance in await _statistics(hass)


@pytest.mark.usefixtures("at_home")
@pytest.mark.parametrize("chosen", [{"charger_power": POWER}], ids=["power"])
async def test_power_of_the_charger(hass: HomeAssistant, sends: Sends) -> None:
    """The predicted state of charge follows it while the car is silent, up and to a stop."""

    def give(watts: float | str) -> None:
        hass.states.async_set(POWER, str(watts), {"unit_of_measurement": "W"})

    give(7_000)
    await sends(PARKED, 5 * MINUTE)
    await sends(BEGINS, HOUR)
    risen = float(state(hass, PREDICTED))
    assert 46 <= risen <= 50
    give(0)
    await sends(None, HOUR)
    assert float(state(hass, PREDICTED)) == pytest.approx(risen, abs=0.5)
    give(7_000)
    await sends(None, HOUR)
    assert float(state(hass, PREDICTED)) == pytest.approx(2 * risen - 40, abs=1.5)
