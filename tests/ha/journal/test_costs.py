"""What charging costs, in Home Assistant: prices in the options, sensors, statistics."""

from datetime import UTC, datetime, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.recorder import Recorder, get_instance
from homeassistant.components.recorder.models import (
    StatisticData,
    StatisticMeanType,
    StatisticMetaData,
)
from homeassistant.components.recorder.statistics import (
    async_import_statistics,
    statistics_during_period,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.data_entry_flow import FlowManagerIndexView
from homeassistant.helpers.json import json_dumps
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)

from custom_components.mybmw.client.core.records import (
    Charge,
    Figure,
    How,
    Money,
    PlaceKind,
    RecordPlace,
    Slot,
    Trip,
)
from custom_components.mybmw.journal.price_history import PriceHistory
from custom_components.mybmw.journal.price_units import price_factor
from custom_components.mybmw.journal.tariff import tariff_error
from tests.ha.journal.conftest import NOON, Sends, Storage
from tests.ha.support.actions import act
from tests.ha.support.cardata import I4, SOC_KEY
from tests.ha.support.flow_steps import open_settings

QUARTER = timedelta(minutes=15)
HOME = RecordPlace(PlaceKind.HOME, "zone.home", "Home")
ENTITY = "sensor.price"
FIXED = {"tariff": "fixed", "price": 0.3}
DYNAMIC = {"tariff": "entity", "price_entity": ENTITY}
MONTH = "sensor.i4_edrive40_charging_cost_this_month"


@pytest.fixture
def prices() -> dict[str, Any]:
    """The prices in the options."""
    return {}


@pytest.fixture
def options(prices: dict[str, Any]) -> dict[str, Any]:
    """The options of the account."""
    return {"journal": {"keep": True, "join_stops": 5, **prices}}


def charge(start: datetime, energies: list[float], **more: Any) -> Charge:
    slots = tuple(Slot(start + number * QUARTER, energy) for number, energy in enumerate(energies))
    end = slots[-1].start + QUARTER
    figure = Figure(sum(energies), How.BMW)
    made = {"place": HOME, "slots": slots, "energy": figure, **more}
    return Charge(f"c{end:%Y%m%dT%H%M%S}", start, end, **made)


async def charged(account: MockConfigEntry, sends: Sends, *items: Charge) -> dict[str, Charge]:
    """Put charges into the journal; return all of it."""
    log = account.runtime_data.journals.cars[I4].log
    for item in items:
        log.put(item)
    await sends({SOC_KEY: 50})
    found: dict[str, Charge] = log.charges
    return found


def money(charges: dict[str, Charge]) -> list[float | None]:
    costs = [item.cost for item in charges.values()]
    return [None if cost is None else round(cost.amount, 4) for cost in costs]


BEFORE = charge(NOON - timedelta(hours=3), [2.0, 2.0])


async def test_nothing_without_price(
    hass: HomeAssistant, account: MockConfigEntry, sends: Sends
) -> None:
    await charged(account, sends, BEFORE)
    entities = er.async_entries_for_config_entry(er.async_get(hass), account.entry_id)
    assert [entity.entity_id for entity in entities if "cost" in entity.unique_id] == []


@pytest.mark.parametrize("prices", [FIXED], ids=["fixed"])
async def test_sensors(hass: HomeAssistant, account: MockConfigEntry, sends: Sends) -> None:
    """The cost of this month is shown, and more is there for who wants it."""
    trip = Trip(
        "t20261110T080000", NOON - timedelta(hours=5), NOON - timedelta(hours=4), 1000, 1060
    )
    account.runtime_data.journals.cars[I4].log.put(trip)
    await charged(account, sends, BEFORE)
    state = hass.states.get(MONTH)
    assert state is not None
    assert float(state.state) == pytest.approx(1.2)
    assert state.attributes["unit_of_measurement"] == "EUR"
    assert state.attributes["device_class"] == "monetary"
    assert state.attributes["last_reset"] == "2026-11-01T00:00:00-07:00"
    registry = er.async_get(hass)
    known = er.async_entries_for_config_entry(registry, account.entry_id)
    costs = {item.unique_id.removeprefix(f"{I4}-"): item for item in known}
    off = {key for key, item in costs.items() if "cost" in key and item.disabled}
    assert off == {
        "charging_cost_today",
        "charging_cost_week",
        "charging_cost_year",
        "last_charge_cost",
        "cost_per_100km",
    }
    last = hass.states.get("sensor.i4_edrive40_last_charge")
    assert last is not None
    assert (last.attributes["cost"], last.attributes["cost_from"]) == ("1.20 EUR", "tariff")


@pytest.fixture
def _euro(hass: HomeAssistant) -> None:
    hass.config.currency = "EUR"


pytestmark = pytest.mark.usefixtures("_euro")


