"""The facts of the card: values in the user's unit, texts, and the entities to open."""

import json
from pathlib import Path
from typing import Final
from unittest.mock import ANY

from homeassistant.components.sensor import async_update_suggested_units
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.util.unit_system import METRIC_SYSTEM, US_CUSTOMARY_SYSTEM, UnitSystem
import pytest

from custom_components import mybmw
from custom_components.mybmw.bridge.car import WARNINGS
from custom_components.mybmw.bridge.commands import COMMANDS
from custom_components.mybmw.bridge.facts import FACTS
from custom_components.mybmw.bridge.viewer import ITEMS
from tests.ha.conftest import Elapse, SetUp
from tests.ha.support import IX, LOCK, MILEAGE, PETROL, POLL, SOC, device
from tests.ha.support.card import Open
from tests.replay import faults
from tests.replay.faults import Endpoint
from tests.replay.mybmw import SimulatedMyBMW

CARS: Final = ("ix_xdrive50", "330e", "320i", "x5_50e_us", "mini_cooper_se", "i3_rex")
WHEELS: Final = ("front_left", "front_right", "rear_left", "rear_right")
# Only from other sources, from the journal, or of cars with more doors
ELSEWHERE: Final = {
    *("alarm", "battery_12v", "battery_capacity", "battery_health", "charged_this_month"),
    *(
        "charging_gained",
        "charging_power",
        "convertible_top",
        "departure_2",
        "departure_3",
        "distance_this_month",
    ),
    *("electric_share", "fuel_consumption", "last_charge", "last_trip", "lights"),
}


@pytest.fixture
def cars(request: pytest.FixtureRequest) -> tuple[str, ...]:
    return getattr(request, "param", ("ix_xdrive50",))


def shown(hass: HomeAssistant, entity_id: str) -> tuple[float, str | None]:
    state = hass.states.get(entity_id)
    assert state is not None, entity_id
    return float(state.state), state.attributes.get("unit_of_measurement")


def test_names_are_those_of_the_contract() -> None:
    names = [fact.name for fact in FACTS]
    assert len(set(names)) == len(names)
    sides = {
        f"{part}_{side}" for part in ("door", "window", "tyre", "tyre_target") for side in WHEELS
    }
    assert sides < set(names)
    for fact in FACTS:
        assert {*fact.places, *fact.opens} <= ITEMS.keys()


@pytest.mark.parametrize("language", ["en", "de"])
def test_texts_are_there(language: str) -> None:
    """Every command, warning and state has its text."""
    file = Path(mybmw.__file__).parent / "translations" / f"{language}.json"
    texts = json.loads(file.read_text("utf-8"))["common"]
    kinds = ("loading", "no_data", "not_allowed", "secondary_user", "stale", "unavailable")
    needed = {
        *(f"command_{name}" for name in COMMANDS),
        *(f"warning_{warned.name}" for warned in WARNINGS),
        *(f"{part}_{kind}" for part in ("state", "action") for kind in kinds),
        *("fact_position", "fact_charging_gained", "place_away"),
    }
    assert needed <= texts.keys()


@pytest.mark.parametrize("cars", [CARS], indirect=True, ids=["all"])
@pytest.mark.usefixtures("entity_registry_enabled_by_default")
@pytest.mark.parametrize("units", [METRIC_SYSTEM, US_CUSTOMARY_SYSTEM], ids=["metric", "imperial"])
async def test_numbers_are_those_of_the_entities(
    hass: HomeAssistant, set_up: SetUp, open_card: Open, units: UnitSystem
) -> None:
    """Every number of every car, with its unit and decimals, is what Home Assistant shows."""
    hass.config.units = units
    entry = await set_up()
    card, registry = await open_card(), er.async_get(hass)
    seen: set[str] = set()
    for found in dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id):
        if found.entry_type is not None:
            continue
        first = await card.subscribe(device_id=found.id)
        seen |= first["facts"].keys()
        for name, fact in first["facts"].items():
            entity_id = fact["entity_id"]
            if not isinstance(fact["value"], int | float) or not entity_id.startswith("sensor."):
                continue
            if isinstance(fact["value"], bool):
                continue
            assert (fact["value"], fact["unit"]) == pytest.approx(shown(hass, entity_id)), name
            options: dict[str, int] = registry.entities[entity_id].options.get("sensor", {})
            assert fact["precision"] == options.get("suggested_display_precision"), name
        await card.unsubscribe()
    assert seen | ELSEWHERE >= {fact.name for fact in FACTS}


