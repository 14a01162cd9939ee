"""The blueprints, each run once as an automation."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
import shutil
from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
    async_mock_service,
)

from custom_components.mybmw.client.core.records import Charge, Figure, How, Money, Slot, Trip
from tests.ha.journal.conftest import NOON, Sends
from tests.ha.support.actions import device_id
from tests.ha.support.cardata import I4, SOC_KEY

FILES: Final = Path(__file__).parents[3] / "blueprints"
NAMES: Final = {path.stem for path in FILES.rglob("*.yaml")}
ACTIONS: Final = [{"action": "test.notify", "data": {"message": "{{ message }}"}}]
LATER: Final = timedelta(minutes=30)


@pytest.fixture
async def told(hass: HomeAssistant, tmp_path: Path) -> AsyncIterator[list[ServiceCall]]:
    """What the automations say; the blueprints are in the configuration."""
    shutil.copytree(FILES, tmp_path / "blueprints")
    hass.config.config_dir = str(tmp_path)
    yield async_mock_service(hass, "test", "notify")
    await hass.services.async_call("automation", "turn_off", {"entity_id": "all"}, blocking=True)


async def use(hass: HomeAssistant, name: str, **inputs: Any) -> None:
    """Make an automation of a blueprint."""
    blueprint = {"path": f"mybmw/{name}.yaml", "input": inputs}
    config = {"automation": {"use_blueprint": blueprint}}
    assert await async_setup_component(hass, "automation", config)
    await hass.async_block_till_done()
    assert [state.state for state in hass.states.async_all("automation")] == ["on"]


async def state(hass: HomeAssistant, entity: str, value: str, **attributes: Any) -> None:
    hass.states.async_set(entity, value, attributes)
    await hass.async_block_till_done()


async def at(hass: HomeAssistant, freezer: FrozenDateTimeFactory, time: datetime) -> None:
    freezer.move_to(time)
    async_fire_time_changed(hass)
    await hass.async_block_till_done()


def messages(calls: list[ServiceCall]) -> list[str]:
    return [call.data["message"] for call in calls]


@pytest.fixture(autouse=True)
async def _utc(hass: HomeAssistant) -> None:
    await hass.config.async_set_time_zone("UTC")


async def test_left_open(
    hass: HomeAssistant, told: list[ServiceCall], freezer: FrozenDateTimeFactory
) -> None:
    security, driving = "binary_sensor.security", "binary_sensor.driving"
    await use(hass, "left_open", security=security, driving=driving, actions=ACTIONS)
    await state(hass, driving, "on")
    await state(hass, security, "off")
    await state(hass, security, "on")
    await at(hass, freezer, NOON + LATER)
    assert messages(told) == []
    await state(hass, driving, "off")
    await at(hass, freezer, NOON + 2 * LATER)
    assert messages(told) == ["The car is open or unlocked."]


async def test_charge_finished(hass: HomeAssistant, told: list[ServiceCall]) -> None:
    event = "event.charge"
    await state(hass, event, "1", event_type="started")
    await use(hass, "charge_finished", charge=event, actions=ACTIONS)
    await state(hass, event, "2", event_type="paused")
    ended = {"event_type": "ended", "soc": 80, "energy": 31.5, "ended_by": "target_reached"}
    await state(hass, event, "3", **ended)
    await state(hass, event, "unavailable")
    await state(hass, event, "3", **ended)
    assert messages(told) == ["Charging has ended at 80 % with 31.5 kWh (target reached)."]


@pytest.mark.parametrize(
    ("plug", "place", "soc", "count"),
    [
        ("off", "home", "20", 1),
        ("on", "home", "20", 0),
        ("off", "not_home", "20", 0),
        ("off", "home", "70", 0),
    ],
    ids=["forgotten", "plugged in", "away", "full"],
)
async def test_not_plugged_in(
    hass: HomeAssistant,
    told: list[ServiceCall],
    freezer: FrozenDateTimeFactory,
    plug: str,
    place: str,
    soc: str,
    count: int,
) -> None:
    inputs = {"plug": "binary_sensor.plug", "soc": "sensor.soc", "tracker": "device_tracker.car"}
    await use(hass, "not_plugged_in", **inputs, actions=ACTIONS)
    for entity, value in zip(inputs.values(), (plug, soc, place), strict=True):
        await state(hass, entity, value)
    await at(hass, freezer, NOON.replace(hour=21))
    assert messages(told) == count * ["The car is not plugged in and has 20 % left."]


@pytest.mark.parametrize(
    ("due", "count"),
    [("2026-12-01", 1), ("2027-12-01", 0), ("unknown", 0)],
    ids=["soon", "later", "unknown"],
)
async def test_service_due(
    hass: HomeAssistant,
    told: list[ServiceCall],
    freezer: FrozenDateTimeFactory,
    due: str,
    count: int,
) -> None:
    await use(hass, "service_due", service="sensor.service", actions=ACTIONS)
    await state(hass, "sensor.service", due)
    for day in (15, 16):
        await at(hass, freezer, NOON.replace(day=day, hour=9))
    assert messages(told) == count * ["The next service is due on 2026-12-01."]


@pytest.mark.parametrize(
    ("place", "left"), [("home", "off"), ("not_home", "on")], ids=["home", "away"]
)
async def test_stop_charger(
    hass: HomeAssistant, told: list[ServiceCall], place: str, left: str
) -> None:
    assert await async_setup_component(hass, "homeassistant", {})
    assert await async_setup_component(hass, "input_boolean", {"input_boolean": {"box": {}}})
    charger = "input_boolean.box"
    await hass.services.async_call("input_boolean", "turn_on", {"entity_id": charger})
    await state(hass, "binary_sensor.plug", "on")
    await state(hass, "device_tracker.car", place)
    await use(
        hass,
        "stop_charger",
        soc="sensor.soc",
        plug="binary_sensor.plug",
        tracker="device_tracker.car",
        charger=charger,
    )
    for soc in ("unknown", "79.5"):
        await state(hass, "sensor.soc", soc)
        assert hass.states.is_state(charger, "on")
    await state(hass, "sensor.soc", "80")
    assert hass.states.is_state(charger, left)


async def test_monthly_report(
    hass: HomeAssistant,
    account: MockConfigEntry,
    sends: Sends,
    told: list[ServiceCall],
    freezer: FrozenDateTimeFactory,
) -> None:
    log = account.runtime_data.journals.cars[I4].log
    start, end = NOON - timedelta(hours=2), NOON - timedelta(hours=1)
    log.put(Trip("t20261110T110000", start, end, 1000, 1100, energy=Figure(18, How.SOC)))
    cost, slots = Money(6.0, "EUR", How.TARIFF), (Slot(start, 20.0),)
    log.put(Charge("c1", start, end, energy=Figure(20, How.BMW), slots=slots, cost=cost))
    await sends({SOC_KEY: 50})
    await use(hass, "monthly_report", car=device_id(hass, I4), actions=ACTIONS)
    await at(hass, freezer, NOON.replace(day=30, hour=8))
    await at(hass, freezer, NOON.replace(month=12, day=1, hour=8))
    expected = "Last month: 100 km in 1 trips, 20.0 kWh charged, 6.00 EUR, 18.0 kWh/100 km."
    assert [" ".join(text.split()) for text in messages(told)] == [expected]


async def test_standby_loss(hass: HomeAssistant, told: list[ServiceCall]) -> None:
    await use(hass, "standby_loss", loss="sensor.loss", actions=ACTIONS)
    for loss in ("1.5", "2.5", "2.6"):
        await state(hass, "sensor.loss", loss)
    assert messages(told) == ["The parked car loses 2.5 % a day."]


async def test_coming_home(hass: HomeAssistant, told: list[ServiceCall]) -> None:
    driving, distance = "binary_sensor.driving", "sensor.distance"
    await use(hass, "coming_home", driving=driving, distance=distance, actions=ACTIONS)
    await state(hass, driving, "on")
    for km in ("12.0", "2.5", "1.0"):
        await state(hass, distance, km)
    await state(hass, driving, "off")
    for km in ("5.0", "2.0"):
        await state(hass, distance, km)
    assert messages(told) == ["The car is 2.5 km from home."]


def test_all_are_tested() -> None:
    """Each blueprint has a test and a button to import it."""
    tests = {name.removeprefix("test_") for name in globals() if name.startswith("test_")}
    assert tests >= NAMES
    page = (FILES.parent / "docs/blueprints.md").read_text("utf-8")
    assert all(f"mybmw%2F{name}.yaml" in page for name in NAMES)
