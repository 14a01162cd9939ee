"""A car of CarData that has sent nothing yet, and sends what a test wants."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er
import orjson
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mybmw.client import Poll
from custom_components.mybmw.client.cardata import CardataSource
from tests.ha.support.cardata import PNG, entry_of, poller
from tests.replay.cardata import CarDataCar, SimulatedCarData
from tests.replay.world import timestamp

VIN: Final = "WBY0SILENTCAR0001"


def simulated(train: str = "ICE") -> SimulatedCarData:
    """Return the service with that one car."""
    basic = {"vin": VIN, "driveTrain": train, "modelName": "Any", "brand": "BMW"}
    nothing = {"timestamp": None, "unit": None, "value": None}
    data = {"vehicle.vehicle.travelledDistance": nothing}
    return SimulatedCarData([CarDataCar(VIN, basic, data, image=PNG)])


class SilentCar:
    """The car in Home Assistant."""

    def __init__(self, hass: HomeAssistant, sim: SimulatedCarData) -> None:
        self.hass = hass
        self.entry: MockConfigEntry = entry_of(sim, stream={"stream": "off"})
        self.entry.add_to_hass(hass)

    async def start(self) -> None:
        """Set the entry up."""
        await self.hass.config_entries.async_setup(self.entry.entry_id)
        await self.hass.async_block_till_done(wait_background_tasks=True)

    async def restart(self) -> None:
        """Unload the entry and set it up again, from what was saved."""
        await self.hass.config_entries.async_reload(self.entry.entry_id)
        await self.hass.async_block_till_done(wait_background_tasks=True)

    async def send(
        self, values: Mapping[str, Any], unit: str | None = None, at: datetime | None = None
    ) -> None:
        """Send one message, measured at a time or now."""
        measured = timestamp(at or datetime.now(UTC))
        data = {
            key: {"timestamp": measured, "value": value, "unit": unit}
            for key, value in values.items()
        }
        message = {"vin": VIN, "entityId": "gcid", "topic": VIN, "timestamp": measured}
        source = poller(self.entry).source
        assert isinstance(source, CardataSource)
        vin, readings = source._received(f"gcid/{VIN}", orjson.dumps({**message, "data": data}))
        assert vin == VIN
        self.entry.runtime_data.async_push({vin: readings})
        # Changes that come soon after others are not reported yet
        self.entry.runtime_data.async_process_car_poll(Poll())
        await self.hass.async_block_till_done()

    def entity(self, platform: str, key: str) -> er.RegistryEntry | None:
        """Return the entity with this key, if there is one."""
        registry = er.async_get(self.hass)
        entity_id = registry.async_get_entity_id(platform, "mybmw", f"{VIN}-{key}")
        return None if entity_id is None else registry.async_get(entity_id)

    def state(self, platform: str, key: str) -> State | None:
        """Return the state of an entity, None if there is none or it is disabled."""
        entity = self.entity(platform, key)
        return None if entity is None else self.hass.states.get(entity.entity_id)

    def value(self, platform: str, key: str) -> str | None:
        """Return what an entity shows."""
        state = self.state(platform, key)
        return None if state is None else state.state
