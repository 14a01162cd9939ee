"""The end of the set-up of CarData: which cars there are, whether they send, and what it costs."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from functools import partial
from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import EVENT_DATA_ENTRY_FLOW_PROGRESSED, FlowResultType
from homeassistant.helpers import device_registry as dr
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
    async_fire_time_changed,
)

from custom_components.mybmw.client import Http
from custom_components.mybmw.client.cardata import CardataSource, connection
from custom_components.mybmw.const import DOMAIN
from tests.ha.support import state
from tests.ha.support.cardata import (
    I4,
    SECONDARY,
    SOC_KEY,
    broker_of,
    counted,
    poller,
    recorded,
    say,
    until,
)
from tests.ha.support.flow_steps import Patience, ask_code, begin, step
from tests.replay import faults
from tests.replay.broker import PATIENCE, SimulatedBroker
from tests.replay.cardata import Endpoint, SimulatedCarData
from tests.replay.cardata.faults import error
from tests.replay.mosquitto import MosquittoMissing, find_mosquitto
from tests.replay.refusal import Refusal

SOC: Final = "sensor.i4_edrive40_remaining_battery_percent"
STREAM: Final = "binary_sensor.bmw_cardata_stream"
CARS: Final = ("i4_edrive40",)
LISTENING: Final = f"{DOMAIN} first messages"


@pytest.fixture
def folders() -> tuple[str, ...]:
    """The folders of the cars in the account; tests override it."""
    return CARS


@pytest.fixture
def sim(folders: tuple[str, ...]) -> Iterator[SimulatedCarData]:
    """The simulated service."""
    simulated = SimulatedCarData(recorded(*folders), fresh=True)
    with simulated.router():
        yield simulated


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch, freezer: FrozenDateTimeFactory) -> Patience:
    """Pauses that last until the test ends them, and no broker."""
    return Patience.install(monkeypatch, freezer)


async def at_cars(hass: HomeAssistant, sim: SimulatedCarData, patience: Patience) -> Any:
    """Log in, and go as far as the step that shows the cars."""
    flow = await ask_code(hass, patience, await begin(hass), sim.client_id)
    sim.approve()
    patience.end()
    await hass.async_block_till_done()
    flow = await step(hass, flow)
    if flow["type"] is FlowResultType.SHOW_PROGRESS:
        flow = await step(hass, flow)
    assert flow["step_id"] == "cardata_cars"
    return flow


def shown(flow: Any) -> str:
    """Return what is said of the cars."""
    return str(flow["description_placeholders"]["cars"])


async def test_cars_are_named(
    hass: HomeAssistant, sim: SimulatedCarData, patience: Patience
) -> None:
    """Each car is listed with what could be read; the account has the values at once."""
    flow = await at_cars(hass, sim, patience)
    assert shown(flow).startswith("- **i4 eDrive40 …NT01**: ")
    assert shown(flow).endswith(" values read.")
    assert flow["description_placeholders"]["spent"] == str(counted(sim))
    assert not hass.config_entries.async_entries(DOMAIN)
    flow = await step(hass, flow, {})
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    assert flow["result"].state is ConfigEntryState.LOADED
    assert state(hass, SOC) == "57"


async def test_costs_nothing_more(
    hass: HomeAssistant, sim: SimulatedCarData, patience: Patience
) -> None:
    """The entry makes no request again, and has those of the set-up in its ledger."""
    flow = await at_cars(hass, sim, patience)
    calls = counted(sim)
    entry = (await step(hass, flow, {}))["result"]
    await hass.async_block_till_done(wait_background_tasks=True)
    assert counted(sim) == calls
    source = poller(entry).source
    assert isinstance(source, CardataSource)
    assert sum(1 for _ in source.ledger) == calls
    assert source.status.calls_made == calls
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert counted(sim) == calls
    assert poller(entry).source.status.calls_made == calls
    assert state(hass, SOC) == "57"


async def test_requests_are_the_usual_ones(
    hass: HomeAssistant, sim: SimulatedCarData, patience: Patience
) -> None:
    """They are those that an account makes at first."""
    await at_cars(hass, sim, patience)
    assert [call.endpoint for call in sim.calls if call.counted] == [
        Endpoint.MAPPINGS,
        Endpoint.BASIC_DATA,
        Endpoint.LIST_CONTAINERS,
        Endpoint.CREATE_CONTAINER,
        Endpoint.TELEMATIC_DATA,
    ]


async def test_dialog_is_closed_and_opened_again(
    hass: HomeAssistant, sim: SimulatedCarData, patience: Patience
) -> None:
    """What was read is not read again, and is in the ledger of the account."""
    flow = await at_cars(hass, sim, patience)
    calls = counted(sim)
    hass.config_entries.flow.async_abort(flow["flow_id"])
    await hass.async_block_till_done(wait_background_tasks=True)
    assert not hass.config_entries.async_entries(DOMAIN)
    again = await at_cars(hass, sim, patience)
    assert shown(again) == shown(flow)
    entry = (await step(hass, again, {}))["result"]
    assert counted(sim) == calls
    assert poller(entry).source.status.calls_made == calls
    assert state(hass, SOC) == "57"


async def test_dialog_is_opened_again_days_later(
    hass: HomeAssistant,
    sim: SimulatedCarData,
    patience: Patience,
    freezer: FrozenDateTimeFactory,
) -> None:
    """What may have changed since is read again, and the rest is not."""
    flow = await at_cars(hass, sim, patience)
    hass.config_entries.flow.async_abort(flow["flow_id"])
    await hass.async_block_till_done(wait_background_tasks=True)
    sim.clear_calls()
    freezer.tick(timedelta(days=2))
    await at_cars(hass, sim, patience)
    asked = {call.endpoint for call in sim.calls if call.counted}
    assert {Endpoint.MAPPINGS, Endpoint.TELEMATIC_DATA} <= asked
    assert asked.isdisjoint({Endpoint.BASIC_DATA, Endpoint.CREATE_CONTAINER})


@pytest.mark.parametrize("folders", [("i4_edrive40", "530d")])
async def test_secondary_user(
    hass: HomeAssistant, sim: SimulatedCarData, patience: Patience
) -> None:
    """Why a car may not be read is said."""
    flow = await at_cars(hass, sim, patience)
    lines = shown(flow).splitlines()
    assert len(lines) == 2
    (other,) = (line for line in lines if SECONDARY[-4:] in line)
    assert other.endswith("cannot be read, since this account is not its main user (primary user).")


@pytest.mark.parametrize(
    ("endpoint", "fault", "text"),
    [
        (Endpoint.BASIC_DATA, error("CU-104"), "BMW does not let it be read: either"),
        (Endpoint.MAPPINGS, faults.no_network(), "The servers cannot be reached."),
        (Endpoint.MAPPINGS, error("CU-429"), "The service allows no more requests for now."),
        (Endpoint.MAPPINGS, error("CU-103"), "CarData API is not switched on"),
        (Endpoint.TELEMATIC_DATA, faults.server_error(), "The service reported an error."),
    ],
    ids=["denied", "network", "quota", "scope", "server"],
)
async def test_cause_is_named(
    hass: HomeAssistant,
    sim: SimulatedCarData,
    patience: Patience,
    endpoint: Endpoint,
    fault: faults.Fault,
    text: str,
) -> None:
    """The account is set up all the same, and tries again by itself."""
    sim.fail(endpoint, fault, None)
    flow = await at_cars(hass, sim, patience)
    assert text in shown(flow)
    flow = await step(hass, flow, {})
    assert flow["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize("folders", [()])
async def test_no_car(hass: HomeAssistant, sim: SimulatedCarData, patience: Patience) -> None:
    flow = await at_cars(hass, sim, patience)
    assert shown(flow).startswith("BMW lists no car for this account.")


async def test_car_of_another_account(
    hass: HomeAssistant, sim: SimulatedCarData, patience: Patience
) -> None:
    """A car that is shown already costs no requests."""
    other = MockConfigEntry(domain=DOMAIN, unique_id="other", data={"sources": {}})
    other.add_to_hass(hass)
    dr.async_get(hass).async_get_or_create(
        config_entry_id=other.entry_id, identifiers={(DOMAIN, I4)}
    )
    flow = await at_cars(hass, sim, patience)
    assert shown(flow) == (
        "- **…NT01**: is shown by another account here, and left out in this one."
    )
    assert counted(sim) == 1


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> Patience:
    """Pauses that last until the test ends them, while the clock goes on, as the broker needs."""

    class Clock:
        def tick(self, _by: timedelta) -> None:
            """Leave the clock alone."""

    made = Patience(Clock())
    monkeypatch.setattr(Http, "pause", lambda _http, seconds: made.pause(seconds))
    return made


@pytest.fixture
async def broker(
    sim: SimulatedCarData,
    waiting: Patience,
    monkeypatch: pytest.MonkeyPatch,
    socket_enabled: None,
) -> AsyncIterator[SimulatedBroker]:
    """A real broker with TLS in place of BMW's; pauses are cut short."""
    try:
        find_mosquitto()
    except MosquittoMissing as missing:
        pytest.skip(str(missing))

    async def sleep(_seconds: float) -> None:
        await asyncio.sleep(0.02)

    monkeypatch.setattr(connection, "CardataSource", partial(CardataSource, sleep=sleep))
    async with broker_of(sim) as running:
        yield running
        # A closed dialog has only begun to close its connection
        closing = [task for task in asyncio.all_tasks() if task.get_name() == LISTENING]
        if closing:
            await asyncio.wait(closing, timeout=PATIENCE)


