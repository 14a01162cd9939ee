"""What is written to the disk, when, and what a kill leaves of it."""

from collections.abc import Awaitable, Callable, Iterator
from copy import deepcopy
from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

from tests.ha.conftest import Elapse, SetUp
from tests.ha.support import state
from tests.ha.support.cardata import (
    I4,
    SOC_KEY,
    counted,
    entry_of,
    no_stream,
    poller,
    push,
    recorded,
    say,
)
from tests.ha.support.long_day import disk_of, live
from tests.ha.support.stored import cars_in, in_one_file
from tests.replay.cardata import SimulatedCarData
from tests.replay.carstate import LOCK
from tests.replay.writes import Written, disk_writes

type Storage = dict[str, Any]
type Sends = Callable[..., Awaitable[None]]

SOC = "sensor.i4_edrive40_remaining_battery_percent"
MEGABYTE = 1_000_000
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def enable_event_loop_debug() -> None:
    """Leave the debug mode of the event loop off: it takes a third of the time."""


@pytest.fixture
def folders() -> tuple[str, ...]:
    """The cars in the account; tests override it."""
    return ("i4_edrive40",)


@pytest.fixture
def cardata(
    monkeypatch: pytest.MonkeyPatch, folders: tuple[str, ...]
) -> Iterator[SimulatedCarData]:
    """The simulated service without a stream."""
    no_stream(monkeypatch)
    simulated = SimulatedCarData(recorded(*folders), fresh=True)
    with simulated.router():
        yield simulated


@pytest.fixture
async def account(hass: HomeAssistant, cardata: SimulatedCarData) -> MockConfigEntry:
    """An account that is set up."""
    made = entry_of(cardata)
    made.add_to_hass(hass)
    await hass.config_entries.async_setup(made.entry_id)
    await hass.async_block_till_done()
    return made


@pytest.fixture
def sends(hass: HomeAssistant, account: MockConfigEntry, freezer: FrozenDateTimeFactory) -> Sends:
    """Let the car send values, and some time pass."""

    async def run(values: dict[str, Any] | None = None, wait: timedelta = SECOND) -> None:
        if values:
            push(account, say(I4, values))
        while wait > timedelta():
            step = min(wait, 30 * SECOND)
            freezer.tick(step)
            async_fire_time_changed(hass)
            await hass.async_block_till_done()
            wait -= step

    return run


@pytest.fixture
def written() -> Iterator[Written]:
    """What is written."""
    with disk_writes() as noted:
        yield noted


def of_cars(written: Written) -> int:
    """Return how often files of cars were written."""
    return sum(".car." in key for key, _ in written)


def soc_in(storage: Storage, entry: MockConfigEntry) -> float:
    """Return the state of charge in the file of the one car."""
    (contents,) = cars_in(storage, entry).values()
    (value,) = (
        item["value"] for item in contents["readings"] if "remaining_battery" in item["key"]
    )
    return float(value)


async def kill(hass: HomeAssistant, storage: Storage, entry: MockConfigEntry) -> None:
    """Start anew with what is on the disk now."""
    left = deepcopy(storage)
    await hass.config_entries.async_unload(entry.entry_id)
    storage.clear()
    storage.update(left)
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()


