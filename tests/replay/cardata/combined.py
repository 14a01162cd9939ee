"""Several simulated accounts behind one network."""

import httpx
import respx

from ..mybmw import SimulatedMyBMW
from ..serving import Handle, router_of
from ..wire import HOSTS as MYBMW_HOSTS
from .service import SimulatedCarData
from .wire import HOSTS


def combined_router(
    *simulators: SimulatedCarData | SimulatedMyBMW, pass_through: bool = False
) -> respx.MockRouter:
    """Return a router for the hosts of both services, which share the token endpoint."""
    handle = combined(*simulators)
    return router_of(handle, HOSTS | MYBMW_HOSTS, pass_through=pass_through)


def combined(*simulators: SimulatedCarData | SimulatedMyBMW) -> Handle:
    """Return a handler for both services.

    A request for CarData goes to the account with its client id or token, or else to the first one;
    all other requests go to the service of the My BMW app.
    """
    accounts = [item for item in simulators if isinstance(item, SimulatedCarData)]
    others = [item for item in simulators if isinstance(item, SimulatedMyBMW)]

    def answer(request: httpx.Request) -> httpx.Response:
        claiming = [account for account in accounts if account.claims(request)]
        owners = [account for account in claiming if account.knows(request)]
        ranked: list[SimulatedCarData | SimulatedMyBMW] = [*owners, *claiming, *others, *accounts]
        return ranked[0].handle(request)

    return answer
