"""A car without a plug: its journal has trips, distances and fuel, and nothing of charging."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mybmw.client.core.attributes import JOURNAL
from tests.ha.journal.conftest import NOON, Sends
from tests.ha.support.actions import act
from tests.ha.support.cardata import MILEAGE_KEY, PETROL, no_stream, push, recorded, say
from tests.replay.cardata import SimulatedCarData
from tests.replay.carstate import IGNITION, LIFETIME_DISTANCE, LIFETIME_FUEL, LOCK

MINUTE = timedelta(minutes=1)


@pytest.fixture
def cardata(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimulatedCarData]:
    """The simulated service with a petrol car."""
    no_stream(monkeypatch)
    simulated = SimulatedCarData(recorded("320i"), fresh=True)
    with simulated.router():
        yield simulated


@pytest.fixture
def options() -> dict[str, Any]:
    """Prices of charging are set, for another car of the account."""
    return {"journal": {"keep": True, "join_stops": 5, "tariff": "fixed", "price": 0.3}}


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_petrol(hass: HomeAssistant, account: MockConfigEntry, sends: Sends) -> None:
    """What it has is distance, trips and fuel; nothing about charging, costs of it or a battery."""
    items = list(account.runtime_data.vehicles[PETROL])
    start = next(float(item.value) for item in items if item.attribute.key == "mileage")

    async def sent(values: dict[str, Any], wait: timedelta) -> None:
        push(account, say(PETROL, values))
        await sends(wait=wait)

    await sent({LIFETIME_DISTANCE: start, LIFETIME_FUEL: 1000}, MINUTE)
    await sent({IGNITION: "ASN_isTrue", LOCK: "UNLOCKED"}, 10 * MINUTE)
    await sent({MILEAGE_KEY: start + 20}, 10 * MINUTE)
    await sent({IGNITION: "ASN_isFalse", MILEAGE_KEY: start + 40, LOCK: "SECURED"}, 20 * MINUTE)
    await sent({LIFETIME_DISTANCE: start + 40, LIFETIME_FUEL: 1002.6}, MINUTE)
    entities = er.async_entries_for_config_entry(er.async_get(hass), account.entry_id)
    keys = {item.key for item in JOURNAL}
    found = {item.unique_id.removeprefix(f"{PETROL}-") for item in entities} & keys
    periods = {f"distance_{period}" for period in ("today", "week", "month", "year")}
    assert found - {"distance_from_home", "at_home"} == {
        *periods,
        "driving",
        "last_trip",
        "fuel_month",
        "fuel_consumption_month",
    }
    (today,) = (await act(hass, "get_summary", PETROL, period="day"))["periods"]
    assert {key: value for key, value in today.items() if value} == {
        "start": today["start"],
        "end": today["end"],
        "distance": 40,
        "trips": 1,
        "fuel": 2.6,
        "fuel_consumption": 6.5,
    }
    assert today["start"] < NOON.isoformat()
