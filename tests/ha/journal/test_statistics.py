"""The statistics of a car: what the recorder has after records come, change and go."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from homeassistant.components.recorder import Recorder, get_instance
from homeassistant.components.recorder.models import StatisticData
from homeassistant.components.recorder.statistics import (
    async_add_external_statistics,
    list_statistic_ids,
    statistics_during_period,
)
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)

from custom_components.mybmw.client.core.records import Figure, How, Record, Trip
from custom_components.mybmw.client.journal.series import Series
from custom_components.mybmw.journal.statistics import JournalStatistics, statistic_id

VIN = "WBY0FINGERPRINT01"
START = datetime(2026, 11, 2, 8, tzinfo=UTC)
ID = "mybmw:wby0fingerprint01_distance"


def trip(number: int, hours: float = 0, km: float = 20) -> Trip:
    begin = START + timedelta(hours=hours)
    energy = Figure(km / 5, How.SOC)
    end = begin + timedelta(minutes=30)
    return Trip(f"t{number}", begin, end, 100, 100 + km, energy=energy)


def by_id(*records: Record) -> Mapping[str, Record]:
    return {item.id: item for item in records}


async def recorded(hass: HomeAssistant, series: Series = Series.DISTANCE) -> dict[int, Any]:
    """Return the sums by hour of the day that the recorder has."""
    await async_wait_recording_done(hass)
    wanted = statistic_id(VIN, series)
    found = await get_instance(hass).async_add_executor_job(
        statistics_during_period,
        hass,
        START - timedelta(days=400),
        None,
        {wanted},
        "hour",
        None,
        {"sum"},
    )
    return {
        datetime.fromtimestamp(row["start"], UTC).hour: row.get("sum")
        for row in found.get(wanted, [])
    }


async def started(
    hass: HomeAssistant, records: Mapping[str, Record], saved: object = None
) -> JournalStatistics:
    statistics = JournalStatistics(hass, VIN, lambda: "i4")
    await statistics.async_start(records, saved)
    return statistics


async def test_written(recorder_mock: Recorder, hass: HomeAssistant) -> None:
    """Records become sums, with a name, unit and class that the Energy dashboard takes."""
    statistics = await started(hass, by_id(trip(1)))
    statistics.update(by_id(trip(2, 3, 10)))
    assert await recorded(hass) == {8: 20, 11: 30}
    assert await recorded(hass, Series.DRIVING_ENERGY) == {8: 4, 11: 6}
    ids = await get_instance(hass).async_add_executor_job(list_statistic_ids, hass)
    found = next(item for item in ids if item["statistic_id"] == ID)
    assert found["name"] == "i4 Distance"
    assert (found["statistics_unit_of_measurement"], found["unit_class"]) == ("km", "distance")
    assert found["has_sum"]


async def test_amended(recorder_mock: Recorder, hass: HomeAssistant) -> None:
    """A late correction changes its own hour and all later ones."""
    statistics = await started(hass, by_id(trip(1), trip(2, 3), trip(3, 5)))
    statistics.update(by_id(trip(1, 1, 8)))
    assert await recorded(hass) == {8: 0, 9: 8, 11: 28, 13: 48}


async def test_restart_writes_nothing(recorder_mock: Recorder, hass: HomeAssistant) -> None:
    """What the recorder has is not sent again: a row that was edited stays as it is."""
    records = by_id(trip(1), trip(2, 3))
    first = await started(hass, records)
    await recorded(hass)
    edited = StatisticData(start=START, state=1, sum=1)
    async_add_external_statistics(hass, first.metadata(Series.DISTANCE), [edited])
    assert await recorded(hass) == {8: 1, 11: 40}
    await started(hass, records, first.dump())
    assert await recorded(hass) == {8: 1, 11: 40}


async def test_recorder_lost_rows(recorder_mock: Recorder, hass: HomeAssistant) -> None:
    """After an old database was restored, everything is there again."""
    records = by_id(trip(1), trip(2, 3))
    saved = (await started(hass, records)).dump()
    await recorded(hass)
    await JournalStatistics.async_clear(hass, [VIN])
    await recorded(hass)
    await started(hass, by_id(trip(1)))
    assert await recorded(hass) == {8: 20}
    await started(hass, records, saved)
    assert await recorded(hass) == {8: 20, 11: 40}


async def test_killed_before_a_correction_was_written(
    recorder_mock: Recorder, hass: HomeAssistant
) -> None:
    """An hour that changed without changing the sum is corrected at the next start."""
    saved = (await started(hass, by_id(trip(1), trip(2, 3)))).dump()
    await recorded(hass)
    await started(hass, by_id(trip(1, 1), trip(2, 3)), saved)
    assert (await recorded(hass))[9] == 20


async def test_newest_record_removed(recorder_mock: Recorder, hass: HomeAssistant) -> None:
    """Its row says the sum before it, also if that was removed while nothing ran."""
    first = await started(hass, by_id(trip(1), trip(2, 3)))
    first.update({"t2": None})
    assert await recorded(hass) == {8: 20, 11: 20}
    await started(hass, by_id(trip(1), trip(3, 5)))
    await recorded(hass)
    await started(hass, by_id(trip(1)))
    assert await recorded(hass) == {8: 20, 11: 20, 13: 20}


async def test_cleared(recorder_mock: Recorder, hass: HomeAssistant) -> None:
    """Nothing is left of a removed car; a rebuild brings back what the records say."""
    statistics = await started(hass, by_id(trip(1)))
    await JournalStatistics.async_clear(hass, [VIN])
    assert await recorded(hass) == {}
    statistics.rebuild()
    assert await recorded(hass) == {8: 20}
