"""The HTTP interface of CarData: hosts, routes, forms and the two kinds of error bodies."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, auto
import json
import re
from typing import Any, Final
from urllib.parse import parse_qsl
from uuid import NAMESPACE_DNS, uuid5

import httpx

from ..wire import LOGIN_HOST, RefusedError

API_HOST: Final = "api-cardata.bmwgroup.com"
HOSTS: Final = frozenset({LOGIN_HOST, API_HOST})
DEVICE_GRANT: Final = "urn:ietf:params:oauth:grant-type:device_code"
REFRESH_GRANT: Final = "refresh_token"


class Endpoint(StrEnum):
    """The requests of a client, named by purpose (cardata.md#login, #rest)."""

    DEVICE_CODE = auto()
    TOKEN = auto()
    REFRESH = auto()
    MAPPINGS = auto()
    BASIC_DATA = auto()
    TELEMATIC_DATA = auto()
    CHARGING_HISTORY = auto()
    CHARGING_SETTINGS = auto()
    TYRE_DIAGNOSIS = auto()
    IMAGE = auto()
    LIST_CONTAINERS = auto()
    CREATE_CONTAINER = auto()
    READ_CONTAINER = auto()
    DELETE_CONTAINER = auto()
    ANY = auto()


LOGIN: Final = frozenset({Endpoint.DEVICE_CODE, Endpoint.TOKEN, Endpoint.REFRESH})

_VEHICLE: Final = "/customers/vehicles/(?P<vin>[^/]+)"
_CONTAINERS: Final = "/customers/containers"
_CONTAINER: Final = f"{_CONTAINERS}/(?P<container>[^/]+)"
_ROUTES: Final = tuple(
    (method, re.compile(path), endpoint)
    for method, path, endpoint in (
        ("POST", "/gcdm/oauth/device/code", Endpoint.DEVICE_CODE),
        ("POST", "/gcdm/oauth/token", Endpoint.TOKEN),
        ("GET", "/customers/vehicles/mappings", Endpoint.MAPPINGS),
        ("GET", f"{_VEHICLE}/basicData", Endpoint.BASIC_DATA),
        ("GET", f"{_VEHICLE}/telematicData", Endpoint.TELEMATIC_DATA),
        ("GET", f"{_VEHICLE}/chargingHistory", Endpoint.CHARGING_HISTORY),
        ("GET", f"{_VEHICLE}/locationBasedChargingSettings", Endpoint.CHARGING_SETTINGS),
        ("GET", f"{_VEHICLE}/smartMaintenanceTyreDiagnosis", Endpoint.TYRE_DIAGNOSIS),
        ("GET", f"{_VEHICLE}/image", Endpoint.IMAGE),
        ("GET", _CONTAINERS, Endpoint.LIST_CONTAINERS),
        ("POST", _CONTAINERS, Endpoint.CREATE_CONTAINER),
        ("GET", _CONTAINER, Endpoint.READ_CONTAINER),
        ("DELETE", _CONTAINER, Endpoint.DELETE_CONTAINER),
    )
)

# cardata.md#errors; where that leaves a choice, the status that is the more misleading for a client
_ERRORS: Final = {
    "CU-100": (401, "No access token was sent"),
    "CU-101": (401, "Authentication failed"),
    "CU-102": (401, "The access token is expired"),
    "CU-103": (403, "The access token does not cover this scope"),
    "CU-104": (403, "No permission for the given VIN"),
    "CU-105": (403, "No permission for the given container"),
    "CU-120": (400, "The VIN has a wrong format"),
    "CU-121": (400, "The container id has a wrong format"),
    "CU-122": (208, "The container is already marked as deleted"),
    "CU-124": (403, "The limit of containers is reached"),
    "CU-125": (400, "The paging token is expired"),
    "CU-126": (404, "There is no picture of the vehicle"),
    "CU-127": (404, "There are no location based charging settings"),
    "CU-400": (400, "The request is wrong"),
    "CU-401": (400, "A parameter of the request is wrong"),
    "CU-402": (400, "A technical descriptor is unknown"),
    "CU-403": (403, "The use of this resource is forbidden"),
    "CU-429": (403, "The limit of requests per day is reached"),
    "CU-500": (500, "Internal server error"),
    "CU-503": (503, "A partner system is not available"),
}
_OAUTH_ERRORS: Final = {
    "authorization_pending": (403, "The user has not approved yet"),
    "slow_down": (400, "The client polls too often"),
    "expired_token": (401, "The device code is expired"),
    "access_denied": (403, "The request was denied"),
    "invalid_client": (401, "Client authentication failed"),
    "invalid_grant": (400, "The grant is invalid, revoked or was used before"),
    "invalid_token": (400, "The token is invalid"),
    "invalid_request": (
        400,
        "The request is missing a required parameter, or a parameter of it is wrong",
    ),
}
KEY_MANAGEMENT: Final = {
    "fault": {
        "faultstring": "Invalid Access Token",
        "detail": {"errorcode": "keymanagement.service.invalid_access_token"},
    }
}


def refused(code: str, *, status: int | None = None, message: str | None = None) -> RefusedError:
    """Make an error of the REST API; without a message, the usual one of the code."""
    usual, text = _ERRORS.get(code, (400, "Error"))
    body = {
        "exveErrorId": code,
        "exveErrorRef": str(uuid5(NAMESPACE_DNS, code)),
        "exveErrorMsg": message or text,
        "exveNote": "",
    }
    return RefusedError(status or usual, body)


def oauth_error(name: str, *, status: int | None = None) -> RefusedError:
    """Make an error of the OAuth endpoints (cardata.md#login)."""
    usual, text = _OAUTH_ERRORS.get(name, (400, "Error"))
    return RefusedError(status or usual, {"error": name, "error_description": text})


@dataclass(frozen=True, slots=True)
class Inbound:
    """A request for an endpoint; `path` are the named parts of the path."""

    request: httpx.Request
    endpoint: Endpoint
    path: Mapping[str, str]

    @property
    def vin(self) -> str | None:
        """VIN in the path, whatever its form."""
        return self.path.get("vin")

    @property
    def params(self) -> dict[str, str]:
        """The query."""
        return dict(self.request.url.params.items())

    @property
    def bearer(self) -> str:
        """The access token, empty when there is none."""
        kind, _, token = self.header("authorization").partition(" ")
        return token if kind == "Bearer" else ""

    def header(self, name: str) -> str:
        """Value of a header, empty when missing."""
        return str(self.request.headers.get(name, ""))

    def check(self) -> None:
        """Check host and headers (cardata.md#login, #rest); raise RefusedError."""
        if problem := self._problem():
            login = self.endpoint in LOGIN
            raise oauth_error("invalid_request") if login else refused("CU-400", message=problem)

    def _problem(self) -> str | None:
        host = self.request.url.host
        login = self.endpoint in LOGIN
        if host in HOSTS and host != (LOGIN_HOST if login else API_HOST):
            return f"Nothing of this kind on {host}"
        wanted = "image/png" if self.endpoint is Endpoint.IMAGE else "application/json"
        if not _accepts(self.header("accept"), wanted):
            return f"Header accept does not allow {wanted}"
        if not login and self.header("x-version") != "v1":
            return "Header x-version is missing or wrong"
        return None

    def json(self) -> Any:
        """Return the body; raise RefusedError unless it is JSON with the right content type."""
        if not self.header("content-type").startswith("application/json"):
            raise refused("CU-400", message="Header content-type is not application/json")
        try:
            return json.loads(self.request.content)
        except ValueError:
            raise refused("CU-400", message="The body is not JSON") from None

    def form(self) -> dict[str, str]:
        """Return the fields of the body; raise RefusedError unless it is a form."""
        if not self.header("content-type").startswith("application/x-www-form-urlencoded"):
            raise oauth_error("invalid_request")
        return _fields(self.request)


def route(request: httpx.Request) -> Inbound:
    """Return the endpoint of a request; ANY if there is none."""
    for method, path, endpoint in _ROUTES:
        if request.method == method and (match := path.fullmatch(request.url.path)):
            if endpoint is Endpoint.TOKEN and _fields(request).get("grant_type") == REFRESH_GRANT:
                return Inbound(request, Endpoint.REFRESH, {})
            return Inbound(request, endpoint, match.groupdict())
    return Inbound(request, Endpoint.ANY, {})


def is_cardata(request: httpx.Request) -> bool:
    """Return whether a request is for CarData; the app's login has the same token URL."""
    endpoint = route(request).endpoint
    if endpoint in (Endpoint.TOKEN, Endpoint.REFRESH):
        fields = _fields(request)
        ours = fields.get("grant_type") in (DEVICE_GRANT, REFRESH_GRANT) and "client_id" in fields
        return ours and not request.headers.get("authorization", "").startswith("Basic ")
    return endpoint is not Endpoint.ANY or request.url.host == API_HOST


def body_of(request: httpx.Request) -> Any:
    """Return the form or JSON of a request, None if there is neither."""
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return _fields(request)
    try:
        return json.loads(request.content)
    except ValueError:
        return None


def _fields(request: httpx.Request) -> dict[str, str]:
    text = request.content.decode(errors="replace")
    return dict(parse_qsl(text, keep_blank_values=True))


def _accepts(header: str, wanted: str) -> bool:
    kinds = {kind.partition(";")[0].strip() for kind in header.split(",")} - {""}
    return not kinds or bool(kinds & {wanted, f"{wanted.partition('/')[0]}/*", "*/*"})
