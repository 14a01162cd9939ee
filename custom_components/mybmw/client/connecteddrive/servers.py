"""Where servers of the API are or were (docs/protocols/connecteddrive.md#servers)."""

from collections.abc import Mapping
from typing import Final

import httpx

from ..core.errors import InvalidValueError

RETIRED: Final[Mapping[str, str]] = {
    "rest_of_world": "https://b2vapi.bmwgroup.com",
    "north_america": "https://b2vapi.bmwgroup.us",
    "china": "https://b2vapi.bmwgroup.cn:8592",
}
"""BMW's own servers by region, which answer nothing but "gone" since November 2021."""


def server_url(address: str) -> str:
    """Return the base URL of a server, without a slash at its end.

    The address may be the name of a region. Raises `InvalidValueError` if it is invalid.
    """
    text = RETIRED.get(address.strip(), address.strip()).rstrip("/")
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, ValueError) as error:
        raise InvalidValueError("the address of the server is no URL") from error
    plain = not (url.userinfo or url.query or url.fragment)
    if url.scheme not in ("http", "https") or not url.host or not plain:
        raise InvalidValueError("the address of the server is no URL")
    return text
