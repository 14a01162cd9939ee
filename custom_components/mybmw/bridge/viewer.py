"""What one user may see of one car: its entities, their descriptions and permissions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Final, NamedTuple

from homeassistant.auth.models import User
from homeassistant.auth.permissions.const import POLICY_CONTROL, POLICY_READ
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er

from ..binary_sensor import BINARY_SENSORS
from ..button import BUTTONS, REFRESH
from ..client import Vehicle
from ..const import DOMAIN
from ..coordinator import GarageCoordinator, MyBMWConfigEntry
from ..device_tracker import TRACKERS
from ..entity import MyBMWDescription
from ..image import IMAGES
from ..lock import LOCKS
from ..number import NUMBERS
from ..sensor import LAST_COMMANDS, SENSORS
from ..switch import SWITCHES
from .words import Words, bounded

_TABLES: Final[Mapping[str, Iterable[MyBMWDescription]]] = {
    "binary_sensor": BINARY_SENSORS,
    "button": (*BUTTONS, *REFRESH),
    "device_tracker": TRACKERS,
    "image": IMAGES,
    "lock": LOCKS,
    "number": NUMBERS,
    "sensor": (*SENSORS, *LAST_COMMANDS),
    "switch": SWITCHES,
}
_MOST_CARS: Final = 100


class EntityKey(NamedTuple):
    """The platform and the key of an entity."""

    domain: str
    key: str


ITEMS: Final[Mapping[EntityKey, MyBMWDescription]] = {
    EntityKey(domain, item.key): item for domain, table in _TABLES.items() for item in table
}
"""The descriptions of the entities of cars."""


class CarDevice(NamedTuple):
    """The device of a car in its account."""

    entry: MyBMWConfigEntry
    device_id: str
    vin: str
    name: str


@dataclass(frozen=True, slots=True)
class Viewer:
    """What a user may see of a car, in one language."""

    hass: HomeAssistant
    coordinator: GarageCoordinator
    vehicle: Vehicle
    user: User
    words: Words

    def entity(self, place: EntityKey) -> er.RegistryEntry | None:
        """Return the registry entry of an entity, None if there is none."""
        registry, unique_id = er.async_get(self.hass), ITEMS[place].unique_id(self.vehicle.vin)
        entity_id = registry.async_get_entity_id(place.domain, DOMAIN, unique_id)
        found = registry.async_get(entity_id) if entity_id else None
        mine = found and found.config_entry_id == self.coordinator.config_entry.entry_id
        return found if mine else None

    def may_read(self, known: er.RegistryEntry | None) -> bool:
        """Return whether the user may read an entity; a missing one needs the right to all."""
        return _may(self.user, known, POLICY_READ)

    def readable(
        self, places: Iterable[EntityKey]
    ) -> list[tuple[EntityKey, er.RegistryEntry | None]]:
        """Return the entities that the user may read."""
        found = ((place, self.entity(place)) for place in places)
        return [(place, known) for place, known in found if self.may_read(known)]

    def controllable(self, place: EntityKey) -> str | None:
        """Return the id of an enabled entity that the user may control, else None."""
        known = self.entity(place)
        if known is None or known.disabled or not _may(self.user, known, POLICY_CONTROL):
            return None
        return known.entity_id


def _may(user: User, known: er.RegistryEntry | None, policy: str) -> bool:
    if known is None:
        return user.permissions.access_all_entities(policy)
    return user.permissions.check_entity(known.entity_id, policy)


def enabled(found: Iterable[tuple[EntityKey, er.RegistryEntry | None]]) -> str | None:
    """Return the id of the first enabled entity, None if there is none."""
    ids = (known.entity_id for _, known in found if known is not None and not known.disabled)
    return next(ids, None)


def cars_of(hass: HomeAssistant, user: User) -> list[CarDevice]:
    """Return the cars of all accounts of which a user may read an entity."""
    registry, entries = dr.async_get(hass), hass.config_entries.async_entries(DOMAIN)
    devices = chain.from_iterable(
        ((entry, device) for device in dr.async_entries_for_config_entry(registry, entry.entry_id))
        for entry in entries
    )
    return [
        CarDevice(entry, device.id, vin, name_of(device))
        for entry, device in devices
        if device.entry_type is None and _may_read_any(hass, user, device.id)
        for domain, vin in device.identifiers
        if domain == DOMAIN
    ][:_MOST_CARS]


def name_of(device: dr.AnyDeviceEntry) -> str:
    """Return the name that the user has given to a device, else its own."""
    return bounded(device.name_by_user or device.name or "")


def _may_read_any(hass: HomeAssistant, user: User, device_id: str) -> bool:
    if user.permissions.access_all_entities(POLICY_READ):
        return True
    entities = er.async_entries_for_device(
        er.async_get(hass), device_id, include_disabled_entities=True
    )
    return any(_may(user, known, POLICY_READ) for known in entities)
