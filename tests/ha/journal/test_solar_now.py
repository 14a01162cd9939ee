"""The solar share while a car charges at home, by the power sensors of the Energy dashboard."""

from datetime import timedelta
from typing import Any

from homeassistant.components.energy.data import async_get_manager
from homeassistant.components.recorder import Recorder
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.ha.journal.conftest import Sends
from tests.ha.support.cardata import SOC_KEY
from tests.replay.carstate import PLUGGED, POWER, STATUS, UNPLUGGED
from tests.replay.timeline import LATITUDE, LONGITUDE

SHARE = "sensor.i4_edrive40_solar_share_now"
HOME = {LATITUDE: 52.5, LONGITUDE: 13.4}
AWAY = {LATITUDE: 50.5, LONGITUDE: 11.4}
MINUTE = timedelta(minutes=1)

pytestmark = pytest.mark.usefixtures("entity_registry_enabled_by_default")


def measure(hass: HomeAssistant, **powers: object) -> None:
    """Let the sensors measure powers in W."""
    for name, power in powers.items():
        unit = {"unit_of_measurement": "W"}
        hass.states.async_set(f"sensor.{name}", str(power), unit)


@pytest.fixture
async def powers(recorder_mock: Recorder, hass: HomeAssistant) -> list[Any]:
    """The sources of energy in the preferences of the Energy dashboard."""
    assert await async_setup_component(hass, "energy", {})
    return [
        {"type": "solar", "stat_energy_from": "sensor.total", "stat_rate": "sensor.sun"},
        {"type": "grid", "stat_energy_from": None, "stat_rate": "sensor.grid"},
        {"type": "battery", "stat_energy_from": "sensor.out", "stat_rate": "sensor.stored"},
        {"type": "gas", "stat_energy_from": "sensor.gas"},
    ]


async def prefer(hass: HomeAssistant, sources: list[Any]) -> None:
    manager = await async_get_manager(hass)
    preferences: Any = {"energy_sources": sources, "device_consumption": []}
    manager.data = preferences


async def charge(hass: HomeAssistant, sends: Sends, place: dict[str, float]) -> None:
    """Let the car begin to charge somewhere."""
    await hass.config.async_update(latitude=HOME[LATITUDE], longitude=HOME[LONGITUDE])
    await hass.async_block_till_done()
    await sends({**UNPLUGGED, **place}, MINUTE)
    values = {**PLUGGED, STATUS: "CHARGINGACTIVE", POWER: 11000, SOC_KEY: 50}
    await sends(values, MINUTE)


def shown(hass: HomeAssistant) -> str | None:
    state = hass.states.get(SHARE)
    return None if state is None else state.state


async def test_live(
    hass: HomeAssistant, powers: list[Any], account: MockConfigEntry, sends: Sends
) -> None:
    """It follows the sensors while the car charges at home, and is unknown without one of them."""
    await prefer(hass, powers)
    measure(hass, sun=6000, grid=1500, stored=500)
    assert shown(hass) is None
    await charge(hass, sends, HOME)
    assert shown(hass) == "75"
    measure(hass, sun=6000, grid=-2000, stored=-1000)
    await sends(wait=2 * MINUTE)
    assert shown(hass) == "100"
    measure(hass, sun=0, grid=11000, stored=0)
    await sends(wait=2 * MINUTE)
    assert shown(hass) == "0"
    measure(hass, sun=6000, grid="unavailable", stored=0)
    await sends(wait=2 * MINUTE)
    assert shown(hass) == "unknown"


async def test_end(
    hass: HomeAssistant, powers: list[Any], account: MockConfigEntry, sends: Sends
) -> None:
    """It is unknown once the car does not charge any more."""
    await prefer(hass, powers)
    measure(hass, sun=6000, grid=1500, stored=500)
    await charge(hass, sends, HOME)
    assert shown(hass) == "75"
    await sends({STATUS: "CHARGINGENDED", POWER: 0, SOC_KEY: 60}, 2 * MINUTE)
    assert shown(hass) == "unknown"


@pytest.mark.parametrize("missing", ["place", "power", "sun", "preferences"])
async def test_not_there(
    hass: HomeAssistant,
    powers: list[Any],
    account: MockConfigEntry,
    sends: Sends,
    missing: str,
) -> None:
    """There is none away from home, without all power sensors, and without the sun."""
    if missing == "power":
        del powers[1]["stat_rate"]
    elif missing == "sun":
        del powers[0]
    if missing != "preferences":
        await prefer(hass, powers)
    measure(hass, sun=6000, grid=1500, stored=500)
    await charge(hass, sends, AWAY if missing == "place" else HOME)
    assert shown(hass) is None
