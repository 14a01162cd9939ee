"""A car that is refuelled: the event, the action, and the files."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.ha.journal.conftest import Sends, Storage
from tests.ha.journal.test_files import restart
from tests.ha.support.actions import act
from tests.ha.support.cardata import PETROL, no_stream, push, recorded, say
from tests.replay.cardata import SimulatedCarData
from tests.replay.carstate import FUEL, FUEL_LEVEL

MINUTE = timedelta(minutes=1)


@pytest.fixture
def cardata(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimulatedCarData]:
    """The simulated service with a petrol car."""
    no_stream(monkeypatch)
    simulated = SimulatedCarData(recorded("320i"), fresh=True)
    with simulated.router():
        yield simulated


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_refuelled(
    hass: HomeAssistant,
    hass_storage: Storage,
    entity_registry: er.EntityRegistry,
    account: MockConfigEntry,
    sends: Sends,
) -> None:
    """From 31 to 55 L: that is an event and an answer, and still known after a restart."""

    def of(key: str) -> Any:
        entity = entity_registry.async_get_entity_id("event", "mybmw", f"{PETROL}-{key}")
        return hass.states.get(entity or "")

    await sends(wait=MINUTE)
    assert of("refuelling").state == "unknown"
    push(account, say(PETROL, {FUEL: 55, FUEL_LEVEL: 93}))
    await sends(wait=MINUTE)
    shown = of("refuelling").attributes
    assert (shown["event_type"], shown["fuel"]) == ("refuelled", 24)
    assert (shown["level_before"], shown["level_after"]) == (53, 93)
    (item,) = (await act(hass, "get_refuellings", PETROL))["refuellings"]
    assert (item["fuel"], item["fuel_before"], item["fuel_after"]) == (24, 31, 55)
    assert await act(hass, "get_refuellings", PETROL, end="2026-11-01 00:00:00") == {
        "refuellings": []
    }
    answer = await act(hass, "export_log", PETROL, what="refuellings")
    assert answer["records"] == 1
    await restart(hass, account, hass_storage)
    assert await act(hass, "get_refuellings", PETROL) == {"refuellings": [item]}
    assert await act(hass, "clear_log", PETROL, confirm=True) == {"deleted": 1}
    assert await act(hass, "get_refuellings", PETROL) == {"refuellings": []}
