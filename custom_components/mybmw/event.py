"""Events: the progress of commands, and what happens to cars."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final, override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .attribute_units import distance, in_units
from .client import (
    NO_STATE,
    CarEvent,
    CommandKind,
    CommandResult,
    CommandState,
    EventKind,
    Garage,
    Vehicle,
    attributes as car,
)
from .client.core.attributes import AnyAttribute
from .client.journal.log import JournalEvent, JournalEventKind
from .coordinator import GarageCoordinator, MyBMWConfigEntry
from .entity import AlwaysAvailable, MyBMWDescription, MyBMWEntity, async_add_car_entities

PARALLEL_UPDATES = 0

RESULT: Final = "command_result"
_DONE: Final = ""
_FAILED: Final = "_failed"
_NOT_CONFIRMED: Final = "_unconfirmed"
ENDS: Final = (_DONE, _FAILED, _NOT_CONFIRMED)
"""The suffixes of event types, after the kind of the command."""

RESULTS: Final[Mapping[CommandState, str]] = {
    CommandState.EXECUTED: _DONE,
    CommandState.CONFIRMED: _DONE,
    CommandState.IGNORED: _FAILED,
    CommandState.ERROR: _FAILED,
    CommandState.CONTRADICTED: _FAILED,
    CommandState.TIMED_OUT: _NOT_CONFIRMED,
    CommandState.UNCONFIRMED: _NOT_CONFIRMED,
}


@dataclass(frozen=True, kw_only=True, eq=False)
class EventDescription(MyBMWDescription, EventEntityDescription):
    """Describes an event of commands, for cars that accept any."""

    commanding: ClassVar[bool] = True
    also_watched: ClassVar[tuple[AnyAttribute, ...]] = (car.COMMANDS,)

    @override
    def usable(self, vehicle: Vehicle, garage: Garage) -> bool:
        return any(garage.offers(vehicle.vin, kind) for kind in CommandKind)


@dataclass(frozen=True, kw_only=True, eq=False)
class CarEventDescription(MyBMWDescription, EventEntityDescription):
    """Describes an event of a car, for those whose source sends events."""

    also_watched: ClassVar[tuple[AnyAttribute, ...]] = (car.LAST_UPDATE, car.MILEAGE)

    @override
    def usable(self, vehicle: Vehicle, garage: Garage) -> bool:
        return not garage.events.keys().isdisjoint(vehicle.sources)


@dataclass(frozen=True, kw_only=True, eq=False)
class JournalEventDescription(MyBMWDescription, EventEntityDescription):
    """Describes an event of the journal, for cars that tell what it needs; `types` by its kind."""

    types: Mapping[JournalEventKind, str]
    inputs: tuple[AnyAttribute, ...]

    @property
    @override
    def watched(self) -> tuple[AnyAttribute, ...]:
        return (*self.attributes, *self.inputs)

    @override
    def usable(self, vehicle: Vehicle, _garage: Garage) -> bool:
        return any(vehicle.value(attribute) is not None for attribute in self.watched)


def _journal_event(
    key: str,
    attribute: AnyAttribute,
    *inputs: AnyAttribute,
    enabled: bool = True,
    **types: JournalEventKind,
) -> JournalEventDescription:
    return JournalEventDescription(
        key=key,
        translation_key=key,
        attributes=(attribute,),
        inputs=inputs,
        event_types=list(types),
        types={kind: name for name, kind in types.items()},
        entity_registry_enabled_default=enabled,
    )


EVENTS: Final = (
    EventDescription(
        key="command",
        translation_key="command",
        event_types=[state.lower() for state in CommandState],
        entity_registry_enabled_default=False,
    ),
    EventDescription(
        key=RESULT,
        translation_key=RESULT,
        event_types=[f"{kind}{end}" for kind in CommandKind for end in ENDS],
    ),
    CarEventDescription(
        key="event", translation_key="event", event_types=[kind.value for kind in EventKind]
    ),
    _journal_event(
        "trip",
        car.JOURNAL_TRIP,
        car.MILEAGE,
        started=JournalEventKind.TRIP_STARTED,
        ended=JournalEventKind.TRIP_ENDED,
    ),
    _journal_event(
        "charge",
        car.JOURNAL_CHARGE,
        car.CHARGING_STATUS,
        car.CHARGER_CONNECTED,
        plugged_in=JournalEventKind.PLUGGED_IN,
        started=JournalEventKind.CHARGE_STARTED,
        paused=JournalEventKind.CHARGE_PAUSED,
        ended=JournalEventKind.CHARGE_ENDED,
        target_reached=JournalEventKind.TARGET_REACHED,
        unplugged=JournalEventKind.UNPLUGGED,
    ),
    _journal_event(
        "refuelling",
        car.REMAINING_FUEL,
        car.REMAINING_FUEL_PERCENT,
        enabled=False,
        refuelled=JournalEventKind.REFUELLED,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: MyBMWConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up events."""
    async_add_car_entities(entry, async_add_entities, EVENTS, _make)


