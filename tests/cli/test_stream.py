"""CarData with the installed program: real HTTPS, real MQTT over TLS."""

import asyncio
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from datetime import timedelta
import json
from pathlib import Path
import signal
from typing import Any

import pytest

from tests.cli.support import STORE, Outcome, Terminal, client, keep_clients, stored
from tests.client.support.cardata import I4, counted, issued, message, recorded
from tests.replay.broker import SimulatedBroker
from tests.replay.cardata import CLIENT_ID, SimulatedCarData, combined, load
from tests.replay.cardata.wire import HOSTS
from tests.replay.carstate import HEADER, ODOMETER
from tests.replay.tunnel import tunnel
from tests.replay.world import utcnow

SOC = "fuel_and_battery.remaining_battery_percent"
FIRST = 5


@pytest.fixture
async def cardata(terminal: Terminal, socket_enabled: None) -> AsyncIterator[SimulatedCarData]:
    """Simulate an account with one car, behind the network of the program."""
    sim = SimulatedCarData(recorded("i4_edrive40"), fresh=True)
    async with tunnel(dict.fromkeys(HOSTS, combined(sim))) as proxy:
        terminal.environment |= proxy.environment
        yield sim


@pytest.fixture
async def broker(
    mosquitto: None, cardata: SimulatedCarData, home: Path
) -> AsyncIterator[SimulatedBroker]:
    """Simulate BMW's broker, for the login that is kept in the store."""
    tokens = issued(cardata)
    keep_clients(home, {CLIENT_ID: {"tokens": tokens.dump()}})
    async with SimulatedBroker(cardata.gcid, tokens.identity) as broker:
        yield broker


async def listening(
    terminal: Terminal, broker: SimulatedBroker, *words: str, **options: Any
) -> Process:
    """Start to listen, and wait until messages would be received."""
    address = ("--broker", f"localhost:{broker.port}")
    process = await terminal.start("cardata", *words, *address, hurry=False, **options)
    assert process.stderr is not None
    while (line := await process.stderr.readline()) != b"stream: connected\n":
        assert line
    await broker.wait_for_subscriptions()
    return process


def lines(outcome: Outcome) -> list[Any]:
    return [json.loads(line) for line in outcome.out.splitlines()]


async def test_every_sub_command(terminal: Terminal, cardata: SimulatedCarData, home: Path) -> None:
    """Log in, read, see what it cost, tidy up: each as a process of its own."""
    cardata.login.interval = timedelta()
    process = await terminal.start("cardata", "login", CLIENT_ID)
    assert process.stderr is not None
    assert (await process.stderr.readline()).startswith(b"Open https://customer.bmwgroup.com/")
    cardata.approve()
    assert (await terminal.end(process)).good().out == "logged in\n"
    status = (await terminal.run("cardata", "status", "--json", "-v", I4)).good().json
    assert status["attributes"]["mileage"]["unit"] == "km"
    quota = (await terminal.run("cardata", "quota", "-j")).good().json
    assert len(quota["calls"]) == counted(cardata) == FIRST
    runs = (("containers", "-j"), ("fingerprint", "--output", "here"))
    outcomes = await asyncio.gather(*(terminal.run("cardata", *words) for words in runs))
    (container,) = outcomes[0].good().json
    outcomes[1].good()
    await terminal.run("cardata", "containers", "--delete", container["id"])
    assert all(item.deleted is not None for item in cardata.containers)
    assert len(client(home)["source"]["ledger"]["spent"]) == counted(cardata) == FIRST + 2
    assert [car.vin for car in load(home / "here")] == [status["vin"]]


async def test_calls_of_several_processes(
    terminal: Terminal, cardata: SimulatedCarData, home: Path
) -> None:
    """However many run at the same time, together they spend no more than BMW allows."""
    keep_clients(home, {CLIENT_ID: {"tokens": issued(cardata).dump()}})
    (await terminal.run("cardata", "status")).good()
    kept = stored(home)
    spent = kept["cardata"][CLIENT_ID]["source"]["ledger"]["spent"]
    spent += spent[:1] * (49 - len(spent))
    (home / STORE).write_text(json.dumps(kept))
    runs = [terminal.run("cardata", "status", "--refresh") for _ in range(3)]
    outcomes = await asyncio.gather(*runs)
    assert sorted(outcome.code or 0 for outcome in outcomes) == [0, 5, 5]
    assert counted(cardata) == FIRST + 1
    assert len(client(home)["source"]["ledger"]["spent"]) == 50


