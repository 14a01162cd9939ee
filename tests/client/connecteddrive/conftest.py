"""A simulated server, and a client of it that never waits."""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from custom_components.mybmw.client import Garage, Http, Redactor, Vehicle
from custom_components.mybmw.client.connecteddrive import (
    ConnectedDriveAccount,
    ConnectedDriveSource,
    ConnectedDriveTokens,
    PasswordAuthenticator,
)
from tests.replay.connecteddrive import BUNDLED, LegacyCar, SimulatedConnectedDrive, load
from tests.replay.connecteddrive.service import BASE, KEY, PASSWORD, SECRET, USERNAME

I3 = "WBY0CDRIVE0000001"
PHEV = "WBA0CDRIVE0000002"
CONVERTIBLE = "WBA0CDRIVE0000003"


@dataclass(slots=True)
class LegacyClient:
    """A client, and what it waited for and saved."""

    source: ConnectedDriveSource
    garage: Garage
    login: PasswordAuthenticator
    waits: list[float]
    saved: list[ConnectedDriveTokens]

    async def read(self) -> dict[str, Vehicle]:
        """Poll, and expect that all is well; return the vehicles by VIN."""
        poll = await self.garage.refresh(self.source)
        assert poll.error is None
        assert not poll.errors
        return self.garage.vehicles


type Simulate = Callable[..., SimulatedConnectedDrive]
type NewClient = Callable[..., LegacyClient]


@pytest.fixture
def simulate() -> Iterator[Simulate]:
    """Make a simulated server with the bundled cars, or with others."""
    with ExitStack() as stack:

        def run(cars: Iterable[LegacyCar] | None = None, **options: Any) -> SimulatedConnectedDrive:
            recorded = load(BUNDLED).cars if cars is None else cars
            sim = SimulatedConnectedDrive(recorded, **options)
            stack.enter_context(sim.router())
            return sim

        yield run


@pytest.fixture
def sim(simulate: Simulate) -> SimulatedConnectedDrive:
    """Simulate an account with the bundled cars."""
    return simulate()


@pytest.fixture
async def new_client() -> AsyncIterator[NewClient]:
    """Make clients."""
    opened: list[httpx.AsyncClient] = []

    def run(
        answer: str | None = None,
        password: str = PASSWORD,
        secret: str = SECRET,
        tokens: ConnectedDriveTokens | None = None,
        observer: tuple[float, float] | None = None,
    ) -> LegacyClient:
        web = httpx.AsyncClient()
        opened.append(web)
        waits: list[float] = []
        saved: list[ConnectedDriveTokens] = []

        async def sleep(seconds: float) -> None:
            waits.append(seconds)

        http = Http(web, Redactor(), sleep)
        account = ConnectedDriveAccount(BASE, USERNAME, password, KEY, secret, answer)
        login = PasswordAuthenticator(http, account, tokens, saved.append)
        source = ConnectedDriveSource(http, login, observer=observer)
        return LegacyClient(source, Garage([source]), login, waits, saved)

    yield run
    for web in opened:
        await web.aclose()


@pytest.fixture
def client(new_client: NewClient) -> LegacyClient:
    """Make a client that has never logged in."""
    return new_client()
