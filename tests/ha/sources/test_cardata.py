"""BMW CarData in Home Assistant: set-up, restart, bad days, and two sources together."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import SOURCE_USER, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import device_registry as dr, issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mybmw.client import Http
from custom_components.mybmw.client.cardata import CardataSource, connection
from custom_components.mybmw.const import DOMAIN
from tests.ha.conftest import Elapse, account
from tests.ha.support import flows, state
from tests.ha.support.cardata import (
    I4,
    IX,
    PETROL,
    SECONDARY,
    SOC_KEY,
    broker_of,
    counted,
    entry_of,
    no_stream,
    poller,
    push,
    recorded,
    say,
    until,
)
from tests.replay import faults
from tests.replay.cardata import CLIENT_ID, Endpoint, SimulatedCarData, combined_router
from tests.replay.cardata.faults import error, out_of_quota
from tests.replay.fingerprints import bundled, load
from tests.replay.mybmw import SimulatedMyBMW

SOC = "sensor.i4_edrive40_remaining_battery_percent"
CALLS = "sensor.bmw_cardata_requests_left"

type Start = Callable[..., Awaitable[MockConfigEntry]]


@pytest.fixture
def cars() -> tuple[str, ...]:
    """The folders of the cars in the account."""
    return ("i4_edrive40",)


@pytest.fixture
def cardata(cars: tuple[str, ...]) -> Iterator[SimulatedCarData]:
    """The simulated service with these cars, their newest values measured just now."""
    simulated = SimulatedCarData(recorded(*cars), fresh=True)
    with simulated.router():
        yield simulated


@pytest.fixture
def start(hass: HomeAssistant, cardata: SimulatedCarData, monkeypatch: pytest.MonkeyPatch) -> Start:
    """Set up an account without a stream, and wait until it is settled."""

    async def run(entry: MockConfigEntry | None = None, **options: Any) -> MockConfigEntry:
        no_stream(monkeypatch)
        made = entry or entry_of(cardata, **options)
        if entry is None:
            made.add_to_hass(hass)
        await hass.config_entries.async_setup(made.entry_id)
        await hass.async_block_till_done()
        return made

    return run


@pytest.mark.usefixtures("socket_enabled")
async def test_from_client_id_to_live_values(
    hass: HomeAssistant, cardata: SimulatedCarData, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Client id, approval, values with few calls, then whatever the car sends."""
    seen = asyncio.Event()

    async def pause(_self: Http, _seconds: float) -> None:
        await seen.wait()

    async def brief(_seconds: float) -> None:
        await asyncio.sleep(0.02)

    monkeypatch.setattr(Http, "pause", pause)
    # The set-up dialog may have had a connection already: the next one waits for ten seconds
    monkeypatch.setattr(connection, "CardataSource", partial(CardataSource, sleep=brief))
    async with broker_of(cardata) as broker:
        flow = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
        flow = await step(hass, flow, {"next_step_id": "cardata"})
        flow = await step(hass, flow, {"client_id": f" {CLIENT_ID.upper()} "})
        assert flow["step_id"] == "cardata_code"
        flow = await step(hass, flow, {})
        assert flow["type"] is FlowResultType.SHOW_PROGRESS
        cardata.approve()
        seen.set()
        await hass.async_block_till_done()
        flow = await hass.config_entries.flow.async_configure(flow["flow_id"])
        assert flow["step_id"] == "cardata_cars"
        flow = await step(hass, flow, {})
        assert flow["type"] is FlowResultType.CREATE_ENTRY
        entry = flow["result"]
        await until(lambda: entry.state is ConfigEntryState.LOADED)
        assert float(state(hass, SOC)) > 0
        assert counted(cardata) <= 4 + 2
        await broker.wait_for_subscriptions()
        await broker.publish(I4, say(I4, {SOC_KEY: 64}))
        await until(lambda: state(hass, SOC) == "64")
        await hass.config_entries.async_unload(entry.entry_id)
    assert not broker.connected


async def step(hass: HomeAssistant, flow: Any, data: dict[str, Any]) -> Any:
    """Answer a step."""
    return await hass.config_entries.flow.async_configure(flow["flow_id"], data)


@pytest.mark.parametrize("cars", [("i4_edrive40", "320i", "x3_30e", "530d")])
async def test_set_up_is_cheap(
    hass: HomeAssistant, cardata: SimulatedCarData, start: Start, cars: tuple[str, ...]
) -> None:
    """At most four calls an account and two a car; a secondary car costs none."""
    await start()
    assert counted(cardata) <= 4 + 2 * (len(cars) - 1)
    assert all(call.vin != SECONDARY for call in cardata.calls)


