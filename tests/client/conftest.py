"""A simulated BMW behind the network, and clients of it."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.client.support import Client, Simulate, make_client, recorded, tokens
from tests.replay.mybmw import SimulatedMyBMW


@pytest.fixture(autouse=True)
def enable_event_loop_debug() -> None:
    """Leave the debug mode of the event loop off: it takes a third of the time."""


@pytest.fixture
def simulate() -> Iterator[Simulate]:
    """Make a simulated BMW with the cars of these folders; all requests go to it."""
    with ExitStack() as stack:

        def run(*folders: str, **options: Any) -> SimulatedMyBMW:
            sim = SimulatedMyBMW(recorded(*folders), **options)
            stack.enter_context(sim.router())
            return sim

        yield run


@pytest.fixture
def sim(simulate: Simulate) -> SimulatedMyBMW:
    """Simulate an account with one electric car."""
    return simulate("ix_xdrive50")


@pytest.fixture
def three(simulate: Simulate) -> SimulatedMyBMW:
    """Simulate an account with three cars of two brands."""
    return simulate("ix_xdrive50", "530d", "mini_cooper_se")


@pytest.fixture
async def new_client() -> AsyncIterator[Callable[..., Client]]:
    """Make clients that have never logged in before."""
    made: list[Client] = []

    def run(**options: Any) -> Client:
        client = make_client(**options)
        made.append(client)
        return client

    yield run
    for client in made:
        await client.web.aclose()


@pytest.fixture
def client_of(new_client: Callable[..., Client]) -> Callable[..., Client]:
    """Make clients that were logged in before the test."""

    def run(sim: SimulatedMyBMW, **options: Any) -> Client:
        return new_client(known=tokens(sim.issue_tokens()), captcha=None, **options)

    return run


@pytest.fixture
def client(sim: SimulatedMyBMW, client_of: Callable[..., Client]) -> Client:
    """A client of `sim` that was logged in before the test."""
    return client_of(sim)
