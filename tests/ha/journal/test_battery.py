"""What a car says while it charges, as sensors of its battery."""

from datetime import timedelta

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mybmw.client import attributes as car
from custom_components.mybmw.client.core.records import BatteryEstimate
from tests.ha.journal.conftest import Sends
from tests.ha.support.cardata import I4, SOC_KEY

TO_FULL = "vehicle.drivetrain.electricEngine.charging.smeEnergyDeltaFullyCharged"
CAPACITY = 78.0
MINUTE = timedelta(minutes=1)


async def test_capacity(hass: HomeAssistant, account: MockConfigEntry, sends: Sends) -> None:
    """Five charges show the capacity; the sensors are off at first."""
    vehicle = account.runtime_data.data.vehicles[I4]
    for number in range(5):
        assert vehicle.value(car.ESTIMATED_CAPACITY) is None
        for soc in range(20 + number, 90, 10):
            missing = round((100 - soc) / 100 * CAPACITY, 1)
            await sends({SOC_KEY: soc, TO_FULL: missing}, MINUTE)
    found = vehicle.value(car.ESTIMATED_CAPACITY)
    assert isinstance(found, BatteryEstimate)
    assert found.capacity == pytest.approx(CAPACITY, rel=0.01)
    assert found.low <= CAPACITY <= found.high
    registry = er.async_get(hass)
    for key in ("estimated_battery_capacity", "estimated_battery_health"):
        entity_id = registry.async_get_entity_id("sensor", "mybmw", f"{I4}-{key}")
        assert entity_id is not None
        entity = registry.async_get(entity_id)
        assert entity is not None
        assert entity.disabled