LATER = {
    "sensor.bmw_cardata_next_request",
    # The journal follows two seconds after a change, and at once after a start
    "sensor.i4_edrive40_predicted_state_of_charge",
}


async def test_restart_brings_everything_back_and_costs_nothing(
    hass: HomeAssistant, cardata: SimulatedCarData, start: Start
) -> None:
    entry = await start()
    push(entry, say(I4, {SOC_KEY: 64}))
    await until(lambda: state(hass, SOC) == "64")
    before = {
        item.entity_id: item.state
        for item in hass.states.async_all()
        if item.entity_id not in LATER
    }
    assert await hass.config_entries.async_unload(entry.entry_id)
    cardata.clear_calls()
    await start(entry)
    after = {entity: state(hass, entity) for entity in before}
    assert after == before
    assert state(hass, SOC) == "64"
    assert not cardata.calls
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert not cardata.calls


async def test_secondary_car_is_shown_as_limited(
    hass: HomeAssistant, cardata: SimulatedCarData, start: Start
) -> None:
    cardata.add(recorded("530d")[0])
    entry = await start()
    registry = dr.async_get(hass)
    device = registry.async_get_device_by_identifier((DOMAIN, SECONDARY), entry.entry_id)
    assert device is not None
    vehicle = entry.runtime_data.vehicles[SECONDARY]
    assert [reading.attribute.key for reading in vehicle] == ["access"]
    push(entry, say("WBA00000000000042", {SOC_KEY: 64}))
    assert "WBA00000000000042" not in entry.runtime_data.vehicles
    assert poller(entry).source.diagnostics()["foreign_cars"] == {"WBA00000000000042": 1}


@pytest.mark.freeze_time("2026-11-10T12:00:00Z", tick=True)
async def test_quota_is_spent_before_the_first_call(
    hass: HomeAssistant, cardata: SimulatedCarData, start: Start
) -> None:
    """What cars send does not wait for the next day."""
    cardata.spend(50)
    entry = await start()
    assert entry.state is ConfigEntryState.LOADED
    assert state(hass, CALLS) == "0"
    issue = ir.async_get(hass).async_get_issue(DOMAIN, f"quota_spent_by_others_{entry.entry_id}")
    assert issue is not None
    push(entry, say(I4, {SOC_KEY: 64}))
    await until(lambda: hass.states.is_state("sensor.bmw_remaining_battery_percent", "64"))


@pytest.mark.freeze_time("2026-11-10T12:00:00Z")
async def test_values_stay_when_the_quota_is_spent(
    hass: HomeAssistant, cardata: SimulatedCarData, start: Start, elapse: Elapse
) -> None:
    await start()
    soc = state(hass, SOC)
    for endpoint in (Endpoint.TELEMATIC_DATA, Endpoint.CHARGING_HISTORY, Endpoint.TYRE_DIAGNOSIS):
        cardata.fail(endpoint, out_of_quota(), None)
    await elapse(timedelta(hours=2))
    assert state(hass, SOC) == soc
    assert state(hass, CALLS) == "0"
    spent = len(cardata.calls)
    await elapse(timedelta(hours=2))
    assert len(cardata.calls) == spent


async def test_no_network_at_first(
    hass: HomeAssistant, cardata: SimulatedCarData, start: Start
) -> None:
    """Set-up is tried again, and not a call is booked for what never left."""
    cardata.fail(Endpoint.ANY, faults.no_network(), None)
    entry = await start()
    assert entry.state is ConfigEntryState.SETUP_RETRY
    for _ in range(3):
        await hass.config_entries.async_reload(entry.entry_id)
        assert entry.state is ConfigEntryState.SETUP_RETRY
    assert not [call for call in cardata.calls if call.counted]


