"""The form of High Mobility's requests, errors and webhooks (highmobility.md)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
import hashlib
import hmac
import json
import re
from typing import Any, Final
from urllib.parse import parse_qs

import httpx

type Fault = Callable[[httpx.Request], httpx.Response]

HOSTS: Final = frozenset(
    {
        "api.high-mobility.com",
        "sandbox.api.high-mobility.com",
        "owner-panel.high-mobility.com",
        "sandbox.owner-panel.high-mobility.com",
    }
)


class Place(StrEnum):
    """What a request is for."""

    TOKEN = "POST /v1/access_tokens"
    REVOKE = "DELETE /v1/access_tokens"
    VEHICLE_INFO = "GET /v1/vehicleinfo"
    ELIGIBILITY = "POST /v1/eligibility"
    REQUEST_CLEARANCE = "POST /v1/fleets/vehicles"
    CLEARANCES = "GET /v1/fleets/vehicles"
    CLEARANCE = "GET /v1/fleets/vehicles/{vin}"
    REVOKE_CLEARANCE = "DELETE /v1/fleets/vehicles/{vin}"
    DATA = "GET /v1/vehicle-data/autoapi-13/{vin}"
    CONSENT = "GET /oauth/new"
    PORTAL = "GET /portal"
    UNKNOWN = "unknown"


_WITH_VIN: Final = re.compile(r"(/v1/(?:fleets/vehicles|vehicle-data/autoapi-13)/)([^/]+)")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came in."""

    place: Place
    request: httpx.Request
    vin: str | None
    body: Any
    params: Mapping[str, str]

    @property
    def token(self) -> str:
        """The bearer token, empty if there is none."""
        header: str = self.request.headers.get("authorization", "")
        return header.removeprefix("Bearer ")


@dataclass(slots=True)
class FaultPlan:
    """Planned faults; the oldest that matches a request comes first."""

    plans: list[tuple[Place, str | None, Fault, list[int]]] = field(default_factory=list)

    def add(self, place: Place, fault: Fault, times: int, vin: str | None) -> None:
        """Let the next requests of a kind fail."""
        self.plans.append((place, vin, fault, [times]))

    def take(self, asked: Asked) -> Fault | None:
        """Return the fault for this request and count it as used."""
        for plan in self.plans:
            place, vin, fault, left = plan
            if place is asked.place and vin in (None, asked.vin):
                left[0] -= 1
                if not left[0]:
                    self.plans.remove(plan)
                return fault
        return None


class HighMobilityRefusal(Exception):
    """An answer that is no success."""

    def __init__(self, status: int, body: Any, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(str(status))
        self.response = httpx.Response(status, json=body, headers=headers)


def refused(status: int, title: str, detail: str = "") -> HighMobilityRefusal:
    """Return an error in the form of the REST API."""
    body = {"errors": [{"title": title, "detail": detail}], "request_id": "1"}
    return HighMobilityRefusal(status, body)


def oauth(error: str, description: str, status: int = 400) -> HighMobilityRefusal:
    """Return an error in the form of OAuth."""
    return HighMobilityRefusal(status, {"error": error, "error_description": description})


def fails(status: int, body: Any = None, headers: Mapping[str, str] | None = None) -> Fault:
    """Return a fault that answers with this."""

    def fault(request: httpx.Request) -> httpx.Response:
        told = {"errors": [{"title": "Failure", "detail": "Made up"}]} if body is None else body
        return httpx.Response(status, json=told, headers=headers, request=request)

    return fault


def no_network(request: httpx.Request) -> httpx.Response:
    """Be out of reach."""
    raise httpx.ConnectError("no route", request=request)


def asked_of(request: httpx.Request) -> Asked:
    """Return what a request is for."""
    request.read()
    path = request.url.path
    match = _WITH_VIN.fullmatch(path)
    pattern, vin = (f"{match[1]}{{vin}}", match[2]) if match else (path, None)
    try:
        place = Place(f"{request.method} {pattern}")
    except ValueError:
        place = Place.UNKNOWN
    return Asked(place, request, vin, _body(request), dict(request.url.params))


def _body(request: httpx.Request) -> Any:
    if not request.content:
        return {}
    if request.headers.get("content-type", "").startswith("application/json"):
        return json.loads(request.content)
    return {key: value[0] for key, value in parse_qs(request.content.decode()).items()}


def sign(secret: str, body: bytes, kind: str = "sha256") -> str:
    """Return the signature of a webhook."""
    return f"{kind}={hmac.new(secret.encode(), body, getattr(hashlib, kind)).hexdigest()}"
