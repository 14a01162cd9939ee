"""Commands that nothing confirms: the state is unknown until the car itself shows it."""

from homeassistant.core import HomeAssistant
import httpx
import pytest

from tests.ha.conftest import Elapse, SetUp
from tests.ha.support import IX, LOCK, POLL, asked, state
from tests.ha.support.commanding import (
    CAR,
    CASES,
    DOOR_LOCK,
    LAST,
    SECONDS,
    UNLOCK,
    Case,
    Steps,
    act,
    entity,
    fail,
    listen,
    wake,
)
from tests.replay import faults
from tests.replay.faults import Endpoint, Fault
from tests.replay.mybmw import SimulatedMyBMW

pytestmark = pytest.mark.usefixtures("entity_registry_enabled_by_default")

cases = pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[2]}-{case[1]}")


@pytest.fixture
async def steps(hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, elapse: Elapse) -> Steps:
    """Set up a car that can do everything; return the steps to come."""
    wake(sim)
    await set_up()
    await elapse(SECONDS)
    return listen(hass)


async def test_timed_out_and_carried_out_later(
    hass: HomeAssistant, sim: SimulatedMyBMW, steps: Steps, elapse: Elapse
) -> None:
    """The user is not notified that a car is locked that may be unlocked by now."""
    sim.next_outcome("PENDING")
    await fail(hass)
    assert (state(hass, LOCK), state(hass, DOOR_LOCK)) == ("unknown", "unknown")
    await elapse(20 * SECONDS)
    sim.carry_out(IX.vin)
    assert state(hass, LOCK) == "unknown"
    await elapse(11 * SECONDS)
    assert (state(hass, LOCK), state(hass, DOOR_LOCK)) == ("unlocked", "on")
    assert [step for _, step in steps] == ["initiated", "pending", "timed_out", "confirmed"]
    assert state(hass, f"{LAST}_unlock") == "confirmed"


LOSSES: dict[str, Fault | None] = {
    "answer lost": None,
    "time-out": faults.timeout(),
    "500": faults.server_error(),
    "503": faults.gateway(),
    "no JSON": faults.broken_json(),
    "a page": faults.text("<html>"),
}


@pytest.mark.parametrize(
    ("case", "loss"),
    [
        *((case, loss) for case in CASES for loss in ("answer lost", "500")),
        *((UNLOCK, loss) for loss in list(LOSSES)[1:] if loss != "500"),
    ],
    ids=lambda item: item if isinstance(item, str) else item[2],
)
async def test_lost_answer(
    hass: HomeAssistant, sim: SimulatedMyBMW, steps: Steps, elapse: Elapse, case: Case, loss: str
) -> None:
    """What BMW may have accepted is unknown until a state measured after it."""
    before = state(hass, entity(case))
    await elapse(SECONDS)
    fault = LOSSES[loss]
    if fault is None:
        sim.hold(IX.vin)
        sim.lose_answer(Endpoint.COMMAND)
    else:
        sim.fail(Endpoint.COMMAND, fault)
    await fail(hass, case)
    assert state(hass, entity(case)) == "unknown"
    assert steps[-1][1] == "unconfirmed"
    await elapse(31 * SECONDS)
    assert state(hass, entity(case)) == "unknown", "a state from before says nothing"
    sim.carry_out(IX.vin)
    sim.release(IX.vin)
    if fault is not None:
        sim.touch(IX.vin)
    await elapse(30 * SECONDS)
    assert state(hass, entity(case)) == (case[4] if fault is None else before)
    assert steps[-1][1] == ("confirmed" if fault is None else "contradicted")


REFUSALS: dict[str, tuple[Endpoint, Fault]] = {
    "400": (Endpoint.COMMAND, faults.answer({}, 400)),
    "404": (Endpoint.COMMAND, faults.answer({}, 404)),
    "not sent": (Endpoint.COMMAND, faults.no_network()),
    "proxy": (Endpoint.COMMAND, faults.no_proxy()),
    "blocked": (Endpoint.COMMAND, faults.blocked()),
    "quota": (Endpoint.COMMAND, faults.quota()),
    "event": (Endpoint.EVENT_STATUS, faults.answer({"eventStatus": "ERROR"})),
    "ignored": (Endpoint.EVENT_STATUS, faults.answer({"eventStatus": "IGNORED"})),
}


