"""Control of the simulated service: faults and what was asked of it."""

from collections.abc import Callable
from typing import Final

from aiohttp import web

from tests.replay import faults
from tests.replay.faults import Endpoint, Fault
from tests.replay.mybmw import SimulatedMyBMW

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
    )
}


def control(sim: SimulatedMyBMW) -> web.Application:
    """Return a web application that makes the service fail, heals it and lists the requests."""

    async def usage(request: web.Request) -> web.Response:
        return web.json_response(
            {
                "POST /fail/{fault}?endpoint=&times=&vin=": sorted(FAULTS),
                "endpoint": list(Endpoint),
                "POST /heal": "end all faults",
                "POST /revoke": "end the access tokens; with ?refresh=1 the refresh tokens too",
                "GET /calls": "the requests so far",
            }
        )

    async def fail(request: web.Request) -> web.Response:
        query = request.query
        try:
            fault = FAULTS[request.match_info["fault"]]()
            endpoint = Endpoint(query.get("endpoint", Endpoint.ANY))
            times = int(query["times"]) if "times" in query else None
        except (KeyError, ValueError) as error:
            raise web.HTTPBadRequest(text=f"unknown: {error}\n") from None
        vin = query["vin"].upper() if "vin" in query else None
        sim.fail(endpoint, fault, times, vin)
        return web.Response(text="failing\n")

    async def heal(request: web.Request) -> web.Response:
        sim.heal()
        return web.Response(text="healed\n")

    async def revoke(request: web.Request) -> web.Response:
        sim.revoke(refresh="refresh" in request.query)
        return web.Response(text="revoked\n")

    async def calls(request: web.Request) -> web.Response:
        lines = (f"{call.method} {call.path} {call.vin or '-'}\n" for call in list(sim.calls))
        return web.Response(text="".join(lines))

    app = web.Application()
    app.add_routes(
        [
            web.get("/", usage),
            web.post("/fail/{fault}", fail),
            web.post("/heal", heal),
            web.post("/revoke", revoke),
            web.get("/calls", calls),
        ]
    )
    return app
