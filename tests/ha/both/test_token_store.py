"""A refresh token lives once: it is on disk before it is used, whatever happens then."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from pathlib import Path
import stat
from typing import Any
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.storage import Store
from homeassistant.util.file import WriteError
import httpx
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

from custom_components.mybmw.client import TokenKeeper
from tests.ha.support import flows
from tests.ha.support.flow_steps import CAPTCHA, PASSWORD, Patience, approve, choose, log_in
from tests.replay import faults
from tests.replay.cardata import Endpoint as Cardata, SimulatedCarData
from tests.replay.faults import Endpoint
from tests.replay.mybmw import SimulatedMyBMW

type Storage = dict[str, Any]

PAST = "2020-01-01T00:00:00+00:00"
SOURCES = ("cardata", "mybmw")


def name(entry: MockConfigEntry, source: str) -> str:
    return f"mybmw.{entry.entry_id}.{source}.tokens"


def kept(entry: MockConfigEntry, source: str) -> dict[str, Any]:
    """Return the tokens that an entry holds."""
    found: dict[str, Any] = entry.data["sources"][source]["tokens"]
    return found


def written(storage: Storage, entry: MockConfigEntry, source: str) -> dict[str, Any]:
    """Return the tokens that are in the file."""
    found: dict[str, Any] = storage[name(entry, source)]["data"]
    return found


def change(hass: HomeAssistant, entry: MockConfigEntry, source: str, **tokens: Any) -> None:
    """Change the tokens of an entry."""
    data = deepcopy(dict(entry.data))
    data["sources"][source]["tokens"] |= tokens
    hass.config_entries.async_update_entry(entry, data=data)


def keeper(entry: MockConfigEntry, source: str) -> TokenKeeper[Any]:
    """Return what keeps the login of a source alive."""
    made = entry.runtime_data.pollers[source].source
    found: TokenKeeper[Any] = made._login if source == "cardata" else made._api.login
    return found


async def refresh(entry: MockConfigEntry, source: str) -> None:
    """Let the tokens be traded for new ones."""
    tokens = keeper(entry, source)
    assert tokens.tokens is not None
    tokens._replaced = datetime.min.replace(tzinfo=UTC)
    await tokens.replace(tokens.tokens.access)


async def start(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Set up an entry."""
    if hass.config_entries.async_get_entry(entry.entry_id) is None:
        entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()


async def kill(hass: HomeAssistant, entry: MockConfigEntry, before: Any) -> None:
    """Start again with an entry that was not written in time."""
    assert await hass.config_entries.async_unload(entry.entry_id)
    hass.config_entries.async_update_entry(entry, data=before)
    await start(hass, entry)


pytestmark = pytest.mark.usefixtures("silence")


@pytest.fixture
def services(sim: SimulatedMyBMW, cardata: SimulatedCarData) -> dict[str, Any]:
    return {"mybmw": sim, "cardata": cardata}


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("times", [1, 3])
async def test_killed_before_the_entry_is_written(
    hass: HomeAssistant,
    hass_storage: Storage,
    entry: MockConfigEntry,
    services: dict[str, Any],
    source: str,
    times: int,
) -> None:
    """The file has the new tokens; the old ones would be refused."""
    await start(hass, entry)
    before = deepcopy(dict(entry.data))
    for _ in range(times):
        await refresh(entry, source)
    newest = kept(entry, source)
    assert newest["generation"] == times
    assert written(hass_storage, entry, source) == newest
    await kill(hass, entry, before)
    assert entry.state is ConfigEntryState.LOADED
    assert kept(entry, source) == newest
    services[source].revoke()
    await refresh(entry, source)
    assert kept(entry, source)["generation"] == times + 1
    assert flows(hass) == []


@pytest.mark.parametrize("source", SOURCES)
async def test_on_disk_before_it_is_used(
    hass: HomeAssistant,
    hass_storage: Storage,
    entry: MockConfigEntry,
    services: dict[str, Any],
    source: str,
) -> None:
    """No request carries a token that is not in the file."""
    await start(hass, entry)
    services[source].revoke()
    usual: Callable[[httpx.Request], httpx.Response] = services[source].handle
    early: list[str] = []

    def handle(request: httpx.Request) -> httpx.Response:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        on_disk = written(hass_storage, entry, source)["access"]
        if kind == "Bearer" and token not in (on_disk, old):
            early.append(token)
        return usual(request)

    old = kept(entry, source)["access"]
    services[source].handle = handle
    await entry.runtime_data.pollers[source].async_poll_all()
    await hass.async_block_till_done()
    assert kept(entry, source)["access"] != old
    assert early == []


