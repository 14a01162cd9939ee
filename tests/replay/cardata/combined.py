"""Several simulated accounts behind one network."""

import httpx
import respx

from ..connecteddrive.service import HOST as CONNECTEDDRIVE_HOST, SimulatedConnectedDrive
from ..mybmw import SimulatedMyBMW
from ..serving import Handle, router_of
from ..wire import HOSTS as MYBMW_HOSTS
from .service import SimulatedCarData
from .wire import HOSTS

type _Simulator = SimulatedCarData | SimulatedConnectedDrive | SimulatedMyBMW


def combined_router(*simulators: _Simulator, pass_through: bool = False) -> respx.MockRouter:
    """Return a router for the hosts of all services, two of which share the token endpoint."""
    handle = combined(*simulators)
    hosts = HOSTS | MYBMW_HOSTS | {CONNECTEDDRIVE_HOST}
    return router_of(handle, hosts, pass_through=pass_through)


def combined(*simulators: _Simulator) -> Handle:
    """Return what answers for all services.

    A request for CarData goes to the account with its client id or token, or else to the first one;
    all other requests go to the service of the My BMW app.
    """
    accounts = [item for item in simulators if isinstance(item, SimulatedCarData)]
    others = [item for item in simulators if isinstance(item, SimulatedMyBMW)]
    legacy = [item for item in simulators if isinstance(item, SimulatedConnectedDrive)]

    def answer(request: httpx.Request) -> httpx.Response:
        if legacy and request.url.host == CONNECTEDDRIVE_HOST:
            return legacy[0].handle(request)
        claiming = [account for account in accounts if account.claims(request)]
        owners = [account for account in claiming if account.knows(request)]
        ranked: list[SimulatedCarData | SimulatedMyBMW] = [*owners, *claiming, *others, *accounts]
        return ranked[0].handle(request)

    return answer
