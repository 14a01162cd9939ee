"""Keeping one container, whatever happens to it, without wasting calls."""

import httpx
import orjson
import pytest

from custom_components.mybmw.client import Http, Redactor
from custom_components.mybmw.client.cardata.api import CardataApi
from custom_components.mybmw.client.cardata.containers import NAME, ContainerKeeper, ContainerState
from custom_components.mybmw.client.cardata.login import CardataTokens, DeviceLogin
from custom_components.mybmw.client.cardata.quota import Ledger, Reason
from custom_components.mybmw.client.core.errors import NoContainerError
from custom_components.mybmw.client.transport.tokens import TokenKeeper
from tests.replay.cardata import IN_CONTAINERS, SimulatedCarData

KEYS = sorted(IN_CONTAINERS)[:40]
SET_UP = Reason.SET_UP

type Made = tuple[SimulatedCarData, CardataApi]


@pytest.fixture
async def made() -> Made:
    sim = SimulatedCarData([])
    redactor = Redactor()
    client = httpx.AsyncClient(transport=httpx.MockTransport(sim.handle))
    http = Http(client, redactor)
    login = DeviceLogin(http, sim.client_id)
    code = await login.request_code()
    sim.approve(code.user_code)
    tokens = await login.poll(code)
    assert isinstance(tokens, CardataTokens)
    return sim, CardataApi(http, TokenKeeper(login, tokens), Ledger())


async def test_made_once(made: Made) -> None:
    """Two calls at first, none after that, and after a restart it is found again."""
    sim, api = made
    keeper = ContainerKeeper(api, KEYS, ContainerState())
    container = await keeper.ensure(SET_UP)
    assert sim.used == 2
    assert await keeper.ensure(SET_UP) == container
    assert sim.used == 2
    again = ContainerKeeper(
        api, KEYS, ContainerState.load(orjson.loads(orjson.dumps(keeper.state.dump())))
    )
    assert await again.ensure(SET_UP) == container
    assert sim.used == 2
    forgotten = ContainerKeeper(api, KEYS, ContainerState())
    assert await forgotten.ensure(SET_UP) == container
    assert sim.used == 3


async def test_other_list_replaces_it(made: Made) -> None:
    """A new version of the list is made before the old container goes."""
    _, api = made
    old = await ContainerKeeper(api, KEYS[:10], ContainerState()).ensure(SET_UP)
    new = await ContainerKeeper(api, KEYS, ContainerState()).ensure(SET_UP)
    active = [item.id for item in await api.containers(SET_UP) if item.active]
    assert active == [new] != [old]


async def test_lost(made: Made) -> None:
    """One that was deleted in the portal is made again."""
    sim, api = made
    keeper = ContainerKeeper(api, KEYS, ContainerState())
    container = await keeper.ensure(SET_UP)
    sim.containers.delete(container)
    keeper.lost()
    assert await keeper.ensure(SET_UP) != container


async def test_retired_descriptor(made: Made) -> None:
    """The list works without it at once, and everything else is won back step by step."""
    sim, api = made
    bad = KEYS[33]
    sim.containers.rejected.add(bad)
    keeper = ContainerKeeper(api, KEYS, ContainerState())
    await keeper.ensure(SET_UP)
    assert sim.used == 3
    assert keeper.descriptors == KEYS[:20]
    while await keeper.improve(Reason.REPAIR):
        pass
    assert keeper.state.rejected == {bad}
    assert keeper.descriptors == [key for key in KEYS if key != bad]
    assert sim.used < 20
    active = [item for item in await api.containers(SET_UP) if item.active]
    assert [item.id for item in active] == [keeper.state.id]
    assert not await keeper.improve(Reason.REPAIR)


async def test_no_place_left(made: Made) -> None:
    """Own containers make room; those of other programs are left alone."""
    sim, api = made
    for number in range(9):
        sim.containers.add(KEYS[:2], "evcc.io", f"v{number}")
    sim.containers.add(KEYS[:2], NAME, "v0")
    sim.containers.limit = 10
    keeper = ContainerKeeper(api, KEYS, ContainerState())
    with pytest.raises(NoContainerError):
        await keeper.ensure(SET_UP)
    others = [item for item in await api.containers(SET_UP) if item.name == "evcc.io"]
    assert all(item.active for item in others)
    assert sim.used <= 8


@pytest.mark.parametrize(
    "saved", [{}, {"id": 7}, {"rejected": 5}, {"doubtful": ["x", [], ["a"]]}, {"doubtful": {}}]
)
def test_odd_memory(saved: dict[str, object]) -> None:
    memory = ContainerState.load(saved)
    assert memory.id is None
    assert memory.doubtful in ([], [["a"]])
