"""What is written of the journal, when, and what damage or a kill leaves of it."""

from collections.abc import Iterator
from copy import deepcopy
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from unittest.mock import patch

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.storage import Store
from homeassistant.util.file import WriteError
import orjson
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mybmw import async_remove_config_entry_device
from custom_components.mybmw.client.core.records import Figure, How, Trip
from custom_components.mybmw.client.journal.log import Log
from custom_components.mybmw.const import DOMAIN
from tests.ha.journal.conftest import NOON, Sends, Storage
from tests.ha.support.cardata import I4, SOC_KEY

QUARTER = timedelta(minutes=16)
MINUTE = timedelta(minutes=1)
YESTERDAY = NOON - timedelta(days=1)


def log_of(entry: MockConfigEntry) -> Log:
    """Return the records of the car."""
    log: Log = entry.runtime_data.journals.cars[I4].log
    return log


def trip(number: int, end: datetime = YESTERDAY) -> Trip:
    """Return a trip of a kilometre."""
    end += number * MINUTE
    name = f"t{end:%Y%m%dT%H%M%S}"
    return Trip(name, end - MINUTE, end, number, number + 1, energy=Figure(0.2, How.SOC))


def file_of(entry: MockConfigEntry, month: str = "") -> str:
    """Return the name of a file of the car: of its open state, or of a month."""
    name = f"mybmw.{entry.entry_id}.journal.{sha256(I4.encode()).hexdigest()[:16]}"
    return f"{name}.{month}" if month else name


def records_in(storage: Storage, name: str) -> list[str]:
    """Return the ids of the trips in the file of a month."""
    ids = (orjson.loads(item)["i"] for item in storage[name]["data"]["records"])
    return [item for item in ids if item.startswith("t")]


async def restart(
    hass: HomeAssistant, entry: MockConfigEntry, storage: Storage, left: Storage | None = None
) -> None:
    """Start anew with what is on the disk now, or with these files."""
    kept = deepcopy(storage if left is None else left)
    await hass.config_entries.async_unload(entry.entry_id)
    storage.clear()
    storage.update(kept)
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()


@pytest.fixture
def snapshots(account: MockConfigEntry, hass_storage: Storage) -> Iterator[list[Storage]]:
    """What is on the disk after every write of a file of the journal."""
    found: list[Storage] = []
    usual = Store._async_write_data

    async def note(store: Store[Any], data: dict[str, Any]) -> None:
        await usual(store, data)
        if ".journal" in store.key:
            found.append(deepcopy(hass_storage))

    with patch.object(Store, "_async_write_data", note):
        yield found


async def test_record_is_written_at_once(
    hass_storage: Storage, account: MockConfigEntry, sends: Sends
) -> None:
    """It is in the file of the open state first, and later in that of its month."""
    first, second = trip(1), trip(2, NOON - timedelta(days=30))
    log_of(account).put(first)
    log_of(account).put(second)
    await sends({SOC_KEY: 50})
    assert hass_storage[file_of(account)]["data"]["recent"].keys() == {first.id, second.id}
    assert file_of(account, "2026-11") not in hass_storage
    await sends({SOC_KEY: 51}, wait=QUARTER)
    await sends({SOC_KEY: 52})
    assert records_in(hass_storage, file_of(account, "2026-11")) == [first.id]
    assert records_in(hass_storage, file_of(account, "2026-10")) == [second.id]
    log_of(account).put(trip(3))
    await sends({SOC_KEY: 53})
    state = hass_storage[file_of(account)]["data"]
    assert state["months"] == ["2026-10", "2026-11"]
    assert trip(3).id in state["recent"]
    assert not {first.id, second.id} & state["recent"].keys()


async def test_many_changes_are_few_writes(
    hass_storage: Storage, account: MockConfigEntry, sends: Sends, snapshots: list[Storage]
) -> None:
    """The file of a month is not written with every change of its records."""
    for number in range(15):
        log_of(account).put(trip(number))
        await sends({SOC_KEY: 50 + number}, wait=MINUTE)
    await sends(wait=QUARTER)
    month = file_of(account, "2026-11")
    sizes = {len(records_in(item, month)) for item in snapshots if month in item}
    assert len(sizes) <= 2
    assert len(records_in(hass_storage, month)) == 15


