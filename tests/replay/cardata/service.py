"""A simulated CarData service: device login, REST and the quota; read-only as the real one."""

from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, Final
from uuid import NAMESPACE_DNS, uuid5

import httpx
import respx

from ..faults import Fault
from ..serving import router_of, serving
from ..wire import RefusedError
from ..world import utcnow
from .cars import CarDataCar
from .containers import Containers
from .faults import FaultBook
from .login import Decision, DeviceLogin
from .tokens import ALWAYS, Issued, Tokens
from .vehicles import Pages, Vehicles
from .wire import HOSTS, LOGIN, Endpoint, Inbound, body_of, is_cardata, refused, route

type Handler = Callable[[Inbound], httpx.Response]

CLIENT_ID: Final = "8c1d2f5a-3b7e-4f60-9a21-5d0c7be4f913"
# That of the default account of the simulated MyBMW API
GCID: Final = str(uuid5(NAMESPACE_DNS, "driver@example.com"))


@dataclass(frozen=True, slots=True)
class Call:
    """A received request; `counted` if it used quota, `status` None without a response."""

    time: datetime
    method: str
    path: str
    endpoint: Endpoint | None
    vin: str | None
    params: dict[str, str]
    body: Any
    status: int | None
    counted: bool


class SimulatedCarData:
    """One account with its cars; its state depends on requests and time only.

    `cars` are live copies of the given ones, which a stream may change. Tests may set up
    `containers`, `login`, `tokens` and `pages`.
    """

    def __init__(
        self,
        cars: Iterable[CarDataCar],
        *,
        client_id: str = CLIENT_ID,
        gcid: str = GCID,
        clock: Callable[[], datetime] = utcnow,
        quota: int = 50,
        fresh: bool = False,
    ) -> None:
        """Create the account; `fresh` moves the newest value of each car to now."""
        random = Random(gcid)
        self._clock = clock
        self._faults = FaultBook()
        self._fresh = fresh
        self._spent: Counter[date] = Counter()
        self.quota = quota
        self.calls: list[Call] = []
        self.cars: dict[str, CarDataCar] = {}
        self.containers = Containers(clock, random)
        self.pages = Pages(clock)
        self.tokens = Tokens(gcid, clock, random)
        self.login = DeviceLogin(client_id, self.tokens)
        self._handlers = self._all_handlers()
        for car in cars:
            self.add(car)

    def _all_handlers(self) -> dict[Endpoint, Handler]:
        vehicles = Vehicles(self.cars, self.containers, self.pages)
        return {
            Endpoint.DEVICE_CODE: self.login.code,
            Endpoint.TOKEN: self.login.token,
            Endpoint.REFRESH: self.login.refresh,
            Endpoint.MAPPINGS: vehicles.mappings,
            Endpoint.BASIC_DATA: vehicles.basic_data,
            Endpoint.TELEMATIC_DATA: vehicles.telematic_data,
            Endpoint.CHARGING_HISTORY: vehicles.charging_history,
            Endpoint.CHARGING_SETTINGS: vehicles.charging_settings,
            Endpoint.TYRE_DIAGNOSIS: vehicles.tyre_diagnosis,
            Endpoint.IMAGE: vehicles.image,
            Endpoint.LIST_CONTAINERS: self.containers.listing,
            Endpoint.CREATE_CONTAINER: self.containers.creation,
            Endpoint.READ_CONTAINER: self.containers.reading,
            Endpoint.DELETE_CONTAINER: self.containers.deletion,
        }

    @property
    def client_id(self) -> str:
        """The client id of the portal; setting another one invalidates all tokens."""
        return self.login.client_id

    @client_id.setter
    def client_id(self, client_id: str) -> None:
        self.login.client_id = client_id
        self.login.devices.clear()
        self.revoke(refresh=True)

    @property
    def gcid(self) -> str:
        """The GCID of the account, which is the user of the stream."""
        return self.tokens.gcid

    @property
    def current_id_token(self) -> str | None:
        """The password of the stream, None if there is none or it has expired."""
        current = self.tokens.current
        return current.id_token if current and current.expires > self._clock() else None

    @property
    def on_tokens(self) -> list[Callable[[Issued], object]]:
        """The listeners for new sets of tokens."""
        return self.tokens.listeners

    @property
    def token_lifetime(self) -> int:
        """The lifetime of new access and id tokens in seconds."""
        return round(self.tokens.lifetime.total_seconds())

    @token_lifetime.setter
    def token_lifetime(self, seconds: int) -> None:
        self.tokens.lifetime = timedelta(seconds=seconds)

    @property
    def subscribed(self) -> set[str]:
        """The scopes of the subscribed services, to read or to change."""
        return self.login.subscribed

    @property
    def pending(self) -> list[str]:
        """User codes that wait for `approve` or `deny`, oldest first."""
        return self.login.pending

    def approve(self, user_code: str | None = None, *, ready: bool = True) -> None:
        """Approve a code, the newest by default; raise KeyError if none is pending.

        `ready=False`: the scopes are not available yet, and the next poll fails with a 500.
        """
        self.login.decide(Decision.APPROVED, user_code, ready=ready)

    def deny(self, user_code: str | None = None) -> None:
        """Deny a code, the newest by default; raise KeyError if none is pending."""
        self.login.decide(Decision.DENIED, user_code)

    def expire(self, user_code: str | None = None) -> None:
        """Expire a code, the newest by default; raise KeyError if none is pending."""
        self.login.expire(user_code)

    def subscribe(self, scope: str) -> None:
        """Subscribe a service in the portal, for the tokens of the next login."""
        self.login.subscribed.add(scope)

    def unsubscribe(self, scope: str) -> None:
        """Unsubscribe a service in the portal, which invalidates all tokens."""
        self.login.unsubscribe(scope)

    def issue_tokens(self, *scopes: str) -> dict[str, Any]:
        """Return tokens as after a login, by default with all rights (cardata.md#login)."""
        granted = scopes or tuple(sorted(ALWAYS | self.subscribed))
        return self.tokens.answer(self.tokens.issue(self.client_id, granted))

    def trust(self, refresh_token: str) -> None:
        """Accept a refresh token of an earlier simulation."""
        self.tokens.trust(refresh_token, sorted(ALWAYS | self.subscribed))

    def restore(self, access_token: str, refresh_token: str, id_token: str) -> None:
        """Accept a set of tokens of an earlier simulation, as the newest one."""
        scopes = tuple(sorted(ALWAYS | self.subscribed))
        self.tokens.restore(access_token, refresh_token, id_token, scopes)

    def revoke(self, *, refresh: bool = False) -> None:
        """Invalidate all access and id tokens, and with `refresh` the refresh tokens."""
        self.tokens.revoke(refresh=refresh)

    @property
    def used(self) -> int:
        """Calls of this UTC day, all programs together; above the quota if some were refused."""
        return self._spent[self._clock().date()]

    def spend(self, calls: int) -> None:
        """Let another program make calls."""
        self._spent[self._clock().date()] += calls

    def add(self, car: CarDataCar) -> None:
        """Add a car to the account, or replace it."""
        live = deepcopy(car)
        if self._fresh and (measured := live.measured):
            live.shift(self._clock() - measured)
        self.cars[live.vin] = live

    def remove(self, vin: str) -> None:
        """Remove a car from the account; raise KeyError if it is unknown."""
        del self.cars[vin]

    def fail(
        self, endpoint: Endpoint, fault: Fault, times: int | None = 1, vin: str | None = None
    ) -> None:
        """Let the next requests of a kind fail; times=None: until `heal`."""
        self._faults.plan(endpoint, fault, times, vin)

    def heal(self) -> None:
        """Remove all planned faults."""
        self._faults.clear()

    def clear_calls(self) -> None:
        """Clear the recorded calls, but not the used quota."""
        self.calls.clear()

    def claims(self, request: httpx.Request) -> bool:
        """Return whether a request is for CarData, and not for the app's API on the same host."""
        request.read()
        return is_cardata(request)

    def knows(self, request: httpx.Request) -> bool:
        """Return whether a request for CarData is for this account."""
        inbound = route(request)
        form = body_of(request) if inbound.endpoint in LOGIN else None
        client_id = form.get("client_id", "") if isinstance(form, dict) else ""
        return self.tokens.known(inbound) or client_id.lower() == self.client_id

    def handle(self, request: httpx.Request) -> httpx.Response:
        """Return the response to a request; planned network faults raise httpx errors."""
        request.read()
        inbound = route(request)
        fault = self._faults.take(inbound.endpoint, inbound.vin)
        try:
            response = fault(request) if fault else self._answer(inbound)
        except RefusedError as refusal:
            response = refusal.response(request)
        except httpx.ConnectError:
            self._note(inbound, None, arrived=False)
            raise
        except httpx.TransportError:
            self._note(inbound, None)
            raise
        self._note(inbound, response.status_code)
        response.request = request
        return response

    def _answer(self, inbound: Inbound) -> httpx.Response:
        if (handler := self._handlers.get(inbound.endpoint)) is None:
            raise refused("CU-400", status=404)
        if inbound.endpoint not in LOGIN:
            if self.tokens.known(inbound) and self.used >= self.quota:
                raise refused("CU-429")
            self.tokens.check(inbound)
        inbound.check()
        return handler(inbound)

    def _note(self, inbound: Inbound, status: int | None, *, arrived: bool = True) -> None:
        """Record a call; it uses quota if it reached the REST API with a token of the account."""
        known = inbound.endpoint in self._handlers
        counted = arrived and known and inbound.endpoint not in LOGIN and self.tokens.known(inbound)
        if counted:
            self.spend(1)
        request = inbound.request
        self.calls.append(
            Call(
                time=self._clock(),
                method=request.method,
                path=request.url.path,
                endpoint=inbound.endpoint if known else None,
                vin=inbound.vin,
                params=inbound.params,
                body=body_of(request),
                status=status,
                counted=counted,
            )
        )

    def router(self, *, pass_through: bool = False) -> respx.MockRouter:
        """Return a router for both hosts; other requests fail or pass through."""
        return router_of(self.handle, HOSTS, pass_through=pass_through)

    def serve(self, host: str = "127.0.0.1", port: int = 0) -> AbstractAsyncContextManager[str]:
        """Serve over HTTP and yield the base URL; port 0 takes a free one."""
        return serving(self.handle, host, port)
