"""The actions that command a car, and which cars actions can be called for."""

from itertools import product
import json
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol

from custom_components import mybmw
from custom_components.mybmw.const import DOMAIN
from custom_components.mybmw.services import ACTIONS
from tests.ha.conftest import SetUp
from tests.ha.support import IX, PETROL, state
from tests.ha.support.actions import AT_LEAST, NEEDED, act, call, refused
from tests.replay import faults
from tests.replay.faults import Endpoint
from tests.replay.mybmw import SimulatedMyBMW

FOR_A_CAR = [name for name in ACTIONS if name not in ("create_fingerprint", "explain")]
COMMANDS = [*AT_LEAST, "find_vehicle", "flash_lights"]
NONSENSE: list[tuple[str, dict[str, Any]]] = [
    ("set_charging_settings", {"target_soc": 80.5}),
    ("set_charging_settings", {"ac_limit": "much"}),
    ("set_charging_settings", {"target_soc": float("inf")}),
    ("set_charging_profile", {"charging_mode": "never"}),
    ("set_charging_profile", {"window_start": "25:00"}),
    ("set_departure_timer", {"timer": 1, "days": ["someday"]}),
    ("set_departure_timer", {"time": "07:30"}),
    ("send_poi", {"location": "here"}),
    ("get_image", {"view": "from_above"}),
]
TARGET = "number.ix_xdrive50_target_soc"
LIMIT = "select.ix_xdrive50_ac_charging_limit"
MODE = "select.ix_xdrive50_charging_mode"


@pytest.fixture(autouse=True)
def _few_entities(monkeypatch: pytest.MonkeyPatch) -> None:
    """Actions need no entities; those that show their effect are enough."""
    monkeypatch.setattr(mybmw, "PLATFORMS", (Platform.NUMBER, Platform.SELECT, Platform.SWITCH))


def sent(sim: SimulatedMyBMW) -> list[Any]:
    """Return the bodies of the commands that were received."""
    return [item.json for item in sim.calls if item.endpoint is Endpoint.COMMAND]


def timers(sim: SimulatedMyBMW) -> dict[int, Any]:
    """Return the departure times of the car by number."""
    plan = sim.state(IX.vin)["state"]["chargingProfile"]
    return {timer.pop("id"): timer for timer in [dict(item) for item in plan["departureTimes"]]}


async def test_actions_are_there_without_an_account(hass: HomeAssistant) -> None:
    """They are registered once, whatever becomes of accounts."""
    assert await async_setup_component(hass, DOMAIN, {})
    assert hass.services.async_services_for_domain(DOMAIN).keys() == ACTIONS.keys()


async def test_wrong_targets(hass: HomeAssistant, entry: MockConfigEntry, set_up: SetUp) -> None:
    """A device that does not exist, that is another's, no car, unknown, or not loaded."""
    await set_up()
    registry = dr.async_get(hass)
    other = MockConfigEntry(domain="other")
    other.add_to_hass(hass)
    service = {"entry_type": dr.DeviceEntryType.SERVICE}
    made: dict[str, dict[str, Any]] = {
        "service_device_wrong_domain": {"config_entry_id": other.entry_id, "name": "Lamp"},
        "not_a_car": {"config_entry_id": entry.entry_id, "name": "CarData", **service},
        "car_unknown": {"config_entry_id": entry.entry_id, "name": "Old one"},
    }
    targets = {
        key: registry.async_get_or_create(identifiers={(DOMAIN, key)}, **details).id
        for key, details in made.items()
    }
    targets["service_device_not_found"] = "nowhere"
    for action, (key, target) in product(FOR_A_CAR, targets.items()):
        with pytest.raises(ServiceValidationError) as caught:
            await call(hass, action, device_id=target, **NEEDED.get(action, {}))
        assert caught.value.translation_key == key, action
        assert made.get(key, {}).get("name", "nowhere") in str(caught.value)
    await hass.config_entries.async_unload(entry.entry_id)
    assert entry.state is ConfigEntryState.NOT_LOADED
    for action in FOR_A_CAR:
        key, _ = await refused(hass, action, **NEEDED.get(action, {}))
        assert key == "service_config_entry_not_loaded"


async def test_car_is_demanded(hass: HomeAssistant, set_up: SetUp) -> None:
    """An action for a car has to name it."""
    await set_up()
    for action in FOR_A_CAR:
        with pytest.raises(vol.Invalid, match="device_id"):
            await call(hass, action, **NEEDED.get(action, {}))


async def test_read_only(hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp) -> None:
    """Who wants no commands gets none, by actions neither."""
    await set_up(read_only=True)
    sim.clear_calls()
    for action in COMMANDS:
        key, text = await refused(hass, action, **NEEDED.get(action, {}))
        assert key == "read_only"
        assert "driver@example.com" in text
    assert not sim.calls


