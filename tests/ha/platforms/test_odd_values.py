"""Odd answers about a car: what is shown, and what is not."""

import asyncio
from datetime import timedelta

from homeassistant.components.image import async_get_image
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers.json import json_bytes
import httpx
import pytest

from custom_components.mybmw.diagnostics import async_get_config_entry_diagnostics
from tests.ha.conftest import PNG, Elapse, SetUp
from tests.ha.support import IX, LISTING, MILEAGE, PICTURE, POLL, TRACKER, asked, charge, state
from tests.replay import faults
from tests.replay.faults import Endpoint
from tests.replay.mybmw import SimulatedMyBMW

CHARGING = ("charging_status", "charging_end_time", "remaining_charging_time")


async def choose(hass: HomeAssistant, entity: str, option: str) -> None:
    """Choose an option of a select."""
    target = {"entity_id": entity, "option": option}
    await hass.services.async_call("select", "select_option", target, blocking=True)


@pytest.fixture(autouse=True)
def enable_event_loop_debug() -> None:
    """Leave the debug mode of the event loop off: it takes a third of the time."""


async def test_cached_mileage_was_said_once(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, elapse: Elapse
) -> None:
    """An odometer that falls is believed when the car has stood by it for a day."""
    await set_up()
    before = state(hass, MILEAGE)
    sim.state(IX.vin)["state"]["currentMileage"] = 100
    sim.touch(IX.vin)
    for _ in range(3):
        await elapse(POLL)
        assert state(hass, MILEAGE) == before
    for believed in (before, "100"):
        await elapse(timedelta(hours=13))
        sim.touch(IX.vin)
        await elapse(POLL)
        assert state(hass, MILEAGE) == believed


async def test_charging_state_vanishes(
    hass: HomeAssistant,
    sim: SimulatedMyBMW,
    set_up: SetUp,
    elapse: Elapse,
    entity_registry_enabled_by_default: None,
) -> None:
    """A car that reports nothing of its charging any more is not charging for ever."""
    inner = sim.state(IX.vin)["state"]
    inner["electricChargingState"] |= {
        "chargingStatus": "CHARGING",
        "remainingChargingMinutes": 30,
        "isChargerConnected": True,
    }
    sim.touch(IX.vin)
    await set_up()
    assert state(hass, "sensor.ix_xdrive50_charging_status") == "charging"
    assert state(hass, "binary_sensor.ix_xdrive50_charging_status") == "on"
    del inner["electricChargingState"]
    sim.touch(IX.vin)
    await elapse(POLL)
    shown = {name: state(hass, f"sensor.ix_xdrive50_{name}") for name in CHARGING}
    assert shown == dict.fromkeys(CHARGING, "unknown")
    assert state(hass, "binary_sensor.ix_xdrive50_charging_status") == "unknown"


async def test_position_vanishes_in_privacy_mode(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, elapse: Elapse
) -> None:
    """A driver who does not want to be found is not shown where he was."""
    await set_up()
    tracker = hass.states.get(TRACKER)
    assert tracker is not None
    assert tracker.attributes["latitude"] == 52.309456
    inner = sim.state(IX.vin)["state"]
    inner["driverPreferences"]["lscPrivacyMode"] = "ON"
    del inner["location"]
    sim.touch(IX.vin)
    await elapse(POLL)
    tracker = hass.states.get(TRACKER)
    assert tracker is not None
    assert tracker.state == "unknown"
    assert tracker.attributes.get("latitude") is None
    assert tracker.attributes.get("direction") is None


async def test_new_place_without_address(
    hass: HomeAssistant,
    sim: SimulatedMyBMW,
    set_up: SetUp,
    elapse: Elapse,
    entity_registry_enabled_by_default: None,
) -> None:
    """The address and the heading of another place are not those of this one."""
    await set_up()
    assert state(hass, "sensor.ix_xdrive50_heading") == "214"
    assert state(hass, "sensor.ix_xdrive50_address") == "Aankomstpassage 1, 1118 AX Schiphol"
    place = {"coordinates": {"latitude": 10.0, "longitude": 20.0}}
    sim.state(IX.vin)["state"]["location"] = place
    sim.touch(IX.vin)
    await elapse(POLL)
    tracker = hass.states.get(TRACKER)
    assert tracker is not None
    assert (tracker.attributes["latitude"], tracker.attributes["longitude"]) == (10.0, 20.0)
    assert state(hass, "sensor.ix_xdrive50_heading") == "unknown"
    assert state(hass, "sensor.ix_xdrive50_address") == "unknown"


