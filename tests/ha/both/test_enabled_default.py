"""What a new car of an account with both sources shows at first."""

from datetime import timedelta
from typing import Final

from homeassistant.core import HomeAssistant
import pytest

from tests.ha.conftest import Elapse
from tests.ha.platforms.test_enabled_default import CARS, MOST, enabled
from tests.ha.support.cardata import recorded
from tests.ha.support.flow_steps import account_with
from tests.replay.cardata import SimulatedCarData, combined_router
from tests.replay.fingerprints import bundled, load
from tests.replay.mybmw import SimulatedMyBMW

BOTH: Final = [folder for folder in CARS if folder in bundled()]


@pytest.mark.parametrize("folder", BOTH)
@pytest.mark.usefixtures("silence")
async def test_few_with_both_sources(hass: HomeAssistant, elapse: Elapse, folder: str) -> None:
    """Commands come on top of the values, and yet no more is on than with CarData alone."""
    cardata = SimulatedCarData(recorded(folder), fresh=True)
    sim = SimulatedMyBMW(load(bundled()[folder]))
    with combined_router(cardata, sim):
        entry = account_with("both", sim, cardata)
        entry.add_to_hass(hass)
        assert await hass.config_entries.async_setup(entry.entry_id)
        for _ in range(30):
            await elapse(timedelta(hours=1))
        at_first = enabled(hass, entry.entry_id)
    assert len(at_first) <= MOST, sorted(at_first)
