"""Reads answers (docs/protocols/connecteddrive.md#values).

Here INVALID means that the car does not have something; once there was a value, that it is unknown.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from ..core.attributes import (
    ACTIVITY,
    CHARGING_END_TIME,
    CHARGING_TIME_LEFT,
    CHECK_CONTROL,
    HEADING,
    LAST_UPDATE,
    LEFT_HAND_DRIVE,
    LOCK_STATE,
    POSITION,
    POSITION_STATUS,
    REMAINING_RANGE_ELECTRIC,
    REMAINING_RANGE_FUEL,
    REMAINING_RANGE_TOTAL,
    SERVICES,
    UPDATE_REASON,
    AnyReading,
)
from ..core.commands import CommandKind
from ..core.convert import boolean, integer, mapping, number, sequence, text
from ..core.json_reader import Reader
from ..core.reconcile import EXPIRY_GRACE, MOVING
from ..core.values import (
    Activity,
    ChargingStatus,
    CheckControlMessage,
    DriveTrain,
    Position,
    PositionStatus,
    ServiceItem,
    UpdateReason,
)
from .mapping import (
    ACTIVITIES,
    ALLOWED_BY,
    CHARGING_ROWS,
    CHARGING_WORD,
    DRIVE_TRAINS,
    DRIVER_IS_RIGHT,
    POSITION_ROWS,
    RANGES,
    REASON_WORD,
    SERVICE_WORD,
    SIDES,
    STANDING,
    STATUS_ROWS,
    VEHICLE_ROWS,
    activated,
    measured,
    miles,
    month,
)

SOURCE: Final = "connecteddrive"

_AHEAD: Final = timedelta(minutes=5)
_MOST_MINUTES: Final = 10_080
_NOT_SUPPORTED: Final = "NOT_SUPPORTED"


class Features(NamedTuple):
    """What the list of cars says about one: its endpoints and its commands."""

    statistics: bool = False
    charging: bool = False
    destinations: bool = False
    range_map: bool = False
    energy: bool = False
    driver_is_right: bool = False
    drive_train: DriveTrain | None = None
    commands: frozenset[CommandKind] = frozenset()


def features_of(entry: object, problems: Counter[str]) -> Features:
    """Read the flags of a car; one that is missing means that the car does not have it."""
    flags = mapping(entry)
    reader = Reader(SOURCE, datetime.now(UTC), problems, within="vehicles.")
    allowed = {kind for name, kind in ALLOWED_BY.items() if reader.take(flags, name, activated)}
    if CommandKind.SEND_POI in allowed:
        allowed.add(CommandKind.SEND_MESSAGE)
    charging = _supported(flags, "chargingControl")
    if charging:
        allowed.add(CommandKind.CHARGING_PROFILE)
    train = reader.take(flags, "driveTrain", DRIVE_TRAINS)
    return Features(
        statistics=reader.take(flags, "statisticsAvailable", boolean) is True,
        charging=charging,
        destinations=_supported(flags, "lastDestinations"),
        range_map=_supported(flags, "rangeMap"),
        energy=train is not None and train is not DriveTrain.COMBUSTION,
        driver_is_right=_driver_is_right(flags),
        drive_train=train,
        commands=frozenset(allowed),
    )


def _supported(flags: Mapping[str, object], name: str) -> bool:
    word = flags.get(name)
    return isinstance(word, str) and word.upper() not in (_NOT_SUPPORTED, "")


def _driver_is_right(flags: Mapping[str, object]) -> bool:
    """Return the side of the driver; old lists have only the country, such as V1-UK."""
    side, country = flags.get("steering"), flags.get("countryCode")
    if side in ("LH", "RH"):
        return side == "RH"
    return isinstance(country, str) and country.upper().rpartition("-")[2] in DRIVER_IS_RIGHT


def read_vehicle(entry: object, fetched: datetime, problems: Counter[str]) -> list[AnyReading]:
    """Read the entry of a car in the list."""
    reader = Reader(SOURCE, fetched, problems, within="vehicles.")
    readings = reader.rows(entry, VEHICLE_ROWS)
    if (side := mapping(entry).get("steering")) in ("LH", "RH"):
        readings.append(LEFT_HAND_DRIVE.at(side == "LH", fetched, SOURCE))
    return readings


def time_of(answer: object, fetched: datetime) -> datetime:
    """Return when a state was measured: not later than now, and now if that is missing."""
    status = mapping(mapping(answer).get("vehicleStatus"))
    for key in ("updateTime", "internalDataTimeUTC"):
        try:
            time = measured(status.get(key))
        except ValueError:
            continue
        if time is not None and time <= fetched + _AHEAD:
            return min(time, fetched)
    return fetched


def read_status(
    answer: object, fetched: datetime, features: Features, problems: Counter[str]
) -> list[AnyReading]:
    """Read the state of a car."""
    status = mapping(mapping(answer).get("vehicleStatus"))
    reader = Reader(SOURCE, time_of(answer, fetched), problems, within="vehicleStatus.")
    right = features.driver_is_right
    if (side := status.get("steering")) in ("LH", "RH"):
        right = side == "RH"
    readings = [
        *reader.rows(status, STATUS_ROWS),
        *reader.rows(status, SIDES[right]),
        *_side(reader, status),
        *_ranges(reader, status),
        *_charging(reader, status, fetched),
        *_position(reader, status),
        *_services(reader, status),
        *_check_control(reader, status),
    ]
    if "updateTime" in status or "internalDataTimeUTC" in status:
        readings.append(LAST_UPDATE.at(reader.time, reader.time, SOURCE))
    return [*readings, *_activity(reader, status, readings)]


def _side(reader: Reader, status: Mapping[str, object]) -> Iterator[AnyReading]:
    if (side := status.get("steering")) in ("LH", "RH"):
        yield LEFT_HAND_DRIVE.at(side == "LH", reader.time, SOURCE)


def _ranges(reader: Reader, status: Mapping[str, object]) -> Iterator[AnyReading]:
    """Read the ranges and their sum; miles are used only if there are no km."""
    found = {}
    for name, attribute in RANGES:
        value = reader.take(status, name, number)
        if value is None:
            value = reader.take(status, f"{name}Mls", miles)
        if value is not None:
            found[attribute] = value
            yield attribute.at(value, reader.time, SOURCE)
    known = [
        found[item] for item in (REMAINING_RANGE_ELECTRIC, REMAINING_RANGE_FUEL) if item in found
    ]
    if known:
        yield REMAINING_RANGE_TOTAL.at(sum(known), reader.time, SOURCE)


def _charging(
    reader: Reader, status: Mapping[str, object], fetched: datetime
) -> Iterator[AnyReading]:
    """Read the plug and the charge; the time left is only there while the car charges."""
    told = [name for name in ("connectionStatus", "chargingStatus") if name in status]
    if not told:
        return
    yield from reader.rows(status, CHARGING_ROWS)
    minutes = reader.take(status, "chargingTimeRemaining", number)
    charging = reader.take(status, "chargingStatus", CHARGING_WORD) is ChargingStatus.CHARGING
    end = None
    if charging and minutes is not None and 0 <= minutes <= _MOST_MINUTES:
        yield CHARGING_TIME_LEFT.at(minutes, reader.time, SOURCE)
        end = reader.time + timedelta(minutes=minutes)
    else:
        yield CHARGING_TIME_LEFT.ended(reader.time, SOURCE)
    if end is not None and minutes and end > fetched - EXPIRY_GRACE:
        yield CHARGING_END_TIME.at(end, reader.time, SOURCE)
    else:
        yield CHARGING_END_TIME.ended(reader.time, SOURCE)


def _position(reader: Reader, status: Mapping[str, object]) -> Iterator[AnyReading]:
    """Read the position; none is kept if the driver has switched it off."""
    node = status.get("position")
    if node is None:
        return
    inner = reader.inside("position")
    found = inner.rows(node, POSITION_ROWS)
    yield from found
    hidden = any(
        item.attribute is POSITION_STATUS and item.value is PositionStatus.DRIVER_DISABLED
        for item in found
    )
    if hidden:
        yield POSITION.ended(reader.time, SOURCE)
        yield HEADING.ended(reader.time, SOURCE)
    elif (place := place_of(inner, node)) is not None:
        yield POSITION.at(place, reader.time, SOURCE)


def place_of(reader: Reader, node: object) -> Position | None:
    """Read latitude and longitude; 0, 0 means that they are not known."""
    latitude, longitude = (reader.take(node, key, number) for key in ("lat", "lon"))
    if latitude is None or longitude is None:
        return None
    if latitude == longitude == 0 or abs(latitude) > 90 or abs(longitude) > 180:
        reader.problem("lat")
        return None
    return Position(latitude, longitude)


def _services(reader: Reader, status: Mapping[str, object]) -> Iterator[AnyReading]:
    items = status.get("cbsData")
    if not isinstance(items, list):
        if items is not None:
            reader.problem("cbsData")
        return
    inner = reader.inside("cbsData")
    found = tuple(service for item in items if (service := _service(inner, item)))
    yield SERVICES.at(found, reader.time, SOURCE)


def _service(reader: Reader, node: object) -> ServiceItem | None:
    kind = reader.take(node, "cbsType", text)
    if kind is None:
        reader.problem("cbsType")
        return None
    return ServiceItem(
        type=kind,
        status=reader.take(node, "cbsState", SERVICE_WORD),
        due=reader.take(node, "cbsDueDate", month),
        distance=reader.take(node, "cbsRemainingMileage", number) or None,
        description=reader.take(node, "cbsDescription", text),
    )


def _check_control(reader: Reader, status: Mapping[str, object]) -> Iterator[AnyReading]:
    items = status.get("checkControlMessages")
    if not isinstance(items, list):
        if items is not None:
            reader.problem("checkControlMessages")
        return
    inner = reader.inside("checkControlMessages")
    found = tuple(message for item in items if (message := _message(inner, item)))
    yield CHECK_CONTROL.at(found, reader.time, SOURCE)


def _message(reader: Reader, node: object) -> CheckControlMessage | None:
    long, short = (
        reader.take(node, f"ccmDescription{length}", text) for length in ("Long", "Short")
    )
    number_ = mapping(node).get("ccmId")
    numbered = str(integer(number_)) if _whole(number_) else reader.take(node, "ccmId", text)
    if numbered is None and short is None:
        reader.problem("ccmId")
        return None
    return CheckControlMessage(
        type=numbered or short or "", severity=None, description=long or short, id=numbered
    )


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**9


def _activity(
    reader: Reader, status: Mapping[str, object], readings: list[AnyReading]
) -> Iterator[AnyReading]:
    """Read why the car has sent its state, and its activity.

    Some cars send the reason in place of whether a cable is plugged in.
    """
    reason = reader.take(status, "updateReason", REASON_WORD)
    if reason is None:
        other = _quiet(status.get("connectionStatus"))
        mistaken = other not in (None, UpdateReason.CONNECTED, UpdateReason.DISCONNECTED)
        reason = other if mistaken else None
    if reason is None:
        if "updateReason" in status:
            yield UPDATE_REASON.ended(reader.time, SOURCE)
        return
    yield UPDATE_REASON.at(reason, reader.time, SOURCE)
    locked = any(
        item.attribute is LOCK_STATE and item.value is not None and item.value.locked
        for item in readings
    )
    activity = ACTIVITIES.get(reason)
    if activity is None and reason in STANDING:
        activity = Activity.SECURED if locked else Activity.PARKED
    if activity is not None:
        yield ACTIVITY.at(activity, reader.time, SOURCE)
        yield MOVING.at(activity is Activity.MOVING, reader.time, SOURCE)


def _quiet(value: object) -> UpdateReason | None:
    try:
        return REASON_WORD(value)
    except ValueError:
        return None


def vehicles_in(answer: object) -> object:
    """Return the list of cars, which stands alone or in an object."""
    return answer if isinstance(answer, list) else mapping(answer).get("vehicles")


def entries_of(answer: object) -> Iterator[tuple[str, object]]:
    """Yield the VIN of each car of a list, as it is written, and its entry."""
    for entry in sequence(vehicles_in(answer)):
        vin = mapping(entry).get("vin")
        if isinstance(vin, str):
            yield vin, entry
