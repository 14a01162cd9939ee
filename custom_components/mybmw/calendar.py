"""Calendars: the trips and charges of a car."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import chain
from typing import Any, ClassVar, Final, NamedTuple, override

from homeassistant.components.calendar import (
    CalendarEntity,
    CalendarEntityDescription,
    CalendarEvent,
)
from homeassistant.const import UnitOfLength
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.translation import async_get_cached_translations
from homeassistant.util import dt as dt_util
from homeassistant.util.unit_system import UnitSystem

from .attribute_units import Quantity
from .client import attributes as car
from .client.core.attributes import AnyAttribute
from .client.core.records import Charge, Record, Trip
from .client.journal.log import JournalEvent
from .const import DOMAIN
from .coordinator import MyBMWConfigEntry
from .entity import AlwaysAvailable, MyBMWDescription, MyBMWEntity, async_add_car_entities
from .record_details import charge_details, place_name, trip_details

PARALLEL_UPDATES = 0

_SHORTEST: Final = timedelta(minutes=1)


class CalendarDescription(MyBMWDescription, CalendarEntityDescription):
    """Describes a calendar, for cars with a record."""

    also_watched: ClassVar[tuple[AnyAttribute, ...]] = (car.DRIVING,)


CALENDARS: Final = (
    CalendarDescription(
        key="journal",
        translation_key="journal",
        attributes=(car.JOURNAL_TRIP, car.JOURNAL_CHARGE),
        entity_registry_enabled_default=False,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: MyBMWConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up calendars."""
    async_add_car_entities(entry, async_add_entities, CALENDARS, MyBMWCalendar)


class MyBMWCalendar(AlwaysAvailable, MyBMWEntity, CalendarEntity):
    """The trips and charges of a car: past ones, and those that go on, up to now."""

    entity_description: CalendarDescription

    @override
    async def async_added_to_hass(self) -> None:
        """Subscribe to the events of the journal."""
        await super().async_added_to_hass()
        self.async_on_remove(self.coordinator.journals.events.subscribe(self._handle_event))

    @callback
    def _handle_event(self, vin: str, _event: JournalEvent) -> None:
        if vin == self.vehicle.vin:
            self.async_write_ha_state()

    @property
    @override
    def event(self) -> CalendarEvent | None:
        """Return the trip or the charge that goes on.

        Nobody knows its end; it is looked at again in the next quarter of an hour.
        """
        now = dt_util.now()
        item = next((item for item in self._unfinished(now) if item.end >= now), None)
        return None if item is None else self._event(item, end=_next_quarter(now))

    @override
    async def async_get_events(
        self, hass: HomeAssistant, start_date: datetime, end_date: datetime
    ) -> list[CalendarEvent]:
        """Return the trips and charges in a period, in their order."""
        journal = self.coordinator.journals.cars.get(self.vehicle.vin)
        if journal is None:
            return []
        unfinished = self._unfinished(dt_util.now())
        ids = {item.id for item in unfinished}
        trips = (item for item in journal.log.trips.values() if not item.monthly)
        closed = chain[Record](trips, journal.log.charges.values())
        records = [*(item for item in closed if item.id not in ids), *unfinished]
        wanted = [item for item in records if item.end > start_date and _start(item) < end_date]
        return [self._event(item) for item in sorted(wanted, key=_start)]

    def _unfinished(self, now: datetime) -> list[Record]:
        """Return the trip and the charge that may go on, which are in no file yet."""
        journal = self.coordinator.journals.cars.get(self.vehicle.vin)
        return [] if journal is None else [*journal.unfinished(now)]

    def _event(self, record: Record, end: datetime | None = None) -> CalendarEvent:
        """Return a record as an event."""
        kind = _KINDS[type(record)]
        texts = _Texts(self.hass, kind.texts)
        details = kind.details(record)
        return CalendarEvent(
            start=dt_util.as_local(_start(record)),
            end=dt_util.as_local(end or record.end),
            summary=kind.summary(record, texts, self.hass.config.units),
            description="\n".join(texts.lines(details, kind.shown)),
            location=texts.value(kind.place, details[kind.place]),
            uid=record.id or None,
        )


class _Texts:
    """The texts of extra attributes of a sensor in the language of Home Assistant."""

    def __init__(self, hass: HomeAssistant, sensor: str) -> None:
        self._texts = async_get_cached_translations(hass, hass.config.language, "entity", DOMAIN)
        self._start = f"component.{DOMAIN}.entity.sensor.{sensor}.state_attributes"

    def value(self, key: str, value: object) -> str | None:
        """Return the text of a value, itself if it is no word; None if it is not known."""
        if isinstance(value, float):
            return f"{value:.10g}"
        return (
            None
            if value is None
            else self._texts.get(f"{self._start}.{key}.state.{value}", str(value))
        )

    def lines(self, details: Mapping[str, object], keys: Iterable[str]) -> Iterator[str]:
        """Yield the names and values of what is known."""
        for key in keys:
            value = self.value(key, details.get(key))
            if value is not None and (name := self._texts.get(f"{self._start}.{key}.name")):
                yield f"{name}: {value}"


def _start(record: Record) -> datetime:
    """Return when an event starts; a record without a start is shown at its end."""
    latest = record.end - _SHORTEST
    return min(record.start or latest, latest)


def _next_quarter(now: datetime) -> datetime:
    """Return the next full quarter of an hour."""
    start = now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0)
    return start + timedelta(minutes=15)


def _trip(trip: Trip, texts: _Texts, units: UnitSystem) -> str:
    """Return such as "12 km, Home → Office"."""
    length = Quantity(trip.distance, UnitOfLength.KILOMETERS, with_unit=True).shown(units)
    places = (
        texts.value("from", place_name(trip.origin)),
        texts.value("to", place_name(trip.destination)),
    )
    return f"{length}, {places[0]} → {places[1]}" if all(places) else str(length)


def _charge(charge: Charge, _texts: _Texts, _units: UnitSystem) -> str:
    """Return such as "12.3 kWh", or the states of charge if the energy is unknown."""
    if charge.energy is not None:
        return f"{charge.energy.value:.1f} kWh"
    known = (item for item in (charge.start_soc, charge.end_soc) if item is not None)
    return " → ".join(f"{item:.0f} %" for item in known) or "kWh"


class _Kind(NamedTuple):
    """How a kind of records is shown: by the texts of a sensor, with these extra attributes."""

    texts: str
    details: Callable[[Any], Mapping[str, object]]
    summary: Callable[[Any, _Texts, UnitSystem], str]
    place: str
    shown: tuple[str, ...]


_SOC: Final = ("start_soc", "end_soc")
_KINDS: Final[Mapping[type[Record], _Kind]] = {
    Trip: _Kind(
        "last_trip",
        trip_details,
        _trip,
        "to",
        (*_SOC, "energy", "how", "consumption", "electric_share", "fuel_cost"),
    ),
    Charge: _Kind(
        "last_charging_session",
        charge_details,
        _charge,
        "place",
        (*_SOC, "how", "kind", "power", "battery_energy", "pauses", "solar_share", "cost"),
    ),
}
