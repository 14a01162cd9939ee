"""What all entities share: which attributes they show, and when they come into being."""

from collections import defaultdict
from collections.abc import Callable, Collection, Container, Iterable
from dataclasses import dataclass
from typing import override

from homeassistant.core import callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import (
    AddConfigEntryEntitiesCallback,
    async_get_current_platform,
)
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .client import Changes, Command, CommandKind, Vehicle, attributes as car
from .client.attributes import AnyAttribute
from .const import DOMAIN, OPTION_READ_ONLY
from .coordinator import GarageCoordinator, MyBMWConfigEntry, Watch


@dataclass(frozen=True, kw_only=True)
class MyBMWDescription(EntityDescription):
    """An entity of a car: the attributes it shows, the first one being the main one."""

    attributes: tuple[AnyAttribute, ...] = ()

    @property
    def watched(self) -> tuple[AnyAttribute, ...]:
        """The attributes that the entity depends on."""
        return self.attributes

    def unique_id(self, vehicle: Vehicle) -> str:
        """Return what identifies the entity for ever."""
        return f"{vehicle.vin}-{self.key}"

    def usable(self, vehicle: Vehicle) -> bool:
        """Tell whether there is something to show, so that the entity should exist."""
        return any(vehicle.value(attribute) is not None for attribute in self.attributes)


@dataclass(frozen=True, kw_only=True)
class CommandDescription(MyBMWDescription):
    """An entity that sends a command; it exists on cars that can be asked to do it."""

    command: CommandKind

    @property
    @override
    def watched(self) -> tuple[AnyAttribute, ...]:
        return (*self.attributes, car.COMMANDS)

    @override
    def usable(self, vehicle: Vehicle) -> bool:
        return self.command in (vehicle.value(car.COMMANDS) or ())


class MyBMWEntity(CoordinatorEntity[GarageCoordinator]):
    """An entity of one car, told of changes of its own attributes only."""

    _attr_has_entity_name = True
    entity_description: MyBMWDescription

    def __init__(
        self, coordinator: GarageCoordinator, vehicle: Vehicle, description: MyBMWDescription
    ) -> None:
        super().__init__(coordinator, Watch(vehicle.vin, description.watched))
        self.entity_description = description
        self.vehicle = vehicle
        self._attr_unique_id = description.unique_id(vehicle)
        self._attr_device_info = DeviceInfo(identifiers={(DOMAIN, vehicle.vin)})

    @property
    @override
    def available(self) -> bool:
        """Whether the source of what is shown can be read."""
        known = (self.vehicle[attribute] for attribute in self.entity_description.attributes)
        source = next((reading.source for reading in known if reading), None)
        return self.coordinator.healthy(self.vehicle.vin, source)


class CommandEntity(MyBMWEntity):
    """An entity that can ask the car to do something."""

    entity_description: CommandDescription

    @property
    @override
    def available(self) -> bool:
        """Whether the car can be asked, and can be read to see the result."""
        return super().available and self.entity_description.usable(self.vehicle)

    async def async_send(self, command: Command | CommandKind) -> None:
        """Ask the car to do something and wait until it is done."""
        if isinstance(command, CommandKind):
            command = Command(command)
        await self.coordinator.async_send(self.vehicle.vin, command)


type Factory[D] = Callable[[GarageCoordinator, Vehicle, D], Entity]


@callback
def async_add_when_known[D: MyBMWDescription](
    entry: MyBMWConfigEntry,
    add_entities: AddConfigEntryEntitiesCallback,
    descriptions: Collection[D],
    factory: Factory[D],
) -> None:
    """Make an entity when its attribute first has a usable value, or if it existed before."""
    coordinator = entry.runtime_data
    registered = _registered(coordinator, async_get_current_platform().domain)
    nursery = _Nursery(descriptions, registered)

    @callback
    def add(changes: Changes) -> None:
        new = [
            factory(coordinator, vehicle, description)
            for vin, changed in changes.items()
            if (vehicle := nursery.known(coordinator, vin)) is not None
            for description in nursery.missing(vehicle, changed)
        ]
        if new:
            add_entities(new)

    add({vin: set(nursery.table) for vin in coordinator.vehicles})
    entry.async_on_unload(coordinator.async_add_newcomer_listener(add))


class _Nursery[D: MyBMWDescription]:
    """Knows which entities of one platform are still to be made."""

    def __init__(self, descriptions: Collection[D], registered: Container[str]) -> None:
        self.table: defaultdict[AnyAttribute, list[D]] = defaultdict(list)
        self._order = {description.key: place for place, description in enumerate(descriptions)}
        self._registered = registered
        self._made: defaultdict[str, set[str]] = defaultdict(set)
        for description in descriptions:
            for attribute in description.watched:
                self.table[attribute].append(description)

    def known(self, coordinator: GarageCoordinator, vin: str) -> Vehicle | None:
        """Return the vehicle; one that is gone may come back and get its entities again."""
        vehicle = coordinator.vehicles.get(vin)
        if vehicle is None:
            self._made.pop(vin, None)
        return vehicle

    def missing(self, vehicle: Vehicle, changed: Iterable[AnyAttribute]) -> list[D]:
        """Return the descriptions that have become usable with these changes, in their order."""
        made = self._made[vehicle.vin]
        found = {
            item.key: item
            for attribute in changed
            for item in self.table.get(attribute, ())
            if item.key not in made
            and (item.usable(vehicle) or item.unique_id(vehicle) in self._registered)
        }
        made.update(found)
        return sorted(found.values(), key=lambda item: self._order[item.key])


def _registered(coordinator: GarageCoordinator, domain: str) -> set[str]:
    registry = er.async_get(coordinator.hass)
    entries = er.async_entries_for_config_entry(registry, coordinator.config_entry.entry_id)
    return {entry.unique_id for entry in entries if entry.domain == domain}


def read_only(entry: MyBMWConfigEntry) -> bool:
    """Tell whether the user wants no commands."""
    return bool(entry.options.get(OPTION_READ_ONLY, False))
