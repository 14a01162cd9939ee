"""The requirements of the simulated servers for all requests: regions, headers, bodies.

See mybmw-app.md#regions.
"""

from collections.abc import Mapping
from dataclasses import dataclass
import json
import re
from typing import Any, Final
from urllib.parse import parse_qsl

import httpx

from .faults import Endpoint

LOGIN_HOST: Final = "customer.bmwgroup.com"


@dataclass(frozen=True, slots=True)
class Region:
    """One of the three regions; `subscription_key` is the app's APIM key."""

    name: str
    code: str
    host: str
    subscription_key: str = ""


REGIONS: Final = {
    region.name: region
    for region in (
        Region(
            "north_america", "na", "cocoapi.bmwgroup.us", "31e102f5-6f7e-7ef3-9044-ddce63891362"
        ),
        Region("china", "cn", "myprofile.bmw.com.cn"),
        Region(
            "rest_of_world", "row", "cocoapi.bmwgroup.com", "4f1c85a3-758f-a37d-bbb6-f8704494acfa"
        ),
    )
}
HOSTS: Final = frozenset({LOGIN_HOST, *(region.host for region in REGIONS.values())})

UUID4: Final = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
_USER_AGENT: Final = re.escape("Dart/3.3 (dart:io)")
_X_USER_AGENT: Final = (
    r"android\([A-Z0-9]{{4}}\.[0-9]{{6}}\.[0-9A-F]{{3}}\);{brand};\d+\.\d+\.\d+\(\d+\);{region}"
)

CORRELATION: Final = {"x-correlation-id": UUID4, "bmw-correlation-id": UUID4}
SESSION: Final = {"bmw-session-id": UUID4, "x-identity-provider": "gcdm"}
_API_HEADERS: Final = {
    "accept-language": "[a-z]{2}(-[A-Z]{2})?",
    "x-raw-locale": "[a-z]{2}-[A-Z]{2}",
    "user-agent": _USER_AGENT,
    "bmw-units-preferences": "d=KM;v=L;p=B;ec=KWH100KM;fc=L100KM;em=GKM;",
    "24-hour-format": "true",
    "authorization": "Bearer .+",
    **CORRELATION,
    **SESSION,
}


class RefusedError(Exception):
    """The server refuses a request; `body` is plain text or JSON."""

    def __init__(self, status: int, body: str | dict[str, Any]) -> None:
        super().__init__(f"{status} {body}")
        self.status = status
        self.body = body

    def response(self, request: httpx.Request) -> httpx.Response:
        """Return the answer that carries the reason."""
        if isinstance(self.body, str):
            return httpx.Response(self.status, text=self.body, request=request)
        return httpx.Response(self.status, json=self.body, request=request)


@dataclass(frozen=True, slots=True)
class Inbound:
    """A request for an endpoint; `path` are the named parts of the path."""

    request: httpx.Request
    endpoint: Endpoint
    path: Mapping[str, str]

    @property
    def params(self) -> dict[str, str]:
        """The query."""
        return dict(self.request.url.params.items())

    @property
    def brand(self) -> str:
        """Brand in x-user-agent, empty when the header is unusable."""
        fields = self.header("x-user-agent").split(";")
        return fields[1] if len(fields) == 4 else ""

    def header(self, name: str) -> str:
        """Value of a header, empty when missing."""
        return str(self.request.headers.get(name, ""))

    def expect(self, headers: Mapping[str, str]) -> None:
        """Check headers against patterns; Refused 400."""
        for name, pattern in headers.items():
            value = self.header(name)
            if not re.fullmatch(pattern, value):
                raise RefusedError(
                    400, f"Header {name} {f'is {value!r}' if value else 'is missing'}"
                )

    def expect_params(self, **patterns: str) -> None:
        """Check the query against patterns; Refused 400."""
        for name, pattern in patterns.items():
            value = self.params.get(name, "")
            if not re.fullmatch(pattern, value):
                raise RefusedError(
                    400, f"Parameter {name} {f'is {value!r}' if value else 'is missing'}"
                )

    def json(self) -> Any:
        """Return the body; Refused 400 unless it is JSON and says so."""
        self.expect({"content-type": "application/json(;.*)?"})
        try:
            return json.loads(self.request.content)
        except ValueError:
            raise RefusedError(400, "The body is not JSON") from None

    def form(self) -> dict[str, str]:
        """Return the fields of the body; Refused 400 unless it is a form and says so."""
        self.expect({"content-type": "application/x-www-form-urlencoded(;.*)?"})
        fields = parse_qsl(self.request.content.decode(), keep_blank_values=True)
        return dict(fields)

    def empty(self) -> None:
        """Refused 400 if there is a body."""
        if self.request.content:
            raise RefusedError(400, "An empty body is expected")


def check_login_headers(inbound: Inbound, region: Region) -> None:
    """Header set L: the brand is always bmw (mybmw-app.md#headers)."""
    agent = _X_USER_AGENT.format(brand="bmw", region=region.code)
    inbound.expect({"user-agent": _USER_AGENT, "x-user-agent": agent})


def check_api_headers(inbound: Inbound, region: Region) -> None:
    """Header set A (mybmw-app.md#headers)."""
    agent = _X_USER_AGENT.format(brand="(bmw|mini|toyota)", region=region.code)
    accept = "image/png" if inbound.endpoint is Endpoint.IMAGE else "application/json"
    inbound.expect({**_API_HEADERS, "x-user-agent": agent, "accept": accept})
    check_correlation(inbound)


def check_correlation(inbound: Inbound) -> None:
    """Check that both correlation ids are the same."""
    if inbound.header("x-correlation-id") != inbound.header("bmw-correlation-id"):
        raise RefusedError(400, "Headers x-correlation-id and bmw-correlation-id differ")


def check_host(inbound: Inbound, region: Region) -> None:
    """Refuse a request that belongs to another of the known hosts; any other host serves all."""
    login = inbound.endpoint in (Endpoint.AUTHENTICATE, Endpoint.AUTHORIZE, Endpoint.TOKEN)
    host = inbound.request.url.host
    if host in HOSTS and host != (LOGIN_HOST if login else region.host):
        raise RefusedError(404, f"Nothing of this kind on {host}")
