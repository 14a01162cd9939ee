"""Where High Mobility is (docs/protocols/highmobility.md#hosts)."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from ..core.errors import InvalidValueError

_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_TOKENS: Final = "/v1/access_tokens"


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The REST API, and the Auth URI and Token URI of one app."""

    api: str
    authorize: str
    token: str


def endpoints(
    *, sandbox: bool = False, authorize: str | None = None, token: str | None = None
) -> Endpoints:
    """Return the addresses of production or sandbox, with those that the console shows instead."""
    place = "sandbox." if sandbox else ""
    api = f"https://{place}api.high-mobility.com"
    return Endpoints(
        api=api,
        authorize=_checked(authorize) or f"https://{place}owner-panel.high-mobility.com/oauth/new",
        token=_checked(token) or f"{api}{_TOKENS}",
    )


def _checked(url: str | None) -> str | None:
    """Return an address to which a secret may be sent; InvalidValueError for any other one."""
    if not url or not url.strip():
        return None
    try:
        parts = urlsplit(url.strip())
        safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
        usable = safe and parts.hostname and not parts.username
    except ValueError:
        usable = False
    if not usable:
        raise InvalidValueError("an address has to begin with https://")
    return url.strip()
