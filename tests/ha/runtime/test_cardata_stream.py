"""The stream in Home Assistant: quiet, complete, and back after whatever happens to it."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from unittest.mock import patch

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.entity import Entity
import orjson
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mybmw.client.cardata import CardataSource, Pace, connection
from custom_components.mybmw.const import DOMAIN
from custom_components.mybmw.runtime import dispatcher
from custom_components.mybmw.sources import cardata as cardata_source
from tests.ha.support import flows, state
from tests.ha.support.cardata import (
    I4,
    MILEAGE_KEY,
    SOC_KEY,
    broker_of,
    entry_of,
    no_stream,
    poller,
    push,
    recorded,
    say,
    until,
)
from tests.replay.broker import SimulatedBroker
from tests.replay.cardata import SimulatedCarData
from tests.replay.mosquitto import MosquittoMissing, find_mosquitto
from tests.replay.refusal import Refusal
from tests.replay.writes import writes

SOC = "sensor.i4_edrive40_remaining_battery_percent"
MILEAGE = "sensor.i4_edrive40_mileage"
DRIVING = "binary_sensor.i4_edrive40_driving"
CONNECTION = "sensor.i4_edrive40_connection"
STREAM = "binary_sensor.bmw_cardata_stream"
REFRESH = "button.i4_edrive40_refresh"
TRACKER = "device_tracker.i4_edrive40"
LATITUDE = "vehicle.cabin.infotainment.navigation.currentLocation.latitude"
LONGITUDE = "vehicle.cabin.infotainment.navigation.currentLocation.longitude"


class Waits(list[float]):
    """The pauses that the stream has asked for; they are cut short."""

    async def sleep(self, seconds: float) -> None:
        """Note a pause."""
        self.append(seconds)
        await asyncio.sleep(0.02)


@pytest.fixture
def cardata() -> Iterator[SimulatedCarData]:
    """The simulated service with one electric car, its newest values measured just now."""
    simulated = SimulatedCarData(recorded("i4_edrive40"), fresh=True)
    with simulated.router():
        yield simulated


@pytest.fixture
def waited(monkeypatch: pytest.MonkeyPatch) -> Waits:
    """Nothing waits for real, apart from Home Assistant."""
    made = Waits()
    monkeypatch.setattr(connection, "CardataSource", partial(CardataSource, sleep=made.sleep))
    # However long a machine takes, the limits do not count it
    monkeypatch.setattr(cardata_source, "Pace", partial(Pace, lambda: 0.0))
    return made


@pytest.fixture
async def broker(
    cardata: SimulatedCarData, waited: Waits, socket_enabled: None
) -> AsyncIterator[SimulatedBroker]:
    """A real broker with TLS in place of BMW's."""
    try:
        find_mosquitto()
    except MosquittoMissing as missing:
        pytest.skip(str(missing))
    async with broker_of(cardata) as running:
        yield running


@pytest.fixture
async def live(
    hass: HomeAssistant, cardata: SimulatedCarData, broker: SimulatedBroker
) -> AsyncIterator[MockConfigEntry]:
    """An account that listens to the broker."""
    entry = entry_of(cardata)
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    await broker.wait_for_subscriptions()
    await until(lambda: state(hass, STREAM) == "on")
    yield entry
    await hass.config_entries.async_unload(entry.entry_id)


@pytest.fixture
async def still(
    hass: HomeAssistant, cardata: SimulatedCarData, monkeypatch: pytest.MonkeyPatch
) -> MockConfigEntry:
    """An account without a stream, for what does not need one."""
    no_stream(monkeypatch)
    monkeypatch.setattr(Entity, "entity_registry_enabled_default", True)
    entry = entry_of(cardata)
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    return entry


async def shown(hass: HomeAssistant, broker: SimulatedBroker, soc: int) -> None:
    """Let the car report and wait until it is shown."""
    await broker.publish(I4, say(I4, {SOC_KEY: soc}))
    await until(lambda: state(hass, SOC) == str(soc))


