"""The picture of a car for entities other than its image."""

from datetime import timedelta
from typing import Final

from homeassistant.components.http.auth import async_sign_path
from homeassistant.const import Platform
from homeassistant.core import callback
from homeassistant.helpers import entity_registry as er

from .client import Vehicle
from .const import DOMAIN
from .coordinator import GarageCoordinator

PICTURE: Final = "image_front_side"
"""The key of the image that is shown as the entity picture."""

_VALID: Final = timedelta(days=3650)


def picture_signal(vin: str) -> str:
    """Return the dispatcher signal that is sent when a picture of a car was fetched."""
    return f"{DOMAIN}_picture_{vin}"


class Picture:
    """The path of the picture of one car, signed once so that the state does not change.

    Home Assistant keeps the signing key in memory only, so a path is valid until a restart.
    """

    def __init__(self, coordinator: GarageCoordinator, vehicle: Vehicle) -> None:
        self._coordinator = coordinator
        self._key = f"{vehicle.vin}-{PICTURE}"
        self._entity_id = ""
        self._path = ""

    @property
    def path(self) -> str | None:
        """Return the path, None if there is no picture or its image entity is disabled."""
        entity_id = self._image_entity_id()
        if entity_id is None:
            return None
        if entity_id != self._entity_id:
            path = f"/api/image_proxy/{entity_id}"
            self._path = async_sign_path(
                self._coordinator.hass, path, _VALID, use_content_user=True
            )
            self._entity_id = entity_id
        return self._path

    @callback
    def _image_entity_id(self) -> str | None:
        if self._coordinator.images.time(self._key) is None:
            return None
        registry = er.async_get(self._coordinator.hass)
        entity_id = registry.async_get_entity_id(Platform.IMAGE, DOMAIN, self._key)
        known = registry.async_get(entity_id) if entity_id else None
        return None if known is None or known.disabled else known.entity_id
