"""Geocode addresses with a Nominatim server, which can be replaced by another."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlsplit

import httpx

from ..core.convert import mapping, number
from ..core.errors import AnswerError, ApiError, InvalidValueError, NetworkError
from ..core.values import Position
from ..privacy import Redactor
from ..transport.http import Http, Request, json_of
from .arguments import program_version

NOMINATIM: Final = "https://nominatim.openstreetmap.org/search"

_HOME: Final = "https://github.com/mybmw-home-assistant/mybmw"
_WHAT: Final = "look up the address"
_QUERY: Final = {"format": "json", "addressdetails": "1", "limit": "1"}


@dataclass(frozen=True, slots=True)
class Place:
    """The result of geocoding an address."""

    position: Position
    street: str | None = None
    postal_code: str | None = None
    city: str | None = None
    country: str | None = None


type Geocoder = Callable[[httpx.AsyncClient, str], Awaitable[Place | None]]
"""Returns the place of an address, None if it is not found; raises `ClientError`."""


class GeocoderError(NetworkError):
    """The geocoding service cannot be reached."""


def nominatim(url: str = NOMINATIM) -> Geocoder:
    """Return a geocoder for a Nominatim server; raise `InvalidValueError` for an invalid URL.

    Query parameters of the URL, such as an API key, are kept.
    """
    host = _host(url)
    own = dict(parse_qsl(urlsplit(url).query))

    async def geocode(client: httpx.AsyncClient, address: str) -> Place | None:
        redactor = Redactor()
        request = Request(
            _WHAT,
            "GET",
            url,
            headers={"user-agent": f"mybmw-client/{program_version()} ({_HOME})"},
            params={**own, **_QUERY, "q": address},
        )
        try:
            response = await Http(client, redactor).fetch(request)
        except NetworkError:
            raise GeocoderError(f"{_WHAT}: {host} cannot be reached") from None
        if not response.is_success:
            raise ApiError(f"{_WHAT}: HTTP {response.status_code}", response.status_code)
        found = json_of(response, _WHAT)
        return _place(found[0]) if isinstance(found, list) and found else None

    return geocode


def _host(url: str) -> str:
    try:
        parts = urlsplit(url)
        host = parts.hostname if parts.port != 0 and parts.scheme in ("http", "https") else None
    except ValueError:
        host = None
    if not host:
        raise InvalidValueError("a geocoder is written as https://HOST/PATH")
    return host


def _place(item: object) -> Place:
    fields = mapping(item)
    try:
        latitude, longitude = number(fields.get("lat")), number(fields.get("lon"))
    except ValueError:
        latitude = longitude = None
    if latitude is None or longitude is None:
        raise AnswerError(f"{_WHAT}: the answer holds no position")
    address = mapping(fields.get("address"))
    street = (_part(address, "road"), _part(address, "house_number"))
    return Place(
        position=Position(latitude, longitude),
        street=" ".join(filter(None, street)) or None,
        postal_code=_part(address, "postcode"),
        city=_part(address, "city", "town", "village"),
        country=_part(address, "country"),
    )


def _part(address: Mapping[str, object], *names: str) -> str | None:
    found = (address.get(name) for name in names)
    return next((value for value in found if isinstance(value, str) and value), None)
