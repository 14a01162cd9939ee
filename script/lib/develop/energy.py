"""The Energy dashboard of a house with a wallbox, at which the cars were charged."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Any, Final

from custom_components.mybmw.client.journal.hourly import HourlySums
from custom_components.mybmw.client.journal.series import Series
from custom_components.mybmw.const import DOMAIN

from .home import Talk, VisitError
from .past import Past

GRID: Final = "house:grid"
WALLBOX: Final = "house:wallbox"
_HOUR: Final = timedelta(hours=1)
_MILLION: Final = 1_000_000
# What else the house takes in each hour of the day in UTC, in kWh
_NIGHT: Final = (0.2, 0.2, 0.2, 0.2, 0.3, 0.6)
_MORNING: Final = (0.5, 0.3, 0.3, 0.3, 0.6, 0.5)
_AFTERNOON: Final = (0.3, 0.3, 0.3, 0.4, 0.6, 0.9)
_EVENING: Final = (0.9, 0.7, 0.6, 0.4, 0.3, 0.2)
_HOUSE: Final = (*_NIGHT, *_MORNING, *_AFTERNOON, *_EVENING)


async def show_pasts(talk: Talk, pasts: Mapping[str, Past]) -> None:
    """Set up the Energy dashboard, and enable the calendars; raise `VisitError` if it is invalid.

    Home Assistant reloads the account half a minute later to add the calendars.
    """
    cars = await _charged(talk)
    if not cars:
        return
    wallbox = _charged_by_hour(pasts)
    await _import(talk, WALLBOX, "Wallbox", wallbox)
    await _import(
        talk, GRID, "Grid", {hour: _HOUSE[hour.hour] + kwh for hour, kwh in wallbox.items()}
    )
    await _written(talk, GRID)
    devices = [{"stat_consumption": item, "included_in_stat": WALLBOX} for item in cars]
    await talk.ask(
        "energy/save_prefs",
        energy_sources=[_grid()],
        device_consumption=[{"stat_consumption": WALLBOX}, *devices],
    )
    for entry in await talk.ask("config/entity_registry/list"):
        if entry["platform"] == DOMAIN and entry["translation_key"] == "journal":
            await talk.ask(
                "config/entity_registry/update", entity_id=entry["entity_id"], disabled_by=None
            )
    problems = await talk.ask("energy/validate")
    if any(map(any, problems.values())):
        raise VisitError(f"the Energy dashboard is not valid: {problems}")


async def _charged(talk: Talk) -> list[str]:
    """Return the statistics of what cars have charged at home."""
    return [
        item
        for item in sorted(await _known(talk))
        if item.startswith(f"{DOMAIN}:") and item.endswith(Series.CHARGED_HOME)
    ]


async def _written(talk: Talk, statistic: str) -> None:
    """Wait until the recorder, which has a thread of its own, has written statistics."""
    while True:
        if statistic in await _known(talk):
            return
        await asyncio.sleep(0.1)


async def _known(talk: Talk) -> set[str]:
    known = await talk.ask("recorder/list_statistic_ids", statistic_type="sum")
    return {item["statistic_id"] for item in known}


def _charged_by_hour(pasts: Mapping[str, Past]) -> dict[datetime, float]:
    """Return what all cars have charged at home in each hour, in kWh."""
    sums = HourlySums()
    for vin, past in pasts.items():
        sums.apply({f"{vin} {key}": item for key, item in past.records.items()})
    hours: defaultdict[int, int] = defaultdict(int, sums.hours[Series.CHARGED_HOME])
    end = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    hour = datetime.fromtimestamp(min(hours, default=end.timestamp()), UTC).replace(hour=0)
    found = {}
    while hour < end:
        found[hour] = hours[round(hour.timestamp())] / _MILLION
        hour += _HOUR
    return found


async def _import(talk: Talk, statistic: str, name: str, hours: Mapping[datetime, float]) -> None:
    sums = zip(hours, accumulate(hours.values()), strict=True)
    await talk.ask(
        "recorder/import_statistics",
        metadata={
            "mean_type": 0,
            "has_sum": True,
            "name": name,
            "source": statistic.partition(":")[0],
            "statistic_id": statistic,
            "unit_class": "energy",
            "unit_of_measurement": "kWh",
        },
        stats=[{"start": hour.isoformat(), "state": kwh, "sum": kwh} for hour, kwh in sums],
    )


def _grid() -> dict[str, Any]:
    none = ("stat_energy_to", "stat_cost", "entity_energy_price", "number_energy_price")
    more = ("stat_compensation", "entity_energy_price_export", "number_energy_price_export")
    unset = dict.fromkeys((*none, *more))
    return {"type": "grid", "stat_energy_from": GRID, "cost_adjustment_day": 0.0, **unset}
