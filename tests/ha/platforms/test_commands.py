"""Commands: from the service call to the wire, and back to the state."""

import asyncio
from datetime import timedelta
from typing import Any

from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers.event import async_track_state_change_event
import pytest

from tests.ha.conftest import Elapse, SetUp
from tests.replay import faults
from tests.replay.faults import Endpoint, Fault
from tests.replay.fingerprints import bundled, load
from tests.replay.mybmw import SimulatedMyBMW

VIN = load(bundled()["ix_xdrive50"])[0].vin
CAR = "ix_xdrive50"

type Case = tuple[str, str, str, dict[str, Any]]


async def act(
    hass: HomeAssistant, domain: str, service: str, name: str, data: dict[str, Any] | None = None
) -> None:
    """Call a service on one entity of the car."""
    target = {"entity_id": f"{domain}.{CAR}_{name}"}
    await hass.services.async_call(domain, service, {**target, **(data or {})}, blocking=True)
    await hass.async_block_till_done(wait_background_tasks=True)


def state(hass: HomeAssistant, entity: str) -> str:
    """Return a state of the car's entity."""
    domain, _, name = entity.partition(".")
    found = hass.states.get(f"{domain}.{CAR}_{name}")
    assert found is not None, entity
    return found.state


def sent(sim: SimulatedMyBMW) -> list[tuple[str, dict[str, str], Any]]:
    """Return the commands that the service received: path, query, body."""
    return [
        (call.path, dict(call.params), call.json)
        for call in sim.calls
        if call.endpoint in (Endpoint.COMMAND, Endpoint.POI)
    ]


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("flash_lights", "light-flash"),
        ("sound_horn", "horn-blow"),
        ("find_vehicle", "vehicle-finder"),
        ("activate_air_conditioning", "climate-now"),
        ("deactivate_air_conditioning", "climate-now"),
    ],
)
async def test_button(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, name: str, path: str
) -> None:
    """A press reaches the service."""
    await set_up()
    sim.clear_calls()
    await act(hass, "button", "press", name)
    assert [item[0].rpartition("/")[2] for item in sent(sim)] == [path]


async def test_lock_shows_its_progress(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp
) -> None:
    """Unlocking, unlocked, locking, locked: each only when it is so."""
    await set_up()
    seen: list[str] = []

    @callback
    def note(event: Event[EventStateChangedData]) -> None:
        new = event.data["new_state"]
        assert new is not None
        seen.append(new.state)

    async_track_state_change_event(hass, [f"lock.{CAR}_lock"], note)
    await act(hass, "lock", "unlock", "lock")
    await act(hass, "lock", "lock", "lock")
    assert seen == ["unlocking", "unlocked", "locking", "locked"]
    assert state(hass, "binary_sensor.door_lock_state") == "off"


async def test_failed_lock_shows_the_truth(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp
) -> None:
    """When the car refuses, the error says why and the lock shows what the car last said."""
    await set_up()
    sim.next_outcome("PENDING", "ERROR")
    with pytest.raises(HomeAssistantError) as caught:
        await act(hass, "lock", "unlock", "lock")
    assert caught.value.translation_key == "command_failed"
    assert state(hass, "lock.lock") == "locked"


@pytest.mark.parametrize(
    ("case", "entity", "expected", "path", "body"),
    [
        (
            ("number", "set_value", "target_soc", {"value": 80}),
            "number.target_soc",
            "80.0",
            "charging-settings",
            {"chargingTarget": 80, "acLimitValue": None},
        ),
        (
            ("select", "select_option", "ac_charging_limit", {"option": "10"}),
            "select.ac_charging_limit",
            "10",
            "charging-settings",
            {"chargingTarget": None, "acLimitValue": 10},
        ),
        (
            ("switch", "turn_off", "climate", {}),
            "switch.climate",
            "off",
            "climate-now",
            {},
        ),
        (
            ("select", "select_option", "charging_mode", {"option": "delayed_charging"}),
            "select.charging_mode",
            "delayed_charging",
            "charging-profile",
            None,
        ),
        (
            ("switch", "turn_on", "preconditioning_at_departure", {}),
            "switch.preconditioning_at_departure",
            "on",
            "charging-profile",
            None,
        ),
    ],
)
async def test_setting_is_confirmed_by_the_car(
    hass: HomeAssistant,
    sim: SimulatedMyBMW,
    set_up: SetUp,
    case: Case,
    entity: str,
    expected: str,
    path: str,
    body: dict[str, Any] | None,
) -> None:
    """What was set is what the car reports afterwards."""
    await set_up()
    sim.clear_calls()
    domain, service, name, data = case
    await act(hass, domain, service, name, data)
    assert state(hass, entity) == expected
    ((called, _params, received),) = sent(sim)
    assert called.rpartition("/")[2] == path
    assert body is None or received == body