type Write = Callable[[Store[Any], dict[str, Any]], Awaitable[None]]


@contextmanager
def disk(write: Write) -> Iterator[None]:
    """Write files of tokens in another way than usual."""
    usual: Write = Store._async_write_data

    async def run(store: Store[Any], data: dict[str, Any]) -> None:
        await (write if store.key.endswith(".tokens") else usual)(store, data)

    with patch.object(Store, "_async_write_data", run):
        yield


@pytest.mark.parametrize("source", SOURCES)
async def test_full_disk(
    hass: HomeAssistant,
    hass_storage: Storage,
    entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
    source: str,
) -> None:
    """It is tried again until the newest tokens are written; the entry has them meanwhile."""
    await start(hass, entry)
    tries: list[str] = []

    async def full(store: Store[Any], _data: dict[str, Any]) -> None:
        tries.append(store.key)
        raise WriteError("No space left on device")

    async def pass_time(delta: timedelta) -> None:
        freezer.tick(delta)
        async_fire_time_changed(hass)
        await hass.async_block_till_done()

    with disk(full):
        for _ in range(2):
            await refresh(entry, source)
        newest = kept(entry, source)
        assert newest["generation"] == 2
        assert written(hass_storage, entry, source) != newest
        for _ in range(20):
            await pass_time(timedelta(minutes=1))
    assert 6 <= tries.count(name(entry, source)) <= 15
    records = [record for record in caplog.records if record.name.endswith(".token_store")]
    assert [record.levelname for record in records].count("WARNING") == 1
    await pass_time(timedelta(seconds=601))
    assert written(hass_storage, entry, source) == newest


async def test_full_disk_over_a_reload(
    hass: HomeAssistant, hass_storage: Storage, entry: MockConfigEntry
) -> None:
    """What could not be written is written at the next start of the entry."""
    await start(hass, entry)
    del hass_storage[name(entry, "cardata")]
    change(hass, entry, "cardata", generation=7)
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert written(hass_storage, entry, "cardata")["generation"] == 7


async def test_file_of_an_earlier_login_of_cardata(
    hass: HomeAssistant,
    hass_storage: Storage,
    entry: MockConfigEntry,
    cardata: SimulatedCarData,
    patience: Patience,
) -> None:
    """It never beats a new login, even if the entry had lost track."""
    await start(hass, entry)
    before = deepcopy(dict(entry.data))
    for _ in range(3):
        await refresh(entry, "cardata")
    assert await hass.config_entries.async_unload(entry.entry_id)
    hass.config_entries.async_update_entry(entry, data=before)
    cardata.revoke(refresh=True)
    flow = await entry.start_reauth_flow(hass)
    if flow["type"] is FlowResultType.MENU:
        flow = await choose(hass, flow, "cardata_reauth")
    flow = await approve(hass, cardata, patience, flow)
    assert flow["reason"] == "reauth_successful"
    await hass.async_block_till_done()
    assert kept(entry, "cardata")["generation"] == 4
    assert written(hass_storage, entry, "cardata") == kept(entry, "cardata")
    await refresh(entry, "cardata")
    assert kept(entry, "cardata")["generation"] == 5


async def test_file_of_an_earlier_login_of_the_app(
    hass: HomeAssistant, hass_storage: Storage, entry: MockConfigEntry, sim: SimulatedMyBMW
) -> None:
    await start(hass, entry)
    for _ in range(2):
        await refresh(entry, "mybmw")
    sim.revoke(refresh=True)
    flow = await choose(hass, await entry.start_reconfigure_flow(hass), "mybmw_reconfigure")
    flow = await log_in(hass, flow, PASSWORD, CAPTCHA)
    assert flow["reason"] == "reconfigure_successful"
    await hass.async_block_till_done()
    assert kept(entry, "mybmw")["generation"] == 3
    assert written(hass_storage, entry, "mybmw") == kept(entry, "mybmw")
    await refresh(entry, "mybmw")


async def test_refresh_that_a_login_has_overtaken(
    hass: HomeAssistant, hass_storage: Storage, entry: MockConfigEntry
) -> None:
    """New tokens of the old login do not take the place of those of the new one."""
    await start(hass, entry)
    tokens = keeper(entry, "cardata").tokens
    change(hass, entry, "cardata", access="new-login", generation=9)
    save = keeper(entry, "cardata")._save
    assert save is not None
    saving = save(tokens)
    assert saving is not None
    await saving
    assert kept(entry, "cardata")["access"] == "new-login"


