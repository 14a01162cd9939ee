"""What the HTTP answers of the service mean."""

from collections.abc import Collection, Mapping
import logging
from typing import Final

import httpx
import orjson

from ..core.convert import mapping
from ..core.errors import ApiError, AuthError, BlockedError, QuotaError
from ..core.redaction import Redaction
from ..core.wording import wording
from ..transport.http import Http, Request, retry_after

_LOGGER = logging.getLogger(__name__)

OUTAGE: Final = ("server_error", "temporarily_unavailable")
"""The errors of OAuth that say nothing about the login."""

_BLOCKED: Final = 489
_LARGEST_CODE: Final = 9_999_999
_WAITS: Final = 3
_LONGEST_WAIT: Final = 30.0
_USUAL_WAIT: Final = 4.0


async def ask(
    http: Http,
    request: Request,
    denied: Collection[int] = (401,),
    accepted: Collection[int] = (),
) -> httpx.Response:
    """Send a request, wait and try again while the service asks for patience, return a success.

    It waits at most three times, at most 30 s each. Any 2xx is a success, and the statuses in
    `accepted`; those in `denied` mean that the login is refused. Raises `NetworkError`,
    `AuthError`, `QuotaError`, `BlockedError`, `ApiError`.
    """
    for _ in range(_WAITS):
        response = await http.fetch(request)
        if not _out_of_quota(response):
            break
        seconds = retry_after(response)
        wait = _USUAL_WAIT if seconds is None else max(1.0, seconds)
        if wait > _LONGEST_WAIT:
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
    if status in denied and _decides(response):
        raise AuthError(text, status)
    raise ApiError(text, status)


def _decides(response: httpx.Response) -> bool:
    """Tell whether a refusal is one of the service, and not of a gateway or due to an outage."""
    try:
        error = mapping(orjson.loads(response.content)).get("error")
    except orjson.JSONDecodeError:
        error = None
    if response.status_code == httpx.codes.FORBIDDEN:
        return bool(error) and error not in OUTAGE
    return error not in OUTAGE


def explanation(answer: Mapping[str, object]) -> str:
    """Return what may be shown of what an answer says about an error, and its number."""
    keys = ("error", "error_description", "message", "description")
    told = wording(" - ".join(word for key in keys if isinstance(word := answer.get(key), str)))
    code = answer.get("code")
    known = isinstance(code, int) and 0 <= code <= _LARGEST_CODE
    return f"{told} (code {code})".strip() if known else told


def _explanation(response: httpx.Response) -> str:
    try:
        return explanation(mapping(orjson.loads(response.content)))
    except orjson.JSONDecodeError:
        return ""
