"""The regions with separate servers of BMW.

See docs/protocols/mybmw-app.md#regions.
"""

from base64 import b64decode
from enum import StrEnum
from typing import Final, NamedTuple


class Region(StrEnum):
    """A region, as in Home Assistant's former integration."""

    NORTH_AMERICA = "north_america"
    CHINA = "china"
    REST_OF_WORLD = "rest_of_world"


class Server(NamedTuple):
    """The server of a region: code in headers, host, key of the app, and page of the captcha."""

    code: str
    host: str
    app_key: str = ""
    captcha_page: str = ""

    def url(self, path: str) -> str:
        """Return the full URL of a path on the API host."""
        return f"https://{self.host}{path}"


BMW_DOMAINS: Final = (
    "bmw.com",
    "bmw.com.cn",
    "bmwgroup.com",
    "bmwgroup.us",
    "bmwusa.com",
)
"""The domains of BMW's servers; a password is only sent to these."""

_CAPTCHA: Final = "https://bimmer-connected.readthedocs.io/en/stable/captcha/"

SERVERS: Final = {
    Region.NORTH_AMERICA: Server(
        "na",
        "cocoapi.bmwgroup.us",
        b64decode("MzFlMTAyZjUtNmY3ZS03ZWYzLTkwNDQtZGRjZTYzODkxMzYy").decode(),
        f"{_CAPTCHA}north_america.html",
    ),
    Region.CHINA: Server("cn", "myprofile.bmw.com.cn"),
    Region.REST_OF_WORLD: Server(
        "row",
        "cocoapi.bmwgroup.com",
        b64decode("NGYxYzg1YTMtNzU4Zi1hMzdkLWJiYjYtZjg3MDQ0OTRhY2Zh").decode(),
        f"{_CAPTCHA}rest_of_world.html",
    ),
}