@pytest.mark.parametrize("refusal", REFUSALS)
@pytest.mark.parametrize("case", CASES[:1] + CASES[3:4], ids=["unlock", "target"])
async def test_refused(
    hass: HomeAssistant, sim: SimulatedMyBMW, steps: Steps, elapse: Elapse, case: Case, refusal: str
) -> None:
    """What was refused or never sent changes nothing, and nothing is read because of it."""
    before = state(hass, entity(case))
    await elapse(SECONDS)
    sim.fail(*REFUSALS[refusal], None)
    await fail(hass, case)
    assert state(hass, entity(case)) == before
    sim.clear_calls()
    await elapse(181 * SECONDS)
    assert asked(sim, Endpoint.STATE) == 0
    assert state(hass, entity(case)) == before


async def test_login_fails_before_it_is_sent(
    hass: HomeAssistant, sim: SimulatedMyBMW, steps: Steps, elapse: Elapse
) -> None:
    """BMW refuses the token, and the answer to the renewal is lost: the car was not asked."""
    await elapse(SECONDS)
    sim.revoke()
    sim.fail(Endpoint.TOKEN, faults.timeout(), None)
    await fail(hass)
    assert state(hass, LOCK) == "locked"


@pytest.mark.parametrize("old", ["old state", "no state"])
@cases
async def test_executed_without_a_newer_state(
    hass: HomeAssistant, sim: SimulatedMyBMW, steps: Steps, elapse: Elapse, case: Case, old: str
) -> None:
    """A success is shown when the car itself shows it; a state from before does not undo it."""
    await elapse(SECONDS)
    if old == "old state":
        sim.hold(IX.vin)
    else:
        sim.fail(Endpoint.STATE, faults.server_error(), None)
    await act(hass, case)
    assert state(hass, entity(case)) in ("unknown", "unavailable")
    await elapse(31 * SECONDS)
    assert state(hass, entity(case)) in ("unknown", "unavailable")
    sim.heal()
    sim.release(IX.vin)
    await elapse(30 * SECONDS)
    assert state(hass, entity(case)) == case[4]
    assert steps[-1][1] == "executed"


