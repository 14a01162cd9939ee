"""The sub-commands that show the journals of cars; none of them asks a service."""

from argparse import ArgumentTypeError, Namespace
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, tzinfo
import sys
from typing import Final

from ..core.convert import iso_time
from ..core.errors import InvalidValueError
from ..core.records import Charge, Figure, Record, Trip
from ..journal.export import CHARGE_COLUMNS, TRIP_COLUMNS, as_csv, as_data
from ..journal.log import Log
from ..journal.summary import MOST_PERIODS, Period, Summary, starts, summaries
from .app_connection import vin_of
from .arguments import SubCommand, Word, option
from .journals import stored_logs
from .local_zone import LocalZone
from .output import OK, note, say, say_json
from .store import LoginFile

_COLUMNS: Final = {"trips": TRIP_COLUMNS, "charges": CHARGE_COLUMNS}
_DELIMITERS: Final = {"comma": ",", "semicolon": ";"}


def _list(options: Namespace) -> int:
    cars, zone = _cars(options), LocalZone()
    found = {vin: _selected(options, options.command.name, log) for vin, log in cars.items()}
    if options.json:
        say_json({vin: [as_data(item, zone) for item in items] for vin, items in found.items()})
        return OK
    for vin, items in found.items():
        _say_car(vin, (_line(item, zone) for item in items))
    return OK


def _summary(options: Namespace) -> int:
    period = Period(options.period)
    edges = starts(period, datetime.now(UTC), LocalZone(), options.count)
    found = {
        vin: summaries([*log.trips.values(), *log.charges.values()], edges)[::-1]
        for vin, log in _cars(options).items()
    }
    if options.json:
        say_json({vin: [_as_json(item) for item in items] for vin, items in found.items()})
        return OK
    for vin, items in found.items():
        _say_car(vin, map(_sums, items))
    return OK


def _export(options: Namespace) -> int:
    cars, what, zone = _cars(options), options.words["what"], LocalZone()
    if len(cars) != 1:
        raise InvalidValueError(f"{len(cars)} cars have a journal: choose one by its VIN")
    (log,) = cars.values()
    items = _selected(options, what, log)
    if options.format == "json":
        say_json([as_data(item, zone) for item in items])
        return OK
    delimiter = _DELIMITERS[options.delimiter]
    sys.stdout.write(as_csv(items, _COLUMNS[what], zone, delimiter=delimiter, bom=options.bom))
    return OK


def _cars(options: Namespace) -> Mapping[str, Log]:
    """Return the records by VIN of the wanted car, or of all; raise `InvalidValueError`."""
    logs = stored_logs(LoginFile(options.oauth_store))
    if "vin" in options.words:
        vin = vin_of(options.words["vin"])
        if vin not in logs:
            raise InvalidValueError("no car with this VIN has a journal")
        return {vin: logs[vin]}
    if not logs:
        note(f"{options.program}: nothing is recorded yet: cars are seen by status and stream")
    return logs


def _selected(options: Namespace, what: str, log: Log) -> list[Record]:
    """Return the records that end in the wanted period, newest first."""
    known: Iterable[Record] = log.trips.values() if what == "trips" else log.charges.values()
    since, until = options.since, options.until
    found = [
        item
        for item in known
        if (since is None or item.end >= since) and (until is None or item.end < until)
    ]
    return sorted(found, key=lambda item: item.end, reverse=True)[: options.limit]


def _say_car(vin: str, lines: Iterable[str]) -> None:
    say(vin)
    for line in lines:
        say(f"  {line}")


def _line(item: Record, zone: tzinfo) -> str:
    """Return a record as a line: when, how much, from where to where."""
    start = "?" if item.start is None else f"{item.start.astimezone(zone):%Y-%m-%d %H:%M}"
    span = f"{start} to {item.end.astimezone(zone):%Y-%m-%d %H:%M}"
    parts = _of_trip(item) if isinstance(item, Trip) else _of_charge(item)
    return ", ".join([span, *parts])


def _of_trip(item: Trip) -> Iterator[str]:
    yield f"{item.distance:.10g} km"
    if item.energy is not None:
        yield _kwh(item.energy)
    if item.parts_unknown:
        yield "several trips in one"


def _of_charge(item: Charge) -> Iterator[str]:
    if item.energy is not None:
        yield _kwh(item.energy)
    if item.start_soc is not None and item.end_soc is not None:
        yield f"{item.start_soc:.10g} to {item.end_soc:.10g} %"
    if item.address is not None:
        yield item.address


def _kwh(figure: Figure) -> str:
    return f"{figure.value:.1f} kWh ({figure.how})"


def _sums(item: Summary) -> str:
    return (
        f"{item.start:%Y-%m-%d}: {item.distance:.10g} km in {item.trips} trips, "
        f"{item.charged:.1f} kWh in {item.charges} charges"
    )


def _as_json(item: Summary) -> dict[str, object]:
    figures = {name: getattr(item, name) for name in _FIGURES}
    return {"start": item.start.isoformat(), "end": item.end.isoformat(), **figures}


def _time(text: str) -> datetime:
    """Return a time, a local one if it has no offset."""
    try:
        return iso_time(text).astimezone()
    except ValueError, OverflowError:
        raise ArgumentTypeError(
            f"{text!r} is no time such as 2026-11-01 or 2026-11-01T08:00"
        ) from None


def _number(most: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        value = int(text)
        if not 1 <= value <= most:
            raise ArgumentTypeError(f"it has to be 1 to {most}")
        return value

    return number


_FIGURES: Final = (
    "distance",
    "trips",
    "driving_energy",
    "consumption",
    "electric_share",
    "fuel",
    "fuel_consumption",
    "charged",
    "charged_home",
    "charged_away",
    "charges",
)
_CAR: Final = Word("VIN", "the vehicle identification number; without it, all cars", optional=True)
_WHAT: Final = Word("WHAT", "trips or charges", choices=tuple(_COLUMNS))
_JSON: Final = option("--json", action="store_true", help="one line of JSON, by VIN")
_SELECTION: Final = (
    option("--since", metavar="TIME", type=_time, help="only what has ended at this time or later"),
    option("--until", metavar="TIME", type=_time, help="only what has ended before this time"),
    option("--limit", metavar="N", type=_number(100_000), help="at most so many, the newest first"),
)

COMMANDS: Final = (
    SubCommand(
        "trips", "List trips", _list, words=(_CAR,), options=(*_SELECTION, _JSON), account=False
    ),
    SubCommand(
        "charges", "List charges", _list, words=(_CAR,), options=(*_SELECTION, _JSON), account=False
    ),
    SubCommand(
        "summary",
        "Add up trips and charges by day, week, month or year",
        _summary,
        words=(_CAR,),
        options=(
            option("--period", choices=[*Period], default=Period.MONTH, help="default: month"),
            option(
                "--count",
                metavar="N",
                type=_number(MOST_PERIODS),
                default=12,
                help="how many periods, the newest first (default: 12)",
            ),
            _JSON,
        ),
        account=False,
    ),
    SubCommand(
        "export",
        "Put out trips or charges as a table",
        _export,
        words=(_WHAT, _CAR),
        options=(
            *_SELECTION,
            option("--format", choices=("csv", "json"), default="csv", help="default: csv"),
            option("--delimiter", choices=tuple(_DELIMITERS), default="comma", help="of columns"),
            option("--bom", action="store_true", help="begin with a mark that Excel needs"),
        ),
        account=False,
    ),
)
"""The sub-commands for the journals."""
