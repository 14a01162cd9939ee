"""Home Assistant is killed, its disk full, its clock wrong: BMW's quota holds all the same."""

from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store
from homeassistant.util.file import WriteError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

from custom_components.mybmw.client import Poll
from custom_components.mybmw.client.cardata import CardataSource
from custom_components.mybmw.client.cardata.quota import LIMIT, Reason
from custom_components.mybmw.const import DOMAIN
from tests.ha.support import state
from tests.ha.support.cardata import counted, entry_of, no_stream, poller, recorded
from tests.replay.cardata import Endpoint, SimulatedCarData
from tests.replay.cardata.faults import out_of_quota

type Storage = dict[str, Any]

MILEAGE = "sensor.i4_edrive40_mileage"
BUTTON = {"entity_id": "button.i4_edrive40_refresh"}
FIRST = 5
TEN_DAYS = timedelta(days=10)


@pytest.fixture(autouse=True)
def enable_event_loop_debug() -> None:
    """Leave the debug mode of the event loop off: it takes a third of the time."""


@pytest.fixture
def cardata(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimulatedCarData]:
    """The simulated service with one electric car and without a stream."""
    no_stream(monkeypatch)
    simulated = SimulatedCarData(recorded("i4_edrive40"), fresh=True)
    with simulated.router():
        yield simulated


@pytest.fixture
def entry(cardata: SimulatedCarData, hass: HomeAssistant) -> MockConfigEntry:
    """An account that is not set up yet."""
    made = entry_of(cardata)
    made.add_to_hass(hass)
    return made


async def begin(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)


async def live(hass: HomeAssistant, freezer: FrozenDateTimeFactory, delta: timedelta) -> None:
    """Let time pass in steps in which timers fire."""
    for _ in range(round(delta / timedelta(minutes=30))):
        freezer.tick(timedelta(minutes=30))
        async_fire_time_changed(hass)
        await hass.async_block_till_done(wait_background_tasks=True)


async def set_back(hass: HomeAssistant, freezer: FrozenDateTimeFactory, by: timedelta) -> None:
    """Set the clock back; timers go on, although the frozen time that they wait for is far away."""
    freezer.tick(-by)
    async_fire_time_changed(hass, fire_all=True)
    await hass.async_block_till_done(wait_background_tasks=True)


def spent(storage: Storage, entry: MockConfigEntry) -> dict[str, Any]:
    """Return the ledger on disk."""
    found: dict[str, Any] = storage[f"{DOMAIN}.{entry.entry_id}.spent"]["data"]["ledger"]
    return found


def on_disk(storage: Storage, entry: MockConfigEntry) -> int:
    """Return how many calls count as spent for who reads the disk now."""
    ledger = spent(storage, entry)
    held = ledger["held"]
    return len(ledger["spent"]) + (held[1] if held else 0)


def source_of(entry: MockConfigEntry) -> CardataSource:
    source = poller(entry).source
    assert isinstance(source, CardataSource)
    return source


async def test_on_disk_before_the_first_call(
    hass: HomeAssistant, hass_storage: Storage, cardata: SimulatedCarData, entry: MockConfigEntry
) -> None:
    """For the most that the round can make; afterwards for what it has made."""
    booked: list[int] = []
    spend = cardata.spend

    def spending(calls: int) -> None:
        booked.append(on_disk(hass_storage, entry))
        spend(calls)

    cardata.spend = spending  # type: ignore[method-assign]
    await begin(hass, entry)
    assert len(booked) == counted(cardata) == FIRST
    assert min(booked) >= FIRST
    assert on_disk(hass_storage, entry) == FIRST
    await hass.services.async_call("button", "press", BUTTON, blocking=True)
    assert booked[-1] >= on_disk(hass_storage, entry) == counted(cardata) == FIRST + 1


