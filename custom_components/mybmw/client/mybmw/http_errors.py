"""Send requests to the app's service; retry, and raise errors for HTTP statuses."""

from collections.abc import Collection, Mapping
import logging
from typing import Final

import httpx
import orjson

from ..core.convert import mapping
from ..core.errors import ApiError, AuthError, BlockedError, QuotaError
from ..core.known_words import known_words
from ..core.redaction import Redaction
from ..transport.http import Http, Request, retry_after

_LOGGER = logging.getLogger(__name__)

OUTAGE: Final = ("server_error", "temporarily_unavailable")
"""OAuth errors that do not mean that the login is refused."""

_BLOCKED: Final = 489
_MAX_CODE: Final = 9_999_999
_MAX_RETRIES: Final = 3
_MAX_WAIT: Final = 30.0
_USUAL_WAIT: Final = 4.0


async def ask(
    http: Http,
    request: Request,
    denied: Collection[int] = (401,),
    accepted: Collection[int] = (),
) -> httpx.Response:
    """Send a request and return a successful response; retry if the quota is exceeded.

    It retries up to three times, after at most 30 s each. Statuses 2xx and those in `accepted` are
    a success; those in `denied` mean that the login is refused. Raises `NetworkError`,
    `AuthError`, `QuotaError`, `BlockedError`, `ApiError`.
    """
    for _ in range(_MAX_RETRIES):
        response = await http.fetch(request)
        if not _out_of_quota(response):
            break
        seconds = retry_after(response)
        wait = _USUAL_WAIT if seconds is None else max(1.0, seconds)
        if wait > _MAX_WAIT:
            break
        _LOGGER.debug("%s: asked to wait for %.0f s", request.what, wait)
        await http.pause(wait)
    else:
        response = await http.fetch(request)
    if response.status_code not in accepted:
        _check(response, request.what, denied, http.redactor)
    return response


def _out_of_quota(response: httpx.Response) -> bool:
    status = response.status_code
    return status == 429 or (status == 403 and b"quota" in response.content.lower())


def _check(
    response: httpx.Response, what: str, denied: Collection[int], redactor: Redaction
) -> None:
    status = response.status_code
    if 200 <= status < 300:
        return
    text = f"{what}: HTTP {status} {redactor.beginning(_explanation(response))}".strip()
    if _out_of_quota(response):
        raise QuotaError(text, retry_after(response))
    if status == _BLOCKED:
        raise BlockedError(f"{what}: BMW refuses access to third-party programs (HTTP {status})")
    if status in denied and _is_refusal(response):
        raise AuthError(text, status)
    raise ApiError(text, status)


def _is_refusal(response: httpx.Response) -> bool:
    """Return whether a response is a refusal by the service, not by a gateway or in an outage."""
    try:
        error = mapping(orjson.loads(response.content)).get("error")
    except orjson.JSONDecodeError:
        error = None
    if response.status_code == httpx.codes.FORBIDDEN:
        return bool(error) and error not in OUTAGE
    return error not in OUTAGE


def explanation(answer: Mapping[str, object]) -> str:
    """Return the known words and the code of an error response."""
    keys = ("error", "error_description", "message", "description")
    text = known_words(" - ".join(word for key in keys if isinstance(word := answer.get(key), str)))
    code = answer.get("code")
    known = isinstance(code, int) and 0 <= code <= _MAX_CODE
    return f"{text} (code {code})".strip() if known else text


def _explanation(response: httpx.Response) -> str:
    try:
        return explanation(mapping(orjson.loads(response.content)))
    except orjson.JSONDecodeError:
        return ""
