"""The journal as the card shows it: a month of trips and charges, in the user's units."""

from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.util.unit_system import US_CUSTOMARY_SYSTEM
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser

from custom_components.mybmw.client.core.records import (
    Charge,
    ChargingKind,
    Figure,
    How,
    Money,
    Slot,
    Trip,
)
from custom_components.mybmw.const import DOMAIN
from tests.ha.journal.conftest import MIDNIGHT, NOON, REST, Live, Sends
from tests.ha.journal.test_files import log_of
from tests.ha.support.card import Card, Open
from tests.ha.support.cardata import I4, SOC_KEY
from tests.replay.cardata import StreamMessage
from tests.replay.carstate import PLUG, POWER, STATUS

MONTH: Final = "2026-11"
RANGE: Final = "vehicle.drivetrain.electricEngine.kombiRemainingElectricRange"
MILE: Final = 1.609344


@pytest.fixture(autouse=True)
def _midnight(freezer: FrozenDateTimeFactory) -> None:
    freezer.move_to(MIDNIGHT)


@pytest.fixture
def open_in_evening(hass: HomeAssistant, hass_admin_user: MockUser, open_card: Open) -> Open:
    """Open a connection long after the user has logged in."""

    async def run() -> Card:
        login = next(iter(hass_admin_user.refresh_tokens.values()))
        return await open_card(hass.auth.async_create_access_token(login))

    return run


async def history(hass: HomeAssistant, card: Card, month: str = MONTH, **more: Any) -> Any:
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    found = dr.async_get(hass).async_get_device_by_identifier((DOMAIN, I4), entry.entry_id)
    assert found is not None
    return await card.ask("history", device_id=found.id, month=month, **more)


@pytest.mark.usefixtures("at_home")
async def test_workday(
    hass: HomeAssistant,
    account: MockConfigEntry,
    day: list[StreamMessage],
    live: Live,
    open_in_evening: Open,
    hass_access_token: str,
) -> None:
    """What happened on a day is there at its end, newest first, with sums and curves."""
    await live(day)
    log, card = log_of(account), await open_in_evening()
    first = await card.subscribe(language="de")
    found = await history(hass, await open_in_evening(), language="de")
    trips = sorted(log.trips.values(), key=lambda item: item.end, reverse=True)
    charges = sorted(log.charges.values(), key=lambda item: item.end, reverse=True)
    charges = [item for item in charges if item.end >= MIDNIGHT.replace(day=1)]
    assert [item["id"] for item in found["trips"]] == [item.id for item in trips]
    assert [item["id"] for item in found["charges"]] == [item.id for item in charges]
    assert found["units"] == {
        "distance": "km",
        "energy": "kWh",
        "consumption": "kWh/100km",
        "fuel": "L",
        "fuel_consumption": "L/100 km",
        "power": "kW",
    }
    assert (found["month"], found["first_month"]) == (MONTH, "2026-10")
    assert found["trips"][0]["to"] == "Home"
    assert found["trips"][0]["from"] == first["texts"]["place_away"] == "Unterwegs"
    assert found["trips"][0]["duration"] > 0
    totals = found["totals"]
    assert totals["trips"] == 2
    assert totals["distance"] == sum(trip.distance for trip in trips)
    assert first["facts"]["distance_this_month"]["value"] == totals["distance"]
    assert first["facts"]["last_trip"]["at"] == found["trips"][0]["end"]
    for charge in found["charges"]:
        assert 2 <= len(charge["curve"]) <= 120
        assert charge["peak"] == max(power for _, power in charge["curve"]) > 0
        assert charge["kind"]
    assert (await history(hass, await open_in_evening(), "2026-10"))["trips"] == []


@pytest.mark.usefixtures("at_home")
async def test_miles(
    hass: HomeAssistant,
    account: MockConfigEntry,
    day: list[StreamMessage],
    live: Live,
    open_in_evening: Open,
    hass_access_token: str,
) -> None:
    await live(day)
    metric = await history(hass, await open_in_evening())
    hass.config.units = US_CUSTOMARY_SYSTEM
    reader = await open_in_evening()
    _set_unit(hass, "last_trip", "sensor.private", None)
    _set_unit(hass, "consumption_month", "sensor", {"unit_of_measurement": "mi/kWh"})
    found = await history(hass, reader)
    assert found["units"]["distance"] == "mi"
    before, after = metric["totals"], found["totals"]
    assert after["distance"] == pytest.approx(before["distance"] / MILE, abs=0.01)
    assert found["units"]["consumption"] == "mi/kWh"
    assert after["consumption"] == pytest.approx(100 / MILE / before["consumption"], rel=0.01)


def _set_unit(hass: HomeAssistant, key: str, domain: str, options: Any) -> None:
    """Set the unit of an entity, or let it have that of the unit system."""
    registry = er.async_get(hass)
    entity_id = registry.async_get_entity_id("sensor", DOMAIN, f"{I4}-{key}")
    assert entity_id is not None
    registry.async_update_entity_options(entity_id, domain, options)


