"""Who gets what of a car, when, and what is left when no card is open any more."""

from collections.abc import Callable
from datetime import timedelta
import json
from typing import Any, Final

from homeassistant.auth.permissions.types import PolicyType
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import EVENT_CORE_CONFIG_UPDATE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser

from custom_components.mybmw.bridge.words import bounded
from custom_components.mybmw.client import Vehicle, attributes as car
from custom_components.mybmw.client.core.values import CheckControlMessage, ServiceItem, Severity
from custom_components.mybmw.const import DOMAIN
from tests.ha.conftest import Elapse, SetUp
from tests.ha.support import IX, LOCK, MILEAGE, PETROL, SOC, device
from tests.ha.support.card import Open
from tests.ha.support.cardata import entry_of, no_stream, recorded
from tests.replay.cardata import SimulatedCarData
from tests.replay.mybmw import SimulatedMyBMW

LATE: Final = timedelta(hours=1)
HOSTILE: Final = {
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "template": "{{ states('sun.sun') }} {% raw %}",
    "long": "x" * 10_000,
    "emoji": "🚗👨‍👩‍👧" * 5,
    "right_to_left": "\u202eمرحبا\u202c",
    "controls": "a\x00b\x1b[31mc",
}
"""Texts that a server, or a driver, may have chosen."""

type Token = Callable[[PolicyType], Any]


@pytest.fixture
def cars(request: pytest.FixtureRequest) -> tuple[str, ...]:
    return getattr(request, "param", ("ix_xdrive50",))


@pytest.fixture
def token(
    hass: HomeAssistant, hass_read_only_user: MockUser, hass_read_only_access_token: str
) -> Callable[[dict[str, Any]], str]:
    """Return the token of a user who may do this only."""

    def make(entities: dict[str, Any]) -> str:
        hass_read_only_user.mock_policy({"entities": entities})
        return hass_read_only_access_token

    return make


def vehicle_of(entry: MockConfigEntry) -> Vehicle:
    found: Vehicle = entry.runtime_data.vehicles[IX.vin]
    return found


def push(entry: MockConfigEntry, *readings: car.AnyReading) -> None:
    """Let values come as a car sends them."""
    entry.runtime_data.async_push({IX.vin: readings})


def level(entry: MockConfigEntry, value: float) -> car.AnyReading:
    """Return a state of charge that is newer than the one before."""
    before = vehicle_of(entry)[car.STATE_OF_CHARGE]
    assert before is not None
    return car.STATE_OF_CHARGE.at(value, before.time + timedelta(seconds=1), before.source)


def listeners(hass: HomeAssistant, entry: MockConfigEntry) -> tuple[Any, ...]:
    """Return how many listen to all that a card may need."""
    coordinator, bus = entry.runtime_data, hass.bus.async_listeners()
    events = (er.EVENT_ENTITY_REGISTRY_UPDATED, dr.EVENT_DEVICE_REGISTRY_UPDATED)
    return (
        len(list(coordinator.data._changed)),
        len(coordinator._listeners),
        len(coordinator._dispatcher._of_car[IX.vin]),
        *(bus.get(event) for event in (*events, EVENT_CORE_CONFIG_UPDATE)),
    )


async def test_only_what_the_user_may_read(
    hass: HomeAssistant, set_up: SetUp, open_card: Open, token: Callable[[dict[str, Any]], str]
) -> None:
    """A user of one entity gets that, and the car's name; nothing that another one shows."""
    await set_up()
    card = await open_card(token({"entity_ids": {MILEAGE: {"read": True}}}))
    first = await card.subscribe()
    assert first["facts"].keys() == {"mileage"}
    assert first["facts"]["mileage"]["value"] == 58214
    assert first["name"] == "iX xDrive50"
    empty = ("commands", "warnings", "services", "check_control")
    assert all(not first[part] for part in empty)
    unknown = ("picture", "reported_at", "asleep", "command_state", "reach")
    assert [first[part] for part in unknown] == [None] * len(unknown)
    other = await open_card(token({"entity_ids": {MILEAGE: {"read": True}}}))
    (listed,) = await other.ask("cars")
    assert listed["entities"] == {"mileage": MILEAGE}
    assert await other.ask("why", device_id=first["device_id"], fact="charge_level") == "not_found"
    history = await other.ask("history", device_id=first["device_id"], month="2026-11")
    assert (history["trips"], history["charges"], history["battery"]) == ([], [], [])


async def test_reading_is_not_commanding(
    hass: HomeAssistant, set_up: SetUp, open_card: Open, token: Callable[[dict[str, Any]], str]
) -> None:
    await set_up()
    card = await open_card(token({"all": {"read": True}}))
    first = await card.subscribe()
    assert first["facts"]["locked"]["value"] is True
    assert first["commands"] == {}
    control = {"all": {"read": True}, "entity_ids": {LOCK: {"control": True, "read": True}}}
    other = await open_card(token(control))
    first = await other.subscribe()
    assert first["commands"].keys() == {"lock", "unlock"}
    assert first["commands"]["unlock"]["confirm"] == "hold"
    assert first["commands"]["unlock"]["data"] == {"entity_id": LOCK}