async def test_climate_switch_follows_the_car(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, elapse: Elapse
) -> None:
    """Pitfall 16: whatever runs is on, and can be switched off."""
    await set_up()
    climate = sim.state(VIN)["state"]["climateControlState"]
    for activity, shown in (("VENTILATION", "on"), ("INACTIVE", "off"), ("COOLING", "on")):
        climate["activity"] = activity
        sim.touch(VIN)
        await elapse(timedelta(minutes=6))
        assert state(hass, "switch.climate") == shown
    await act(hass, "switch", "turn_off", "climate")
    assert state(hass, "switch.climate") == "off"


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_charging_is_stopped_and_started(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, elapse: Elapse
) -> None:
    """The switch follows the car."""
    electric = sim.state(VIN)["state"]["electricChargingState"]
    electric |= {"chargingStatus": "CHARGING", "isChargerConnected": True}
    await set_up()
    assert state(hass, "switch.charging") == "on"
    await act(hass, "switch", "turn_off", "charging")
    assert state(hass, "switch.charging") == "off"
    assert state(hass, "sensor.charging_status") == "plugged_in"
    await act(hass, "switch", "turn_on", "charging")
    assert state(hass, "binary_sensor.charging_status") == "on"


async def test_command_that_makes_no_sense_now(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp
) -> None:
    """An unplugged car is not asked to charge; the user is notified why."""
    electric = sim.state(VIN)["state"]["electricChargingState"]
    electric |= {"chargingStatus": "INVALID", "isChargerConnected": False}
    await set_up()
    sim.clear_calls()
    with pytest.raises(HomeAssistantError) as caught:
        await act(hass, "switch", "turn_on", "charging")
    assert caught.value.translation_key == "not_plugged_in"
    assert not sim.calls


@pytest.mark.parametrize(
    ("fault", "key", "shown"),
    [
        (faults.server_error(), "api_error", "unknown"),
        (faults.blocked(), "blocked", "90.0"),
        (faults.quota(), "quota", "90.0"),
        (faults.no_network(), "cannot_connect", "90.0"),
        (faults.broken_json(), "bad_answer", "unknown"),
    ],
)
async def test_failure_is_a_translated_error(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, fault: Fault, key: str, shown: str
) -> None:
    """Whatever goes wrong is a translated error; the state stays unless BMW may have accepted."""
    await set_up()
    sim.fail(Endpoint.COMMAND, fault)
    with pytest.raises(HomeAssistantError) as caught:
        await act(hass, "number", "set_value", "target_soc", {"value": 50})
    assert caught.value.translation_key == key
    assert state(hass, "number.target_soc") == shown


async def test_no_final_word(hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp) -> None:
    """After four minutes without a result the command is given up."""
    await set_up()
    sim.next_outcome(*["PENDING"] * 100)
    with pytest.raises(HomeAssistantError) as caught:
        await act(hass, "button", "press", "flash_lights")
    assert caught.value.translation_key == "command_timeout"


@pytest.mark.parametrize("value", [22, 81])
async def test_impossible_target(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, value: int
) -> None:
    """A value that no car takes is refused before anything is sent."""
    await set_up()
    sim.clear_calls()
    with pytest.raises(ServiceValidationError) as caught:
        await act(hass, "number", "set_value", "target_soc", {"value": value})
    assert caught.value.translation_key == "impossible_target_soc"
    assert not sim.calls


