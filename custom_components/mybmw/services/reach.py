"""The actions that answer how far a car comes."""

from dataclasses import replace
from typing import Final, cast

from homeassistant.const import ATTR_LATITUDE, ATTR_LOCATION, ATTR_LONGITUDE
from homeassistant.core import ServiceCall, ServiceResponse, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util.json import JsonObjectType

from ..client import ReachableArea, as_geojson, attributes as car, margins
from ..client.core.values import Position
from ..runtime.errors import translated_error
from .target import Target, async_car

ATTR_ZONE: Final = "zone"


async def async_get_reachability(call: ServiceCall) -> ServiceResponse:
    """Return whether a place is within reach, and by how much, in each driving mode."""
    area, place = _area(async_car(call)), _place(call)
    found = margins(area, place)
    return {
        "within": max(found.values()) >= 0,
        "margin": round(max(found.values()), 1),
        "estimated": area.estimated,
        "modes": [
            {"mode": mode, "within": margin >= 0, "margin": round(margin, 1)}
            for mode, margin in found.items()
        ],
    }


async def async_get_reach(call: ServiceCall) -> ServiceResponse:
    """Return where a car can get to as GeoJSON."""
    return cast("JsonObjectType", as_geojson(_area(async_car(call))))


@callback
def _area(target: Target) -> ReachableArea:
    """Return where a car can get to. Raises `ServiceValidationError`."""
    coordinator, vehicle = target.coordinator, target.vehicle
    area = coordinator.area(vehicle)
    if area is not None:
        # In lower case as in states
        polygons = (replace(item, mode=item.mode.lower()) for item in area.polygons)
        return area._replace(polygons=tuple(polygons))
    if not coordinator.data.policy.track_position:
        account = coordinator.config_entry.title
        raise translated_error(ServiceValidationError, "position_not_tracked", account=account)
    hidden = vehicle.value(car.TRACKING_ENABLED) is False
    if hidden or vehicle.value(car.POSITION) is None:
        raise translated_error(ServiceValidationError, "position_unknown", car=target.name)
    raise translated_error(ServiceValidationError, "range_unknown", car=target.name)


@callback
def _place(call: ServiceCall) -> Position:
    """Return the place that is asked about: a zone, or a location."""
    if (ATTR_ZONE in call.data) is (ATTR_LOCATION in call.data):
        raise translated_error(ServiceValidationError, "zone_or_location")
    place = call.data.get(ATTR_LOCATION)
    if place is None:
        zone = call.data[ATTR_ZONE]
        state = call.hass.states.get(zone)
        if state is None or ATTR_LATITUDE not in state.attributes:
            raise translated_error(ServiceValidationError, "zone_unknown", zone=zone)
        place = state.attributes
    return Position(place[ATTR_LATITUDE], place[ATTR_LONGITUDE])
