"""The journal of a car in the long-term statistics of the recorder.

The records are the truth. Sums are written from the first changed hour on and never read back,
except at start: a recorder that has lost rows or was restored from a backup gets all of them again.

A new series is a member of `Series` with what a record adds to it, a unit here, and a name in the
translations (`selector.series`).
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from itertools import batched
from typing import Final, NamedTuple
import zlib

from homeassistant.components.recorder import get_instance
from homeassistant.components.recorder.models import (
    StatisticData,
    StatisticMeanType,
    StatisticMetaData,
)
from homeassistant.components.recorder.statistics import (
    async_add_external_statistics,
    get_last_statistics,
    get_metadata,
)
from homeassistant.const import UnitOfEnergy, UnitOfLength, UnitOfVolume
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.translation import async_get_translations
from homeassistant.util import dt as dt_util
from homeassistant.util.unit_conversion import DistanceConverter, EnergyConverter, VolumeConverter

from ..client.core.records import AnyRecord
from ..client.journal.hourly import HourlySum, HourlySums
from ..client.journal.series import COST, FUEL_COST, Series, cost_of
from ..const import DOMAIN

_ROWS_AT_ONCE: Final = 2000
_TOLERANCE: Final = 1e-5


class _Kind(NamedTuple):
    """The unit of a series and the class of units it can be converted to, None for money."""

    unit: str
    unit_class: str | None


_ENERGY: Final = _Kind(UnitOfEnergy.KILO_WATT_HOUR, EnergyConverter.UNIT_CLASS)
KINDS: Final[Mapping[Series, _Kind]] = {
    Series.DISTANCE: _Kind(UnitOfLength.KILOMETERS, DistanceConverter.UNIT_CLASS),
    Series.DRIVING_ENERGY: _ENERGY,
    Series.CHARGED_HOME: _ENERGY,
    Series.CHARGED_AWAY: _ENERGY,
    Series.FUEL: _Kind(UnitOfVolume.LITERS, VolumeConverter.UNIT_CLASS),
}


SERIES: Final = (*Series, COST, FUEL_COST)
"""The words for series; those for costs stand for all currencies."""


def _kind_of(series: str) -> _Kind:
    cost = cost_of(series)
    return KINDS[Series(series)] if cost is None else _Kind(cost.currency, None)


def _word_of(series: str) -> str:
    cost = cost_of(series)
    return series if cost is None else cost.word


def statistic_id(vin: str, series: str) -> str:
    """Return the id of a series of a car in the recorder."""
    return f"{DOMAIN}:{vin.lower()}_{series}"


class JournalStatistics:
    """Writes the statistics of one car; `costs` are the words of those that have a price."""

    def __init__(
        self,
        hass: HomeAssistant,
        vin: str,
        car_name: Callable[[], str],
        costs: Collection[str] = (),
    ) -> None:
        self._hass = hass
        self._vin = vin
        self._car_name = car_name
        self._costs = costs
        self._sums = HourlySums()
        self._names: Mapping[str, str] = {}

    async def async_start(self, records: Mapping[str, AnyRecord], saved: object) -> None:
        """Take in all records, and write those series that the recorder does not have like that.

        `saved` is what `dump` has returned when the series were written last.
        """
        self._sums.apply(records)
        self._sums.changed.clear()
        self._names = await _names(self._hass)
        known = saved if isinstance(saved, Mapping) else {}
        for series in filter(self._is_shown, {**self._sums.hours, **known}):
            rows = self._sums.sums(series)
            last = await self._last(series)
            if known.get(series) != _checksum(rows) or not _is_last(last, rows):
                self._write(series, _corrected(rows, last))

    @callback
    def update(self, records: Mapping[str, AnyRecord | None]) -> None:
        """Write what changed records change; None stands for a removed one."""
        self._sums.apply(records)
        for series, rows in self._sums.take().items():
            if self._is_shown(series):
                self._write(series, rows)

    @callback
    def replace(self, records: Mapping[str, AnyRecord | None]) -> None:
        """Take in totals in place of records; the recorder keeps the hours that it has."""
        self._sums.replace(records)

    @callback
    def rebuild(self, wanted: Iterable[str] = SERIES) -> None:
        """Delete series of the car and write them again."""
        words = set(wanted)
        found = [key for key in self._sums.hours if words & {key, _word_of(key)}]
        self._sums.drop_empty()
        for series in filter(self._is_shown, found):
            get_instance(self._hass).async_clear_statistics([statistic_id(self._vin, series)])
            self._write(series, self._sums.sums(series))

    @staticmethod
    async def async_clear(hass: HomeAssistant, vins: Iterable[str]) -> None:
        """Delete all statistics of cars."""
        found = await get_instance(hass).async_add_executor_job(
            partial(get_metadata, hass, statistic_source=DOMAIN)
        )
        cars = list(vins)
        starts = tuple(statistic_id(vin, "") for vin in cars)
        ids = [statistic_id(vin, series) for vin in cars for series in Series]
        ids += [key for key in found if key.startswith(starts) and key not in ids]
        get_instance(hass).async_clear_statistics(ids)

    def dump(self) -> dict[str, int]:
        """Return checksums of what was written, as JSON."""
        shown = filter(self._is_shown, self._sums.hours)
        return {series: _checksum(self._sums.sums(series)) for series in shown}

    def _is_shown(self, series: str) -> bool:
        return series in KINDS or _word_of(series) in self._costs

    def _write(self, series: str, rows: Sequence[HourlySum]) -> None:
        for some in batched(rows, _ROWS_AT_ONCE, strict=False):
            async_add_external_statistics(self._hass, self.metadata(series), _data(some))

    def metadata(self, series: str) -> StatisticMetaData:
        """Return the name, unit and kind of a series."""
        kind = _kind_of(series)
        return StatisticMetaData(
            mean_type=StatisticMeanType.NONE,
            has_sum=True,
            name=f"{self._car_name()} {self._names.get(_word_of(series), series)}",
            source=DOMAIN,
            statistic_id=statistic_id(self._vin, series),
            unit_class=kind.unit_class,
            unit_of_measurement=kind.unit,
        )

    async def _last(self, series: str) -> HourlySum | None:
        """Return the newest row of the recorder."""
        found = await get_instance(self._hass).async_add_executor_job(
            get_last_statistics, self._hass, 1, statistic_id(self._vin, series), False, {"sum"}
        )
        for rows in found.values():
            for row in rows:
                return HourlySum(dt_util.utc_from_timestamp(row["start"]), row.get("sum") or 0.0)
        return None


def _is_last(last: HourlySum | None, rows: Sequence[HourlySum]) -> bool:
    """Return whether the newest row of the recorder says what the records add up to.

    It may be a later one, from a record that has been removed.
    """
    if last is None or not rows:
        return last is None and not rows
    return last.start >= rows[-1].start and abs(last.sum - rows[-1].sum) < _TOLERANCE


def _corrected(rows: Sequence[HourlySum], last: HourlySum | None) -> Sequence[HourlySum]:
    """Return the rows, and a correction of a later one of the recorder."""
    if last is None or (rows and last.start <= rows[-1].start):
        return rows
    return [*rows, HourlySum(last.start, rows[-1].sum if rows else 0.0)]


def _data(rows: Iterable[HourlySum]) -> list[StatisticData]:
    return [StatisticData(start=row.start, state=row.sum, sum=row.sum) for row in rows]


def _checksum(rows: Iterable[HourlySum]) -> int:
    text = ";".join(f"{row.start.timestamp():.0f} {row.sum:.6f}" for row in rows)
    return zlib.crc32(text.encode())


async def _names(hass: HomeAssistant) -> Mapping[str, str]:
    """Return the translated names of the series."""
    texts = await async_get_translations(hass, hass.config.language, "selector", [DOMAIN])
    start = f"component.{DOMAIN}.selector.series.options."
    return {series: texts[start + series] for series in SERIES if start + series in texts}
