"""Weeks of simulated cars: every charge is found, none is invented, and BMW's history fits."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest

from custom_components.mybmw.client.core.records import How
from tests.client.journal.charging import sessions_of
from tests.client.journal.support import START, VIN, Owner
from tests.client.journal.test_days import DELIVERIES, TRAINS, Delivery
from tests.replay.carstate import CarState, Drivetrain
from tests.replay.charging_days import abroad, charge, history, unplug
from tests.replay.days import DAY, HOUR, Part, ac_charge, commute, dc_charge, night, plan
from tests.replay.timeline import messages

CARS: Final = {
    "electric": CarState(soc=60.0, work_km=50),
    "electric, silent on the road": CarState(soc=60.0, work_km=50, live=False),
    "Neue Klasse": CarState(soc=60.0, work_km=50, neue_klasse=True),
    "in miles": CarState(soc=60.0, work_km=50, miles=True),
    "hybrid": CarState(Drivetrain.PHEV, soc=60.0, work_km=50, capacity=12, header_freezes=True),
    "hybrid, silent on the road": CarState(
        Drivetrain.PHEV, soc=60.0, work_km=50, capacity=12, live=False
    ),
}
SOLAR: Final = [(kw, minutes) for pause in range(5) for kw, minutes in ((3.9, 20.0), (0.0, 17.0))][
    :-1
]
TWO_MINUTES: Final = 120


def week(car: CarState, at: float = 0.0) -> Part:
    """Charge at home each night, at work with pauses, and fast and far away once or twice."""
    steps = []
    for number in range(4):
        day = number * DAY
        steps += [
            (day, night),
            (day + 7.5 * HOUR, commute),
            (day + 9 * HOUR, lambda state, at: charge(state, at, SOLAR)),
            (day + 14 * HOUR, unplug),
            (day + 17 * HOUR, commute),
            (day + 19 * HOUR, ac_charge),
        ]
    if not car.burns:
        steps += [(4 * DAY + 12 * HOUR, abroad), (4 * DAY + 20 * HOUR, dc_charge)]
    return (yield from plan(car, steps, at))


@pytest.mark.parametrize("delivery", DELIVERIES.values(), ids=list(DELIVERIES))
@pytest.mark.parametrize("car", CARS.values(), ids=list(CARS))
def test_every_charge_is_found(car: CarState, delivery: Delivery) -> None:
    """36 combinations: starts and ends within two minutes, energies within 8 %."""
    owner, changes = Owner(TRAINS[car.drivetrain]), [*week(replace(car, target=90))]
    owner.receive(messages(delivery(changes), vin=VIN, gcid="g", start=START, together=8))
    owner.wait(owner.now + timedelta(hours=2))
    rows = history(changes, START)[::-1]
    charges = owner.charges
    assert len(charges) == len(rows)
    for found, row in zip(charges, rows, strict=True):
        assert found.start is not None
        assert abs(found.start.timestamp() - row["startTime"]) <= TWO_MINUTES
        assert abs(found.end.timestamp() - row["endTime"]) <= TWO_MINUTES
        assert found.energy is not None
        truth = row["energyConsumedFromPowerGridKwh"]
        assert found.energy.value == pytest.approx(truth, rel=0.08)
        assert sum(slot.energy for slot in found.slots) == pytest.approx(found.energy.value)
    owner.import_charges(sessions_of(rows))
    assert [item.energy.value for item in owner.charges if item.energy] == [
        row["energyConsumedFromPowerGridKwh"] for row in rows
    ]
    assert {item.energy.how for item in owner.charges if item.energy} == {How.BMW}
    for key in ("charged_home", "charged_away"):
        values = [item.value for item in owner.readings if item.attribute.key == key]
        assert values == sorted(values)