async def test_errors_at_first_are_not_paid_for_again_and_again(
    hass: HomeAssistant,
    cardata: SimulatedCarData,
    start: Start,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Home Assistant tries again within seconds; BMW is not asked before some minutes."""
    cardata.fail(Endpoint.MAPPINGS, error("CU-500"), None)
    entry = await start()
    for _ in range(4):
        await hass.config_entries.async_reload(entry.entry_id)
    assert counted(cardata) == 1
    cardata.heal()
    freezer.tick(timedelta(minutes=6))
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    assert float(state(hass, SOC)) > 0


async def test_outage_changes_nothing_that_is_known(
    hass: HomeAssistant, cardata: SimulatedCarData, start: Start, elapse: Elapse
) -> None:
    """What a car has reported stays true; the log reports once that BMW cannot be reached."""
    await start()
    soc = state(hass, SOC)
    cardata.fail(Endpoint.ANY, faults.no_network(), None)
    await elapse(timedelta(hours=3))
    await elapse(timedelta(hours=3))
    assert state(hass, SOC) == soc
    cardata.heal()
    cardata.cars[I4].apply(SOC_KEY, 31, poller_now(cardata), "percent")
    await elapse(timedelta(hours=7))
    assert state(hass, SOC) == "31"


def poller_now(cardata: SimulatedCarData) -> Any:
    """Return the time of the simulated service."""
    return cardata._clock()


async def test_dead_login_asks_for_a_new_one(
    hass: HomeAssistant, cardata: SimulatedCarData, start: Start, elapse: Elapse
) -> None:
    """A refused refresh token is final: no retries, no calls, one flow that waits for the user."""
    await start()
    cardata.revoke(refresh=True)
    cardata.clear_calls()
    await elapse(timedelta(hours=2))
    assert flows(hass) == ["reauth"]
    assert state(hass, SOC) == "unavailable"
    assert not [call for call in cardata.calls if call.endpoint is not Endpoint.REFRESH]
    asked = len(cardata.calls)
    await elapse(timedelta(hours=24))
    assert len(cardata.calls) == asked


async def test_refresh_button_spends_the_users_reserve(
    hass: HomeAssistant, cardata: SimulatedCarData, start: Start, freezer: FrozenDateTimeFactory
) -> None:
    entry = await start()
    button = "button.i4_edrive40_refresh"
    cardata.cars[I4].apply(SOC_KEY, 31, poller_now(cardata), "percent")
    await press(hass, button)
    assert state(hass, SOC) == "31"
    ledger = poller(entry).source.ledger  # type: ignore[attr-defined]
    assert [call.reason for call in ledger][-1] == "user"
    cardata.fail(Endpoint.TELEMATIC_DATA, error("CU-503"))
    with pytest.raises(HomeAssistantError) as caught:
        await press(hass, button)
    assert caught.value.translation_key == "api_error"
    cardata.fail(Endpoint.TELEMATIC_DATA, out_of_quota())
    with pytest.raises(HomeAssistantError):
        await press(hass, button)
    await hass.async_block_till_done()
    made = len(cardata.calls)
    with pytest.raises(ServiceValidationError) as caught:
        await press(hass, button)
    assert caught.value.translation_key == "no_requests_left"
    assert len(cardata.calls) == made


async def press(hass: HomeAssistant, button: str) -> None:
    await hass.services.async_call("button", "press", {"entity_id": button}, blocking=True)


async def test_picture_comes_later_and_once(
    hass: HomeAssistant, cardata: SimulatedCarData, start: Start, elapse: Elapse
) -> None:
    entry = await start()
    picture = "image.i4_edrive40_front_side_view"
    assert state(hass, picture) == "unknown"
    await elapse(timedelta(minutes=11))
    assert state(hass, picture) != "unknown"
    assert sum(call.endpoint is Endpoint.IMAGE for call in cardata.calls) == 1
    await hass.config_entries.async_reload(entry.entry_id)
    await elapse(timedelta(minutes=11))
    assert sum(call.endpoint is Endpoint.IMAGE for call in cardata.calls) == 1


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_extras_become_entities(
    hass: HomeAssistant, cardata: SimulatedCarData, start: Start, elapse: Elapse
) -> None:
    await start()
    await elapse(timedelta(minutes=16))
    assert float(state(hass, "sensor.i4_edrive40_last_charge")) > 0
    assert state(hass, "sensor.i4_edrive40_front_left_tire_wear") == "green"


async def test_extras_can_be_switched_off(
    hass: HomeAssistant, cardata: SimulatedCarData, start: Start, elapse: Elapse
) -> None:
    await start(cardata={"sessions": False, "tyres": False, "places": False})
    await elapse(timedelta(hours=25))
    asked = {call.endpoint for call in cardata.calls}
    assert not asked & {
        Endpoint.CHARGING_HISTORY,
        Endpoint.TYRE_DIAGNOSIS,
        Endpoint.CHARGING_SETTINGS,
    }


async def test_position_is_not_kept_if_unwanted(
    hass: HomeAssistant, cardata: SimulatedCarData, start: Start
) -> None:
    entry = await start(track_position=False)
    assert not hass.states.async_all("device_tracker")
    latitude = cardata.cars[I4].telematics[
        "vehicle.cabin.infotainment.navigation.currentLocation.latitude"
    ]["value"]
    assert latitude not in str(entry.runtime_data._plan())
    assert latitude not in str(entry.runtime_data._car(I4))


async def test_car_of_another_entry_stays_there(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two accounts share a car: the entry that had it first keeps it."""
    no_stream(monkeypatch)
    one = SimulatedCarData(recorded("i4_edrive40"), fresh=True)
    other = SimulatedCarData(
        recorded("i4_edrive40", "320i"), fresh=True, gcid="0f0e0d0c-0000-4000-8000-00000000cafe"
    )
    with combined_router(one, other):
        first, second = entry_of(one), entry_of(other)
        for entry in (first, second):
            entry.add_to_hass(hass)
            await hass.config_entries.async_setup(entry.entry_id)
            await hass.async_block_till_done()
        assert set(first.runtime_data.vehicles) == {I4}
        assert set(second.runtime_data.vehicles) == {PETROL}
        assert second.runtime_data.in_other_entries == {I4}
        await hass.config_entries.async_reload(second.entry_id)
        assert set(second.runtime_data.vehicles) == {PETROL}
        await hass.config_entries.async_unload(second.entry_id)


@pytest.fixture
def both(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """One account with both sources and the same car in both."""
    app = SimulatedMyBMW(load(bundled()["ix_xdrive50"]))
    official = SimulatedCarData(recorded("ix_xdrive50"), fresh=True, gcid=app.gcid)
    with combined_router(app, official):
        no_stream(monkeypatch)
        entry = entry_of(official)
        sources = {**entry.data["sources"], "mybmw": account(app.issue_tokens())}
        entry.add_to_hass(hass)
        hass.config_entries.async_update_entry(entry, data={"sources": sources})
        yield app, official, entry


async def test_both_sources_feed_one_car(hass: HomeAssistant, both: Any) -> None:
    """The newest reading wins, of whichever source, and commands go to the source that can."""
    _app, _official, entry = both
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert len(entry.runtime_data.vehicles) == 1
    soc = "sensor.ix_xdrive50_remaining_battery_percent"
    push(entry, say(IX, {SOC_KEY: 11}))
    await hass.async_block_till_done()
    assert state(hass, soc) == "11"
    assert state(hass, "lock.ix_xdrive50_lock") in ("locked", "unlocked")
    await press(hass, "button.ix_xdrive50_flash_lights")


@pytest.mark.parametrize("down", ["app", "official"])
async def test_one_source_down_does_not_touch_the_other(
    hass: HomeAssistant, both: Any, down: str
) -> None:
    app, official, entry = both
    if down == "app":
        app.fail(faults.Endpoint.ANY, faults.blocked(), None)
    else:
        official.fail(Endpoint.ANY, faults.server_error(), None)
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert entry.state is ConfigEntryState.LOADED
    assert float(state(hass, "sensor.ix_xdrive50_mileage")) > 0
    locks = hass.states.async_all("lock")
    assert bool(locks) is (down == "official")


async def test_removal_during_a_refresh(
    hass: HomeAssistant,
    cardata: SimulatedCarData,
    start: Start,
    elapse: Elapse,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An answer that comes too late plans nothing any more, and raises no issue."""
    entry = await start()
    cardata.spend(100)
    reached, go_on, fetch = asyncio.Event(), asyncio.Event(), Http.fetch

    async def slow(self: Http, request: Any) -> Any:
        response = await fetch(self, request)
        reached.set()
        await go_on.wait()
        return response

    monkeypatch.setattr(Http, "fetch", slow)
    car = {"entity_id": "button.i4_edrive40_refresh"}
    press = asyncio.create_task(hass.services.async_call("button", "press", car, blocking=True))
    await reached.wait()
    await hass.config_entries.async_remove(entry.entry_id)
    go_on.set()
    with pytest.raises(HomeAssistantError):
        await press
    before = len(cardata.calls)
    await elapse(timedelta(days=2))
    assert len(cardata.calls) == before
    assert not ir.async_get(hass).issues
