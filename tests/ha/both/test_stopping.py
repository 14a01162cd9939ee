"""What is saved while Home Assistant stops."""

from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE
from homeassistant.core import CoreState, HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

pytestmark = pytest.mark.usefixtures("silence")


@pytest.mark.parametrize("planned", ["later", "while it stops", "not"])
async def test_final_write(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
    planned: str,
) -> None:
    """The plan is written once, whatever has been planned; no listener is removed twice."""
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    saver = entry.runtime_data.saver
    await saver.save_plan()
    caplog.clear()
    if planned == "later":
        saver.schedule(60.0)
    hass.set_state(CoreState.stopping)
    if planned == "while it stops":
        await saver.save_plan()
    hass.set_state(CoreState.final_write)
    hass.bus.async_fire_internal(EVENT_HOMEASSISTANT_FINAL_WRITE)
    await hass.async_block_till_done()
    assert "Unable to remove" not in caplog.text
    written = caplog.text.count(f"Writing data to mybmw.{entry.entry_id}:")
    assert written == 1
