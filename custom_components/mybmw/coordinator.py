"""The coordinator of an account.

`GarageCoordinator` holds the garage and updates only the entities whose attributes have changed. It
gets its data from the `SourcePoller` of each source.
"""

from collections.abc import Callable, Iterable, Mapping
import logging
from typing import Any, Final, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator

from .client import (
    ROAD_FACTOR,
    AnyReading,
    Changes,
    ClientError,
    Command,
    CommandResult,
    CommandState,
    Garage,
    NotAllowedError,
    Policy,
    Poll,
    ReachableArea,
    Redactor,
    Source,
    Vehicle,
    attributes as car,
    load,
    load_sources,
    reachable,
)
from .client.core.attributes import AnyAttribute
from .client.core.values import Brand
from .const import DOMAIN, OPTION_ROAD_FACTOR
from .journal import Journals
from .runtime.availability import (
    AccountAvailability,
    SourceAvailability,
    device_name,
    log_cars,
    update_access,
)
from .runtime.car_store import CarContents
from .runtime.confirmation import Confirmer
from .runtime.dispatcher import Dispatcher, EntityAdder, Watch
from .runtime.errors import home_assistant_error, ignored_error
from .runtime.expiry import Expiry
from .runtime.issues import Issues, Page
from .runtime.poller import SourcePoller
from .runtime.saver import IMPORTANT, Saver
from .runtime.sink import Account
from .runtime.store import AT_ONCE, LATER, Contents, ImageStore, Plan
from .runtime.store_contents import car_of, plan_of

_LOGGER = logging.getLogger(__name__)

_MANUFACTURERS: Final = {Brand.ROLLS_ROYCE: "Rolls-Royce", Brand.TOYOTA: "Toyota"}
_DEVICE: Final = frozenset(
    {car.ACCESS, car.BRAND, car.MODEL, car.BODY_TYPE, car.SOFTWARE_VERSION, car.HEADUNIT_TYPE}
)
_JOURNAL: Final = car.JOURNAL | {car.CHARGED_THIS_MONTH}

type MyBMWConfigEntry = ConfigEntry[GarageCoordinator]