async def test_first_message_is_shown(
    hass: HomeAssistant, sim: SimulatedCarData, waiting: Patience, broker: SimulatedBroker
) -> None:
    """The open dialog is told when a car sends; then the stream is closed for the entry's own."""
    events = async_capture_events(hass, EVENT_DATA_ENTRY_FLOW_PROGRESSED)
    flow = await at_cars(hass, sim, waiting)
    assert shown(flow).endswith("Waiting for its first message …")
    await broker.wait_for_subscriptions()
    told = len(events)
    await broker.publish(I4, say(I4, {SOC_KEY: 63}))
    await until(lambda: len(events) > told)
    assert events[-1].data["flow_id"] == flow["flow_id"]
    await until(lambda: not broker.connected)
    flow = await step(hass, flow)
    assert shown(flow).endswith("It sends.")
    entry = (await step(hass, flow, {}))["result"]
    assert state(hass, SOC) == "63"
    await until(lambda: state(hass, STREAM) == "on")
    assert broker.connects == 2
    await hass.config_entries.async_unload(entry.entry_id)


async def test_leaving_early(
    hass: HomeAssistant, sim: SimulatedCarData, waiting: Patience, broker: SimulatedBroker
) -> None:
    """The stream is closed before the entry opens its own one."""
    flow = await at_cars(hass, sim, waiting)
    await broker.wait_for_subscriptions()
    calls = counted(sim)
    flow = await step(hass, flow, {})
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    await until(lambda: state(hass, STREAM) == "on")
    status = poller(flow["result"]).status
    assert not status.disputed
    assert counted(sim) == calls
    await hass.config_entries.async_unload(flow["result"].entry_id)