@pytest.mark.parametrize("prices", [DYNAMIC], ids=["entity"])
async def test_price_of_an_entity(
    hass: HomeAssistant,
    account: MockConfigEntry,
    sends: Sends,
    freezer: FrozenDateTimeFactory,
    hass_storage: Storage,
) -> None:
    """Each quarter has the price that the entity had; a gap has none."""
    for price in ("30", "-10", "unavailable", "50"):
        hass.states.async_set(ENTITY, price, {"unit_of_measurement": "ct/kWh"})
        await hass.async_block_till_done()
        await sends(wait=QUARTER)
    item = charge(NOON, [1.0, 2.0, 0.05, 1.0])
    found = await charged(account, sends, item)
    assert money({item.id: found[item.id]}) == [0.6]
    assert await hass.config_entries.async_unload(account.entry_id)
    saved = hass_storage[f"mybmw.{account.entry_id}.prices"]["data"]
    assert [price for _, price in saved["prices"]] == [0.3, -0.1, None, 0.5]


@pytest.mark.parametrize("prices", [DYNAMIC], ids=["entity"])
async def test_past_prices(
    recorder_mock: Recorder,
    hass: HomeAssistant,
    account: MockConfigEntry,
    sends: Sends,
) -> None:
    """What was charged before the prices were followed has the hourly means of the recorder."""
    hour = NOON.replace(month=6)
    metadata = StatisticMetaData(
        mean_type=StatisticMeanType.ARITHMETIC,
        has_sum=False,
        name=None,
        source="recorder",
        statistic_id=ENTITY,
        unit_class=None,
        unit_of_measurement="EUR/MWh",
    )
    rows = [
        StatisticData(start=hour + number * timedelta(hours=1), mean=100.0 * (number + 1))
        for number in range(2)
    ]
    async_import_statistics(hass, metadata, rows)
    await async_wait_recording_done(hass)
    old = charge(hour + 2 * QUARTER, [1.0] * 4)
    older = charge(NOON.replace(month=5), [1.0])
    found = await charged(account, sends, old, older)
    await hass.async_block_till_done(wait_background_tasks=True)
    await sends(wait=timedelta(minutes=1))
    assert money(found) == [0.6, None]


@pytest.mark.parametrize("prices", [FIXED], ids=["fixed"])
async def test_statistics(
    recorder_mock: Recorder, hass: HomeAssistant, account: MockConfigEntry, sends: Sends
) -> None:
    """Each currency has a series of its own, which follows a correction."""
    away = RecordPlace(PlaceKind.AWAY)
    swiss = charge(NOON - timedelta(hours=8), [20.0], place=away)
    billed = Money(9.5, "CHF", How.BMW)
    await charged(account, sends, BEFORE, Charge(**{**_fields(swiss), "billed": billed}))
    assert await _sums(hass) == {"eur": 1.2, "chf": 9.5}
    await act(hass, "set_charge", I4, charge=BEFORE.id, cost=0.8)
    assert await _sums(hass) == {"eur": 0.8, "chf": 9.5}
    await act(hass, "rebuild_statistics", I4, series="charging_cost")
    assert await _sums(hass) == {"eur": 0.8, "chf": 9.5}


def _fields(item: Charge) -> dict[str, Any]:
    return {name: getattr(item, name) for name in Charge.__dataclass_fields__}


async def _sums(hass: HomeAssistant) -> dict[str, float]:
    await async_wait_recording_done(hass)
    ids = {currency: f"mybmw:{I4.lower()}_charging_cost_{currency}" for currency in ("eur", "chf")}
    start = datetime(2026, 1, 1, tzinfo=UTC)
    found = await get_instance(hass).async_add_executor_job(
        statistics_during_period, hass, start, None, set(ids.values()), "hour", None, {"sum"}
    )
    return {
        currency: round(found[key][-1].get("sum") or 0.0, 6)
        for currency, key in ids.items()
        if key in found
    }


@pytest.mark.parametrize("prices", [FIXED], ids=["fixed"])
async def test_set_charge(hass: HomeAssistant, account: MockConfigEntry, sends: Sends) -> None:
    """The user knows better; what was set stays until it is to be calculated anew."""
    found = await charged(account, sends, BEFORE)
    answer = await act(hass, "set_charge", I4, cost=5, note="Guest")
    set_to = ("cost", "currency", "cost_from", "note")
    assert [answer["charge"][key] for key in set_to] == [5.0, "EUR", "user", "Guest"]
    await charged(account, sends, charge(NOON - timedelta(hours=3), [2.0, 3.0]))
    assert len(found) == 1
    state = hass.states.get(MONTH)
    assert state is not None
    answer = await act(hass, "set_charge", I4, recalculate=True)
    assert (answer["charge"]["cost"], answer["charge"]["cost_from"]) == (1.5, "tariff")
    answer = await act(hass, "set_charge", I4, zone="zone.office")
    assert (answer["charge"]["place_kind"], answer["charge"]["cost"]) == ("zone", None)
    with pytest.raises(ServiceValidationError, match="no such charge"):
        await act(hass, "set_charge", I4, charge="c1")