async def test_no_car_for_others(
    hass: HomeAssistant, set_up: SetUp, open_card: Open, token: Callable[[dict[str, Any]], str]
) -> None:
    """Who may read nothing of a car does not learn that there is one."""
    entry = await set_up()
    found = device(hass, entry, IX)
    assert found is not None
    card = await open_card(token({"domains": {"light": True}}))
    assert await card.ask("cars") == []
    assert await card.ask("subscribe") == "not_found"
    assert await card.ask("subscribe", device_id=found.id) == "not_found"
    assert await card.ask("subscribe", device_id="x" * 65) == "invalid_format"


async def test_commands_are_actions_that_work(
    hass: HomeAssistant, set_up: SetUp, open_card: Open, sim: SimulatedMyBMW, elapse: Elapse
) -> None:
    """Each has its kind of confirmation; its outcome is shown for some minutes."""
    await set_up()
    card = await open_card()
    first = await card.subscribe()
    confirm = {name: item["confirm"] for name, item in first["commands"].items()}
    assert confirm == {
        **dict.fromkeys(("lock", "climate_start", "climate_stop", "finder", "refresh"), "none"),
        **dict.fromkeys(("charge_start", "charge_stop"), "none"),
        "unlock": "hold",
        **dict.fromkeys(("horn", "lights"), "dialog"),
    }
    command = first["commands"]["unlock"]
    await hass.services.async_call(
        command["domain"], command["service"], command["data"], blocking=True
    )
    await card.pass_second()
    while card.shown["command_state"] is None or card.shown["command_state"]["state"] == "pending":
        await card.next()
    assert card.shown["command_state"]["name"] == "unlock"
    assert card.shown["command_state"]["state"] == "executed"
    assert card.shown["command_state"]["text"] in ("Carried out", "Confirmed by the car")
    await elapse(timedelta(minutes=6))
    while card.shown["command_state"] is not None:
        await card.next()


async def test_read_only_account(hass: HomeAssistant, set_up: SetUp, open_card: Open) -> None:
    await set_up(read_only=True)
    card = await open_card()
    assert (await card.subscribe())["commands"].keys() == {"refresh"}


def test_half_a_character() -> None:
    """What no browser could read is replaced."""
    assert bounded("a\ud800b") == "a?b"


@pytest.mark.parametrize("name", HOSTILE)
async def test_hostile_texts(
    hass: HomeAssistant, set_up: SetUp, open_card: Open, name: str
) -> None:
    """What a server or a driver has chosen arrives as it is, but bounded and printable."""
    text = HOSTILE[name]
    entry = await set_up()
    now = vehicle_of(entry)[car.MILEAGE]
    assert now is not None
    later, source = now.time + LATE, now.source
    found = device(hass, entry, IX)
    assert found is not None
    dr.async_get(hass).async_update_device(found.id, name_by_user=text)
    er.async_get(hass).async_update_entity(SOC, name=text)
    push(
        entry,
        car.MODEL.at(text, later, source),
        car.CHECK_CONTROL.at(
            tuple(CheckControlMessage("OTHER", Severity.HIGH, text) for _ in range(500)),
            later,
            source,
        ),
        car.SERVICES.at(
            tuple(ServiceItem(f"NEW_{number}", None, description=text) for number in range(500)),
            later,
            source,
        ),
    )
    card = await open_card()
    first = await card.subscribe()
    shown = [
        first["name"],
        first["model"],
        first["facts"]["charge_level"]["name"],
        *(item["text"] for part in ("warnings", "services") for item in first[part]),
        *(item["text"] for item in first["check_control"]),
    ]
    assert set(shown) == {text[:500].replace("\x00", " ").replace("\x1b", " ")}
    assert all(len(first[part]) <= 50 for part in ("warnings", "services", "check_control"))
    assert len(json.dumps(first)) < 250_000


async def test_changes_are_partial_and_coalesced(
    hass: HomeAssistant, set_up: SetUp, open_card: Open
) -> None:
    """The first change comes at once; a hundred more within a second come as one."""
    entry = await set_up()
    card = await open_card()
    await card.subscribe()
    push(entry, level(entry, 50))
    event = await card.next()
    assert event.keys() == {"facts"}
    assert event["facts"]["charge_level"]["value"] == 50
    assert event["facts"].keys() <= {"charge_level", "predicted_charge_level"}
    for number in range(51, 90):
        push(entry, level(entry, number))
        await hass.async_block_till_done()
    await card.pass_second()
    event = await card.next()
    assert event["facts"]["charge_level"]["value"] == 89
    await card.pass_second()
    push(entry, level(entry, 89))  # the same value
    push(entry, level(entry, 20))
    event = await card.next()
    assert event["facts"]["charge_level"]["value"] == 20
    assert len(card.events) == 4


async def test_what_is_gone(hass: HomeAssistant, set_up: SetUp, open_card: Open) -> None:
    """A fact without a value any more is null."""
    entry = await set_up()
    card = await open_card()
    first = await card.subscribe()
    assert first["facts"]["climate_active"]["value"] is True
    held = vehicle_of(entry)[car.CLIMATE_ACTIVITY]
    assert held is not None
    push(entry, car.CLIMATE_ACTIVITY.ended(held.time + LATE, held.source))
    assert (await card.next())["facts"] == {"climate_active": None}
    other = await open_card()
    assert "climate_active" not in (await other.subscribe())["facts"]