class GarageCoordinator(DataUpdateCoordinator[Garage]):
    """Coordinates the vehicles of one account. Polling is the task of its pollers."""

    config_entry: MyBMWConfigEntry

    def __init__(
        self,
        hass: HomeAssistant,
        entry: MyBMWConfigEntry,
        sources: Iterable[Source],
        policy: Policy,
        redactor: Redactor,
        page: Page,
    ) -> None:
        super().__init__(hass, _LOGGER, config_entry=entry, name=DOMAIN, always_update=False)
        self.pollers: dict[str, SourcePoller] = {}
        self.availability = AccountAvailability(self.pollers)
        self.data = Garage(
            sources,
            policy=policy,
            accept=self._accept_new,
            before_sending=self._before_sending,
            available=self.availability.takes_commands,
        )
        self.redactor = redactor
        self.account = Account(hass, entry, redactor, Issues(hass, entry, page))
        self.images = ImageStore(hass, entry.entry_id)
        self.journals = Journals(hass, entry, self.data, self._push_journal)
        self.saver = Saver(hass, entry, self._plan, self._car, lambda: self.vehicles)
        self._dispatcher = Dispatcher(hass.loop, self._before_dispatching)
        self._stored_sources: Mapping[str, Mapping[str, Any]] = {}
        self._devices: dict[str, str] = {}
        self.closed = False
        self.in_other_entries: set[str] = set()
        self._confirmer = Confirmer(hass, entry, self.data, self.pollers)
        expiry = Expiry(hass, entry, self.data)
        self._subscriptions = [
            self.data.subscribe(expiry.plan),
            self.data.subscribe(self._dispatcher.gather),
            self.data.errors.subscribe(self._handle_error),
        ]

    @property
    def vehicles(self) -> Mapping[str, Vehicle]:
        """Return the vehicles by VIN."""
        return self.data.vehicles

    @property
    def can_refresh(self) -> bool:
        """Return whether the user may poll a car now."""
        return any(poller.can_poll_car for poller in self.pollers.values())

    def area(self, vehicle: Vehicle) -> ReachableArea | None:
        """Return where a car can get to, None if that is unknown."""
        factor = self.config_entry.options.get(OPTION_ROAD_FACTOR, ROAD_FACTOR)
        return reachable(vehicle, factor)

    async def async_restore(self) -> Contents:
        """Restore the stored readings and commands; return all stored contents."""
        contents = await self.saver.load()
        self._stored_sources = contents["sources"]
        for vin, saved in contents["vehicles"].items():
            self._restore(vin, load(saved), load_sources(saved))
        self.data.load_commands(contents["commands"])
        return contents

    def _restore(
        self,
        vin: str,
        readings: Iterable[AnyReading],
        sources: Mapping[AnyAttribute, frozenset[str]],
    ) -> None:
        """Restore the readings of attributes that a configured source has."""
        present = self.data.sources.keys()
        known = [item for item in readings if present & sources.get(item.attribute, ())]
        self.data.update(vin, known)
        vehicle = self.vehicles.get(vin)
        if vehicle is not None:
            vehicle.add_ended(known)
            vehicle.add_sources({item.attribute: sources[item.attribute] for item in vehicle})

    async def async_close(self) -> None:
        """Stop processing data and save everything."""
        self.closed = True
        for unsubscribe in self._subscriptions:
            unsubscribe()
        self._confirmer.close()
        self._dispatcher.close()
        self.saver.close()
        await self.journals.async_save()
        await self.async_save()

    async def async_save(self) -> None:
        """Save everything now."""
        await self.saver.save()

    @callback
    def async_schedule_save(self, delay: float) -> None:
        """Save the plan within `delay` seconds."""
        if not self.closed:
            self.saver.schedule(delay)

    @callback
    @override
    def async_add_listener(
        self, update_callback: CALLBACK_TYPE, context: object = None
    ) -> Callable[[], None]:
        """Listen to general updates, and to the attributes in the context."""
        remove_listener = super().async_add_listener(update_callback, context)
        if not isinstance(context, Watch):
            return remove_listener
        remove_watch = self._dispatcher.watch(context, update_callback)

        @callback
        def remove() -> None:
            remove_listener()
            remove_watch()

        return remove

    @callback
    def async_add_adder(self, adder: EntityAdder) -> Callable[[], None]:
        """Add entities as they become usable, until the returned function is called."""
        return self._dispatcher.add_adder(adder)

    @callback
    def async_confirm_commands(self) -> None:
        """Poll the cars whose commands were unconfirmed before a restart."""
        self._confirmer.begin_now()

    @callback
    def async_process_poll(self, availability: SourceAvailability, poll: Poll) -> None:
        """Process a poll of a source, and update entities of cars that it can or cannot read."""
        if self.closed:
            return
        availability.record_poll(poll)
        self.data.take(poll)
        self._dispatcher.flush()
        if poll.vins is not None:
            self._drop_missing(availability, poll.vins)
        self.async_update_availability(availability)
        for vin in poll.readings:
            self.saver.schedule_car(vin)
        counted = availability.source_status.calls_left is not None
        self.async_schedule_save(AT_ONCE if counted or poll.error else LATER)

    @callback
    def async_process_car_poll(self, poll: Poll) -> None:
        """Process a poll of some cars, which says nothing about the other ones."""
        if not self.closed:
            self.data.take(poll)
            self._dispatcher.flush()

    @callback
    def async_push(self, readings: Mapping[str, Iterable[AnyReading]]) -> None:
        """Process readings that cars have sent by themselves."""
        if not self.closed:
            self.data.push(readings)

    @callback
    def _push_journal(self, readings: Mapping[str, Iterable[AnyReading]]) -> None:
        """Process readings of the journal that are kept; they do not count as a burst."""
        policy = self.data.policy
        with self._dispatcher.apart():
            self.async_push({vin: policy.filter(items) for vin, items in readings.items()})

    @callback
    def async_update_availability(self, availability: SourceAvailability) -> None:
        """Update entities, log and issues after a change of the cars that a source can read."""
        if self.closed:
            return
        for vin in availability.update_cars():
            self._update_device(vin, (car.ACCESS,))
            self._dispatcher.update_car(vin)
        log_cars(availability, self.vehicles)
        self.availability.update_blocked(self.account.issues)
        refused = {
            vin: vehicle for vin, vehicle in self.vehicles.items() if self.availability.refused(vin)
        }
        update_access(self.hass, self.account.issues, refused)

    def listed(self, vin: str) -> bool:
        """Return whether any source lists the car."""
        return any(poller.lists(vin) for poller in self.pollers.values())

    def device(self, vin: str) -> dr.AnyDeviceEntry | None:
        """Return the device of a car, None if there is none yet."""
        return dr.async_get(self.hass).async_get(self._devices.get(vin, ""))

    @callback
    def async_forget(self, vin: str) -> None:
        """Remove a car with its stored data; it counts as new if it is listed again."""
        self._devices.pop(vin, None)
        self._dispatcher.forget(vin)
        self.data.remove(vin)
        # Dispatched now: if the car came back first, its removal would not be seen
        self._dispatcher.flush()
        self.saver.remove_car(vin)

    async def async_send(self, vin: str, command: Command) -> CommandResult:
        """Send a command. Raises a translated error if it fails or is ignored."""
        try:
            result = await self.data.send(vin, command)
        except ClientError as error:
            raise home_assistant_error(error) from error
        finally:
            self._handle_sent(vin)
        if result.state is CommandState.IGNORED:
            raise ignored_error(result)
        return result

    async def async_refresh_car(self, vin: str) -> Mapping[str, ClientError | None]:
        """Poll one car from all sources that have it; return the error of each, or None.

        Raises a translated error if none could read the car.
        """
        polls = {name: await poller.async_poll_car(vin) for name, poller in self.pollers.items()}
        errors = {
            name: poll.errors.get(vin) or poll.error
            for name, poll in polls.items()
            if poll.error is not None or vin in poll.errors or vin in poll.readings
        }
        if None not in errors.values():
            error = next(iter(errors.values()), None) or NotAllowedError("no source can read it")
            raise home_assistant_error(error) from error
        return errors

    @override
    async def _async_update_data(self) -> Garage:
        """Poll all sources, since the update of an entity was requested."""
        for poller in self.pollers.values():
            await poller.async_poll_all()
        return self.data

    async def _before_sending(self) -> None:
        """Save that a command is about to be sent, since Home Assistant may stop meanwhile."""
        if not self.closed:
            await self.saver.save_plan()

    @callback
    def _handle_sent(self, vin: str) -> None:
        """Update entities after a command, and schedule polls to confirm it."""
        if not self.closed:
            self._dispatcher.flush()
            self._confirmer.begin(vin)
            self.saver.schedule_car(vin, important=True)
            self.async_schedule_save(AT_ONCE)

    @callback
    def _before_dispatching(self, changes: Changes) -> None:
        for vin, changed in changes.items():
            self._update_device(vin, changed)
            if vin in self.vehicles and not (changed and changed <= _JOURNAL):
                self.saver.schedule_car(vin, important=not IMPORTANT.isdisjoint(changed))
                self.async_schedule_save(LATER)

    @callback
    def _handle_error(self, source: str, error: ClientError) -> None:
        if source in self.pollers:
            self.pollers[source].record_error(error)
            self.async_schedule_save(AT_ONCE)

    @callback
    def _update_device(self, vin: str, changed: Iterable[AnyAttribute]) -> None:
        vehicle = self.vehicles.get(vin)
        if vehicle is None or (vin in self._devices and _DEVICE.isdisjoint(changed)):
            return
        device = dr.async_get(self.hass).async_get_or_create(
            config_entry_id=self.config_entry.entry_id,
            identifiers={(DOMAIN, vin)},
            manufacturer=_MANUFACTURERS.get(vehicle.brand, vehicle.brand.value),
            model=vehicle.value(car.MODEL),
            model_id=vehicle.value(car.BODY_TYPE),
            name=device_name(vehicle, allowed=not self.availability.refused(vin)),
            serial_number=vin,
            sw_version=vehicle.value(car.SOFTWARE_VERSION),
            hw_version=vehicle.value(car.HEADUNIT_TYPE),
        )
        self._devices[vin] = device.id

    @callback
    def _drop_missing(self, availability: SourceAvailability, listed: frozenset[str]) -> None:
        """Remove cars that were missing in two lists of a source, unless another source has them.

        A source that has failed to list cars since the start does not prevent the removal.
        """
        missing = self.vehicles.keys() - listed
        for vin in missing & availability.missing:
            self.async_drop(vin, availability)
        availability.missing = frozenset(missing)

    @callback
    def async_drop(self, vin: str, availability: SourceAvailability) -> None:
        """Remove a car and its device, since a source has it no more, unless another one has it."""
        vehicle = self.vehicles.get(vin)
        others = [poller for poller in self.pollers.values() if poller is not availability]
        if vehicle is None or any(poller.lists(vin) for poller in others):
            return
        if vehicle.sources and availability.source.name not in vehicle.sources:
            return
        _LOGGER.info("Removed a car that is not in the account any more")
        self.async_forget(vin)
        registry = dr.async_get(self.hass)
        owner = self.config_entry.entry_id
        device = registry.async_get_device_by_identifier((DOMAIN, vin), owner)
        if device is not None:
            registry.async_remove_device(device.id)

    def accepts(self, vin: str) -> bool:
        """Return whether a car belongs to the account, even if it is new."""
        return vin in self.vehicles or self._accept_new(vin)

    def _accept_new(self, vin: str) -> bool:
        """Return whether a new car belongs to the account, since no other entry has it."""
        registry = dr.async_get(self.hass)
        others = self.hass.config_entries.async_entries(DOMAIN)
        taken = any(
            registry.async_get_device_by_identifier((DOMAIN, vin), entry.entry_id)
            for entry in others
            if entry.entry_id != self.config_entry.entry_id
        )
        if taken:
            self.in_other_entries.add(vin)
        return not taken

    def _plan(self) -> Plan:
        return plan_of(self.data, self.pollers, self._stored_sources)

    def _car(self, vin: str) -> CarContents | None:
        return car_of(self.data, vin, self._stored_sources)
