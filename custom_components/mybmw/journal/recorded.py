"""What the recorder has of other entities by the hour; imported only if there is a recorder."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal, NamedTuple

from homeassistant.components.recorder import get_instance
from homeassistant.components.recorder.statistics import get_metadata, statistics_during_period
from homeassistant.core import HomeAssistant


class Hours(NamedTuple):
    """The values of an entity by the start of the hour in s since 1970, and their unit."""

    unit: str | None
    values: Mapping[int, float]


async def async_hours(
    hass: HomeAssistant,
    ids: Iterable[str],
    start: datetime,
    end: datetime,
    kind: Literal["mean", "change"],
    units: dict[str, str] | None = None,
) -> dict[str, Hours]:
    """Return the hourly means of entities, or by how much they have grown."""
    return await get_instance(hass).async_add_executor_job(
        _hours, hass, set(ids), start, end, kind, units
    )


def _hours(
    hass: HomeAssistant,
    ids: set[str],
    start: datetime,
    end: datetime,
    kind: Literal["mean", "change"],
    units: dict[str, str] | None,
) -> dict[str, Hours]:
    known = get_metadata(hass, statistic_ids=ids)
    found = statistics_during_period(hass, start, end, ids, "hour", units, {kind})
    return {
        key: Hours(
            known[key][1]["unit_of_measurement"],
            {int(row["start"]): value for row in rows if (value := row.get(kind)) is not None},
        )
        for key, rows in found.items()
    }
