"""Control of the simulated services: actions of the user at BMW, faults, and received requests.

Browsers get a page with buttons, other programs JSON and plain text.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from shlex import quote
from typing import Final

from aiohttp import web

from tests.replay import cardata, faults
from tests.replay.cardata import API, STREAM, SimulatedCarData
from tests.replay.cardata.faults import invalid_token, key_management, out_of_quota
from tests.replay.connecteddrive import SimulatedConnectedDrive
from tests.replay.connecteddrive.control import ACTIONS, act
from tests.replay.faults import Endpoint, Fault
from tests.replay.mybmw import SimulatedMyBMW
from tests.replay.portal import portal_page
from tests.replay.refusal import Refusal

from .cardata import Stage
from .highmobility import Fleet
from .page import legacy_buttons, page

FAULTS: Final[dict[str, Callable[[], Fault]]] = {
    fault.__name__: fault
    for fault in (
        faults.blocked,
        faults.broken_json,
        faults.gateway,
        faults.no_network,
        faults.quota,
        faults.rate_limited,
        faults.server_error,
        faults.timeout,
        faults.unauthorized,
        invalid_token,
        key_management,
        out_of_quota,
    )
}
SERVICES: Final[Mapping[str, str]] = {"api": API, "stream": STREAM}

_USAGE: Final[Mapping[str, object]] = {
    "GET /codes": "the codes of CarData that wait for a decision, oldest first",
    "POST /approve?code=": "approve a code, the newest by default; with &late=1 its rights lag",
    "POST /deny?code=": "deny it",
    "POST /expire?code=": "let its time be over",
    "POST /unsubscribe/{service}": sorted(SERVICES),
    "POST /subscribe/{service}": "for the tokens of the next login",
    "POST /stream/{action}": {
        "steal": "another program takes the stream, until accept",
        "refuse": f"nobody is let in, until accept; ?reason={'|'.join(r.name for r in Refusal)}",
        "accept": "end both",
        "kick": "throw the client out",
        "cut": "reset the connection",
        "freeze": "lose all that is sent, until thaw",
        "thaw": "let new connections work again",
        "expire": "let the token of the connection expire",
    },
    "POST /fail/{fault}?source=&endpoint=&times=&vin=": sorted(FAULTS),
    "source": ["mybmw", "cardata"],
    "endpoint of mybmw": list(Endpoint),
    "endpoint of cardata": list(cardata.Endpoint),
    "POST /event/{event}?vin=": "let High Mobility tell an event of a car",
    "POST /clearance/{state}?vin=": "let the clearance of a car be another one",
    "POST /connecteddrive/{action}?vin=": sorted(ACTIONS),
    "GET /portal": "where owners approve their consent to High Mobility",
    "GET /console": "where the webhook is entered at High Mobility",
    "GET /cardata/selection": "where data are selected in the portal; saving has no effect",
    "POST /heal": "end all faults",
    "POST /revoke": "end the access tokens; with ?refresh=1 the refresh tokens too",
    "GET /calls": "the requests so far",
    "GET /environment": "what a shell needs, so that the command line asks this simulation",
}


@dataclass(frozen=True, slots=True)
class Control:
    """The simulated services, and the environment for programs that use them."""

    sim: SimulatedMyBMW
    official: SimulatedCarData
    stage: Stage
    environment: Mapping[str, str]
    fleet: Fleet | None = None
    legacy: SimulatedConnectedDrive | None = None

    def application(self) -> web.Application:
        """Return the web application."""
        app = web.Application()
        app.add_routes(
            [
                web.get("/", self._usage),
                web.get("/codes", self._codes),
                web.get("/calls", self._calls),
                web.get("/environment", self._environment),
                web.get("/oauth/new", self._owner),
                web.get("/portal", self._owner),
                web.get("/console", self._owner),
                web.get("/cardata/selection", self._selection),
                *(web.post(path, _answering(act)) for path, act in self._actions().items()),
            ]
        )
        return app

    def _actions(self) -> Mapping[str, Callable[[web.Request], str]]:
        return {
            "/approve": self._approve,
            "/deny": self._deny,
            "/expire": self._expire,
            "/subscribe/{service}": self._subscribe,
            "/unsubscribe/{service}": self._unsubscribe,
            "/stream/{action}": self._stream,
            "/fail/{fault}": self._fail,
            "/heal": self._heal,
            "/revoke": self._revoke,
            "/event/{kind}": self._event,
            "/clearance/{state}": self._clearance,
            "/connecteddrive/{action}": self._connecteddrive,
        }

    async def _usage(self, request: web.Request) -> web.Response:
        if not _is_browser(request):
            return web.json_response(_USAGE)
        state = self.official.pending, sorted(self.official.subscribed)
        legacy = legacy_buttons(self.legacy) if self.legacy is not None else ()
        text = page(*state, sorted(FAULTS), request.query.get("done", ""), legacy)
        return web.Response(text=text, content_type="text/html")

    async def _codes(self, request: web.Request) -> web.Response:
        return web.Response(text="".join(f"{code}\n" for code in self.official.pending))

    async def _calls(self, request: web.Request) -> web.Response:
        app = [(call.method, call.path, call.vin) for call in self.sim.calls]
        made = [*app, *((call.method, call.path, call.vin) for call in self.official.calls)]
        old = self.legacy.calls if self.legacy is not None else ()
        made += [("POST" if call.form else "GET", call.path, call.vin) for call in old]
        lines = (f"{method} {path} {vin or '-'}\n" for method, path, vin in made)
        return web.Response(text="".join(lines))

    async def _environment(self, request: web.Request) -> web.Response:
        lines = (f"export {name}={quote(value)}\n" for name, value in self.environment.items())
        return web.Response(text="".join(lines))

    async def _owner(self, request: web.Request) -> web.Response:
        if self.fleet is None:
            raise web.HTTPNotFound
        return self.fleet.page(request)

    async def _selection(self, _request: web.Request) -> web.Response:
        return web.Response(text=portal_page(), content_type="text/html")

    def _event(self, request: web.Request) -> str:
        self._known_fleet.happen(request.match_info["kind"], request.query.get("vin"))
        return "sent"

    def _clearance(self, request: web.Request) -> str:
        sim = self._known_fleet.sim
        vin = request.query.get("vin") or next(iter(sim.cars), "")
        sim.set_clearance(vin, request.match_info["state"])
        return "sent"

    @property
    def _known_fleet(self) -> Fleet:
        if self.fleet is None or not self.fleet.sim.cars:
            raise KeyError("there is no fleet")
        return self.fleet

    def _approve(self, request: web.Request) -> str:
        self.official.approve(_code(request), ready="late" not in request.query)
        return "approved"

    def _deny(self, request: web.Request) -> str:
        self.official.deny(_code(request))
        return "denied"

    def _expire(self, request: web.Request) -> str:
        self.official.expire(_code(request))
        return "expired"

    def _subscribe(self, request: web.Request) -> str:
        self.official.subscribe(SERVICES[request.match_info["service"]])
        return "subscribed"

    def _unsubscribe(self, request: web.Request) -> str:
        scope = SERVICES[request.match_info["service"]]
        self.official.unsubscribe(scope)
        self.stage.control("expire")
        return "unsubscribed"

    def _stream(self, request: web.Request) -> str:
        reason = Refusal[request.query.get("reason", Refusal.NOT_AUTHORIZED.name)]
        action = request.match_info["action"]
        self.stage.control(action, reason)
        return f"stream: {action}"

    def _fail(self, request: web.Request) -> str:
        query = request.query
        fault = FAULTS[request.match_info["fault"]]()
        times = int(query["times"]) if "times" in query else None
        vin = query["vin"].upper() if "vin" in query else None
        name = query.get("endpoint", Endpoint.ANY)
        if query.get("source") == "cardata":
            self.official.fail(cardata.Endpoint(name), fault, times, vin)
        else:
            self.sim.fail(Endpoint(name), fault, times, vin)
        return "failing"

    def _connecteddrive(self, request: web.Request) -> str:
        if self.legacy is None or not self.legacy.cars:
            raise KeyError("there is no car of the legacy API")
        action = request.match_info["action"]
        act(self.legacy, action, request.query)
        return f"ConnectedDrive: {action}"

    def _heal(self, request: web.Request) -> str:
        self.sim.heal()
        if self.legacy is not None:
            self.legacy.heal()
        self.official.heal()
        return "healed"

    def _revoke(self, request: web.Request) -> str:
        refresh = "refresh" in request.query
        self.sim.revoke(refresh=refresh)
        if self.legacy is not None:
            self.legacy.revoke()
        self.official.revoke(refresh=refresh)
        return "revoked"


def _answering(
    act: Callable[[web.Request], str],
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            done = act(request)
        except (KeyError, ValueError) as error:
            raise web.HTTPBadRequest(text=f"unknown, or none there: {error}\n") from None
        if _is_browser(request):
            raise web.HTTPSeeOther(f"/?done={done}")
        return web.Response(text=f"{done}\n")

    return answer


def _code(request: web.Request) -> str | None:
    return request.query.get("code")


def _is_browser(request: web.Request) -> bool:
    return "text/html" in request.headers.get("accept", "")
