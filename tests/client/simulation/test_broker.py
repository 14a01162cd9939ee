"""The simulated stream: what a client of it sees."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
import json
import math
import os
from pathlib import Path
import ssl
import subprocess
import tempfile
from typing import Any

import aiomqtt
from paho.mqtt.reasoncodes import ReasonCode
import pytest

from tests.replay import mosquitto
from tests.replay.broker import PATIENCE, SimulatedBroker
from tests.replay.carstate import CarState
from tests.replay.certificates import certificates
from tests.replay.days import commute
from tests.replay.mosquitto import MosquittoMissing, find_mosquitto
from tests.replay.refusal import Refusal
from tests.replay.timeline import duplicates, half_positions, messages, play
from tests.replay.world import utcnow

GCID = "11111111-2222-4333-8444-555555555555"
VIN = "WBA00000000000001"
OLD, NEW = "old.id.token", "new.id.token"
V311, V5 = aiomqtt.ProtocolVersion.V311, aiomqtt.ProtocolVersion.V5
BOTH = pytest.mark.parametrize("version", [V311, V5], ids=["v3.1.1", "v5"])


@asynccontextmanager
async def simulated(**options: Any) -> AsyncIterator[SimulatedBroker]:
    """A broker that accepts OLD; skips the test where there is no Mosquitto."""
    try:
        find_mosquitto()
    except MosquittoMissing as missing:
        pytest.skip(str(missing))
    async with SimulatedBroker(GCID, OLD, **options) as broker:
        yield broker


@pytest.fixture
async def broker(socket_enabled: None) -> AsyncIterator[SimulatedBroker]:
    """A broker that accepts OLD."""
    async with simulated() as running:
        yield running


def program(
    broker: SimulatedBroker,
    password: str = OLD,
    identifier: str = "ours",
    version: aiomqtt.ProtocolVersion = V311,
    tls: ssl.SSLContext | None = None,
) -> aiomqtt.Client:
    """A client that is not connected yet."""
    return aiomqtt.Client(
        broker.host,
        broker.port,
        username=broker.gcid,
        password=password,
        identifier=identifier,
        protocol=version,
        tls_context=tls or ssl.create_default_context(cafile=str(broker.ca_file)),
        timeout=PATIENCE,
    )


def number(code: object) -> int:
    """Return the number of a reason."""
    assert isinstance(code, ReasonCode)
    return code.value


async def granted(client: aiomqtt.Client, topic: str) -> int:
    """Subscribe and return the answer, a QoS or an error from 128."""
    (code,) = await client.subscribe(topic, qos=1)
    return number(code)


async def refused(client: aiomqtt.Client) -> int:
    """Return the code of a refused connection."""
    with pytest.raises(aiomqtt.exceptions.MqttConnectError) as error:
        async with client:
            pass
    return number(error.value.rc)


async def lost(client: aiomqtt.Client) -> None:
    """Wait for the end of a connection; messages may come before."""
    async with asyncio.timeout(PATIENCE):
        with pytest.raises(aiomqtt.MqttError):
            async for _ in client.messages:
                pass


async def alive(broker: SimulatedBroker, client: aiomqtt.Client) -> None:
    """Send a message and see it arrive."""
    await client.subscribe(f"{GCID}/+")
    await broker.publish(VIN, {"vin": VIN})
    async with asyncio.timeout(PATIENCE):
        message = await anext(client.messages)
    assert message.topic.value == f"{GCID}/{VIN}"
    assert isinstance(message.payload, bytes)
    assert json.loads(message.payload) == {"vin": VIN}


@BOTH
async def test_connects_with_the_token_over_tls(
    broker: SimulatedBroker, version: aiomqtt.ProtocolVersion
) -> None:
    async with program(broker, version=version) as client:
        await alive(broker, client)
        await broker.wait_for_subscriptions()
        assert broker.connected
    await broker.until(lambda: not broker.connected)
    assert (broker.connects, len(broker.attempts)) == (1, 1)
    assert broker.subscriptions == [f"{GCID}/+"]


@BOTH
async def test_refuses_a_wrong_token(
    broker: SimulatedBroker, version: aiomqtt.ProtocolVersion
) -> None:
    # 5 of MQTT 3.1.1 is shown as 135, its number in MQTT 5
    assert await refused(program(broker, "wrong", version=version)) == 135
    assert (broker.connects, len(broker.attempts)) == (0, 1)


async def test_wants_tls_1_3_and_shows_a_certificate(broker: SimulatedBroker) -> None:
    strangers = ssl.create_default_context()
    with pytest.raises(aiomqtt.MqttError, match="CERTIFICATE_VERIFY_FAILED"):
        await program(broker, tls=strangers).__aenter__()
    old = ssl.create_default_context(cafile=str(broker.ca_file))
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    with pytest.raises(aiomqtt.MqttError, match="PROTOCOL_VERSION"):
        await program(broker, tls=old).__aenter__()


@BOTH
async def test_grants_own_topics_with_qos_0(
    broker: SimulatedBroker, version: aiomqtt.ProtocolVersion
) -> None:
    async with program(broker, version=version) as client:
        for topic in (f"{GCID}/+", f"{GCID}/{VIN}", f"{GCID}/#"):
            assert await granted(client, topic) == 0
        for topic in (VIN, "#", "+/+", "22222222-2222-4333-8444-555555555555/+"):
            assert await granted(client, topic) == (135 if version == V5 else 128)
        await alive(broker, client)


async def test_has_the_topics_of_another_broker(socket_enabled: None) -> None:
    async with simulated(topics=("garage/cars/#",)) as broker, program(broker) as client:
        assert await granted(client, f"{GCID}/+") >= 128
        assert await granted(client, "garage/cars/+") == 0
        await broker.publish_to(f"garage/cars/{VIN}", b"raw")
        async with asyncio.timeout(PATIENCE):
            assert (await anext(client.messages)).payload == b"raw"


async def test_drops_a_client_with_a_refused_topic(socket_enabled: None) -> None:
    async with simulated(drops_refused=True) as broker, program(broker, version=V5) as client:
        await alive(broker, client)
        assert await granted(client, VIN) == 135
        await lost(client)


async def test_a_new_token_leaves_the_connection_until_the_old_one_expires(
    broker: SimulatedBroker,
) -> None:
    async with program(broker) as client:
        await broker.set_password(NEW)
        await alive(broker, client)
        await broker.expire()
        await lost(client)
    assert await refused(program(broker, OLD)) == 135
    async with program(broker, NEW) as client:
        await alive(broker, client)
        await broker.expire()
        await lost(client)
    assert await refused(program(broker, NEW)) == 135


async def test_a_client_changes_to_the_new_token_at_its_leisure(broker: SimulatedBroker) -> None:
    async with program(broker) as client:
        await broker.set_password(NEW)
        await alive(broker, client)
    async with program(broker, NEW) as client:
        await alive(broker, client)
    broker.expect("third.id.token")
    async with program(broker, "third.id.token") as client:
        await alive(broker, client)


async def test_a_token_expires_by_itself(broker: SimulatedBroker) -> None:
    await broker.set_password(NEW)
    async with program(broker, NEW) as client:
        await alive(broker, client)
        broker.expect(NEW, expires_in=0.01)
        await lost(client)
    assert await refused(program(broker, NEW)) == 135


@pytest.mark.parametrize("identifier", ["ours", "theirs"])
async def test_one_connection_of_a_user(broker: SimulatedBroker, identifier: str) -> None:
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(program(broker))
        await alive(broker, first)
        second = await stack.enter_async_context(program(broker, identifier=identifier))
        await lost(first)
        await alive(broker, second)
    assert broker.connects == 2


async def test_throws_a_client_out(broker: SimulatedBroker) -> None:
    async with program(broker) as client:
        await broker.kick()
        await lost(client)
    async with program(broker) as client:
        await alive(broker, client)


async def test_another_program_takes_the_stream_for_a_while(broker: SimulatedBroker) -> None:
    async with program(broker) as client:
        await broker.steal()
        await lost(client)
    assert await refused(program(broker)) == 135
    broker.accept()
    async with program(broker) as client:
        await alive(broker, client)


@BOTH
async def test_refuses_for_any_reason(
    broker: SimulatedBroker, version: aiomqtt.ProtocolVersion
) -> None:
    async with program(broker, identifier="stays") as client:
        for reason in set(Refusal) - {Refusal.DROPPED}:
            broker.refuse(reason)
            code = await refused(program(broker, version=version))
            assert version == V311 or code == reason.value[1]
        await alive(broker, client)
    broker.accept()
    async with program(broker) as client:
        await alive(broker, client)


async def test_restarts_on_the_same_port(broker: SimulatedBroker) -> None:
    port = broker.port
    async with program(broker) as client:
        await broker.stop()
        await lost(client)
    await broker.publish(VIN, "lost")
    with pytest.raises(aiomqtt.MqttError, match="refused"):
        await program(broker).__aenter__()
    broker.expect(NEW)
    await broker.start()
    assert broker.port == port
    assert await refused(program(broker, OLD)) == 135
    async with program(broker, NEW) as client:
        await alive(broker, client)


async def test_a_cut_link_is_noticed(broker: SimulatedBroker) -> None:
    async with program(broker) as client:
        await alive(broker, client)
        broker.cut()
        await lost(client)
    async with program(broker) as client:
        await alive(broker, client)


async def test_a_frozen_link_is_silent(broker: SimulatedBroker) -> None:
    async with program(broker) as client:
        await alive(broker, client)
        broker.freeze()
        await broker.publish(VIN, "swallowed")
        broker.thaw()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(anext(client.messages), 0.1)
        # The same id takes over from a session that was not ended
        async with program(broker) as second:
            await alive(broker, second)


def _children() -> bool:
    """Whether this process has children, dead or alive."""
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


async def test_plays_a_commute(broker: SimulatedBroker) -> None:
    changes = duplicates(half_positions(commute(CarState())))
    recording = list(messages(changes, vin=VIN, gcid=GCID, start=utcnow()))
    async with program(broker) as client:
        await client.subscribe(f"{GCID}/+")
        assert await play(recording, broker.publish, speed=math.inf) == len(recording) > 90
        async with asyncio.timeout(PATIENCE):
            received = [json.loads((await anext(client.messages)).payload) for _ in recording]
    assert [message["data"].keys() for message in received] == [
        message.payload["data"].keys() for message in recording
    ]


def _names(directory: Path) -> list[str]:
    return [path.name for path in directory.iterdir()]


async def test_nothing_lingers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, socket_enabled: None
) -> None:
    certificates()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    tasks = asyncio.all_tasks()
    async with simulated() as broker, program(broker):
        await broker.set_password(NEW, expires_in=60)
        assert _names(tmp_path)
        assert _children()
    assert not _names(tmp_path)
    assert asyncio.all_tasks() == tasks
    assert not _children()


def test_says_why_there_is_no_mosquitto(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MYBMW_MOSQUITTO_STEPS", "none")
    monkeypatch.setattr(mosquitto, "_run_script", mosquitto._run_script.__wrapped__)
    with pytest.raises(MosquittoMissing, match="not installed"):
        find_mosquitto()


async def test_says_why_it_did_not_start(
    monkeypatch: pytest.MonkeyPatch, socket_enabled: None
) -> None:
    async with simulated():
        pass
    monkeypatch.setattr(mosquitto, "_PLUGIN", "missing.so")
    with pytest.raises(RuntimeError, match="did not start"):
        async with SimulatedBroker(GCID, OLD):
            pass


def test_the_script_says_where_it_cannot_help(tmp_path: Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "bash").symlink_to("/bin/bash")
    steps = {"MYBMW_MOSQUITTO_STEPS": "prefix debian", "XDG_CACHE_HOME": str(tmp_path)}
    found = subprocess.run(
        [mosquitto._SCRIPT],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": str(tools), **steps},
    )
    assert found.returncode == 1
    assert found.stderr.splitlines() == [
        "mosquitto: not installed, and this is no Debian-like machine to take it from"
    ]
