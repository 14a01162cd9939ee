"""Events: how far commands have come."""

from dataclasses import dataclass
from typing import Final, override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .client import CommandResult, CommandState, Vehicle, attributes as car
from .client.attributes import AnyAttribute
from .coordinator import MyBMWConfigEntry
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

    @property
    @override
    def available(self) -> bool:
        """Whether commands can be followed, which they can whatever fails."""
        return True

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to the steps."""
        await super().async_added_to_hass()
        self.async_on_remove(
            self.coordinator.async_add_step_listener(self.vehicle.vin, self._take_step)
        )

    @callback
    def _take_step(self, step: CommandResult) -> None:
        """Tell a step at once, so that none is lost."""
        self._trigger_event(step.state.lower(), {"command": step.kind, "reason": step.reason})
        self.async_write_ha_state()
