"""Keeps the cards of one car up to date, while there are any.

Nothing is worked out on the way of a message to a state: a change is only noted, and what it means
for the cards follows in the next iteration of the event loop, at most once a second.
"""

from asyncio import Handle
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from homeassistant.auth.models import User
from homeassistant.config_entries import (
    SIGNAL_CONFIG_ENTRY_CHANGED,
    ConfigEntry,
    ConfigEntryChange,
    ConfigEntryState,
)
from homeassistant.const import EVENT_CORE_CONFIG_UPDATE
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.event import async_call_later

from ..client import AnyAttribute, Changes, Vehicle, attributes as car
from ..coordinator import GarageCoordinator
from ..entity_picture import PICTURE, Picture, picture_signal
from ..runtime.dispatcher import Watch
from .car import PARTS, state, state_of
from .commands import SHOWN_FOR, command_state_of, commands_of
from .facts import FACTS, WATCHED, fact_of
from .viewer import CarDevice, EntityKey, Viewer, cars_of, enabled, name_of
from .words import Words

type Send = Callable[[dict[str, Any]], None]
type Content = dict[str, Any]
type Key = tuple[str, str]
"""The id of a user, and a language."""

_PAUSE: Final = 1.0
_IMAGE: Final = EntityKey("image", PICTURE)
_COMMANDS: Final[frozenset[AnyAttribute]] = frozenset({car.COMMANDS, *car.LAST_COMMAND.values()})
_EMPTY: Final[Content] = {
    **dict.fromkeys(PARTS),
    "drive": "unknown",
    "body": "saloon",
    **{part: [] for part in ("warnings", "services", "check_control")},
    "picture": None,
    "command_state": None,
}
"""What there is of a car whose account is not loaded."""

_TABLES: Final = frozenset({"facts", "commands"})
_LOADING: Final = frozenset({ConfigEntryState.NOT_LOADED, ConfigEntryState.SETUP_IN_PROGRESS})


class SharedView:
    """What one user sees of a car in one language, as it was sent."""

    def __init__(self, user: User, words: Words) -> None:
        self.user = user
        self.words = words
        self.sent: Content = {"facts": {}, "commands": {}}
        self.receivers: dict[object, Send] = {}

    def take(self, content: Content) -> Content:
        """Take over new content; return what differs, with None for what is gone."""
        changed: Content = {}
        for part, value in content.items():
            before = self.sent.get(part)
            if part in _TABLES:
                differing = dict(_differing(before or {}, value))
                if differing:
                    changed[part] = differing
                    self.sent[part] = _merged(before or {}, differing)
            elif part not in self.sent or value != before:
                changed[part] = self.sent[part] = value
        return changed


def _differing(before: Content, now: Content) -> Iterator[tuple[str, Any]]:
    for name, value in now.items():
        if value != before.get(name):
            yield name, value


def _merged(before: Content, differing: Content) -> Content:
    merged = {**before, **differing}
    return {name: value for name, value in merged.items() if value is not None}


