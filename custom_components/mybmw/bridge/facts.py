"""The facts of a car that the card shows: a table of their names and entities."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from operator import not_
from typing import Any, Final, NamedTuple

from homeassistant.components.zone import async_active_zone
from homeassistant.const import STATE_HOME, STATE_NOT_HOME, STATE_OFF, STATE_ON
from homeassistant.helpers import entity_registry as er

from ..binary_sensor import BinaryDescription
from ..client import AnyAttribute, Vehicle, attributes as car, explain
from ..client.core.descriptors import DESCRIPTORS
from ..client.core.values import ChargingStatus, ClimateActivity, Position, Weekday
from ..device_tracker import accuracy_of
from ..doctor import case_of
from ..sensor import SensorDescription, State
from .quantities import amount_of
from .viewer import ITEMS, EntityKey, Viewer, enabled
from .words import bounded, iso

type Shown = dict[str, Any]

_LIGHTS: Final = "vehicle.body.lights.isRunningOn"
_ROOF: Final = "vehicle.cabin.convertible.roofStatus"
_CLOSED: Final = ("closed", "closedsecured")
_SIDES: Final = {
    "front_left": "left_front",
    "front_right": "right_front",
    "rear_left": "left_rear",
    "rear_right": "right_rear",
}
_RUNNING: Final = {item.lower() for item in ClimateActivity if item.running}
_TRACKER: Final = EntityKey("device_tracker", "location")
_DEPARTURES: Final = EntityKey("sensor", "charging_profile.departure_times")
_LONGEST_REASON: Final = 200
_GAIN: Final = tuple(
    EntityKey("sensor", item.key)
    for item in (car.REMAINING_RANGE_ELECTRIC, car.STATE_OF_CHARGE, car.CHARGING_STATUS)
)
_TIMERS: Final = (1, 2, 3)


class Special(NamedTuple):
    """A value that is not the state of an entity: its text, and further fields."""

    value: str | float
    text: str | None
    more: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact: the entities that show it, preferred first, and other ones to open.

    `turn` makes the value of a state, `special` that of the car. `time` is when it was so, if not
    when it was measured.
    """

    name: str
    places: tuple[EntityKey, ...]
    opens: tuple[EntityKey, ...] = ()
    turn: Callable[[Any], State] | None = None
    special: Callable[[Viewer], Special | None] | None = None
    time: Callable[[Vehicle], datetime | None] | None = None

    @property
    def attributes(self) -> Iterator[AnyAttribute]:
        """Yield the attributes whose changes may change the fact."""
        for place in self.places:
            yield from ITEMS[place].watched


def _sensor(name: str, *shown: AnyAttribute | str, **more: Any) -> Fact:
    return Fact(name, tuple(EntityKey("sensor", _key(item)) for item in shown), **more)


def _flag(name: str, *shown: AnyAttribute | str, **more: Any) -> Fact:
    return Fact(name, tuple(EntityKey("binary_sensor", _key(item)) for item in shown), **more)


def _key(item: AnyAttribute | str) -> str:
    return item if isinstance(item, str) else item.key


def _open(state: bool | str) -> bool:
    return state if isinstance(state, bool) else state not in _CLOSED


def _position(viewer: Viewer) -> Special | None:
    """Return the zone of a car, with its position; None if it is not tracked."""
    vehicle = viewer.vehicle
    place: Position | None = vehicle.value(car.POSITION)
    if place is None or vehicle.value(car.TRACKING_ENABLED) is False:
        return None
    accuracy = accuracy_of(vehicle)
    zone = async_active_zone(viewer.hass, place.latitude, place.longitude, accuracy)
    home = zone is not None and zone.entity_id == f"zone.{STATE_HOME}"
    state = STATE_HOME if home else STATE_NOT_HOME
    word = viewer.words.state(_TRACKER.domain, ITEMS[_TRACKER], state)
    name = bounded(zone.name) if zone is not None and not home else None
    more = {"latitude": place.latitude, "longitude": place.longitude}
    return Special(name or state, name or word, more)


def _gained(viewer: Viewer) -> Special | None:
    """Return how much further the car comes than when it began to charge, while it charges.

    That is the part of its range that it has charged, as far as the range tells.
    """
    vehicle, journals = viewer.vehicle, viewer.coordinator.journals.cars
    journal, soc = journals.get(vehicle.vin), vehicle.value(car.STATE_OF_CHARGE)
    left, charge = (
        vehicle.value(car.REMAINING_RANGE_ELECTRIC),
        journal and journal.journal.charges.open,
    )
    charging = vehicle.value(car.CHARGING_STATUS) is ChargingStatus.CHARGING
    if not (charging and charge and charge.start_soc is not None and soc and left):
        return None
    if soc <= charge.start_soc or len(viewer.readable(_GAIN)) < len(_GAIN):
        return None
    shown = amount_of(viewer, _GAIN[0], left * (soc - charge.start_soc) / soc)
    more = {"unit": shown.unit, "precision": shown.precision}
    return Special(round(shown.value, 1), None, more)


