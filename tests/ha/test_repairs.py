"""A repair issue that the user can do something about, where it is shown."""

from typing import Any

from homeassistant.components.repairs import DOMAIN as REPAIRS
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mybmw.const import DOMAIN
from custom_components.mybmw.repairs import async_create_fix_flow
from custom_components.mybmw.sources.registry import page_of


async def begin(hass: HomeAssistant, *sources: str) -> tuple[MockConfigEntry, Any]:
    """Return an account with an issue, and the flow that mends it."""
    entry = MockConfigEntry(
        domain=DOMAIN, title="Mine", data={"sources": {key: {} for key in sources}}
    )
    entry.add_to_hass(hass)
    assert await async_setup_component(hass, REPAIRS, {})
    flow = await async_create_fix_flow(
        hass, "blocked", {"entry_id": entry.entry_id, "source": "mybmw"}
    )
    flow.hass = hass
    return entry, flow


async def test_add_cardata(hass: HomeAssistant) -> None:
    """The dialog that adds CarData goes on where the repair ends."""
    entry, flow = await begin(hass, "mybmw")
    menu = await flow.async_step_init()
    assert menu["menu_options"] == ["add_cardata", "add_highmobility", "remove_account"]
    end = await flow.async_step_add_cardata()
    assert end["type"] is FlowResultType.ABORT
    (going,) = hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    assert going["step_id"] == "cardata"
    assert end["next_flow"][1] == going["flow_id"]
    assert going["context"]["entry_id"] == entry.entry_id


async def test_remove_source(hass: HomeAssistant) -> None:
    entry, flow = await begin(hass, "mybmw", "cardata")
    assert (await flow.async_step_init())["menu_options"] == ["remove_source"]
    assert (await flow.async_step_remove_source())["step_id"] == "remove_source"
    await flow.async_step_remove_source({})
    assert entry.data["sources"].keys() == {"cardata"}


async def test_remove_account(hass: HomeAssistant) -> None:
    entry, flow = await begin(hass, "mybmw")
    await flow.async_step_remove_account({})
    assert hass.config_entries.async_get_entry(entry.entry_id) is None


@pytest.mark.parametrize(
    ("issue", "page"),
    [
        ("stream_silent", "https://www.bmw.de/de-de/mybmw/vehicle-overview"),
        ("stream_taken", "homeassistant://config/integrations/integration/mybmw"),
        ("blocked", None),
    ],
)
def test_pages(issue: str, page: str | None) -> None:
    assert page_of(issue, "DE") == page


async def test_issue_of_an_account_that_is_gone(hass: HomeAssistant) -> None:
    ir.async_create_issue(
        hass,
        DOMAIN,
        "blocked_x",
        is_fixable=True,
        severity=ir.IssueSeverity.ERROR,
        translation_key="blocked",
    )
    flow: Any = await async_create_fix_flow(hass, "blocked_x", {"entry_id": "x"})
    flow.hass, flow.issue_id = hass, "blocked_x"
    flow.context = {}
    await flow.async_step_init()
    assert ir.async_get(hass).async_get_issue(DOMAIN, "blocked_x") is None