async def test_car_that_sleeps(
    hass: HomeAssistant,
    sim: SimulatedCarData,
    waiting: Patience,
    broker: SimulatedBroker,
) -> None:
    """After a minute nothing is waited for any more, and the stream is closed."""
    flow = await at_cars(hass, sim, waiting)
    await broker.wait_for_subscriptions()
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=61))
    await until(lambda: not broker.connected)
    flow = await step(hass, flow)
    assert shown(flow).endswith("which is normal while it sleeps.")


async def test_motorcycle(
    hass: HomeAssistant, sim: SimulatedCarData, waiting: Patience, broker: SimulatedBroker
) -> None:
    """It sends nothing, so nothing is waited for."""
    sim.cars[I4].basic_data["brand"] = "BMW Motorrad"
    flow = await at_cars(hass, sim, waiting)
    assert shown(flow).endswith("so that values come by request only.")
    assert broker.attempts == []


@pytest.mark.parametrize("folders", [("530d",)])
async def test_nothing_is_waited_for(
    hass: HomeAssistant, sim: SimulatedCarData, waiting: Patience, broker: SimulatedBroker
) -> None:
    """A car that may not be read opens no stream."""
    await at_cars(hass, sim, waiting)
    assert broker.attempts == []


async def test_dialog_is_closed(
    hass: HomeAssistant, sim: SimulatedCarData, waiting: Patience, broker: SimulatedBroker
) -> None:
    """No stream is left open."""
    flow = await at_cars(hass, sim, waiting)
    await broker.wait_for_subscriptions()
    hass.config_entries.flow.async_abort(flow["flow_id"])
    await until(lambda: not broker.connected)
    assert not hass.config_entries.async_entries(DOMAIN)


async def test_stream_is_refused(
    hass: HomeAssistant, sim: SimulatedCarData, waiting: Patience, broker: SimulatedBroker
) -> None:
    broker.refuse(Refusal.NOT_AUTHORIZED)
    flow = await at_cars(hass, sim, waiting)
    await until(lambda: bool(broker.attempts))
    async with asyncio.timeout(PATIENCE):
        while "either another program" not in shown(flow):
            flow = await step(hass, flow)
            await asyncio.sleep(0.02)
    assert "either another program uses it, or CarData Stream is off." in shown(flow)
    hass.config_entries.flow.async_abort(flow["flow_id"])
