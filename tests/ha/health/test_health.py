"""Health over time: the stream, messages, requests by reason, and the last errors."""

from datetime import UTC, datetime, timedelta
from typing import Any

from homeassistant.components.system_health import DOMAIN as SYSTEM_HEALTH, get_info
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.setup import async_setup_component
import pytest

from custom_components.mybmw.client import ApiError, NetworkError
from custom_components.mybmw.client.core.values import StreamState
from custom_components.mybmw.const import DOMAIN
from custom_components.mybmw.diagnostics import async_get_config_entry_diagnostics
from custom_components.mybmw.runtime.health import Health
from tests.ha.support import state
from tests.ha.support.cardata import I4
from tests.ha.test_doctor import NOON, Setting
from tests.replay.cardata import Endpoint
from tests.replay.cardata.faults import error

SERVICE = "sensor.bmw_cardata"
UPTIME = f"{SERVICE}_stream_uptime"
MESSAGES = f"{SERVICE}_messages_in_24_hours"
LAST_ERROR = f"{SERVICE}_last_error"
CALLS = f"{SERVICE}_requests_in_24_hours"
HOUR = timedelta(hours=1)
QUARTER = timedelta(minutes=15, seconds=1)

pytestmark = [
    pytest.mark.freeze_time(NOON),
    pytest.mark.usefixtures("entity_registry_enabled_by_default"),
]


async def test_uptime_of_the_stream(setting: Setting) -> None:
    """It is the part of the last day in which the stream was connected."""
    await setting.begin()
    await setting.become(StreamState.CONNECTED)
    await setting.elapse_hours(6)
    assert state(setting.hass, UPTIME) == "100.0"
    await setting.become(StreamState.LOST)
    await setting.elapse_hours(2)
    assert float(state(setting.hass, UPTIME)) == pytest.approx(75, abs=0.1)
    await setting.become(StreamState.CONNECTED)
    await setting.elapse_hours(20)
    assert float(state(setting.hass, UPTIME)) == pytest.approx(100 * 22 / 24, abs=0.1)
    await setting.elapse_hours(6)
    assert state(setting.hass, UPTIME) == "100.0"


async def test_a_restart_does_not_count(setting: Setting) -> None:
    """The stream is remembered over a restart; the time without Home Assistant is left out."""
    await setting.begin()
    await setting.become(StreamState.CONNECTED)
    await setting.elapse_hours(3)
    await setting.become(StreamState.LOST)
    await setting.elapse_hours(1)
    await setting.hass.config_entries.async_unload(setting.entry.entry_id)
    setting.freezer.tick(5 * HOUR)
    await setting.hass.config_entries.async_setup(setting.entry.entry_id)
    await setting.hass.async_block_till_done()
    await setting.become(StreamState.CONNECTED)
    await setting.elapse_hours(1)
    assert float(state(setting.hass, UPTIME)) == pytest.approx(80, abs=0.5)


async def test_messages_of_a_day(setting: Setting) -> None:
    """They are counted without doing anything for a message; old ones are left out."""
    await setting.begin()
    await setting.become(StreamState.CONNECTED)
    for _ in range(3):
        await setting.send()
    await setting.elapse(QUARTER)
    assert state(setting.hass, MESSAGES) == "3"
    await setting.elapse(HOUR)
    await setting.send()
    await setting.elapse(QUARTER)
    assert state(setting.hass, MESSAGES) == "4"
    await setting.elapse_hours(25)
    assert state(setting.hass, MESSAGES) == "0"


async def test_last_errors(setting: Setting) -> None:
    """The last error has a time; all of them are attributes, and stay after it is over."""
    await setting.begin(stream={"stream": "off"})
    assert state(setting.hass, LAST_ERROR) == "unknown"
    setting.sim.fail(Endpoint.ANY, error("CU-500", 500), None)
    await setting.elapse_hours(6)
    setting.sim.heal()
    await setting.elapse_hours(6)
    shown = setting.hass.states.get(LAST_ERROR)
    assert shown is not None
    assert NOON < datetime.fromisoformat(shown.state) < NOON + 8 * HOUR
    (failure,) = {item["key"] for item in shown.attributes["errors"]}
    assert failure == "api_error"
    assert I4 not in str(shown.attributes)


async def test_requests_by_reason(setting: Setting) -> None:
    """The requests of a day are counted by reason."""
    await setting.begin(stream={"stream": "off"})
    await setting.elapse_hours(12)
    shown = setting.hass.states.get(CALLS)
    assert shown is not None
    reasons = {key: shown.attributes[key] for key in ("set_up", "schedule")}
    assert min(reasons.values()) > 0
    assert sum(reasons.values()) == int(shown.state)


async def shown_in_system_health(hass: HomeAssistant) -> dict[str, Any]:
    """Return what system health shows of the integration, but for the servers."""
    assert await async_setup_component(hass, SYSTEM_HEALTH, {})
    return (await get_info(hass))[DOMAIN]


async def test_system_health_and_diagnostics(setting: Setting, aioclient_mock: Any) -> None:
    """Both show the same."""
    aioclient_mock.get("https://api-cardata.bmwgroup.com", status=403)
    await setting.begin()
    await setting.become(StreamState.CONNECTED)
    await setting.send()
    setting.sim.fail(Endpoint.ANY, error("CU-500", 500), None)
    with pytest.raises(HomeAssistantError):
        await setting.hass.services.async_call(
            "button", "press", {"entity_id": "button.i4_edrive40_refresh"}, blocking=True
        )
    found = await shown_in_system_health(setting.hass)
    assert found["cardata_stream_uptime"] == "100 %"
    assert found["cardata_messages"] == "1"
    assert found["cardata_last_error"].startswith("api_error (2026-11-10 ")
    report: Any = await async_get_config_entry_diagnostics(setting.hass, setting.entry)
    health = report["sources"]["cardata"]["health"]
    assert (health["uptime"], health["messages"]) == (100, 1)
    assert health["errors"][0]["key"] == "api_error"


def test_it_is_bounded() -> None:
    """However much goes wrong, little is kept, also of what was stored."""
    health, now = Health(), datetime(2026, 11, 10, tzinfo=UTC)
    for number in range(5_000):
        now += timedelta(minutes=1)
        health.note_errors([ApiError(f"{number} " + "x" * 10_000, 500), NetworkError("no")], now)
        health.note_stream((StreamState.LOST, StreamState.CONNECTED)[number % 2], now)
        health.note_received(number, now)
    assert len(health.failures) == 20
    assert all(len(failure.text) <= 200 for failure in health.failures)
    assert len(str(health.dump(now))) < 25_000
    again = Health()
    again.load(health.dump(now), now)
    assert again.failures == health.failures
    assert again.messages(now) == health.messages(now) > 0


@pytest.mark.parametrize(
    "stored",
    [
        None,
        [],
        {"failures": 3, "changes": [[], None, ["x", 1]], "messages": {"a": "b"}},
        {"changes": 1},
    ],
    ids=["nothing", "list", "odd", "number"],
)
def test_odd_files(stored: object) -> None:
    """What cannot be read of a file is left out."""
    health, now = Health(), datetime(2026, 11, 10, tzinfo=UTC)
    health.load(stored, now)
    assert (health.uptime(now), health.messages(now), len(health.failures)) == (None, 0, 0)
