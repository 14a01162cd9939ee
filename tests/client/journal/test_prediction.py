"""The predicted state of charge: how wrong it is, and what corrects and stops it."""

from datetime import timedelta
import json

import pytest

from custom_components.mybmw.client.core import attributes as car
from custom_components.mybmw.client.core.records import PredictionBasis
from custom_components.mybmw.client.core.values import ChargingStatus, DriveTrain
from custom_components.mybmw.client.journal.charger_meter import MeterSample, fit
from custom_components.mybmw.client.journal.journal import Journal
from custom_components.mybmw.client.journal.log import Log, Settings
from custom_components.mybmw.client.journal.observation import observe
from tests.client.support.simulated_charges import (
    CASES,
    Battery,
    Case,
    Ours,
    Report,
    errors_of,
    taught,
    untaught,
)

CHARGES = 12
OBSERVED = CASES[:10]
GATES = {"AC": 2.0, "solar,": 6.0, "DC": 4.0, "stopped": 9.0}
MINUTE = timedelta(minutes=1)


def named(case: Case) -> str:
    return case.name.replace(" ", "_")


def said(soc: float, power: float | None = 11.0, left: float | None = None) -> Report:
    return Report(soc, power, left)


def charging(soc: float = 40.0, train: DriveTrain = DriveTrain.ELECTRIC) -> Ours:
    """Return a car that has begun to charge."""
    ours = Ours()
    ours.begin()
    ours.vehicle.update([car.DRIVE_TRAIN.at(train, ours.now)])
    ours.report(0, said(soc))
    return ours


@pytest.mark.parametrize("case", OBSERVED, ids=named)
def test_it_is_nearly_right(case: Case) -> None:
    """Nothing was learned; the car reports every 75 minutes, or the charge is steady."""
    found = errors_of(case, untaught, 40 if case.stops else CHARGES)
    assert found.mean <= 1.5
    assert found.worst <= GATES[case.name.split()[0]]