def place(hass: HomeAssistant) -> tuple[float | None, float | None]:
    """Return where the tracker shows the car."""
    tracker = hass.states.get(TRACKER)
    assert tracker is not None
    return tracker.attributes.get("latitude"), tracker.attributes.get("longitude")


async def test_one_change_is_one_write(hass: HomeAssistant, still: MockConfigEntry) -> None:
    """A duplicate, or the same value measured again, writes nothing."""
    now = datetime.now(UTC)
    push(still, say(I4, {MILEAGE_KEY: 31_999}, now))
    await until(lambda: state(hass, MILEAGE) == "31999")
    with writes(hass) as counted:
        push(still, say(I4, {MILEAGE_KEY: 32_000}, now + timedelta(seconds=1)))
        await until(lambda: state(hass, MILEAGE) == "32000")
    # The journal may begin a trip meanwhile
    assert counted[MILEAGE] == 1
    assert counted.keys() <= {MILEAGE, "event.i4_edrive40_trip", DRIVING}
    with writes(hass) as counted:
        push(still, say(I4, {MILEAGE_KEY: 32_000}, now + timedelta(seconds=1)))
        push(still, say(I4, {MILEAGE_KEY: 32_000}, now + timedelta(seconds=9)))
        push(still, say(I4, {MILEAGE_KEY: 31_000}, now))
        push(still, say(I4, {SOC_KEY: 66}, now))
        await until(lambda: state(hass, SOC) == "66")
    assert MILEAGE not in counted