async def test_kill_after_any_write(
    hass: HomeAssistant,
    hass_storage: Storage,
    account: MockConfigEntry,
    sends: Sends,
    snapshots: list[Storage],
) -> None:
    """No record is lost that was written, none is there twice, and none comes back."""
    log, expected = log_of(account), list[set[str]]()
    for number in range(6):
        log.put(trip(number))
        if number == 4:
            log.merge(trip(4), [trip(1), trip(2)])
        before = len(snapshots)
        await sends({SOC_KEY: 50 + number}, wait=8 * MINUTE)
        expected += [set(log.trips)] * (len(snapshots) - before)
    taken = list(snapshots)
    assert len(taken) >= 8
    for left, ids in zip(taken, expected, strict=True):
        await restart(hass, account, hass_storage, left)
        assert log_of(account).trips.keys() == ids


async def test_clean_restart(
    hass: HomeAssistant, hass_storage: Storage, account: MockConfigEntry, sends: Sends
) -> None:
    """Everything is written when the account is unloaded."""
    log_of(account).put(trip(1))
    await hass.config_entries.async_reload(account.entry_id)
    assert log_of(account).trips == {trip(1).id: trip(1)}
    assert records_in(hass_storage, file_of(account, "2026-11")) == [trip(1).id]


async def test_damaged_record(
    hass: HomeAssistant, hass_storage: Storage, account: MockConfigEntry, sends: Sends
) -> None:
    """The others are there; it is kept as it is, and is back once it can be read."""
    for number in range(3):
        log_of(account).put(trip(number))
    await hass.config_entries.async_reload(account.entry_id)
    month = file_of(account, "2026-11")
    good = hass_storage[month]["data"]["records"][1]
    bad = {**orjson.loads(good), "e": "yesterday"}
    hass_storage[month]["data"]["records"][1] = orjson.dumps(bad).decode()
    await restart(hass, account, hass_storage)
    assert log_of(account).trips.keys() == {trip(0).id, trip(2).id}
    log_of(account).put(trip(3))
    await hass.config_entries.async_unload(account.entry_id)
    contents = hass_storage[month]["data"]
    assert records_in(hass_storage, month) == [trip(0).id, trip(2).id, trip(3).id]
    assert contents["unreadable"] == [bad]
    contents["unreadable"] = [good]
    await hass.config_entries.async_setup(account.entry_id)
    assert log_of(account).trips.keys() == {trip(number).id for number in range(4)}


@pytest.mark.parametrize("contents", [["list"], {"records": {"a": 1}}, {}, {"months": 3}])
async def test_odd_contents(
    hass: HomeAssistant, hass_storage: Storage, account: MockConfigEntry, contents: Any
) -> None:
    """Whatever the files contain, the account works, and what was there is kept."""
    log_of(account).put(trip(1))
    await hass.config_entries.async_reload(account.entry_id)
    left = deepcopy(hass_storage)
    left[file_of(account, "2026-11")]["data"] = contents
    await restart(hass, account, hass_storage, left)
    assert log_of(account).trips == {}
    log_of(account).put(trip(2))
    await hass.config_entries.async_reload(account.entry_id)
    assert log_of(account).trips.keys() == {trip(2).id}
    assert hass_storage[file_of(account, "2026-11")]["data"]["unreadable"] == [contents]


async def test_lost_state(
    hass: HomeAssistant, hass_storage: Storage, account: MockConfigEntry
) -> None:
    """The files of the months are found without the list of them."""
    log_of(account).put(trip(1))
    log_of(account).put(trip(2, NOON - timedelta(days=400)))
    await hass.config_entries.async_reload(account.entry_id)
    left = {key: item for key, item in hass_storage.items() if key != file_of(account)}
    await restart(hass, account, hass_storage, left)
    assert len(log_of(account).trips) == 2


