"""Base classes of all entities, and the functions that add them."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from itertools import product, repeat
from typing import ClassVar, Final, override

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import (
    AddConfigEntryEntitiesCallback,
    async_get_current_platform,
    async_get_platforms,
)
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .client import (
    Bill,
    Capabilities,
    Changes,
    Command,
    CommandKind,
    Garage,
    Policy,
    Vehicle,
    attributes as car,
)
from .client.core.attributes import AnyAttribute, Attribute
from .const import DOMAIN
from .coordinator import GarageCoordinator, MyBMWConfigEntry
from .enabled_default import is_enabled_by_default
from .object_ids import former_object_id
from .runtime.dispatcher import Watch
from .runtime.poller import SourcePoller
from .sources.portals import localized
from .sources.registry import SOURCES

ANY_CHANGE: Final = Attribute("any_change", object)
"""Watched by entities that may become usable with a change of any attribute."""


# Descriptions are rows of tables: comparing and hashing them by identity is enough, and cheaper
@dataclass(frozen=True, kw_only=True, eq=False)
class MyBMWDescription(EntityDescription):
    """Describes an entity of a car by its attributes, beginning with the main one."""

    attributes: tuple[AnyAttribute, ...] = ()
    commanding: ClassVar[bool] = False
    also_watched: ClassVar[tuple[AnyAttribute, ...]] = ()

    @property
    def watched(self) -> tuple[AnyAttribute, ...]:
        """Return the attributes whose changes update or create the entity."""
        return (*self.attributes, *self.also_watched)

    def unique_id(self, vin: str) -> str:
        """Return the unique id."""
        return f"{vin}-{self.key}"

    def allowed(self, policy: Policy) -> bool:
        """Return whether the policy allows the commands or the main attribute of the entity."""
        if self.commanding and policy.read_only:
            return False
        return all(map(policy.keeps, self.attributes[:1]))

    def usable(self, vehicle: Vehicle, _garage: Garage) -> bool:
        """Return whether the entity has a value, so that it should be added."""
        return any(vehicle.value(attribute) is not None for attribute in self.attributes)


@dataclass(frozen=True, kw_only=True, eq=False)
class CommandDescription(MyBMWDescription):
    """Describes an entity that sends a command, for cars that accept it."""

    command: CommandKind
    commanding: ClassVar[bool] = True
    also_watched: ClassVar[tuple[AnyAttribute, ...]] = (car.COMMANDS,)

    @override
    def usable(self, vehicle: Vehicle, garage: Garage) -> bool:
        return garage.offers(vehicle.vin, self.command)


class MyBMWEntity(CoordinatorEntity[GarageCoordinator]):
    """An entity of one car, updated when its attributes change."""

    _attr_has_entity_name = True
    entity_description: MyBMWDescription

    def __init__(
        self, coordinator: GarageCoordinator, vehicle: Vehicle, description: MyBMWDescription
    ) -> None:
        super().__init__(coordinator, Watch(vehicle.vin, description.watched))
        self.entity_description = description
        self.vehicle = vehicle
        self._attr_unique_id = description.unique_id(vehicle.vin)
        # Looking up the device by its identifiers takes a tenth of the time to add an entity
        self.device_entry = coordinator.device(vehicle.vin)
        if self.device_entry is None:
            self._attr_device_info = DeviceInfo(identifiers={(DOMAIN, vehicle.vin)})
        enabled = is_enabled_by_default(description, vehicle, coordinator)
        self._attr_entity_registry_enabled_default = enabled

    @property
    @override
    def suggested_object_id(self) -> str | None:
        """Return the object id of Home Assistant's former integration, if it had the entity."""
        language, domain = self.hass.config.language, self.platform.domain
        former = former_object_id(language, domain, self.entity_description.key)
        return former or super().suggested_object_id

    @property
    @override
    def available(self) -> bool:
        """Return whether a source of the shown attributes can be read."""
        healthy = self.coordinator.availability.healthy
        return any(map(healthy, repeat(self.vehicle.vin), self._sources or (None,)))

    def depends_on(self, source: str) -> bool:
        """Return whether a source is the only one that has values for the entity."""
        return self._sources == {source}

    @property
    def _sources(self) -> frozenset[str]:
        """Return the sources that have had a value of the shown attributes."""
        return self.vehicle.sources_of(*self.entity_description.attributes)


