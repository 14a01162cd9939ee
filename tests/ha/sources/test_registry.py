"""The registry of sources: what is imported when."""

from copy import replace
import json
import subprocess
import sys

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
import pytest

from custom_components.mybmw.sources.registry import SOURCES
from tests.ha.conftest import SetUp

LATE = ("aiomqtt", "mybmw.client.cardata", "mybmw.client.mybmw")
SCRIPT = """
import json, sys
from custom_components.mybmw import config_flow, repairs
print(json.dumps([name for name in sys.modules if name.endswith({late})]))
"""


def test_sources_are_imported_late() -> None:
    """Neither the integration nor its dialogs import what an account may not need."""
    command = [sys.executable, "-c", SCRIPT.format(late=LATE)]
    found = subprocess.run(command, capture_output=True, check=True, text=True)
    assert json.loads(found.stdout) == []


async def test_account_needs_its_own_sources_only(
    hass: HomeAssistant, set_up: SetUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The account has the app API; CarData need not even be there."""
    monkeypatch.setitem(SOURCES, "cardata", replace(SOURCES["cardata"], module="not.there"))
    entry = await set_up()
    assert entry.state is ConfigEntryState.LOADED
    assert hass.states.get("sensor.ix_xdrive50_mileage") is not None


@pytest.mark.parametrize("name", SOURCES)
def test_options_are_kept_as_the_form_has_them(name: str) -> None:
    setup = SOURCES[name].setup
    assert set(map(str, setup.options)) == set(map(str, setup.stored_options))
