"""Readings of the REST endpoints other than telematic data.

See docs/protocols/cardata.md#basic-data, #charging-history, #charging-settings and
#tire-diagnosis.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final

from ..core.attributes import (
    BATTERY_CAPACITY,
    BODY_TYPE,
    BRAND,
    CHARGED_THIS_MONTH,
    CHARGING_PLACES,
    CHARGING_SESSIONS,
    COLOR,
    COUNTRY,
    DRIVE_TRAIN,
    HEADUNIT_TYPE,
    LEFT_HAND_DRIVE,
    MILEAGE,
    MODEL,
    SOFTWARE_VERSION,
    STATE_OF_CHARGE,
    TIRE,
    TIRE_DISTANCE_LEFT,
    TIRE_WEAR,
    WHEELS,
    AnyReading,
)
from ..core.convert import boolean, mapping, member, number, text, unknown_word
from ..core.descriptors import attribute_of
from ..core.json_reader import AnyRow, Reader, row
from ..core.values import (
    Brand,
    ChargingPlace,
    ChargingSession,
    DriveTrain,
    Position,
    Season,
    Tire,
    Wear,
)
from .car_state import CarState
from .converters import day, distance, plain
from .mapping import SOURCE

MAX_SESSIONS: Final = 30
"""Maximum number of charging sessions in a reading."""

_LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)
_TRAINS: Final = (
    ("BEV_REX", DriveTrain.ELECTRIC_WITH_RANGE_EXTENDER),
    ("BEV", DriveTrain.ELECTRIC),
    ("PHEV", DriveTrain.PLUGIN_HYBRID),
    ("MHEV", DriveTrain.MILD_HYBRID),
    ("HEV", DriveTrain.HYBRID),
    ("CONV", DriveTrain.COMBUSTION),
    ("ICE", DriveTrain.COMBUSTION),
)
_BRAND: Final = member(
    Brand,
    BMWI=Brand.BMW,
    BMW_MOTORRAD=Brand.BMW,
    TOYOTA_SUPRA=Brand.TOYOTA,
)
_LEFT_HAND: Final[Mapping[str, bool]] = {
    **dict.fromkeys(("LHD", "LL", "LEFT"), True),
    **dict.fromkeys(("RHD", "RL", "RIGHT"), False),
}
_WEAR: Final = member(Wear)
_SEASON: Final = member(Season, ALLSEASON=Season.ALL_SEASON)
_WHEEL_NAMES: Final[Mapping[str, str]] = {
    "front_left": "frontLeft",
    "front_right": "frontRight",
    "rear_left": "rearLeft",
    "rear_right": "rearRight",
}


def _text(value: object) -> str | None:
    return plain(value, "")


def _train(value: object) -> DriveTrain | None:
    """Return the drive train; BMW appends details, as in "PHEV_OTTO"."""
    word = text(value)
    if word is None:
        return None
    for start, train in _TRAINS:
        if word.upper().startswith(start):
            return train
    raise unknown_word(value)


def _left_hand(value: object) -> bool | None:
    word = text(value)
    if word is None:
        return None
    if word.upper() not in _LEFT_HAND:
        raise unknown_word(value)
    return _LEFT_HAND[word.upper()]


def _software(value: object) -> str | None:
    """Return a software version "MMYY" as "MM/20YY"."""
    step = text(value) or ""
    return f"{step[:2]}/20{step[2:]}" if len(step) == len("MMYY") and step.isdecimal() else None


def _active(value: object) -> bool | None:
    """Return whether the SIM is active; its status is a boolean or a word."""
    word = value.strip().upper() if isinstance(value, str) else ""
    return word == "ACTIVE" if word in ("ACTIVE", "INACTIVE") else boolean(value)


BASIC_ROWS: Final[tuple[AnyRow, ...]] = (
    row("brand", BRAND, _BRAND),
    row("bodyType", BODY_TYPE, _text),
    row("driveTrain", DRIVE_TRAIN, _train),
    row("colourDescription", COLOR, _text),
    row("headUnit", HEADUNIT_TYPE, _text),
    row("puStep", SOFTWARE_VERSION, _software),
    row("steering", LEFT_HAND_DRIVE, _left_hand),
    row("simStatus", attribute_of("vehicle.sim.status"), _active),
    row(
        "hvsMaxEnergyAbsolute",
        attribute_of("vehicle.drivetrain.electricEngine.hvsMaxEnergyAbsolute"),
        number,
    ),
)
# Alternatives: the first one with a value is used
FIRST_ROWS: Final[tuple[tuple[AnyRow, ...], ...]] = (
    tuple(
        row(key, MODEL, _text)
        for key in ("modelName", "modelRange", "seriesDevt", "series", "modelKey")
    ),
    tuple(row(key, COUNTRY, _text) for key in ("countryCodeISO", "countryCode", "country")),
)
# Capacities of the catalogue, with an old time so that measured ones replace them
CAPACITY_ROWS: Final[tuple[AnyRow, ...]] = (
    row("hvsMaxEnergyAbsolute", BATTERY_CAPACITY, number),
    row("reessNominalCapacityGross", BATTERY_CAPACITY, number),
)


def read_basic_data(answer: object, car: CarState, now: datetime) -> list[AnyReading]:
    """Return the readings of basic data, and set the drive train of the car state."""
    reader = Reader(SOURCE, now, car.problems)
    readings = reader.rows(answer, BASIC_ROWS)
    for rows in FIRST_ROWS:
        readings += next(filter(None, (reader.rows(answer, (line,)) for line in rows)), [])
    trains = (reading.value for reading in readings if reading.attribute is DRIVE_TRAIN)
    car.drive_train = next(trains, car.drive_train)
    if car.plugs_in:
        readings += Reader(SOURCE, _LONG_AGO, car.problems).rows(answer, CAPACITY_ROWS)
    return [item for item in readings if _fits(item, car)]


def _fits(reading: AnyReading, car: CarState) -> bool:
    return car.plugs_in or not reading.attribute.key.endswith("hvsMaxEnergyAbsolute")


def read_tyres(answer: object, problems: Counter[str], now: datetime) -> list[AnyReading]:
    """Return the readings of the mounted tyres; cars without tyre records have none."""
    reader = Reader(SOURCE, now, problems).inside("tyres")
    mounted = mapping(mapping(mapping(answer).get("passengerCar")).get("mountedTyres"))
    return [
        reading
        for wheel in WHEELS
        for reading in _wheel(wheel, mapping(mounted.get(_WHEEL_NAMES[wheel])), reader)
    ]


def _wheel(wheel: str, fields: Mapping[str, object], reader: Reader) -> Iterator[AnyReading]:
    tire = Tire(
        season=reader.take(fields, "season.season", _SEASON),
        manufactured=reader.take(fields, "tyreProductionDate.value", _week),
        mounted=reader.take(fields, "mountingDate.mountingDate", day),
        dimension=reader.take(fields, "dimension.value", text),
        manufacturer=reader.take(fields, "tread.manufacturer", text),
        tread=reader.take(fields, "tread.treadDesign", text),
    )
    if tire != Tire():
        yield TIRE[wheel].at(tire, reader.time, SOURCE)
    yield from reader.rows(
        fields, (row("tyreWear.statusColor", TIRE_WEAR[wheel], _WEAR, null_ends=True),)
    )
    left = reader.take(fields, "tyreWear.dueMileage", number)
    unit = (reader.take(fields, "tyreWear.unit", text) or "").lower()
    length = distance(left, unit if unit in ("mile", "kilometer") else "km")
    if length is not None:
        yield TIRE_DISTANCE_LEFT[wheel].at(length, reader.time, SOURCE)


def _week(value: object) -> date | None:
    """Return the Monday of a week such as "2023-W42"."""
    word = text(value)
    if word is None:
        return None
    year, _, week = word.partition("-W")
    return date.fromisocalendar(int(year), int(week), 1)


def read_sessions(
    answer: Sequence[object], month: datetime, problems: Counter[str], now: datetime
) -> list[AnyReading]:
    """Return past charges, newest first, and the energy in kWh since the month began."""
    reader = Reader(SOURCE, now, problems).inside("charging history")
    found = [item for fields in answer if (item := _session(mapping(fields), reader)) is not None]
    found.sort(key=lambda item: item.end, reverse=True)
    total = sum(item.energy or 0.0 for item in found if item.end >= month)
    return [
        *_at_last_charge(found),
        CHARGING_SESSIONS.at(tuple(found[:MAX_SESSIONS]), now, SOURCE),
        CHARGED_THIS_MONTH.at(round(total, 2), now, SOURCE),
    ]


def _at_last_charge(sessions: Sequence[ChargingSession]) -> Iterator[AnyReading]:
    """Return state of charge and mileage from the last charge."""
    for last in sessions[:1]:
        if last.end_soc is not None:
            yield STATE_OF_CHARGE.at(last.end_soc, last.end, SOURCE)
        if last.mileage is not None:
            yield MILEAGE.at(last.mileage, last.start, SOURCE)


def _session(fields: Mapping[str, object], reader: Reader) -> ChargingSession | None:
    start = reader.take(fields, "startTime", _epoch)
    end = reader.take(fields, "endTime", _epoch)
    if start is None or end is None or end < start:
        return None
    miles = "MI" in (reader.take(fields, "mileageUnits", text) or "").upper().split(".")
    mileage = reader.take(fields, "mileage", number)
    return ChargingSession(
        start=start,
        end=end,
        energy=reader.take(fields, "energyConsumedFromPowerGridKwh", number),
        start_soc=reader.take(fields, "displayedStartSoc", number),
        end_soc=reader.take(fields, "displayedSoc", number),
        mileage=distance(mileage, "mi" if miles else "km"),
        place=reader.take(fields, "chargingLocation.formattedAddress", text),
    )


def _epoch(value: object) -> datetime | None:
    seconds = number(value)
    if seconds is None:
        return None
    if not 0 < seconds < 2**33:
        raise ValueError("not a time")
    return datetime.fromtimestamp(seconds, UTC)


def read_places(
    answer: Sequence[object], problems: Counter[str], now: datetime
) -> list[AnyReading]:
    """Return the charging settings of all places."""
    reader = Reader(SOURCE, now, problems).inside("charging settings")
    found = tuple(_place(mapping(fields), reader) for fields in answer)
    return [CHARGING_PLACES.at(found, now, SOURCE)]


def _place(fields: Mapping[str, object], reader: Reader) -> ChargingPlace:
    latitude = reader.take(fields, "latitude", number)
    longitude = reader.take(fields, "longitude", number)
    limited = reader.take(fields, "acCurrentLimitFlag", boolean)
    visits = reader.take(fields, "visits", number)
    known = latitude is not None and longitude is not None
    return ChargingPlace(
        position=Position(latitude or 0.0, longitude or 0.0) if known else None,
        mode=reader.take(fields, "chargingMode", text),
        current_limit=reader.take(fields, "acCurrentLimit", number) if limited else None,
        visits=None if visits is None else int(visits),
    )


def first_of_month(now: datetime) -> datetime:
    """Return the start of the month of a time, in its time zone."""
    return now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def history_start(now: datetime) -> datetime:
    """Return the start of the requested charging history: the month's, at least 21 days ago."""
    return min(first_of_month(now), now - timedelta(days=21))
