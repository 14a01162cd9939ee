"""Work that fails unexpectedly goes on, and says why."""

import asyncio
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any, override
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.mybmw.client import (
    NetworkError,
    Redactor,
    Supervisor,
    UnexpectedError,
    attributes as car,
)
from custom_components.mybmw.client.cardata import executor, source as module
from custom_components.mybmw.client.cardata.readings import read_values
from custom_components.mybmw.client.core.values import Connection, StreamState
from custom_components.mybmw.client.mybmw import source as app
from custom_components.mybmw.client.mybmw.readings import read_state
from tests.client.support import Client as AppClient
from tests.client.support.cardata import I4, IX, NOON, Client, FakeStream, counted, recorded, settle
from tests.replay.cardata import SimulatedCarData
from tests.replay.mybmw import SimulatedMyBMW

VIN = "WBA8E1C51K1234567"
MILEAGE = "vehicle.vehicle.travelledDistance"


class BugError(Exception):
    """An unexpected error."""


def failing(times: int | None = None, **only: object) -> Callable[..., Any]:
    """Return a function that fails so often, or always."""
    numbers = count()

    def run(*_args: object, **_options: object) -> None:
        if times is None or next(numbers) < times:
            raise BugError(f"of {VIN} with Bearer secret-token", only)

    return run


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what was logged as an error."""
    return [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def supervisor(waits: list[float]) -> Supervisor:
    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    return Supervisor("the work", Redactor(), sleep=sleep)


async def test_runs_again(
    supervisor: Supervisor, waits: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    """Pauses grow up to an hour; the cause is reported once, without anything secret."""
    run = failing(12)

    async def work() -> None:
        run()

    await supervisor.keep_running(work)
    assert waits == [10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600, 3600]
    assert supervisor.failures == 0
    (text,) = told(caplog)
    assert "Traceback" in text
    assert "BugError" in text
    assert VIN not in text
    assert "secret-token" not in text


async def test_foreseen(supervisor: Supervisor, caplog: pytest.LogCaptureFixture) -> None:
    """An error that was foreseen passes, and shows that the work works."""

    async def network() -> None:
        raise NetworkError("none")

    async def bug() -> None:
        failing()()

    for _ in range(3):
        with pytest.raises(UnexpectedError, match=r"^the work: BugError$"), supervisor:
            await bug()
    assert supervisor.lasting
    with pytest.raises(NetworkError), supervisor:
        await network()
    assert not supervisor.lasting
    assert len(told(caplog)) == 1


async def test_failing_callback(caplog: pytest.LogCaptureFixture) -> None:
    """That does not end the work."""
    supervisor = Supervisor("the work", Redactor(), changed=failing())
    for _ in range(2):
        with pytest.raises(UnexpectedError), supervisor:
            failing()()
    assert supervisor.failures == 2
    with supervisor:
        pass
    assert supervisor.failures == 0


async def test_cancelled(supervisor: Supervisor, waits: list[float]) -> None:
    """Work that is ended from outside ends."""
    task = asyncio.create_task(supervisor.keep_running(asyncio.Event().wait))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert waits == []


@pytest.fixture
def two(freezer: FrozenDateTimeFactory) -> Iterator[SimulatedCarData]:
    freezer.move_to(NOON)
    simulated = SimulatedCarData(recorded("i4_edrive40", "ix_xdrive50"))
    with simulated.router():
        yield simulated


async def test_one_car_cannot_be_read(
    two: SimulatedCarData,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The other one goes on, and the calls of the day last."""
    usual = read_values
    first = Client.of(two)

    def read(data: Any, memory: Any, now: Any) -> Any:
        if memory is first.source.cars[I4].state:
            raise BugError(VIN)
        return usual(data, memory, now)

    monkeypatch.setattr(executor, "read_values", read)
    poll = await first.work()
    assert isinstance(poll.errors[I4], UnexpectedError)
    assert first.car(IX).value(car.MILEAGE) is not None
    assert first.calls <= 12
    assert not first.source.status.failing
    await first.live(freezer, NOON.replace(hour=23))
    assert first.source.status.failing
    assert counted(two) <= 50
    assert len(told(caplog)) == 1
    monkeypatch.undo()
    freezer.move_to(NOON.replace(day=11))
    await first.live(freezer, NOON.replace(day=12))
    assert not first.source.status.failing
    assert first.car(I4).value(car.MILEAGE) is not None