class CommandEntity(MyBMWEntity):
    """An entity that sends a command to a car."""

    entity_description: CommandDescription

    @property
    @override
    def available(self) -> bool:
        """Return whether the command can be sent, and the car can be read to see the result."""
        description = self.entity_description
        return (
            super().available
            and description.usable(self.vehicle, self.coordinator.data)
            and self.coordinator.availability.can_command(self.vehicle, description.command)
        )

    @override
    def depends_on(self, source: str) -> bool:
        """Return whether a source is the only one that has values or accepts the command."""
        kind = self.entity_description.command
        commanders = self.coordinator.availability.commanders(self.vehicle, kind)
        return super().depends_on(source) or commanders == {source}

    async def async_send(self, command: Command | CommandKind) -> None:
        """Send a command and wait for its result."""
        if isinstance(command, CommandKind):
            command = Command(command)
        await self.coordinator.async_send(self.vehicle.vin, command)


@dataclass(frozen=True, kw_only=True, eq=False)
class CarBillDescription(MyBMWDescription):
    """Describes an entity that shows what a car costs, for cars whose source has a price."""

    also_watched: ClassVar[tuple[AnyAttribute, ...]] = (car.LAST_UPDATE, car.MILEAGE)

    @override
    def usable(self, vehicle: Vehicle, garage: Garage) -> bool:
        return garage.bill(vehicle.vin) is not None


@dataclass(frozen=True, kw_only=True, eq=False)
class SourceDescription(EntityDescription):
    """Describes an entity of a source, if the capabilities of the source satisfy `exists`."""

    exists: Callable[[Capabilities], bool] = lambda _can: True

    def unique_id(self, device: str) -> str:
        """Return the unique id."""
        return f"{device}-{self.key}"


class AlwaysAvailable(Entity):
    """An entity whose state does not depend on whether a source can be reached."""

    @property
    @override
    def available(self) -> bool:
        """Return True."""
        return True


class CarBillEntity(AlwaysAvailable, MyBMWEntity):
    """An entity that shows what a car costs, updated with the status of the service."""

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to the sources that have a price."""
        await super().async_added_to_hass()
        for poller in map(self.coordinator.pollers.__getitem__, self._sources):
            self.async_on_remove(poller.async_add_listener(self._handle_coordinator_update))

    @property
    def bill(self) -> Bill | None:
        """Return what the car costs this month, None if that is not known."""
        return self.coordinator.data.bill(self.vehicle.vin)

    @property
    @override
    def _sources(self) -> frozenset[str]:
        """Return the sources that have a price."""
        pollers = self.coordinator.pollers.items()
        return frozenset(name for name, poller in pollers if poller.can.billed is not None)


class SourceEntity(AlwaysAvailable, CoordinatorEntity[SourcePoller]):
    """An entity of a source."""

    _attr_has_entity_name = True

    def __init__(self, poller: SourcePoller, description: SourceDescription) -> None:
        super().__init__(poller)
        self.entity_description = description
        identifier, spec = _device_of(poller), SOURCES[poller.source.name]
        self._attr_unique_id = description.unique_id(identifier)
        self._attr_device_info = DeviceInfo(
            identifiers={(DOMAIN, identifier)},
            entry_type=DeviceEntryType.SERVICE,
            translation_key=poller.source.name,
            manufacturer=spec.manufacturer,
            model=spec.model,
            configuration_url=localized(spec.page, poller.hass.config.country),
        )
        self._written: object = None

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Write the state if it or an attribute has changed."""
        shown = (self.state, self.extra_state_attributes)
        if shown != self._written:
            self._written = shown
            self.async_write_ha_state()


def _device_of(poller: SourcePoller) -> str:
    return f"{poller.config_entry.entry_id}_{poller.source.name}"


type SourceFactory[D: SourceDescription] = Callable[[SourcePoller, D], Entity]


@callback
def async_add_source_entities[D: SourceDescription](
    entry: MyBMWConfigEntry,
    add_entities: AddConfigEntryEntitiesCallback,
    descriptions: Collection[D],
    factory: SourceFactory[D],
) -> None:
    """Add the entities of all sources."""
    domain = async_get_current_platform().domain
    add_entities(
        factory(poller, item)
        for poller in entry.runtime_data.pollers.values()
        for item in descriptions
        if item.exists(poller.can)
        and not _is_disabled(_registered(entry, domain, item.unique_id(_device_of(poller))))
    )


type Factory[D] = Callable[[GarageCoordinator, Vehicle, D], Entity]