async def test_nothing_is_left_behind(hass: HomeAssistant, set_up: SetUp, open_card: Open) -> None:
    """Nothing listens and no timer runs before the first card and after the last one."""
    entry = await set_up()
    before = listeners(hass, entry)
    card, other = await open_card(), await open_card()
    await card.subscribe()
    during = listeners(hass, entry)
    assert during != before
    await other.subscribe(language="de")
    await other.subscribe(language="de")
    assert listeners(hass, entry) == during, "cards of one car share what listens"
    push(entry, level(entry, 50))
    await card.next()
    await card.unsubscribe()
    assert listeners(hass, entry) == during
    await other.client.close()
    await hass.async_block_till_done()
    assert listeners(hass, entry) == before
    assert hass.data[f"{DOMAIN}_feeds"] == {}


async def test_bound_of_subscriptions(hass: HomeAssistant, set_up: SetUp, open_card: Open) -> None:
    await set_up()
    card = await open_card()
    for _ in range(64):
        await card.subscribe()
    assert await card.ask("subscribe") == "too_many"
    await card.unsubscribe()
    await card.subscribe()


async def test_reload_and_restart(hass: HomeAssistant, set_up: SetUp, open_card: Open) -> None:
    """A card stays while its account is loaded again, and works with it afterwards."""
    entry = await set_up()
    card = await open_card()
    await card.subscribe()
    assert await hass.config_entries.async_unload(entry.entry_id)
    await hass.async_block_till_done()
    await card.pass_second()
    while card.shown["state"]["kind"] == "ok":
        await card.next()
    assert card.shown["state"]["kind"] in ("loading", "unavailable")
    assert card.shown["facts"]["charge_level"]["value"] == 90
    assert not any(card.shown["commands"].values())
    await card.pass_second()
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    await card.pass_second()
    while card.shown["state"]["kind"] != "ok":
        await card.next()
    await card.pass_second()
    push(entry, level(entry, 50))
    while card.shown["facts"]["charge_level"]["value"] != 50:
        await card.next()
    assert card.shown["commands"]["lock"]


async def test_before_the_account_is_loaded(
    hass: HomeAssistant, set_up: SetUp, open_card: Open, entry: MockConfigEntry
) -> None:
    """A browser may be faster than the account after a restart."""
    await set_up()
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert entry.state is ConfigEntryState.NOT_LOADED
    card = await open_card()
    first = await card.subscribe()
    assert first["state"] == {
        "kind": "loading",
        "text": first["texts"]["state_loading"],
        "action": first["texts"]["action_loading"],
    }
    assert first["facts"] == first["commands"] == {}
    assert first["warnings"] == first["services"] == first["check_control"] == []
    assert (first["drive"], first["body"], first["picture"]) == ("unknown", "saloon", None)
    found = first["device_id"]
    await card.client.close()
    other = await open_card()
    assert await other.ask("cars") == []
    assert await other.ask("history", device_id=found, month="2026-11") == "not_found"


async def test_car_is_sold(
    hass: HomeAssistant, set_up: SetUp, open_card: Open, sim: SimulatedMyBMW
) -> None:
    """The card of a car that is gone says so."""
    entry = await set_up()
    card = await open_card()
    await card.subscribe()
    entry.runtime_data.async_forget(IX.vin)
    while card.shown["state"]["kind"] == "ok":
        await card.next()
    assert card.shown["state"]["kind"] == "unavailable"
    assert card.shown["state"]["text"] == card.shown["texts"]["state_unavailable"]


async def test_two_accounts(
    hass: HomeAssistant, set_up: SetUp, open_card: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cars of all accounts are offered; each subscription is to the one that was chosen."""
    await set_up()
    no_stream(monkeypatch)
    cardata = SimulatedCarData(recorded("320i"))
    with cardata.router():
        other = entry_of(cardata)
        other.add_to_hass(hass)
        await hass.config_entries.async_setup(other.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
    found = device(hass, other, PETROL)
    assert found is not None
    card = await open_card()
    first = await card.subscribe(device_id=found.id)
    assert (first["name"], first["entry_id"]) == ("320i", other.entry_id)
    assert [item["name"] for item in first["cars"]] == ["iX xDrive50", "320i"]


async def test_why(hass: HomeAssistant, set_up: SetUp, open_card: Open) -> None:
    """The doctor answers in the language of the user, in few words."""
    entry = await set_up()
    found = device(hass, entry, IX)
    assert found is not None
    card = await open_card()
    answer = await card.ask("why", device_id=found.id, fact="charge_level")
    german = await card.ask("why", device_id=found.id, fact="battery_health", language="de")
    missing = await card.ask("why", device_id=found.id, fact="battery_health")
    assert all(0 < len(item["text"]) <= 200 for item in (answer, german, missing))
    assert german != missing
    assert await card.ask("why", device_id=found.id, fact="nonsense") == "not_found"
