"""Killed in the middle, again and again: whatever the program forgets, it is not its calls."""

import asyncio
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
import json
from pathlib import Path
import random
import sys
from typing import Final

import pytest

from custom_components.mybmw.client.cardata.quota import LIMIT, Ledger
from tests.client.support.cardata import counted, issued, simulate
from tests.replay.cardata import Endpoint, SimulatedCarData
from tests.replay.cardata.faults import out_of_quota

PROGRAM: Final = Path(__file__).parents[1] / "support" / "killed.py"
# Each start of the program imports everything, which takes long on a busy machine
pytestmark = pytest.mark.timeout(300)

KILLS: Final = 10


class Program:
    """The program, started anew each time, and what it has left on disk."""

    def __init__(self, processes: list[Process], file: Path) -> None:
        """Each of the processes has imported everything, and waits."""
        self._processes = processes
        self._file = file
        self._running: Process | None = None

    async def run(self) -> str:
        """Run it until it ends or is killed; return what it put out."""
        self._running = self._processes.pop(0)
        out, _ = await self._running.communicate(b"\n")
        return out.decode()

    def kill(self) -> None:
        """End it without a word."""
        if self._running is not None and self._running.returncode is None:
            self._running.kill()

    @property
    def ledger(self) -> Ledger:
        """What it would start with."""
        kept = json.loads(self._file.read_bytes())
        ledger = Ledger()
        ledger.load(kept.get("spent", {}).get("ledger", {}))
        return ledger


@pytest.fixture
async def sim(socket_enabled: None) -> SimulatedCarData:
    """Simulate an account with two cars."""
    return simulate("i4_edrive40", "ix_xdrive50")


@pytest.fixture
async def program(
    sim: SimulatedCarData, tmp_path: Path, request: pytest.FixtureRequest
) -> AsyncIterator[Program]:
    """Make the program ready to start, in front of the simulated BMW."""
    file = tmp_path / "store.json"
    file.write_text(json.dumps({"tokens": issued(sim).dump()}))
    async with sim.serve() as url:
        words = (sys.executable, str(PROGRAM), str(file), url, sim.client_id)
        processes = [
            await asyncio.create_subprocess_exec(*words, stdin=PIPE, stdout=PIPE)
            for _ in range(request.param)
        ]
        waiting = processes.copy()
        try:
            yield Program(waiting, file)
        finally:
            for process in waiting:
                process.kill()
                await process.communicate()


def on_call(sim: SimulatedCarData, act: Callable[[int], None]) -> None:
    """Do something when the n-th call comes in, after it was answered."""
    spend = sim.spend

    def counting(calls: int) -> None:
        spend(calls)
        act(counted(sim) + 1)

    sim.spend = counting  # type: ignore[method-assign]


@pytest.mark.parametrize("program", [KILLS + 1], indirect=True)
async def test_killed_ten_times(sim: SimulatedCarData, program: Program) -> None:
    """BMW never counts more calls than are on disk, and never more than it allows."""
    chance = random.Random(9)
    kill_at = [0]

    def act(calls: int) -> None:
        assert len(list(program.ledger)) >= calls
        if calls >= kill_at[0]:
            program.kill()

    on_call(sim, act)
    for _ in range(KILLS):
        kill_at[0] = counted(sim) + chance.randint(1, 5)
        await program.run()
        assert counted(sim) <= len(list(program.ledger)) <= LIMIT
    kill_at[0] = 1000
    await program.run()
    assert KILLS // 2 < counted(sim) <= LIMIT
    assert {call.status for call in sim.calls if call.counted} == {200, 201}
    assert program.ledger.left() == 0


@pytest.mark.parametrize("program", [2], indirect=True)
async def test_killed_after_a_refusal(sim: SimulatedCarData, program: Program) -> None:
    """Once BMW has said that nothing is left, no further call is made."""
    sim.fail(Endpoint.BASIC_DATA, out_of_quota(retry_after=999_999_999))
    assert await program.run() == "quota"
    assert await program.run() == ""
    assert counted(sim) == 2
    assert program.ledger.blocked_until is not None
