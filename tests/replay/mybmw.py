"""A simulation of the My BMW app's API that replays recorded cars and executes commands.

It is as strict as the real API, as far as known, and explains why it refuses a request.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
import json
from random import Random
import re
from typing import Any, Final
from uuid import NAMESPACE_DNS, uuid5

import httpx
import respx

from .china import ChinaLogin
from .faults import Endpoint, Fault, FaultBook
from .fingerprints import Json, RecordedCar
from .login import Login
from .remote import PLANS, SETTINGS, Remote
from .serving import router_of, serving
from .vehicles import Vehicles
from .wire import HOSTS, REGIONS, Inbound, RefusedError, check_api_headers, check_host
from .world import Car, Tokens, World, timestamp, utcnow

type Handler = Callable[[Inbound], httpx.Response]

_COMMANDS: Final = "/eadrax-vrccs/v{}/presentation/remote-commands"
_VRCCS: Final = "|".join(service for service in PLANS if not service.endswith("-charging"))
_CRCCS: Final = "|".join(["start-charging", "stop-charging", *SETTINGS])
_ROUTES: Final = tuple(
    (method, re.compile(path), endpoint)
    for method, path, endpoint in (
        ("GET", "/eadrax-ucs/v1/presentation/oauth/config", Endpoint.CONFIG),
        ("POST", "/gcdm/oauth/authenticate", Endpoint.AUTHENTICATE),
        ("POST", "/gcdm/oauth/token", Endpoint.TOKEN),
        ("GET", "/eadrax-coas/v1/cop/publickey", Endpoint.CHINA_KEY),
        ("POST", "/eadrax-coas/v2/cop/slider-captcha", Endpoint.CHINA_CAPTCHA),
        ("POST", "/eadrax-coas/v1/cop/check-captcha", Endpoint.CHINA_CHECK),
        ("POST", "/eadrax-coas/v2/login/pwd", Endpoint.CHINA_LOGIN),
        ("POST", "/eadrax-coas/v2/oauth/token", Endpoint.CHINA_REFRESH),
        ("POST", "/eadrax-vcs/v5/vehicle-list", Endpoint.VEHICLES),
        ("GET", "/eadrax-vcs/v5/vehicle-data/profile", Endpoint.PROFILE),
        ("GET", "/eadrax-vcs/v4/vehicles/state", Endpoint.STATE),
        ("GET", "/eadrax-crccs/v2/vehicles", Endpoint.CHARGING),
        ("GET", "/eadrax-ics/v5/presentation/vehicles/images", Endpoint.IMAGE),
        ("POST", f"{_COMMANDS.format(4)}/(?P<service>{_VRCCS})", Endpoint.COMMAND),
        ("POST", f"{_COMMANDS.format(3)}/eventStatus", Endpoint.EVENT_STATUS),
        ("POST", f"{_COMMANDS.format(4)}/eventPosition", Endpoint.EVENT_POSITION),
        (
            "POST",
            f"/eadrax-crccs/v1/vehicles/(?P<vin>[^/]+)/(?P<service>{_CRCCS})",
            Endpoint.COMMAND,
        ),
        ("POST", "/eadrax-dcs/v2/user/(?P<gcid>[^/]+)/send-to-car", Endpoint.POI),
    )
)


@dataclass(frozen=True, slots=True)
class Call:
    """A received request; `json` is the body if it is JSON, `endpoint` None if unknown."""

    method: str
    path: str
    brand: str
    vin: str | None
    params: dict[str, str]
    json: Any
    endpoint: Endpoint | None


class SimulatedMyBMW:
    """One account with its cars; its state depends on the requests only."""

    def __init__(
        self,
        cars: Iterable[RecordedCar],
        *,
        region: str = "rest_of_world",
        username: str = "driver@example.com",
        password: str = "correct-horse",
        captcha: str | None = "P1_valid",
        clock: Callable[[], datetime] = utcnow,
        fresh: bool = True,
        token_lifetime: int = 3600,
    ) -> None:
        """Create the account; `captcha=None` accepts any captcha token, each once."""
        gcid = str(uuid5(NAMESPACE_DNS, username))
        self._world = World(REGIONS[region], username, password, gcid, clock, Random(0))
        self._fresh = fresh
        self._faults = FaultBook()
        self._lost: Counter[Endpoint] = Counter()
        self._remote = Remote(self._world)
        self._tokens = Tokens(self._world, token_lifetime)
        captchas = set() if captcha is None else {captcha}
        self._login = Login(self._world, self._tokens, captchas, any_captcha=captcha is None)
        self._handlers = {**self._login_handlers(), **self._api_handlers()}
        self.calls: list[Call] = []
        for car in cars:
            self.add(car)

    def _login_handlers(self) -> dict[Endpoint, Handler]:
        if self._world.region.name == "china":
            china = ChinaLogin(self._world, self._tokens)
            return {
                Endpoint.CHINA_KEY: china.public_key,
                Endpoint.CHINA_CAPTCHA: china.captcha,
                Endpoint.CHINA_CHECK: china.check,
                Endpoint.CHINA_LOGIN: china.login,
                Endpoint.CHINA_REFRESH: china.refresh,
            }
        return {
            Endpoint.CONFIG: self._login.config,
            Endpoint.AUTHENTICATE: self._login.authenticate,
            Endpoint.AUTHORIZE: self._login.authorize,
            Endpoint.TOKEN: self._login.token,
        }

    def _api_handlers(self) -> dict[Endpoint, Handler]:
        vehicles = Vehicles(self._world)
        handlers: dict[Endpoint, Handler] = {
            Endpoint.VEHICLES: vehicles.listing,
            Endpoint.PROFILE: vehicles.profile,
            Endpoint.STATE: vehicles.state,
            Endpoint.CHARGING: vehicles.charging,
            Endpoint.IMAGE: vehicles.image,
            Endpoint.COMMAND: self._remote.command,
            Endpoint.EVENT_STATUS: self._remote.status,
            Endpoint.EVENT_POSITION: self._remote.position,
            Endpoint.POI: self._remote.send_poi,
        }
        return {endpoint: self._behind_door(answer) for endpoint, answer in handlers.items()}

    def _behind_door(self, answer: Handler) -> Handler:
        def handler(inbound: Inbound) -> httpx.Response:
            check_api_headers(inbound, self._world.region)
            self._tokens.check(inbound)
            return answer(inbound)

        return handler

    @property
    def gcid(self) -> str:
        """The GCID of the account, as in the tokens."""
        return self._world.gcid

    @property
    def sent_pois(self) -> list[dict[str, Any]]:
        """The places sent to cars."""
        return self._remote.sent_pois

    @property
    def on_executed(self) -> list[Callable[[str], object]]:
        """The listeners for the VIN of a car that has executed a command."""
        return self._remote.listeners

    @property
    def token_lifetime(self) -> int:
        """The lifetime of new access tokens in seconds."""
        return self._tokens.lifetime

    @token_lifetime.setter
    def token_lifetime(self, seconds: int) -> None:
        self._tokens.lifetime = seconds

    def handle(self, request: httpx.Request) -> httpx.Response:
        """Return the response to a request; planned network faults raise httpx errors."""
        request.read()
        inbound = _route(request)
        vin = self._vin(inbound)
        self.calls.append(_call(inbound, vin))
        if fault := self._faults.take(inbound.endpoint, vin):
            return fault(request)
        try:
            response = self._answer(inbound)
        except RefusedError as refused:
            response = refused.response(request)
        if self._lost[inbound.endpoint]:
            self._lost[inbound.endpoint] -= 1
            raise httpx.ReadTimeout("simulated loss of the answer", request=request)
        return response

    def _answer(self, inbound: Inbound) -> httpx.Response:
        if (handler := self._handlers.get(inbound.endpoint)) is None:
            raise RefusedError(404, {"statusCode": 404, "message": "Resource not found"})
        check_host(inbound, self._world.region)
        response = handler(inbound)
        response.request = inbound.request
        return response

    def _vin(self, inbound: Inbound) -> str | None:
        if event := self._remote.events.get(inbound.params.get("eventId", "")):
            return event.car.vin
        return inbound.path.get("vin") or inbound.header("bmw-vin") or None

    def router(self, *, pass_through: bool = False) -> respx.MockRouter:
        """Return a router for all hosts of the API; other requests fail or pass through."""
        return router_of(self.handle, frozenset(HOSTS), pass_through=pass_through)

    def serve(self, host: str = "127.0.0.1", port: int = 0) -> AbstractAsyncContextManager[str]:
        """Serve over HTTP and yield the base URL; port 0 takes a free one."""
        return serving(self.handle, host, port)

    def clear_calls(self) -> None:
        """Clear the recorded calls."""
        self.calls.clear()

    def fail(
        self, endpoint: Endpoint, fault: Fault, times: int | None = 1, vin: str | None = None
    ) -> None:
        """Let the next requests of a kind fail; times=None: until `heal`."""
        self._faults.plan(endpoint, fault, times, vin)

    def heal(self) -> None:
        """Remove all planned faults."""
        self._faults.clear()

    def lose_answer(self, endpoint: Endpoint) -> None:
        """Execute the next request of a kind, but lose its response."""
        self._lost[endpoint] += 1

    def carry_out(self, vin: str) -> None:
        """Let a car execute its pending commands now."""
        for event in self._remote.events.values():
            if event.car.vin == vin and not event.done:
                event.execute()

    def hold(self, vin: str) -> None:
        """Return the current state of a car until `release`, whatever happens to the car."""
        self._world.cars[vin].hold()

    def release(self, vin: str) -> None:
        """End `hold`."""
        self._world.cars[vin].held = None

    def next_outcome(self, *statuses: str) -> None:
        """Set the event statuses of the next command; without any, it has no event."""
        self._remote.outcomes.append(statuses)

    def offer_captcha(self, token: str) -> None:
        """Accept a captcha token for one more login."""
        self._login.offer_captcha(token)

    def issue_tokens(self) -> Json:
        """Return tokens as after a login, in the shape of the token endpoint."""
        return self._tokens.issue()

    def trust(self, refresh_token: str) -> None:
        """Accept a refresh token of an earlier simulation."""
        self._tokens.refresh.add(refresh_token)

    def revoke(self, *, refresh: bool = False) -> None:
        """Invalidate all access tokens, and with `refresh` the refresh tokens."""
        self._tokens.access.clear()
        if refresh:
            self._tokens.refresh.clear()

    def add(self, car: RecordedCar) -> None:
        """Add a car to the account, or replace it."""
        live = Car.of(car, self._world.clock)
        if self._fresh:
            live.freshen()
        self._world.cars[live.vin] = live

    def remove(self, vin: str) -> None:
        """Remove a car from the account; raise KeyError if it is unknown."""
        del self._world.cars[vin]

    def profile(self, vin: str) -> Json:
        """Return the live profile answer, to read or to change."""
        return self._world.cars[vin].profile

    def state(self, vin: str) -> Json:
        """Return the live state answer, to read or to change."""
        return self._world.cars[vin].state

    def charging(self, vin: str) -> Json | None:
        """Return the live charging details, to read or to change."""
        return self._world.cars[vin].charging

    def touch(self, vin: str) -> None:
        """Set lastUpdatedAt to now."""
        car = self._world.cars[vin]
        car.status["lastUpdatedAt"] = timestamp(self._world.clock())

    def park(self, vin: str, latitude: float, longitude: float, heading: float = 0) -> None:
        """Set the position that the next vehicle finder returns."""
        position = {"latitude": latitude, "longitude": longitude, "heading": heading}
        place = {**position, "formattedAddress": "some_formatted_address"}
        self._world.cars[vin].parked_at = place


def _route(request: httpx.Request) -> Inbound:
    """Return the endpoint; ANY if there is none."""
    second_step = "interaction-id" in request.url.params
    for method, path, endpoint in _ROUTES:
        if request.method == method and (match := path.fullmatch(request.url.path)):
            if endpoint is Endpoint.AUTHENTICATE and second_step:
                return Inbound(request, Endpoint.AUTHORIZE, {})
            return Inbound(request, endpoint, match.groupdict())
    return Inbound(request, Endpoint.ANY, {})


def _call(inbound: Inbound, vin: str | None) -> Call:
    request = inbound.request
    try:
        body = json.loads(request.content)
    except ValueError:
        body = None
    endpoint = None if inbound.endpoint is Endpoint.ANY else inbound.endpoint
    path = request.url.path
    return Call(request.method, path, inbound.brand, vin, inbound.params, body, endpoint)
