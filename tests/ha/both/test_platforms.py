"""Every entity of a car as Home Assistant has it: in the registry, and its state."""

from unittest.mock import patch

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, snapshot_platform
from syrupy.assertion import SnapshotAssertion

from custom_components import mybmw
from tests.ha.support.flow_steps import account_with
from tests.replay.cardata import SimulatedCarData
from tests.replay.mybmw import SimulatedMyBMW

pytestmark = pytest.mark.usefixtures("silence", "entity_registry_enabled_by_default")


@pytest.fixture
def entry(sim: SimulatedMyBMW, cardata: SimulatedCarData, kind: str) -> MockConfigEntry:
    """The account, whose id is in the ids of what belongs to its sources."""
    return account_with(kind, sim, cardata, entry_id="0123456789ABCDEFGHJKMNPQRS")


@pytest.mark.freeze_time("2026-11-09T12:00:00+00:00")
@pytest.mark.parametrize(
    ("kind", "platform"),
    [
        # A calendar has no events before the car was driven or charged
        *(("mybmw", platform) for platform in mybmw.PLATFORMS if platform != Platform.CALENDAR),
        ("cardata", Platform.BINARY_SENSOR),
        ("cardata", Platform.BUTTON),
        ("cardata", Platform.DEVICE_TRACKER),
        ("cardata", Platform.IMAGE),
        ("cardata", Platform.SENSOR),
    ],
)
async def test_platform(
    hass: HomeAssistant,
    entity_registry: er.EntityRegistry,
    snapshot: SnapshotAssertion,
    entry: MockConfigEntry,
    platform: Platform,
) -> None:
    entry.add_to_hass(hass)
    # Pictures have an address that cannot be guessed
    with (
        patch.object(mybmw, "PLATFORMS", (platform,)),
        patch("random.SystemRandom.getrandbits", return_value=1),
    ):
        await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
        await snapshot_platform(hass, entity_registry, snapshot, entry.entry_id)
