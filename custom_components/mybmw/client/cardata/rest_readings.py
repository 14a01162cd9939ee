"""Readings of the REST endpoints other than telematic data.

See docs/protocols/cardata.md#basic-data, #charging-settings and
#tire-diagnosis.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Final

from ..core import attributes as a
from ..core.attributes import AnyReading
from ..core.convert import boolean, mapping, member, number, text, unknown_word
from ..core.descriptors import attribute_of
from ..core.json_reader import AnyRow, Reader, row
from ..core.values import Brand, ChargingPlace, DriveTrain, Position, Season, Tire, Wear
from .car_state import CarState
from .converters import day, distance, plain
from .mapping import SOURCE

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
    row("brand", a.BRAND, _BRAND),
    row("bodyType", a.BODY_TYPE, _text),
    row("driveTrain", a.DRIVE_TRAIN, _train),
    row("colourDescription", a.COLOR, _text),
    row("headUnit", a.HEADUNIT_TYPE, _text),
    row("puStep", a.SOFTWARE_VERSION, _software),
    row("steering", a.LEFT_HAND_DRIVE, _left_hand),
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
        row(key, a.MODEL, _text)
        for key in ("modelName", "modelRange", "seriesDevt", "series", "modelKey")
    ),
    tuple(row(key, a.COUNTRY, _text) for key in ("countryCodeISO", "countryCode", "country")),
)
# Capacities of the catalogue, with an old time so that measured ones replace them
CAPACITY_ROWS: Final[tuple[AnyRow, ...]] = (
    row("hvsMaxEnergyAbsolute", a.BATTERY_CAPACITY, number),
    row("reessNominalCapacityGross", a.BATTERY_CAPACITY, number),
)


def read_basic_data(answer: object, car: CarState, now: datetime) -> list[AnyReading]:
    """Return the readings of basic data, and set the drive train of the car state."""
    reader = Reader(SOURCE, now, car.problems)
    readings = reader.rows(answer, BASIC_ROWS)
    for rows in FIRST_ROWS:
        readings += next(filter(None, (reader.rows(answer, (line,)) for line in rows)), [])
    trains = (reading.value for reading in readings if reading.attribute is a.DRIVE_TRAIN)
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
        for wheel in a.WHEELS
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
        yield a.TIRE[wheel].at(tire, reader.time, SOURCE)
    yield from reader.rows(
        fields, (row("tyreWear.statusColor", a.TIRE_WEAR[wheel], _WEAR, null_ends=True),)
    )
    left = reader.take(fields, "tyreWear.dueMileage", number)
    unit = (reader.take(fields, "tyreWear.unit", text) or "").lower()
    length = distance(left, unit if unit in ("mile", "kilometer") else "km")
    if length is not None:
        yield a.TIRE_DISTANCE_LEFT[wheel].at(length, reader.time, SOURCE)


def _week(value: object) -> date | None:
    """Return the Monday of a week such as "2023-W42"."""
    word = text(value)
    if word is None:
        return None
    year, _, week = word.partition("-W")
    return date.fromisocalendar(int(year), int(week), 1)


def read_places(
    answer: Sequence[object], problems: Counter[str], now: datetime
) -> list[AnyReading]:
    """Return the charging settings of all places."""
    reader = Reader(SOURCE, now, problems).inside("charging settings")
    found = tuple(_place(mapping(fields), reader) for fields in answer)
    return [a.CHARGING_PLACES.at(found, now, SOURCE)]


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
