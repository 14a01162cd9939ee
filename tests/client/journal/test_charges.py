"""Charges out of what cars send: when, how much, and what BMW's history says of them later."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from custom_components.mybmw.client.core import attributes as car
from custom_components.mybmw.client.core.records import ChargeEnd, ChargingKind, How
from custom_components.mybmw.client.core.values import DriveTrain
from tests.client.journal.charging import START, Story, made, sessions_of
from tests.replay.carstate import POWER, STATUS, CarState, Drivetrain
from tests.replay.charging_days import MINUTE, abroad, charge, history, silent, unplug, without
from tests.replay.days import HOUR, Step, commute, days, plan
from tests.replay.timeline import Change

TWO_MINUTES = timedelta(minutes=2)
BEV = CarState(soc=40.0, target=80)
PHEV = CarState(Drivetrain.PHEV, soc=20.0, target=100, capacity=12.0, header_freezes=True)
SOLAR = [(kw, minutes) for pause in range(12) for kw, minutes in ((4.1, 25.0), (0.0, 18.0))]


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def near(time: datetime | None, seconds: float) -> bool:
    return time is not None and abs(time - at(seconds)) <= TWO_MINUTES


def part_of(car_: CarState, *steps: tuple[float, Step]) -> list[Change]:
    """Return the changes of steps at hours of the day."""
    return made(plan(car_, [(hour * HOUR, step) for hour, step in steps]))


def test_a_charge_at_home() -> None:
    story = Story()
    story.play(charge(BEV, 20 * HOUR, [(11.0, 120.0)]))
    story.hours(1)
    (found,) = story.charges
    assert near(found.start, 20 * HOUR)
    assert near(found.end, 22 * HOUR)
    assert (found.start_soc, found.end_soc) == (40, 65)
    assert found.kind is ChargingKind.AC
    assert found.energy is not None
    assert found.energy.value == pytest.approx(22.0, rel=0.08)
    assert sum(slot.energy for slot in found.slots) == pytest.approx(found.energy.value)
    assert found.power == pytest.approx(11.0, rel=0.08)
    assert found.ended_by is ChargeEnd.INTERRUPTED
    assert story.told() == ["charge_started", "charge_ended"]
    assert story.shown[car.CHARGED_AWAY] == [0.0]


@pytest.mark.parametrize(
    ("capacity", "silent_"),
    [(80.0, False), (None, False), (80.0, True)],
    ids=["streamed", "capacity_unknown", "silent"],
)
def test_energy_is_learned_from_the_history(capacity: float | None, *, silent_: bool) -> None:
    """Within 8 % before anything is learned, within 3 % after three charges."""
    story, errors = Story(capacity=capacity), []
    state = replace(BEV, soc=30.0)
    for day in range(5):
        changes = [*charge(state, day * 24 * HOUR, [(11.0, 150.0)])]
        rows = history(changes, START)
        begin = day * 24 * HOUR
        story.play(silent(changes, begin + 60, begin + 149 * MINUTE) if silent_ else changes)
        story.hours(1)
        found = story.charges[-1]
        truth = rows[0]["energyConsumedFromPowerGridKwh"]
        assert found.energy is not None
        assert found.energy.how is not How.BMW
        errors.append(abs(found.energy.value - truth) / truth)
        story.history(sessions_of(rows))
        known = story.charges[-1].energy
        assert known is not None
        assert (known.value, known.how) == (truth, How.BMW)
        story.play(unplug(replace(state, soc=30.0), day * 24 * HOUR + 12 * HOUR))
    assert max(errors) <= 0.08
    assert max(errors[3:]) <= 0.03


@pytest.mark.parametrize("pause", ["CHARGINGPAUSED", "NOCHARGING"])
def test_a_solar_night_is_one_charge(pause: str) -> None:
    story = Story()
    changes = [*charge(BEV, 8 * HOUR, SOLAR, pause=pause)]
    story.play(changes)
    story.hours(1)
    (found,) = story.charges
    assert found.pauses == 11
    assert found.energy is not None
    truth = 12 * 4.1 * 25 / 60
    assert found.energy.value == pytest.approx(truth, rel=0.08)
    assert len(story.log.charges) == 1
    for split in (True, False):
        story.history(sessions_of(history(changes, START, split=split)))
        (found,) = story.charges
        assert found.energy is not None
        assert found.energy.value == pytest.approx(truth, rel=0.01)


def test_re_import_changes_nothing() -> None:
    story = Story()
    changes = [*charge(BEV, 8 * HOUR, SOLAR)]
    story.play(changes)
    story.hours(1)
    rows = sessions_of(history(changes, START, split=True))
    story.history(rows)
    before = dict(story.log.charges)
    story.history(rows)
    story.history(list(reversed(rows)))
    story.history([replace(row, blocks=()) for row in rows[3:]])
    assert story.log.charges == before


def test_pauses_between_charges() -> None:
    """BMW's blocks say in which hours the energy flowed."""
    story = Story()
    changes = [*charge(BEV, 20 * HOUR, [(11.0, 60.0), (0.0, 240.0), (11.0, 60.0)])]
    story.play(changes)
    story.hours(1)
    story.history(sessions_of(history(changes, START)))
    (found,) = story.charges
    assert sum(slot.energy for slot in found.slots) == pytest.approx(22.0, abs=0.1)
    idle = [slot for slot in found.slots if at(21.1 * HOUR) <= slot.start < at(24.7 * HOUR)]
    assert idle == []
    assert found.pauses == 1


