"""Unusual environments that the program may be started in."""

from collections.abc import AsyncIterator
import os
from pathlib import Path
import sys

import pytest

from tests.cli.support import ACCOUNT, LOGIN, Outcome, Run, Terminal, keep_tokens
from tests.client.support import IX, recorded, tokens
from tests.replay.cardata import CLIENT_ID
from tests.replay.mybmw import SimulatedMyBMW
from tests.replay.tunnel import tunnel
from tests.replay.wire import HOSTS

PROXIES = "HTTPS_PROXY, HTTP_PROXY, ALL_PROXY or NO_PROXY is not written as it should be"


@pytest.fixture
async def network(terminal: Terminal, socket_enabled: None, home: Path) -> AsyncIterator[None]:
    """Simulate an account with one electric car, logged in before, behind the network."""
    bmw = SimulatedMyBMW(recorded("ix_xdrive50"))
    keep_tokens(home, tokens(bmw.issue_tokens()).dump())
    async with tunnel(dict.fromkeys(HOSTS, bmw.handle)) as proxy:
        terminal.environment |= proxy.environment
        yield


async def with_streams(terminal: Terminal, words: str, streams: str) -> Outcome:
    """Run the program with redirections of a shell."""
    shell = ("-c", "import os, sys; os.execv('/bin/sh', ['sh', '-c', sys.argv[1]])")
    line = f"exec {sys.executable} -P -s -m mybmw_client {words} {streams}"
    return await terminal.run(line, program=shell)


async def test_closed_output(terminal: Terminal, network: None) -> None:
    """Who closed the output gets none, and no progress among results."""
    outcome = await with_streams(terminal, f"lightflash {IX}", ">&-")
    assert outcome.good().out == ""
    assert outcome.err.endswith("lightflash: EXECUTED…\n")
    outcome = await with_streams(terminal, f"lightflash {IX}", "2>&-")
    assert outcome.good().out == "EXECUTED\n"


async def test_closed_input(terminal: Terminal, socket_enabled: None) -> None:
    """No question can be asked then."""
    outcome = await with_streams(terminal, "--disable-oauth-store status", "<&-")
    outcome.refused(3, "the user name is not known")


async def test_poor_encoding(terminal: Terminal, network: None) -> None:
    """What cannot be written in the encoding of the output is written as a number."""
    outcome = await terminal.run("status", env={"PYTHONIOENCODING": "ascii"})
    assert "heading: 214 \\xb0 (" in outcome.good().out


@pytest.mark.parametrize(
    "words", [("sendpoi", IX, "48", "11", "--name"), ("--disable-oauth-store", "status", *LOGIN)]
)
def test_bytes_that_are_no_text(
    run: Run, sim: SimulatedMyBMW, home: Path, words: tuple[str, ...]
) -> None:
    keep_tokens(home, tokens(sim.issue_tokens()).dump())
    odd = os.fsdecode(b"Caf\xe9")
    more = (ACCOUNT[0], odd, ACCOUNT[2]) if "status" in words else (odd,)
    run(*words, *more).refused(2, "bytes that are no UTF-8")


def test_no_terminal(
    run: Run, sim: SimulatedMyBMW, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no home directory is known, as in containers, nothing is kept."""
    monkeypatch.setattr("os.path.expanduser", lambda path: path)
    run("--help").good()
    assert run("status", "-j", *LOGIN, *ACCOUNT).good().err == ""
    assert list(home.iterdir()) == []
    run("cardata", "status").refused(2, "needs the store of logins (--oauth-store FILE)")
    run("status", "--oauth-store", "~/x").refused(2, "there is no home directory for ~/x")
    sim.offer_captcha(LOGIN[1])
    run("fingerprint", *LOGIN, *ACCOUNT).good()
    assert [path.name for path in home.iterdir()] == ["vehicle_fingerprint"]


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("ALL_PROXY", "socks5://localhost:1", "a SOCKS proxy needs one more package: pip install"),
        ("all_proxy", "socks://localhost:1", PROXIES),
        ("HTTPS_PROXY", "http://me:secret/@localhost", PROXIES),
        ("NO_PROXY", "[::1", PROXIES),
        ("SSL_CERT_FILE", "/absent", "the certificates that SSL_CERT_FILE or SSL_CERT_DIR names"),
        ("SSL_CERT_FILE", __file__, "the certificates that SSL_CERT_FILE or SSL_CERT_DIR names"),
    ],
)
async def test_way_into_the_network(terminal: Terminal, name: str, value: str, text: str) -> None:
    """A wrong way out is reported without the password that may be in it."""
    terminal.environment[name] = value
    outcome = await terminal.run("cardata", "login", CLIENT_ID)
    outcome.refused(2, text)
    assert "secret" not in outcome.err
