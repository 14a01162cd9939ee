"""Dispatching changes to the entities that show them.

A lone change is dispatched at once. Those of a burst are gathered for up to a quarter of a second,
and dispatched in slices of a few milliseconds, so that the rest of Home Assistant keeps running.
"""

from asyncio import AbstractEventLoop, TimerHandle
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Final, NamedTuple, Protocol

from homeassistant.core import CALLBACK_TYPE, callback

from ..client import Changes
from ..client.core.attributes import AnyAttribute

_SHORTEST_WINDOW: Final = 0.005
_LONGEST_WINDOW: Final = 0.25
_SLICE: Final = 0.005
_AT_ONCE: Final = 16


class EntityAdder(Protocol):
    """Adds the entities of one platform as they become usable."""

    def add(self, changes: Changes) -> None:
        """Add the entities that have become usable with these changes."""
        ...

    def awaits(self, vin: str, attribute: AnyAttribute) -> bool:
        """Return whether an attribute of a car may still make an entity usable."""
        ...


class Watch(NamedTuple):
    """The attributes of one car that an entity listens to."""

    vin: str
    attributes: tuple[AnyAttribute, ...]


class Dispatcher:
    """Gathers changes and calls the entities that watch them.

    `before` is called with the gathered changes before the entities are.
    """

    def __init__(self, loop: AbstractEventLoop, before: Callable[[Changes], None]) -> None:
        self._loop = loop
        self._before = before
        self._watchers: dict[tuple[str, AnyAttribute], dict[CALLBACK_TYPE, None]]
        self._watchers = defaultdict(dict)
        self._of_car: defaultdict[str, dict[CALLBACK_TYPE, None]] = defaultdict(dict)
        self._adders: list[EntityAdder] = []
        self._settled: defaultdict[str, set[AnyAttribute]] = defaultdict(set)
        self._pending: dict[str, set[AnyAttribute]] = {}
        self._queue: dict[CALLBACK_TYPE, None] = {}
        self._flushed = 0.0
        self._window = _SHORTEST_WINDOW
        self._timer: TimerHandle | None = None
        self._closed = False

    @callback
    def watch(self, watch: Watch, update: CALLBACK_TYPE) -> Callable[[], None]:
        """Call `update` when one of the attributes has changed."""
        keys = [(watch.vin, attribute) for attribute in watch.attributes]
        for key in keys:
            self._watchers[key][update] = None
        self._of_car[watch.vin][update] = None

        @callback
        def remove() -> None:
            for key in keys:
                self._watchers[key].pop(update, None)
            self._of_car[watch.vin].pop(update, None)

        return remove

    @callback
    def update_car(self, vin: str) -> None:
        """Update all entities of a car now."""
        for update in list(self._of_car[vin]):
            update()

    @callback
    def add_adder(self, adder: EntityAdder) -> Callable[[], None]:
        """Add entities as they become usable, until the returned function is called."""
        self._adders.append(adder)
        self._settled.clear()
        return lambda: self._adders.remove(adder)

    @callback
    def forget(self, vin: str) -> None:
        """Check all attributes of a removed car again if it is added again."""
        self._settled.pop(vin, None)

    @callback
    def close(self) -> None:
        """Stop dispatching."""
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()

    @callback
    def gather(self, changes: Changes) -> None:
        """Dispatch changes at once, or after a delay that grows with their rate."""
        for vin, changed in changes.items():
            self._pending.setdefault(vin, set()).update(changed)
        if self._timer is not None or self._closed:
            return
        wait = self._flushed + self._window - self._loop.time()
        if wait > 0:
            self._window = min(_LONGEST_WINDOW, 2 * self._window)
            self._timer = self._loop.call_later(wait, self.flush)
        else:
            self._window = _SHORTEST_WINDOW
            self.flush()

    @contextmanager
    def apart(self) -> Iterator[None]:
        """Dispatch at the end what is gathered within, without delaying what comes next."""
        before = self._flushed, self._window
        yield
        self.flush()
        self._flushed, self._window = before

    @callback
    def flush(self) -> None:
        """Dispatch now what has been gathered."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self._pending or self._closed:
            return
        changes, self._pending = self._pending, {}
        idle = not self._queue
        for vin, changed in changes.items():
            for attribute in changed:
                self._queue |= self._watchers.get((vin, attribute), {})
        self._before(changes)
        if idle:
            self._dispatch_slice()
        self._add_entities(changes)
        self._flushed = self._loop.time()

    @callback
    def _add_entities(self, changes: Changes) -> None:
        """Add entities that became usable; what no adder awaits is not checked again."""
        for vin, changed in changes.items():
            settled = self._settled[vin]
            if changed and changed <= settled:
                continue
            for adder in self._adders:
                adder.add({vin: changed})
            settled.update(
                attribute
                for attribute in changed - settled
                if not any(adder.awaits(vin, attribute) for adder in self._adders)
            )

    @callback
    def _dispatch_slice(self) -> None:
        """Call as many entities as fit into a few milliseconds; the others come next."""
        queue, end = self._queue, self._loop.time() + _SLICE
        try:
            while queue and not self._closed and self._loop.time() <= end:
                for update in list(islice(queue, _AT_ONCE)):
                    del queue[update]
                    update()
        finally:  # one that fails does not keep the others from being called
            if queue and not self._closed:
                self._loop.call_soon(self._dispatch_slice)