async def test_range_gained(
    hass: HomeAssistant, account: MockConfigEntry, open_card: Open, sends: Sends
) -> None:
    """While a car charges, the card says how much further it comes."""
    card = await open_card()
    first = await card.subscribe()
    assert "charging_gained" not in first["facts"]
    await sends({PLUG: "DISCONNECTED", STATUS: "NOCHARGING", SOC_KEY: 50, RANGE: 200})
    await sends({PLUG: "CONNECTED", STATUS: "CHARGINGACTIVE", SOC_KEY: 50})
    await sends({SOC_KEY: 60, RANGE: 240})
    other = await open_card()
    await other.subscribe()
    assert other.fact("charging_gained") == (40, "km", None)
    assert other.shown["facts"]["charging_gained"]["name"] == "Range gained"
    await sends({PLUG: "DISCONNECTED", STATUS: "NOCHARGING"})
    last = await open_card()
    await last.subscribe()
    assert "charging_gained" not in last.shown["facts"]


async def test_charging_now(
    hass: HomeAssistant, account: MockConfigEntry, open_card: Open, sends: Sends
) -> None:
    """A charge is there while it goes on, with what is known so far; a pause is none."""
    await sends({PLUG: "DISCONNECTED", STATUS: "NOCHARGING", SOC_KEY: 50})
    card = await open_card()
    assert (await history(hass, card))["running"] is None
    await sends({PLUG: "CONNECTED", STATUS: "CHARGINGACTIVE", SOC_KEY: 50, POWER: 11_000})
    await sends({SOC_KEY: 55, POWER: 10_500}, wait=REST)
    await sends({SOC_KEY: 60, POWER: 10_800}, wait=REST)
    card = await open_card()
    found = await history(hass, card)
    running = found["running"]
    assert (running["soc_start"], running["soc_end"]) == (50, 60)
    assert running["energy"] > 5
    assert running["start"] is not None
    assert [power for _, power in running["curve"]] == [11, 10.5, 10.8]
    assert running["id"] not in {item["id"] for item in found["charges"]}
    assert (await history(hass, card, "2026-10"))["running"] is None
    await sends({STATUS: "CHARGINGPAUSED"})
    assert (await history(hass, await open_card()))["running"] is None


async def test_fuel(hass: HomeAssistant, account: MockConfigEntry, open_card: Open) -> None:
    """What a car has burnt is there by trip and month."""
    log = log_of(account)
    for number, litres in enumerate((4.2, None)):
        end = NOON.replace(hour=number + 1)
        fuel = None if litres is None else Figure(litres, How.BMW)
        cost = None if fuel is None else Money(7.14, "EUR", How.TARIFF)
        log.put(
            Trip(log.new_id("t", end), None, end, 100.0 + number, 160.0, fuel=fuel, fuel_cost=cost)
        )
    found = await history(hass, await open_card())
    burnt = [item["fuel_consumption"] for item in found["trips"]]
    assert burnt == [None, 7]
    assert (found["totals"]["fuel"], found["totals"]["fuel_consumption"]) == (4.2, 7)
    assert found["totals"]["fuel_costs"] == {"EUR": 7.14}


async def test_many_records(hass: HomeAssistant, account: MockConfigEntry, open_card: Open) -> None:
    """Lists are bounded, with the newest records; so is a curve of days."""
    log = log_of(account)
    for number in range(300):
        end = NOON.replace(day=1 + number % 9, minute=number % 60, second=number // 60)
        slots = tuple(
            Slot(NOON.replace(day=1, hour=hour, minute=minute), 0.5)
            for hour in range(24)
            for minute in range(0, 60, 5)
        )
        log.put(
            Charge(
                log.new_id("c", end),
                None,
                end,
                start_soc=10.0,
                end_soc=80.0,
                energy=Figure(60.0, How.METER),
                kind=ChargingKind.AC,
                slots=slots,
            )
        )
    found = await history(hass, await open_card())
    assert len(found["charges"]) == 60
    ends = [item["end"] for item in found["charges"]]
    assert ends == sorted(ends, reverse=True)
    assert all(len(item["curve"]) <= 120 for item in found["charges"])
    assert found["charges"][0]["peak"] == 2.0
    ((month, capacity, _health),) = found["battery"]
    assert (month, capacity) == (MONTH, pytest.approx(60 * 0.9 / 0.7, rel=0.05))
    assert found["totals"]["charges"] == 300
    whole = await history(hass, await open_card(), whole=True)
    assert len(whole["charges"]) == 300


@pytest.mark.parametrize("month", ["", "2026", "2026-13", "11-2026", "../../x"])
async def test_no_month(
    hass: HomeAssistant, account: MockConfigEntry, open_card: Open, month: str
) -> None:
    assert await history(hass, await open_card(), month) == "invalid_format"


@pytest.mark.parametrize("options", [{"journal": {"keep": False}}], ids=["off"])
async def test_no_journal(hass: HomeAssistant, account: MockConfigEntry, open_card: Open) -> None:
    assert await history(hass, await open_card()) == "no_journal"
