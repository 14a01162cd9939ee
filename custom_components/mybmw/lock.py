"""Locks: the doors of a car."""

from typing import Any, Final, override

from homeassistant.components.lock import LockEntity, LockEntityDescription
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .client import CommandKind, attributes as car
from .coordinator import MyBMWConfigEntry
from .entity import CommandDescription, CommandEntity, async_add_car_entities

PARALLEL_UPDATES = 0


class LockDescription(CommandDescription, LockEntityDescription):
    """Describes a lock."""


LOCKS: Final = (
    LockDescription(
        key="lock",
        translation_key="lock",
        attributes=(car.LOCK_STATE,),
        command=CommandKind.DOOR_LOCK,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: MyBMWConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up locks."""
    async_add_car_entities(entry, async_add_entities, LOCKS, MyBMWLock)


class MyBMWLock(CommandEntity, LockEntity):
    """The lock of all doors of a car."""

    entity_description: LockDescription

    @property
    @override
    def is_locked(self) -> bool | None:
        """Return whether all doors are locked."""
        state = self.vehicle.value(car.LOCK_STATE)
        return None if state is None else state.locked

    @property
    @override
    def extra_state_attributes(self) -> dict[str, object]:
        """Return the detailed lock state."""
        state = self.vehicle.value(car.LOCK_STATE)
        return {} if state is None else {"door_lock_state": state.lower()}

    @override
    async def async_lock(self, **kwargs: Any) -> None:
        """Lock all doors."""
        self._attr_is_locking = True
        await self._send_and_show(CommandKind.DOOR_LOCK)

    @override
    async def async_unlock(self, **kwargs: Any) -> None:
        """Unlock all doors."""
        self._attr_is_unlocking = True
        await self._send_and_show(CommandKind.DOOR_UNLOCK)

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Show the reported state in place of "locking" and "unlocking"."""
        self._attr_is_locking = self._attr_is_unlocking = False
        super()._handle_coordinator_update()

    async def _send_and_show(self, command: CommandKind) -> None:
        """Send a command, and show "locking" or "unlocking" until its result is known."""
        self.async_write_ha_state()
        try:
            await self.async_send(command)
        finally:
            self._attr_is_locking = self._attr_is_unlocking = False
            self.async_write_ha_state()
