"""Calendars: the trips and charges of a car."""

from datetime import datetime, timedelta
from itertools import chain
from typing import Final, override

from homeassistant.components.calendar import (
    CalendarEntity,
    CalendarEntityDescription,
    CalendarEvent,
)
from homeassistant.const import UnitOfLength
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util.dt import as_local
from homeassistant.util.unit_system import UnitSystem

from .attribute_units import Quantity
from .client import attributes as car
from .client.core.records import Charge, Record, Trip
from .coordinator import MyBMWConfigEntry
from .entity import AlwaysAvailable, MyBMWDescription, MyBMWEntity, async_add_car_entities
from .record_details import place_name

PARALLEL_UPDATES = 0

_SHORTEST: Final = timedelta(minutes=1)


class CalendarDescription(MyBMWDescription, CalendarEntityDescription):
    """Describes a calendar, for cars with a record."""


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
    """The past trips and charges of a car."""

    entity_description: CalendarDescription

    @property
    @override
    def event(self) -> None:
        """Return None, since all events are past."""
        return

    @override
    async def async_get_events(
        self, hass: HomeAssistant, start_date: datetime, end_date: datetime
    ) -> list[CalendarEvent]:
        """Return the trips and charges in a period, in their order."""
        journal = self.coordinator.journals.cars.get(self.vehicle.vin)
        if journal is None:
            return []
        records = chain[Record](journal.log.trips.values(), journal.log.charges.values())
        events = [_event(item, hass.config.units) for item in records if item.end > start_date]
        return sorted(
            (item for item in events if item.start < end_date), key=lambda item: item.start
        )


def _event(record: Record, units: UnitSystem) -> CalendarEvent:
    """Return a record as an event; one without a start is shown at its end."""
    latest = record.end - _SHORTEST
    return CalendarEvent(
        start=as_local(min(record.start or latest, latest)),
        end=as_local(record.end),
        summary=_trip(record, units) if isinstance(record, Trip) else _charge(record),
        location=place_name(record.destination if isinstance(record, Trip) else record.place),
        uid=record.id,
    )


def _trip(trip: Trip, units: UnitSystem) -> str:
    """Return such as "12 km, Home → Office", which needs no translation."""
    length = Quantity(trip.distance, UnitOfLength.KILOMETERS, with_unit=True).shown(units)
    places = place_name(trip.origin), place_name(trip.destination)
    return f"{length}, {places[0]} → {places[1]}" if all(places) else str(length)


def _charge(charge: Charge) -> str:
    """Return such as "12.3 kWh", or the states of charge if the energy is unknown."""
    if charge.energy is not None:
        return f"{charge.energy.value:.1f} kWh"
    known = (item for item in (charge.start_soc, charge.end_soc) if item is not None)
    return " → ".join(f"{item:.0f} %" for item in known) or "kWh"