def _make(
    coordinator: GarageCoordinator,
    vehicle: Vehicle,
    description: EventDescription | CarEventDescription | JournalEventDescription,
) -> EventEntity:
    if isinstance(description, JournalEventDescription):
        return MyBMWJournalEvent(coordinator, vehicle, description)
    if isinstance(description, CarEventDescription):
        return MyBMWCarEvent(coordinator, vehicle, description)
    kind = CommandResultEvent if description.key == RESULT else MyBMWCommandEvent
    return kind(coordinator, vehicle, description)


class MyBMWCommandEvent(AlwaysAvailable, MyBMWEntity, EventEntity):
    """An event for every step of every command of a car."""

    entity_description: EventDescription

    @override
    async def async_added_to_hass(self) -> None:
        """Subscribe to the steps of commands."""
        await super().async_added_to_hass()
        self.async_on_remove(self.coordinator.data.steps.subscribe(self._handle_step))

    @callback
    def _handle_step(self, vin: str, step: CommandResult) -> None:
        if vin == self.vehicle.vin:
            self._trigger_step(step)

    @callback
    def _trigger_step(self, step: CommandResult) -> None:
        """Trigger the event at once, so that no step is lost."""
        self._trigger_event(step.state.lower(), {"command": step.kind, "reason": step.reason})
        self.async_write_ha_state()


class CommandResultEvent(MyBMWCommandEvent):
    """An event for the result of a command, triggered again only if the result changes."""

    def __init__(
        self, coordinator: GarageCoordinator, vehicle: Vehicle, description: EventDescription
    ) -> None:
        super().__init__(coordinator, vehicle, description)
        self._ends: dict[CommandKind, str | None] = {}

    @override
    @callback
    def _trigger_step(self, step: CommandResult) -> None:
        """Trigger the event if the command has ended; its type names the command."""
        end, before = RESULTS.get(step.state), self._ends.get(step.kind)
        self._ends[step.kind] = end
        if end is None or (step.reason == NO_STATE and before == end):
            return
        result = {"result": step.state.lower(), "reason": step.reason}
        self._trigger_event(f"{step.kind}{end}", result)
        self.async_write_ha_state()


class MyBMWCarEvent(AlwaysAvailable, MyBMWEntity, EventEntity):
    """An event for everything that happens to a car."""

    entity_description: CarEventDescription

    @override
    async def async_added_to_hass(self) -> None:
        """Subscribe to the events of all sources."""
        await super().async_added_to_hass()
        for events in self.coordinator.data.events.values():
            self.async_on_remove(events.subscribe(self._handle_event))

    @callback
    def _handle_event(self, vin: str, event: CarEvent) -> None:
        if vin == self.vehicle.vin:
            details = {**event.details, "time": event.time.isoformat()}
            self._trigger_event(event.kind.value, details)
            self.async_write_ha_state()


class MyBMWJournalEvent(AlwaysAvailable, MyBMWEntity, EventEntity):
    """An event of trips or charges, when they have just begun or ended."""

    entity_description: JournalEventDescription

    @override
    async def async_added_to_hass(self) -> None:
        """Subscribe to the events of the journal."""
        await super().async_added_to_hass()
        self.async_on_remove(self.coordinator.journals.events.subscribe(self._handle_event))

    @callback
    def _handle_event(self, vin: str, event: JournalEvent) -> None:
        kind = self.entity_description.types.get(event.kind)
        if vin == self.vehicle.vin and kind is not None:
            details = {**event.details, "time": event.time.isoformat()}
            if "distance" in details:
                details |= distance(details["distance"])
            self._trigger_event(kind, in_units(details, self.hass.config.units))
            self.async_write_ha_state()