async def test_stream(terminal: Terminal, broker: SimulatedBroker, home: Path) -> None:
    """One line for each message, with what it changed; it is remembered."""
    process = await listening(terminal, broker, "stream", "--count", "3")
    await broker.publish(I4, message(I4, {ODOMETER: 32_000, HEADER: 33}, utcnow()))
    await broker.publish(I4, message(I4, {ODOMETER: 32_000}, utcnow()))
    await broker.publish(I4, b"{")
    await broker.publish(I4, message(I4, {HEADER: 34}, utcnow()))
    outcome = (await terminal.end(process)).good()
    first, second, third = lines(outcome)
    assert first.keys() == {"time", "vin", "changed"}
    assert first["vin"] == I4
    assert first["changed"]["mileage"] == {"value": 32_000, "unit": "km"}
    assert second["changed"].keys() <= {"timestamp"}
    assert third["changed"][SOC] == {"value": 34, "unit": "%"}
    assert outcome.err == ""
    kept = {item["key"]: item["value"] for item in client(home)["vehicles"][I4]}
    assert (kept["mileage"], kept[SOC]) == (32_000, 34)


async def test_raw(terminal: Terminal, broker: SimulatedBroker) -> None:
    """Messages as they come, in the form of recordings; Ctrl-C ends it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    process = await listening(terminal, broker, "stream", "--raw")
    sent = message(I4, {ODOMETER: 1}, utcnow())
    await broker.publish(I4, sent)
    await broker.publish(I4, "no JSON")
    assert process.stdout is not None
    found = [json.loads(await process.stdout.readline()) for _ in range(2)]
    assert [item["payload"] for item in found] == [sent, "no JSON"]
    assert {item["topic"] for item in found} == {f"{broker.gcid}/{I4}"}
    process.send_signal(signal.SIGINT)
    outcome = await terminal.end(process)
    assert (outcome.code, outcome.out) == (130, "")
    assert outcome.err == "mybmw cardata stream: interrupted\n"


async def test_own_broker(mosquitto: None, terminal: Terminal, cardata: SimulatedCarData) -> None:
    """The user's own broker needs no login to CarData."""
    async with SimulatedBroker("me", "guess", topics=["bmw/#"]) as own:
        words = ("--prefix", "bmw", "--username", "me", "--count", "2")
        env = {"MYBMW_BROKER_PASSWORD": "guess"}
        process = await listening(terminal, own, "stream", *words, env=env)
        for topic in (f"bmw/{I4}", f"bmw/gcid/{I4}"):
            await own.publish_to(topic, message(I4, {ODOMETER: 7}, utcnow()))
        outcome = (await terminal.end(process)).good()
    assert [line["vin"] for line in lines(outcome)] == [I4, I4]
    assert not (terminal.home / ".mybmw.json").exists()


async def test_no_stream(terminal: Terminal, broker: SimulatedBroker) -> None:
    """A stream that never came about is a failure."""
    await broker.stop()
    words = ("--seconds", "2", "--broker", f"localhost:{broker.port}")
    outcome = await terminal.run("cardata", "stream", *words, hurry=False)
    assert (outcome.code, outcome.out) == (6, "")
    end = "mybmw cardata stream: the service cannot be reached (no stream in 2 s)\n"
    assert outcome.err == f"stream: lost\n{end}"


async def test_login_is_over(
    terminal: Terminal, broker: SimulatedBroker, cardata: SimulatedCarData
) -> None:
    """When the broker and BMW refuse the login, there is no use in trying again."""
    cardata.revoke(refresh=True)
    await broker.expire()
    address = ("--broker", f"localhost:{broker.port}")
    runs = [terminal.run("cardata", "stream", *address, *words) for words in (("--raw",), ())]
    for outcome in await asyncio.gather(*runs):
        assert (outcome.code, outcome.out) == (3, "")
        assert outcome.err.splitlines()[-1].startswith("mybmw cardata stream: the login has ended")


async def test_fingerprint_of_a_stream(
    terminal: Terminal, broker: SimulatedBroker, cardata: SimulatedCarData, home: Path
) -> None:
    """A recording holds the answers, and what the cars have sent meanwhile."""
    words = ("fingerprint", "--seconds", "3", "--output", "here")
    process = await listening(terminal, broker, *words)
    await broker.publish(I4, message(I4, {ODOMETER: 32_000}, utcnow()))
    (await terminal.end(process)).good()
    (car,) = load(home / "here")
    (sent,) = car.stream()
    assert sent.payload["data"][ODOMETER]["value"] == 32_000
    assert car.telematics is not None
    assert ODOMETER in car.telematics


@pytest.mark.parametrize("odd", [("--broker", "my..broker"), ("--prefix", "b#w")])
async def test_broker_that_cannot_be(
    terminal: Terminal, broker: SimulatedBroker, odd: tuple[str, str]
) -> None:
    """An invalid name or prefix is reported like one that does not exist."""
    tokens = client(terminal.home)["tokens"]
    terminal.environment["MYBMW_BROKER_PASSWORD"] = tokens["identity"]
    address = ("--broker", f"localhost:{broker.port}", "--username", tokens["gcid"])
    words = ("cardata", "stream", "--seconds", "2", "--prefix", "bmw", *address)
    outcome = await terminal.run(*words, *odd, hurry=False)
    assert (outcome.code, outcome.out) == (6, "")
    lines = ["stream: lost", "mybmw cardata stream: the service cannot be reached"]
    assert outcome.err.startswith("\n".join(lines))
    assert outcome.err.count("\n") == len(lines)
