"""CarData while the entry goes away, and while an entity fails."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.sensor import SensorEntity
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
import httpx
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

from custom_components.mybmw.client import Http
from custom_components.mybmw.client.transport.http import Request
from custom_components.mybmw.const import DOMAIN
from tests.ha.support import state
from tests.ha.support.cardata import (
    I4,
    MILEAGE_KEY,
    SOC_KEY,
    entry_of,
    no_stream,
    push,
    recorded,
    say,
    until,
)
from tests.replay.cardata import Endpoint, SimulatedCarData
from tests.replay.cardata.faults import out_of_quota

MILEAGE = "sensor.i4_edrive40_mileage"
WHEELS = "vehicle.chassis.axle.row1.wheel"
BUTTON = {"entity_id": "button.i4_edrive40_refresh"}


@pytest.fixture
def cardata(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimulatedCarData]:
    """The simulated service with one electric car and without a stream."""
    no_stream(monkeypatch)
    simulated = SimulatedCarData(recorded("i4_edrive40"), fresh=True)
    with simulated.router():
        yield simulated


@pytest.fixture
async def entry(hass: HomeAssistant, cardata: SimulatedCarData) -> MockConfigEntry:
    """An account whose car was read."""
    made = entry_of(cardata)
    made.add_to_hass(hass)
    await hass.config_entries.async_setup(made.entry_id)
    await hass.async_block_till_done()
    return made


@pytest.mark.parametrize("asked_by", ["plan", "user"])
async def test_removed_during_a_call(
    hass: HomeAssistant,
    cardata: SimulatedCarData,
    entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
    asked_by: str,
) -> None:
    """Whatever BMW answers, there is no timer any more (tests see to that), and no repair issue."""
    reached, go_on, fetch = asyncio.Event(), asyncio.Event(), Http.fetch

    async def slow(self: Http, request: Request) -> httpx.Response:
        reached.set()
        await go_on.wait()
        return await fetch(self, request)

    monkeypatch.setattr(Http, "fetch", slow)
    cardata.fail(Endpoint.TELEMATIC_DATA, out_of_quota(), None)
    asking = None
    if asked_by == "user":
        press = hass.services.async_call("button", "press", BUTTON, blocking=True)
        asking = asyncio.create_task(press)
    else:
        freezer.tick(timedelta(hours=2))
        async_fire_time_changed(hass)
    await reached.wait()
    await hass.config_entries.async_remove(entry.entry_id)
    go_on.set()
    if asking is not None:
        with suppress(HomeAssistantError):
            await asking
    await hass.async_block_till_done(wait_background_tasks=True)
    assert [issue for domain, issue in ir.async_get(hass).issues if domain == DOMAIN] == []


async def test_entities_that_fail_keep_no_other_from_being_updated(
    hass: HomeAssistant, entry: MockConfigEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither those of the same message, nor later ones."""
    write = SensorEntity.async_write_ha_state

    def fail(self: SensorEntity) -> None:
        if self.entity_id != MILEAGE:
            raise ValueError
        write(self)

    monkeypatch.setattr(SensorEntity, "async_write_ha_state", fail)
    hass.loop.set_exception_handler(lambda *_: None)
    mileage = int(state(hass, MILEAGE))
    for further in (1, 2):
        pressures = {f"{WHEELS}.{side}.tire.pressure": 200 + further for side in ("left", "right")}
        with suppress(ValueError):
            push(entry, say(I4, {SOC_KEY: further, MILEAGE_KEY: mileage + further, **pressures}))
        await until(lambda: state(hass, MILEAGE) == str(mileage + further))  # noqa: B023
