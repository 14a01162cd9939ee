"""Every entity of a car gets a true explanation, those of trips and charges too."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mybmw.const import DOMAIN
from tests.ha.journal.conftest import Sends
from tests.ha.support.cardata import I4, MILEAGE_KEY, SOC_KEY
from tests.ha.test_data_states import Seen, seen

__all__ = ["seen"]

STATUS: Final = "vehicle.drivetrain.electricEngine.charging.status"
PLUG: Final = "vehicle.body.chargingPort.status"
WORKED_OUT: Final = "worked out from what was reported."
WELL: Final = "As far as is known, nothing is wrong."
NO_STATE: Final = ("button", "event", "image", "notify")
"""The platforms whose entities have no state before something happens."""

pytestmark = pytest.mark.usefixtures("entity_registry_enabled_by_default")


async def explain(hass: HomeAssistant, entity: str) -> dict[str, Any]:
    """Return what the action answers about an entity."""
    answer = await hass.services.async_call(
        DOMAIN, "explain", {"entity_id": entity}, blocking=True, return_response=True
    )
    assert answer is not None
    return answer


def shown(hass: HomeAssistant, entry: MockConfigEntry, vin: str) -> Iterator[tuple[str, str]]:
    """Yield the entities of a car with their states."""
    for known in er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id):
        state = hass.states.get(known.entity_id)
        if vin in known.unique_id and state is not None:
            yield known.entity_id, state.state


async def check(hass: HomeAssistant, entry: MockConfigEntry, vin: str) -> int:
    """Compare each explanation with the state, and return how many there are."""
    entities = list(shown(hass, entry, vin))
    for entity, state in entities:
        answer = await explain(hass, entity)
        assert 10 < len(answer["text"]) <= 200, entity
        assert answer["text"].endswith("."), entity
        if entity.startswith(NO_STATE) or answer.get("state") is None:
            continue
        without = state in (STATE_UNKNOWN, STATE_UNAVAILABLE)
        if not without:
            assert answer["state"] != "missing", (entity, state, answer["text"])
        elif answer["state"] == "missing":
            assert answer["causes"], entity
    return len(entities)


async def test_before_and_after_a_trip_and_a_charge(
    hass: HomeAssistant, account: MockConfigEntry, sends: Sends
) -> None:
    """What follows from them is not called missing, nor said to come by a request."""
    before = await check(hass, account, I4)
    await sends({MILEAGE_KEY: 31_450, SOC_KEY: 60})
    await sends({MILEAGE_KEY: 31_470, SOC_KEY: 52}, wait=timedelta(minutes=40))
    await sends({STATUS: "CHARGINGACTIVE", PLUG: "CONNECTED"}, wait=timedelta(minutes=2))
    await sends({SOC_KEY: 60}, wait=timedelta(minutes=20))
    await sends({STATUS: "NOCHARGING", SOC_KEY: 62}, wait=timedelta(minutes=2))
    await sends({PLUG: "DISCONNECTED"}, wait=timedelta(minutes=20))
    assert await check(hass, account, I4) > before
    for entity in (
        "last_trip",
        "last_charge",
        "last_charge_end",
        "predicted_state_of_charge",
        "consumption_today",
        "energy_charged_away",
    ):
        answer = await explain(hass, f"sensor.i4_edrive40_{entity}")
        assert answer["state"] == "fresh", entity
        assert answer["text"].endswith(WORKED_OUT), entity


async def test_entities_without_a_value_of_the_car(
    hass: HomeAssistant, account: MockConfigEntry
) -> None:
    """They are explained by the state of the car, also if all is well."""
    for entity in (
        "button.i4_edrive40_refresh",
        "image.i4_edrive40_front_side_view",
        "sensor.i4_edrive40_data_state",
        "sensor.i4_edrive40_data_coverage",
    ):
        answer = await explain(hass, entity)
        assert answer["text"] == WELL
        assert answer["car"]["state"] == "ok"


async def test_what_a_car_cannot_have(hass: HomeAssistant, account: MockConfigEntry) -> None:
    """An electric car burns nothing; what takes more than one charge says so."""
    device = account.runtime_data.device(I4)
    answer = await hass.services.async_call(
        DOMAIN, "explain", {"device_id": device.id}, blocking=True, return_response=True
    )
    assert answer is not None
    values: Any = answer["values"]
    assert values["fuel_month"]["causes"] == ["not_fitted"]
    assert values["last_trip"]["causes"] == ["no_records"]


async def test_other_services(hass: HomeAssistant, seen: Seen) -> None:
    """The same goes for cars of the services that are asked."""
    await seen.start()
    assert await check(hass, seen.asked.entry, seen.asked.vin) > 20
