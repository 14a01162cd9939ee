"""Following the way out of a broken set-up ends the cause that the doctor names.

What has no way out is left out: a motorcycle sends nothing by itself, and a tank cannot be fitted.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Final

from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.mybmw.client.cardata.mapping import LATITUDE, LONGITUDE
from custom_components.mybmw.client.core.values import StreamState
from custom_components.mybmw.const import DOMAIN
from tests.ha.sources.test_connecteddrive import I3 as LEGACY_I3, LOGIN
from tests.ha.support.cardata import I4, MILEAGE_KEY, SOC_KEY, say, tokens
from tests.ha.test_doctor import ALARM, HOOD, LOCKED, NOON, PLUG, ROWS, SOC, TRIP, Setting
from tests.replay.connecteddrive import BUNDLED, LegacyCar, SimulatedConnectedDrive, load

pytestmark = pytest.mark.freeze_time(NOON)

CURRENT_LIMIT: Final = "vehicle.powertrain.electric.battery.charging.acLimit.selected"
NO_WAY_OUT: Final = {"fine", "motorcycle", "no_tank"}

type WayOut = Callable[[Setting], Awaitable[None]]


async def unlock(setting: Setting) -> None:
    """Unlock the car, which sends then."""
    await setting.become(StreamState.CONNECTED)
    await setting.send()


async def stop_the_other_program(setting: Setting) -> None:
    setting.stream.disputed = False
    await unlock(setting)


async def stop_it_and_wait_for_midnight(setting: Setting) -> None:
    await stop_the_other_program(setting)
    await bmw_works_again(setting)


async def reload(setting: Setting, **changes: Any) -> None:
    """Change the account, as its dialogs do, which reload it."""
    setting.hass.config_entries.async_update_entry(setting.entry, **changes)
    await setting.hass.config_entries.async_reload(setting.entry.entry_id)
    await setting.hass.async_block_till_done()


async def choose(setting: Setting, **options: Any) -> None:
    """Change the options."""
    await reload(setting, options=options)


async def log_in_again(setting: Setting) -> None:
    """Log in again, after subscribing to the stream if that was missing."""
    setting.sim.subscribed.add("cardata:streaming:read")
    account = setting.entry.data["sources"]["cardata"]
    login = {**account, "tokens": {**tokens(setting.sim), "generation": 99}}
    await reload(setting, data={"sources": {"cardata": login}})
    await setting.elapse(timedelta(hours=1))


async def log_in_again_for_the_stream(setting: Setting) -> None:
    await log_in_again(setting)
    await unlock(setting)


async def bmw_works_again(setting: Setting) -> None:
    """Wait until it does, past midnight if all requests were used."""
    setting.sim.heal()
    await setting.elapse_hours(16)
    if setting.entry.options.get("stream") is None:
        await unlock(setting)


async def become_the_main_user(setting: Setting) -> None:
    setting.sim.heal()
    await setting.elapse_hours(48)


async def switch_the_stream_on(setting: Setting) -> None:
    await choose(setting, stream={"stream": "bmw"})
    await unlock(setting)


async def track_the_position(setting: Setting) -> None:
    await choose(setting, track_position=True)
    await setting.become(StreamState.CONNECTED)
    await setting.send({LATITUDE: 48.1, LONGITUDE: 11.5})


async def ask_for_tires(setting: Setting) -> None:
    await choose(setting, cardata={"tyres": True})
    await setting.elapse_hours(24)


async def select_the_rest(setting: Setting) -> None:
    await setting.send({LOCKED: "CHARGINGCABLELOCKED", CURRENT_LIMIT: 16})


async def send_what_is_missing(setting: Setting) -> None:
    await setting.send({HOOD: "CLOSED", ALARM: "UNARMED"})


async def send_a_good_mileage(setting: Setting) -> None:
    await setting.send({MILEAGE_KEY: 40_000})


async def plug_in(setting: Setting) -> None:
    await setting.send({PLUG: "CONNECTED"})


async def end_a_trip(setting: Setting) -> None:
    await setting.send({TRIP: "2026-11-10T12:55:00Z", SOC_KEY: 50})


async def add_another_source(setting: Setting) -> None:
    """Add the source that is named, here a server of the legacy API."""
    recorded = next(car for car in load(BUNDLED).cars if car.vin == LEGACY_I3)
    car = LegacyCar(I4, {**recorded.entry, "vin": I4}, recorded.answers)
    router = SimulatedConnectedDrive([car]).router()
    router.start()
    setting.after.callback(router.stop)
    sources = {**setting.entry.data["sources"], "connecteddrive": {**LOGIN}}
    await reload(setting, data={"sources": sources})
    await setting.become(StreamState.CONNECTED)
    await setting.send()


async def add_another_source_and_send_a_command(setting: Setting) -> None:
    await add_another_source(setting)
    registry = er.async_get(setting.hass)
    lock = registry.async_get_entity_id("lock", DOMAIN, f"{I4}-lock")
    sent = setting.hass.services.async_call("lock", "lock", {"entity_id": lock}, blocking=True)
    await asyncio.gather(sent, setting.elapse(timedelta(seconds=30)))
    await setting.elapse(timedelta(seconds=1))


async def make_a_trip(setting: Setting) -> None:
    """Drive on; the trip has ended when the car has stood for a while."""
    await setting.send({MILEAGE_KEY: 31_450})
    await setting.send({MILEAGE_KEY: 31_462})
    for _ in range(40):
        await setting.elapse(timedelta(minutes=1))
    await setting.send()


WAYS_OUT: Final[dict[str, WayOut]] = {
    "asleep": unlock,
    "never_sent": unlock,
    "stream_taken": stop_the_other_program,
    "stream_refused": log_in_again_for_the_stream,
    "stream_lost": unlock,
    "stream_off": switch_the_stream_on,
    "login": log_in_again,
    "login_of_stream": log_in_again_for_the_stream,
    "not_subscribed": log_in_again_for_the_stream,
    "quota": bmw_works_again,
    "network": bmw_works_again,
    "network_but_stream": bmw_works_again,
    "outage": bmw_works_again,
    "outage_and_lost": bmw_works_again,
    "denied": become_the_main_user,
    "silent": bmw_works_again,
    "position_off": track_the_position,
    "tires_off": ask_for_tires,
    "half_selected": select_the_rest,
    "impossible": send_a_good_mileage,
    "without_value": send_what_is_missing,
    "ended": plug_in,
    "trip_end": end_a_trip,
    "other_source": add_another_source,
    "no_trip_yet": make_a_trip,
    "no_command": add_another_source_and_send_a_command,
    "taken_and_quota": stop_it_and_wait_for_midnight,
}


def test_every_set_up_has_a_way_out() -> None:
    """All others are known to have none."""
    assert WAYS_OUT.keys() == ROWS.keys() - NO_WAY_OUT


@pytest.mark.parametrize("name", WAYS_OUT)
async def test_way_out(setting: Setting, name: str) -> None:
    """The causes that were named of the car, the account and the values are gone."""
    row = ROWS[name]
    await row.breaks(setting)
    assert tuple((await setting.car())["car"]["causes"]) == row.car
    await WAYS_OUT[name](setting)
    answer = await setting.car()
    assert answer["account"]["causes"] == []
    assert not set(row.car) & set(answer["car"]["causes"])
    for key, causes in row.values.items():
        left = set(causes) & set(answer["values"][key]["causes"])
        assert not left, (key, answer["values"][key]["text"])


async def test_refresh_of_a_motorcycle(setting: Setting) -> None:
    """It has no stream, but a request brings the newest values at any time."""
    row = ROWS["motorcycle"]
    await row.breaks(setting)
    setting.sim.cars[I4].receive(say(I4, {SOC_KEY: 42}))
    device = setting.entry.runtime_data.device(I4)
    await setting.hass.services.async_call(
        DOMAIN, "refresh", {"device_id": device.id}, blocking=True
    )
    await setting.elapse(timedelta(seconds=1))
    answer = await setting.car()
    assert answer["values"][SOC]["state"] == "fresh"
    assert answer["car"]["causes"] == ["motorcycle"]