async def test_disabled_entities_have_a_value_and_nothing_to_open(
    hass: HomeAssistant, set_up: SetUp, open_card: Open
) -> None:
    hass.config.units = US_CUSTOMARY_SYSTEM
    await set_up()
    card = await open_card()
    await card.subscribe()
    tyre, door = card.shown["facts"]["tyre_front_left"], card.shown["facts"]["door_front_left"]
    assert (tyre["value"], tyre["unit"], tyre["precision"]) == (
        pytest.approx(248 * 0.1450377, abs=1e-3),
        "psi",
        2,
    )
    assert (tyre["entity_id"], door["entity_id"]) == (None, None)
    assert (door["value"], door["text"], door["name"]) == (False, "Closed", "Front left door")


async def test_units_and_decimals_of_the_user(
    hass: HomeAssistant, set_up: SetUp, open_card: Open
) -> None:
    """What the user has set for an entity goes for the card too, at once."""
    await set_up()
    card = await open_card()
    await card.subscribe()
    assert card.fact("mileage") == (58214, "km", None)
    er.async_get(hass).async_update_entity_options(
        MILEAGE, "sensor", {"unit_of_measurement": "mi", "display_precision": 2}
    )
    event = await card.next()
    assert event == {"facts": {"mileage": card.shown["facts"]["mileage"]}}
    value, unit, _ = card.fact("mileage")
    assert (value, unit) == (pytest.approx(58214 / 1.609344, abs=1e-3), "mi")
    assert card.shown["facts"]["mileage"]["precision"] == 2


async def test_another_unit_system(hass: HomeAssistant, set_up: SetUp, open_card: Open) -> None:
    await set_up()
    card = await open_card()
    await card.subscribe()
    assert card.fact("tyre_front_left")[:2] == (pytest.approx(2.48), "bar")
    await hass.config.async_update(unit_system="us_customary")
    async_update_suggested_units(hass)
    await hass.async_block_till_done()
    await card.pass_second()
    while card.shown["facts"]["tyre_front_left"]["unit"] == "bar":
        await card.next()
    assert card.fact("tyre_front_left")[1] == "psi"
    assert card.fact("mileage")[1] == "mi"


async def test_texts_follow_the_language(
    hass: HomeAssistant, set_up: SetUp, open_card: Open
) -> None:
    """Names, states and the card's own texts; a language that is not known is Home Assistant's."""
    await set_up()
    card = await open_card()
    german = await card.subscribe(language="de")
    assert german["facts"]["locked"]["text"] == "Verriegelt"
    assert german["facts"]["charging_state"]["text"] == "Ladeziel erreicht"
    assert german["commands"]["lock"]["label"] == "Verriegeln"
    assert german["services"][0]["text"] == "Hauptuntersuchung"
    other = await open_card()
    for language in ("../de", "xx", "tlh"):
        english = await other.subscribe(language=language)
        assert english["facts"]["locked"]["text"] == "Locked"
        assert english["texts"].keys() == german["texts"].keys()
        assert all(text and len(text) <= 500 for text in english["texts"].values())
        await other.unsubscribe()


async def test_kinds_of_values(hass: HomeAssistant, set_up: SetUp, open_card: Open) -> None:
    await set_up()
    card = await open_card()
    first = await card.subscribe()
    assert card.fact("locked") == (True, None, "Locked")
    assert first["facts"]["locked"]["entity_id"] == LOCK
    assert card.fact("charge_level") == (90, "%", None)
    assert first["facts"]["charge_target"]["entity_id"] == "number.ix_xdrive50_target_soc"
    assert card.fact("climate_active") == (True, None, "Heating")
    assert card.fact("departure_1") == ("07:20", None, "Monday, Wednesday, Friday")
    assert card.fact("next_service_date") == ("2026-12-01", None, None)
    assert card.fact("tyre_state")[0] is True
    position = first["facts"]["position"]
    assert (position["value"], position["text"]) == ("not_home", "Away")
    assert (position["latitude"], position["longitude"]) == (52.309456, 4.762284)
    assert position["name"] == "Location"
    for fact in first["facts"].values():
        assert fact["at"].endswith("+00:00")
        assert fact["stale"] is False
        assert fact["reason"] is None


async def test_position_in_a_zone(hass: HomeAssistant, set_up: SetUp, open_card: Open) -> None:
    here = {"latitude": 52.309456, "longitude": 4.762284, "radius": 100}
    hass.states.async_set("zone.work", "0", {**here, "friendly_name": "Work", "passive": False})
    await set_up()
    card = await open_card()
    await card.subscribe()
    assert card.fact("position") == ("Work", None, "Work")
    state = hass.states.get("device_tracker.ix_xdrive50")
    assert state is not None
    assert state.state == "Work"