async def test_car_that_cannot_be_read_is_sold(
    two: SimulatedCarData, freezer: FrozenDateTimeFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not reported any more."""
    usual = read_values
    client = Client.of(two)

    def read(data: Any, memory: Any, now: Any) -> Any:
        if memory is client.source.cars[I4].state:
            raise BugError(VIN)
        return usual(data, memory, now)

    with monkeypatch.context() as patched:
        patched.setattr(executor, "read_values", read)
        await client.live(freezer, NOON.replace(hour=23))
        assert client.source.status.failing
    two.remove(I4)
    await client.live(freezer, NOON.replace(day=12))
    assert set(client.source.cars) == {IX}
    assert not client.source.status.failing


class CrashingStream(FakeStream):
    """Crashes some times, then works."""

    left = 3

    @override
    async def run(self) -> None:
        if CrashingStream.left:
            CrashingStream.left -= 1
            raise BugError(VIN)
        self.become(StreamState.CONNECTED)
        await super().run()


async def test_stream_crashes(two: SimulatedCarData, caplog: pytest.LogCaptureFixture) -> None:
    """It is begun anew."""
    client = Client.of(two)
    await client.work()
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) > 3:
            await asyncio.Event().wait()

    client.source._supervisors._sleep = sleep
    failing: list[bool] = []
    with (
        patch.object(CrashingStream, "left", 3),
        patch.object(module, "Stream", CrashingStream),
    ):
        listening = asyncio.ensure_future(
            client.source.listen(
                client.garage.push, lambda: failing.append(client.source.status.failing)
            )
        )
        await settle()
    assert client.source.status.stream is StreamState.CONNECTED
    assert waits == [10, 20, 40]
    assert True in failing
    assert len(told(caplog)) == 1
    assert client.car(I4).value(car.CONNECTION) is Connection.NEVER_SENT
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)


async def test_watch_crashes(
    two: SimulatedCarData, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The connection watch is restarted, and the stream is not affected."""
    client = Client.of(two)
    await client.work()

    async def sleep(_seconds: float) -> None:
        return

    client.source._supervisors._sleep = sleep
    usual, bug = client.source._activity._changed_cars, failing(2)

    def changed(now: Any) -> list[str]:
        bug()
        return usual(now)

    monkeypatch.setattr(client.source._activity, "_changed_cars", changed)
    async with client.listening():
        client.say(I4, {MILEAGE: 31_455})
        await settle()
        assert client.car(I4).value(car.CONNECTION) is Connection.ACTIVE
    assert len(told(caplog)) == 1


async def test_message_cannot_be_taken_in(
    two: SimulatedCarData, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is counted, and the next one comes in."""
    client = Client.of(two)
    await client.work()
    async with client.listening():
        with monkeypatch.context() as patched:
            patched.setattr(module, "read_values", failing())
            for _ in range(5):
                client.say(I4, {MILEAGE: 31_455})
                await settle()
            assert client.source.status.failing
        client.say(I4, {MILEAGE: 31_460})
        assert not client.source.status.failing
    assert client.car(I4).value(car.MILEAGE) == 31_460
    assert client.source.problems["message not taken in"] == 5
    assert len(told(caplog)) == 1


async def test_one_car_of_the_app(
    three: SimulatedMyBMW,
    client_of: Callable[..., AppClient],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The others are read all the same."""
    usual, bad = read_state, "WBY0FINGERPRINT02"
    client = client_of(three)
    await client.read()

    def read(answer: Any, context: Any, problems: Any) -> Any:
        if answer["state"] == three.state(bad)["state"]:
            raise BugError(VIN)
        return usual(answer, context, problems)

    monkeypatch.setattr(app, "read_state", read)
    for _ in range(3):
        poll = await client.source.poll()
        assert poll.error is None
        assert poll.errors.keys() == {bad}
        assert isinstance(poll.errors[bad], UnexpectedError)
    assert len(told(caplog)) == 1
    monkeypatch.undo()
    await client.read()
