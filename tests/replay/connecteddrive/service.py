"""The service: login, cars, commands, and what it refuses."""

from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
import json
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

import httpx
import respx

from tests.replay.pictures import draw_car
from tests.replay.serving import router_of, serving

from .cars import Effect, Json, LegacyCar
from .endpoints import LOGINS, Endpoint, route

HOST: Final = "b2vapi.example.com"
BASE: Final = f"https://{HOST}"
USERNAME: Final = "driver@example.com"
PASSWORD: Final = "correct-horse"
KEY: Final = "made-up-key"
SECRET: Final = "made-up-secret"
STEPS: Final = ("PENDING", "DELIVERED", "EXECUTED")

_ORANGE: Final = 0xE2671B
_FORM: Final = "application/x-www-form-urlencoded"


_FLAG_OF: Final = {
    "LIGHT_FLASH": "lightFlash",
    "HORN_BLOW": "hornBlow",
    "DOOR_LOCK": "doorLock",
    "DOOR_UNLOCK": "doorUnlock",
    "CLIMATE_NOW": "climateNow",
    "CHARGE_NOW": "chargeNow",
    "VEHICLE_FINDER": "vehicleFinder",
    "CHARGING_CONTROL": "chargingControl",
}
SECRET_NEEDED: Final = (
    "(SmartPhoneUtil-A-2013) Action is forbidden. secretKnowledge is missing but required!"
)


class Refused(Exception):
    """The service says no."""

    def __init__(self, status: int, description: str = "", error: str | None = None) -> None:
        super().__init__(description)
        told = error or {"code": status, "description": description}
        self.response = httpx.Response(status, json={"error": told})


@dataclass(frozen=True, slots=True)
class Call:
    """A request as it came in; `form` are the fields of its body."""

    endpoint: Endpoint
    vin: str | None
    params: Mapping[str, str]
    form: Mapping[str, str]
    path: str


@dataclass(slots=True)
class _Running:
    """A running command: the statuses still to be reported, and what it does at the end."""

    service: str
    event: str
    steps: list[str | None]
    effect: Callable[[], None]
    last: str | None = "INITIATED"


@dataclass(slots=True)
class _Fault:
    endpoint: Endpoint
    answer: Callable[[httpx.Request], httpx.Response]
    times: int | None
    vin: str | None


def _now() -> datetime:
    return datetime.now(UTC)