async def test_no_position_that_is_not_tracked(
    hass: HomeAssistant, set_up: SetUp, open_card: Open
) -> None:
    entry = await set_up(track_position=False)
    card = await open_card()
    first = await card.subscribe()
    assert "position" not in first["facts"]
    assert first.get("reach") is None
    assert "52.309" not in str(first)
    assert entry.options == {"track_position": False}


async def test_renamed_and_disabled_later(
    hass: HomeAssistant, set_up: SetUp, open_card: Open
) -> None:
    """Entities are found by what they are; the name that a user gives is shown."""
    await set_up()
    card, registry = await open_card(), er.async_get(hass)
    await card.subscribe()
    registry.async_update_entity(SOC, new_entity_id="sensor.juice", name="Juice")
    await card.next()
    level = card.shown["facts"]["charge_level"]
    assert (level["entity_id"], level["name"], level["value"]) == ("sensor.juice", "Juice", 90)
    await card.pass_second()
    registry.async_update_entity("sensor.juice", disabled_by=er.RegistryEntryDisabler.USER)
    await card.next()
    level = card.shown["facts"]["charge_level"]
    assert (level["entity_id"], level["value"]) == (None, 90)


async def test_device_renamed(hass: HomeAssistant, set_up: SetUp, open_card: Open) -> None:
    entry = await set_up()
    card, found = await open_card(), device(hass, entry, IX)
    assert found is not None
    assert (await card.subscribe(device_id=found.id))["name"] == "iX xDrive50"
    dr.async_get(hass).async_update_device(found.id, name_by_user="Family car")
    assert await card.next() == {
        "name": "Family car",
        "cars": [{"device_id": found.id, "name": "Family car"}],
    }


@pytest.mark.parametrize("cars", [("ix_xdrive50", "320i")], indirect=True, ids=["two"])
async def test_several_cars(hass: HomeAssistant, set_up: SetUp, open_card: Open) -> None:
    entry = await set_up()
    card, petrol = await open_card(), device(hass, entry, PETROL)
    assert petrol is not None
    first = await card.subscribe(device_id=petrol.id)
    assert (first["name"], first["drive"], first["body"]) == ("320i", "combustion", "saloon")
    assert "charge_level" not in first["facts"]
    assert first["facts"]["fuel_level"]["value"] == 31
    assert sorted(item["name"] for item in first["cars"]) == ["320i", "iX xDrive50"]
    other = await open_card()
    listed = {item["name"]: item for item in await other.ask("cars")}
    assert listed["iX xDrive50"]["entities"]["charge_level"] == SOC
    assert listed["iX xDrive50"]["has"] == dict.fromkeys(
        ("journal", "position", "climate", "tyres", "service"), True
    )
    assert listed["320i"]["drive"] == "combustion"


async def test_no_journal(hass: HomeAssistant, set_up: SetUp, open_card: Open) -> None:
    await set_up(journal={"keep": False})
    card = await open_card()
    first = await card.subscribe()
    assert first["facts"].keys().isdisjoint({"last_trip", "moving", "predicted_charge_level"})
    other = await open_card()
    (listed,) = await other.ask("cars")
    assert listed["has"]["journal"] is False


async def test_values_of_a_lost_source_are_marked(
    hass: HomeAssistant, set_up: SetUp, open_card: Open, sim: SimulatedMyBMW, elapse: Elapse
) -> None:
    """The last values stay, marked as old; the state says what is wrong and what to do."""
    await set_up()
    card = await open_card()
    await card.subscribe()
    assert card.shown["state"] == {"kind": "ok", "text": None, "action": None}
    sim.fail(Endpoint.STATE, faults.server_error())
    await elapse(POLL)
    while card.shown["state"]["kind"] == "ok":
        await card.next()
    assert card.shown["facts"]["charge_level"]["value"] == 90
    assert card.shown["facts"]["charge_level"]["stale"] is True
    assert card.shown["state"]["kind"] == "unavailable"
    assert card.shown["state"]["text"]
    assert card.shown["state"]["action"] == card.shown["texts"]["action_unavailable"]
    assert card.shown["commands"] == dict.fromkeys(card.shown["commands"]) | {"refresh": ANY}
    sim.heal()
    await elapse(POLL)
    while card.shown["state"]["kind"] != "ok":
        await card.next()
    assert card.shown["facts"]["charge_level"]["stale"] is False
    assert card.shown["commands"]["lock"]["entity_id"] == LOCK
