"""The REST endpoints of CarData (docs/protocols/cardata.md#rest).

Every call is booked in the ledger first. The `exveErrorId` of a response decides about the error,
as the same HTTP status is used for quota, scope, car, container and token.
"""

from collections.abc import Callable, Mapping, Sequence
from copy import replace
import re
from typing import Final, Literal, NamedTuple
from urllib.parse import quote

import httpx
import orjson

from ..core.convert import mapping, sequence
from ..core.errors import (
    AnswerError,
    ApiError,
    AuthError,
    ClientError,
    NetworkError,
    NotAllowedError,
    QuotaError,
)
from ..core.known_words import error_code, known_words
from ..transport.http import MAX_PICTURE_SIZE, MAX_SIZE, Http, Request, json_of, retry_after
from ..transport.tokens import TokenKeeper
from .login import CardataTokens
from .quota import VALUES, Ledger, Reason

BASE: Final = "https://api-cardata.bmwgroup.com"

_PNG: Final = b"\x89PNG"
_PAGE: Final = "nextToken"
_NO_DATA: Final = "CU-127"
_ALREADY_DELETED: Final = "CU-122"
_TOKEN: Final = frozenset({"CU-100", "CU-101", "CU-102"})
_QUOTA: Final = "CU-429"
_CONTAINER_ID: Final = re.compile(r"[\w-]{1,64}", re.ASCII)


class CardataError(ApiError):
    """CarData refused a request; `code` is its `exveErrorId`, such as CU-104."""

    def __init__(self, message: str, status: int, code: str) -> None:
        """Create the error with HTTP status and code."""
        super().__init__(message, status)
        self.code = code


class ScopeError(AuthError):
    """The tokens are valid, but not for CarData's REST API: a new login may help."""

    key = "api_not_subscribed"


class _StaleError(AuthError):
    """A token is not valid any more; a new one may be."""


class Container(NamedTuple):
    """A named set of descriptors whose values are requested together."""

    id: str
    name: str
    purpose: str
    active: bool


class _Call(NamedTuple):
    what: str
    method: Literal["GET", "POST", "DELETE"]
    path: str
    reason: Reason
    vin: str | None = None
    params: Mapping[str, str] | None = None
    json: object = None
    accept: str = "application/json"
    max_size: int = MAX_SIZE

    @property
    def record(self) -> str | None:
        if self.params is not None and _PAGE in self.params:
            return None
        return f"cardata-{self.path.strip('/').replace('/', '_')}"