@cases
async def test_success_is_contradicted(
    hass: HomeAssistant,
    sim: SimulatedMyBMW,
    steps: Steps,
    elapse: Elapse,
    case: Case,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A car that reports something else than it was said to have done: that is reported."""
    before = state(hass, entity(case))
    await elapse(SECONDS)
    sim.fail(Endpoint.COMMAND, faults.answer({}))
    await act(hass, case)
    assert state(hass, entity(case)) == "unknown"
    sim.touch(IX.vin)
    await elapse(31 * SECONDS)
    assert state(hass, entity(case)) == before
    assert [step for _, step in steps] == ["initiated", "executed", "contradicted"]
    assert "The car reports something else than" in caplog.text
    ours = [item for item in caplog.records if item.name.startswith("custom_components")]
    assert not any(IX.vin in item.getMessage() for item in ours)


async def test_contradicted_at_once(
    hass: HomeAssistant, sim: SimulatedMyBMW, steps: Steps, elapse: Elapse
) -> None:
    """The state that is read after the command is the next one already."""
    await elapse(SECONDS)
    sim.fail(Endpoint.COMMAND, faults.answer({}))
    sim.touch(IX.vin)
    await act(hass)
    assert state(hass, LOCK) == "locked"
    assert state(hass, f"{LAST}_unlock") == "contradicted"


async def test_car_that_stays_silent(
    hass: HomeAssistant, sim: SimulatedMyBMW, steps: Steps, elapse: Elapse
) -> None:
    """It is read three times, then it is said that nothing is known, and it stays so."""
    await elapse(SECONDS)
    sim.hold(IX.vin)
    await act(hass)
    sim.clear_calls()
    reads = []
    for _ in range(19):
        await elapse(10 * SECONDS)
        reads.append(asked(sim, Endpoint.STATE))
    assert reads == [0, 0, 1, 1, 1, 2, *[2] * 11, 3, 3]
    assert [step for _, step in steps][-2:] == ["executed", "unconfirmed"]
    await elapse(2 * POLL)
    assert state(hass, LOCK) == "unknown"
    assert [step for _, step in steps].count("unconfirmed") == 1
    sim.release(IX.vin)
    await elapse(POLL)
    assert state(hass, LOCK) == "unlocked"
    assert steps[-1] == ("door_unlock", "confirmed")


async def test_confirmed_car_is_not_read_again(
    hass: HomeAssistant, sim: SimulatedMyBMW, steps: Steps, elapse: Elapse
) -> None:
    await act(hass)
    assert state(hass, LOCK) == "unlocked"
    sim.clear_calls()
    await elapse(200 * SECONDS)
    assert asked(sim, Endpoint.STATE) == 0


async def test_refused_reading_is_not_repeated(
    hass: HomeAssistant, sim: SimulatedMyBMW, steps: Steps, elapse: Elapse
) -> None:
    """A service that refuses us is not asked three times."""
    await elapse(SECONDS)
    sim.lose_answer(Endpoint.COMMAND)
    await fail(hass)
    sim.fail(Endpoint.ANY, faults.blocked(), None)
    sim.clear_calls()
    await elapse(31 * SECONDS)
    await elapse(31 * SECONDS)
    await elapse(120 * SECONDS)
    assert asked(sim, Endpoint.STATE) == 1
    assert state(hass, f"{LAST}_unlock") == "unconfirmed"


async def test_newer_command_counts(
    hass: HomeAssistant, sim: SimulatedMyBMW, steps: Steps, elapse: Elapse
) -> None:
    """After locking a car that may have been unlocked, "not unlocked" is not reported."""
    await elapse(SECONDS)
    sim.lose_answer(Endpoint.COMMAND)
    await fail(hass)
    await elapse(SECONDS)
    await act(hass, ("lock", "lock", "lock", {}, "locked"))
    assert state(hass, LOCK) == "locked"
    await elapse(POLL)
    assert [step for kind, step in steps if kind == "door_unlock"] == ["unconfirmed"]
    assert [step for kind, step in steps if kind == "door_lock"][-1] == "executed"


async def test_refused_command_overtakes_nothing(
    hass: HomeAssistant, sim: SimulatedMyBMW, steps: Steps, elapse: Elapse
) -> None:
    """A success is judged even if a later command was refused."""
    await elapse(SECONDS)
    sim.fail(Endpoint.COMMAND, faults.answer({}))
    await act(hass)
    sim.fail(Endpoint.COMMAND, faults.answer({}, 400))
    await fail(hass, ("lock", "lock", "lock", {}, "locked"))
    assert state(hass, LOCK) == "unknown"
    sim.touch(IX.vin)
    await elapse(31 * SECONDS)
    assert state(hass, LOCK) == "locked"
    assert ("door_unlock", "contradicted") in steps


async def test_unforeseen_error(
    hass: HomeAssistant, sim: SimulatedMyBMW, steps: Steps, elapse: Elapse
) -> None:
    """Whatever ends a command that was sent, it is not taken for one that did nothing."""
    await elapse(SECONDS)

    def broken(_request: httpx.Request) -> httpx.Response:
        raise RuntimeError("simulated")

    sim.fail(Endpoint.EVENT_STATUS, broken)
    with pytest.raises(RuntimeError):
        await act(hass)
    assert state(hass, LOCK) == "unknown"
    assert steps[-1] == ("door_unlock", "unconfirmed")


async def test_stops_charging_while_that_is_unknown(
    hass: HomeAssistant, sim: SimulatedMyBMW, steps: Steps, elapse: Elapse
) -> None:
    """A charge that may have begun can be stopped."""
    await elapse(SECONDS)
    sim.lose_answer(Endpoint.COMMAND)
    await fail(hass, ("switch", "turn_on", "charging", {}, "on"))
    sim.carry_out(IX.vin)
    await act(hass, ("switch", "turn_off", "charging", {}, "off"))
    assert state(hass, f"switch.{CAR}_charging") == "off"
