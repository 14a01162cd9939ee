"""What happens to one car costs no more because of all the others than a check of each."""

from copy import deepcopy
from cProfile import Profile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.mybmw.client.cardata import source
from custom_components.mybmw.client.cardata.quota import Ledger
from tests.ha.support.cardata import entry_of, no_stream, recorded
from tests.replay.cardata import CarDataCar, SimulatedCarData

FEW: Final = 10
MANY: Final = 40
PLENTY: Final = 1_000
"""Calls, so that all of the cars can be read in a day."""

A_CAR: Final = 2_500
"""Function calls that each car may cost while another one is polled."""


def fleet(size: int) -> list[CarDataCar]:
    (model,) = recorded("i4_edrive40")
    model.telematics = dict(list(model.telematics.items())[:10])
    vins = [f"WBY0FINGERPRNT{number:03}" for number in range(size)]
    return [
        replace(deepcopy(model), vin=vin, mapping={**model.mapping, "vin": vin}) for vin in vins
    ]


async def cost_of_a_look(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, size: int, *, dead: bool = False
) -> int:
    """Return the function calls of pressing *Refresh* of one of so many cars."""
    freezer.move_to(datetime(2026, 11, 10, 12, tzinfo=UTC))
    sim = SimulatedCarData(fleet(size), quota=PLENTY)
    entry = entry_of(sim)
    entry.add_to_hass(hass)
    profile = Profile()
    with sim.router(), patch.object(source, "Ledger", lambda: Ledger(limit=PLENTY)):
        await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
        freezer.tick(timedelta(minutes=1))
        async_fire_time_changed(hass)
        await hass.async_block_till_done(wait_background_tasks=True)
        buttons = [
            state.entity_id
            for state in hass.states.async_all("button")
            if state.entity_id.endswith("_refresh") or "_refresh_" in state.entity_id
        ]
        assert len(buttons) == size
        if dead:
            sim.revoke(refresh=True)
        with profile:
            try:
                press = {"entity_id": buttons[-1]}
                await hass.services.async_call("button", "press", press, blocking=True)
            except HomeAssistantError:
                assert dead
            await hass.async_block_till_done()
        if dead:
            lost = [state.state for state in hass.states.async_all("sensor")]
            assert lost.count("unavailable") >= size
        await hass.config_entries.async_remove(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
    return sum(item.callcount for item in profile.getstats())


@pytest.mark.parametrize("dead", [False, True], ids=["one car is read", "all cars are lost"])
async def test_cost_of_a_check_grows_as_the_number_of_cars(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
    dead: bool,
) -> None:
    """Every car has a button that shows whether a call is left, and may be what is due next."""
    no_stream(monkeypatch)
    few = await cost_of_a_look(hass, freezer, FEW, dead=dead)
    many = await cost_of_a_look(hass, freezer, MANY, dead=dead)
    if dead:  # every entity is written
        assert many <= few * MANY / FEW
    else:
        assert many - few <= (MANY - FEW) * A_CAR