@pytest.mark.parametrize("cars", [("320i",)])
async def test_car_that_cannot(hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp) -> None:
    """A car without the ability is not asked."""
    await set_up()
    sim.clear_calls()
    for action in ("set_charging_settings", "set_charging_profile", "set_departure_timer"):
        key, text = await refused(hass, action, PETROL.vin, **AT_LEAST[action])
        assert key == "not_offered"
        assert text.startswith("320i ")
    assert not sim.calls


async def test_setting_that_the_car_does_not_offer(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp
) -> None:
    """The other setting is not sent either."""
    sim.state(IX.vin)["capabilities"]["isChargingPowerLimitEnabled"] = False
    await set_up()
    sim.clear_calls()
    key, text = await refused(hass, "set_charging_settings", target_soc=80, ac_limit=16)
    assert key == "not_offered"
    assert text.startswith("iX xDrive50 cannot be asked for this.")
    assert not sim.calls


async def test_destination(hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp) -> None:
    """A destination reaches the car with all that is known of it."""
    await set_up()
    place = {
        "name": "BMW Welt",
        "street": "Am Olympiapark 1",
        "postal_code": "80809",
        "city": "Munich",
        "country": "Germany",
    }
    location = {"latitude": 48.177, "longitude": 11.556, "radius": 100}
    await act(hass, "send_poi", location=location, **place)
    (arrived,) = sim.sent_pois
    assert arrived["title"] == "BMW Welt"
    assert arrived["position"] == {"lat": 48.177, "lng": 11.556}
    assert arrived["formattedAddress"] == "Am Olympiapark 1, 80809, Munich"
    address = {"street": "Am Olympiapark 1", "postalCode": "80809", "city": "Munich"}
    assert arrived["address"].items() >= {**address, "country": "Germany"}.items()


async def test_destination_by_its_location_alone(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp
) -> None:
    """Texts that are empty count as left out."""
    await set_up()
    await act(hass, "send_poi", **AT_LEAST["send_poi"], name="", street="")
    (arrived,) = sim.sent_pois
    assert arrived["title"] == "48.17700, 11.55600"
    assert arrived["formattedAddress"] == "Coordinates only"
    assert arrived["address"]["street"] is None


async def test_destination_off_the_earth(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp
) -> None:
    """What is no place is refused by a message in the user's language."""
    await set_up()
    key, text = await refused(hass, "send_poi", location={"latitude": 91, "longitude": 0})
    assert key == "impossible_place"
    assert "±90" in text
    assert not sim.sent_pois


async def test_charging_settings(hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp) -> None:
    """Both settings at once, and the car reports them afterwards."""
    await set_up()
    sim.clear_calls()
    await act(hass, "set_charging_settings", target_soc=75, ac_limit=12.0)
    assert sent(sim) == [
        {"chargingTarget": 75, "acLimitValue": None},
        {"chargingTarget": None, "acLimitValue": 12},
    ]
    assert (state(hass, TARGET), state(hass, LIMIT)) == ("75.0", "12")


async def test_impossible_charging_settings(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp
) -> None:
    """Nothing is sent, not even the half that would be possible."""
    await set_up()
    sim.clear_calls()
    settings: list[tuple[dict[str, Any], str, str]] = [
        ({}, "nothing_to_change", ""),
        ({"target_soc": 82}, "impossible_target_soc", "steps of 5"),
        ({"target_soc": 0}, "impossible_target_soc", "20 to 100"),
        ({"target_soc": 80, "ac_limit": 17}, "limit_not_offered", "14, 15, 16, 32"),
    ]
    for fields, key, words in settings:
        found, text = await refused(hass, "set_charging_settings", **fields)
        assert found == key
        assert words in text
    assert not sim.calls


async def test_car_without_limits(hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp) -> None:
    """The error reports that nothing is offered."""
    details = sim.charging(IX.vin)
    assert details is not None
    details["chargingSettingsDetail"]["acLimit"]["values"] = []
    await set_up()
    assert (await refused(hass, "set_charging_settings", ac_limit=16))[1].endswith("offers: -")


