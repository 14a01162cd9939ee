"""How the card gets into dashboards: served, listed once, updated in place, taken away."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
import re
from typing import Any, Final

from homeassistant.components.frontend import DATA_EXTRA_MODULE_URL
from homeassistant.components.lovelace.const import LOVELACE_DATA
from homeassistant.config_entries import ConfigEntryDisabler, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.mybmw.bridge import delivery
from custom_components.mybmw.const import DOMAIN
from tests.ha.conftest import SetUp
from tests.ha.support.stored import Storage

CARD: Final = "/mybmw_frontend/mybmw-card.js"
STORE: Final = "lovelace_resources"
OTHER: Final = {"id": "other", "type": "module", "url": "/local/other.js?v=1"}
YAML_OTHER: Final = {"url": "/local/other.js", "type": "module"}

type Resource = dict[str, Any]
type SetUpLovelace = Callable[..., Awaitable[None]]


@pytest.fixture
def lovelace(hass: HomeAssistant) -> SetUpLovelace:
    """Set dashboards up, before the integration as Home Assistant does."""

    async def run(config: dict[str, Any] | None = None) -> None:
        assert await async_setup_component(hass, "lovelace", {"lovelace": config or {}})

    return run


@pytest.fixture
def bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A card of another version."""
    (tmp_path / delivery.FILE).write_text("export {};")
    monkeypatch.setattr(delivery, "FOLDER", tmp_path)
    return tmp_path


@pytest.fixture
def second(hass: HomeAssistant) -> MockConfigEntry:
    """Another account, which is not set up."""
    made = MockConfigEntry(
        domain=DOMAIN,
        title="other@example.com",
        unique_id="other",
        data={"sources": {}},
        disabled_by=ConfigEntryDisabler.USER,
    )
    made.add_to_hass(hass)
    return made


def listed(hass: HomeAssistant) -> list[Resource]:
    return list(hass.data[LOVELACE_DATA].resources.async_items())


def issues(hass: HomeAssistant) -> set[str]:
    """Return the issues about the card."""
    return {
        issue
        for domain, issue in ir.async_get(hass).issues
        if domain == DOMAIN and issue.startswith("card_")
    }


def stored(*items: Any) -> dict[str, Any]:
    return {"version": 1, "minor_version": 1, "key": STORE, "data": {"items": list(items)}}


async def test_listed_and_served(
    hass: HomeAssistant,
    set_up: SetUp,
    lovelace: SetUpLovelace,
    hass_client_no_auth: ClientSessionGenerator,
) -> None:
    """The resource is a module with a content hash; its parts may be cached."""
    await lovelace()
    await set_up()
    (item,) = listed(hass)
    assert item["type"] == "module"
    assert re.fullmatch(rf"{CARD}\?v=[0-9a-f]{{12}}", item["url"])
    client = await hass_client_no_auth()
    answer = await client.get(item["url"])
    assert (answer.status, answer.content_type) == (200, "text/javascript")
    assert "max-age" not in answer.headers.get("Cache-Control", "")
    parts = [path.name for path in delivery.FOLDER.glob("*-*-*.js")]
    assert parts
    for part in parts:
        answer = await client.get(f"/mybmw_frontend/{part}")
        assert answer.status == 200
        assert "max-age" in answer.headers["Cache-Control"]
    assert (await client.get("/mybmw_frontend/../manifest.json")).status == 404
    assert issues(hass) == set()


async def test_updated_in_place(
    hass: HomeAssistant, set_up: SetUp, lovelace: SetUpLovelace, hass_storage: Storage
) -> None:
    """A resource of another version keeps its id; others, and their order, stay."""
    old = {"id": "mine", "type": "js", "url": f"{CARD}?v=older"}
    copy = {"id": "copy", "type": "module", "url": CARD}
    hass_storage[STORE] = stored(old, OTHER, copy)
    await lovelace()
    assert not hass.data[LOVELACE_DATA].resources.loaded
    await set_up()
    mine, other = listed(hass)
    assert other == OTHER
    assert (mine["id"], mine["type"]) == ("mine", "module")
    assert mine["url"].startswith(f"{CARD}?v=")
    assert mine["url"] != old["url"]


async def test_another_version(
    hass: HomeAssistant, set_up: SetUp, lovelace: SetUpLovelace, tmp_path: Path, bundle: Path
) -> None:
    """Up or down, the URL changes with the content, and the resource stays the same one."""
    await lovelace()
    entry = await set_up()
    (before,) = listed(hass)
    assert await hass.config_entries.async_reload(entry.entry_id)
    assert listed(hass) == [before]
    (bundle / delivery.FILE).write_text("export const other = 1;")
    assert await hass.config_entries.async_reload(entry.entry_id)
    (after,) = listed(hass)
    assert after["id"] == before["id"]
    assert after["url"] != before["url"]


