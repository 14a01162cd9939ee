"""The journals of the cars of an account: trips and charges, kept in files of their own."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import EVENT_CORE_CONFIG_UPDATE, EVENT_HOMEASSISTANT_FINAL_WRITE
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers.event import async_track_time_change
from homeassistant.helpers.importlib import async_import_module
from homeassistant.util import dt as dt_util

from ..client import AnyAttribute, Changes, Garage, attributes as car, capabilities_of
from ..client.core.listeners import Listeners
from ..client.core.values import ChargingSession, Position
from ..client.journal.log import JournalEvent, Settings
from ..client.journal.observation import OBSERVED
from ..client.journal.series import COST, FUEL_COST
from ..const import (
    OPTION_CHARGER_POWER,
    OPTION_FUEL_PRICE_ENTITY,
    OPTION_JOIN_STOPS,
    OPTION_JOURNAL,
    OPTION_KEEP_JOURNAL,
    OPTION_KEPT_MONTHS,
    OPTION_METER,
    OPTION_PRICE_ENTITY,
    OPTION_STATISTICS,
    OPTION_TARIFF,
    OPTION_WORK,
    TARIFF_ENTITY,
)
from ..runtime.files import mapping_of
from .capacities import capacities_of
from .car_journal import CarJournal, Push
from .fuel_price import fuel_price_of
from .meter import meter_of
from .places import place_of
from .price_history import ENERGY as ENERGY_PRICE, FUEL, Priced, PriceHistory, price_store
from .store import CarList, files_of
from .tariff import currency_of, has_fuel_price, has_prices, prices_of

if TYPE_CHECKING:
    from .statistics import JournalStatistics

ENERGY: Final = "energy"
RECORDER: Final = "recorder"
_AFTER_HOUR: Final = 16
"""The minute at which the recorder has the statistics of the hour before."""

_AT_NIGHT: Final = 4

DEFAULT_JOIN_STOPS: Final = 5
LONGEST_STOP: Final = 30


class Journals:
    """The journals by VIN; a listener of the garage like others.

    Listeners subscribe to `events`, which come with the VIN. There are no journals and no events if
    the user has switched them off.
    """

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry, garage: Garage, push: Push) -> None:
        self.cars: dict[str, CarJournal] = {}
        self.events: Listeners[str, JournalEvent] = Listeners()
        self._hass = hass
        self._entry = entry
        self._garage = garage
        self._push = push
        self._list = CarList(hass, entry.entry_id)
        self._loading: set[asyncio.Task[None]] = set()
        self._held: list[tuple[str, JournalEvent]] | None = []
        self._statistics: type[JournalStatistics] | None = None
        self._prices: dict[Priced, PriceHistory] = {}
        self._solar: Callable[[], float | None] = _unknown

    async def async_start(self) -> None:
        """Restore the journals of known cars, and begin to listen to changes."""
        if not is_on(self._entry):
            return
        # First, so that it also ends what was started if the set-up fails later on
        self._entry.async_on_unload(self._close)
        self._solar = await _async_solar(self._hass)
        await self._start_prices()
        await self._list.load()
        await self._start_statistics()
        for vin in self._garage.vehicles:
            self._add(vin)
        for end in (
            self._garage.subscribe(self._gather),
            self._hass.bus.async_listen(EVENT_HOMEASSISTANT_FINAL_WRITE, self._async_stopping),
            self._hass.bus.async_listen(EVENT_CORE_CONFIG_UPDATE, self._update_settings),
            *self._subscribe_history(),
            async_track_time_change(self._hass, self._find_solar, minute=_AFTER_HOUR, second=0),
            async_track_time_change(self._hass, self._shrink, hour=_AT_NIGHT, minute=0, second=0),
        ):
            self._entry.async_on_unload(end)

    async def _start_statistics(self) -> None:
        """Write statistics, or delete them if the user does not want any."""
        found = await _async_statistics(self._hass)
        if found is not None and not _options(self._entry).get(OPTION_STATISTICS, True):
            await found.async_clear(self._hass, self._list)
            found = None
        self._statistics = found

    async def _start_prices(self) -> None:
        """Follow the entities that have the prices at home and of fuel, if there are any."""
        options = _options(self._entry)
        entities = {FUEL: options.get(OPTION_FUEL_PRICE_ENTITY)}
        if options.get(OPTION_TARIFF) == TARIFF_ENTITY:
            entities[ENERGY_PRICE] = options.get(OPTION_PRICE_ENTITY)
        for priced, entity in entities.items():
            if entity:
                changed, entry_id = self._renew_settings, self._entry.entry_id
                found = PriceHistory(self._hass, entry_id, entity, self.currency, changed, priced)
                self._prices[priced] = found
                await found.async_start()

    async def _find_solar(self, now: datetime) -> None:
        """Find the solar share of charges that have ended."""
        if not {RECORDER, ENERGY} <= self._hass.config.components:
            return
        solar = await async_import_module(self._hass, f"{__package__}.solar")
        logs = [journal.log for journal in self.cars.values()]
        if await solar.async_find_shares(self._hass, logs, now):
            for journal in self.cars.values():
                journal.note_change()

    def _subscribe_history(self) -> Iterator[Callable[[], None]]:
        """Listen to past charges, with all that a reading has no room for."""
        for source in self._garage.sources.values():
            historical = capabilities_of(source).historical
            if historical is not None:
                yield historical.charges.subscribe(self._take_charges)

    @callback
    def _take_charges(self, vin: str, sessions: Iterable[ChargingSession]) -> None:
        journal, read = self.cars.get(vin), car.CHARGING_SESSIONS.at(tuple(sessions), dt_util.now())
        if journal is not None:
            for reading in self._garage.policy.filter([read]):
                journal.take_charges(reading.value)

    async def async_look(self) -> None:
        """Look at all cars, for what has happened while Home Assistant was off."""
        await asyncio.gather(*self._loading)
        for journal in list(self.cars.values()):
            journal.look()
            await journal.async_wait()
        await self._shrink()

    async def _shrink(self, _now: datetime | None = None) -> None:
        """Replace trips that are older than the user wants by monthly totals."""
        months = str(_options(self._entry).get(OPTION_KEPT_MONTHS))
        for journal in list(self.cars.values()) if months.isdigit() else ():
            await journal.async_shrink(int(months))

    @callback
    def async_deliver(self) -> None:
        """Report the events of the first look, now that there are entities."""
        held, self._held = self._held or [], None
        for vin, event in held:
            self.events(vin, event)

    async def async_save(self) -> None:
        """Save all journals."""
        for prices in self._prices.values():
            await prices.async_save()
        for journal in self.cars.values():
            await journal.async_save()

    async def async_remove(self, vin: str) -> None:
        """Delete the journal of a car that the user has removed."""
        journal = self.cars.pop(vin, None)
        if journal is not None:
            await journal.async_remove()
        else:
            await self._list.load()
            await files_of(self._hass, self._list, vin).remove()
        if self._statistics is not None:
            await self._statistics.async_clear(self._hass, [vin])

    @callback
    def _add(self, vin: str) -> None:
        """Add a car, and restore its journal."""
        vehicle, files = self._garage.vehicles[vin], files_of(self._hass, self._list, vin)
        made = self._statistics
        costs = shown_costs(self._entry)
        statistics = None if made is None else made(self._hass, vin, lambda: vehicle.name, costs)
        self.cars[vin] = CarJournal(
            self._hass,
            self._garage,
            vehicle,
            files,
            self._settings,
            self._push,
            self._report,
            statistics,
        )
        task = self._hass.async_create_task(self.cars[vin].async_load())
        self._loading.add(task)
        task.add_done_callback(self._loading.discard)

    @callback
    def _gather(self, changes: Changes) -> None:
        vehicles = self._garage.vehicles
        for vin, changed in changes.items():
            journal = self.cars.get(vin)
            if journal is not None and journal.vehicle is vehicles.get(vin):
                if not OBSERVED.isdisjoint(changed):
                    journal.note_change()
                continue
            if journal is not None:
                journal.close()
            if vin in vehicles:
                self._add(vin)
                self.cars[vin].note_change()

    @callback
    def _report(self, vin: str, event: JournalEvent) -> None:
        """Report an event, or hold it until there are entities."""
        if self._held is None:
            self.events(vin, event)
        else:
            self._held.append((vin, event))

    @property
    def currency(self) -> str:
        """The currency of the prices that the user has set."""
        return currency_of(self._hass, _options(self._entry))

    @property
    def _settings(self) -> Settings:
        found = _settings(self._hass, self._entry, self._garage, self._prices)
        return replace(found, solar=self._solar)

    @callback
    def _update_settings(self, _event: Event) -> None:
        """Take over another time zone or home."""
        self._renew_settings()

    @callback
    def _renew_settings(self) -> None:
        for journal in self.cars.values():
            journal.journal.settings = self._settings
            journal.note_change()

    @callback
    def _close(self) -> None:
        for journal in self.cars.values():
            journal.close()
        for prices in self._prices.values():
            prices.close()

    async def _async_stopping(self, _event: Event) -> None:
        await self.async_save()


def is_on(entry: ConfigEntry) -> bool:
    """Return whether the user wants a journal."""
    return bool(_options(entry).get(OPTION_KEEP_JOURNAL, True))


def shown_costs(entry: ConfigEntry) -> frozenset[str]:
    """Return the words of the costs for which the user has set a price."""
    options = _options(entry)
    found = {COST: has_prices(options), FUEL_COST: has_fuel_price(options)}
    return frozenset(word for word, priced in found.items() if priced)


def hidden_costs(entry: ConfigEntry) -> frozenset[AnyAttribute]:
    """Return the attributes of costs for which there is no price."""
    shown, costs = shown_costs(entry), {COST: car.COSTS, FUEL_COST: car.FUEL_COSTS}
    return frozenset[AnyAttribute]().union(*(costs[word] for word in costs.keys() - shown))


def _settings(
    hass: HomeAssistant,
    entry: ConfigEntry,
    garage: Garage,
    histories: Mapping[Priced, PriceHistory],
) -> Settings:
    options = _options(entry)
    prices = {priced: history.at for priced, history in histories.items()}
    stops = options.get(OPTION_JOIN_STOPS, DEFAULT_JOIN_STOPS)
    settings = Settings(
        timedelta(minutes=stops),
        zone=dt_util.get_default_time_zone(),
        work=options.get(OPTION_WORK),
        prices=prices_of(hass, options, prices.get(ENERGY_PRICE)),
        fuel_price=fuel_price_of(hass, options, prices.get(FUEL)),
        meter=meter_of(hass, options, OPTION_METER),
        power=meter_of(hass, options, OPTION_CHARGER_POWER),
        capacities=capacities_of(hass, options),
    )
    if not garage.policy.track_position:
        return settings
    home = hass.config
    return replace(
        settings,
        place_of=partial(place_of, hass),
        home=Position(home.latitude, home.longitude),
        home_radius=home.radius,
    )


def _options(entry: ConfigEntry) -> Mapping[Any, Any]:
    return mapping_of(entry.options.get(OPTION_JOURNAL))


async def async_remove_journals(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Delete the journals of an entry."""
    cars = CarList(hass, entry.entry_id)
    await cars.load()
    statistics = await _async_statistics(hass)
    if statistics is not None:
        await statistics.async_clear(hass, cars)
    for vin in cars:
        await files_of(hass, cars, vin).remove()
    for priced in (ENERGY_PRICE, FUEL):
        await price_store(hass, entry.entry_id, priced).async_remove()


def _unknown() -> None:
    """Return that something is not known."""


async def _async_solar(hass: HomeAssistant) -> Callable[[], float | None]:
    """Return what knows the solar share of the power at home, if there is an Energy dashboard."""
    if ENERGY not in hass.config.components:
        return _unknown
    module = await async_import_module(hass, f"{__package__}.solar_now")
    found: Callable[[], float | None] = await module.async_share_now(hass)
    return found


async def _async_statistics(hass: HomeAssistant) -> type[JournalStatistics] | None:
    """Return what writes statistics, None without a recorder, whose packages may be missing."""
    if RECORDER not in hass.config.components:
        return None
    module = await async_import_module(hass, f"{__package__}.statistics")
    found: type[JournalStatistics] = module.JournalStatistics
    return found
