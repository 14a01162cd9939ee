"""Events: how far commands have come, and what happens to cars."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final, override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

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
from .coordinator import GarageCoordinator, MyBMWConfigEntry
from .entity import MyBMWDescription, MyBMWEntity, async_add_when_known

PARALLEL_UPDATES = 0

RESULT: Final = "command_result"
_DONE: Final = ""
_FAILED: Final = "_failed"
_NOT_CONFIRMED: Final = "_unconfirmed"
ENDS: Final = (_DONE, _FAILED, _NOT_CONFIRMED)
"""How types of results end, after the kind of the command."""

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
    """What happens to commands; for cars that can be asked to do something."""

    commanding: ClassVar[bool] = True

    @property
    @override
    def watched(self) -> tuple[AnyAttribute, ...]:
        return (*self.attributes, car.COMMANDS)

    @override
    def usable(self, vehicle: Vehicle, garage: Garage) -> bool:
        return any(garage.offers(vehicle.vin, kind) for kind in CommandKind)


@dataclass(frozen=True, kw_only=True, eq=False)
class CarEventDescription(MyBMWDescription, EventEntityDescription):
    """What happens to cars, for those of which a source tells it."""

    @property
    @override
    def watched(self) -> tuple[AnyAttribute, ...]:
        return (car.LAST_UPDATE, car.MILEAGE)

    @override
    def usable(self, vehicle: Vehicle, garage: Garage) -> bool:
        return not garage.events.keys().isdisjoint(vehicle.sources)


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
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: MyBMWConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up events."""
    async_add_when_known(entry, async_add_entities, EVENTS, _make)


def _make(
    coordinator: GarageCoordinator,
    vehicle: Vehicle,
    description: EventDescription | CarEventDescription,
) -> MyBMWCommandEvent | MyBMWCarEvent:
    if isinstance(description, CarEventDescription):
        return MyBMWCarEvent(coordinator, vehicle, description)
    kind = CommandResultEvent if description.key == RESULT else MyBMWCommandEvent
    return kind(coordinator, vehicle, description)


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
        self.async_on_remove(self.coordinator.data.steps.subscribe(self._take))

    @callback
    def _take(self, vin: str, step: CommandResult) -> None:
        if vin == self.vehicle.vin:
            self._take_step(step)

    @callback
    def _take_step(self, step: CommandResult) -> None:
        """Show a step at once, so that none is lost."""
        self._trigger_event(step.state.lower(), {"command": step.kind, "reason": step.reason})
        self.async_write_ha_state()


class CommandResultEvent(MyBMWCommandEvent):
    """Tells once how a command ended; once more only if that turns out to be different."""

    def __init__(
        self, coordinator: GarageCoordinator, vehicle: Vehicle, description: EventDescription
    ) -> None:
        super().__init__(coordinator, vehicle, description)
        self._told: dict[CommandKind, str | None] = {}

    @override
    @callback
    def _take_step(self, step: CommandResult) -> None:
        """Tell a result; its type names the command."""
        end = RESULTS.get(step.state)
        told, self._told = self._told, self._told | {step.kind: end}
        if end is None or (step.reason == NO_STATE and told.get(step.kind) == end):
            return
        result = {"result": step.state.lower(), "reason": step.reason}
        self._trigger_event(f"{step.kind}{end}", result)
        self.async_write_ha_state()


class MyBMWCarEvent(MyBMWEntity, EventEntity):
    """Tells what happens to a car at once, each time."""

    entity_description: CarEventDescription

    @property
    @override
    def available(self) -> bool:
        """Whether events can come, which they can whatever fails."""
        return True

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to the sources that tell events."""
        await super().async_added_to_hass()
        for events in self.coordinator.data.events.values():
            self.async_on_remove(events.subscribe(self._take))

    @callback
    def _take(self, vin: str, event: CarEvent) -> None:
        if vin == self.vehicle.vin:
            details = {**event.details, "time": event.time.isoformat()}
            self._trigger_event(event.kind.value, details)
            self.async_write_ha_state()