class SimulatedConnectedDrive:
    """One account with its cars; everything that happens is a function of the requests."""

    def __init__(
        self,
        cars: Iterable[LegacyCar],
        *,
        commands: Mapping[str, Json] | None = None,
        clock: Callable[[], datetime] = _now,
        fresh: bool = True,
        lifetime: int = 28_800,
        answer: str | None = None,
        bare_list: bool = False,
        poi_field: str = "data",
        token_path: str = LOGINS[0],
        speed: float = 1.0,
    ) -> None:
        """Set up the account; `answer` is that to the security question, if unlocking needs it.

        Cars charge faster than real ones by `speed`; what they report has the time of the clock.
        `bare_list` reports the cars without an object around them. `poi_field` and `token_path` are
        what this server knows of several ones.
        """
        self.cars = {car.vin: car.copy() for car in cars}
        self.clock = clock
        self.lifetime = lifetime
        self.answer = answer
        self.bare_list = bare_list
        self.poi_field = poi_field
        self.token_path = token_path
        self.speed = speed
        self._begun, self._skipped = clock(), timedelta()
        self.username, self.password = USERNAME, PASSWORD
        self.calls: list[Call] = []
        self.sent: list[tuple[str, Json]] = []
        self.outcomes: list[list[str | None]] = []
        self._templates = dict(commands or {})
        self._tokens: dict[str, datetime] = {}
        self._issued = 0
        self._running: dict[tuple[str, str], _Running] = {}
        self._faults: list[_Fault] = []
        if fresh:
            for car in self.cars.values():
                car.freshen(clock())
        self._live()

    def router(self, *, pass_through: bool = False) -> respx.MockRouter:
        """Return a router for `HOST`; other requests fail or pass through."""
        return router_of(self.handle, frozenset({HOST}), pass_through=pass_through)

    def serve(self, host: str = "127.0.0.1", port: int = 0) -> AbstractAsyncContextManager[str]:
        """Serve over HTTP and yield the base URL; port 0 takes a free one."""
        return serving(self.handle, host, port)

    def skip(self, time: timedelta) -> None:
        """Let time pass for the cars, at most a week at once."""
        self._skipped += time
        self._live()

    def _live(self) -> None:
        now = self.clock()
        local = self._begun + (now - self._begun) * self.speed + self._skipped
        for car in self.cars.values():
            car.live(now, local)

    def fail(
        self,
        endpoint: Endpoint,
        status: int,
        times: int | None = 1,
        vin: str | None = None,
        headers: Mapping[str, str] | None = None,
        text: str = "",
    ) -> None:
        """Let the next requests of a kind fail with a status; times=None: until `heal`."""

        def answer(request: httpx.Request) -> httpx.Response:
            return httpx.Response(status, text=text, headers=headers, request=request)

        self._faults.append(_Fault(endpoint, answer, times, vin))

    def reply(self, endpoint: Endpoint, body: Any, times: int | None = 1) -> None:
        """Answer the next requests of a kind with this JSON."""
        self._faults.append(
            _Fault(endpoint, lambda request: httpx.Response(200, json=body), times, None)
        )

    def cut(self, endpoint: Endpoint, times: int | None = 1) -> None:
        """Let the connection break while the next requests of a kind are answered."""

        def answer(request: httpx.Request) -> httpx.Response:
            raise httpx.ReadTimeout("simulated time-out", request=request)

        self._faults.append(_Fault(endpoint, answer, times, None))

    def heal(self) -> None:
        """Forget all planned faults."""
        self._faults.clear()

    def revoke(self) -> None:
        """End all tokens."""
        self._tokens.clear()

    def trust(self, token: str) -> None:
        """Accept a token that an earlier simulation gave out."""
        self._tokens[token] = self.clock() + timedelta(seconds=self.lifetime)

    def next_outcome(self, *statuses: str | None) -> None:
        """Choose the statuses of the next command, the first one of its own answer; None: none."""
        self.outcomes.append(list(statuses))

    def handle(self, request: httpx.Request) -> httpx.Response:
        """Answer a request; planned network faults raise httpx errors."""
        request.read()
        endpoint, vin = route(request)
        self.calls.append(_call(request, endpoint, vin))
        self._live()
        try:
            response = self._fault(request, endpoint, vin) or self._answer(request, endpoint, vin)
        except Refused as refused:
            response = refused.response
        response.request = request
        return response

    def _fault(
        self, request: httpx.Request, endpoint: Endpoint, vin: str | None
    ) -> httpx.Response | None:
        for fault in self._faults:
            if fault.endpoint in (endpoint, Endpoint.ANY) and fault.vin in (None, vin):
                if fault.times is not None:
                    fault.times -= 1
                    if not fault.times:
                        self._faults.remove(fault)
                return fault.answer(request)
        return None

    def _answer(
        self, request: httpx.Request, endpoint: Endpoint, vin: str | None
    ) -> httpx.Response:
        if endpoint is Endpoint.ANY:
            raise Refused(404, "Resource not found")
        if endpoint is Endpoint.TOKEN:
            return self._token(request)
        self._check_token(request)
        if endpoint is Endpoint.VEHICLES:
            entries = [car.entry for car in self.cars.values()]
            return httpx.Response(200, json=entries if self.bare_list else {"vehicles": entries})
        car = self.cars.get(vin or "")
        if car is None:
            raise Refused(404, "Vehicle not found")
        return self._about(request, endpoint, car)

    def _about(self, request: httpx.Request, endpoint: Endpoint, car: LegacyCar) -> httpx.Response:
        if endpoint is Endpoint.EXECUTE:
            return self._execute(car, _form(request))
        if endpoint is Endpoint.EXECUTION:
            return self._execution(car, request.url.params.get("serviceType", ""))
        if endpoint is Endpoint.POI:
            return self._poi(car, _form(request))
        if endpoint is Endpoint.IMAGE:
            picture = draw_car("FrontView", _ORANGE)
            return httpx.Response(200, content=picture, headers={"content-type": "image/png"})
        nothing = {"vehicleStatus": {"vin": car.vin}} if endpoint is Endpoint.STATUS else None
        answer = car.answers.get(endpoint.value, nothing)
        if answer is None:
            raise Refused(404, "Not found")
        return httpx.Response(200, json=answer)

    def _token(self, request: httpx.Request) -> httpx.Response:
        if request.url.path != self.token_path:
            raise Refused(404, "Resource not found")
        form = _form(request)
        if self.token_path == LOGINS[-1]:
            return self._redirect(form)
        basic = b64encode(f"{KEY}:{SECRET}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {basic}":
            raise Refused(401, error="invalid_client")
        if form.get("grant_type") != "password" or "vehicle_data" not in form.get("scope", ""):
            raise Refused(400, error="invalid_request")
        self._check_password(form)
        body = {
            "access_token": self._issue(),
            "token_type": "Bearer",
            "expires_in": self.lifetime,
            "refresh_token": f"legacy-refresh-{self._issued:04}",
            "scope": "vehicle_data remote_services",
        }
        return httpx.Response(200, json=body)

    def _redirect(self, form: Mapping[str, str]) -> httpx.Response:
        if form.get("client_id") != KEY or form.get("response_type") != "token":
            raise Refused(400, error="invalid_request")
        self._check_password(form)
        fields = {
            "state": form.get("state", ""),
            "access_token": self._issue(),
            "token_type": "Bearer",
            "expires_in": self.lifetime,
        }
        address = f"{form.get('redirect_uri', '')}#{urlencode(fields)}"
        return httpx.Response(302, headers={"location": address})

    def _check_password(self, form: Mapping[str, str]) -> None:
        if (form.get("username"), form.get("password")) != (self.username, self.password):
            raise Refused(401, error="invalid_grant")

    def _issue(self) -> str:
        self._issued += 1
        token = f"legacy-token-{self._issued:04}"
        self._tokens[token] = self.clock() + timedelta(seconds=self.lifetime)
        return token

    def _check_token(self, request: httpx.Request) -> None:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        expires = self._tokens.get(token)
        if expires is None or expires <= self.clock():
            raise Refused(401, error="unauthorized")

    def _execute(self, car: LegacyCar, form: Mapping[str, str]) -> httpx.Response:
        service = form.get("serviceType", "")
        flag = _FLAG_OF.get(service)
        if flag is None or car.entry.get(flag, "NOT_SUPPORTED") == "NOT_SUPPORTED":
            raise Refused(403, f"{service} is not supported")
        if service == "DOOR_UNLOCK" and self.answer not in (None, form.get("bmwSkAnswer")):
            raise Refused(500, SECRET_NEEDED)
        effect = self._effect(car, service, form)
        steps = self.outcomes.pop(0) if self.outcomes else self._usual(car, service)
        event = f"{len(self.calls):024X}@bmw.de"
        running = _Running(service, event, steps[1:], lambda: effect(car, self.clock()), steps[0])
        self._running[car.vin, service] = running
        if running.last == "EXECUTED":
            running.effect()
        return self._told(running)

    def _usual(self, car: LegacyCar, service: str) -> list[str | None]:
        plugged = car.status.get("connectionStatus") == "CONNECTED"
        if service == "CHARGE_NOW" and not plugged:
            return ["INITIATED", "PENDING", "NOT_EXECUTED"]
        return ["INITIATED", *STEPS]

    def _effect(self, car: LegacyCar, service: str, form: Mapping[str, str]) -> Effect:
        if service == "CHARGING_CONTROL":
            plan = self._plan(form)
            return lambda car, now: _take_plan(car, plan, now)
        if service == "LIGHT_FLASH" and not form.get("count", "").isdigit():
            raise Refused(400, "count is missing")
        return _EFFECTS.get(service, lambda car, now: None)

    def _plan(self, form: Mapping[str, str]) -> Json:
        try:
            plan = json.loads(form.get("data", ""))
        except ValueError:
            raise Refused(400, "data is no JSON") from None
        if not isinstance(plan, dict) or not ({"weeklyPlanner", "twoTimesTimer"} & plan.keys()):
            raise Refused(400, "data is no charging profile")
        return plan

    def _execution(self, car: LegacyCar, service: str) -> httpx.Response:
        running = self._running.get((car.vin, service))
        if running is None:
            raise Refused(404, "No execution")
        if running.steps:
            running.last = running.steps.pop(0)
            if running.last == "EXECUTED":
                running.effect()
        return self._told(running)

    def _told(self, running: _Running) -> httpx.Response:
        status = running.last
        template = self._templates.get(status or "UNKNOWN", {})
        told = {**template, "serviceType": running.service, "eventId": running.event}
        told.pop("status", None)
        if status is not None:
            told["status"] = status
        return httpx.Response(200, json={"executionStatus": told})

    def _poi(self, car: LegacyCar, form: Mapping[str, str]) -> httpx.Response:
        try:
            poi = json.loads(form.get(self.poi_field, ""))["poi"]
        except ValueError, KeyError, TypeError:
            raise Refused(400, f"{self.poi_field} is no place") from None
        self.sent.append((car.vin, poi))
        if "lat" in poi:
            car.add_destination(poi, self.clock())
        return httpx.Response(204)


def _take_plan(car: LegacyCar, plan: Json, now: datetime) -> None:
    car.answers["charging_profile"] = plan
    car.follow_plan(now)


_EFFECTS: Final[Mapping[str, Effect]] = {
    "DOOR_LOCK": lambda car, now: car.lock(now, locked=True),
    "DOOR_UNLOCK": lambda car, now: car.lock(now, locked=False),
    "CHARGE_NOW": lambda car, now: car.charge(now),
    "CLIMATE_NOW": lambda car, now: car.report(now, "ON_DEMAND"),
    "VEHICLE_FINDER": lambda car, now: car.report(now, "ON_DEMAND"),
}


def _form(request: httpx.Request) -> Mapping[str, str]:
    """Return the fields of a body; refuse one that does not say that it is a form."""
    kind = request.headers.get("content-type", "").partition(";")[0]
    if kind != _FORM:
        raise Refused(415, f"Content-Type must be {_FORM}")
    return dict(parse_qsl(request.content.decode(), keep_blank_values=True))


def _call(request: httpx.Request, endpoint: Endpoint, vin: str | None) -> Call:
    form = dict(parse_qsl(request.content.decode(errors="replace"), keep_blank_values=True))
    return Call(endpoint, vin, dict(request.url.params), form, request.url.path)
