"""What can be controlled from outside: trips, charges, faults."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

import httpx

from .cars import LegacyCar
from .endpoints import Endpoint
from .service import SimulatedConnectedDrive

PREFIX: Final = "/control/"
_WEEK: Final = 7 * 24 * 60

type _Params = Mapping[str, str]
type _Act = Callable[[SimulatedConnectedDrive, LegacyCar, _Params], object]


def _drive(sim: SimulatedConnectedDrive, car: LegacyCar, params: _Params) -> None:
    car.drive(sim.clock(), float(params.get("km", "10")), float(params.get("minutes", "15")))


def _locate(sim: SimulatedConnectedDrive, car: LegacyCar, params: _Params) -> None:
    """Let a car report its position, or why it does not."""
    known = car.status.get("position")
    place = known if isinstance(known, dict) else {}
    car.status["position"] = {**place, "status": params.get("status", "OK")}
    car.report(sim.clock())


_OF_CAR: Final[Mapping[str, _Act]] = {
    "drive": _drive,
    "plug": lambda sim, car, _: car.plug(sim.clock()),
    "unplug": lambda sim, car, _: car.unplug(sim.clock()),
    "charge": lambda sim, car, _: car.charge(sim.clock()),
    "finish": lambda sim, car, _: car.finish_charging(sim.clock()),
    "lock": lambda sim, car, _: car.lock(sim.clock(), locked=True),
    "unlock": lambda sim, car, _: car.lock(sim.clock(), locked=False),
    "position": _locate,
}


def _wait(sim: SimulatedConnectedDrive, params: _Params) -> None:
    sim.skip(timedelta(minutes=min(float(params.get("minutes", "60")), _WEEK)))


def _fail(sim: SimulatedConnectedDrive, params: _Params) -> None:
    times = int(params["times"]) if "times" in params else None
    endpoint = Endpoint(params.get("endpoint", Endpoint.ANY))
    vin = params["vin"].upper() if "vin" in params else None
    sim.fail(endpoint, int(params.get("status", "500")), times, vin)


def _cut(sim: SimulatedConnectedDrive, params: _Params) -> None:
    times = int(params["times"]) if "times" in params else None
    sim.cut(Endpoint(params.get("endpoint", Endpoint.ANY)), times)


def _outcome(sim: SimulatedConnectedDrive, params: _Params) -> None:
    sim.next_outcome(*(word or None for word in params["statuses"].upper().split(",")))


def _question(sim: SimulatedConnectedDrive, params: _Params) -> None:
    sim.answer = params.get("answer") or None


_OF_ALL: Final[Mapping[str, Callable[[SimulatedConnectedDrive, _Params], object]]] = {
    "wait": _wait,
    "fail": _fail,
    "cut": _cut,
    "outcome": _outcome,
    "question": _question,
    "heal": lambda sim, _: sim.heal(),
    "revoke": lambda sim, _: sim.revoke(),
}
ACTIONS: Final = (*_OF_CAR, *_OF_ALL)
STATUSES: Final = (401, 405, 408, 410, 423, 429, 500, 503)
"""The errors of the service."""

_ENDPOINTS: Final = ", ".join(Endpoint)
USAGE: Final = f"""\
POST {PREFIX}drive?vin=VIN&km=12&minutes=20    a trip: mileage, last trip, all trips
POST {PREFIX}plug?vin=VIN                      or unplug, charge, finish, lock, unlock
POST {PREFIX}position?vin=VIN&status=DRIVER_DISABLED    or VEHICLE_ACTIVE, TOO_FAR_AWAY, OK
POST {PREFIX}wait?minutes=60                   time passes for the cars: they charge by their plan
POST {PREFIX}outcome?statuses=INITIATED,,NOT_EXECUTED    of the next command; empty: none is told
POST {PREFIX}question?answer=Rex               unlocking needs this answer; without it, none
POST {PREFIX}cut?endpoint=status&times=1       the connection breaks
POST {PREFIX}fail?endpoint=status&status=408&times=3&vin=VIN
     statuses: {", ".join(map(str, STATUSES))} and any other one; without times: until heal
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
    if action not in ACTIONS:
        return _text(USAGE, 404)
    try:
        act(sim, action, params)
    except (KeyError, OverflowError, ValueError) as error:
        return _text(f"{error}\n{USAGE}", 400)
    return _text("done\n")


def act(sim: SimulatedConnectedDrive, action: str, params: _Params) -> None:
    """Do one of the `ACTIONS`; KeyError, OverflowError or ValueError for what is not known."""
    if action in _OF_CAR:
        vin = params.get("vin") or next(iter(sim.cars))
        _OF_CAR[action](sim, sim.cars[vin.upper()], params)
    else:
        _OF_ALL[action](sim, params)


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
