"""Costs of nights on which the clock changes, from the options to sensors and sums."""

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.ha.journal.conftest import Sends
from tests.ha.journal.test_costs import CLOCK, charge, charged
from tests.ha.support import state
from tests.ha.support.actions import act
from tests.ha.support.cardata import I4

COST = "sensor.i4_edrive40_charging_cost_"


class Night(NamedTuple):
    """A charge of 1 kWh in each quarter of twelve hours; its cost before and after midnight.

    A kWh costs 0.20 from 22:00 to 06:00 and 0.35 at other times.
    """

    start: datetime
    before: float
    after: float


NIGHTS = {
    "25 hours": Night(
        datetime(2026, 10, 24, 18, tzinfo=UTC), 8 * 0.35 + 8 * 0.2, 28 * 0.2 + 4 * 0.35
    ),
    "23 hours": Night(
        datetime(2026, 3, 28, 18, tzinfo=UTC), 12 * 0.35 + 8 * 0.2, 20 * 0.2 + 8 * 0.35
    ),
    "24 hours": Night(
        datetime(2026, 10, 21, 18, tzinfo=UTC), 8 * 0.35 + 8 * 0.2, 24 * 0.2 + 8 * 0.35
    ),
}


@pytest.fixture
def options() -> dict[str, Any]:
    """Prices by time of day."""
    return {"journal": {"keep": True, "join_stops": 5, "currency": "EUR", **CLOCK}}


@pytest.fixture(params=NIGHTS.values(), ids=list(NIGHTS))
def night(request: pytest.FixtureRequest) -> Night:
    """A night."""
    found: Night = request.param
    return found


@pytest.fixture(autouse=True)
async def _morning(hass: HomeAssistant, freezer: FrozenDateTimeFactory, night: Night) -> None:
    """Let it be the morning after it, in Berlin."""
    freezer.move_to(night.start + timedelta(hours=14))
    await hass.config.async_set_time_zone("Europe/Berlin")


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_costs(
    hass: HomeAssistant, account: MockConfigEntry, sends: Sends, night: Night
) -> None:
    """Each quarter has its price, and belongs to its day."""
    item = charge(night.start, [1.0] * 48)
    found = await charged(account, sends, item)
    cost = found[item.id].cost
    assert cost is not None
    assert round(cost.amount, 2) == round(night.before + night.after, 2)
    assert round(float(state(hass, f"{COST}today")), 2) == round(night.after, 2)
    days = (await act(hass, "get_summary", I4, period="day", count=2))["periods"]
    expected = [{"EUR": round(amount, 2)} for amount in (night.after, night.before)]
    assert [day["cost"] for day in days] == expected
