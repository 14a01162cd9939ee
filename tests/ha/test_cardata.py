"""BMW CarData in Home Assistant, from the client id to live values."""

import asyncio
from collections.abc import Iterator
from typing import Any

from homeassistant.config_entries import SOURCE_USER, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest

from custom_components.mybmw.client import Http
from custom_components.mybmw.const import DOMAIN
from tests.ha.cardata import I4, SOC_KEY, broker_of, counted, recorded, say, until
from tests.ha.support import state
from tests.replay.cardata import CLIENT_ID, SimulatedCarData

SOC = "sensor.i4_edrive40_remaining_battery_percent"

pytestmark = pytest.mark.usefixtures("socket_enabled")


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


async def test_from_client_id_to_live_values(
    hass: HomeAssistant, cardata: SimulatedCarData, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = asyncio.Event()

    async def pause(_self: Http, _seconds: float) -> None:
        await seen.wait()

    monkeypatch.setattr(Http, "pause", pause)
    async with broker_of(cardata) as broker:
        flow = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
        assert flow["type"] is FlowResultType.MENU
        flow = await step(hass, flow, {"next_step_id": "cardata"})
        assert flow["step_id"] == "cardata"
        flow = await step(hass, flow, {"client_id": f" {CLIENT_ID.upper()} "})
        assert flow["type"] is FlowResultType.SHOW_PROGRESS
        assert flow["description_placeholders"]["qr_code"].startswith("<svg")
        cardata.approve()
        seen.set()
        await hass.async_block_till_done()
        flow = await hass.config_entries.flow.async_configure(flow["flow_id"])
        assert flow["type"] is FlowResultType.CREATE_ENTRY
        (entry,) = hass.config_entries.async_entries(DOMAIN)
        await until(lambda: entry.state is ConfigEntryState.LOADED)
        assert hass.states.get(SOC) is not None
        assert counted(cardata) <= 4 + 2
        await broker.wait_for_subscriptions()
        await broker.publish(I4, say(I4, {SOC_KEY: 64}))
        await until(lambda: state(hass, SOC) == "64")
        await hass.config_entries.async_unload(entry.entry_id)


async def step(hass: HomeAssistant, flow: Any, data: dict[str, Any]) -> Any:
    """Answer a step."""
    return await hass.config_entries.flow.async_configure(flow["flow_id"], data)
