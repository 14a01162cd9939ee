"""Control of the simulated services: faults and what was asked of them."""

from collections.abc import Callable
from typing import Final

from aiohttp import web

from tests.replay import cardata, faults
from tests.replay.cardata import SimulatedCarData
from tests.replay.cardata.faults import invalid_token, key_management, out_of_quota
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
        invalid_token,
        key_management,
        out_of_quota,
    )
}


def control(sim: SimulatedMyBMW, official: SimulatedCarData) -> web.Application:
    """Return a web application that makes services fail, heals them and lists the requests."""

    async def usage(request: web.Request) -> web.Response:
        return web.json_response(
            {
                "POST /fail/{fault}?source=&endpoint=&times=&vin=": sorted(FAULTS),
                "source": ["mybmw", "cardata"],
                "endpoint of mybmw": list(Endpoint),
                "endpoint of cardata": list(cardata.Endpoint),
                "POST /heal": "end all faults",
                "POST /revoke": "end the access tokens; with ?refresh=1 the refresh tokens too",
                "GET /calls": "the requests so far",
            }
        )

    async def fail(request: web.Request) -> web.Response:
        query = request.query
        try:
            fault = FAULTS[request.match_info["fault"]]()
            times = int(query["times"]) if "times" in query else None
            vin = query["vin"].upper() if "vin" in query else None
            name = query.get("endpoint", Endpoint.ANY)
            if query.get("source") == "cardata":
                official.fail(cardata.Endpoint(name), fault, times, vin)
            else:
                sim.fail(Endpoint(name), fault, times, vin)
        except (KeyError, ValueError) as error:
            raise web.HTTPBadRequest(text=f"unknown: {error}\n") from None
        return web.Response(text="failing\n")

    async def heal(request: web.Request) -> web.Response:
        sim.heal()
        official.heal()
        return web.Response(text="healed\n")

    async def revoke(request: web.Request) -> web.Response:
        sim.revoke(refresh="refresh" in request.query)
        official.revoke(refresh="refresh" in request.query)
        return web.Response(text="revoked\n")

    async def calls(request: web.Request) -> web.Response:
        app = [(call.method, call.path, call.vin) for call in sim.calls]
        made = [*app, *((call.method, call.path, call.vin) for call in official.calls)]
        lines = (f"{method} {path} {vin or '-'}\n" for method, path, vin in made)
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
