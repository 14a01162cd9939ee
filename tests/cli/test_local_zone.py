"""The time zone of this machine, as the journals of the command line need it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
import time as clock
from zoneinfo import ZoneInfo

import pytest

from custom_components.mybmw.client.cli.local_zone import LocalZone
from custom_components.mybmw.client.journal.summary import Period, starts

# With rules, so that it does not matter which zones this machine has
ZONES = {
    "Europe/Berlin": "CET-1CEST,M3.5.0,M10.5.0/3",
    "Australia/Lord_Howe": "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
    # The clock jumps at midnight
    "America/Santiago": "<-04>4<-03>,M9.1.6/24,M4.1.6/24",
}
HALF_HOUR = timedelta(minutes=30)


@contextmanager
def machine_in(zone: str) -> Iterator[LocalZone]:
    """Let this machine be in a zone."""
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("TZ", zone)
            clock.tzset()
            yield LocalZone()
    finally:
        clock.tzset()


@pytest.mark.parametrize("name", ZONES)
def test_offsets(name: str) -> None:
    """A year in half hours: local times and back, those that come twice and never included."""
    zone = ZoneInfo(name)
    first = datetime(2026, 1, 1, 0, 15, tzinfo=UTC)
    with machine_in(ZONES[name]) as local:
        for number in range(2 * 24 * 365):
            time = first + number * HALF_HOUR
            here, there = time.astimezone(local), time.astimezone(zone)
            assert (here.isoformat(), here.fold) == (there.isoformat(), there.fold)
            assert here.astimezone(UTC) == time
        for fold in (0, 1):
            walls = (datetime(2026, 1, 1, fold=fold) + item * HALF_HOUR for item in range(17520))
            for wall in walls:
                own = wall.replace(tzinfo=local, fold=fold)
                assert own.utcoffset() == wall.replace(tzinfo=zone, fold=fold).utcoffset(), own


@pytest.mark.parametrize(("period", "count"), [(Period.DAY, 366), (Period.MONTH, 12)])
@pytest.mark.parametrize("name", ZONES)
def test_periods(name: str, period: Period, count: int) -> None:
    """The days and months of a year begin when they do there."""
    now = datetime(2026, 12, 1, 12, tzinfo=UTC)
    with machine_in(ZONES[name]) as local:
        found = [item.isoformat() for item in starts(period, now, local, count)]
    assert found == [item.isoformat() for item in starts(period, now, ZoneInfo(name), count)]
