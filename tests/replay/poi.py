"""Check the body of send-to-car: known keys only, plausible values (mybmw-app.md#commands)."""

from typing import Any, Final

from .wire import RefusedError

_FIXED: Final = {
    "placeType": "ADDRESS",
    "provider": None,
    "providerId": None,
    "providerPoiId": "",
    "sourceType": None,
    "vehicleCategoryId": None,
    "category": {"losCategory": "Address", "mguVehicleCategoryId": None, "name": "Address"},
}
_PLACE: Final = {*_FIXED, "formattedAddress", "title", "position", "address", "entrances"}
_ADDRESS: Final = {
    *("street", "postalCode", "city", "country", "formatted", "banchi", "chome", "countryCode"),
    *("district", "go", "houseNumber", "region", "regionCode", "settlement", "subblock"),
}


def check_places(body: Any, vin: str) -> list[dict[str, Any]]:
    """Return the places; raise Refused (400) with the first reason."""
    _keys(body, {"places", "vehicleInformation"}, "body")
    _demand(body["vehicleInformation"] == {"vin": vin}, "vehicleInformation must name the vehicle")
    _demand(isinstance(body["places"], list) and len(body["places"]) > 0, "places are missing")
    for place in body["places"]:
        _check_place(place)
    places: list[dict[str, Any]] = body["places"]
    return places


def _check_place(place: Any) -> None:
    _keys(place, _PLACE, "place")
    for key, value in _FIXED.items():
        _demand(place[key] == value, f"place.{key} must be {value!r}")
    _demand(isinstance(place["title"], str) and place["title"] != "", "place.title is missing")
    _demand(bool(_text(place["formattedAddress"])), "place.formattedAddress is missing")
    _keys(place["address"], _ADDRESS, "address")
    for key, value in place["address"].items():
        _demand(value in (None, "") or _text(value), f"address.{key} must be null or text")
    _check_position(place["position"])
    _demand(isinstance(place["entrances"], list), "entrances must be a list")
    for entrance in place["entrances"]:
        _keys(entrance, {"name", "position"}, "entrance")
        _check_position(entrance["position"])


def _check_position(position: Any) -> None:
    _keys(position, {"lat", "lng"}, "position")
    for key, limit in (("lat", 90), ("lng", 180)):
        value = position[key]
        number = isinstance(value, int | float) and not isinstance(value, bool)
        _demand(number and abs(value) <= limit, f"position.{key} is no coordinate")


def _text(value: Any) -> bool:
    """Return whether a value is a text, and not the name of a missing value."""
    return isinstance(value, str) and value not in ("", "None", "null")


def _keys(value: Any, keys: set[str], name: str) -> None:
    if not isinstance(value, dict):
        raise RefusedError(400, f"{name} must be an object")
    if wrong := sorted(keys ^ value.keys()):
        raise RefusedError(400, f"{name}: keys missing or unknown: {wrong}")


def _demand(condition: bool, reason: str) -> None:
    if not condition:
        raise RefusedError(400, reason)