class Feed:
    """The cards of one car."""

    def __init__(self, hass: HomeAssistant, shown: CarDevice) -> None:
        self._hass = hass
        self._car = shown
        self._views: dict[Key, SharedView] = {}
        self._coordinator: GarageCoordinator | None = None
        self._picture: Picture | None = None
        self._changed: set[AnyAttribute] = set()
        self._all = False
        self._soon: Handle | None = None
        self._pause: CALLBACK_TYPE | None = None
        self._outdate: CALLBACK_TYPE | None = None
        self._of_coordinator: list[CALLBACK_TYPE] = []
        self._subscriptions: list[CALLBACK_TYPE] = []

    @property
    def is_used(self) -> bool:
        """Return whether there is a card."""
        return bool(self._views)

    @callback
    def add(self, user: User, language: str, words: Words, receiver: object, send: Send) -> None:
        """Send everything to a card now, and later what changes."""
        if not self._views:
            self._start()
        fresh = SharedView(user, words)
        fresh.take(self._content(fresh, everything=True))
        view = self._views.setdefault((user.id, language), fresh)
        view.receivers[receiver] = send
        send({**fresh.sent, "texts": dict(words.card)})
        if view is not fresh:
            self._note_all()  # the user may be allowed less than before
        self._plan_end_of_command()

    @callback
    def remove(self, user: User, language: str, receiver: object) -> None:
        """Stop sending to a card; the last one stops everything."""
        view = self._views.get((user.id, language))
        if view is None:
            return
        view.receivers.pop(receiver, None)
        if not view.receivers:
            del self._views[user.id, language]
        if not self._views:
            self._stop()

    @callback
    def _start(self) -> None:
        bus, signal = self._hass.bus, picture_signal(self._car.vin)
        self._subscriptions = [
            async_dispatcher_connect(self._hass, SIGNAL_CONFIG_ENTRY_CHANGED, self._handle_entry),
            async_dispatcher_connect(self._hass, signal, self._handle_picture),
            bus.async_listen(er.EVENT_ENTITY_REGISTRY_UPDATED, self._handle_entities),
            bus.async_listen(dr.EVENT_DEVICE_REGISTRY_UPDATED, self._handle_event),
            bus.async_listen(EVENT_CORE_CONFIG_UPDATE, self._handle_event),
        ]
        self._attach()

    @callback
    def _stop(self) -> None:
        self._detach()
        for end in self._subscriptions:
            end()
        self._subscriptions = []
        if self._soon is not None:
            self._soon.cancel()
        for end in filter(None, (self._pause, self._outdate)):
            end()
        self._soon = self._pause = self._outdate = None
        self._changed, self._all = set(), False

    @callback
    def _attach(self) -> None:
        """Listen to the garage, and to the availability of the car."""
        entry = self._car.entry
        if entry.state is not ConfigEntryState.LOADED or self._coordinator is entry.runtime_data:
            return
        self._detach()
        coordinator = self._coordinator = entry.runtime_data
        self._sign_picture()
        self._of_coordinator = [
            coordinator.data.subscribe(self._note),
            coordinator.async_add_listener(self._note_all, Watch(self._car.vin, ())),
        ]

    @callback
    def _detach(self) -> None:
        for end in self._of_coordinator:
            end()
        self._of_coordinator = []
        self._coordinator = self._picture = None

    @callback
    def _handle_entry(self, _change: ConfigEntryChange, entry: ConfigEntry) -> None:
        if entry is not self._car.entry:
            return
        if entry.state is ConfigEntryState.LOADED:
            self._attach()
        else:
            self._detach()
        self._note_all()

    @callback
    def _handle_picture(self) -> None:
        self._sign_picture()
        self._note_all()

    @callback
    def _sign_picture(self) -> None:
        """Sign the path of the picture anew, so that browsers fetch it again."""
        vehicle = self._vehicle
        if self._coordinator is not None and vehicle is not None:
            self._picture = Picture(self._coordinator, vehicle)

    @property
    def _vehicle(self) -> Vehicle | None:
        vehicles = {} if self._coordinator is None else self._coordinator.vehicles
        return vehicles.get(self._car.vin)

    @callback
    def _handle_entities(self, event: Event[er.EventEntityRegistryUpdatedData]) -> None:
        known = er.async_get(self._hass).async_get(event.data["entity_id"])
        if known is None or known.device_id == self._car.device_id:
            self._note_all()

    @callback
    def _handle_event(self, _event: Event[Any]) -> None:
        self._note_all()

    @callback
    def _note(self, changes: Changes) -> None:
        changed = changes.get(self._car.vin)
        if changed is not None:
            self._changed |= changed
            self._all |= car.LAST_UPDATE in changed
            self._plan()

    @callback
    def _note_all(self) -> None:
        self._all = True
        self._plan()

    @callback
    def _plan(self) -> None:
        if self._soon is None and self._pause is None:
            self._soon = self._hass.loop.call_soon(self._send)

    @callback
    def _send(self) -> None:
        """Send what has changed to all cards, and nothing more for a second."""
        self._soon = None
        changed, everything = self._changed, self._all
        self._changed, self._all = set(), False
        self._pause = async_call_later(self._hass, _PAUSE, self._end_pause)
        for view in self._views.values():
            differing = view.take(self._content(view, changed, everything=everything))
            if differing:
                for send in list(view.receivers.values()):
                    send(differing)
        self._plan_end_of_command()

    @callback
    def _plan_end_of_command(self) -> None:
        """Take the outcome of a command away some minutes after it has been sent."""
        shown = any(view.sent.get("command_state") for view in self._views.values())
        if shown and self._outdate is None:
            self._outdate = async_call_later(self._hass, SHOWN_FOR, self._end_command)

    @callback
    def _end_command(self, _now: object) -> None:
        self._outdate = None
        self._changed |= _COMMANDS
        self._plan()

    @callback
    def _end_pause(self, _now: object) -> None:
        self._pause = None
        if self._changed or self._all:
            self._send()

    def _content(
        self, view: SharedView, changed: set[AnyAttribute] | None = None, *, everything: bool
    ) -> Content:
        """Return what follows from changed attributes, or everything."""
        found = self._general(view) if everything else {}
        coordinator, vehicle = self._coordinator, self._vehicle
        if coordinator is None or vehicle is None:
            kind = "loading" if self._is_loading else "unavailable"
            gone: Mapping[str, None] = dict.fromkeys(view.sent["commands"])
            empty = {part: value for part, value in _EMPTY.items() if part not in view.sent}
            return {**empty, **found, "state": state(view.words.card, kind), "commands": gone}
        viewer = Viewer(self._hass, coordinator, vehicle, view.user, view.words)
        seen = frozenset(changed or ())
        if everything:
            found["picture"] = self._picture_of(viewer)
        if everything or seen & _COMMANDS:
            found["command_state"] = command_state_of(viewer)
            found["commands"] = dict.fromkeys(view.sent["commands"]) | commands_of(viewer)
        found["state"] = state_of(viewer)
        for name, part in PARTS.items():
            if everything or not part.attributes.isdisjoint(seen):
                found[name] = part.make(viewer)
        found["facts"] = {
            fact.name: fact_of(viewer, fact)
            for fact in FACTS
            if everything or not WATCHED[fact.name].isdisjoint(seen)
        }
        return found

    @property
    def _is_loading(self) -> bool:
        """Return whether the account is about to be loaded."""
        entry = self._car.entry
        coming = entry.disabled_by is None and entry.state in _LOADING
        return self._coordinator is None and coming

    def _general(self, view: SharedView) -> Content:
        """Return what does not depend on values."""
        device = dr.async_get(self._hass).async_get(self._car.device_id)
        cars = cars_of(self._hass, view.user)
        return {
            "device_id": self._car.device_id,
            "entry_id": self._car.entry.entry_id,
            "name": self._car.name if device is None else name_of(device),
            "cars": [{"device_id": item.device_id, "name": item.name} for item in cars],
        }

    def _picture_of(self, viewer: Viewer) -> dict[str, str] | None:
        entity_id = enabled(viewer.readable([_IMAGE]))
        path = self._picture.path if self._picture is not None else None
        return {"entity_id": entity_id, "url": path} if entity_id and path else None
