"""The cost of charges: the energy of each quarter of an hour by its price."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from custom_components.mybmw.client.core.records import (
    Charge,
    ChargingKind,
    Figure,
    How,
    Money,
    PlaceKind,
    RecordPlace,
    Slot,
)
from custom_components.mybmw.client.journal.costs import ChargingCosts
from custom_components.mybmw.client.journal.log import Log
from custom_components.mybmw.client.journal.prices import (
    Price,
    PriceAt,
    PriceList,
    PricePeriod,
    fixed,
    priced,
    time_of_use,
)
from custom_components.mybmw.client.journal.series import MILLION, parts_of
from custom_components.mybmw.client.journal.stored import from_json, to_json

BERLIN = ZoneInfo("Europe/Berlin")
QUARTER = timedelta(minutes=15)
START = datetime(2026, 11, 9, 20, tzinfo=UTC)
HOME = RecordPlace(PlaceKind.HOME, "zone.home", "Home")
WORK = RecordPlace(PlaceKind.ZONE, "zone.work", "Work")
AWAY = RecordPlace(PlaceKind.AWAY)
EVERY_DAY = frozenset(range(7))
NIGHT = PricePeriod(EVERY_DAY, time(22), time(6), 0.2)


def charge(energies: Iterable[float], start: datetime = START, **more: Any) -> Charge:
    slots = tuple(Slot(start + number * QUARTER, energy) for number, energy in enumerate(energies))
    total = Figure(sum(slot.energy for slot in slots), How.BMW)
    made = Charge("c1", start, slots[-1].start + QUARTER, slots=slots, energy=total, place=HOME)
    return replace(made, **more)


def near(amount: float) -> Any:
    return pytest.approx(amount)


def at_home(price: PriceAt) -> PriceList:
    return PriceList("EUR", Price(price))


def cost(item: Charge, prices: PriceList) -> Money:
    found = priced(item, prices).cost
    assert found is not None
    return found


def exactly(item: Charge, price: Callable[[datetime], str | None]) -> Decimal:
    """Return the cost, calculated in another way."""
    known = ((slot, price(slot.start)) for slot in item.slots)
    return sum(
        (Decimal(str(slot.energy)) * Decimal(each) for slot, each in known if each is not None),
        Decimal(),
    )


def cents(amount: float | Decimal) -> Decimal:
    return Decimal(str(amount)).quantize(Decimal("0.01"))


def by_clock(start: datetime) -> str:
    """Return a price by the local hour: cheap from 22:00 to 6:00."""
    return "0.2" if not 6 <= start.astimezone(BERLIN).hour < 22 else "0.35"


@pytest.mark.parametrize(
    ("start", "quarters", "cheap"),
    [
        (datetime(2026, 10, 24, 18, tzinfo=UTC), 48, 36),
        (datetime(2026, 3, 28, 18, tzinfo=UTC), 48, 28),
        (datetime(2026, 11, 9, 18, tzinfo=UTC), 48, 32),
    ],
    ids=["25 hours", "23 hours", "24 hours"],
)
def test_clock_changes(start: datetime, quarters: int, cheap: int) -> None:
    """A night has one hour more or less at the price of the night."""
    item = charge([1.0] * quarters, start)
    price = time_of_use(0.35, [NIGHT], BERLIN)
    assert Counter(price(slot.start) for slot in item.slots) == {0.2: cheap, 0.35: 48 - cheap}
    assert cents(cost(item, at_home(price)).amount) == cents(exactly(item, by_clock))


@pytest.mark.parametrize("seed", range(20))
def test_changing_prices(seed: int) -> None:
    """Any energies and prices, negative ones too, add up to the cent; some hours have no price."""
    random = Random(seed)
    item = charge([round(random.uniform(0, 3), 4) for _ in range(40)])
    table = {slot.start: f"{random.uniform(-0.4, 0.9):.4f}" for slot in item.slots}
    missing = set(random.sample(sorted(table), seed % 4))

    def price(start: datetime) -> str | None:
        return None if start in missing else table[start]

    found = priced(item, at_home(lambda start: None if (p := price(start)) is None else float(p)))
    assert found.cost is not None
    assert cents(found.cost.amount) == cents(exactly(item, price))
    parts = [amount for series, _, amount in parts_of(found) if series == "charging_cost_eur"]
    assert sum(parts) == round(MILLION * found.cost.amount)
    assert from_json(to_json(found)) == found


NIGHTS = {
    "25 hours": datetime(2026, 10, 24, 18, tzinfo=UTC),
    "23 hours": datetime(2026, 3, 28, 18, tzinfo=UTC),
}


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("night", NIGHTS)
def test_any_night(night: str, seed: int) -> None:
    """Any rules of the day, energies and gaps add up to the cent while the clock changes.

    The price of each quarter is looked up here by the wall clock.
    """
    random = Random(seed)
    item = charge([round(random.uniform(0, 3), 4) for _ in range(48)], NIGHTS[night])
    edges = sorted(random.sample(range(96), 6))
    amounts = [Decimal(random.randint(-4000, 9000)) / 10_000 for _ in range(6)]
    base = None if seed % 3 == 0 else 0.35
    rules = [
        PricePeriod(EVERY_DAY, _clock(first), _clock(last), float(amount))
        for first, last, amount in zip(edges, [*edges[1:], edges[0]], amounts, strict=True)
    ][: random.randint(2, 6)]

    def price(start: datetime) -> str | None:
        local = start.astimezone(BERLIN)
        quarter = local.hour * 4 + local.minute // 15
        for number, rule in enumerate(rules):
            first, last = edges[number], [*edges[1:], edges[0]][number]
            if first <= quarter < last or (first > last and not last <= quarter < first):
                return f"{rule.price:.4f}"
        return None if base is None else f"{base}"

    found = priced(item, at_home(time_of_use(base, rules, BERLIN)))
    known = [slot for slot in item.slots if price(slot.start) is not None]
    if not known:
        assert found.cost is None
        return
    assert found.cost is not None
    assert cents(found.cost.amount) == cents(exactly(item, price))
    unpriced = sum(slot.energy for slot in item.slots if slot not in known)
    assert found.cost.partial is (unpriced > 0.05 * sum(slot.energy for slot in item.slots))


def _clock(quarter: int) -> time:
    return time(quarter // 4, quarter % 4 * 15)


def test_cost_by_hour() -> None:
    """The statistics have the cost when it arose."""
    prices = at_home(lambda start: 0.1 if start < START + 2 * QUARTER else -0.05)
    found = priced(charge([2.0, 2.0, 2.0, 2.0]), prices)
    parts = [amount / MILLION for series, _, amount in parts_of(found) if "cost" in series]
    assert parts == [0.2, 0.2, -0.1, -0.1]
    assert found.cost == Money(near(0.2), "EUR", How.TARIFF)


def test_part_without_price() -> None:
    """A cost is marked as partial from 5 % of the energy on, and unknown without any price."""

    def known_from(first: int) -> PriceList:
        return at_home(lambda start: 0.3 if start >= START + first * QUARTER else None)

    item = charge([1.0] * 40)
    assert cost(item, known_from(2)) == Money(near(11.4), "EUR", How.TARIFF)
    assert cost(item, known_from(3)) == Money(near(11.1), "EUR", How.TARIFF, partial=True)
    assert priced(item, known_from(40)).cost is None


EVERYWHERE = PriceList(
    "EUR",
    Price(fixed(0.3)),
    {"zone.work": Price(fixed(0.0)), "zone.mall": Price(fixed(0.4), 1.0)},
    Price(fixed(0.5), 0.35),
    Price(fixed(0.8), 0.35),
)
SWISS = Money(31.5, "CHF", How.BMW)


@pytest.mark.parametrize(
    ("more", "amount"),
    [
        ({}, 3.0),
        ({"place": WORK}, 0.0),
        ({"place": RecordPlace(PlaceKind.ZONE, "zone.mall")}, 5.0),
        ({"place": AWAY}, 5.35),
        ({"place": AWAY, "kind": ChargingKind.DC}, 8.35),
        ({"place": RecordPlace()}, 3.0),
        ({"place": RecordPlace(), "kind": ChargingKind.DC}, 8.35),
        ({"place": AWAY, "billed": SWISS}, 31.5),
        ({"billed": SWISS}, 3.0),
        ({"cost": Money(7.0, "EUR", How.USER)}, 7.0),
    ],
    ids=[
        "home",
        "free zone",
        "zone with a fee",
        "public",
        "public DC",
        "unknown place",
        "unknown place DC",
        "billed by BMW",
        "BMW's figure at home",
        "set by the user",
    ],
)
def test_places(more: dict[str, Any], amount: float) -> None:
    assert cost(charge([5.0, 5.0], **more), EVERYWHERE).amount == pytest.approx(amount)


def test_no_price() -> None:
    """Without a price for its place, a cost is unknown, not zero."""
    assert priced(charge([5.0], place=AWAY), at_home(fixed(0.3))).cost is None
    assert cost(charge([5.0]), at_home(fixed(0.0))).amount == 0


@pytest.mark.parametrize(
    ("day", "clock", "price"),
    [(13, 23, 0.1), (14, 5, 0.1), (14, 23, 0.4), (15, 5, 0.4), (13, 5, 0.4), (13, 12, 0.4)],
    ids=["Friday night", "after it", "Saturday night", "after that", "before it", "noon"],
)
def test_days(day: int, clock: int, price: float) -> None:
    """A period over midnight belongs to the day on which it starts."""
    friday = PricePeriod(frozenset({4}), time(22), time(6), 0.1)
    moment = datetime(2026, 11, day, clock, tzinfo=BERLIN)
    assert time_of_use(0.4, [friday], BERLIN)(moment) == price


def filed(*items: Charge) -> Log:
    log = Log()
    for item in items:
        log.put(item)
    return log


def test_kept_cost() -> None:
    """A new price counts for new charges, and for those that had none."""
    log = filed(charge([10.0]), charge([10.0], id="c2", place=WORK))
    costs = ChargingCosts()
    costs.update(log, at_home(fixed(0.3)))
    assert [item.cost and item.cost.amount for item in log.charges.values()] == [3.0, None]
    log.take()
    costs.update(log, EVERYWHERE)
    assert [item.cost and item.cost.amount for item in log.charges.values()] == [3.0, 0.0]
    log.put(replace(log.charges["c1"], note="kept"))
    costs.update(log, replace(EVERYWHERE, home=Price(fixed(0.9))))
    assert log.charges["c1"].cost == Money(3.0, "EUR", How.TARIFF)
    log.put(replace(log.charges["c1"], slots=(Slot(START, 20.0),)))
    costs.update(log, EVERYWHERE)
    assert log.charges["c1"].cost == Money(6.0, "EUR", How.TARIFF)
    costs.reset("c1")
    costs.update(log, replace(EVERYWHERE, home=Price(fixed(0.9))))
    assert log.charges["c1"].cost == Money(18.0, "EUR", How.TARIFF)


def test_two_currencies() -> None:
    """Sums are of one currency; the others have their own."""
    log = filed(charge([10.0]), charge([50.0], id="c2", place=AWAY, billed=SWISS))
    costs = ChargingCosts()
    costs.update(log, EVERYWHERE)
    values = {
        key.key: value for key, value in costs.values(log, {}, START + timedelta(hours=1), BERLIN)
    }
    assert values["charging_cost_month"] == 3.0
    assert values["charging_cost_today"] == 3.0
    assert values["cost_per_100km"] is None
    series = Counter(
        {key: amount for item in log.charges.values() for key, _, amount in parts_of(item)}
    )
    assert series["charging_cost_eur"] == 3 * MILLION
    assert series["charging_cost_chf"] == 31.5 * MILLION


def test_midnight() -> None:
    """What is charged before midnight belongs to the day before."""
    late = datetime(2026, 11, 30, 22, 30, tzinfo=UTC)
    log = filed(charge([1.0] * 4, late))
    costs = ChargingCosts()
    costs.update(log, at_home(lambda start: 0.1 if start.astimezone(BERLIN).month == 11 else 0.4))
    values = dict(costs.values(log, {}, late + timedelta(hours=2), BERLIN))
    found = {key.key: value for key, value in values.items()}
    assert found["charging_cost_today"] == found["charging_cost_month"] == pytest.approx(0.8)
    assert found["charging_cost_year"] == pytest.approx(1.0)
    assert found["last_charge_cost"] == pytest.approx(1.0)