async def test_killed_ten_times(
    hass: HomeAssistant,
    hass_storage: Storage,
    cardata: SimulatedCarData,
    entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """What is not on disk at some call is forgotten; BMW never counts more than it allows."""
    disk: Storage = {}
    spend = cardata.spend
    kill_at = 0

    def spending(calls: int) -> None:
        spend(calls)
        assert on_disk(hass_storage, entry) >= counted(cardata) + 1
        if counted(cardata) + 1 == kill_at:
            disk.update(deepcopy(hass_storage))

    cardata.spend = spending  # type: ignore[method-assign]
    for kill in range(10):
        disk.clear()
        kill_at = counted(cardata) + 1 + kill % 3
        await begin(hass, entry)
        if entry.state is ConfigEntryState.LOADED:
            await hass.services.async_call("button", "press", BUTTON, blocking=True)
        await hass.config_entries.async_unload(entry.entry_id)
        if disk:
            hass_storage.clear()
            hass_storage.update(disk)
        freezer.tick(5)
    assert FIRST < counted(cardata) <= LIMIT
    assert {call.status for call in cardata.calls if call.counted} <= {200, 201}


async def test_full_disk(
    hass: HomeAssistant,
    hass_storage: Storage,
    cardata: SimulatedCarData,
    entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What cannot be written down is not called; what is known stays, and it goes on by itself."""
    await begin(hass, entry)
    mileage = state(hass, MILEAGE)
    write = Store._async_write_data
    with monkeypatch.context() as patch:

        async def full(store: Store[Any], data: Any) -> None:
            if store.key.endswith(".spent"):
                raise WriteError("No space left on device")
            await write(store, data)

        patch.setattr(Store, "_async_write_data", full)
        for _ in range(3):
            with pytest.raises(Exception, match="could not save its count of requests"):
                await hass.services.async_call("button", "press", BUTTON, blocking=True)
        await live(hass, freezer, timedelta(hours=3))
        assert counted(cardata) == FIRST
        assert state(hass, MILEAGE) == mileage
    assert caplog.text.count("Error fetching cardata data") == 1
    await live(hass, freezer, timedelta(hours=1))
    assert counted(cardata) > FIRST
    assert on_disk(hass_storage, entry) == counted(cardata)


async def test_refusal_is_on_disk_at_once(
    hass: HomeAssistant, hass_storage: Storage, cardata: SimulatedCarData, entry: MockConfigEntry
) -> None:
    """Nothing else needs to be saved for that, and it ends with the day at BMW."""
    cardata.fail(Endpoint.TELEMATIC_DATA, out_of_quota(retry_after=999_999_999), None)
    await begin(hass, entry)
    until = datetime.fromisoformat(spent(hass_storage, entry)["blocked_until"])
    assert timedelta() < until - datetime.now(UTC) <= timedelta(hours=24, minutes=3)


async def test_older_version(
    hass: HomeAssistant,
    hass_storage: Storage,
    cardata: SimulatedCarData,
    entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """What was spent is in another file there: none of it is forgotten."""
    freezer.move_to(datetime.now(UTC).replace(hour=12))
    calls = [[datetime.now(UTC).isoformat(), "x", "schedule", None]] * (LIMIT - 13)
    old = {"vehicles": {}, "due": {}, "sources": {"cardata": {"ledger": {"spent": calls}}}}
    name = f"{DOMAIN}.{entry.entry_id}"
    hass_storage[name] = {"version": 1, "minor_version": 1, "key": name, "data": old}
    await begin(hass, entry)
    assert counted(cardata) == 1
    assert on_disk(hass_storage, entry) == LIMIT - 12
    assert source_of(entry).ledger.left(Reason.USER) == 12


async def test_file_goes_with_the_entry(
    hass: HomeAssistant, hass_storage: Storage, cardata: SimulatedCarData, entry: MockConfigEntry
) -> None:
    await begin(hass, entry)
    assert f"{DOMAIN}.{entry.entry_id}.spent" in hass_storage
    assert "i4" not in str(spent(hass_storage, entry)).lower()
    source = source_of(entry)
    await hass.config_entries.async_remove(entry.entry_id)
    await source.poll()
    assert not [key for key in hass_storage if entry.entry_id in key]
    assert counted(cardata) == FIRST


async def test_clock_ten_days_ahead_for_six_hours(
    hass: HomeAssistant,
    hass_storage: Storage,
    cardata: SimulatedCarData,
    entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Afterwards the car is read as often as before, in this run and after a restart."""
    await begin(hass, entry)
    freezer.tick(TEN_DAYS)
    await live(hass, freezer, timedelta(hours=3))
    cardata.fail(Endpoint.TELEMATIC_DATA, out_of_quota(retry_after=999_999_999))
    await live(hass, freezer, timedelta(hours=3))
    await set_back(hass, freezer, TEN_DAYS)
    before = counted(cardata)
    await live(hass, freezer, timedelta(hours=26))
    assert counted(cardata) > before
    await hass.config_entries.async_reload(entry.entry_id)
    before = counted(cardata)
    await live(hass, freezer, timedelta(hours=24))
    assert counted(cardata) > before


async def test_timer_checks_the_clock(
    hass: HomeAssistant,
    cardata: SimulatedCarData,
    entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A time that was set for another clock does not postpone the next call for days."""
    await begin(hass, entry)
    before = counted(cardata)
    due = source_of(entry).due() - datetime.now(UTC)
    await set_back(hass, freezer, TEN_DAYS)
    await live(hass, freezer, due + timedelta(hours=1))
    assert counted(cardata) > before


@pytest.mark.parametrize("behind", [timedelta(days=3), timedelta(hours=5)])
async def test_clock_behind_at_boot(
    hass: HomeAssistant,
    hass_storage: Storage,
    cardata: SimulatedCarData,
    entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    behind: timedelta,
) -> None:
    """The calls of the day stay spent, before and after the clock is set."""
    await begin(hass, entry)
    source = source_of(entry)
    while source.ledger.left(Reason.USER):
        await source.ledger.spend("x", Reason.USER)
    await hass.config_entries.async_unload(entry.entry_id)
    before = counted(cardata)
    freezer.tick(-behind)
    await begin(hass, entry)
    assert source_of(entry).ledger.left(Reason.USER) == 0
    freezer.tick(behind + timedelta(minutes=10))
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert source_of(entry).ledger.left(Reason.USER) == 0
    assert counted(cardata) == before


async def test_rest_of_a_clock_that_was_ahead(
    hass: HomeAssistant, entry: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    """The rest after what was not foreseen lasts no longer when the clock is set back."""
    await begin(hass, entry)

    async def fail() -> Poll:
        raise ZeroDivisionError

    rounds = poller(entry)._supervision
    freezer.tick(TEN_DAYS)
    await poller(entry)._attempt(fail)
    freezer.tick(-TEN_DAYS)
    due = rounds.due(lambda: datetime.now(UTC))
    assert timedelta() < due - datetime.now(UTC) == rounds.pause
    freezer.tick(rounds.pause)
    assert rounds.due(lambda: datetime.now(UTC)) == datetime.now(UTC) == due
