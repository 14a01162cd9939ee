"""The first read of the cars of a new login, during set-up; the entry takes over its requests.

The requests are those that the entry would make at first, and are booked in the same ledger.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any, Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later
from homeassistant.helpers.httpx_client import get_async_client
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..client import Garage, Message, Poll, load, load_sources
from ..client.cardata import SOURCE, Broker, CardataTokens, Pace, connect
from ..client.core.attributes import AnyReading
from ..client.core.values import StreamState
from ..const import DOMAIN
from ..runtime.store import Contents, GarageStore, SpentStore
from ..runtime.store_contents import car_of, plan_of

FIRST_LOOKS: HassKey[dict[str, FirstLook]] = HassKey(f"{DOMAIN}_first_looks")
"""The looks that ended and were not taken over, by the id of the account."""

PATIENCE: Final = 60.0
"""How many seconds the first messages are waited for."""


class FirstLook:
    """Reads the cars of an account, and waits for the first message of each."""

    def __init__(
        self,
        hass: HomeAssistant,
        client_id: str,
        tokens: CardataTokens,
        broker: Broker | None,
        accepts: Callable[[str], bool],
        changed: Callable[[], object],
    ) -> None:
        """Create it; `accepts` says whether a car may be read, `changed` is called with news."""
        self.source = connect(
            get_async_client(hass),
            client_id,
            tokens,
            save=self._keep,
            broker=broker,
            zone=dt_util.get_default_time_zone(),
            pace=(pace := Pace()),
        )
        self.source.accepts = accepts
        self.source.messages.subscribe(self._note_message)
        self.garage = Garage([self.source])
        self.pace = pace
        self.tokens = tokens
        self.poll = Poll()
        self.heard: set[str] = set()
        self.waiting = False
        self._hass = hass
        self.streamed = broker is not None
        self._changed = changed
        self._known: object = None
        self._listening: asyncio.Task[None] | None = None
        self._timer: CALLBACK_TYPE | None = None

    async def read(self, entry_id: str | None) -> None:
        """Make the first requests, but for those that an earlier look or an entry has made."""
        if entry_id is not None:
            contents = await GarageStore(self._hass, entry_id).load()
            spent = await SpentStore(self._hass, entry_id).load()
            vehicles = {vin: load(saved) for vin, saved in contents["vehicles"].items()}
            self._restore({**contents["sources"].get(SOURCE, {}), **spent}, vehicles)
        if (former := take_look(self._hass, self.tokens.gcid)) is not None:
            source = former.source
            cars = {vin: source.dump_car(vin) for vin in source.cars}
            saved = {**source.dump(), **source.spent(), "cars": cars}
            self._restore(saved, former.garage.vehicles)
        self.poll = await self.source.work()
        self.garage.take(self.poll)
        if self.streamed and self._senders():
            self._listen()

    @property
    def stream(self) -> StreamState | None:
        """Return the state of the stream, None if it is not needed any more."""
        return self.source.status.stream if self.waiting else None

    async def close(self) -> None:
        """Close the stream, so that the entry can open its own one; there are no news after it."""
        self._changed = lambda: None
        self.stop()
        if self._listening is not None:
            with suppress(asyncio.CancelledError):
                await self._listening

    @callback
    def stop(self) -> None:
        """Begin to close the stream."""
        self.waiting = False
        if self._timer is not None:
            self._timer()
            self._timer = None
        if self._listening is not None:
            self._listening.cancel()

    @callback
    def leave(self) -> None:
        """Leave what is known to the entry, or to the next look."""
        self._hass.data.setdefault(FIRST_LOOKS, {})[self.tokens.gcid] = self

    async def hand_over(self, entry_id: str) -> None:
        """Write what is known to the files of an entry, before it reads them."""
        spent = SpentStore(self._hass, entry_id)
        self.source.keep(spent.save, await spent.load())
        await spent.save(self.source.spent())
        store = GarageStore(self._hass, entry_id)
        contents = await store.load()
        for vin, saved in contents["vehicles"].items():
            readings = list(load(saved))
            self.garage.update(vin, readings)
            self.garage.vehicles[vin].add_ended(readings)
            self.garage.vehicles[vin].add_sources(load_sources(saved))
        for vin in self.garage.vehicles:
            if (car := car_of(self.garage, vin, contents["sources"])) is not None:
                await store.cars.save(vin, car)
        await store.save({**plan_of(self.garage, {}, contents["sources"]), **_kept(contents)})

    def _restore(
        self, saved: Mapping[str, object], vehicles: Mapping[str, Iterable[AnyReading]]
    ) -> None:
        """Restore what was known of the account."""
        self.source.load(saved)
        for vin, readings in vehicles.items():
            self.garage.update(vin, readings)
        self.source.know(self.garage.vehicles.values())

    def _senders(self) -> set[str]:
        """Return the cars that may send."""
        return {
            vin
            for vin, car in self.source.cars.items()
            if car.tasks(frozenset()) and self.source.streams(vin)
        }

    def _listen(self) -> None:
        self.waiting = True
        self._listening = self._hass.async_create_background_task(
            self.source.listen(self.garage.push, self._note), f"{DOMAIN} first messages"
        )
        self._timer = async_call_later(self._hass, PATIENCE, self._give_up)

    @callback
    def _give_up(self, _now: Any) -> None:
        self._timer = None
        self.stop()
        self._changed()

    @callback
    def _note_message(self, message: Message) -> None:
        vin = message.topic.rpartition("/")[2].upper()
        if vin in self.source.cars and vin not in self.heard:
            self.heard.add(vin)
            if self._senders() <= self.heard:
                self._hass.loop.call_soon(self.stop)
            self._note()

    def _note(self) -> None:
        """Report news, if there are any."""
        known = self.stream, frozenset(self.heard)
        if known != self._known:
            self._known = known
            self._changed()

    async def _keep(self, tokens: CardataTokens) -> None:
        self.tokens = tokens


@callback
def take_look(hass: HomeAssistant, gcid: str) -> FirstLook | None:
    """Return the last first read of an account that no entry has taken over yet."""
    return hass.data.get(FIRST_LOOKS, {}).pop(gcid, None)


def _kept(contents: Contents) -> Any:
    """Return what the file of an entry keeps of former contents."""
    due = {name: time for name, time in contents["due"].items() if name != SOURCE}
    return {"commands": contents["commands"], "due": due, "blocked": contents["blocked"]}