def _departure(number: int, viewer: Viewer) -> Special | None:
    """Return an active departure time with its days."""
    profile = viewer.vehicle.value(car.CHARGING_PROFILE)
    for timer in () if profile is None else profile.timers:
        if timer.id == number and timer.active and timer.time is not None:
            return Special(f"{timer.time:%H:%M}", _days(viewer, timer.days), {"on": True})
    return None


def _days(viewer: Viewer, days: tuple[Weekday, ...]) -> str | None:
    return ", ".join(viewer.words.option("weekday", day.lower()) for day in days) or None


def _charge_end(vehicle: Vehicle) -> datetime | None:
    charge, sessions = vehicle.value(car.JOURNAL_CHARGE), vehicle.value(car.CHARGING_SESSIONS)
    if charge is not None:
        return charge.end
    return sessions[0].end if sessions else None


def _trip_end(vehicle: Vehicle) -> datetime | None:
    trip = vehicle.value(car.JOURNAL_TRIP)
    return vehicle.value(car.TRIP_END) if trip is None else trip.end


FACTS: Final[tuple[Fact, ...]] = (
    _sensor("charge_level", car.STATE_OF_CHARGE),
    _sensor("charge_target", car.CHARGING_TARGET, opens=(EntityKey("number", "target_soc"),)),
    _sensor("predicted_charge_level", car.PREDICTED_SOC),
    _sensor("range_total", car.REMAINING_RANGE_TOTAL),
    _sensor("range_electric", car.REMAINING_RANGE_ELECTRIC),
    _sensor("range_fuel", car.REMAINING_RANGE_FUEL),
    _sensor("fuel_level", car.REMAINING_FUEL),
    _sensor("fuel_percent", car.REMAINING_FUEL_PERCENT),
    _sensor("mileage", car.MILEAGE),
    _sensor(
        "charging_state",
        car.CHARGING_STATUS,
        opens=(EntityKey("switch", "charging"), EntityKey("binary_sensor", "charging_status")),
    ),
    _sensor("charging_power", car.CHARGING_POWER),
    _sensor("charging_end", car.CHARGING_END_TIME),
    Fact("charging_gained", _GAIN, special=_gained),
    _flag("plugged", "connection_status"),
    _flag("locked", "door_lock_state", opens=(EntityKey("lock", "lock"),), turn=not_),
    _sensor("alarm", car.ALARM),
    _flag("doors_open", "lids"),
    _flag("windows_open", "windows"),
    *(_flag(f"door_{name}", car.LIDS[side]) for name, side in _SIDES.items()),
    *(_flag(f"window_{name}", car.WINDOWS[side]) for name, side in _SIDES.items()),
    _flag("hood", car.LIDS["hood"]),
    _flag("trunk", car.LIDS["trunk"]),
    _flag("sunroof", car.LIDS["sun_roof"]),
    Fact(
        "convertible_top",
        (EntityKey("binary_sensor", car.CONVERTIBLE_ROOF.key), EntityKey("sensor", _ROOF)),
        turn=_open,
    ),
    _flag("lights", car.POSITION_LIGHT, DESCRIPTORS[_LIGHTS].attribute),
    *(_sensor(f"tyre_{wheel}", car.TIRE_PRESSURE[wheel]) for wheel in car.WHEELS),
    *(_sensor(f"tyre_target_{wheel}", car.TIRE_TARGET_PRESSURE[wheel]) for wheel in car.WHEELS),
    _flag("tyre_state", "tire_pressure"),
    _sensor(
        "climate_active",
        car.CLIMATE_ACTIVITY,
        opens=(EntityKey("switch", "climate"),),
        turn=_RUNNING.__contains__,
    ),
    *(
        Fact(f"departure_{number}", (_DEPARTURES,), special=partial(_departure, number))
        for number in _TIMERS
    ),
    Fact("position", (_TRACKER,), special=_position),
    _sensor("next_service_date", "next_service_by_time"),
    _sensor("next_service_distance", "next_service_by_distance"),
    _sensor("battery_12v", car.STARTER_BATTERY_CHARGE, car.STARTER_BATTERY_VOLTAGE),
    _sensor("last_charge", "last_charging_session", time=_charge_end),
    _sensor("charged_this_month", car.CHARGED_THIS_MONTH),
    _sensor("last_trip", car.JOURNAL_TRIP, car.LAST_TRIP["distance"], time=_trip_end),
    _sensor("distance_this_month", car.DISTANCE["month"]),
    _sensor("electric_share", car.ELECTRIC_SHARE_MONTH, car.LAST_TRIP["electric_share"]),
    _sensor(
        "fuel_consumption",
        car.FUEL_CONSUMPTION_MONTH,
        car.ALL_TRIPS["fuel_consumption"],
        car.LAST_TRIP["fuel_consumption"],
    ),
    _sensor("battery_health", car.ESTIMATED_HEALTH, car.BATTERY_HEALTH),
    _sensor("battery_capacity", car.ESTIMATED_CAPACITY, car.BATTERY_CAPACITY),
    _sensor("check_control", "check_control_message_count"),
    _flag("moving", car.DRIVING),
)
WATCHED: Final[Mapping[str, frozenset[AnyAttribute]]] = {
    fact.name: frozenset(fact.attributes) for fact in FACTS
}
"""The attributes of each fact."""


