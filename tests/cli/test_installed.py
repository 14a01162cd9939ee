"""The installed program as a process of its own, over real HTTPS, with no Home Assistant near."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
import signal
import sys
from time import monotonic
from typing import Any

import httpx
import pytest

from tests.cli.installed import ROOT
from tests.cli.support import ACCOUNT, LOGIN, Outcome, Terminal, keep_tokens, stored
from tests.client.support import IX, recorded, tokens
from tests.replay import faults
from tests.replay.cardata import CLIENT_ID
from tests.replay.faults import Endpoint, Fault
from tests.replay.mybmw import SimulatedMyBMW
from tests.replay.tunnel import Tunnel, tunnel
from tests.replay.wire import HOSTS

GEOCODER = "nominatim.openstreetmap.org"
UNKNOWN = "WBA00000000000001"
AT_ONCE = 3
COMMANDS = {
    ("lightflash", IX): "light-flash",
    ("horn", IX): "horn-blow",
    ("lock", *ACCOUNT, IX): "door-lock",
    ("unlock", IX): "door-unlock",
    ("climate", IX, "start"): "climate-now",
    ("climate", IX, "stop"): "climate-now",
    ("vehiclefinder", IX, "52.1", "-4.3"): "vehicle-finder",
    ("chargingsettings", IX, "--target-soc", "80"): "charging-settings",
    ("chargingprofile", IX, "--precondition-climate", "no"): "charging-profile",
    ("charge", IX, "start"): "start-charging",
    ("sendpoi", IX, "48.1", "11.5"): "send-to-car",
    ("sendpoi_from_address", IX, "-a", "Tierparkstr.", "30"): "send-to-car",
}


def place(_request: httpx.Request) -> httpx.Response:
    """Answer as a geocoder that knows one place."""
    return httpx.Response(200, json=[{"lat": "48.0975", "lon": "11.5534", "address": {}}])


@pytest.fixture
async def bmw(socket_enabled: None) -> SimulatedMyBMW:
    """Simulate an account with one electric car."""
    return SimulatedMyBMW(recorded("ix_xdrive50"))


@pytest.fixture
async def network(bmw: SimulatedMyBMW, terminal: Terminal) -> AsyncIterator[Tunnel]:
    """Lead the program to the simulated servers."""
    async with tunnel(dict.fromkeys(HOSTS, bmw.handle) | {GEOCODER: place}) as proxy:
        terminal.environment |= proxy.environment
        yield proxy
        assert proxy.refused == []


@pytest.fixture
async def logged_in(
    terminal: Terminal, bmw: SimulatedMyBMW, network: Tunnel, home: Path
) -> Terminal:
    """Log in once, in an earlier run."""
    keep_tokens(home, tokens(bmw.issue_tokens()).dump())
    return terminal


async def several(terminal: Terminal, *runs: tuple[str, ...], **options: Any) -> list[Outcome]:
    """Run several programs, a few of them at the same time."""
    limit = asyncio.Semaphore(AT_ONCE)

    async def one(words: tuple[str, ...]) -> Outcome:
        async with limit:
            return await terminal.run(*words, **options)

    return await asyncio.gather(*map(one, runs))


async def test_script(terminal: Terminal, network: Tunnel, home: Path) -> None:
    """The installed script logs in, and the login is kept."""
    script = (str(terminal.package / "site" / "mybmw.py"),)
    outcome = await terminal.run("status", "-j", *LOGIN, *ACCOUNT, program=script)
    assert outcome.good().json[0]["name"] == "iX xDrive50"
    assert outcome.err == ""
    assert stored(home)["mybmw"]["rest_of_world"].keys() == {ACCOUNT[0]}


async def test_commands(logged_in: Terminal, bmw: SimulatedMyBMW) -> None:
    """Library 12: every command reaches the car, and its final state is the result.

    One of them waits as it does outside of tests: the car is asked every 3.5 s.
    """
    bmw.next_outcome("EXECUTED")
    started = monotonic()
    patient = await logged_in.start("horn", IX, hurry=False)
    assert patient.stderr is not None
    assert await patient.stderr.readline() == "horn: INITIATED…\n".encode()
    outcomes = await several(logged_in, *COMMANDS)
    last = (await logged_in.end(patient)).good()
    assert (last.out, last.err) == ("EXECUTED\n", "horn: EXECUTED…\n")
    assert monotonic() - started >= 3.5
    for words, outcome in zip(COMMANDS, outcomes, strict=True):
        assert outcome.good().out.startswith("EXECUTED\n"), words
    services = [call.path.rpartition("/")[2] for call in bmw.calls]
    for service in COMMANDS.values():
        assert service in services
    assert len(bmw.sent_pois) == 2
    stopped = await logged_in.run("charge", IX, "stop")
    assert stopped.good().out == "EXECUTED\n"
    assert bmw.state(IX)["state"]["electricChargingState"]["chargingStatus"] == "PLUGGED_IN"


async def test_files(logged_in: Terminal, home: Path) -> None:
    """Pictures and fingerprints are written where they should be; text is for people."""
    runs = ("status",), ("image", IX, "--output", "pictures"), ("fingerprint", "--output", "here")
    status, _, _ = (outcome.good() for outcome in await several(logged_in, *runs))
    assert status.out.startswith("Found 1 vehicles: iX xDrive50\n")
    assert len(list((home / "pictures").glob("*.png"))) == 12
    assert len(list((home / "here").glob("bmw-*.json"))) == 4


async def test_help(terminal: Terminal, socket_enabled: None) -> None:
    """Library CLI 1: `python -m` shows the help as well, with the version."""
    outcome = await terminal.run("--help")
    assert outcome.good().out.startswith("usage: mybmw [-h] [--version]")
    assert "\nmybmw 0." in outcome.out


async def test_folder_of_the_integration(terminal: Terminal, socket_enabled: None) -> None:
    """`python -m client` works there: no platform is taken for a module of Python."""
    path = f"{terminal.package / 'absent'}:{ROOT / 'custom_components' / 'mybmw'}"
    outcome = await terminal.run(
        "--help", program=("-m", "client"), env={"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
    )
    assert outcome.good().out.startswith("usage: mybmw [-h] [--version]")
    assert {item.stem for item in (ROOT / "custom_components" / "mybmw").iterdir()} & (
        sys.stdlib_module_names
    ) == {"calendar", "select"}


async def test_wrong_input(logged_in: Terminal, bmw: SimulatedMyBMW) -> None:
    """What is wrong is reported in one line, with an exit status that scripts can distinguish."""
    runs = {
        ("lock", UNKNOWN): (2, "mybmw lock: the account has no car with this VIN\n"),
        ("lock", "me", "secret", "europe", IX): (2, "the third argument has to be a region"),
        ("sendpoi", IX, "91", "0"): (2, "the latitude must be within ±90"),
        ("chargingsettings", IX, "--target-soc", "101"): (2, "20 to 100 % in steps of 5"),
        ("chargingsettings", IX, "--target-soc", "abc"): (2, "invalid int value: 'abc'"),
        ("--oauth-store", "new.json", "lock", IX): (3, "the user name is not known"),
    }
    for outcome, expected in zip(await several(logged_in, *runs), runs.values(), strict=True):
        outcome.refused(*expected)
    assert not [call for call in bmw.calls if call.endpoint is Endpoint.COMMAND]


@pytest.mark.parametrize(
    ("fault", "code", "text"),
    [
        (faults.blocked(), 4, "BMW refuses access to third-party programs (HTTP 489)"),
        (faults.quota(), 5, "Out of call volume quota"),
        (faults.no_network(), 6, "the service cannot be reached (list vehicles: "),
    ],
)
async def test_trouble(
    logged_in: Terminal, bmw: SimulatedMyBMW, fault: Fault, code: int, text: str
) -> None:
    bmw.fail(Endpoint.VEHICLES, fault, None)
    (await logged_in.run("lock", IX)).refused(code, text)


async def test_unreachable(terminal: Terminal, socket_enabled: None) -> None:
    nowhere = {"HTTPS_PROXY": "http://127.0.0.1:1"}
    runs = ("status", *LOGIN, *ACCOUNT), ("cardata", "login", CLIENT_ID)
    for outcome in await several(terminal, *runs, env=nowhere):
        outcome.refused(6, "the service cannot be reached (")


async def test_interrupted(logged_in: Terminal) -> None:
    """Ctrl-C ends it with one line."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    process = await logged_in.start("lock", IX, hurry=False)
    assert process.stderr is not None
    assert await process.stderr.readline() == "lock: INITIATED…\n".encode()
    process.send_signal(signal.SIGINT)
    outcome = await logged_in.end(process)
    assert (outcome.code, outcome.out) == (130, "")
    assert outcome.err == "mybmw lock: interrupted\n"


async def test_reader_that_leaves(logged_in: Terminal) -> None:
    """A reader that stops early causes no traceback."""
    process = await logged_in.start("status")
    assert process.stdout is not None
    process.stdout._transport.close()  # type: ignore[attr-defined]
    outcome = await logged_in.end(process)
    assert (outcome.code, outcome.err) == (141, "")


async def test_one_refresh_for_all(logged_in: Terminal, bmw: SimulatedMyBMW, home: Path) -> None:
    """Several processes that need a new token get one, and none loses the login."""
    kept = tokens(bmw.issue_tokens(), timedelta(days=-1)).dump()
    keep_tokens(home, kept)
    for outcome in await several(logged_in, *[("status", "-j")] * AT_ONCE):
        assert outcome.good().err == ""
    assert [call.endpoint for call in bmw.calls].count(Endpoint.TOKEN) == 1
    assert stored(home)["mybmw"]["rest_of_world"][ACCOUNT[0]]["refresh"] != kept["refresh"]
