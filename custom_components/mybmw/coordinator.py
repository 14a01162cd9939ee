"""Between the client and the entities.

`GarageCoordinator` holds the garage and updates only the entities whose attributes changed; a
`SourcePoller` for each source hands over what it brings.
"""

from collections.abc import Callable, Iterable, Mapping
import logging
from typing import Any, Final, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator

from .client import (
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
    Redactor,
    Source,
    Vehicle,
    attributes as car,
    load,
    load_sources,
)
from .client.core.attributes import AnyAttribute
from .client.core.values import Brand
from .const import DOMAIN
from .runtime.car_store import CarContents
from .runtime.confirmation import Confirmer
from .runtime.dispatcher import Dispatcher, EntityAdder, Watch
from .runtime.errors import home_assistant_error, ignored_error
from .runtime.expiry import Expiry
from .runtime.issues import Issues, Page
from .runtime.poller import SourcePoller
from .runtime.reach import Reach, Reaches, device_name, log_cars, update_access
from .runtime.saver import MATTERS_MOST, Saver
from .runtime.sink import Account
from .runtime.store import AT_ONCE, LATER, Contents, ImageStore, Plan
from .runtime.store_contents import car_of, plan_of

_LOGGER = logging.getLogger(__name__)

_MANUFACTURERS: Final = {Brand.ROLLS_ROYCE: "Rolls-Royce", Brand.TOYOTA: "Toyota"}
_DEVICE: Final = frozenset(
    {car.ACCESS, car.BRAND, car.MODEL, car.BODY_TYPE, car.SOFTWARE_VERSION, car.HEADUNIT_TYPE}
)

type MyBMWConfigEntry = ConfigEntry[GarageCoordinator]