async def test_burst_is_reported_in_few_writes_and_nothing_is_lost(
    hass: HomeAssistant, still: MockConfigEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two hundred changes of one value in a row: the newest one is shown in the end."""
    monkeypatch.setattr(dispatcher, "_SLICE", 0.0001)
    monkeypatch.setattr(dispatcher, "_AT_ONCE", 1)
    now = datetime.now(UTC)
    with writes(hass) as counted:
        for second in range(200):
            later = now + timedelta(milliseconds=second)
            push(still, say(I4, {SOC_KEY: second % 100, MILEAGE_KEY: 32_000 + second}, later))
        await until(lambda: (state(hass, MILEAGE), state(hass, SOC)) == ("32199", "99"))
    assert counted[MILEAGE] < 10


async def test_halves_of_positions_are_not_mixed(
    hass: HomeAssistant, still: MockConfigEntry
) -> None:
    now = datetime.now(UTC)
    push(still, say(I4, {LATITUDE: 48.1}, now))
    push(still, say(I4, {LONGITUDE: 11.5}, now))
    await until(lambda: place(hass) == (48.1, 11.5))
    push(still, say(I4, {LATITUDE: 50.9, SOC_KEY: 66}, now + timedelta(minutes=2)))
    await until(lambda: state(hass, SOC) == "66")
    assert place(hass) == (48.1, 11.5)
    push(still, say(I4, {LONGITUDE: 6.9}, now + timedelta(minutes=2, seconds=1)))
    await until(lambda: place(hass) == (50.9, 6.9))


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\xff\xfe",
        b"{",
        b"[]",
        b"7",
        b'{"vin": 7, "data": []}',
        b'{"vin": "WBY0FINGERPRINT01", "data": {"vehicle.vehicle.travelledDistance": 7}}',
        b'{"vin": "WBY0FINGERPRINT01", "data": {"x": {"value": 1, "timestamp": "soon"}}}',
    ],
)
async def test_nonsense_changes_nothing(
    hass: HomeAssistant, live: MockConfigEntry, broker: SimulatedBroker, payload: bytes
) -> None:
    """The connection survives, and the next message counts."""
    await broker.publish(I4, payload)
    await shown(hass, broker, 33)
    assert broker.connects == 1


@pytest.mark.parametrize("trouble", ["cut", "kick", "restart"])
async def test_lost_connection_comes_back(
    hass: HomeAssistant, live: MockConfigEntry, broker: SimulatedBroker, waited: Waits, trouble: str
) -> None:
    await shown(hass, broker, 33)
    if trouble == "cut":
        broker.cut()
    elif trouble == "kick":
        await broker.kick()
    else:
        await broker.stop()
        await until(lambda: state(hass, STREAM) == "off")
        await broker.start()
    await broker.wait_for_connects(2)
    await until(lambda: state(hass, STREAM) == "on")
    await shown(hass, broker, 34)
    assert all(pause > 7 for pause in waited[1:]), "never sooner than 10 s, less some jitter"
    assert state(hass, SOC) == "34"


async def test_refused_token_is_replaced(
    hass: HomeAssistant,
    live: MockConfigEntry,
    broker: SimulatedBroker,
    cardata: SimulatedCarData,
) -> None:
    """The broker does not accept a token that is good by the clock: another one is asked for."""
    before = live.data["sources"]["cardata"]["tokens"]["identity"]
    broker.expect("another")
    broker.cut()
    await until(lambda: live.data["sources"]["cardata"]["tokens"]["identity"] != before)
    await broker.wait_for_subscriptions(2)
    await shown(hass, broker, 35)


async def test_stream_is_taken_by_another_program(
    hass: HomeAssistant, live: MockConfigEntry, broker: SimulatedBroker
) -> None:
    """Another program throws us out again and again: the user is notified, and it goes on."""
    issue = f"stream_taken_{live.entry_id}"
    for times in range(1, 4):
        await broker.wait_for_connects(times)
        await until(lambda: state(hass, STREAM) == "on")
        await broker.kick()
        await until(lambda: state(hass, STREAM) == "off")
    await until(lambda: ir.async_get(hass).async_get_issue(DOMAIN, issue) is not None)
    await broker.wait_for_subscriptions(4)
    await shown(hass, broker, 36)


async def test_stream_is_refused_for_good(
    hass: HomeAssistant, live: MockConfigEntry, broker: SimulatedBroker, waited: Waits
) -> None:
    """Values stay, the user is notified, the pauses grow; when it works again the issue goes."""
    await shown(hass, broker, 37)
    issue = f"stream_refused_{live.entry_id}"
    broker.refuse(Refusal.NOT_AUTHORIZED)
    broker.cut()
    await until(lambda: ir.async_get(hass).async_get_issue(DOMAIN, issue) is not None)
    assert state(hass, SOC) == "37"
    connects = [pause for pause in waited if pause > 1]
    assert any(later > earlier for earlier, later in pairwise(connects))
    broker.accept()
    await until(lambda: ir.async_get(hass).async_get_issue(DOMAIN, issue) is None)
    await broker.wait_for_subscriptions(2)
    await shown(hass, broker, 38)


async def test_dead_login_is_reported_at_once(
    hass: HomeAssistant,
    cardata: SimulatedCarData,
    broker: SimulatedBroker,
) -> None:
    """A backup with a used-up refresh token: one flow waits for the user, BMW is left alone."""
    entry = entry_of(cardata)
    account = entry.data["sources"]["cardata"]
    stale = {**account["tokens"], "expires": datetime.now(UTC).isoformat()}
    entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(
        entry, data={"sources": {"cardata": {**account, "tokens": stale}}}
    )
    cardata.revoke(refresh=True)
    await hass.config_entries.async_setup(entry.entry_id)
    await until(lambda: flows(hass) == ["reauth"])
    assert not [call for call in cardata.calls if call.counted]
    assert broker.connects == 0
    await hass.config_entries.async_unload(entry.entry_id)


async def test_disk_is_full(
    hass: HomeAssistant, live: MockConfigEntry, broker: SimulatedBroker
) -> None:
    """What cannot be saved is still shown."""
    full = OSError(28, "No space left on device")
    with patch("homeassistant.helpers.storage.write_utf8_file", side_effect=full):
        await live.runtime_data.async_save()
        await shown(hass, broker, 39)
    await shown(hass, broker, 40)


async def test_nothing_lingers(
    hass: HomeAssistant, live: MockConfigEntry, broker: SimulatedBroker
) -> None:
    """After unloading, the connection is closed and what comes late changes nothing."""
    await shown(hass, broker, 41)
    coordinator = live.runtime_data
    assert await hass.config_entries.async_unload(live.entry_id)
    await until(lambda: not broker.connected)
    coordinator.async_push({I4: []})
    assert state(hass, SOC) == "unavailable"
    await hass.config_entries.async_setup(live.entry_id)
    await broker.wait_for_subscriptions(2)
    await shown(hass, broker, 42)


async def test_reloads_do_not_connect_too_often(
    hass: HomeAssistant, live: MockConfigEntry, broker: SimulatedBroker, waited: Waits
) -> None:
    """The limits hold for the account, not for one life of its entry."""
    await hass.config_entries.async_reload(live.entry_id)
    await broker.wait_for_connects(2)
    await until(lambda: state(hass, STREAM) == "on")
    assert 10 in waited


async def test_who_sleeps_and_who_never_sent_anything(
    hass: HomeAssistant, live: MockConfigEntry, broker: SimulatedBroker
) -> None:
    await until(lambda: state(hass, CONNECTION) == "never_sent")
    await shown(hass, broker, 43)
    await until(lambda: state(hass, CONNECTION) == "active")
    source = poller(live).source
    assert isinstance(source, CardataSource)
    source._activity.last_message[I4] -= timedelta(minutes=16)
    source._activity._changed.set()
    await until(lambda: state(hass, CONNECTION) == "asleep")
    await shown(hass, broker, 44)
    await until(lambda: state(hass, CONNECTION) == "active")


@pytest.mark.parametrize(
    ("prefix", "topic"), [("bmw", f"bmw/{I4}"), ("bmw/#", f"bmw/some-gcid/{I4}")]
)
async def test_own_broker(
    hass: HomeAssistant,
    cardata: SimulatedCarData,
    waited: Waits,
    socket_enabled: None,
    prefix: str,
    topic: str,
) -> None:
    """A bridge passes BMW's messages on to a broker of the user's, in either form."""
    try:
        find_mosquitto()
    except MosquittoMissing as missing:
        pytest.skip(str(missing))
    async with SimulatedBroker("me", "secret", topics=("bmw/#",)) as broker:
        options = {
            "stream": "own",
            "host": "localhost",
            "port": broker.port,
            "tls": True,
            "ca": broker.ca_file.read_text(),
            "username": "me",
            "password": "secret",
            "prefix": prefix,
        }
        entry = entry_of(cardata, stream=options)
        entry.add_to_hass(hass)
        await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
        await broker.wait_for_subscriptions(2)
        content = say(I4, {SOC_KEY: 45})
        await broker.publish_to(topic, orjson.dumps(content))
        await until(lambda: state(hass, SOC) == "45")
        await hass.config_entries.async_unload(entry.entry_id)


async def test_silence_since_the_beginning_is_reported(
    hass: HomeAssistant, live: MockConfigEntry
) -> None:
    """An hour of listening without a word: most often nothing is selected in the portal."""
    source = poller(live).source
    assert isinstance(source, CardataSource)
    source._activity._silent[I4] = datetime.now(UTC) - timedelta(minutes=61)
    poller(live)._replan()
    issue = f"stream_silent_{I4[-7:].lower()}_{live.entry_id}"
    assert ir.async_get(hass).async_get_issue(DOMAIN, issue) is not None
    push(live, say(I4, {SOC_KEY: 46}))
    poller(live)._replan()
    assert ir.async_get(hass).async_get_issue(DOMAIN, issue) is None


async def test_dead_login_is_no_connection(
    hass: HomeAssistant,
    live: MockConfigEntry,
    broker: SimulatedBroker,
    cardata: SimulatedCarData,
) -> None:
    """The broker still has us when a request finds the login dead; nothing counts any more."""
    await shown(hass, broker, 41)
    cardata.revoke(refresh=True)
    with pytest.raises(HomeAssistantError):
        await hass.services.async_call("button", "press", {"entity_id": REFRESH}, blocking=True)
    assert broker.connected
    assert flows(hass) == ["reauth"]
    assert state(hass, STREAM) == "off"
    assert state(hass, SOC) == "unavailable"
    connection = hass.states.get(CONNECTION)
    assert connection is not None
    assert (connection.state, connection.attributes["reason"]) == ("no_stream", "login_needed")