@pytest.mark.parametrize(
    ("message", "latitude", "longitude", "address"),
    [
        ("48.177, 11.556", 48.177, 11.556, "Coordinates only"),
        ("Marienplatz 8 48.137,11.575", 48.137, 11.575, "Marienplatz 8"),
        ("Open 24/7: 52.52, 13.405", 52.52, 13.405, "Open 24/7:"),
        ("geo:48.177,11.556?z=19", 48.177, 11.556, "Coordinates only"),
        ("Am Olympiapark 1, München (48.177 11.556)", 48.177, 11.556, "Am Olympiapark 1, München"),
        ("-33.8568, 151.2153", -33.8568, 151.2153, "Coordinates only"),
    ],
)
async def test_destination_is_sent(
    hass: HomeAssistant,
    sim: SimulatedMyBMW,
    set_up: SetUp,
    message: str,
    latitude: float,
    longitude: float,
    address: str,
) -> None:
    """The message names the place, the title is its name."""
    await set_up()
    data = {"message": message, "title": "Olympic park"}
    await act(hass, "notify", "send_message", "send_destination", data)
    (place,) = sim.sent_pois
    assert place["title"] == "Olympic park"
    assert place["position"] == {"lat": latitude, "lng": longitude}
    assert place["formattedAddress"] == address


@pytest.mark.parametrize(
    "message", ["somewhere nice", "91.0, 11.5", "48.1", "48,137 11,575", " " * 6000]
)
async def test_destination_without_a_place(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, message: str
) -> None:
    """A message without a place on earth is refused."""
    await set_up()
    with pytest.raises(ServiceValidationError) as caught:
        await act(hass, "notify", "send_message", "send_destination", {"message": message})
    assert caught.value.translation_key == ("impossible_place" if "91" in message else "no_place")
    assert not sim.sent_pois


async def test_found_car_moves_on_the_map(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, elapse: Elapse
) -> None:
    """The finder's position is shown until the car itself reports a newer one."""
    await set_up()
    sim.park(VIN, 48.5, 11.5, heading=90)
    await act(hass, "button", "press", "find_vehicle")
    tracker = hass.states.get(f"device_tracker.{CAR}")
    assert tracker is not None
    assert (tracker.attributes["latitude"], tracker.attributes["longitude"]) == (48.5, 11.5)
    await elapse(timedelta(minutes=6))
    sim.state(VIN)["state"]["location"]["coordinates"] = {"latitude": 49.0, "longitude": 12.0}
    sim.touch(VIN)
    await elapse(timedelta(minutes=6))
    tracker = hass.states.get(f"device_tracker.{CAR}")
    assert tracker is not None
    assert tracker.attributes["latitude"] == 49.0


async def test_read_only_has_no_commands(hass: HomeAssistant, set_up: SetUp) -> None:
    """With the option set, nothing can be sent."""
    await set_up(read_only=True)
    for domain in ("button", "lock", "number", "select", "switch", "notify"):
        left = [state.entity_id for state in hass.states.async_all(domain)]
        assert left == (["button.ix_xdrive50_refresh"] if domain == "button" else [])
    assert hass.states.get(f"sensor.{CAR}_mileage") is not None


async def test_no_capability_no_command(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp
) -> None:
    """Pitfall 24: what BMW does not allow has no entity, the finder excepted."""
    sim.state(VIN)["capabilities"] = {}
    del sim.state(VIN)["state"]["climateControlState"]
    await set_up()
    made = {
        state.entity_id
        for domain in ("button", "lock", "number", "select", "switch", "notify")
        for state in hass.states.async_all(domain)
    }
    assert made == {f"button.{CAR}_find_vehicle", f"button.{CAR}_refresh"}


async def test_revoked_capability_hides_the_command(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, elapse: Elapse
) -> None:
    """When the car can no longer be asked, its button is unavailable."""
    await set_up()
    sim.state(VIN)["capabilities"]["horn"] = False
    await elapse(timedelta(minutes=6))
    assert state(hass, "button.sound_horn") == "unavailable"
    assert state(hass, "button.flash_lights") != "unavailable"


async def test_unload_ends_a_running_command(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A command under way when the entry is unloaded leaves nothing behind."""
    entry = await set_up()
    sim.next_outcome(*["PENDING"] * 3, "EXECUTED")
    task = hass.async_create_task(act(hass, "lock", "unlock", "lock"))
    await asyncio.sleep(0)
    assert await hass.config_entries.async_unload(entry.entry_id)
    await task
