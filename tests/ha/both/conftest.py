"""Accounts with CarData, the app API, or both, behind one network."""

from collections.abc import Iterator

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.ha.support.cardata import no_stream, recorded
from tests.ha.support.flow_steps import Patience, account_with, both_services
from tests.replay.cardata import SimulatedCarData
from tests.replay.mybmw import SimulatedMyBMW


@pytest.fixture
def cardata() -> SimulatedCarData:
    """The simulated CarData of the account."""
    return SimulatedCarData(recorded("ix_xdrive50"), fresh=True)


@pytest.fixture
def sim(cardata: SimulatedCarData) -> Iterator[SimulatedMyBMW]:
    """The simulated app API of the same account, behind the same network."""
    simulated, router = both_services(cardata)
    with router:
        yield simulated


@pytest.fixture
def kind() -> str:
    """The source that the account has, or "both"; tests override it."""
    return "both"


@pytest.fixture
def entry(sim: SimulatedMyBMW, cardata: SimulatedCarData, kind: str) -> MockConfigEntry:
    """The account, which has logged in to its sources before."""
    return account_with(kind, sim, cardata)


@pytest.fixture
def silence(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no broker of BMW's."""
    no_stream(monkeypatch)


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch, freezer: FrozenDateTimeFactory) -> Patience:
    """Pauses that last while a code waits for its approval."""
    made = Patience.install(monkeypatch, freezer)
    made.end()
    return made