async def test_unreadable_file_is_not_overwritten(
    hass: HomeAssistant, hass_storage: Storage, account: MockConfigEntry, sends: Sends
) -> None:
    """A file of a newer version stays as it is; the records of its month wait."""
    log_of(account).put(trip(1))
    await hass.config_entries.async_reload(account.entry_id)
    month = file_of(account, "2026-11")
    hass_storage[month]["version"] = 99
    before = deepcopy(hass_storage[month])
    await restart(hass, account, hass_storage)
    assert log_of(account).trips == {}
    log_of(account).put(trip(2))
    await sends({SOC_KEY: 50})
    await hass.config_entries.async_unload(account.entry_id)
    assert hass_storage[month] == before
    hass_storage[month]["version"] = 1
    await hass.config_entries.async_setup(account.entry_id)
    await hass.async_block_till_done()
    assert log_of(account).trips.keys() == {trip(1).id, trip(2).id}


async def test_unreadable_state_is_not_overwritten(
    hass: HomeAssistant, hass_storage: Storage, account: MockConfigEntry, sends: Sends
) -> None:
    """Without it there is no journal of the car."""
    await hass.config_entries.async_reload(account.entry_id)
    hass_storage[file_of(account)]["version"] = 99
    before = deepcopy(hass_storage[file_of(account)])
    await restart(hass, account, hass_storage)
    await sends({SOC_KEY: 50})
    await hass.config_entries.async_reload(account.entry_id)
    assert hass_storage[file_of(account)] == before


async def test_full_disk(
    hass: HomeAssistant, hass_storage: Storage, account: MockConfigEntry, sends: Sends
) -> None:
    """What could not be written is written once there is space again."""

    async def full(_store: Store[Any], _data: dict[str, Any]) -> None:
        raise WriteError("No space left on device")

    with patch.object(Store, "_async_write_data", full):
        log_of(account).put(trip(1))
        await sends({SOC_KEY: 50}, wait=QUARTER)
    await sends(wait=2 * MINUTE)
    await restart(hass, account, hass_storage)
    assert log_of(account).trips.keys() == {trip(1).id}


async def test_removal_of_the_account(
    hass: HomeAssistant, hass_storage: Storage, account: MockConfigEntry
) -> None:
    log_of(account).put(trip(1))
    await hass.config_entries.async_reload(account.entry_id)
    assert [key for key in hass_storage if ".journal" in key]
    await hass.config_entries.async_remove(account.entry_id)
    assert [key for key in hass_storage if ".journal" in key] == []


async def test_removal_of_a_car(
    hass: HomeAssistant, hass_storage: Storage, account: MockConfigEntry
) -> None:
    """The user removes its device, once no source has it any more."""
    log_of(account).put(trip(1))
    await hass.config_entries.async_reload(account.entry_id)
    coordinator = account.runtime_data
    for poller in coordinator.pollers.values():
        poller.listed = frozenset()
    found = dr.async_get(hass).async_get_device_by_identifier((DOMAIN, I4), account.entry_id)
    assert found is not None
    assert await async_remove_config_entry_device(hass, account, found)
    await hass.async_block_till_done()
    assert [key for key in hass_storage if ".journal" in key] == []


async def test_switched_off(
    hass: HomeAssistant, hass_storage: Storage, account: MockConfigEntry
) -> None:
    """The entities go, the records stay, and are there when it is switched on again."""
    log_of(account).put(trip(1))
    hass.config_entries.async_update_entry(account, options={"journal": {"keep": False}})
    await hass.config_entries.async_reload(account.entry_id)
    assert account.runtime_data.journals.cars == {}
    registry = er.async_get(hass)
    entities = er.async_entries_for_config_entry(registry, account.entry_id)
    assert {item.unique_id for item in entities}.isdisjoint({f"{I4}-trip", f"{I4}-charge"})
    hass.config_entries.async_update_entry(account, options={"journal": {"keep": True}})
    await hass.config_entries.async_reload(account.entry_id)
    assert log_of(account).trips == {trip(1).id: trip(1)}
