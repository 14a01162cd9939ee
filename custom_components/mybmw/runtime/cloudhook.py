"""Webhooks of Home Assistant Cloud; imported only if that is loaded."""

from collections.abc import Awaitable, Callable
import logging
from typing import Final

from hass_nabucasa import CloudError
from homeassistant.components import cloud
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback

_LOGGER = logging.getLogger(__name__)

_FAILURES: Final = (CloudError, cloud.CloudNotAvailable, TimeoutError, ValueError)


async def async_url(hass: HomeAssistant, webhook_id: str) -> str | None:
    """Return the cloud URL of a webhook, None if the cloud is not available."""
    if not cloud.async_active_subscription(hass):
        return None
    try:
        return await cloud.async_get_or_create_cloudhook(hass, webhook_id)
    except _FAILURES as error:
        _LOGGER.debug("Home Assistant Cloud has no webhook: %s", type(error).__name__)
        return None


async def async_delete(hass: HomeAssistant, webhook_id: str) -> None:
    """Delete the cloud URL of a webhook, if there is one."""
    try:
        await cloud.async_delete_cloudhook(hass, webhook_id)
    except _FAILURES as error:
        _LOGGER.debug("No webhook was deleted in the cloud: %s", type(error).__name__)


@callback
def async_when_connected(
    hass: HomeAssistant, work: Callable[[], Awaitable[object]]
) -> CALLBACK_TYPE:
    """Call `work` whenever the cloud connects; return a function that ends this."""

    async def changed(state: cloud.CloudConnectionState) -> None:
        if state is cloud.CloudConnectionState.CLOUD_CONNECTED:
            await work()

    return cloud.async_listen_connection_change(hass, changed)
