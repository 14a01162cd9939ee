"""Charging in an answer of the Auto API: times, plan and past charges."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, time, timedelta
from typing import Any, Final

from ..core.attributes import (
    CHARGING_END_TIME,
    CHARGING_PROFILE,
    CHARGING_SESSIONS,
    CHARGING_STATUS,
    CHARGING_TIME_LEFT,
    CLIMATE_ACTIVITY,
    CLIMATE_END_TIME,
    AnyReading,
    Unit,
)
from ..core.convert import Converter, mapping, text
from ..core.reconcile import EXPIRY_GRACE
from ..core.values import ChargingProfile, ChargingSession, ChargingStatus, DepartureTimer
from .component import SOURCE, Document
from .converters import ACTIVE, amount, clock, measured, moment, percent

MOST_SESSIONS: Final = 30
"""How many charges are kept."""

_LONGEST_MINUTES: Final = 10_080
_MINUTES: Final = measured(Unit.MINUTES)
_KM: Final = measured(Unit.KILOMETERS)
_KWH: Final = measured(Unit.KILOWATT_HOURS)
LEFT: Final = "charging.time_to_complete_charge"
CLIMATE_LEFT: Final = (
    "engine.preconditioning_remaining_time",
    "charging.preconditioning_remaining_time",
)
DEPARTURES: Final = "charging.departure_times"
REDUCTIONS: Final = "charging.reduction_times"
_START: Final = "charging_session.start_time"
_END: Final = "charging_session.end_time"
_COST: Final = "charging_session.charging_cost"


def _place(data: object) -> str | None:
    """Return where a charge was, or who runs the charging point."""
    fields = mapping(data)
    for name in ("formatted_address", "street_address", "municipality"):
        if (found := text(fields.get(name))) is not None:
            return found
    parts = [text(fields.get(name)) for name in ("provider", "street", "postal_code", "city")]
    return ", ".join(part for part in parts if part)[:255] or None


def _provider(data: object) -> str | None:
    return text(mapping(data).get("provider"))


def _cost(data: object) -> float | None:
    return amount(mapping(data).get("calculated_charging_cost"))


def _currency(data: object) -> str | None:
    return text(mapping(data).get("currency"))


_SESSION: Final[Mapping[str, tuple[tuple[str, ...], Converter[Any]]]] = {
    "energy": (
        ("charging_session.energy_charged", "charging_session.calculated_energy_charged"),
        _KWH,
    ),
    "start_soc": (("charging_session.displayed_start_state_of_charge",), percent),
    "end_soc": (("charging_session.displayed_state_of_charge",), percent),
    "mileage": (("charging_session.odometer",), _KM),
    "place": (
        ("charging_session.location", "charging_session.public_charging_points"),
        _place,
    ),
    "public": (("charging_session.public_charging_points",), _provider),
    "preconditioned": (("charging_session.preconditioning_state",), ACTIVE),
    "cost": ((_COST,), _cost),
    "currency": ((_COST,), _currency),
}

PATHS: Final = (
    LEFT,
    *CLIMATE_LEFT,
    _START,
    _END,
    *(path for paths, _ in _SESSION.values() for path in paths),
    "charging_session.time_zone",
    "charging_session.total_charging_duration",
    "charging_session.preconditioning_state",
)
"""What is read here and is neither private nor a list of times."""


def times(document: Document, told: Iterable[AnyReading]) -> Iterator[AnyReading]:
    """Return when a charge and the climate control end; an end that is past is none."""
    found = {item.attribute: item.value for item in told}
    left = document.take(LEFT, _MINUTES)
    if left is not None:
        status = found.get(CHARGING_STATUS, ChargingStatus.CHARGING)
        end = _end(document, left) if status is ChargingStatus.CHARGING else None
        yield CHARGING_TIME_LEFT.at(left[0], left[1], SOURCE) if end else _over(left[1])
        yield (
            CHARGING_END_TIME.at(end, left[1], SOURCE)
            if end
            else CHARGING_END_TIME.ended(left[1], SOURCE)
        )
    for path in CLIMATE_LEFT:
        yield from _climate(document, path, found.get(CLIMATE_ACTIVITY))


def _over(time_: datetime) -> AnyReading:
    return CHARGING_TIME_LEFT.ended(time_, SOURCE)


def _climate(document: Document, path: str, activity: Any) -> Iterator[AnyReading]:
    left = document.take(path, _MINUTES)
    if left is None:
        return
    end = _end(document, left) if activity is None or activity.running else None
    if end is not None:
        yield CLIMATE_END_TIME.at(end, left[1], SOURCE)
    else:
        yield CLIMATE_END_TIME.ended(left[1], SOURCE)


def _end(document: Document, left: tuple[float, datetime]) -> datetime | None:
    """Return when minutes that were left are over, None if they are or say nothing."""
    if not 0 < left[0] <= _LONGEST_MINUTES:
        return None
    end = left[1] + timedelta(minutes=left[0])
    return end if end > document.fetched - EXPIRY_GRACE else None


def plan(document: Document) -> Iterator[AnyReading]:
    """Return the departure times and the window in which the car charges at less cost."""
    departures = [*_departures(document)]
    window = _window(document)
    times_ = [item.time for path in (DEPARTURES, REDUCTIONS) for item in document.components(path)]
    if departures or window:
        profile = ChargingProfile(
            window_start=window.get("start"),
            window_end=window.get("stop"),
            timers=tuple(departures),
        )
        yield CHARGING_PROFILE.at(profile, max(times_), SOURCE)


def _departures(document: Document) -> Iterator[DepartureTimer]:
    for number, item in enumerate(document.components(DEPARTURES), 1):
        fields = mapping(item.data)
        when = document.converted(DEPARTURES, fields.get("time"), clock)
        if when is not None:
            yield DepartureTimer(number, when, fields.get("state") == "active")


def _window(document: Document) -> dict[str, time]:
    found: dict[str, time] = {}
    for item in document.components(REDUCTIONS):
        fields = mapping(item.data)
        which = fields.get("start_stop")
        when = document.converted(REDUCTIONS, fields.get("time"), clock)
        if when is not None and which in ("start", "stop"):
            found.setdefault(str(which), when)
    return found


def sessions(document: Document, known: Iterable[ChargingSession]) -> Iterator[AnyReading]:
    """Put past charges together with those known before, newest first."""
    found = [*_sessions(document)]
    if not found:
        return
    merged = {item.start: item for item in (*known, *found)}
    newest_first = sorted(merged.values(), key=lambda item: item.end, reverse=True)
    when = max(item.time for item in document.components(_END))
    yield CHARGING_SESSIONS.at(tuple(newest_first[:MOST_SESSIONS]), when, SOURCE)


def _sessions(document: Document) -> Iterator[ChargingSession]:
    """Read the charges, whose properties are sent side by side."""
    starts, ends = document.components(_START), document.components(_END)
    for index, (first, last) in enumerate(zip(starts, ends, strict=False)):
        start = document.converted(_START, first.data, moment)
        end = document.converted(_END, last.data, moment)
        if (
            start is not None
            and end is not None
            and start <= end <= document.fetched + EXPIRY_GRACE
        ):
            fields = {name: _side(document, index, *where) for name, where in _SESSION.items()}
            yield ChargingSession(start=start, end=end, **fields)


def _side(document: Document, index: int, paths: tuple[str, ...], convert: Converter[Any]) -> Any:
    for path in paths:
        components = document.components(path)
        if index < len(components):
            value = document.converted(path, components[index].data, convert)
            if value is not None:
                return value
    return None
