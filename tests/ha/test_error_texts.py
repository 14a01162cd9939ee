"""What BMW writes into its errors does not reach log, dialogs, attributes or diagnostics."""

from datetime import timedelta
import json
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.client.core.test_known_words import PERSONAL, SHOWN, TOLD
from tests.ha.conftest import Elapse, SetUp
from tests.replay import faults
from tests.replay.faults import Endpoint
from tests.replay.mybmw import SimulatedMyBMW

# Short ones stand in ids and numbers by chance
NEEDLES: Final = [word for word in PERSONAL if len(word) > 5]
LOCK: Final = {"entity_id": "lock.ix_xdrive50_lock"}


def leaks(text: str) -> list[str]:
    return [word for word in NEEDLES if word.casefold() in text.casefold()]


async def test_reason_of_a_command(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, caplog: pytest.LogCaptureFixture
) -> None:
    """The event keeps it in the history, the log has it; the action says it in plain words."""
    await set_up()
    answer = {"eventStatus": "ERROR", "errorDetails": {"title": TOLD, "description": TOLD}}
    sim.fail(Endpoint.EVENT_STATUS, faults.answer(answer))
    with pytest.raises(HomeAssistantError) as caught:
        await hass.services.async_call("lock", "unlock", LOCK, blocking=True)
    await hass.async_block_till_done(wait_background_tasks=True)
    states = json.dumps(
        [state.as_dict() for state in hass.states.async_all()], default=str, ensure_ascii=False
    )
    assert SHOWN in states
    assert SHOWN in caplog.text
    assert SHOWN not in str(caught.value)
    assert leaks(f"{states} {caught.value} {caplog.text}") == []


@pytest.mark.parametrize("status", [401, 403, 422, 429, 500])
async def test_failed_polls(
    hass: HomeAssistant,
    sim: SimulatedMyBMW,
    set_up: SetUp,
    elapse: Elapse,
    caplog: pytest.LogCaptureFixture,
    status: int,
) -> None:
    """The log of a failed poll, and what the entry says of it."""
    entry: MockConfigEntry = await set_up()
    sim.fail(Endpoint.VEHICLES, faults.answer({"error": TOLD, "message": TOLD}, status), None)
    sim.fail(Endpoint.STATE, faults.answer({"error": TOLD, "message": TOLD}, status), None)
    await elapse(timedelta(hours=7))
    states = json.dumps([state.as_dict() for state in hass.states.async_all()], default=str)
    flows = json.dumps(hass.config_entries.flow.async_progress(), default=str)
    assert leaks(f"{caplog.text} {states} {flows} {entry.reason}") == []
