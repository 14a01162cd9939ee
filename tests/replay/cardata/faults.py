"""Faults of CarData that tests plan for the next requests.

Those of `tests.replay.faults` (no network, time-out, broken JSON ...) may be planned as well.
"""

from dataclasses import dataclass, field

import httpx

from ..faults import Fault, answer
from ..wire import RefusedError
from .wire import KEY_MANAGEMENT, Endpoint, oauth_error, refused


def error(code: str, status: int | None = None, message: str | None = None) -> Fault:
    """Any error of the REST API by its id, as CU-500; the status is the documented one."""
    return _refusal(refused(code, status=status, message=message))


def out_of_quota(status: int = 403, retry_after: int | None = None) -> Fault:
    """CU-429, if given with a Retry-After header (seconds)."""
    headers = {} if retry_after is None else {"retry-after": str(retry_after)}
    return _refusal(refused("CU-429", status=status), headers)


def invalid_token() -> Fault:
    """CU-127, with which the gateway means an expired token (cardata.md#errors)."""
    return error("CU-127", 403, "invalid_token")


def login_error(name: str, status: int | None = None) -> Fault:
    """Any OAuth error by its name, as access_denied; the status is the documented one."""
    return _refusal(oauth_error(name, status=status))


def key_management() -> Fault:
    """500 of the gateway at the token endpoint (cardata.md#login)."""
    return answer(KEY_MANAGEMENT, 500)


def _refusal(refusal: RefusedError, headers: dict[str, str] | None = None) -> Fault:
    def fault(request: httpx.Request) -> httpx.Response:
        response = refusal.response(request)
        response.headers.update(headers or {})
        return response

    return fault


@dataclass(slots=True)
class _Plan:
    endpoint: Endpoint
    fault: Fault
    times: int | None
    vin: str | None


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
        matching = (
            plan
            for plan in self._plans
            if plan.endpoint in (endpoint, Endpoint.ANY) and plan.vin in (vin, None)
        )
        if (plan := next(matching, None)) is None:
            return None
        if plan.times is not None:
            plan.times -= 1
            if not plan.times:
                self._plans.remove(plan)
        return plan.fault
