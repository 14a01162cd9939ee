"""What else uses the login of an account is found, and what to do about it helps."""

from datetime import timedelta
from pathlib import Path

from homeassistant.helpers import issue_registry as ir
import orjson
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mybmw.const import DOMAIN
from tests.ha.support.cardata import counted, tokens
from tests.ha.test_doctor import NOON, Setting
from tests.replay.cardata import CLIENT_ID

COPIES = ("second_copy", "client_shared", "backup_restored")

pytestmark = pytest.mark.freeze_time(NOON)


def found(setting: Setting) -> dict[str, dict[str, str]]:
    """Return the issues about copies, with their placeholders."""
    issues = ir.async_get(setting.hass).issues.values()
    return {
        issue.translation_key: issue.translation_placeholders or {}
        for issue in issues
        if issue.domain == DOMAIN and issue.translation_key in COPIES
    }


async def log_in_again(setting: Setting) -> None:
    """Replace the tokens, as the dialog does, and reload the account."""
    account = setting.entry.data["sources"]["cardata"]
    data = {
        "sources": {"cardata": {**account, "tokens": {**tokens(setting.sim), "generation": 99}}}
    }
    setting.hass.config_entries.async_update_entry(setting.entry, data=data)
    await setting.hass.config_entries.async_reload(setting.entry.entry_id)
    await setting.hass.async_block_till_done()


async def test_nothing_else(setting: Setting) -> None:
    """A usual account has no such issue."""
    await setting.begin(stream={"stream": "off"})
    assert found(setting) == {}


async def test_second_folder(setting: Setting, tmp_path: Path) -> None:
    """A second folder with this integration is named until it is deleted."""
    setting.hass.config.config_dir = str(tmp_path)
    for name, domain in (("mybmw", DOMAIN), ("mybmw_old", DOMAIN), ("other", "other")):
        folder = tmp_path / "custom_components" / name
        folder.mkdir(parents=True)
        (folder / "manifest.json").write_bytes(orjson.dumps({"domain": domain}))
    broken = tmp_path / "custom_components" / "broken"
    broken.mkdir()
    (broken / "manifest.json").write_text("{", encoding="utf-8")
    await setting.begin(stream={"stream": "off"})
    assert found(setting)["second_copy"]["folders"] == "mybmw_old"
    (tmp_path / "custom_components" / "mybmw_old" / "manifest.json").unlink()
    await setting.hass.config_entries.async_reload(setting.entry.entry_id)
    assert found(setting) == {}


async def test_other_integration(setting: Setting) -> None:
    """Another integration with the same client id is named until it is removed."""
    nested = {"auth": [{"id": CLIENT_ID.upper()}], "vins": ["x"]}
    other = MockConfigEntry(domain="cardata", title="Other integration", data=nested)
    other.add_to_hass(setting.hass)
    MockConfigEntry(domain="sun", title="Sun", data={"client_id": "none"}).add_to_hass(setting.hass)
    await setting.begin(stream={"stream": "off"})
    assert found(setting)["client_shared"]["others"] == "Other integration"
    await setting.hass.config_entries.async_remove(other.entry_id)
    await setting.hass.config_entries.async_reload(setting.entry.entry_id)
    assert found(setting) == {}


async def test_restored_backup(setting: Setting) -> None:
    """A login that is refused at the first use since the start is from a backup."""
    await setting.begin(stream={"stream": "off"})
    await setting.hass.config_entries.async_unload(setting.entry.entry_id)
    setting.sim.revoke(refresh=True)
    setting.freezer.tick(timedelta(days=1))
    await setting.hass.config_entries.async_setup(setting.entry.entry_id)
    await setting.elapse(timedelta(hours=2))
    assert found(setting).keys() == {"backup_restored"}
    before = counted(setting.sim)
    await setting.elapse_hours(6)
    assert counted(setting.sim) == before
    await log_in_again(setting)
    assert found(setting) == {}


async def test_login_that_has_worked(setting: Setting) -> None:
    """A login that has worked since the start is not from a backup."""
    await setting.begin(stream={"stream": "off"})
    setting.sim.revoke(refresh=True)
    await setting.elapse(timedelta(hours=2))
    assert found(setting) == {}


async def test_login_has_ended(setting: Setting) -> None:
    """A login that was not renewed for two weeks has ended by itself."""
    setting.sim.token_lifetime = 3600
    await setting.begin(stream={"stream": "off"})
    await setting.hass.config_entries.async_unload(setting.entry.entry_id)
    setting.sim.revoke(refresh=True)
    setting.freezer.tick(timedelta(days=15))
    await setting.hass.config_entries.async_setup(setting.entry.entry_id)
    await setting.elapse(timedelta(hours=2))
    assert found(setting) == {}
