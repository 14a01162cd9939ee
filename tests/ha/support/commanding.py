"""What the tests of commands that are not confirmed share."""

from datetime import timedelta
from typing import Any, Final

from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import async_track_state_change_event
import pytest

from tests.ha.support import IX
from tests.replay.mybmw import SimulatedMyBMW

CAR: Final = "ix_xdrive50"
DOOR_LOCK: Final = f"binary_sensor.{CAR}_door_lock_state"
EVENT: Final = f"event.{CAR}_command"
LAST: Final = f"sensor.{CAR}_last_command"
SECONDS: Final = timedelta(seconds=1)

type Case = tuple[str, str, str, dict[str, Any], str]
type Steps = list[tuple[str, str]]

UNLOCK: Case = ("lock", "unlock", "lock", {}, "unlocked")

CASES: Final[tuple[Case, ...]] = (
    UNLOCK,
    ("switch", "turn_off", "climate", {}, "off"),
    ("switch", "turn_on", "charging", {}, "on"),
    ("number", "set_value", "target_soc", {"value": 80}, "80.0"),
    ("select", "select_option", "ac_charging_limit", {"option": "10"}, "10"),
    (
        "select",
        "select_option",
        "charging_mode",
        {"option": "delayed_charging"},
        "delayed_charging",
    ),
    ("switch", "turn_on", "preconditioning_at_departure", {}, "on"),
)


def listen(hass: HomeAssistant) -> Steps:
    """Return the steps of commands to come."""
    heard: Steps = []

    @callback
    def hear(event: Event[EventStateChangedData]) -> None:
        old, new = event.data["old_state"], event.data["new_state"]
        if old and new and "unavailable" not in (old.state, new.state) and new.state != "unknown":
            heard.append((new.attributes["command"], new.attributes["event_type"]))

    async_track_state_change_event(hass, [EVENT], hear)
    return heard


def wake(sim: SimulatedMyBMW) -> None:
    """Let the climate of a car run that is plugged in."""
    status = sim.state(IX.vin)["state"]
    status["climateControlState"] = {"activity": "COOLING"}
    status["electricChargingState"] |= {"chargingStatus": "PLUGGED_IN", "isChargerConnected": True}


def entity(case: Case) -> str:
    """Return the entity that is changed."""
    return f"{case[0]}.{CAR}_{case[2]}"


async def act(hass: HomeAssistant, case: Case = UNLOCK) -> None:
    """Ask for a change."""
    domain, service, _, data, _ = case
    target = {"entity_id": entity(case), **data}
    await hass.services.async_call(domain, service, target, blocking=True)
    await hass.async_block_till_done(wait_background_tasks=True)


async def fail(hass: HomeAssistant, case: Case = UNLOCK) -> None:
    """Ask for a change that fails."""
    with pytest.raises(HomeAssistantError):
        await act(hass, case)
