"""What the HTTP answers of High Mobility mean (docs/protocols/highmobility.md#errors)."""

from collections.abc import Iterator, Mapping
from typing import Final

import httpx
import orjson

from ..core.convert import mapping, sequence
from ..core.errors import (
    ApiError,
    AuthError,
    CarUnreachableError,
    ClientError,
    NotAllowedError,
    QuotaError,
)
from ..core.known_words import known_words
from ..core.redaction import Redaction
from ..transport.http import retry_after

_USUAL_WAIT: Final = 10.0
_MOST_FAULTS: Final = 5
_TEXTS: Final = ("title", "detail", "error", "error_description", "message")
_OAUTH: Final = frozenset(
    {"access_denied", "invalid_client", "invalid_grant", "invalid_token", "unauthorized_client"}
)


class GrantError(AuthError):
    """A code or refresh token is not accepted any more: it is too old, was used or revoked."""


class AsleepError(CarUnreachableError):
    """The car is offline or asleep."""


class NoDataYetError(ApiError):
    """There are no data of the car yet, such as just after clearance."""


class PrivacyError(NotAllowedError):
    """The privacy mode of the car is on, which hides its data."""


class UnconfirmedClearanceError(ApiError):
    """Clearance cannot be revoked or cancelled at present."""


def check(response: httpx.Response, what: str, redactor: Redaction) -> None:
    """Raise the error that an answer means; any 2xx is a success."""
    if response.is_success:
        return
    faults = [*_faults(response)]
    told = known_words(" - ".join(faults))
    text = redactor.beginning(f"{what}: HTTP {response.status_code} {told}".strip())
    raise _error(response, " ".join(faults).lower(), text)


def _error(response: httpx.Response, told: str, text: str) -> ClientError:
    status = response.status_code
    if status == httpx.codes.UNAUTHORIZED or (status < 500 and not _OAUTH.isdisjoint(told.split())):
        return (GrantError if "invalid_grant" in told.split() else AuthError)(text, status)
    if status == httpx.codes.FORBIDDEN:
        return PrivacyError(text) if "privacy" in told else NotAllowedError(text)
    if status == httpx.codes.TOO_MANY_REQUESTS:
        seconds = retry_after(response)
        return QuotaError(text, _USUAL_WAIT if seconds is None else seconds)
    return _NAMED.get(status, ApiError)(text, status)


_NAMED: Final[Mapping[int, type[ApiError]]] = {
    408: AsleepError,
    409: UnconfirmedClearanceError,
    422: NoDataYetError,
}


def _faults(response: httpx.Response) -> Iterator[str]:
    """Yield the texts of an error, in whichever of the three forms its body has."""
    try:
        body = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        return
    listed = body if isinstance(body, list) else sequence(mapping(body).get("errors"))
    for item in (mapping(body), *map(mapping, listed[:_MOST_FAULTS])):
        yield from (text for key in _TEXTS if isinstance(text := item.get(key), str))
