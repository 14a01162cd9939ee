"""The action that answers why a value is current, old or missing."""

from homeassistant.const import ATTR_DEVICE_ID, ATTR_ENTITY_ID
from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import entity_registry as er

from ..const import DOMAIN
from ..doctor import async_explain_car, async_explain_entity, async_texts
from ..runtime.errors import translated_error
from .target import async_car, async_car_of


async def async_explain(call: ServiceCall) -> ServiceResponse:
    """Return an explanation of an entity, or of everything about a car."""
    texts = await async_texts(call.hass)
    entity_id = call.data.get(ATTR_ENTITY_ID)
    if (entity_id is None) is (ATTR_DEVICE_ID not in call.data):
        raise translated_error(ServiceValidationError, "car_or_entity")
    if entity_id is None:
        target = async_car(call)
        return async_explain_car(target.coordinator, target.vehicle, texts)
    entry = er.async_get(call.hass).async_get(entity_id)
    if entry is None or entry.platform != DOMAIN or entry.device_id is None:
        raise translated_error(ServiceValidationError, "entity_unknown", entity=entity_id)
    target = async_car_of(call.hass, entry.device_id)
    return async_explain_entity(target.coordinator, target.vehicle, entry, texts)