async def test_fields_that_make_no_sense(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp
) -> None:
    """They are refused before anything is done."""
    await set_up()
    sim.clear_calls()
    for action, fields in NONSENSE:
        with pytest.raises(vol.Invalid):
            await act(hass, action, **fields)
    assert not sim.calls


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_charging_profile(hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp) -> None:
    """What is named changes, everything else stays."""
    await set_up()
    before = timers(sim)
    await act(
        hass,
        "set_charging_profile",
        charging_mode="delayed_charging",
        precondition_climate=True,
        window_start="22:30",
        window_end="06:00:00",
    )
    details = sim.charging(IX.vin)
    assert details is not None
    plan = details["chargeAndClimateTimerDetail"]
    assert plan["chargingMode"] == {
        "type": "TIME_SLOT",
        "chargingPreference": "CHARGING_WINDOW",
        "startTimeSlot": "0001-01-01T22:30:00",
        "endTimeSlot": "0001-01-01T06:00:00",
    }
    assert plan["isPreconditionForDepartureActive"] is True
    assert timers(sim) == before
    assert state(hass, MODE) == "delayed_charging"
    assert state(hass, "switch.ix_xdrive50_preconditioning_at_departure") == "on"
    assert (await refused(hass, "set_charging_profile"))[0] == "nothing_to_change"


async def test_departure_timer(hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp) -> None:
    """One timer changes as far as it was said, the others not at all."""
    await set_up()
    expected = timers(sim)
    changes: list[tuple[int, dict[str, Any], dict[str, Any]]] = [
        (2, {"enabled": True}, {"action": "ACTIVATE"}),
        (1, {"time": "06:45"}, {"timeStamp": {"hour": 6, "minute": 45}}),
        (2, {"days": []}, {"timerWeekDays": []}),
        (
            3,
            {"time": "17:00:00", "days": ["friday", "monday"]},
            {"timeStamp": {"hour": 17, "minute": 0}, "timerWeekDays": ["MONDAY", "FRIDAY"]},
        ),
    ]
    for timer, fields, changed in changes:
        expected[timer] |= changed
        await act(hass, "set_departure_timer", timer=timer, **fields)
        assert timers(sim) == expected


async def test_impossible_departure_timer(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp
) -> None:
    """Nothing is sent."""
    del sim.state(IX.vin)["state"]["chargingProfile"]["departureTimes"][2]["timeStamp"]
    await set_up()
    sim.clear_calls()
    changes: list[tuple[dict[str, Any], str, str]] = [
        ({"timer": 1}, "nothing_to_change", ""),
        ({"timer": 5, "enabled": True}, "timer_unknown", "1, 2, 3, 4"),
        ({"timer": 3, "enabled": True}, "timer_without_time", "3"),
    ]
    for fields, key, words in changes:
        found, text = await refused(hass, "set_departure_timer", **fields)
        assert found == key
        assert words in text
    assert not sim.calls


async def test_car_without_a_plan(hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp) -> None:
    """A plan that the car does not report has no timers."""
    del sim.state(IX.vin)["state"]["chargingProfile"]
    await set_up()
    assert (await refused(hass, "set_departure_timer", timer=1, enabled=True))[1].endswith("has: -")


async def test_found_car(hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp) -> None:
    """The response reports where the car is, and since when that is known."""
    await set_up()
    sim.park(IX.vin, 48.5, 11.5, heading=90)
    found = await act(hass, "find_vehicle")
    times = {found.pop("time"), found.pop("position_time")}
    assert all(time.endswith("+00:00") for time in times)
    assert found == {
        "state": "executed",
        "latitude": 48.5,
        "longitude": 11.5,
        "heading": 90.0,
        "address": "some_formatted_address",
    }


@pytest.mark.parametrize("tracking", [True, False])
async def test_car_that_may_not_be_found(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, tracking: bool
) -> None:
    """Without leave of the car's owner, or of the user, no position is reported."""
    sim.state(IX.vin)["capabilities"]["vehicleFinder"] = not tracking
    await set_up(track_position=tracking)
    found = await act(hass, "find_vehicle")
    assert found["state"] == "executed"
    assert {found["latitude"], found["heading"], found["position_time"]} == {None}


async def test_found_car_whose_address_is_not_known(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp
) -> None:
    """Heading and address of an earlier place are not mixed with the new one."""
    await set_up()
    place = {"status": "OK", "position": {"latitude": 48.5, "longitude": 11.5}}
    sim.fail(Endpoint.EVENT_POSITION, faults.text(json.dumps({"positionData": place}), 200), 1)
    found = await act(hass, "find_vehicle")
    assert (found["latitude"], found["heading"], found["address"]) == (48.5, None, None)


async def test_failed_command(hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp) -> None:
    """What BMW refuses is reported, and is no mistake of the user's."""
    await set_up()
    for action in COMMANDS:
        sim.fail(Endpoint.ANY, faults.blocked(), 1)
        with pytest.raises(HomeAssistantError) as caught:
            await act(hass, action, **NEEDED.get(action, {}))
        assert caught.value.translation_key == "blocked"
        assert not isinstance(caught.value, ServiceValidationError)
