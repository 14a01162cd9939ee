"""The websocket API of the card, and how the card gets into dashboards."""

from homeassistant.core import HomeAssistant, callback

from .delivery import async_deliver_card
from .websocket import async_register_commands

__all__ = ["async_deliver_card", "async_set_up_bridge"]


@callback
def async_set_up_bridge(hass: HomeAssistant) -> None:
    """Register the commands of the websocket API."""
    async_register_commands(hass)
