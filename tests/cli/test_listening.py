"""What `mybmw cardata stream` makes of messages and trouble, without a network."""

import asyncio
from collections.abc import Callable, Iterable
import json
from pathlib import Path
import ssl
from typing import Any

import orjson
import pytest

from custom_components.mybmw.client.cardata import Broker, source
from custom_components.mybmw.client.cli import output, stream
from custom_components.mybmw.client.core.errors import AuthError
from custom_components.mybmw.client.core.values import StreamState
from custom_components.mybmw.client.transport.tokens import TokenKeeper
from tests.cli.support import Run, client
from tests.client.support.cardata import I4, message
from tests.replay.cardata import CLIENT_ID, SimulatedCarData
from tests.replay.carstate import HEADER, ODOMETER
from tests.replay.world import utcnow

LISTEN = ("cardata", "stream")
SOC = "fuel_and_battery.remaining_battery_percent"
CONNECTED = StreamState.CONNECTED
MINUTE = 60
AGAIN = "; log in again: mybmw cardata login CLIENT_ID"

type Step = StreamState | bytes | Any
type Play = Callable[..., list[Broker]]


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch) -> Play:
    """Let a stream become these states and bring these messages, then be silent."""

    def prepare(*steps: Step) -> list[Broker]:
        brokers: list[Broker] = []
        monkeypatch.setattr(stream, "Stream", scripted(steps, brokers))
        monkeypatch.setattr(source, "Stream", scripted(steps, brokers))
        return brokers

    return prepare


def scripted(steps: Iterable[Step], brokers: list[Broker]) -> type[Any]:
    class Scripted:
        def __init__(
            self,
            login: TokenKeeper[Any],
            broker: Broker,
            receive: Callable[[str, bytes], None],
            tell: Callable[[StreamState], None],
            **_options: object,
        ) -> None:
            self.state = StreamState.CONNECTING
            self.disputed = False
            self.refusals = 0
            self._login, self._receive, self._tell = login, receive, tell
            brokers.append(broker)

        async def run(self) -> None:
            for step in steps:
                if isinstance(step, StreamState):
                    await self._become(step)
                else:
                    raw = step if isinstance(step, bytes) else orjson.dumps(step)
                    self._receive(f"gcid/{I4}", raw)
            if self.state is not StreamState.LOGIN_NEEDED:
                let_time_pass(MINUTE)
                await asyncio.Event().wait()

        async def _become(self, state: StreamState) -> None:
            self.state = state
            self.refusals += state is StreamState.REFUSED
            if state is StreamState.LOGIN_NEEDED:
                tokens = await self._login.log_in()
                with pytest.raises(AuthError):
                    await self._login.replace(tokens.access)
            self._tell(state)

    return Scripted


def let_time_pass(seconds: float) -> None:
    """End what waits for so long: however slow a machine is, all before it has happened."""
    loop = asyncio.get_running_loop()
    now = loop.time
    loop.time = lambda: now() + seconds  # type: ignore[method-assign]


def said(values: dict[str, object]) -> Any:
    return message(I4, values, utcnow())


def test_changes(run: Run, kept: Any, play: Play, home: Path) -> None:
    """A line for each message with readings, and what it changed; it is remembered."""
    play(CONNECTED, said({ODOMETER: 7, HEADER: 80}), b"{", said({HEADER: 80}), said({HEADER: 81}))
    outcome = run(*LISTEN, "--count", "3").good()
    lines = [json.loads(line) for line in outcome.out.splitlines()]
    assert [line["vin"] for line in lines] == [I4] * 3
    assert lines[0]["changed"]["mileage"] == {"value": 7, "unit": "km"}
    assert lines[0]["changed"][SOC] == {"value": 80, "unit": "%"}
    assert [SOC in line["changed"] for line in lines] == [True, False, True]
    assert outcome.err == "stream: connected\n"
    assert {item["key"] for item in client(home)["vehicles"][I4]} >= {"mileage", SOC}
    assert I4 in client(home)["source"]["cars"]
    assert client(home)["tokens"] == kept


def test_what_others_have_spent_stays(
    run: Run, cardata: SimulatedCarData, kept: Any, play: Play, home: Path
) -> None:
    """What was received is added to what is kept, and its older values lose."""
    run("cardata", "status").good()
    before = client(home)
    play(CONNECTED, said({ODOMETER: 31_460}))
    run(*LISTEN, "--count", "1").good()
    after = client(home)
    assert after["source"]["ledger"] == before["source"]["ledger"]
    assert after["source"]["plan"] == before["source"]["plan"]
    (mileage,) = (item for item in after["vehicles"][I4] if item["key"] == "mileage")
    assert mileage["value"] == 31_460
    assert len(after["vehicles"][I4]) >= len(before["vehicles"][I4])


