"""Some field cases in Home Assistant: what an owner sees after each step that expects something."""

from datetime import timedelta
from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.mybmw.const import DOMAIN
from tests.field_cases.replayer import FOLDER, Json, load, matches, message_of, time_of
from tests.ha.support.cardata import I4, entry_of, no_stream, push, recorded
from tests.replay.cardata import SimulatedCarData

EXPECTED: Final[dict[str, dict[str, list[object]]]] = {
    "warning_gone": {"binary_sensor-check_control_messages": ["on", "off"]},
    "charge_interrupted": {
        "sensor-fuel_and_battery.charging_status": ["charging", "waiting_for_charging"],
        "sensor-charging_power": [7.4, 0],
    },
    "electric_car_last_range_only": {
        "sensor-fuel_and_battery.remaining_range_electric": [264],
        "sensor-fuel_and_battery.remaining_range_total": [264],
    },
    "window_invalid_after_open": {"binary_sensor-windows.right_rear": ["on", "unknown"]},
    "odometer_unlabelled_miles": {"sensor-mileage": [{"any": [41250, 41281.3]}]},
    "second_charge_without_phases": {"sensor-charging_power": [9.74, 0, 9.74]},
}
"""The states of entities by platform and key, one for each step that expects something."""

TRAINS: Final = {"ELECTRIC": "BEV", "PLUGIN_HYBRID": "PHEV"}


@pytest.mark.parametrize("name", EXPECTED)
@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_field_case(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    case = load(FOLDER / f"{name}.json")
    freezer.move_to(time_of(moment_of(case["steps"][0])) - timedelta(days=1))
    no_stream(monkeypatch)
    (car,) = recorded("i4_edrive40")
    car.basic_data["driveTrain"], car.telematics = TRAINS[case["train"]], {}
    sim = SimulatedCarData([car])
    entry = entry_of(sim)
    entry.add_to_hass(hass)
    wanted = EXPECTED[name]
    seen: dict[str, list[object]] = {key: [] for key in wanted}
    with sim.router():
        await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
        for step in case["steps"]:
            if "expect" in step:
                for key, states in seen.items():
                    states.append(state_of(hass, key))
                continue
            freezer.move_to(moment_of(step))
            if "stream" in step:
                data = message_of(step)
                push(entry, {"vin": I4, "timestamp": step["stream"], "data": data})
            else:
                sim.cars[I4].telematics = step["rest"]
                await refresh(hass)
            await hass.async_block_till_done(wait_background_tasks=True)
        # Otherwise a request that becomes due after the test would leave this machine
        assert await hass.config_entries.async_unload(entry.entry_id)
    for key, states in seen.items():
        pairs = zip(states, wanted[key], strict=True)
        assert all(matches(found, expected) for found, expected in pairs), (key, states)


def moment_of(step: Json) -> Any:
    """Return when a step happens."""
    return step.get("stream") or step["now"]


def state_of(hass: HomeAssistant, key: str) -> object:
    """Return the state of an entity, as a number if it is one; None if there is no entity."""
    platform, _, attribute = key.partition("-")
    entity = er.async_get(hass).async_get_entity_id(platform, DOMAIN, f"{I4}-{attribute}")
    state = hass.states.get(entity) if entity else None
    if state is None:
        return None
    try:
        return float(state.state)
    except ValueError:
        return state.state


async def refresh(hass: HomeAssistant) -> None:
    """Press the button of the car."""
    entity = er.async_get(hass).async_get_entity_id("button", DOMAIN, f"{I4}-refresh")
    await hass.services.async_call("button", "press", {"entity_id": entity}, blocking=True)
