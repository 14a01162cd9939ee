"""What BMW says a charge cost: it counts away from home, and newer cars do not have it."""

from datetime import timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers.json import json_dumps
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mybmw.diagnostics import async_get_config_entry_diagnostics
from tests.ha.journal.conftest import NOON, Sends
from tests.ha.support.actions import act
from tests.ha.support.cardata import I4
from tests.replay.cardata import SimulatedCarData

HOME = (48.1371, 11.5754)
AWAY = (50.0, 8.0)
NAME = "sensor.i4_edrive40_"
PRICES = {"tariff": "fixed", "price": 0.3, "public_ac_price": 0.5, "public_fee": 1.0}


@pytest.fixture
def prices() -> dict[str, Any]:
    """The prices in the options."""
    return PRICES


@pytest.fixture
def options(prices: dict[str, Any]) -> dict[str, Any]:
    """The options of the account."""
    return {"journal": {"keep": True, "join_stops": 5, "currency": "EUR", **prices}}


@pytest.fixture
async def account(hass: HomeAssistant, account: MockConfigEntry) -> MockConfigEntry:
    """An account whose home is known."""
    await hass.config.async_update(latitude=HOME[0], longitude=HOME[1])
    await hass.async_block_till_done()
    return account


def row(hours: int, place: tuple[float, float], cost: float | None, currency: str) -> Any:
    """Return a row of BMW's history, of a charge of 10 kWh."""
    start = round((NOON - timedelta(hours=hours)).timestamp())
    billed = {"calculatedChargingCost": cost, "calculatedSavings": 0.5, "currency": currency}
    return {
        "startTime": start,
        "endTime": start + 3600,
        "mileage": 30000 + 1000 // hours,
        "energyConsumedFromPowerGridKwh": 10.0,
        "chargingLocation": {"mapMatchedLatitude": place[0], "mapMatchedLongitude": place[1]},
        **({} if cost is None else {"chargingCostInformation": billed}),
    }


async def costs(hass: HomeAssistant) -> list[tuple[Any, ...]]:
    """Return the cost, its currency and its source of all charges, oldest first."""
    answer = await act(hass, "get_charging_sessions", I4, order="oldest_first")
    words = ("place_kind", "cost", "currency", "cost_from")
    return [tuple(item[word] for word in words) for item in answer["sessions"]]


def figure(hass: HomeAssistant, name: str) -> float | None:
    state = hass.states.get(NAME + name)
    return None if state is None or state.state == "unknown" else float(state.state)


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
@pytest.mark.parametrize(
    ("billed", "expected", "month"),
    [
        (True, [("away", 7.5, "CHF", "bmw"), ("away", 6.2, "EUR", "bmw")], 9.2),
        (False, [("away", 6.0, "EUR", "tariff"), ("away", 6.0, "EUR", "tariff")], 15.0),
    ],
    ids=["billed", "without"],
)
async def test_history(
    hass: HomeAssistant,
    account: MockConfigEntry,
    sends: Sends,
    cardata: SimulatedCarData,
    billed: bool,
    expected: list[tuple[Any, ...]],
    month: float,
) -> None:
    """At home the price of the user counts; what is in another currency is in no sum."""
    cardata.cars[I4].charging_history[:] = [
        row(hours, place, cost if billed else None, currency)
        for hours, place, cost, currency in (
            (4, HOME, 9.9, "EUR"),
            (20, AWAY, 6.2, "EUR"),
            (40, AWAY, 7.5, "CHF"),
        )
    ]
    await sends(wait=timedelta(minutes=17))
    assert await costs(hass) == [*expected, ("home", 3.0, "EUR", "tariff")]
    assert figure(hass, "charging_cost_this_month") == pytest.approx(month)
    assert figure(hass, "cost_of_the_last_charge") == 3.0
    (summary,) = (await act(hass, "get_summary", I4))["periods"]
    assert summary["cost"] == ({"CHF": 7.5, "EUR": 9.2} if billed else {"EUR": 15.0})


SECRET = {
    "place_prices": [{"zone": "zone.secret_place", "price": 0.1}],
    "work_zone": "zone.secret_place",
    "fuel_price_entity": "sensor.secret_place",
}


@pytest.mark.parametrize("prices", [{**PRICES, **SECRET}], ids=["places"])
async def test_diagnostics(
    hass: HomeAssistant, account: MockConfigEntry, sends: Sends, cardata: SimulatedCarData
) -> None:
    """They say where figures are from and what was learned, but no place."""
    rows = [row(4, HOME, 9.9, "EUR"), row(20, AWAY, None, "EUR"), row(40, AWAY, 7.5, "CHF")]
    for item in rows:
        item |= {"displayedStartSoc": 40, "displayedSoc": 60}
    cardata.cars[I4].charging_history[:] = rows
    await sends(wait=timedelta(minutes=17))
    report: Any = await async_get_config_entry_diagnostics(hass, account)
    (car,) = report["vehicles"].values()
    learned = car["journal"]["learned"]
    assert learned["costs_from"] == {"tariff EUR": 2, "bmw CHF": 1}
    assert learned["charge_energy_from"] == {"bmw": 3}
    per_point = learned["grid_energy"]["kwh_per_point"]
    assert per_point == {"ac": {"median": 0.5, "charges": 3}}
    assert "secret_place" not in json_dumps([car["journal"], report["options"]])


@pytest.mark.parametrize("prices", [{}], ids=["no prices"])
async def test_without_prices(
    hass: HomeAssistant, account: MockConfigEntry, sends: Sends, cardata: SimulatedCarData
) -> None:
    """As long as no price is set, nothing appears, whatever BMW says."""
    cardata.cars[I4].charging_history[:] = [row(20, AWAY, 6.2, "EUR")]
    await sends(wait=timedelta(minutes=17))
    assert figure(hass, "charging_cost_this_month") is None