def test_over_midnight() -> None:
    story = Story()
    changes = [*charge(BEV, 22 * HOUR, [(11.0, 180.0)])]
    story.play(changes)
    story.hours(1)
    story.history(sessions_of(history(changes, START)))
    (found,) = story.charges
    midnight = at(24 * HOUR)
    before = sum(slot.energy for slot in found.slots if slot.start < midnight)
    assert before == pytest.approx(22.0, abs=0.3)
    assert sum(slot.energy for slot in found.slots) == pytest.approx(33.0, abs=0.1)


def test_the_end_is_never_sent() -> None:
    story = Story()
    changes = part_of(BEV, (20, lambda c, t: charge(c, t, [(11.0, 120.0)])), (31, commute))
    story.play(without(without(changes, STATUS, "CHARGINGENDED", "NOCHARGING"), POWER, 0))
    (found,) = story.charges
    assert near(found.start, 20 * HOUR)
    assert found.end_soc == 65
    assert found.end <= at(31.1 * HOUR)


def test_silent_after_the_start() -> None:
    """Nothing arrives until the car is unplugged."""
    story = Story()
    changes = part_of(
        BEV, (20, lambda c, t: charge(c, t, [(11.0, 120.0)])), (31, unplug), (31.2, commute)
    )
    story.play(silent(changes, 20 * HOUR + 60, 30.9 * HOUR))
    (found,) = story.charges
    assert near(found.start, 20 * HOUR)
    assert found.end_soc == 65
    assert found.energy is not None
    assert found.energy.value == pytest.approx(22.0, rel=0.08)


def test_a_charge_that_nobody_saw() -> None:
    story = Story()
    changes = [
        *part_of(BEV, (18, commute), (20, lambda c, t: charge(c, t, [(11.0, 120.0)])), (31, unplug))
    ]
    story.play(silent(changes, 19 * HOUR, 30.9 * HOUR))
    story.hours(1)
    (found,) = story.charges
    assert (found.unseen, found.start) == (True, None)
    assert found.energy is not None
    assert found.energy.value == pytest.approx(22.0, rel=0.08)
    story.history(sessions_of(history(changes, START)))
    (found,) = story.charges
    assert not found.unseen
    assert near(found.start, 20 * HOUR)
    assert found.energy is not None
    assert found.energy.how is How.BMW


def test_plugged_in_for_three_days() -> None:
    story = Story()
    changes = part_of(
        BEV,
        (18, lambda c, t: charge(c, t, [(11.0, 60.0)])),
        (42, lambda c, t: charge(c, t, [(11.0, 20.0)], plug_in=False)),
        (66, lambda c, t: charge(c, t, [(11.0, 20.0)], plug_in=False)),
        (90, unplug),
    )
    story.play(changes)
    energies = [item.energy.value for item in story.charges if item.energy]
    assert energies == pytest.approx([11, 11 / 3, 11 / 3], rel=0.12)
    assert story.told().count("plugged_in") == 0
    assert story.told().count("unplugged") == 1


def test_abroad_in_another_currency() -> None:
    story = Story()
    changes = [*abroad(replace(BEV, soc=20.0), 12 * HOUR)]
    story.play(changes)
    story.hours(1)
    money = {"chargingCostInformation": {"calculatedChargingCost": 31.5, "currency": "CHF"}}
    rows = history(changes, START, also=money)
    story.history(sessions_of(rows))
    (found,) = story.charges
    assert found.kind is ChargingKind.DC
    assert found.energy is not None
    assert found.energy.value == rows[0]["energyConsumedFromPowerGridKwh"]
    assert found.cost is not None
    assert (found.cost.amount, found.cost.currency) == (31.5, "CHF")
    assert story.shown[car.CHARGED_HOME] == [0.0]
    assert story.shown[car.CHARGED_AWAY][-1] == pytest.approx(found.energy.value, abs=5)


@pytest.mark.parametrize(
    "state", [BEV, PHEV, replace(BEV, neue_klasse=True)], ids=["bev", "phev", "nk"]
)
def test_a_week(state: CarState) -> None:
    train = DriveTrain.PLUGIN_HYBRID if state.burns else DriveTrain.ELECTRIC
    story, changes = Story(train), [*days(state, 7)]
    rows = history(changes, START)
    story.play(changes)
    story.hours(3)
    assert len(story.charges) == len(rows)
    for found, row in zip(story.charges, reversed(rows), strict=True):
        assert found.start is not None
        assert abs(found.start.timestamp() - row["startTime"]) <= 120
        assert abs(found.end.timestamp() - row["endTime"]) <= 120
        assert found.energy is not None
    story.history(sessions_of(rows))
    total = sum(row["energyConsumedFromPowerGridKwh"] for row in rows)
    assert sum(item.energy.value for item in story.charges if item.energy) == pytest.approx(total)
    for values in (story.shown[car.CHARGED_HOME], story.shown[car.CHARGED_AWAY]):
        assert values == sorted(values)
