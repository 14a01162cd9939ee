"""Commands through the app API, confirmed by what cars send to CarData."""

from datetime import UTC, datetime
from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from tests.ha.conftest import Elapse, SetUp
from tests.ha.support import IX, LOCK, state
from tests.ha.support.cardata import push, say
from tests.ha.support.commanding import DOOR_LOCK, LAST, SECONDS, Steps, act, fail, listen, wake
from tests.replay import faults
from tests.replay.cardata import SimulatedCarData
from tests.replay.faults import Endpoint
from tests.replay.mybmw import SimulatedMyBMW

pytestmark = pytest.mark.usefixtures("silence", "entity_registry_enabled_by_default")

KEY = "vehicle.cabin.door.lock.status"


@pytest.mark.parametrize("way", ["lost", "timed out", "executed"])
@pytest.mark.parametrize(
    ("word", "lock", "last"),
    [("UNLOCKED", "unlocked", "confirmed"), ("SECURED", "locked", "contradicted")],
)
async def test_any_source_ends_it(
    hass: HomeAssistant,
    sim: SimulatedMyBMW,
    cardata: SimulatedCarData,
    set_up: SetUp,
    elapse: Elapse,
    way: str,
    word: str,
    lock: str,
    last: str,
) -> None:
    """The first state measured after the command counts, of any source; no call is spent."""
    wake(sim)
    entry = await set_up()
    await elapse(SECONDS)
    steps: Steps = listen(hass)
    calls = len(cardata.calls)
    before = datetime.now(UTC)
    await elapse(2 * SECONDS)
    if way == "executed":
        sim.hold(IX.vin)
        await act(hass)
    else:
        sim.next_outcome("PENDING")
        if way == "lost":
            sim.lose_answer(Endpoint.COMMAND)
        await fail(hass)
    sim.fail(Endpoint.ANY, faults.blocked(), None)
    assert (state(hass, LOCK), state(hass, DOOR_LOCK)) == ("unknown", "unknown")
    push(entry, say(IX.vin, {KEY: word}, before))
    await elapse(SECONDS)
    assert state(hass, DOOR_LOCK) == "unknown", "that was measured before"
    push(entry, say(IX.vin, {KEY: word}))
    await elapse(SECONDS)
    assert state(hass, LOCK) == lock
    expected: Any = "executed" if way == "executed" and last == "confirmed" else last
    assert steps[-1] == ("door_unlock", expected)
    assert state(hass, f"{LAST}_unlock") == expected
    await elapse(200 * SECONDS)
    assert len(cardata.calls) == calls
