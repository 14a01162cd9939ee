"""Entities that the user does not want are known to Home Assistant, and cost nothing more."""

from datetime import timedelta
import logging

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest

from tests.ha.conftest import Elapse, SetUp

REJECTED = "Not adding entity"
"""What Home Assistant logs of an entity that was made in vain."""

RANGE = "sensor.ix_xdrive50_remaining_range_electric"


def known(hass: HomeAssistant) -> dict[str, er.RegistryEntry]:
    return dict(er.async_get(hass).entities.items())


def of_cars(hass: HomeAssistant) -> dict[str, er.RegistryEntry]:
    """Return the entities that are not those of services."""
    return {
        entity_id: item
        for entity_id, item in known(hass).items()
        if not item.unique_id.startswith(str(item.config_entry_id))
    }


def rejected(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [message for message in caplog.messages if message.startswith(REJECTED)]


async def test_disabled_entities_are_not_made(
    hass: HomeAssistant, set_up: SetUp, caplog: pytest.LogCaptureFixture
) -> None:
    """They are made once, so that they can be enabled, and not again."""
    caplog.set_level(logging.DEBUG)
    entry = await set_up()
    before = known(hass)
    off = {entity_id for entity_id, item in before.items() if item.disabled}
    assert len(rejected(caplog)) == len(off) > 10
    caplog.clear()
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert rejected(caplog) == []
    assert known(hass) == before


async def test_enabled_again_as_if_it_had_never_been_away(
    hass: HomeAssistant, set_up: SetUp, elapse: Elapse
) -> None:
    """Name and unit of an entity follow the language and the car, whenever it is enabled."""
    entry = await set_up()
    registry = er.async_get(hass)
    off = [item.entity_id for item in known(hass).values() if item.disabled]
    english = registry.entities[RANGE].original_name
    registry.async_update_entity(RANGE, disabled_by=er.RegistryEntryDisabler.USER)
    hass.config.language = "de"
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert hass.states.get(RANGE) is None
    for entity_id in [*off, RANGE]:
        registry.async_update_entity(entity_id, disabled_by=None)
    await elapse(timedelta(seconds=31))
    names = {item.entity_id: item.original_name for item in known(hass).values()}
    shown = hass.states.get(RANGE)
    assert shown is not None
    assert names[RANGE] != english
    assert shown.attributes["unit_of_measurement"] == "km"
    assert [entity_id for entity_id in off if hass.states.get(entity_id) is None] == []


@pytest.mark.parametrize("away", [0, 60], ids=["at once", "later"])
async def test_car_that_comes_back_gets_its_disabled_entities_too(
    hass: HomeAssistant, set_up: SetUp, elapse: Elapse, away: int
) -> None:
    """Removing a car removes what Home Assistant knows of it; nothing of that is remembered."""
    entry = await set_up()
    before = {item.unique_id: item.disabled for item in of_cars(hass).values()}
    coordinator = entry.runtime_data
    (vin,) = coordinator.vehicles
    readings = list(coordinator.vehicles[vin])
    coordinator.async_forget(vin)
    registry = er.async_get(hass)
    for entity_id in list(of_cars(hass)):
        registry.async_remove(entity_id)
    await hass.async_block_till_done()
    if away:
        await elapse(timedelta(seconds=away))
    coordinator.async_push({vin: readings})
    # Soon after another change it is put off a little
    await elapse(timedelta(seconds=1))
    assert {item.unique_id: item.disabled for item in of_cars(hass).values()} == before
