"""What the doctor says of cars of High Mobility, and that following it helps."""

from datetime import timedelta

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.ha.sources.test_highmobility import CAR, SERVICE, Elapse
from tests.ha.support import state
from tests.ha.support.flow_steps import step
from tests.ha.support.highmobility import FLEET, HOOK, I4, Browser, begin, post
from tests.ha.test_doctor_sources import explain
from tests.replay.highmobility import Place, SimulatedHighMobility, fails

HOUR = timedelta(hours=1, seconds=1)
SECOND = timedelta(seconds=1)

pytestmark = pytest.mark.usefixtures("entity_registry_enabled_by_default")


async def test_privacy_mode(
    hass: HomeAssistant, service: SimulatedHighMobility, account: MockConfigEntry, elapse: Elapse
) -> None:
    """A car that keeps its data private is named, until its driver ends that."""
    body = {"errors": [{"title": "Forbidden", "detail": "Privacy mode is active"}]}
    service.fail(Place.DATA, fails(403, body))
    await elapse(HOUR)
    await elapse(SECOND)
    answer = await explain(hass, account, I4)
    assert answer["car"]["causes"] == ["privacy"]
    assert answer["account"]["causes"] == ["privacy"]
    assert answer["values"]["mileage"]["causes"] == ["privacy"]
    assert state(hass, f"{CAR}_data_state") == "privacy"
    assert state(hass, f"{SERVICE}_state_of_the_service") == "privacy"
    await elapse(2 * HOUR)
    await elapse(SECOND)
    assert (await explain(hass, account, I4))["car"]["state"] == "asleep"
    assert state(hass, f"{CAR}_data_state") == "asleep"
    assert state(hass, f"{SERVICE}_state_of_the_service") == "ok"


async def test_position_alone_is_private(
    hass: HomeAssistant, service: SimulatedHighMobility, account: MockConfigEntry, elapse: Elapse
) -> None:
    """Only what the car keeps private is explained by that."""
    service.cars[I4].fail("vehicle_location.coordinates", "privacy_mode_active")
    service.cars[I4].fail("diagnostics.odometer", "unauthorised")
    await elapse(HOUR)
    answer = await explain(hass, account, I4)
    assert answer["values"]["vehicle_location.location"]["causes"] == ["privacy"]
    mileage = answer["values"]["mileage"]
    assert mileage["causes"] == ["refused"]
    assert mileage["text"].endswith("BMW refuses to give it out (unauthorised).")


async def test_approval_is_missing(
    hass: HomeAssistant, service: SimulatedHighMobility, browser: Browser, elapse: Elapse
) -> None:
    """Until the owner approves, that is the state; then it is well."""
    service.delay = timedelta(hours=1)
    flow = await step(hass, await begin(hass, "fleet"), FLEET)
    await step(hass, flow, {})
    await hass.async_block_till_done()
    assert state(hass, f"{SERVICE}_state_of_the_service") == "waiting"
    service.clear()
    await elapse(6 * HOUR)
    await elapse(SECOND)
    assert state(hass, f"{SERVICE}_state_of_the_service") == "ok"
    assert state(hass, f"{CAR}_data_state") == "asleep"


async def test_owner_ends_the_approval(
    hass: HomeAssistant,
    service: SimulatedHighMobility,
    account: MockConfigEntry,
    browser: Browser,
    elapse: Elapse,
) -> None:
    """A car whose clearance was revoked may not be read."""
    assert await post(browser, service.set_clearance(I4, "revoked"), HOOK) == 202
    await elapse(SECOND)
    await elapse(SECOND)
    answer = await explain(hass, account, I4)
    assert answer["car"]["causes"] == ["not_allowed"]
    assert answer["values"]["mileage"]["causes"] == ["not_allowed"]
    assert state(hass, f"{CAR}_data_state") == "not_allowed"