@pytest.mark.parametrize(
    ("unit", "factor"),
    [
        ("EUR/kWh", 1),
        ("€/kWh", 1),
        ("EUR/MWh", 0.001),
        ("ct/kWh", 0.01),
        ("EUR/Wh", 1000),
        (None, 1),
        ("CHF/kWh", None),
        ("kWh", None),
        ("EUR", None),
        ("%", None),
    ],
    ids=str,
)
def test_units(unit: str | None, factor: float | None) -> None:
    assert price_factor(unit, "EUR") == factor


@pytest.mark.parametrize(
    ("prices", "error"),
    [
        ({}, None),
        (FIXED, None),
        ({"tariff": "fixed"}, "price_missing"),
        ({"tariff": "time_of_use"}, "price_periods_invalid"),
        ({"tariff": "entity"}, "price_entity_missing"),
        ({"tariff": "entity", "price_entity": "sensor.francs"}, "price_entity_unit"),
        ({"tariff": "entity", "price_entity": "sensor.euros"}, None),
        ({"tariff": "entity", "price_entity": "sensor.starting"}, None),
        ({"place_prices": [{"zone": "zone.home", "price": 1}] * 2}, "place_prices_invalid"),
    ],
    ids=["none", "fixed", "no price", "no times", "no entity", "francs", "euros", "off", "twice"],
)
async def test_options(hass: HomeAssistant, prices: dict[str, Any], error: str | None) -> None:
    hass.states.async_set("sensor.francs", "1", {"unit_of_measurement": "CHF/kWh"})
    hass.states.async_set("sensor.euros", "1", {"unit_of_measurement": "EUR/kWh"})
    hass.states.async_set("sensor.starting", "unavailable")
    assert tariff_error(hass, prices) == error


async def test_prices_over_a_restart(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, hass_storage: Storage
) -> None:
    """Prices are kept; those while Home Assistant was off are unknown."""
    hass.states.async_set(ENTITY, "0.3", {"unit_of_measurement": "EUR/kWh"})
    first = PriceHistory(hass, "entry", ENTITY, "EUR", lambda: None)
    await first.async_start()
    freezer.move_to(NOON + 4 * QUARTER)
    await first.async_save()
    first.close()
    freezer.move_to(NOON + 8 * QUARTER)
    second = PriceHistory(hass, "entry", ENTITY, "EUR", lambda: None)
    await second.async_start()
    known = [second.at(NOON + number * QUARTER) for number in (-1, 0, 3, 4, 7, 8)]
    assert known == [None, 0.3, 0.3, None, None, 0.3]
    second.close()


NIGHT = {"start": "22:00:00", "end": "06:00:00", "price": 0.2}
CLOCK = {"tariff": "time_of_use", "price": 0.35, "price_periods": [NIGHT]}


async def submit(hass: HomeAssistant, account: MockConfigEntry, prices: dict[str, Any]) -> Any:
    """Save prices in the options, as a user does; the form must be one that a browser can show."""
    flow: Any = await open_settings(hass, account)
    shown = FlowManagerIndexView(hass.config_entries.options)._prepare_result_json(flow)
    assert "price_periods" in json_dumps(shown)
    given = {
        "track_position": True,
        "journal": {"keep": True, "join_stops": 5, **prices},
        "cardata": {"places": True, "sessions": True, "tyres": True},
        "stream": {"stream": "off", "port": 1883, "tls": False, "prefix": "bmw"},
    }
    result = await hass.config_entries.options.async_configure(flow["flow_id"], given)
    await hass.async_block_till_done(wait_background_tasks=True)
    return result


async def test_prices_are_entered(
    hass: HomeAssistant, account: MockConfigEntry, sends: Sends
) -> None:
    """Prices by time of day count for what was charged before; without any, sensors go away."""
    hass.states.async_set("sensor.francs", "1", {"unit_of_measurement": "CHF/kWh"})
    wrong = {"tariff": "entity", "price_entity": "sensor.francs"}
    result = await submit(hass, account, wrong)
    assert result["errors"] == {"base": "price_entity_unit"}
    night = charge(datetime(2026, 11, 10, 5, 30, tzinfo=UTC), [1.0] * 4)
    await charged(account, sends, night)
    assert hass.states.get(MONTH) is None
    await hass.config.async_set_time_zone("UTC")
    result = await submit(hass, account, CLOCK)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await sends({SOC_KEY: 51})
    log = account.runtime_data.journals.cars[I4].log
    assert money({night.id: log.charges[night.id]}) == [1.1]
    assert hass.states.get(MONTH) is not None
    await submit(hass, account, {"tariff": "none"})
    assert hass.states.get(MONTH) is None
