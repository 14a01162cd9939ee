"""From an answer about a car to readings (docs/protocols/highmobility.md#values).

Most attributes are rows of a table (`mapping`); those of several properties are functions.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from ..core.attributes import (
    BRAND,
    DRIVE_TRAIN,
    HEADING,
    LAST_UPDATE,
    LIDS,
    LOCK_STATE,
    POSITION,
    PRIVACY_MODE,
    REMAINING_RANGE_FUEL,
    REMAINING_RANGE_TOTAL,
    AnyAttribute,
    AnyReading,
    Reading,
    Unit,
)
from ..core.convert import UnknownWordError, mapping
from ..core.values import ChargingSession, DriveTrain, LidState, LockState, Position
from . import charging, services
from .component import SOURCE, UNUSABLE, Component, Document
from .converters import amount, flag, measured, percent
from .mapping import BRAND_WORD, FUEL, MORE_RULES, PLACES, PLUG, RULES, AnyRule, PropertyRule

_KM: Final = measured(Unit.KILOMETERS)
COORDINATES: Final = "vehicle_location.coordinates"
ELECTRIC_RANGE: Final = "charging.estimated_range"
FUEL_RANGE: Final = "diagnostics.estimated_range"
MIXED_RANGE: Final = "diagnostics.estimated_mixed_powertrain_range"
LOCKS: Final = "doors.locks"
_LOCKED: Final = flag(locked=True, unlocked=False)
_PLUG_PROOF: Final = (
    "charging.battery_level",
    "charging.status",
    "charging.plugged_in",
    ELECTRIC_RANGE,
)
_FUEL_PROOF: Final = ("diagnostics.fuel_level", "diagnostics.fuel_volume")
_FUEL_UNITS: Final = (percent, measured(Unit.LITERS))
TRAIN: Final = "vehicle_information.powertrain"
_SECOND_TRAIN: Final = "vehicle_information.powertrain_secondary"
_BURNING: Final = frozenset(
    {"combustion_engine", "petrol", "gas", "diesel", "gasoline", "cng", "lpg"}
)
_TRAINS: Final[Mapping[str, DriveTrain]] = {
    **dict.fromkeys(("all_electric", "electric"), DriveTrain.ELECTRIC),
    **dict.fromkeys(_BURNING, DriveTrain.COMBUSTION),
    "phev": DriveTrain.PLUGIN_HYBRID,
    "hybrid": DriveTrain.HYBRID,
}
_PRIVATE: Final = "privacy_mode_active"
SUNROOF: Final = ("rooftop_control.sunroof_state", "rooftop_control.sunroof_tilt_state")
_SLIDES: Final = {
    "closed": LidState.CLOSED,
    "open": LidState.OPEN,
    "intermediate": LidState.INTERMEDIATE,
}
_TILTS: Final = {
    "closed": LidState.CLOSED,
    "tilted": LidState.OPEN_TILT,
    "half_tilted": LidState.OPEN_TILT,
}


@dataclass(frozen=True, slots=True)
class AnswerContext:
    """The context of an answer that was requested at `fetched` (UTC)."""

    fetched: datetime
    drive_train: DriveTrain | None = None
    sessions: tuple[ChargingSession, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """The readings of an answer, and why some properties have no value."""

    readings: list[AnyReading]
    failures: Mapping[str, str] = field(default_factory=dict)


def read_vehicle(answer: object, context: AnswerContext, problems: Counter[str]) -> Found:
    """Read the answer about one car."""
    document = Document(answer, context.fetched, problems)
    train = _train(document) or context.drive_train
    readings = [*_basics(document), *_rules(document), *_places(document)]
    readings += _locks(document, readings)
    readings += _sunroof(document)
    readings += _position(document)
    readings += _ranges(document, train)
    readings += charging.times(document, readings)
    readings += charging.plan(document)
    readings += charging.sessions(document, context.sessions)
    readings += services.services(document)
    readings += services.warnings(document)
    readings += services.fault_codes(document)
    if document.newest is not None:
        readings.append(LAST_UPDATE.at(document.newest, document.newest, SOURCE))
    fitting = [item for item in readings if _fits(item.attribute, document, train)]
    return Found(fitting, dict(document.failures))


def _fits(attribute: AnyAttribute, document: Document, train: DriveTrain | None) -> bool:
    """Return whether a car can have the fact; cars also send zeros for what they lack."""
    if attribute in PLUG:
        if train is not None:
            return train.plugs_in
        return document.has(*_PLUG_PROOF) or not document.has(*_FUEL_PROOF)
    if attribute in FUEL:
        return _burns(document) if train is None else train.burns_fuel
    return True


def _burns(document: Document) -> bool:
    """Return whether a car of unknown drive train may burn fuel; electric ones are at zero."""
    filled = any(
        document.value(path, convert)
        for path, convert in zip(_FUEL_PROOF, _FUEL_UNITS, strict=True)
    )
    return filled or not document.has(*_PLUG_PROOF)


def _basics(document: Document) -> Iterator[AnyReading]:
    """Return the brand, which the answer names at its top, and the drive train."""
    brand = mapping(document.content).get("brand")
    if brand is not None and brand != "sandbox":
        found = document.converted("brand", brand, BRAND_WORD)
        if found is not None:
            yield BRAND.at(found, document.fetched, SOURCE)
    train, item = _train(document), document.newest_of(TRAIN)
    if train is not None and item is not None:
        yield DRIVE_TRAIN.at(train, item.time, SOURCE)


def _train(document: Document) -> DriveTrain | None:
    """Return the drive train; with a second motor, it depends on whether the car can be charged."""
    first, second = (document.newest_of(path) for path in (TRAIN, _SECOND_TRAIN))
    word = first.data if first is not None and isinstance(first.data, str) else ""
    other = second.data if second is not None and isinstance(second.data, str) else ""
    train = _TRAINS.get(word)
    if {word, other} & _BURNING and {word, other} & {"electric", "all_electric"}:
        charges = document.has(*_PLUG_PROOF)
        train = DriveTrain.PLUGIN_HYBRID if charges else DriveTrain.HYBRID
    return train


def _rules(document: Document) -> Iterator[AnyReading]:
    for path, rule in RULES.items():
        for place in (path, *rule.fallbacks):
            if (item := document.newest_of(place)) is not None:
                reading = _reading(document, place, rule, item)
                if reading is not None:
                    yield reading
                    break
        for other in MORE_RULES.get(path, ()):
            yield from _other(document, path, other)
    for path in MORE_RULES.keys() - RULES.keys():
        for other in MORE_RULES[path]:
            yield from _other(document, path, other)


def _other(document: Document, path: str, rule: AnyRule) -> Iterator[AnyReading]:
    item = document.newest_of(path)
    reading = None if item is None else _reading(document, path, rule, item)
    if reading is not None:
        yield reading


def _reading(document: Document, path: str, rule: AnyRule, item: Component) -> AnyReading | None:
    """Return the readings of a component; an unknown word ends the former value."""
    try:
        value = rule.convert(item.data)
    except UNUSABLE as error:
        document.note(path, error)
        unknown = rule.forgets and isinstance(error, UnknownWordError)
        return rule.attribute.ended(item.time, SOURCE) if unknown else None
    return None if value is None else Reading(rule.attribute, value, item.time, SOURCE)


def _places(document: Document) -> Iterator[AnyReading]:
    """Read lists of which every item is about one place."""
    for path, (name, convert, attributes) in PLACES.items():
        newest: dict[AnyAttribute, Component] = {}
        for item in document.components(path):
            fields = mapping(item.data)
            attribute = attributes.get(str(fields.get("location")))
            if attribute is not None and not _older(item, newest.get(attribute)):
                newest[attribute] = Component(fields.get(name), item.time)
        for attribute, item in newest.items():
            rule = PropertyRule(attribute, convert, attribute.unit is None)
            if item.data is not None and (found := _reading(document, path, rule, item)):
                yield found


def _older(item: Component, known: Component | None) -> bool:
    return known is not None and item.time < known.time


def _locks(document: Document, readings: Iterable[AnyReading]) -> Iterator[AnyReading]:
    """Combine the locks of all doors, for cars that do not send the state of all together."""
    components = document.components(LOCKS)
    if not components or any(item.attribute is LOCK_STATE for item in readings):
        return
    states = [
        document.converted(LOCKS, mapping(item.data).get("lock_state"), _LOCKED)
        for item in components
    ]
    if None in states:
        return
    mixed = len(set(states)) > 1
    state = LockState.LOCKED if states[0] else LockState.UNLOCKED
    time = max(item.time for item in components)
    yield LOCK_STATE.at(LockState.PARTIALLY_LOCKED if mixed else state, time, SOURCE)


def _sunroof(document: Document) -> Iterator[AnyReading]:
    """Combine sliding and tilting of the sunroof; it is open if one of them is."""
    found: list[tuple[LidState, datetime]] = []
    for path, words in zip(SUNROOF, (_SLIDES, _TILTS), strict=True):
        item = document.newest_of(path)
        if item is not None and isinstance(item.data, str):
            if item.data not in words:
                yield LIDS["sun_roof"].ended(item.time, SOURCE)
                return
            found.append((words[item.data], item.time))
    if found:
        state = next((state for state, _ in found if state.open), LidState.CLOSED)
        yield LIDS["sun_roof"].at(state, max(time for _, time in found), SOURCE)


def _position(document: Document) -> Iterator[AnyReading]:
    """Return the position, or that it is hidden; then the last one is kept."""
    item = document.newest_of(COORDINATES)
    if item is not None:
        place = document.converted(COORDINATES, item.data, _coordinates)
        if place is not None:
            yield POSITION.at(place, item.time, SOURCE)
            yield PRIVACY_MODE.at(False, item.time, SOURCE)
            if not document.has("vehicle_location.heading"):
                yield HEADING.ended(item.time, SOURCE)
    elif document.failures.get(COORDINATES) == _PRIVATE:
        yield PRIVACY_MODE.at(True, document.fetched, SOURCE)


def _coordinates(value: object) -> Position | None:
    fields = mapping(value)
    latitude, longitude = (amount(fields.get(name)) for name in ("latitude", "longitude"))
    if latitude is None or longitude is None:
        raise ValueError("no place")
    nowhere = latitude == longitude == 0
    if nowhere or abs(latitude) > 90 or abs(longitude) > 180:
        raise ValueError("not a place on earth")
    return Position(latitude, longitude)


def _ranges(document: Document, train: DriveTrain | None) -> Iterator[AnyReading]:
    """Return the range on fuel and the total one, as far as what the car has is known."""
    plugs = document.has(*_PLUG_PROOF) if train is None else train.plugs_in
    burns = _burns(document) if train is None else train.burns_fuel
    fuel = document.take(FUEL_RANGE, _KM) if burns else None
    electric = document.take(ELECTRIC_RANGE, _KM) if plugs else None
    if fuel is not None:
        yield REMAINING_RANGE_FUEL.at(fuel[0], fuel[1], SOURCE)
    if (mixed := document.take(MIXED_RANGE, _KM)) is not None:
        yield REMAINING_RANGE_TOTAL.at(mixed[0], mixed[1], SOURCE)
        return
    parts = [part for part, wanted in ((fuel, burns), (electric, plugs)) if wanted]
    known = [part for part in parts if part is not None]
    if known and len(known) == len(parts):
        total, time = sum(part[0] for part in known), max(part[1] for part in known)
        yield REMAINING_RANGE_TOTAL.at(total, time, SOURCE)
