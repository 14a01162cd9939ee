"""Which entities: a group is enabled in the options, on a phone too."""

from pathlib import Path
from typing import Final

import pytest

from .conftest import Start
from .home import Home, button, state, wait_for_state

CAR: Final = "WBY0FINGERPRINT01"
TARGET: Final = "sensor.i4_edrive40_front_left_target_pressure"


@pytest.fixture(scope="module")
def home(start: Start) -> Home:
    """An electric car, seen on a phone."""
    return start("--source", "cardata", "--vin", CAR, viewport={"width": 390, "height": 844})


def test_tires(home: Home, tmp_path: Path) -> None:
    """The preview names what is enabled, which then has a value."""
    page = home.open("/config/integrations/integration/mybmw")
    assert state(page, TARGET) is None
    page.locator("ha-config-entry-row, ha-config-entry-device-row").first.wait_for()
    page.screenshot(path=tmp_path / "1-integration.png")
    page.get_by_label("Configure").first.click()
    menu = page.locator("step-flow-menu")
    menu.get_by_text("Which entities?").first.click()
    page.get_by_text("A new car shows about forty entities").first.wait_for()
    page.screenshot(path=tmp_path / "2-entities.png")
    page.locator("ha-formfield, ha-checkbox").filter(has_text="Tires").first.click()
    button(page, "Submit").click()
    page.get_by_text("Front left target pressure").first.wait_for()
    page.screenshot(path=tmp_path / "3-preview.png")
    button(page, "Submit").click()
    wait_for_state(page, TARGET, seconds=60)
