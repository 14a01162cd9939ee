"""The lock: all doors of a car."""

from typing import Any, Final, override

from homeassistant.components.lock import LockEntity, LockEntityDescription
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .client import CommandKind, attributes as car
from .coordinator import MyBMWConfigEntry
from .entity import CommandDescription, CommandEntity, async_add_when_known

PARALLEL_UPDATES = 0


class LockDescription(CommandDescription, LockEntityDescription):
    """A lock."""


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
    async_add_when_known(entry, async_add_entities, LOCKS, MyBMWLock)


class MyBMWLock(CommandEntity, LockEntity):
    """The lock of a car."""

    entity_description: LockDescription

    @property
    @override
    def is_locked(self) -> bool | None:
        """Whether all doors are locked."""
        state = self.vehicle.value(car.LOCK_STATE)
        return None if state is None else state.locked

    @property
    @override
    def extra_state_attributes(self) -> dict[str, object]:
        """The state in the car's own words."""
        state = self.vehicle.value(car.LOCK_STATE)
        return {} if state is None else {"door_lock_state": state.lower()}

    @override
    async def async_lock(self, **kwargs: Any) -> None:
        """Lock all doors."""
        self._attr_is_locking = True
        await self._change(CommandKind.DOOR_LOCK)

    @override
    async def async_unlock(self, **kwargs: Any) -> None:
        """Unlock all doors."""
        self._attr_is_unlocking = True
        await self._change(CommandKind.DOOR_UNLOCK)

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """What the car itself reports ends what was only under way."""
        self._attr_is_locking = self._attr_is_unlocking = False
        super()._handle_coordinator_update()

    async def _change(self, command: CommandKind) -> None:
        """Show the command as under way until its result is known, then the car's own state."""
        self.async_write_ha_state()
        try:
            await self.async_send(command)
        finally:
            self._attr_is_locking = self._attr_is_unlocking = False
            self.async_write_ha_state()
