"""An account that a former version has saved is loaded unchanged: entry, files, entities."""

from datetime import timedelta
import json
from pathlib import Path
from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mybmw.const import DOMAIN
from tests.ha.conftest import Elapse
from tests.ha.support import MILEAGE, POLL, state
from tests.replay.cardata import SimulatedCarData
from tests.replay.mybmw import SimulatedMyBMW

FOLDER: Final = Path(__file__).with_name("stored")
SAVED: Final = {path.stem: path for path in sorted(FOLDER.glob("*.json"))}
"""What versions have left behind, by what came after them; none is ever changed."""

pytestmark = pytest.mark.usefixtures("silence", "patience")


@pytest.fixture(params=SAVED)
def saved(request: pytest.FixtureRequest, entry: MockConfigEntry) -> Any:
    """What a version has saved, with the tokens that the simulated services have issued now."""
    text = SAVED[request.param].read_text("utf-8")
    for source, account in entry.data["sources"].items():
        for name in ("access", "refresh", "identity"):
            text = text.replace(f"<{source} {name}>", account["tokens"].get(name, ""))
    return json.loads(text)


@pytest.fixture
def former(hass: HomeAssistant, saved: Any, hass_storage: dict[str, Any]) -> MockConfigEntry:
    """The account as Home Assistant starts with it: entry, files and registered entities."""
    hass_storage.update(saved["files"])
    entry = MockConfigEntry(domain=DOMAIN, **saved["entry"])
    entry.add_to_hass(hass)
    registry = er.async_get(hass)
    for item in saved["entities"]:
        known = registry.async_get_or_create(
            item["domain"],
            DOMAIN,
            item["unique_id"],
            suggested_object_id=item["entity_id"].partition(".")[2],
            disabled_by=er.RegistryEntryDisabler.INTEGRATION if item["disabled"] else None,
            config_entry=entry,
        )
        for domain, options in item.get("options", {}).items():
            registry.async_update_entity_options(known.entity_id, domain, options)
    return entry


async def test_nothing_changes(
    hass: HomeAssistant,
    former: MockConfigEntry,
    saved: Any,
    sim: SimulatedMyBMW,
    cardata: SimulatedCarData,
    freezer: FrozenDateTimeFactory,
    elapse: Elapse,
) -> None:
    """Every entity shows what it showed, without a request; then both sources go on."""
    freezer.move_to(saved["saved_at"])
    await hass.config_entries.async_setup(former.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert cardata.calls == []
    assert former.data == saved["entry"]["data"]
    shown = {item.entity_id: item.state for item in hass.states.async_all()}
    assert {name: shown.get(name) for name in saved["states"]} == saved["states"]
    entries = er.async_entries_for_config_entry(er.async_get(hass), former.entry_id)
    now = {(item.domain, item.unique_id, item.entity_id) for item in entries}
    assert {(i["domain"], i["unique_id"], i["entity_id"]) for i in saved["entities"]} <= now
    sim.state("WBY0FINGERPRINT02")["state"]["currentMileage"] = 58215
    sim.touch("WBY0FINGERPRINT02")
    await elapse(POLL + timedelta(minutes=1))
    assert state(hass, MILEAGE) == "58215"
