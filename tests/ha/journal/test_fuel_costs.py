"""What fuel costs, in Home Assistant: the price in the options, sensors, sums, statistics."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from homeassistant.components.recorder import Recorder, get_instance
from homeassistant.components.recorder.statistics import statistics_during_period
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)

from custom_components.mybmw.client.core.attributes import COSTS, FUEL_COSTS
from custom_components.mybmw.client.core.records import Figure, How
from custom_components.mybmw.journal.price_units import fuel_price_factor
from tests.ha.journal.conftest import NOON, Sends, Storage
from tests.ha.journal.test_costs import charge
from tests.ha.journal.test_currency import Form
from tests.ha.support.actions import act
from tests.ha.support.cardata import MILEAGE_KEY, PETROL, SOC_KEY, no_stream, push, recorded, say
from tests.replay.cardata import SimulatedCarData
from tests.replay.carstate import (
    FUEL,
    FUEL_LEVEL,
    IGNITION,
    LIFETIME_DISTANCE,
    LIFETIME_ELECTRIC,
    LIFETIME_FUEL,
    LOCK,
)

MINUTE = timedelta(minutes=1)
HYBRID = "WBA0FINGERPRINT04"
ENTITY = "sensor.petrol_station"
LITRE = {"fuel_price": 1.8}
STATION = {"fuel_price_entity": ENTITY}
KWH = {"tariff": "fixed", "price": 0.3}
BURNT = 2.6
DRIVEN = 40
pytestmark = pytest.mark.usefixtures("_euro")


@pytest.fixture
def _euro(hass: HomeAssistant) -> None:
    hass.config.currency = "EUR"


@pytest.fixture
def cardata(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimulatedCarData]:
    """The simulated service with a petrol car and a plug-in hybrid."""
    no_stream(monkeypatch)
    simulated = SimulatedCarData(recorded("320i", "x3_30e"), fresh=True)
    with simulated.router():
        yield simulated


@pytest.fixture
def prices() -> dict[str, Any]:
    """The prices in the options."""
    return {}


@pytest.fixture
def options(prices: dict[str, Any]) -> dict[str, Any]:
    """The options of the account."""
    return {"journal": {"keep": True, "join_stops": 5, **prices}}


class Car:
    """A car that counts what it burns over its life, if it is asked to."""

    def __init__(self, account: MockConfigEntry, sends: Sends, vin: str = PETROL) -> None:
        self.vin = vin
        self._account = account
        self._sends = sends
        vehicle = account.runtime_data.vehicles[vin]
        self._at = next(float(item.value) for item in vehicle if item.attribute.key == "mileage")
        self._burnt = 1000.0

    async def say(self, values: dict[str, Any], wait: timedelta) -> None:
        """Send values, and let time pass."""
        push(self._account, say(self.vin, values))
        await self._sends(wait=wait)

    async def count(self) -> None:
        """Send what was counted until now."""
        electric = {LIFETIME_ELECTRIC: 100} if self.vin == HYBRID else {}
        counted = {LIFETIME_DISTANCE: self._at, LIFETIME_FUEL: self._burnt}
        await self.say(counted | electric, MINUTE)

    async def drive(self) -> None:
        """Drive 40 km with 2.6 litres."""
        await self.say({IGNITION: "ASN_isTrue", LOCK: "UNLOCKED"}, 10 * MINUTE)
        await self.say({MILEAGE_KEY: self._at + DRIVEN / 2}, 10 * MINUTE)
        self._at, self._burnt = self._at + DRIVEN, self._burnt + BURNT
        ended = {IGNITION: "ASN_isFalse", MILEAGE_KEY: self._at, LOCK: "SECURED"}
        await self.say(ended, 20 * MINUTE)

    async def drive_and_count(self) -> None:
        """Drive between two counts."""
        await self.count()
        await self.drive()
        await self.count()


def costs(hass: HomeAssistant, account: MockConfigEntry, vin: str = PETROL) -> dict[str, str]:
    """Return the states of costs of a car; those without one are disabled."""
    entities = er.async_entries_for_config_entry(er.async_get(hass), account.entry_id)
    keys = {item.key for item in COSTS | FUEL_COSTS}
    found = {item.unique_id.removeprefix(f"{vin}-"): item.entity_id for item in entities}
    states = {key: hass.states.get(entity) for key, entity in found.items() if key in keys}
    return {key: "off" if state is None else state.state for key, state in states.items()}


async def period(hass: HomeAssistant, vin: str = PETROL) -> dict[str, Any]:
    """Return the sums of today."""
    (today,) = (await act(hass, "get_summary", vin, period="day"))["periods"]
    found: dict[str, Any] = today
    return found


@pytest.mark.parametrize("prices", [{}, KWH], ids=["none", "charging"])
@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_without_price(hass: HomeAssistant, account: MockConfigEntry, sends: Sends) -> None:
    await Car(account, sends).drive_and_count()
    assert costs(hass, account) == {}
    today = await period(hass)
    assert today["fuel"] == BURNT
    assert [key for key in today if "cost" in key] == []


@pytest.mark.parametrize("prices", [LITRE], ids=["fixed"])
@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_petrol(hass: HomeAssistant, account: MockConfigEntry, sends: Sends) -> None:
    """Nothing is shown before the fuel is known; then its cost, and nothing of charging."""
    car = Car(account, sends)
    await car.count()
    await car.drive()
    assert costs(hass, account) == {}
    assert "fuel_cost" not in await period(hass)
    await car.count()
    assert costs(hass, account) == {
        **{f"fuel_cost_{name}": "4.68" for name in ("today", "week", "month", "year")},
        "fuel_cost_per_100km": "11.7",
    }
    today = await period(hass)
    assert {key: value for key, value in today.items() if "cost" in key} == {
        "fuel_cost": {"EUR": 4.68},
        "fuel_cost_per_100km": {"EUR": 11.7},
    }
    (trip,) = (await act(hass, "get_trips", PETROL))["trips"]
    assert (trip["fuel_cost"], trip["currency"], trip["fuel_cost_from"]) == (4.68, "EUR", "tariff")


@pytest.mark.parametrize("prices", [LITRE], ids=["fixed"])
async def test_shown(hass: HomeAssistant, account: MockConfigEntry, sends: Sends) -> None:
    """Only the cost of this month is on at first; the last trip says what it cost."""
    await Car(account, sends).drive_and_count()
    shown = {key for key, state in costs(hass, account).items() if state != "off"}
    assert shown == {"fuel_cost_month"}
    state = hass.states.get("sensor.320i_fuel_cost_this_month")
    assert state is not None
    attributes = ("unit_of_measurement", "device_class", "state_class", "last_reset")
    assert [state.attributes[key] for key in attributes] == [
        "EUR",
        "monetary",
        "total",
        "2026-11-01T00:00:00-07:00",
    ]
    trip = hass.states.get("sensor.320i_last_trip")
    assert trip is not None
    assert trip.attributes["fuel_cost"] == "4.68 EUR"


@pytest.mark.parametrize("prices", [{**LITRE, **KWH}, LITRE], ids=["both", "fuel"])
@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_hybrid(
    hass: HomeAssistant, account: MockConfigEntry, sends: Sends, prices: dict[str, Any]
) -> None:
    """What it charges and what it burns count together, once both have a price."""
    car = Car(account, sends, HYBRID)
    log = account.runtime_data.journals.cars[HYBRID].log
    item = charge(NOON - timedelta(hours=3), [2.0, 2.0])
    log.put(item)
    await car.drive_and_count()
    await car.drive()
    known, today = costs(hass, account, HYBRID), await period(hass, HYBRID)
    assert (known["fuel_cost_month"], known["fuel_cost_per_100km"]) == ("4.68", "11.7")
    if prices == LITRE:
        assert not {"energy_cost_month", "energy_cost_per_100km", "cost_per_100km"} & known.keys()
        assert "energy_cost" not in today
        return
    assert (known["charging_cost_month"], known["cost_per_100km"]) == ("1.2", "1.5")
    assert (known["energy_cost_month"], known["energy_cost_per_100km"]) == ("5.88", "13.2")
    assert today["energy_cost"] == {"EUR": 5.88}
    assert today["energy_cost_per_100km"] == {"EUR": 13.2}
    key = f"{HYBRID}-energy_cost_month"
    state = hass.states.get(er.async_get(hass).async_get_entity_id("sensor", "mybmw", key) or "")
    assert state is not None
    parts = {
        key: state.attributes[key] for key in ("charging", "fuel", "distance", "fuel_distance")
    }
    assert parts == {"charging": 1.2, "fuel": 4.68, "distance": 80, "fuel_distance": 40}


@pytest.mark.parametrize("prices", [{**LITRE, **KWH}], ids=["both"])
@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_hybrid_that_does_not_count(
    hass: HomeAssistant, account: MockConfigEntry, sends: Sends
) -> None:
    """What it costs together stays unknown if the fuel is."""
    log = account.runtime_data.journals.cars[HYBRID].log
    log.put(charge(NOON - timedelta(hours=3), [2.0, 2.0]))
    await Car(account, sends, HYBRID).drive()
    known = costs(hass, account, HYBRID)
    assert known["charging_cost_month"] == "1.2"
    assert not {"energy_cost_month", "fuel_cost_month"} & known.keys()
    assert not {"energy_cost", "fuel_cost"} & (await period(hass, HYBRID)).keys()


@pytest.mark.parametrize("prices", [LITRE], ids=["fixed"])
async def test_refuelling(hass: HomeAssistant, account: MockConfigEntry, sends: Sends) -> None:
    """From 31 to 55 L; what was put in is in no sum, since only what is burnt is."""
    await sends(wait=MINUTE)
    await Car(account, sends).say({FUEL: 55, FUEL_LEVEL: 93}, MINUTE)
    (item,) = (await act(hass, "get_refuellings", PETROL))["refuellings"]
    assert (item["fuel"], item["fuel_cost"], item["currency"]) == (24, 43.2, "EUR")
    assert "fuel_cost" not in await period(hass)


@pytest.mark.parametrize("prices", [LITRE], ids=["fixed"])
async def test_another_price(hass: HomeAssistant, account: MockConfigEntry, sends: Sends) -> None:
    """A trip keeps its cost when the price changes; later ones have the new one."""
    car = Car(account, sends)
    await car.drive_and_count()
    form = Form(hass, account)
    await form.open()
    await form.submit(fuel_price=2.0)
    await car.drive_and_count()
    trips = (await act(hass, "get_trips", PETROL, order="oldest_first"))["trips"]
    assert [trip["fuel_cost"] for trip in trips] == [4.68, 5.2]
    await form.open()
    await form.submit()
    assert "currency" not in account.options["journal"]
    assert costs(hass, account) == {}


@pytest.mark.parametrize("prices", [{**STATION, **LITRE}], ids=["entity"])
async def test_price_of_an_entity(
    hass: HomeAssistant, account: MockConfigEntry, sends: Sends, hass_storage: Storage
) -> None:
    """A trip has the price of its end, the fixed one if there is none; prices are kept."""
    car = Car(account, sends)
    hass.states.async_set(ENTITY, "200", {"unit_of_measurement": "ct/L"})
    await hass.async_block_till_done()
    await car.drive_and_count()
    hass.states.async_set(ENTITY, "unavailable")
    await hass.async_block_till_done()
    await sends(wait=15 * MINUTE)
    await car.drive_and_count()
    trips = (await act(hass, "get_trips", PETROL, order="oldest_first"))["trips"]
    assert [trip["fuel_cost"] for trip in trips] == [5.2, 4.68]
    assert await hass.config_entries.async_unload(account.entry_id)
    saved = hass_storage[f"mybmw.{account.entry_id}.fuel_prices"]["data"]
    assert [price for _, price in saved["prices"]] == [2.0, None]
    assert await hass.config_entries.async_remove(account.entry_id)
    assert f"mybmw.{account.entry_id}.fuel_prices" not in hass_storage


async def test_form(hass: HomeAssistant, account: MockConfigEntry) -> None:
    """The price is in the currency of the others; a wrong unit or currency is refused."""
    for unit, refused in (("EUR/kWh", True), ("CHF/L", True), ("€/L", False)):
        hass.states.async_set(ENTITY, "1.7", {"unit_of_measurement": unit})
        form = Form(hass, account)
        await form.open()
        assert form.fields["fuel_price"]["selector"]["number"]["unit_of_measurement"] == "EUR/L"
        await form.submit(**STATION)
        assert form.shown.get("errors") == ({"base": "fuel_price_unit"} if refused else None)
    assert account.options["journal"]["fuel_price_entity"] == ENTITY


@pytest.mark.parametrize("prices", [LITRE], ids=["fixed"])
async def test_statistics(
    recorder_mock: Recorder, hass: HomeAssistant, account: MockConfigEntry, sends: Sends
) -> None:
    await Car(account, sends).drive_and_count()
    assert await _sum(hass) == pytest.approx(4.68)
    await act(hass, "rebuild_statistics", PETROL, series="fuel_cost")
    assert await _sum(hass) == pytest.approx(4.68)


async def _sum(hass: HomeAssistant) -> float | None:
    await async_wait_recording_done(hass)
    key, start = f"mybmw:{PETROL.lower()}_fuel_cost_eur", datetime(2026, 1, 1, tzinfo=UTC)
    found = await get_instance(hass).async_add_executor_job(
        statistics_during_period, hass, start, None, {key}, "hour", None, {"sum"}
    )
    return found[key][-1].get("sum")


@pytest.mark.parametrize("prices", [LITRE], ids=["fixed"])
async def test_late_count(hass: HomeAssistant, account: MockConfigEntry, sends: Sends) -> None:
    """More fuel of a trip that becomes known later is priced, too."""
    car = Car(account, sends)
    await car.drive_and_count()
    log = account.runtime_data.journals.cars[PETROL].log
    (trip,) = log.trips.values()
    fields = {name: getattr(trip, name) for name in trip.__dataclass_fields__}
    log.put(type(trip)(**{**fields, "fuel": Figure(3.0, How.BMW)}))
    await car.say({SOC_KEY: 50, LOCK: "UNLOCKED"}, MINUTE)
    (answer,) = (await act(hass, "get_trips", PETROL))["trips"]
    assert (answer["fuel"], answer["fuel_cost"]) == (3.0, 5.4)


@pytest.mark.parametrize(
    ("unit", "factor"),
    [
        ("EUR/L", 1),
        ("€/l", 1),
        ("€", 1),
        ("EUR", 1),
        (None, 1),
        ("ct/L", 0.01),
        ("EUR/litre", 1),
        ("EUR/m³", 0.001),
        ("EUR/gal", 1 / 3.785411784),
        ("EUR / gal", 1 / 3.785411784),
        ("CHF/L", None),
        ("EUR/kWh", None),
        ("L", None),
        ("%", None),
    ],
    ids=str,
)
def test_units(unit: str | None, factor: float | None) -> None:
    found = fuel_price_factor(unit, "EUR")
    assert found == (None if factor is None else pytest.approx(factor))
