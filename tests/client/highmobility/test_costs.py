"""What a month costs, to the cent (highmobility.md#costs)."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import orjson
import pytest

from custom_components.mybmw.client import EventKind
from custom_components.mybmw.client.highmobility import Costs, Prices

NOW = datetime(2026, 11, 10, 12, tzinfo=UTC)
CAR, OTHER = "WBA0FINGERPRINT01", "WBA0FINGERPRINT02"


def counted(webhooks: int, requests: int = 0, prices: Prices | None = None) -> Costs:
    costs = Costs(prices)
    for _ in range(webhooks):
        costs.webhook(CAR, EventKind.MAINTENANCE_CHANGED, NOW)
    for _ in range(requests):
        costs.request(CAR, NOW)
    return costs


@pytest.mark.parametrize(
    ("webhooks", "cost", "capped"),
    [
        (0, "0.00", False),
        (1, "0.12", False),
        (55, "6.60", False),
        (56, "6.69", True),
        (57, "6.69", True),
        (1000, "6.69", True),
    ],
)
def test_cap(webhooks: int, cost: str, capped: bool) -> None:
    """The 56th webhook reaches the cap."""
    costs = counted(webhooks)
    assert str(costs.cost(CAR, NOW)) == cost
    assert costs.capped(CAR, NOW) is capped


def test_requests_have_a_price() -> None:
    """The cap covers requests too, and their price is an option."""
    prices = Prices(request=Decimal("0.005"))
    assert counted(1, 100, prices).cost(CAR, NOW) == Decimal("0.62")
    assert counted(1, 100).cost(CAR, NOW) == Decimal("0.12")
    assert counted(0, 2000, prices).capped(CAR, NOW)


def test_free_ones_and_duplicates() -> None:
    """Free events and those that came twice are counted apart."""
    costs = counted(2)
    costs.webhook(CAR, EventKind.AUTHORIZATION_CHANGED, NOW)
    costs.webhook(CAR, EventKind.MAINTENANCE_CHANGED, NOW, duplicate=True)
    found = costs.counts(CAR, NOW)
    assert (found.webhooks, found.free, found.duplicates) == (2, 1, 1)
    assert costs.cost(CAR, NOW) == Decimal("0.24")
    paid = Costs(Prices(free=()))
    paid.webhook(CAR, EventKind.AUTHORIZATION_CHANGED, NOW)
    assert paid.cost(CAR, NOW) == Decimal("0.12")


def test_account_and_limit() -> None:
    """All cars together, and a limit that stops polling."""
    costs = counted(60)
    costs.webhook(OTHER, EventKind.VEHICLE_LOCATION_CHANGED, NOW)
    assert costs.total(NOW) == Decimal("6.81")
    assert not costs.over_limit(NOW)
    costs.limit = Decimal("6.81")
    assert costs.over_limit(NOW)
    assert not costs.over_limit(NOW + timedelta(days=25))


def test_bill() -> None:
    """A bill says what one car or all cost, in which currency and month, and what was free."""
    prices = Prices(webhook=Decimal("1.2"), cap=Decimal("2.5"), currency="CHF")
    costs = counted(3, 4, prices)
    costs.webhook(CAR, EventKind.PING, NOW)
    costs.webhook(OTHER, EventKind.TRIP_ENDED, NOW)
    costs.webhook(OTHER, EventKind.TRIP_ENDED, NOW, duplicate=True)
    one, other, both = (costs.bill(vin, NOW) for vin in (CAR, OTHER, None))
    assert one is not None
    assert (one.cost, one.currency, one.events, one.calls) == (2.5, "CHF", 3, 4)
    assert (one.capped, one.free, one.duplicates, one.stopped) == (True, 1, 0, False)
    assert (one.since, one.until) == (
        datetime(2026, 11, 1, tzinfo=UTC),
        datetime(2026, 12, 1, tzinfo=UTC),
    )
    assert other is not None
    assert (other.cost, other.duplicates, other.capped) == (1.2, 1, False)
    assert both is not None
    assert (both.cost, both.events, both.calls, both.capped) == (3.7, 4, 4, False)
    assert Costs(Prices(webhook=Decimal(), request=Decimal())).bill(None, NOW) is None


@pytest.mark.parametrize(
    ("day", "webhooks", "forecast"),
    [(1, 2, "6.69"), (11, 10, "3.60"), (16, 10, "2.40"), (30, 10, "1.24"), (16, 0, "0.00")],
)
def test_forecast(day: int, webhooks: int, forecast: str) -> None:
    """What it will have been at the end of the month; a first day counts as a whole one."""
    now = datetime(2026, 11, day, tzinfo=UTC)
    costs = Costs()
    for _ in range(webhooks):
        costs.webhook(CAR, EventKind.MAINTENANCE_CHANGED, now)
    assert str(costs.forecast(CAR, now)) == forecast


def test_month_changes() -> None:
    """A month begins anew in the zone of the bill; a clock set back does not bring one back."""
    end = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)
    local = Costs(zone=ZoneInfo("Europe/Berlin"))
    utc = Costs()
    for costs in (local, utc):
        costs.webhook(CAR, EventKind.MAINTENANCE_CHANGED, end)
        assert costs.cost(CAR, end) == Decimal("0.12")
    later = end + timedelta(minutes=31)
    assert utc.cost(CAR, later) == Decimal(0)
    assert local.cost(CAR, later) == Decimal("0.12")
    assert local.month_start(later) == datetime(2026, 11, 30, 23, tzinfo=UTC)
    assert utc.next_month(end) == datetime(2026, 12, 1, tzinfo=UTC)
    utc.webhook(CAR, EventKind.MAINTENANCE_CHANGED, later)
    assert utc.counts(CAR, end).webhooks == 1


def test_restart() -> None:
    """Counters survive as JSON; nonsense counts as nothing, an old month as over."""
    costs = counted(5, 3)
    again = Costs()
    again.load(orjson.loads(orjson.dumps(costs.dump())))
    assert again.counts(CAR, NOW) == costs.counts(CAR, NOW)
    assert again.counts(CAR, NOW + timedelta(days=30)).webhooks == 0
    nonsense: tuple[object, ...] = (None, [], {"month": 1}, {"month": "2026-11", "cars": {CAR: 7}})
    for odd in nonsense:
        fresh = Costs()
        fresh.load(odd)
        assert fresh.cost(CAR, NOW) == 0
    huge = Costs()
    huge.load({"month": "2026-11", "cars": {CAR: {"webhooks": 10**30, "requests": -5}}})
    assert huge.cost(CAR, NOW) == Decimal("6.69")
