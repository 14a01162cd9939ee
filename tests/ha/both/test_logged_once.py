"""What fails is logged once, and once that it works again, whichever source it is."""

from datetime import timedelta
import logging

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.ha.conftest import Elapse
from tests.replay import faults
from tests.replay.cardata import Endpoint as Cardata, SimulatedCarData
from tests.replay.faults import Endpoint, Fault
from tests.replay.mybmw import SimulatedMyBMW

pytestmark = pytest.mark.usefixtures("silence")


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what is logged without debug logging."""
    return [
        record.getMessage()
        for record in caplog.records
        if record.name.startswith("custom_components.mybmw") and record.levelno >= logging.INFO
    ]


@pytest.mark.parametrize(
    ("kind", "fault"),
    [
        ("cardata", faults.no_network()),
        ("mybmw", faults.no_network()),
        ("both", faults.no_network()),
        ("cardata", faults.server_error()),
        ("mybmw", faults.server_error()),
    ],
)
async def test_outage(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    sim: SimulatedMyBMW,
    cardata: SimulatedCarData,
    freezer: FrozenDateTimeFactory,
    elapse: Elapse,
    caplog: pytest.LogCaptureFixture,
    kind: str,
    fault: Fault,
) -> None:
    """A night without BMW is two lines for each source."""
    freezer.move_to("2026-11-10T00:30:00Z")
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    caplog.clear()
    for endpoint in Endpoint:
        sim.fail(endpoint, fault, None)
    for other in Cardata:
        cardata.fail(other, fault, None)
    for _ in range(16):
        await elapse(timedelta(minutes=30))
    sources = {"cardata", "mybmw"} if kind == "both" else {kind}
    failed = told(caplog)
    assert len(failed) == len(sources), failed
    caplog.clear()
    sim.heal()
    cardata.heal()
    for _ in range(16):
        await elapse(timedelta(minutes=30))
    assert set(told(caplog)) == {f"Fetching {source} data recovered" for source in sources}
    assert len(told(caplog)) == len(sources)
