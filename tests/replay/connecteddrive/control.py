"""What somebody at the controls can let happen: trips, charges, faults."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import httpx

from .cars import LegacyCar
from .service import Endpoint, SimulatedConnectedDrive

PREFIX: Final = "/control/"

type _Params = Mapping[str, str]
type _Act = Callable[[SimulatedConnectedDrive, LegacyCar, _Params], object]


def _drive(sim: SimulatedConnectedDrive, car: LegacyCar, params: _Params) -> None:
    car.drive(sim.clock(), float(params.get("km", "10")), float(params.get("minutes", "15")))


_OF_CAR: Final[Mapping[str, _Act]] = {
    "drive": _drive,
    "plug": lambda sim, car, _: car.plug(sim.clock()),
    "unplug": lambda sim, car, _: car.unplug(sim.clock()),
    "charge": lambda sim, car, _: car.charge(sim.clock()),
    "finish": lambda sim, car, _: car.finish_charging(sim.clock()),
    "lock": lambda sim, car, _: car.lock(sim.clock(), locked=True),
    "unlock": lambda sim, car, _: car.lock(sim.clock(), locked=False),
}
_ENDPOINTS: Final = ", ".join(Endpoint)
USAGE: Final = f"""\
POST {PREFIX}drive?vin=VIN&km=12&minutes=20    a trip: mileage, last trip, all trips
POST {PREFIX}plug?vin=VIN                      or unplug, charge, finish, lock, unlock
POST {PREFIX}fail?endpoint=status&status=408&times=3&vin=VIN
     endpoints: {_ENDPOINTS}
POST {PREFIX}heal                              forget all faults
POST {PREFIX}revoke                            end all tokens
GET  {PREFIX}cars                              the VINs, and what has been asked so far
Without vin, the first car is meant.
"""


def control(
    sim: SimulatedConnectedDrive, method: str, action: str, params: _Params
) -> httpx.Response:
    """Do what is asked for; 400 and 404 say what is wrong."""
    if method == "GET":
        calls = [f"{call.endpoint} {call.vin or ''}".strip() for call in sim.calls]
        body: Any = {"cars": sorted(sim.cars), "calls": calls}
        return httpx.Response(200, json=body) if action == "cars" else _text(USAGE)
    try:
        return _act(sim, action, params)
    except (KeyError, ValueError) as error:
        return _text(f"{error}\n{USAGE}", 400)


def _act(sim: SimulatedConnectedDrive, action: str, params: _Params) -> httpx.Response:
    if action in _OF_CAR:
        vin = params.get("vin") or next(iter(sim.cars))
        _OF_CAR[action](sim, sim.cars[vin], params)
    elif action == "fail":
        times = params.get("times")
        endpoint = Endpoint(params.get("endpoint", Endpoint.ANY))
        status = int(params.get("status", "500"))
        sim.fail(endpoint, status, int(times) if times else None, params.get("vin"))
    elif action == "heal":
        sim.heal()
    elif action == "revoke":
        sim.revoke()
    else:
        return _text(USAGE, 404)
    return _text("done\n")


def controlled(sim: SimulatedConnectedDrive) -> Callable[[httpx.Request], httpx.Response]:
    """Return what answers for a server, and for its controls."""

    def answer(request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if not path.startswith(PREFIX):
            return sim.handle(request)
        action, params = path.removeprefix(PREFIX), dict(request.url.params)
        return control(sim, request.method, action, params)

    return answer


def _text(text: str, status: int = 200) -> httpx.Response:
    return httpx.Response(status, text=text)
