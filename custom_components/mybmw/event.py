"""Events: how far commands have come."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .client import CommandKind, CommandState, Vehicle, attributes as car
from .client.attributes import AnyAttribute
from .coordinator import GarageCoordinator, MyBMWConfigEntry
from .entity import MyBMWDescription, MyBMWEntity, async_add_when_known, read_only

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class EventDescription(MyBMWDescription, EventEntityDescription):
    """What happens to commands; for cars that can be asked to do something."""

    @property
    @override
    def watched(self) -> tuple[AnyAttribute, ...]:
        return (*self.attributes, car.COMMANDS)

    @override
    def usable(self, vehicle: Vehicle) -> bool:
        commands = vehicle.value(car.COMMANDS)
        return bool(commands)


EVENTS: Final = (
    EventDescription(
        key="command",
        translation_key="command",
        attributes=tuple(car.LAST_COMMAND.values()),
        event_types=[state.lower() for state in CommandState],
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: MyBMWConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up events."""
    if not read_only(entry):
        async_add_when_known(entry, async_add_entities, EVENTS, MyBMWCommandEvent)


class MyBMWCommandEvent(MyBMWEntity, EventEntity):
    """Tells of every step of every command of a car, as long as Home Assistant runs."""

    entity_description: EventDescription

    def __init__(
        self, coordinator: GarageCoordinator, vehicle: Vehicle, description: EventDescription
    ) -> None:
        super().__init__(coordinator, vehicle, description)
        self._told = {kind: self._time(kind) for kind in CommandKind}

    @property
    @override
    def available(self) -> bool:
        """Whether commands can be followed, which they can whatever fails."""
        return True

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Tell what is new; what Home Assistant was started with is not."""
        for kind, told in self._told.items():
            fate, time = self.vehicle.value(car.LAST_COMMAND[kind]), self._time(kind)
            if fate is not None and time != told:
                self._told[kind] = time
                self._trigger_event(fate.state.lower(), {"command": kind, "reason": fate.reason})
                self.async_write_ha_state()

    def _time(self, kind: CommandKind) -> datetime | None:
        fate = self.vehicle.value(car.LAST_COMMAND[kind])
        return None if fate is None else fate.time
