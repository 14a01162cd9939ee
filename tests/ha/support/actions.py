"""Calling the actions of the integration, as an automation does."""

from typing import Any, Final

from homeassistant.core import HomeAssistant, SupportsResponse
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr
import orjson
import pytest

from custom_components.mybmw.const import DOMAIN
from custom_components.mybmw.services import ACTIONS
from tests.ha.support import IX
from tests.replay.fingerprints import RecordedCar, bundled, load

SECRET: Final = "WBA71DEM0SECRET43"
AT_LEAST: Final[dict[str, dict[str, Any]]] = {
    "send_poi": {"location": {"latitude": 48.177, "longitude": 11.556}},
    "set_charging_settings": {"target_soc": 80},
    "set_charging_profile": {"charging_mode": "no_action"},
    "set_departure_timer": {"timer": 1, "enabled": True},
}
"""What a command needs beside a car."""
NEEDED: Final = AT_LEAST | {
    "clear_log": {"confirm": True},
    "import_charging_history": {"start": "2025-01-01 00:00:00"},
}
"""What an action needs beside a car."""


def device_id(hass: HomeAssistant, identifier: str) -> str:
    """Return the device of a car by its VIN, or another one of ours."""
    registry = dr.async_get(hass)
    entries = hass.config_entries.async_entries(DOMAIN)
    found = (
        registry.async_get_device_by_identifier((DOMAIN, identifier), entry.entry_id)
        for entry in entries
    )
    return next(device.id for device in found if device is not None)


async def call(hass: HomeAssistant, action: str, **data: Any) -> Any:
    """Call an action; return its response if it has one."""
    answers = ACTIONS[action].response is not SupportsResponse.NONE
    response = await hass.services.async_call(
        DOMAIN, action, data, blocking=True, return_response=answers
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    return response


async def act(hass: HomeAssistant, action: str, vin: str = IX.vin, **data: Any) -> Any:
    """Call an action for a car; return its response if it has one."""
    return await call(hass, action, device_id=device_id(hass, vin), **data)


async def refused(
    hass: HomeAssistant, action: str, vin: str = IX.vin, **data: Any
) -> tuple[str, str]:
    """Call an action that has to fail; return the key of the error and what it says."""
    with pytest.raises(HomeAssistantError) as caught:
        await act(hass, action, vin, **data)
    return str(caught.value.translation_key), str(caught.value)


def secret_car(name: str) -> RecordedCar:
    """Return a bundled car with a VIN that is like a real one."""
    (car,) = load(bundled()[name])
    told = [car.profile, car.state, car.charging]
    text = orjson.dumps(told).replace(car.vin.encode(), SECRET.encode())
    return RecordedCar(SECRET, car.brand, *orjson.loads(text))