async def test_long_name_of_a_tire(
    hass: HomeAssistant,
    sim: SimulatedMyBMW,
    set_up: SetUp,
    entity_registry_enabled_by_default: None,
) -> None:
    """Together the parts of a name are as long as a state may be, and not longer."""
    details = sim.state(IX.vin)["state"]["tireState"]["frontLeft"]["details"]
    details |= {"manufacturer": "x" * 200, "treadDesign": "y" * 300}
    await set_up()
    model = state(hass, "sensor.ix_xdrive50_front_left_tire_model")
    assert model == f"{'x' * 200} {'y' * 54}"


async def test_choices_without_a_charging_plan(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, elapse: Elapse
) -> None:
    """Pitfall 25: a car that may be set, and does not say to what, is shown as soon as it does."""
    limit, mode = "select.ix_xdrive50_ac_charging_limit", "select.ix_xdrive50_charging_mode"
    plan = sim.state(IX.vin)["state"].pop("chargingProfile")
    sim.fail(Endpoint.CHARGING, faults.server_error(), times=None)
    await set_up()
    assert (state(hass, limit), state(hass, mode)) == ("unknown", "unknown")
    with pytest.raises(HomeAssistantError) as caught:
        await choose(hass, mode, "delayed_charging")
    assert caught.value.translation_key == "unknown_plan"
    with pytest.raises(ServiceValidationError):
        await choose(hass, limit, "10")
    sim.heal()
    sim.state(IX.vin)["state"]["chargingProfile"] = plan
    sim.touch(IX.vin)
    await elapse(POLL)
    assert (state(hass, limit), state(hass, mode)) == ("16", "immediate_charging")
    await choose(hass, limit, "10")
    assert state(hass, limit) == "10"


@pytest.mark.parametrize("depth", [300, 480, 900])
async def test_deep_answer(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, elapse: Elapse, depth: int
) -> None:
    """However deeply an answer is nested, diagnostics can be written."""
    entry = await set_up()
    body = f'{{"state": {{"x": {'{"a":' * depth}1{"}" * depth}}}}}'.encode()

    def deep(request: httpx.Request) -> httpx.Response:
        headers = {"content-type": "application/json"}
        return httpx.Response(200, headers=headers, content=body, request=request)

    sim.fail(Endpoint.STATE, deep)
    await elapse(POLL)
    report = await async_get_config_entry_diagnostics(hass, entry)
    assert b"vehicles_state" in json_bytes(report)
    charge(sim, 44)
    await elapse(POLL)
    assert state(hass, "sensor.ix_xdrive50_remaining_battery_percent") == "44"


async def test_picture_that_fails_is_left_alone(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, elapse: Elapse
) -> None:
    """However often it is shown, a failing picture costs one request in six hours."""
    sim.fail(Endpoint.IMAGE, faults.blocked(), times=None)
    await set_up()
    assert asked(sim, Endpoint.IMAGE) == 1

    async def look() -> list[object]:
        looks = (async_get_image(hass, PICTURE) for _ in range(5))
        return await asyncio.gather(*looks, return_exceptions=True)

    assert {type(seen) for seen in await look()} == {HomeAssistantError}
    assert asked(sim, Endpoint.IMAGE) == 1
    await elapse(LISTING)
    assert {type(seen) for seen in await look()} == {HomeAssistantError}
    assert asked(sim, Endpoint.IMAGE) == 2
    sim.heal()
    await elapse(LISTING)
    assert state(hass, PICTURE) == "unknown"
    for seen in await look():
        assert getattr(seen, "content", None) == PNG + b"VehicleStatus"
    assert asked(sim, Endpoint.IMAGE) == 3
    assert state(hass, PICTURE) not in ("unknown", "unavailable")