def test_raw(run: Run, kept: Any, play: Play) -> None:
    first = said({ODOMETER: 7})
    play(CONNECTED, first, b"\xff{", said({}))
    lines = run(*LISTEN, "--raw", "--count", "2").good().out.splitlines()
    found = [json.loads(line) for line in lines]
    assert [item["payload"] for item in found] == [first, "\ufffd{"]
    assert {item["topic"] for item in found} == {f"gcid/{I4}"}
    assert all(item.keys() == {"time", "topic", "payload"} for item in found)


@pytest.mark.parametrize("raw", [("--raw",), ()])
@pytest.mark.parametrize(
    ("steps", "code", "err"),
    [
        ([CONNECTED], 0, ["stream: connected"]),
        (
            [StreamState.LOST],
            6,
            ["stream: lost", "{}: the service cannot be reached (no stream in 60 s)"],
        ),
        (
            [CONNECTED, StreamState.TAKEN, CONNECTED],
            0,
            ["stream: connected", "stream: taken", "stream: connected"],
        ),
        (
            [StreamState.REFUSED, StreamState.CONNECTING] * 3,
            3,
            ["stream: refused", "stream: connecting"] * 3
            + ["{}: the broker refuses the login again and again"],
        ),
        (
            [StreamState.LOGIN_NEEDED],
            3,
            ["stream: login needed", f"{{}}: the login has ended{AGAIN}"],
        ),
    ],
)
def test_states(
    run: Run,
    cardata: SimulatedCarData,
    kept: Any,
    play: Play,
    steps: list[Step],
    code: int,
    err: list[str],
    raw: tuple[str, ...],
) -> None:
    """How the stream is doing is reported beside the messages; trouble that stays ends it."""
    cardata.revoke(refresh=True)
    play(*steps)
    outcome = run(*LISTEN, "--seconds", str(MINUTE), *raw)
    assert (outcome.code, outcome.out) == (code, "")
    assert outcome.err.splitlines() == [line.format("mybmw cardata stream") for line in err]


def test_reader_has_gone(
    run: Run, kept: Any, play: Play, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the reader has gone, it ends quietly, and what was received is kept."""

    def gone(_value: object) -> None:
        raise BrokenPipeError

    monkeypatch.setattr(stream, "say_json", gone)
    monkeypatch.setattr("custom_components.mybmw.client.cli.os.dup2", lambda *_: None)
    monkeypatch.setattr("sys.stdout.fileno", lambda: 1)
    play(CONNECTED, said({ODOMETER: 7}), said({ODOMETER: 8}))
    outcome = run(*LISTEN)
    assert (outcome.code, outcome.err) == (output.BROKEN_PIPE, "stream: connected\n")
    assert I4 in client(home)["vehicles"]


def test_brokers(run: Run, kept: Any, play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    """BMW's broker by its name or another one, or one's own, encrypted or not."""
    monkeypatch.setenv("MYBMW_BROKER_PASSWORD", "guess")
    brokers = play(CONNECTED, said({ODOMETER: 7}))
    for words in (
        (),
        ("--broker", "[::1]:1"),
        ("--broker", "other.example"),
        ("--broker", "mine", "--prefix", "bmw/x", "--username", "me"),
        ("--broker", "mine", "--prefix", "bmw", "--no-tls"),
    ):
        run(*LISTEN, "--count", "1", *words).good()
    addresses = [(item.host, item.port, item.prefix) for item in brokers]
    assert addresses == [
        ("customer.streaming-cardata.bmwgroup.com", 9000, None),
        ("::1", 1, None),
        ("other.example", 9000, None),
        ("mine", 8883, "bmw/x"),
        ("mine", 1883, "bmw"),
    ]
    bmw, *_, mine, plain = brokers
    assert bmw.tls is not None
    assert bmw.tls.minimum_version is ssl.TLSVersion.TLSv1_3
    assert bmw.tls.verify_mode is ssl.CERT_REQUIRED
    assert (bmw.username, bmw.password) == (None, None)
    assert (mine.username, mine.password) == ("me", "guess")
    assert mine.tls is not None
    assert plain.tls is None


def test_own_broker_without_login(run: Run, play: Play, home: Path) -> None:
    play(CONNECTED, said({ODOMETER: 7}))
    run(*LISTEN, "--count", "1", "--broker", "mine", "--prefix", "bmw").good()
    assert list(home.iterdir()) == []


def test_fingerprint(
    run: Run, cardata: SimulatedCarData, kept: Any, play: Play, home: Path
) -> None:
    """A recording holds what was received; values in it are those from which that goes on."""
    play(CONNECTED, said({ODOMETER: 31_460}), said({ODOMETER: 31_470}))
    run("cardata", "fingerprint", "--seconds", str(MINUTE), "--output", "here").good()
    lines = map(json.loads, (home / "here" / "stream.jsonl").read_text().splitlines())
    assert [line["payload"]["data"][ODOMETER]["value"] for line in lines] == [31_460, 31_470]
    (path,) = (home / "here").glob("*telematicData.json")
    assert json.loads(path.read_text())["telematicData"][ODOMETER]["value"] == "31450"
    assert client(home)["tokens"]["gcid"] == cardata.gcid
    assert CLIENT_ID not in path.read_text()
