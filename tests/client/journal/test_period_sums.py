"""What was charged by period, the consumption, and the shares of this month."""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from custom_components.mybmw.client.core.records import Charge, Figure, How, Slot, Trip
from custom_components.mybmw.client.journal.log import Log
from custom_components.mybmw.client.journal.period_sums import PeriodSums

BERLIN = ZoneInfo("Europe/Berlin")
THURSDAY = datetime(2026, 11, 12, 12, tzinfo=BERLIN)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def charge(number: int, start: datetime, *energies: float) -> Charge:
    slots = tuple(Slot(start + index * HOUR, energy) for index, energy in enumerate(energies))
    return Charge(f"c{number}", start, slots[-1].start + HOUR, slots=slots)


def trip(number: int, start: datetime, km: float, kwh: float | None, share: float | None) -> Trip:
    energy = None if kwh is None else Figure(kwh, How.SOC)
    return Trip(f"t{number}", start, start + HOUR, 0, km, energy=energy, electric_share=share)


def test_sums() -> None:
    """Energy over midnight is divided; consumption is that of trips whose energy is known."""
    log = Log()
    midnight = THURSDAY.replace(hour=0)
    for item in (
        charge(1, midnight - HOUR, 2.0, 3.0),
        charge(2, THURSDAY - 10 * DAY, 10.0),
        charge(3, THURSDAY - 400 * DAY, 50.0),
        trip(1, THURSDAY - DAY, 100, 20, 100),
        trip(2, THURSDAY - 2 * DAY, 300, None, 0),
        trip(3, THURSDAY - 40 * DAY, 100, 90, 0),
    ):
        log.put(item)
    sums = PeriodSums()
    found = {key.key: value for key, value in sums.of(log, THURSDAY, BERLIN)}
    assert found == {
        "charged_today": 3.0,
        "charged_week": 5.0,
        "charged_year": 15.0,
        "consumption_today": None,
        "consumption_week": 20.0,
        "consumption_month": 20.0,
        "consumption_year": 55.0,
        "electric_share_month": 25.0,
        "solar_share_month": None,
    }
    later = {key.key: value for key, value in sums.of(log, THURSDAY + 30 * DAY, BERLIN)}
    assert later["charged_today"] == later["charged_week"] == 0
    assert later["consumption_month"] is None


def test_solar_share() -> None:
    """Charges count by their energy; those whose share is not known do not."""
    log = Log()
    for number, (energy, share, days) in enumerate(
        [(10.0, 100.0, 1), (30.0, 20.0, 2), (50.0, None, 3), (10.0, 0.0, 30)]
    ):
        item = charge(number, THURSDAY - days * DAY, energy)
        log.put(replace(item, energy=Figure(energy, How.BMW), solar_share=share))
    found = {key.key: value for key, value in PeriodSums().of(log, THURSDAY, BERLIN)}
    assert found["solar_share_month"] == 40.0