@pytest.mark.parametrize(
    "content",
    [[], None, {}, {"generation": 9}, {"access": "größe", "generation": 9}, {"generation": "9"}],
)
async def test_odd_file(
    hass: HomeAssistant, hass_storage: Storage, entry: MockConfigEntry, content: object
) -> None:
    """What cannot be understood does not count, whatever generation it claims."""
    for source in SOURCES:
        hass_storage[name(entry, source)] = {
            "version": 1,
            "minor_version": 1,
            "key": name(entry, source),
            "data": content,
        }
    before = deepcopy(dict(entry.data))
    await start(hass, entry)
    assert entry.state is ConfigEntryState.LOADED
    assert entry.data == before
    for source in SOURCES:
        assert written(hass_storage, entry, source) == kept(entry, source)


async def test_file_goes_with_the_entry(
    hass: HomeAssistant, hass_storage: Storage, entry: MockConfigEntry
) -> None:
    await start(hass, entry)
    login = keeper(entry, "cardata")
    assert {name(entry, source) for source in SOURCES} <= hass_storage.keys()
    await hass.config_entries.async_remove(entry.entry_id)
    await login.replace(login.tokens.access if login.tokens else "")
    assert not [key for key in hass_storage if key.startswith("mybmw.")]


@pytest.mark.parametrize("source", SOURCES)
async def test_file_goes_with_the_source(
    hass: HomeAssistant, hass_storage: Storage, entry: MockConfigEntry, source: str
) -> None:
    await start(hass, entry)
    sources = {key: value for key, value in entry.data["sources"].items() if key != source}
    hass.config_entries.async_update_entry(entry, data={**entry.data, "sources": sources})
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert name(entry, source) not in hass_storage
    assert all(name(entry, other) in hass_storage for other in sources)


async def test_removed_while_it_is_written(
    hass: HomeAssistant,
    hass_storage: Storage,
    entry: MockConfigEntry,
) -> None:
    """A file that comes after the end of its entry goes as well."""
    await start(hass, entry)
    login = keeper(entry, "cardata")
    usual: Write = Store._async_write_data
    go_on, begun = asyncio.Event(), asyncio.Event()

    async def slow(store: Store[Any], data: dict[str, Any]) -> None:
        begun.set()
        await go_on.wait()
        await usual(store, data)

    with disk(slow):
        saving = asyncio.ensure_future(login.replace(login.tokens.access if login.tokens else ""))
        await begun.wait()
        await hass.config_entries.async_remove(entry.entry_id)
        go_on.set()
        await saving
    assert not [key for key in hass_storage if key.endswith(".tokens")]


async def test_only_the_owner_can_read_it(
    hass: HomeAssistant, entry: MockConfigEntry, tmp_path: Path
) -> None:
    """The file on a real disk."""

    async def really(store: Store[Any], data: dict[str, Any]) -> None:
        await hass.async_add_executor_job(store._write_data, data)

    await start(hass, entry)
    hass.config.config_dir = str(tmp_path)
    for source in SOURCES:
        with disk(really):
            await refresh(entry, source)
        path = tmp_path / ".storage" / name(entry, source)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert kept(entry, source)["refresh"] in path.read_text("utf-8")
    assert sorted(path.name for path in (tmp_path / ".storage").iterdir()) == sorted(
        name(entry, source) for source in SOURCES
    )


@pytest.mark.parametrize("source", SOURCES)
async def test_outage_after_a_kill(
    hass: HomeAssistant,
    hass_storage: Storage,
    entry: MockConfigEntry,
    services: dict[str, Any],
    source: str,
) -> None:
    """An outage of the login right after a kill does not require a new login."""
    await start(hass, entry)
    before = deepcopy(dict(entry.data))
    before["sources"][source]["tokens"]["expires"] = PAST
    await refresh(entry, source)
    endpoint = {"cardata": Cardata.REFRESH, "mybmw": Endpoint.TOKEN}[source]
    services[source].fail(endpoint, faults.server_error(), None)
    await kill(hass, entry, before)
    await entry.runtime_data.pollers[source].async_poll_all()
    await hass.async_block_till_done()
    assert flows(hass) == []
