"""Faults that tests plan for the next requests."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum, auto
from typing import Any

import httpx

type Fault = Callable[[httpx.Request], httpx.Response]


class Endpoint(StrEnum):
    """The requests of a client, named by purpose (mybmw-app.md#login, #endpoints)."""

    CONFIG = auto()
    AUTHENTICATE = auto()
    AUTHORIZE = auto()
    TOKEN = auto()
    CHINA_KEY = auto()
    CHINA_CAPTCHA = auto()
    CHINA_CHECK = auto()
    CHINA_LOGIN = auto()
    CHINA_REFRESH = auto()
    VEHICLES = auto()
    PROFILE = auto()
    STATE = auto()
    CHARGING = auto()
    IMAGE = auto()
    COMMAND = auto()
    EVENT_STATUS = auto()
    EVENT_POSITION = auto()
    POI = auto()
    ANY = auto()


def unauthorized() -> Fault:
    """401, as for an expired access token."""
    return _json(401, {"statusCode": 401, "message": "Access token is missing or invalid."})


def quota(hms: str = "02:12:20") -> Fault:
    """403 because the quota is exceeded; `hms` is the time to wait."""
    message = f"Out of call volume quota. Quota will be replenished in {hms}."
    return _json(403, {"statusCode": 403, "message": message})


def rate_limited(seconds: int = 2, retry_after: int | None = None) -> Fault:
    """429 with the wait in the text and, if given, in the Retry-After header (seconds)."""
    message = f"Rate limit is exceeded. Try again in {seconds} seconds."
    headers = {} if retry_after is None else {"retry-after": str(retry_after)}
    return _json(429, {"statusCode": 429, "message": message}, headers)


def blocked() -> Fault:
    """489, BMW's response to clients other than its app."""
    return text("Blocked", 489)


def server_error() -> Fault:
    """500 with plain text."""
    return text("INTERNAL SERVER ERROR", 500)


def gateway() -> Fault:
    """503 of the API gateway."""
    fault = {"faultstring": "The Service is temporarily unavailable"}
    detail = {"errorcode": "messaging.adaptors.http.flow.ServiceUnavailable"}
    return _json(503, {"fault": {**fault, "detail": detail}})


def timeout() -> Fault:
    """No answer in time: httpx.ReadTimeout (a dropped connection over real HTTP)."""

    def fault(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("simulated time-out", request=request)

    return fault


def no_network() -> Fault:
    """No way to the server: httpx.ConnectError (a dropped connection over real HTTP)."""

    def fault(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("simulated network failure", request=request)

    return fault


def no_proxy() -> Fault:
    """A proxy that refuses the connection: httpx.ProxyError."""

    def fault(request: httpx.Request) -> httpx.Response:
        raise httpx.ProxyError("simulated proxy", request=request)

    return fault


def broken_json() -> Fault:
    """200 with incomplete JSON."""
    headers = {"content-type": "application/json"}
    return lambda request: httpx.Response(
        200, headers=headers, content=b'{"state": {', request=request
    )


def answer(json_value: Any, status: int = 200) -> Fault:
    """Any JSON."""
    return _json(status, json_value)


def text(body: str, status: int = 200) -> Fault:
    """Any plain text."""
    return lambda request: httpx.Response(status, text=body, request=request)


def _json(status: int, body: Any, headers: dict[str, str] | None = None) -> Fault:
    return lambda request: httpx.Response(status, json=body, headers=headers, request=request)


@dataclass(slots=True)
class _Plan:
    endpoint: Endpoint
    fault: Fault
    times: int | None
    vin: str | None

    def matches(self, endpoint: Endpoint, vin: str | None) -> bool:
        return self.endpoint in (endpoint, Endpoint.ANY) and self.vin in (vin, None)


@dataclass(slots=True)
class FaultBook:
    """Planned faults; the oldest one that matches a request is used first."""

    _plans: list[_Plan] = field(default_factory=list)

    def plan(self, endpoint: Endpoint, fault: Fault, times: int | None, vin: str | None) -> None:
        """Let the next `times` requests fail; None means all until `clear`."""
        if times is None or times > 0:
            self._plans.append(_Plan(endpoint, fault, times, vin))

    def clear(self) -> None:
        """Remove all planned faults."""
        self._plans.clear()

    def take(self, endpoint: Endpoint, vin: str | None) -> Fault | None:
        """Return the fault for this request and count it as used."""
        plan = next((plan for plan in self._plans if plan.matches(endpoint, vin)), None)
        if plan is None:
            return None
        if plan.times is not None:
            plan.times -= 1
            if not plan.times:
                self._plans.remove(plan)
        return plan.fault
