"""What the HTTP answers of the service mean (docs/protocols/connecteddrive.md#errors)."""

from collections.abc import Callable, Mapping
from typing import Final

import httpx
import orjson

from ..core.convert import mapping
from ..core.errors import (
    AccessDisabledError,
    AccountLockedError,
    ApiError,
    AuthError,
    CarUnreachableError,
    ClientError,
    MaintenanceError,
    QuotaError,
    RetiredError,
    SecretNeededError,
)
from ..core.known_words import known_words
from ..core.redaction import Redaction
from ..transport.http import retry_after

_NEEDS_ANSWER: Final = "secretknowledge"
_TOO_MANY: Final = 429
_SERVER_ERROR: Final = 500
_ERRORS: Final[Mapping[int, Callable[[str], ClientError]]] = {
    401: lambda text: AuthError(text, 401),
    405: AccessDisabledError,
    408: lambda text: CarUnreachableError(text, 408),
    410: RetiredError,
    423: AccountLockedError,
    503: lambda text: MaintenanceError(text, 503),
}


def check(response: httpx.Response, what: str, redactor: Redaction) -> None:
    """Raise the error that an answer means, unless it is a success (any 2xx)."""
    status = response.status_code
    if 200 <= status < 300:
        return
    told = explanation(response)
    text = f"{what}: HTTP {status} {redactor.beginning(known_words(told))}".strip()
    if status == _TOO_MANY:
        raise QuotaError(text, retry_after(response))
    if status == _SERVER_ERROR and _NEEDS_ANSWER in told.lower():
        raise SecretNeededError(f"{what}: the answer to the security question is needed")
    kind = _ERRORS.get(status)
    raise ApiError(text, status) if kind is None else kind(text)


def explanation(response: httpx.Response) -> str:
    """Return what an answer says about an error, "" if nothing."""
    try:
        answer = mapping(orjson.loads(response.content))
    except orjson.JSONDecodeError:
        return ""
    error = answer.get("error")
    nested = mapping(error)
    parts = (error, nested.get("description"), answer.get("error_description"))
    return " - ".join(part for part in parts if isinstance(part, str))