@callback
def async_add_car_entities[D: MyBMWDescription](
    entry: MyBMWConfigEntry,
    add_entities: AddConfigEntryEntitiesCallback,
    descriptions: Collection[D],
    factory: Factory[D],
) -> None:
    """Add entities that existed before, and others when they first have a usable value.

    Entities that the policy of the account forbids are removed.
    """
    coordinator = entry.runtime_data
    policy = coordinator.data.policy
    allowed = [item for item in descriptions if item.allowed(policy)]
    _remove_entities(entry, [item for item in descriptions if not item.allowed(policy)])
    adder = _EntityAdder(coordinator, add_entities, allowed, factory)
    adder.add({vin: set(adder.table) for vin in coordinator.vehicles})
    entry.async_on_unload(coordinator.async_add_adder(adder))


@callback
def _remove_entities(entry: MyBMWConfigEntry, descriptions: Collection[MyBMWDescription]) -> None:
    """Remove the entities of all cars from the registry."""
    hass, domain = entry.runtime_data.hass, async_get_current_platform().domain
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    identifiers = {value for device in devices for _, value in device.identifiers}
    for identifier, item in product(identifiers, descriptions):
        if (known := _registered(entry, domain, item.unique_id(identifier))) is not None:
            er.async_get(hass).async_remove(known.entity_id)


class _EntityAdder[D: MyBMWDescription]:
    """Adds the entities of one platform as they become usable."""

    def __init__(
        self,
        coordinator: GarageCoordinator,
        add_entities: AddConfigEntryEntitiesCallback,
        descriptions: Collection[D],
        factory: Factory[D],
    ) -> None:
        self.table: defaultdict[AnyAttribute, list[D]] = defaultdict(list)
        self._coordinator = coordinator
        self._add_entities = add_entities
        self._factory = factory
        self._order = {description.key: place for place, description in enumerate(descriptions)}
        self._domain = async_get_current_platform().domain
        self._missing: dict[str, dict[AnyAttribute, list[D]]] = {}
        for description in descriptions:
            for attribute in description.watched:
                self.table[attribute].append(description)

    @callback
    def add(self, changes: Changes) -> None:
        """Add the entities that have become usable with these changes."""
        new: list[Entity] = []
        for vin, changed in changes.items():
            vehicle = self._coordinator.vehicles.get(vin)
            if vehicle is None:
                self._missing.pop(vin, None)
                continue
            new += [
                self._factory(self._coordinator, vehicle, item)
                for item in self._usable(vehicle, changed)
            ]
        if new:
            self._add_entities(new)

    def awaits(self, vin: str, attribute: AnyAttribute) -> bool:
        """Return whether an attribute of a car may still make an entity usable."""
        return attribute in self._missing.get(vin, self.table)

    def _usable(self, vehicle: Vehicle, changed: Iterable[AnyAttribute]) -> list[D]:
        """Return the descriptions that have become usable, in their order, without disabled ones.

        Each description is returned once.
        """
        table = self._missing.get(vehicle.vin)
        if table is None:
            table = {attribute: list(items) for attribute, items in self.table.items()}
            self._missing[vehicle.vin] = table
        candidates = {
            item.key: item
            for attribute in (*changed, ANY_CHANGE)
            for item in table.get(attribute, ())
        }
        garage = self._coordinator.data
        known = {key: self._registered(item, vehicle) for key, item in candidates.items()}
        found = [
            item for key, item in candidates.items() if known[key] or item.usable(vehicle, garage)
        ]
        for item in found:
            for attribute in item.watched:
                table[attribute].remove(item)
                if not table[attribute]:
                    del table[attribute]
        enabled = (item for item in found if not _is_disabled(known[item.key]))
        return sorted(enabled, key=lambda item: self._order[item.key])

    def _registered(self, item: D, vehicle: Vehicle) -> er.RegistryEntry | None:
        unique_id = item.unique_id(vehicle.vin)
        return _registered(self._coordinator.config_entry, self._domain, unique_id)


def _registered(entry: MyBMWConfigEntry, domain: str, unique_id: str) -> er.RegistryEntry | None:
    """Return the registry entry of an entity of this account, None if there is none."""
    registry = er.async_get(entry.runtime_data.hass)
    entity_id = registry.async_get_entity_id(domain, DOMAIN, unique_id)
    found = registry.async_get(entity_id) if entity_id else None
    return found if found is not None and found.config_entry_id == entry.entry_id else None


def _is_disabled(known: er.RegistryEntry | None) -> bool:
    """Return whether an entity is disabled and not added; enabling it reloads the account."""
    return known is not None and known.disabled


@callback
def count_entities_of(hass: HomeAssistant, entry: MyBMWConfigEntry, source: str) -> int:
    """Return the number of entities of cars that depend on a source."""
    return sum(
        isinstance(entity, MyBMWEntity) and entity.depends_on(source)
        for platform in async_get_platforms(hass, DOMAIN)
        if platform.config_entry is entry
        for entity in platform.entities.values()
    )