def fact_of(viewer: Viewer, fact: Fact) -> Shown | None:
    """Return a fact as the card shows it, None if the user may not see it or it is not known."""
    readable = viewer.readable(fact.places)
    for place, known in readable:
        item = ITEMS[place]
        shown = _special(viewer, fact) if fact.special else _state(viewer, fact, place)
        if shown is not None:
            return {
                **shown,
                "name": bounded(_name(viewer, fact, place, known)),
                "entity_id": enabled([*viewer.readable(fact.opens), (place, known), *readable]),
                "at": _time(viewer.vehicle, fact, item.attributes),
                "stale": not _is_current(viewer, item.attributes),
                "reason": None,
            }
    return None


def _name(viewer: Viewer, fact: Fact, place: EntityKey, known: er.RegistryEntry | None) -> str:
    """Return the card's own name of a fact, else that of its entity, which a user may have set."""
    own = viewer.words.card.get(f"fact_{fact.name}") or (known and known.name)
    return own or viewer.words.name(place.domain, ITEMS[place])


def _special(viewer: Viewer, fact: Fact) -> Shown | None:
    found = fact.special and fact.special(viewer)
    if found is None:
        return None
    value = {"value": found.value, "unit": None, "precision": None, "text": found.text}
    return {**value, **found.more}


def _state(viewer: Viewer, fact: Fact, place: EntityKey) -> Shown | None:
    """Return the state of an entity with its unit, precision and text."""
    item = ITEMS[place]
    state = _state_of(viewer.vehicle, item)
    if state is None:
        return None
    if _is_number(state):
        return {**amount_of(viewer, place, state)._asdict(), "text": None}
    return {
        "value": _plain(state) if fact.turn is None else fact.turn(state),
        "unit": None,
        "precision": None,
        "text": _text(viewer, place, state),
    }


def _state_of(vehicle: Vehicle, item: object) -> Any:
    if isinstance(item, BinaryDescription):
        return item.on(vehicle)
    return item.state_of(vehicle) if isinstance(item, SensorDescription) else None


def _is_number(state: object) -> bool:
    return type(state) in (int, float)


def _plain(state: State | bool) -> object:
    if isinstance(state, datetime):
        return iso(state)
    if isinstance(state, date):
        return state.isoformat()
    return bounded(state) if isinstance(state, str) else state


def _text(viewer: Viewer, place: EntityKey, state: State | bool) -> str | None:
    """Return the translated state; None for times, which the card formats."""
    if isinstance(state, bool):
        state = STATE_ON if state else STATE_OFF
    if not isinstance(state, str):
        return None
    return bounded(viewer.words.state(place.domain, ITEMS[place], state))


def _time(vehicle: Vehicle, fact: Fact, attributes: tuple[AnyAttribute, ...]) -> str | None:
    """Return when the newest value was measured, or the time that the fact has."""
    if fact.time is not None:
        time = fact.time(vehicle)
        return None if time is None else iso(time)
    readings = (vehicle[attribute] for attribute in attributes)
    newest = max((reading.time for reading in readings if reading is not None), default=None)
    return None if newest is None else iso(newest)


def _is_current(viewer: Viewer, attributes: tuple[AnyAttribute, ...]) -> bool:
    """Return whether a source can be read that had a value, as for the entity."""
    vehicle, healthy = viewer.vehicle, viewer.coordinator.availability.healthy
    sources = vehicle.sources_of(*attributes) or (None,)
    return any(healthy(vehicle.vin, source) for source in sources)


def reason_of(viewer: Viewer, name: str) -> str | None:
    """Return why a fact is current, old or missing; None if the user may not read it."""
    for fact in FACTS:
        readable = viewer.readable(fact.places) if fact.name == name else []
        for place, _ in readable[:1]:
            case = case_of(viewer.coordinator, viewer.vehicle)
            explanation = explain(case, _main(viewer.vehicle, ITEMS[place].attributes))
            return bounded(viewer.words.explanations.explain(explanation), _LONGEST_REASON)
    return None


def _main(vehicle: Vehicle, attributes: tuple[AnyAttribute, ...]) -> AnyAttribute:
    """Return the first attribute with a value, else the first one."""
    known = (item for item in attributes if vehicle.value(item) is not None)
    return next(known, attributes[0])
