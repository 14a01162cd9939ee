"""Convert responses of the app's service to readings (docs/protocols/mybmw-app.md#values).

Most attributes are rows of a table. Those that need several fields have functions, which read
their fields one by one, so that an unusable field does not affect others.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Final

from ..core import attributes as a
from ..core.attributes import AnyReading
from ..core.commands import CommandKind
from ..core.convert import day, integer, mapping, number, sequence, text, timestamp
from ..core.json_reader import Reader, row
from ..core.reconcile import EXPIRY_GRACE
from ..core.values import Brand, CheckControlMessage, Position, ServiceItem, Tire
from .car_context import SOURCE, Context
from .energy import PARTS, energy
from .gcj02 import to_wgs84
from .mapping import (
    ALLOWED_BY,
    BRAND_WORD,
    CAPABILITY_ROWS,
    CHARGING_CONTROL,
    CHARGING_ROWS,
    CLIMATE_ROWS,
    FOUND_ROWS,
    HEADUNIT_ROWS,
    LID_WORD,
    LOCATION_ROWS,
    PROFILE_ROWS,
    SERVICE_WORD,
    SEVERITY_WORD,
    STATE_ROWS,
    TIRE_ROWS,
    distance_left,
    manufactured,
    season,
)

_KINDS: Final = tuple(CommandKind)
_TIRES: Final = {
    f"{front}{left.capitalize()}": f"{front}_{left}"
    for front, left in (wheel.split("_") for wheel in a.WHEELS)
}
_MAX_AHEAD: Final = timedelta(minutes=5)


def read_profile(
    answer: object, listed_as: Brand, context: Context, problems: Counter[str]
) -> list[AnyReading]:
    """Return the readings of a profile; only the brand of the list identifies a Supra."""
    reader = Reader(SOURCE, context.fetched, problems)
    brand = reader.take(answer, "brand", BRAND_WORD)
    if listed_as is Brand.TOYOTA or brand is None:
        brand = listed_as
    readings = [a.BRAND.at(brand, context.fetched, SOURCE), *reader.rows(answer, PROFILE_ROWS)]
    if mapping(answer).get("softwareVersionCurrent") is not None:
        readings += reader.rows(answer, HEADUNIT_ROWS)
        readings += _software(reader, answer)
    return readings


def read_state(answer: object, context: Context, problems: Counter[str]) -> list[AnyReading]:
    """Return the readings of a response with state and capabilities.

    Zeros of a car that has never reported mean "unknown".
    """
    state = mapping(mapping(answer).get("state"))
    now = Reader(SOURCE, context.fetched, problems)
    reported, fetched = (
        now.take(state, key, timestamp) for key in ("lastUpdatedAt", "lastFetched")
    )
    if _never_reported(state):
        state = _without_zeros(state)
    if reported is not None and reported > context.fetched + _MAX_AHEAD:
        reported = None
    measured = min(reported or fetched or context.fetched, context.fetched)
    reports = state.get("isLscSupported") is True
    reader = Reader(SOURCE, measured, problems, complete=reports)
    readings = [*_capabilities(now, answer, state), *reader.rows(state, STATE_ROWS)]
    if reported is not None:
        readings.append(a.LAST_UPDATE.at(measured, measured, SOURCE))
    readings += _privacy(reader, state)
    readings += _roof(reader, state)
    readings += _position(reader, state, context)
    readings += _climate(reader, state, context)
    readings += _services(reader, state)
    readings += _check_control(reader, state)
    readings += _tires(reader, state)
    readings += energy(reader, {key: state[key] for key in PARTS if key in state}, context)
    return readings


def _never_reported(state: Mapping[str, object]) -> bool:
    """Return whether the time of the last report means "never"."""
    reported = state.get("lastUpdatedAt")
    return isinstance(reported, str) and reported.startswith(("0001-", "1970-", "2000-"))


def _without_zeros(state: Mapping[str, object]) -> Mapping[str, object]:
    """Return a state without numbers that are zero."""
    return {
        key: _without_zeros(value) if isinstance(value, dict) else value
        for key, value in state.items()
        if isinstance(value, bool) or value != 0
    }


def read_charging(answer: object, context: Context, problems: Counter[str]) -> list[AnyReading]:
    """Return the readings of a response with charging plan and charging settings."""
    return list(Reader(SOURCE, context.fetched, problems).rows(answer, CHARGING_ROWS))


def read_found(answer: object, context: Context, problems: Counter[str]) -> list[AnyReading]:
    """Return the position that the vehicle finder found, and end heading and address of the old."""
    reader = Reader(SOURCE, context.fetched, problems)
    found = mapping(mapping(answer).get("positionData")).get("position")
    readings = list(_coordinates(reader, found, context))
    if readings:
        readings += reader.rows(found, FOUND_ROWS)
        known = {reading.attribute for reading in readings}
        readings += [
            attribute.ended(reader.time, SOURCE)
            for attribute in (a.HEADING, a.ADDRESS)
            if attribute not in known
        ]
    return readings


def _software(reader: Reader, answer: object) -> Iterator[AnyReading]:
    step = reader.take(answer, "softwareVersionCurrent.iStep", integer)
    month = reader.take(answer, "softwareVersionCurrent.puStep.month", integer)
    year = reader.take(answer, "softwareVersionCurrent.puStep.year", integer)
    built = reader.take(answer, "year", integer)
    if step is None or month is None or year is None or built is None:
        return
    sane = 1 <= month <= 12 and 0 <= year < 100 and 0 <= step < 10_000
    if not (sane and 1900 <= built < 2200):
        return reader.problem("softwareVersionCurrent")
    version = f"{month:02}/{built // 100:02}{year:02}.{str(step)[1:]}"
    yield a.SOFTWARE_VERSION.at(version, reader.time, SOURCE)


def _capabilities(
    reader: Reader, answer: object, state: Mapping[str, object]
) -> Iterator[AnyReading]:
    capabilities = mapping(answer).get("capabilities")
    if not isinstance(capabilities, dict):
        return
    yield from reader.rows(capabilities, CAPABILITY_ROWS)
    words = sequence(mapping(capabilities.get("remoteChargingCommands")).get("chargingControl"))
    allowed = [kind for key, kind in ALLOWED_BY.items() if capabilities.get(key) is True]
    allowed += [kind for word, kind in CHARGING_CONTROL.items() if word in words]
    if "climateControlState" in state:
        allowed.append(CommandKind.CLIMATE_STOP)
    allowed.append(CommandKind.VEHICLE_FINDER)
    kinds = tuple([kind for kind in _KINDS if kind in allowed])
    yield a.COMMANDS.at(kinds, reader.time, SOURCE)


def _private(reader: Reader, state: Mapping[str, object]) -> bool | None:
    mode = reader.take(state, "driverPreferences.lscPrivacyMode", text)
    return None if mode is None else mode.upper() != "OFF"


def _privacy(reader: Reader, state: Mapping[str, object]) -> Iterator[AnyReading]:
    private = _private(reader, state)
    if private is not None:
        yield a.PRIVACY_MODE.at(private, reader.time, SOURCE)


def _roof(reader: Reader, state: Mapping[str, object]) -> Iterator[AnyReading]:
    kind = reader.take(state, "roofState.roofStateType", text)
    if kind is None:
        return
    attribute = a.LIDS.get(kind.lower())
    if attribute is None:
        return reader.problem("roofState.roofStateType")
    yield from reader.rows(
        state, (row("roofState.roofState", attribute, LID_WORD, null_ends=True),)
    )


def _position(
    reader: Reader, state: Mapping[str, object], context: Context
) -> Iterator[AnyReading]:
    """Yield the location of the car; in privacy mode, a missing location ends the old one."""
    location = state.get("location")
    if location is not None:
        yield from _coordinates(reader, mapping(location).get("coordinates"), context)
        yield from reader.inside("location").rows(location, LOCATION_ROWS)
    elif reader.complete and _private(reader, state):
        for attribute in (a.POSITION, a.HEADING, a.ADDRESS):
            yield attribute.ended(reader.time, SOURCE)


def _coordinates(reader: Reader, node: object, context: Context) -> Iterator[AnyReading]:
    latitude = reader.take(node, "latitude", number)
    longitude = reader.take(node, "longitude", number)
    if latitude is None or longitude is None:
        return
    unset = latitude == longitude == 0
    if unset or abs(latitude) > 90 or abs(longitude) > 180:
        return reader.problem("location.coordinates")
    if context.china:
        latitude, longitude = to_wgs84(latitude, longitude)
    yield a.POSITION.at(Position(latitude, longitude), reader.time, SOURCE)


def _climate(reader: Reader, state: Mapping[str, object], context: Context) -> Iterator[AnyReading]:
    yield from reader.rows(state, CLIMATE_ROWS)
    seconds = reader.take(state, "climateControlState.remainingSeconds", number)
    end = (
        reader.time + timedelta(seconds=int(seconds)) if seconds and 0 < seconds < 86_400 else None
    )
    if end is not None and end > context.fetched - EXPIRY_GRACE:
        yield a.CLIMATE_END_TIME.at(end, reader.time, SOURCE)
    elif reader.complete:
        yield a.CLIMATE_END_TIME.ended(reader.time, SOURCE)


def _services(reader: Reader, state: Mapping[str, object]) -> Iterator[AnyReading]:
    items = state.get("requiredServices")
    if not isinstance(items, list):
        if items is not None:
            reader.problem("requiredServices")
        return
    inner = reader.inside("requiredServices")
    found = tuple([service for item in items if (service := _service(inner, item))])
    yield a.SERVICES.at(found, reader.time, SOURCE)


def _service(reader: Reader, node: object) -> ServiceItem | None:
    kind = reader.take(node, "type", text)
    if kind is None:
        reader.problem("type")
        return None
    return ServiceItem(
        type=kind,
        status=reader.take(node, "status", SERVICE_WORD),
        due=reader.take(node, "dateTime", day),
        distance=reader.take(node, "mileage", distance_left),
        description=reader.take(node, "description", text),
    )


def _check_control(reader: Reader, state: Mapping[str, object]) -> Iterator[AnyReading]:
    items = state.get("checkControlMessages")
    if not isinstance(items, list):
        if items is not None:
            reader.problem("checkControlMessages")
        elif reader.complete:
            yield a.CHECK_CONTROL.at((), reader.time, SOURCE)
        return
    inner = reader.inside("checkControlMessages")
    found = tuple([message for item in items if (message := _message(inner, item))])
    yield a.CHECK_CONTROL.at(found, reader.time, SOURCE)


def _message(reader: Reader, node: object) -> CheckControlMessage | None:
    kind = reader.take(node, "type", text)
    severity = mapping(node).get("severity")
    if isinstance(severity, str) and severity.upper() == "OK":
        return None
    if kind is None:
        reader.problem("type")
        return None
    return CheckControlMessage(
        type=kind,
        severity=reader.take(node, "severity", SEVERITY_WORD),
        description=reader.take(node, "longDescription", text),
    )


def _tires(reader: Reader, state: Mapping[str, object]) -> list[AnyReading]:
    tires, readings = mapping(state.get("tireState")), []
    for name, wheel in _TIRES.items():
        node = tires.get(name)
        if node is None:
            continue
        tire = reader.inside(f"tireState.{wheel}")
        readings += tire.rows(node, TIRE_ROWS[wheel])
        details = mapping(node).get("details")
        if isinstance(details, dict):
            found = _tire(tire.inside("details"), details)
            readings.append(a.TIRE[wheel].at(found, reader.time, SOURCE))
    return readings


def _tire(reader: Reader, details: object) -> Tire:
    return Tire(
        season=reader.take(details, "season", season),
        manufactured=reader.take(details, "manufacturingWeek", manufactured),
        mounted=reader.take(details, "mountingDate", day),
        dimension=reader.take(details, "dimension", text),
        manufacturer=reader.take(details, "manufacturer", text),
        tread=reader.take(details, "treadDesign", text),
    )