class GarageCoordinator(DataUpdateCoordinator[Garage]):
    """The vehicles of one account. It never polls: pollers hand over what they bring."""

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
        self.data = Garage(
            sources,
            policy=policy,
            accept=self._belongs_here,
            before_sending=self._before_sending,
        )
        self.redactor = redactor
        self.account = Account(hass, entry, redactor, Issues(hass, entry, page))
        self.pollers: dict[str, SourcePoller] = {}
        self.reach = Reaches(self.pollers)
        self.images = ImageStore(hass, entry.entry_id)
        self.saver = Saver(hass, entry, self._plan, self._car, lambda: self.vehicles)
        self._dispatcher = Dispatcher(hass.loop, self._before_dispatching)
        self._former: Mapping[str, Mapping[str, Any]] = {}
        self._devices: dict[str, str] = {}
        self.closed = False
        self.elsewhere: set[str] = set()
        self._confirmer = Confirmer(hass, entry, self.data, self.pollers)
        expiry = Expiry(hass, entry, self.data)
        self._subscriptions = [
            self.data.subscribe(expiry.plan),
            self.data.subscribe(self._dispatcher.gather),
            self.data.errors.subscribe(self._note_error),
        ]

    @property
    def vehicles(self) -> Mapping[str, Vehicle]:
        """The vehicles by VIN."""
        return self.data.vehicles

    @property
    def can_refresh(self) -> bool:
        """Whether any source can be asked, because somebody wants it."""
        return any(poller.can_ask for poller in self.pollers.values())

    async def async_restore(self) -> Contents:
        """Take in what was saved of present sources, with its true age; return all contents."""
        contents = await self.saver.load()
        self._former = contents["sources"]
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
        """Take in what present sources know, whoever was the last of them to say so."""
        present = self.data.sources.keys()
        known = [item for item in readings if present & sources.get(item.attribute, ())]
        self.data.update(vin, known)
        vehicle = self.vehicles.get(vin)
        if vehicle is not None:
            vehicle.add_ended(known)
            vehicle.add_sources({item.attribute: sources[item.attribute] for item in vehicle})

    async def async_close(self) -> None:
        """Save what is known; whatever still arrives after that is not taken in any more."""
        self.closed = True
        for unsubscribe in self._subscriptions:
            unsubscribe()
        self._confirmer.close()
        self._dispatcher.close()
        self.saver.close()
        await self.async_save()

    async def async_save(self) -> None:
        """Save what is known."""
        await self.saver.save()

    @callback
    def async_schedule_save(self, delay: float) -> None:
        """Save within some seconds what is planned and was learned, but for values of cars."""
        if not self.closed:
            self.saver.schedule(delay)

    @callback
    @override
    def async_add_listener(
        self, update_callback: CALLBACK_TYPE, context: object = None
    ) -> Callable[[], None]:
        """Listen to the attributes that the context names, and to the health of sources."""
        remove_general = super().async_add_listener(update_callback, context)
        if not isinstance(context, Watch):
            return remove_general
        remove_special = self._dispatcher.watch(context, update_callback)

        @callback
        def remove() -> None:
            remove_general()
            remove_special()

        return remove

    @callback
    def async_add_adder(self, adder: EntityAdder) -> Callable[[], None]:
        """Have entities added as they become usable."""
        return self._dispatcher.add_adder(adder)

    @callback
    def async_confirm_commands(self) -> None:
        """Read the cars whose commands were not confirmed before a restart."""
        self._confirmer.begin_now()

    @callback
    def async_take(self, reach: Reach, poll: Poll) -> None:
        """Take in what a source brought, and update entities whose car it can or cannot read."""
        if self.closed:
            return
        reach.note(poll)
        self.data.take(poll)
        self._dispatcher.flush()
        if poll.vins is not None:
            self._drop_missing(reach, poll.vins)
        self.async_check(reach)
        for vin in poll.readings:
            self.saver.touch(vin)
        counted = reach.source_status.calls_left is not None
        self.async_schedule_save(AT_ONCE if counted or poll.error else LATER)

    @callback
    def async_take_some(self, poll: Poll) -> None:
        """Take in what a source said of some cars, whether or not it could read others."""
        if not self.closed:
            self.data.take(poll)
            self._dispatcher.flush()

    @callback
    def async_push(self, readings: Mapping[str, Iterable[AnyReading]]) -> None:
        """Take in what cars have sent by themselves."""
        if not self.closed:
            self.data.push(readings)

    @callback
    def async_check(self, reach: Reach) -> None:
        """Show entities, the log and the user which cars a source can read now, and which not."""
        if self.closed:
            return
        for vin in reach.show():
            self._update_device(vin, (car.ACCESS,))
            self._dispatcher.update_car(vin)
        log_cars(reach, self.vehicles)
        self.reach.update_blocked(self.account.issues)
        refused = {
            vin: vehicle for vin, vehicle in self.vehicles.items() if self.reach.refused(vin)
        }
        update_access(self.hass, self.account.issues, refused)

    def listed(self, vin: str) -> bool:
        """Tell whether any source has the car in its list."""
        return any(poller.lists(vin) for poller in self.pollers.values())

    def device(self, vin: str) -> dr.AnyDeviceEntry | None:
        """Return the device of a car, None if there is none yet."""
        return dr.async_get(self.hass).async_get(self._devices.get(vin, ""))

    @callback
    def async_forget(self, vin: str) -> None:
        """Forget a car, so that it is a new one should it come back."""
        self._devices.pop(vin, None)
        self._dispatcher.forget(vin)
        self.data.remove(vin)
        self.saver.forget(vin)

    async def async_send(self, vin: str, command: Command) -> CommandResult:
        """Carry out a command; raise a translated error if it fails or is ignored."""
        try:
            result = await self.data.send(vin, command)
        except ClientError as error:
            raise home_assistant_error(error) from error
        finally:
            self._sent(vin)
        if result.state is CommandState.IGNORED:
            raise ignored_error(result)
        return result

    async def async_refresh_car(self, vin: str) -> Mapping[str, ClientError | None]:
        """Ask all sources about one car, because somebody wants it; return which ones failed.

        Those that do not have the car are not in the result. Raises if none could read it.
        """
        polls = {name: await poller.async_ask(vin) for name, poller in self.pollers.items()}
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
        """Ask all sources, because somebody asked for fresh values of an entity."""
        for poller in self.pollers.values():
            await poller.async_ask_all()
        return self.data

    async def _before_sending(self) -> None:
        """Have it on disk that a command is on its way: it may end in the middle of it."""
        if not self.closed:
            await self.saver.save_plan()

    @callback
    def _sent(self, vin: str) -> None:
        """Show what a command has changed, and read what it has left unknown."""
        if not self.closed:
            self._dispatcher.flush()
            self._confirmer.begin(vin)
            self.saver.touch(vin, matters=True)
            self.async_schedule_save(AT_ONCE)

    @callback
    def _before_dispatching(self, changes: Changes) -> None:
        for vin, changed in changes.items():
            self._update_device(vin, changed)
            if vin in self.vehicles:
                self.saver.touch(vin, matters=not MATTERS_MOST.isdisjoint(changed))
        self.async_schedule_save(LATER)

    @callback
    def _note_error(self, source: str, error: ClientError) -> None:
        if source in self.pollers:
            self.pollers[source].note_error(error)
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
            name=device_name(vehicle, allowed=not self.reach.refused(vin)),
            serial_number=vin,
            sw_version=vehicle.value(car.SOFTWARE_VERSION),
            hw_version=vehicle.value(car.HEADUNIT_TYPE),
        )
        self._devices[vin] = device.id

    @callback
    def _drop_missing(self, reach: Reach, listed: frozenset[str]) -> None:
        """Remove cars that no source lists any more; a first absence may be an accident.

        A source that could not list cars since the start does not keep one that another one had.
        """
        missing = self.vehicles.keys() - listed
        for vin in missing & reach.missing:
            had = self.vehicles[vin].sources
            if (had and reach.source.name not in had) or self.listed(vin):
                continue
            _LOGGER.info("A car is not in the account any more and was removed")
            self.async_forget(vin)
            registry = dr.async_get(self.hass)
            owner = self.config_entry.entry_id
            device = registry.async_get_device_by_identifier((DOMAIN, vin), owner)
            if device is not None:
                registry.async_remove_device(device.id)
        reach.missing = frozenset(missing)

    def shows(self, vin: str) -> bool:
        """Tell whether a car is ours, or would be if it were known."""
        return vin in self.vehicles or self._belongs_here(vin)

    def _belongs_here(self, vin: str) -> bool:
        """Tell whether a new car is ours: one that another entry has stays with that."""
        registry = dr.async_get(self.hass)
        others = self.hass.config_entries.async_entries(DOMAIN)
        taken = any(
            registry.async_get_device_by_identifier((DOMAIN, vin), entry.entry_id)
            for entry in others
            if entry.entry_id != self.config_entry.entry_id
        )
        if taken:
            self.elsewhere.add(vin)
        return not taken

    def _plan(self) -> Plan:
        return plan_of(self.data, self.pollers, self._former)

    def _car(self, vin: str) -> CarContents | None:
        return car_of(self.data, vin, self._former)