async def test_several_accounts_at_once(
    hass: HomeAssistant, set_up: SetUp, lovelace: SetUpLovelace, second: MockConfigEntry
) -> None:
    await lovelace()
    await asyncio.gather(set_up(), *(delivery.async_deliver_card(hass) for _ in range(5)))
    assert len(listed(hass)) == 1
    assert issues(hass) == set()
    assert second.options == {}


async def test_removed_with_the_last_account(
    hass: HomeAssistant,
    set_up: SetUp,
    lovelace: SetUpLovelace,
    second: MockConfigEntry,
    hass_storage: Storage,
) -> None:
    """Unloading an account, or removing one of two, leaves the card."""
    hass_storage[STORE] = stored(OTHER)
    await lovelace()
    entry = await set_up()
    assert len(listed(hass)) == 2
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert len(listed(hass)) == 2
    await hass.config_entries.async_remove(entry.entry_id)
    assert len(listed(hass)) == 2
    await hass.config_entries.async_remove(second.entry_id)
    assert listed(hass) == [OTHER]


async def test_switched_off(
    hass: HomeAssistant, set_up: SetUp, lovelace: SetUpLovelace, second: MockConfigEntry
) -> None:
    """The card goes when no account wants it any more."""
    await lovelace()
    entry = await set_up(card=False)
    assert len(listed(hass)) == 1
    hass.config_entries.async_update_entry(second, options={"card": False})
    assert await hass.config_entries.async_reload(entry.entry_id)
    assert listed(hass) == []
    hass.config_entries.async_update_entry(entry, options={"card": True})
    assert await hass.config_entries.async_reload(entry.entry_id)
    assert len(listed(hass)) == 1


async def test_yaml(hass: HomeAssistant, set_up: SetUp, lovelace: SetUpLovelace) -> None:
    """In YAML mode the card is loaded in all pages, and an issue has the lines to add."""
    await lovelace({"resource_mode": "yaml", "resources": [YAML_OTHER]})
    assert await async_setup_component(hass, "frontend", {})
    entry = await set_up()
    assert listed(hass) == [YAML_OTHER]
    assert issues(hass) == {"card_in_yaml"}
    (url,) = hass.data[DATA_EXTRA_MODULE_URL].urls
    assert url.startswith(f"{CARD}?v=")
    hass.config_entries.async_update_entry(entry, options={"card": False})
    assert await hass.config_entries.async_reload(entry.entry_id)
    assert (issues(hass), hass.data[DATA_EXTRA_MODULE_URL].urls) == (set(), frozenset())


async def test_yaml_with_the_lines(
    hass: HomeAssistant, set_up: SetUp, lovelace: SetUpLovelace
) -> None:
    await lovelace({"resource_mode": "yaml", "resources": [{"url": CARD, "type": "module"}]})
    assert await async_setup_component(hass, "frontend", {})
    await set_up()
    assert issues(hass) == set()
    assert hass.data[DATA_EXTRA_MODULE_URL].urls == frozenset()


async def test_no_dashboards(hass: HomeAssistant, set_up: SetUp) -> None:
    entry = await set_up()
    assert entry.state is ConfigEntryState.LOADED
    assert "lovelace" not in hass.config.components
    assert issues(hass) == set()
    await hass.config_entries.async_remove(entry.entry_id)


async def test_damaged_store(
    hass: HomeAssistant, set_up: SetUp, lovelace: SetUpLovelace, hass_storage: Storage
) -> None:
    """The account works without the card; the issue disappears once the store works."""
    hass_storage[STORE] = {**stored(), "data": {"items": 5}}
    await lovelace()
    entry = await set_up()
    assert entry.state is ConfigEntryState.LOADED
    assert issues(hass) == {"card_failed"}
    hass_storage[STORE] = stored()
    resources: Any = hass.data[LOVELACE_DATA].resources
    resources.store._data = None  # what the fixture keeps of it
    assert await hass.config_entries.async_reload(entry.entry_id)
    assert issues(hass) == set()
    assert len(listed(hass)) == 1


async def test_missing_files(
    hass: HomeAssistant, set_up: SetUp, lovelace: SetUpLovelace, bundle: Path
) -> None:
    (bundle / delivery.FILE).unlink()
    await lovelace()
    entry = await set_up()
    assert entry.state is ConfigEntryState.LOADED
    assert issues(hass) == {"card_failed"}
    assert listed(hass) == []
    await hass.config_entries.async_remove(entry.entry_id)
    assert issues(hass) == set()
