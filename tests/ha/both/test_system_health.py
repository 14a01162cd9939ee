"""System health: the state of the sources of all accounts, without their names."""

from datetime import timedelta
from typing import Any

import aiohttp
from homeassistant.components.system_health import DOMAIN as SYSTEM_HEALTH, get_info
from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mybmw.const import DOMAIN
from tests.ha.conftest import Elapse, SetUp
from tests.ha.support import POLL
from tests.ha.support.flow_steps import only
from tests.replay import faults
from tests.replay.cardata import SimulatedCarData
from tests.replay.faults import Endpoint
from tests.replay.mybmw import SimulatedMyBMW

APP = "https://cocoapi.bmwgroup.com/"
OFFICIAL = "https://api-cardata.bmwgroup.com"

pytestmark = pytest.mark.usefixtures("silence")


async def health(hass: HomeAssistant) -> dict[str, Any]:
    """Return what Home Assistant shows of the integration."""
    assert await async_setup_component(hass, SYSTEM_HEALTH, {})
    shown = (await get_info(hass))[DOMAIN]
    texts = await async_get_translations(hass, "en", "system_health", [DOMAIN])
    assert {f"component.{DOMAIN}.system_health.info.{key}" for key in shown} <= texts.keys()
    return shown


@pytest.fixture(autouse=True)
def web(aioclient_mock: Any) -> Any:
    """BMW's servers can be reached."""
    aioclient_mock.get(APP, status=404)
    aioclient_mock.get(OFFICIAL, status=403)
    return aioclient_mock


async def test_both_sources(hass: HomeAssistant, cardata: SimulatedCarData, set_up: SetUp) -> None:
    await set_up()
    assert await health(hass) == {
        "accounts": "mybmw + cardata",
        "cardata_state": "ok",
        "cardata_requests_left": str(50 - len(cardata.calls)),
        "cardata_stream": "off",
        "cardata_server": "ok",
        "mybmw_state": "ok",
        "mybmw_server": "ok",
    }


async def test_bmw_refuses_and_is_gone(
    hass: HomeAssistant,
    sim: SimulatedMyBMW,
    set_up: SetUp,
    elapse: Elapse,
    web: Any,
) -> None:
    await set_up()
    await elapse(timedelta(seconds=1))
    sim.fail(Endpoint.ANY, faults.blocked(), times=None)
    await elapse(POLL)
    web.clear_requests()
    web.get(APP, exc=aiohttp.ClientConnectionError)
    web.get(OFFICIAL, exc=TimeoutError)
    told = await health(hass)
    assert (told["mybmw_state"], told["mybmw_server"]) == ("blocked", "Failed: unreachable")
    assert (told["cardata_state"], told["cardata_server"]) == ("ok", "Failed: timeout")


@only("mybmw")
async def test_accounts_are_distinguished_by_their_order_alone(
    hass: HomeAssistant, entry: MockConfigEntry, set_up: SetUp
) -> None:
    """An account that was never set up is included; one that is damaged does no harm."""
    await set_up()
    data = {"sources": {"cardata": None, "mybmw": {"region": "moon"}}}
    MockConfigEntry(domain=DOMAIN, title="Secret", data=data).add_to_hass(hass)
    told = await health(hass)
    assert told == {
        "accounts": "mybmw, mybmw + cardata",
        "cardata_state": "not_loaded",
        "mybmw_state": "ok, not_loaded",
        "mybmw_server": "ok",
    }
    assert entry.title not in str(told)


async def test_no_account(hass: HomeAssistant) -> None:
    assert await async_setup_component(hass, DOMAIN, {})
    assert await health(hass) == {}
