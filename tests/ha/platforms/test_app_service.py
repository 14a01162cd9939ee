"""The app service as a device: whether it can be read, when it was, and when it will be."""

from datetime import UTC, datetime, timedelta

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.entity import Entity
import pytest

from custom_components.mybmw.const import DOMAIN
from tests.ha.conftest import Elapse, SetUp
from tests.ha.support import POLL, state
from tests.replay import faults
from tests.replay.faults import Endpoint
from tests.replay.mybmw import SimulatedMyBMW

STATE = "sensor.mybmw_app_connection_to_bmw"
LAST = "sensor.mybmw_app_last_successful_request"
NEXT = "sensor.mybmw_app_next_update"


@pytest.fixture(autouse=True)
def enabled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything is shown at first."""
    monkeypatch.setattr(Entity, "entity_registry_enabled_default", True)


async def test_service_is_a_device(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, elapse: Elapse
) -> None:
    """It reports why nothing comes, and since when, although its cars are unavailable."""
    entry = await set_up()
    await elapse(POLL)
    registry, owner = dr.async_get(hass), entry.entry_id
    device = registry.async_get_device_by_identifier((DOMAIN, f"{owner}_mybmw"), owner)
    assert device is not None
    assert (device.name, device.entry_type) == ("MyBMW app", dr.DeviceEntryType.SERVICE)
    now = datetime.now(UTC)
    assert state(hass, STATE) == "connected"
    read = datetime.fromisoformat(state(hass, LAST))
    assert timedelta() <= now - read < timedelta(minutes=1)
    assert now < datetime.fromisoformat(state(hass, NEXT)) <= now + POLL
    sim.fail(Endpoint.ANY, faults.blocked(), None)
    await elapse(POLL)
    assert state(hass, STATE) == "blocked"
    assert datetime.fromisoformat(state(hass, LAST)) == read
    assert datetime.fromisoformat(state(hass, NEXT)) > now + timedelta(hours=5)
    sim.heal()
    await elapse(timedelta(hours=7))
    assert state(hass, STATE) == "connected"
    assert datetime.fromisoformat(state(hass, LAST)) > read
