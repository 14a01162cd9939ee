"""The places of records: zones of Home Assistant, never a position."""

from homeassistant.components.zone import ENTITY_ID_HOME, async_in_zones
from homeassistant.core import HomeAssistant, callback

from ..client.core.records import PlaceKind, RecordPlace
from ..client.core.values import Position


@callback
def place_of(hass: HomeAssistant, position: Position | None) -> RecordPlace:
    """Return the smallest zone around a position, passive ones included.

    A zone that is within the one of the home, such as a garage, is at home too.
    """
    if position is None:
        return RecordPlace()
    _, zones = async_in_zones(hass, position.latitude, position.longitude)
    if not zones:
        return RecordPlace(PlaceKind.AWAY)
    kind = PlaceKind.HOME if ENTITY_ID_HOME in zones else PlaceKind.ZONE
    zone = hass.states.get(zones[0])
    return RecordPlace(kind, zones[0], None if zone is None else zone.name)