@pytest.mark.parametrize("case", [item for item in CASES if "DC" in item.name], ids=named)
def test_a_fast_charge_is_known_after_some(case: Case) -> None:
    found = errors_of(case, lambda battery: taught(battery, 150.0), CHARGES // 2)
    assert found.worst <= 1.5


@pytest.mark.parametrize("name", ["AC 11 kW, bursts", "AC 11 kW, silent after the start"])
def test_what_was_learned_of_an_ac_charge_does_no_harm(name: str) -> None:
    case = next(item for item in CASES if item.name == name)
    found = errors_of(case, taught, CHARGES // 2)
    assert found.mean <= 1.0
    assert found.worst <= 2.0


@pytest.mark.parametrize("case", [item for item in CASES if "DC" not in item.name], ids=named)
def test_a_charger_that_counts_makes_it_right_everywhere(case: Case) -> None:
    def metered(battery: Battery) -> Ours:
        return taught(battery, metered=True)

    found = errors_of(case, metered, 3)
    assert found.mean <= 0.8


@pytest.mark.parametrize("case", [CASES[4], *CASES[10:]], ids=named)
def test_a_charger_that_says_its_power_makes_it_right_everywhere(case: Case) -> None:
    """Also when the charge is stopped outside, and with solar power, while the car is silent."""
    found = errors_of(case, lambda battery: taught(battery, powered=True), 2)
    assert found.mean <= 1.0
    assert found.worst <= 2.0


def test_the_power_of_another_car_is_ignored() -> None:
    ours = Ours(powered=True)
    ours.power = 11.0
    ours.begin()
    ours.report(0, said(40.0, 2.3))
    ours.at(59)
    ours.report(60, said(42.0, 2.3))
    assert ours.at(119) == pytest.approx(44.5, abs=1.0)


def test_a_measured_value_corrects_it_at_once() -> None:
    ours = charging()
    assert ours.at(60) == pytest.approx(52.0, abs=1.0)
    ours.report(61, said(45.0))
    assert ours.at(61) == 45.5
    ours.report(70, said(60.0))
    assert ours.at(70) == 60.0


def test_it_does_not_fall_between_measured_values() -> None:
    ours = charging()
    shown = [ours.at(minute) for minute in range(1, 240)]
    assert shown == sorted(shown)
    assert shown[-1] == pytest.approx(77.0, abs=1.0)


def test_it_stops_at_the_target_and_when_the_target_changes() -> None:
    ours = charging(70.0)
    assert ours.at(170) == 80.0
    time = ours.now + 171 * MINUTE
    ours.vehicle.update([car.CHARGING_TARGET.at(100.0, time)])
    ours.report(172, said(80.0))
    assert ours.at(240) > 88.0
    ours.report(241, said(92.0))
    assert ours.at(400) == 99.0


def test_it_is_full_only_when_the_car_says_so() -> None:
    ours = charging(95.0)
    ours.vehicle.update([car.CHARGING_TARGET.at(100.0, ours.now + MINUTE)])
    ours.report(2, said(95.0))
    assert ours.at(170) == 99.0
    ours.report(171, said(100.0))
    assert ours.at(171) == 100.0


def test_it_stops_after_the_expected_end() -> None:
    ours = charging(40.0)
    ours.report(1, said(40.0, left=60.0))
    assert 60.0 < ours.at(77) == ours.at(600) < 75.0


def test_it_stops_in_silence() -> None:
    ours = charging(20.0)
    ours.vehicle.update([car.CHARGING_TARGET.at(100.0, ours.now + MINUTE)])
    ours.report(1, said(20.0, power=2.3))
    assert ours.at(181) == ours.at(600) == pytest.approx(28.0, abs=1.0)


def test_a_charge_that_has_stopped_outside_is_found_out() -> None:
    ours = charging(40.0)
    for hour in (1, 2, 3, 4):
        ours.report(60 * hour, said(40.0))
    assert ours.at(299) <= 43.0
    ours.report(300, said(43.0))
    ours.report(360, said(54.0))
    assert ours.at(390) > 56.0


def test_a_pause_keeps_the_part_of_a_point() -> None:
    ours = charging(40.0)
    before = ours.at(4)
    assert before == 41.0
    pause = car.CHARGING_STATUS.at(ChargingStatus.WAITING_FOR_CHARGING, ours.now + 4 * MINUTE)
    ours.vehicle.update([pause, car.STATE_OF_CHARGE.at(40.0, ours.now + 5 * MINUTE)])
    assert ours.at(20) == 41.0
    shown = ours.journal.prediction.shown
    assert shown is not None
    assert (shown.basis, shown.since) == (PredictionBasis.MEASURED, ours.now + 5 * MINUTE)


@pytest.mark.parametrize(
    "train",
    [DriveTrain.PLUGIN_HYBRID, DriveTrain.ELECTRIC_WITH_RANGE_EXTENDER],
    ids=["hybrid", "range_extender"],
)
def test_a_value_that_is_frozen_while_it_charges_is_not_measured(train: DriveTrain) -> None:
    ours = charging(40.0, train)
    for minute in (20, 40, 60):
        ours.report(minute, said(40.0))
    assert ours.at(61) == pytest.approx(52.0, abs=1.0)
    ours.report(62, said(55.0))
    assert ours.at(62) == 55.0


def test_it_goes_on_after_a_restart() -> None:
    ours = charging(40.0)
    before = ours.at(30)
    saved = json.loads(json.dumps(ours.journal.dump()))
    ours.journal = Journal(Log(), Settings())
    ours.journal.load(saved)
    assert ours.at(30) == before
    assert ours.at(60) == pytest.approx(52.0, abs=1.0)
    ours.report(61, said(48.0))
    assert ours.journal.prediction.errors == []


def test_damaged_state_is_ignored() -> None:
    for saved in ({}, {"state": {"soc": "x"}}, {"state": 1, "errors": [None], "meter": [[1]]}):
        ours = Ours()
        ours.journal.load({"prediction": saved})
        ours.begin()
        ours.report(0, said(40.0))
        assert ours.at(0) == 40.0


def test_the_state_fits_with_that_of_a_long_charge() -> None:
    ours = charging(10.0)
    for minute in range(1, 400):
        ours.report(minute, said(10.0 + minute // 8, 11.0 + minute % 7 / 100))
    assert len(json.dumps(ours.journal.dump(), separators=(",", ":"))) <= 4_096


def test_the_state_fits_with_that_of_a_counted_charge() -> None:
    ours = Ours(metered=True)
    ours.counted = 12_345.678
    ours.begin()
    for minute in range(400):
        ours.counted += 0.123
        ours.report(minute, said(10.0 + minute // 8, 11.0 + minute % 7 / 100))
    assert len(json.dumps(ours.journal.dump(), separators=(",", ":"))) <= 4_096


def test_it_is_published_with_each_half_point_only() -> None:
    ours = charging(40.0)
    seen = []
    for minute in range(1, 60):
        update = ours.journal.look(observe(ours.vehicle), ours.now + minute * MINUTE)
        seen += [item for item in update.readings if item.attribute is car.PREDICTED_SOC]
    assert 20 <= len(seen) <= 26
    assert [item.value.value for item in seen] == sorted({item.value.value for item in seen})


def test_a_car_without_a_plug_has_none() -> None:
    ours = Ours()
    ours.vehicle.update([car.DRIVE_TRAIN.at(DriveTrain.MILD_HYBRID, ours.now + MINUTE)])
    ours.vehicle.update([car.STATE_OF_CHARGE.at(40.0, ours.now + MINUTE)])
    update = ours.journal.look(observe(ours.vehicle), ours.now + 2 * MINUTE)
    assert car.PREDICTED_SOC not in {item.attribute for item in update.readings}


def test_the_mean_error_is_that_of_the_last_charges() -> None:
    ours = charging(40.0)
    ours.report(60, said(50.0))
    time = ours.now + 61 * MINUTE
    ours.vehicle.update([car.CHARGER_CONNECTED.at(False, time)])
    ours.vehicle.update([car.CHARGING_STATUS.at(ChargingStatus.NOT_CHARGING, time)])
    ours.at(64)
    (error,) = ours.journal.prediction.errors
    assert error == pytest.approx(1.5, abs=1.0)


def test_the_meter_of_another_car_is_ignored() -> None:
    ours = Ours(metered=True)
    ours.counted = 500.0
    ours.begin()
    ours.report(0, said(40.0))
    ours.counted = 540.0
    ours.at(30)
    ours.report(31, said(46.0))
    ours.counted = 580.0
    assert ours.at(60) == pytest.approx(52.0, abs=1.0)


def test_the_overhead_of_the_car_is_learned() -> None:
    true = [(11.0, 2.0), (3.0, 6.0), (7.0, 3.0), (2.0, 9.0)]
    samples = [
        MeterSample(power * hours, hours, 1.2 * (power * hours - 0.3 * hours))
        for power, hours in true
    ]
    found = fit([*samples, MeterSample(10.0, 1.0, 40.0)])
    assert found is not None
    assert found.factor == pytest.approx(1.2, rel=0.02)
    assert found.overhead == pytest.approx(0.3, abs=0.03)
    assert fit(samples[:2]) is None
