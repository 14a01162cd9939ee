"""Ways to run the command line: in this process, and as installed in one of its own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from custom_components.mybmw.client import Http
from custom_components.mybmw.client.cli import main
from tests.cli.installed import install
from tests.cli.support import PNG, Outcome, Run, Terminal, keep_clients
from tests.client.support import recorded
from tests.client.support.cardata import issued, recorded as cardata_cars
from tests.replay import vehicles
from tests.replay.cardata import CLIENT_ID, SimulatedCarData
from tests.replay.mosquitto import MosquittoMissing, find_mosquitto
from tests.replay.mybmw import SimulatedMyBMW

_VARIABLES: Final = ("USERNAME", "PASSWORD", "REGION", "CAPTCHA_TOKEN", "CLIENT_ID", "GEOCODER")


@pytest.fixture(autouse=True)
def enable_event_loop_debug() -> None:
    """Leave the debug mode of the event loop off: it takes a third of the time."""


@pytest.fixture(autouse=True)
def _plain_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawing cars takes longer than all the rest."""

    def draw(view: str, _color: int) -> bytes:
        return PNG + view.encode()

    monkeypatch.setattr(vehicles, "draw_car", draw)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home directory on a fast disk, with nothing in it, and nothing in the environment."""
    monkeypatch.setattr("os.fsync", lambda _handle: None)
    for name in _VARIABLES:
        monkeypatch.delenv(f"MYBMW_{name}", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command line in this process, without real pauses."""

    async def no_pause(_http: Http, _seconds: float) -> None:
        """Do not wait."""

    monkeypatch.setattr(Http, "pause", no_pause)

    def mybmw(*arguments: str) -> Outcome:
        code: int | str | None
        try:
            code = main(arguments)
        except SystemExit as end:
            code = end.code
        assert not isinstance(code, str)
        return Outcome(code, *capsys.readouterr())

    return mybmw


@pytest.fixture
def sim() -> Iterator[SimulatedMyBMW]:
    """Simulate the account of the BMW app, with one electric car, in this process."""
    sim = SimulatedMyBMW(recorded("ix_xdrive50"))
    with sim.router():
        yield sim


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the client once."""
    where = tmp_path_factory.mktemp("installed")
    install(where)
    return where


@pytest.fixture(scope="session")
def mosquitto() -> None:
    """Search for a Mosquitto while the home directory is still the real one, where it is kept."""
    try:
        find_mosquitto()
    except MosquittoMissing as missing:
        pytest.skip(str(missing))


@pytest.fixture
def terminal(package: Path, home: Path) -> Terminal:
    """Run the installed program, which finds no server."""
    return Terminal(package, home)


@pytest.fixture
def cardata() -> Iterator[SimulatedCarData]:
    """Simulate an account of CarData with one car to read, and one that another user owns."""
    sim = SimulatedCarData(cardata_cars("i4_edrive40", "530d"), fresh=True)
    with sim.router():
        yield sim


@pytest.fixture
def kept(cardata: SimulatedCarData, home: Path) -> Any:
    """Keep a login to CarData in the store."""
    tokens = issued(cardata).dump()
    keep_clients(home, {CLIENT_ID: {"tokens": tokens}})
    return tokens