class CardataApi:
    """Calls the endpoints for one account; returns their JSON."""

    def __init__(self, http: Http, login: TokenKeeper[CardataTokens], ledger: Ledger) -> None:
        """Create it; calls use tokens of `login` and are booked in `ledger`."""
        self.ledger = ledger
        self._http = http
        self._login = login

    async def mappings(self, reason: Reason) -> Sequence[object]:
        """Return the cars of the account; BMW sends a list, an object with one, or one object."""
        answer = await self._json(
            _Call("list vehicles", "GET", "/customers/vehicles/mappings", reason)
        )
        if isinstance(answer, list):
            return answer
        inner = [value for value in mapping(answer).values() if isinstance(value, list)]
        return inner[0] if inner else [answer]

    async def basic_data(self, vin: str, reason: Reason) -> object:
        """Return the basic data of a car, which do not change."""
        return await self._json(self._of(vin, "basicData", "read basic data", reason))

    async def telematics(self, vin: str, container: str, reason: Reason) -> Mapping[str, object]:
        """Return the last known values of a container's descriptors."""
        call = self._of(vin, "telematicData", VALUES, reason, {"containerId": container})
        answer = mapping(await self._json(call)).get("telematicData")
        if not isinstance(answer, dict):
            raise AnswerError(f"{VALUES}: the answer contains no data")
        return answer

    async def charging_history(
        self, vin: str, since: str, until: str, reason: Reason, page: str = ""
    ) -> tuple[Sequence[object], str]:
        """Return a page of charging sessions between two ISO 8601 times, newest first.

        Also returns the token of the next page, "" if there is none.
        """
        period = {"from": since, "to": until}
        call = self._of(vin, "chargingHistory", "read the charging history", reason, period)
        return await self._page(call, page)

    async def location_settings(
        self, vin: str, reason: Reason, page: str = ""
    ) -> tuple[Sequence[object], str]:
        """Return a page of the charging settings by place; empty if the car has none.

        Also returns the token of the next page, "" if there is none.
        """
        call = self._of(vin, "locationBasedChargingSettings", "read charging settings", reason)
        try:
            return await self._page(call, page)
        except CardataError as error:
            if error.code != _NO_DATA:
                raise
            return (), ""

    async def tyres(self, vin: str, reason: Reason) -> object:
        """Return the tyre diagnosis."""
        return await self._json(
            self._of(vin, "smartMaintenanceTyreDiagnosis", "read the tyre diagnosis", reason)
        )

    async def image(self, vin: str, reason: Reason) -> bytes:
        """Return the picture of a car as PNG."""
        call = replace(
            self._of(vin, "image", "get a picture", reason), accept="*/*", max_size=MAX_PICTURE_SIZE
        )
        image = (await self._send(call)).content
        if not image.startswith(_PNG):
            raise AnswerError("get a picture: the answer is not a PNG")
        return image

    async def containers(self, reason: Reason) -> list[Container]:
        """Return the containers of the account, including deleted ones."""
        call = _Call("list containers", "GET", "/customers/containers", reason)
        listed = sequence(mapping(await self._json(call)).get("containers"))
        return [found for item in listed if (found := _container(item)) is not None]

    async def create_container(
        self, name: str, purpose: str, descriptors: Sequence[str], reason: Reason
    ) -> str:
        """Create a container and return its id."""
        body = {
            "name": name,
            "purpose": purpose,
            "technicalDescriptors": list(descriptors),
        }
        call = _Call("make a container", "POST", "/customers/containers", reason, json=body)
        found = _container(await self._json(call))
        if found is None:
            raise AnswerError("make a container: the answer contains no id")
        return found.id

    async def delete_container(self, container: str, reason: Reason) -> None:
        """Delete a container, unless it is deleted already."""
        path = f"/customers/containers/{quote(container, safe='')}"
        try:
            await self._send(_Call("delete a container", "DELETE", path, reason))
        except CardataError as error:
            if error.code != _ALREADY_DELETED:
                raise

    def _of(
        self,
        vin: str,
        part: str,
        what: str,
        reason: Reason,
        params: Mapping[str, str] | None = None,
    ) -> _Call:
        path = f"/customers/vehicles/{quote(vin, safe='')}/{part}"
        return _Call(what, "GET", path, reason, vin, params)

    async def _page(self, call: _Call, page: str) -> tuple[Sequence[object], str]:
        params = {**(call.params or {}), **({_PAGE: page} if page else {})}
        answer = mapping(await self._json(replace(call, params=params)))
        following = answer.get("next_token") or answer.get(_PAGE)
        return sequence(answer.get("data")), following if isinstance(following, str) else ""

    async def _json(self, call: _Call) -> object:
        return json_of(await self._send(call), call.what)

    async def _send(self, call: _Call) -> httpx.Response:
        """Send a call, again with a new token if the first one is refused."""

        async def request(token: str) -> httpx.Response | ClientError:
            response = await self._fetch(call, token)
            error = self._error(call, response)
            if isinstance(error, _StaleError):
                raise error
            return error or response

        answer = await self._login.send(request)
        if isinstance(answer, QuotaError):
            await self.ledger.write()
        if isinstance(answer, ClientError):
            raise answer
        return answer

    async def _fetch(self, call: _Call, token: str) -> httpx.Response:
        booked = await self.ledger.spend(call.what, call.reason, call.vin)
        headers = {
            "authorization": f"Bearer {token}",
            "x-version": "v1",
            "accept": call.accept,
        }
        request = Request(
            call.what,
            call.method,
            f"{BASE}{call.path}",
            headers=headers,
            params=call.params,
            json=call.json,
            record=call.record,
            max_size=call.max_size,
        )
        try:
            return await self._http.fetch(request)
        except NetworkError as error:
            if not error.sent:
                self.ledger.take_back(booked)
            raise

    def _error(self, call: _Call, response: httpx.Response) -> ClientError | None:
        code, message = _refusal(response)
        if response.is_success and not code:
            return None
        status = response.status_code
        cause = error_code(code) or f"HTTP {status}"
        full = f"{call.what}: {cause} {known_words(message)}".strip()
        text = self._http.redactor.beginning(full)
        if code == _QUOTA or (not code and status == httpx.codes.TOO_MANY_REQUESTS):
            self.ledger.refused(retry_after(response))
            return QuotaError(text, retry_after(response))
        if code in _TOKEN or (code == _NO_DATA and "invalid_token" in message):
            return _StaleError(text, status)
        if not code and status == httpx.codes.UNAUTHORIZED:
            return _StaleError(text, status)
        return _NAMED[code](text, status) if code in _NAMED else CardataError(text, status, code)


def _not_allowed(text: str, _status: int) -> ClientError:
    return NotAllowedError(text)


_NAMED: Final[Mapping[str, Callable[[str, int], ClientError]]] = {
    "CU-103": ScopeError,
    "CU-104": _not_allowed,
}


def _refusal(response: httpx.Response) -> tuple[str, str]:
    if response.headers.get("content-type", "").startswith("image/"):
        return "", ""
    try:
        body = mapping(orjson.loads(response.content))
    except orjson.JSONDecodeError:
        return "", ""
    code, message = body.get("exveErrorId"), body.get("exveErrorMsg")
    return (
        code if isinstance(code, str) else "",
        message if isinstance(message, str) else "",
    )


def _container(item: object) -> Container | None:
    fields = mapping(item)
    name = fields.get("containerId")
    if not isinstance(name, str) or not _CONTAINER_ID.fullmatch(name):
        return None
    return Container(
        id=name,
        name=str(fields.get("name") or ""),
        purpose=str(fields.get("purpose") or ""),
        active=fields.get("state") == "ACTIVE",
    )