@pytest.mark.parametrize(
    "folders", [("ix_xdrive50",), ("ix_xdrive50", "i4_edrive40", "320i", "mini_cooper_se")]
)
async def test_day(
    hass: HomeAssistant,
    hass_storage: Storage,
    cardata: SimulatedCarData,
    account: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """An hour of driving and four of charging cost 3 MB a car at most."""
    vins = list(cardata.cars)
    disk = await live(hass, account, freezer, vins)
    assert sum(disk.size.values()) < 3 * MEGABYTE * len(vins)
    assert disk.writes["car"] < 50 * len(vins)
    assert disk.size["plan"] < MEGABYTE * len(vins)


async def test_at_most_every_quarter_of_an_hour(
    hass_storage: Storage, account: MockConfigEntry, sends: Sends, written: Written
) -> None:
    """While data flow, that is; a minute after the car has gone quiet everything is on disk."""
    await sends(wait=20 * MINUTE)
    written.clear()
    for number in range(360):
        await sends({SOC_KEY: number % 100}, 10 * SECOND)
    assert 3 <= of_cars(written) <= 5
    await sends({SOC_KEY: 77}, 61 * SECOND)
    assert soc_in(hass_storage, account) == 77


async def test_burst_of_a_parked_car(
    hass_storage: Storage, account: MockConfigEntry, sends: Sends, written: Written
) -> None:
    await sends(wait=20 * MINUTE)
    written.clear()
    await sends({SOC_KEY: 71})
    await sends({SOC_KEY: 72}, 61 * SECOND)
    assert (of_cars(written), soc_in(hass_storage, account)) == (1, 72)


async def test_lock_is_written_soon_ten_times_a_day(
    hass_storage: Storage, account: MockConfigEntry, sends: Sends, written: Written
) -> None:
    """Even while other data flow; after that, they are written as all others are."""
    await sends(wait=20 * MINUTE)
    for number in range(6):
        await sends({SOC_KEY: number}, 30 * SECOND)
    await sends({LOCK: "UNLOCKED"})
    before = of_cars(written)
    await sends({SOC_KEY: 11}, 30 * SECOND)
    await sends({SOC_KEY: 12}, 30 * SECOND)
    assert of_cars(written) == before + 1
    written.clear()
    for number in range(120):
        await sends({LOCK: "SECURED" if number % 2 else "UNLOCKED"}, 2 * MINUTE)
    assert of_cars(written) <= 10 + 4 * 60 / 15 + 1


async def test_unchanged_values_are_not_written(
    hass: HomeAssistant,
    cardata: SimulatedCarData,
    account: MockConfigEntry,
    sends: Sends,
    written: Written,
) -> None:
    """Polls of a car that sleeps change nothing."""
    await sends(wait=2 * 60 * MINUTE)
    written.clear()
    before = counted(cardata)
    await sends(wait=6 * 60 * MINUTE)
    assert counted(cardata) > before + 3
    assert of_cars(written) <= 2, "tyres and the like are news"


async def test_killed(
    hass: HomeAssistant,
    hass_storage: Storage,
    cardata: SimulatedCarData,
    account: MockConfigEntry,
    sends: Sends,
) -> None:
    """No call is lost, nor what was planned; of values the last minutes at most."""
    await sends({SOC_KEY: 41}, 61 * SECOND)
    await sends({SOC_KEY: 42}, 30 * SECOND)
    plan = poller(account).source.diagnostics()["next"]
    calls = counted(cardata)
    await kill(hass, hass_storage, account)
    assert state(hass, SOC) == "41"
    assert counted(cardata) == calls
    assert poller(account).source.status.calls_made == calls
    assert poller(account).source.diagnostics()["next"] == plan


async def test_stopped(
    hass: HomeAssistant, hass_storage: Storage, account: MockConfigEntry, sends: Sends
) -> None:
    """Everything is written when Home Assistant stops."""
    await sends({SOC_KEY: 43})
    hass.bus.async_fire(EVENT_HOMEASSISTANT_FINAL_WRITE)
    await hass.async_block_till_done()
    assert soc_in(hass_storage, account) == 43


async def test_unloaded(
    hass: HomeAssistant, hass_storage: Storage, account: MockConfigEntry, sends: Sends
) -> None:
    await sends({SOC_KEY: 44})
    await hass.config_entries.async_unload(account.entry_id)
    assert soc_in(hass_storage, account) == 44


async def test_file_of_the_version_before(
    hass: HomeAssistant, hass_storage: Storage, account: MockConfigEntry, sends: Sends
) -> None:
    """The cars in it get files of their own at once, and are known as before."""
    await sends({SOC_KEY: 45})
    await hass.config_entries.async_unload(account.entry_id)
    cars = cars_in(hass_storage, account)
    in_one_file(hass_storage, account)
    assert not cars_in(hass_storage, account)
    await hass.config_entries.async_setup(account.entry_id)
    await hass.async_block_till_done()
    assert state(hass, SOC) == "45"
    assert cars_in(hass_storage, account).keys() == cars.keys()
    await kill(hass, hass_storage, account)
    assert state(hass, SOC) == "45"
    await sends(wait=2 * MINUTE)
    assert "vehicles" not in hass_storage[f"mybmw.{account.entry_id}"]["data"]


@pytest.mark.parametrize("packed", [None, 5, "", "AAAA", "eJwDAAAAAAE=", "no base64"])
async def test_odd_file_of_a_car(
    hass: HomeAssistant, hass_storage: Storage, account: MockConfigEntry, packed: object
) -> None:
    """The other cars are known all the same, and the car is again with the next answer."""
    await hass.config_entries.async_unload(account.entry_id)
    (name,) = cars_in(hass_storage, account)
    hass_storage[name]["data"]["packed"] = packed
    await hass.config_entries.async_setup(account.entry_id)
    await hass.async_block_till_done()
    assert state(hass, SOC) not in ("unknown", "unavailable")


async def test_files_go_with_the_entry(
    hass: HomeAssistant, hass_storage: Storage, account: MockConfigEntry, sends: Sends
) -> None:
    await sends({SOC_KEY: 46}, 61 * SECOND)
    assert cars_in(hass_storage, account)
    await hass.config_entries.async_remove(account.entry_id)
    assert not [key for key in hass_storage if account.entry_id in key]


async def test_command_writes_little(
    hass: HomeAssistant,
    hass_storage: Storage,
    set_up: SetUp,
    elapse: Elapse,
) -> None:
    """What is known of cars is not written for it."""
    entry = await set_up()
    await elapse(2 * SECOND)
    with disk_writes() as written:
        data = {"entity_id": "lock.ix_xdrive50_lock"}
        await hass.services.async_call("lock", "unlock", data, blocking=True)
        disk = disk_of(written, entry)
    assert disk.writes["car"] == 0
    assert disk.size["plan"] < 2_000
