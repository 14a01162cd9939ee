"""Between the client and the entities.

`GarageCoordinator` holds the vehicles and tells only the entities whose attributes changed; a
`SourcePoller` beside it asks one source regularly.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
import logging
from typing import Final, NamedTuple, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryNotReady, HomeAssistantError
from homeassistant.helpers import device_registry as dr, issue_registry as ir
from homeassistant.helpers.event import async_call_later
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator

from .client import (
    AuthError,
    BlockedError,
    Changes,
    ClientError,
    Command,
    CommandResult,
    CommandState,
    Garage,
    Poll,
    QuotaError,
    Redactor,
    Source,
    Vehicle,
    attributes as car,
    dump,
    load,
)
from .client.attributes import AnyAttribute
from .client.values import Brand
from .const import DOMAIN
from .errors import blocked_error, home_assistant_error, pause_after, poll_error
from .store import LATER, SOON, Contents, GarageStore, ImageStore, moment

_LOGGER = logging.getLogger(__name__)

_ISSUE_BLOCKED: Final = "blocked"
_MANUFACTURERS: Final = {Brand.ROLLS_ROYCE: "Rolls-Royce", Brand.TOYOTA: "Toyota"}
_DEVICE: Final = frozenset(
    {car.BRAND, car.MODEL, car.BODY_TYPE, car.SOFTWARE_VERSION, car.HEADUNIT_TYPE}
)

type MyBMWConfigEntry = ConfigEntry[GarageCoordinator]
type Newcomers = Callable[[Changes], None]


class Watch(NamedTuple):
    """What an entity listens to: some attributes of one car."""

    vin: str
    attributes: tuple[AnyAttribute, ...]


def blocked_issue(entry_id: str) -> str:
    """Return the id of the repair issue that tells of BMW's refusal."""
    return f"{_ISSUE_BLOCKED}_{entry_id}"


class GarageCoordinator(DataUpdateCoordinator[Garage]):
    """The vehicles of one account. It never polls: sources push into it."""

    config_entry: MyBMWConfigEntry

    def __init__(
        self,
        hass: HomeAssistant,
        entry: MyBMWConfigEntry,
        garage: Garage,
        redactor: Redactor,
    ) -> None:
        super().__init__(hass, _LOGGER, config_entry=entry, name=DOMAIN, always_update=False)
        self.data = garage
        self.redactor = redactor
        self.pollers: dict[str, SourcePoller] = {}
        self.images = ImageStore(hass, entry.entry_id)
        self._store = GarageStore(hass, entry.entry_id)
        self._watchers: dict[tuple[str, AnyAttribute], dict[CALLBACK_TYPE, None]]
        self._watchers = defaultdict(dict)
        self._newcomers: list[Newcomers] = []
        self._devices: set[str] = set()
        self._closed = False
        garage.listener = self._changed

    @property
    def vehicles(self) -> Mapping[str, Vehicle]:
        """The vehicles by VIN."""
        return self.data.vehicles

    async def async_restore(self) -> Contents:
        """Take in what was saved, with its true age; return the file's contents."""
        contents = await self._store.load()
        for vin, saved in contents["vehicles"].items():
            self.data.update(vin, load(saved))
        return contents

    async def async_close(self) -> None:
        """Save what is known; whatever still arrives after that is not taken in any more."""
        self._closed = True
        await self._store.save(self._contents())

    @callback
    def async_schedule_save(self, delay: float) -> None:
        """Save within some seconds."""
        if not self._closed:
            self._store.schedule(self._contents, delay)

    @callback
    @override
    def async_add_listener(
        self, update_callback: CALLBACK_TYPE, context: object = None
    ) -> Callable[[], None]:
        """Listen to the attributes that the context names, and to the health of sources."""
        remove_general = super().async_add_listener(update_callback, context)
        keys = (
            [(context.vin, attribute) for attribute in context.attributes]
            if isinstance(context, Watch)
            else []
        )
        for key in keys:
            self._watchers[key][update_callback] = None

        @callback
        def remove() -> None:
            remove_general()
            for key in keys:
                self._watchers[key].pop(update_callback, None)

        return remove

    @callback
    def async_add_newcomer_listener(self, listener: Newcomers) -> Callable[[], None]:
        """Listen to changes in order to make entities of what is new."""
        self._newcomers.append(listener)
        return lambda: self._newcomers.remove(listener)

    @callback
    def async_take(self, poller: SourcePoller, poll: Poll) -> None:
        """Take in what a source brought, and tell entities whose car it can or cannot read."""
        if self._closed:
            return
        before = {vin for vin in self.vehicles if poller.can_read(vin)}
        poller.note(poll)
        self.data.take(poll)
        if poll.vins is not None:
            self._drop_missing(poller, poll.vins)
        after = {vin for vin in self.vehicles if poller.can_read(vin)}
        for vin in before ^ after:
            self._tell_all(vin)
        self.async_schedule_save(LATER)

    def healthy(self, vin: str, source: str | None) -> bool:
        """Tell whether what a source said about a car can be taken as current.

        Without a source: whether any source can read the car.
        """
        asked = (
            self.pollers.values() if source is None else filter(None, [self.pollers.get(source)])
        )
        return any(poller.can_read(vin) for poller in asked)

    def listed(self, vin: str) -> bool:
        """Tell whether any source has the car in its list."""
        return any(vin in poller.listed for poller in self.pollers.values())

    @callback
    def async_forget(self, vin: str) -> None:
        """Forget a car, so that it is a new one should it come back."""
        self._devices.discard(vin)
        self.data.remove(vin)

    async def async_send(self, vin: str, command: Command) -> CommandResult:
        """Carry out a command; raise a translated error if it fails or is ignored."""
        try:
            result = await self.data.send(vin, command)
        except ClientError as error:
            raise home_assistant_error(error) from error
        if result.state is CommandState.IGNORED:
            raise HomeAssistantError(
                translation_domain=DOMAIN,
                translation_key="command_ignored",
                translation_placeholders={"reason": result.reason or "-"},
            )
        return result

    @override
    async def _async_update_data(self) -> Garage:
        """Ask all sources, because somebody asked for fresh values of an entity."""
        for poller in self.pollers.values():
            await poller.async_request_refresh()
        return self.data

    @callback
    def _changed(self, changes: Changes) -> None:
        if self._closed:
            return
        told: dict[CALLBACK_TYPE, None] = {}
        for vin, changed in changes.items():
            for attribute in changed:
                told |= self._watchers.get((vin, attribute), {})
            self._update_device(vin, changed)
        for tell in told:
            tell()
        for newcomers in self._newcomers:
            newcomers(changes)
        self.async_schedule_save(SOON)

    @callback
    def _tell_all(self, vin: str) -> None:
        for update, context in list(self._listeners.values()):
            if isinstance(context, Watch) and context.vin == vin:
                update()

    @callback
    def _update_device(self, vin: str, changed: Iterable[AnyAttribute]) -> None:
        vehicle = self.vehicles.get(vin)
        if vehicle is None or (vin in self._devices and _DEVICE.isdisjoint(changed)):
            return
        self._devices.add(vin)
        dr.async_get(self.hass).async_get_or_create(
            config_entry_id=self.config_entry.entry_id,
            identifiers={(DOMAIN, vin)},
            manufacturer=_MANUFACTURERS.get(vehicle.brand, vehicle.brand.value),
            model=vehicle.value(car.MODEL),
            model_id=vehicle.value(car.BODY_TYPE),
            name=vehicle.name,
            serial_number=vin,
            sw_version=vehicle.value(car.SOFTWARE_VERSION),
            hw_version=vehicle.value(car.HEADUNIT_TYPE),
        )

    @callback
    def _drop_missing(self, poller: SourcePoller, listed: frozenset[str]) -> None:
        """Remove cars that no source lists any more; a first absence may be an accident."""
        missing = self.vehicles.keys() - listed
        for vin in missing & poller.missing:
            others = (other for other in self.pollers.values() if other is not poller)
            if any(vin not in other.missing for other in others):
                continue
            _LOGGER.info("A car is not in the account any more and was removed")
            self.async_forget(vin)
            registry = dr.async_get(self.hass)
            owner = self.config_entry.entry_id
            device = registry.async_get_device_by_identifier((DOMAIN, vin), owner)
            if device is not None:
                registry.async_remove_device(device.id)
        poller.missing = frozenset(missing)

    def _contents(self) -> Contents:
        return {
            "vehicles": {vin: dump(vehicle) for vin, vehicle in self.vehicles.items()},
            "due": {name: poller.due for name, poller in self.pollers.items() if poller.due},
        }


class SourcePoller(DataUpdateCoordinator[None]):
    """Asks one source regularly and hands what it says to the garage.

    `error` is why the last poll failed, `failed` are the cars it could not read, `listed` those
    that the source lists, `missing` those that were not in its last list.
    """

    config_entry: MyBMWConfigEntry

    def __init__(self, garage: GarageCoordinator, source: Source, interval: timedelta) -> None:
        super().__init__(
            garage.hass,
            _LOGGER,
            config_entry=garage.config_entry,
            name=source.name,
            update_interval=interval,
            always_update=False,
        )
        self.source = source
        self.due = ""
        self.error: ClientError | None = None
        self.failed: frozenset[str] = frozenset()
        self.listed: frozenset[str] = frozenset()
        self.missing: frozenset[str] = frozenset()
        self._garage = garage
        self._interval = interval
        self._answered = False
        garage.pollers[source.name] = self

    def can_read(self, vin: str) -> bool:
        """Tell whether the last poll, if there was one, could read the car.

        A spent quota leaves values as they are: nothing is known to be wrong with them.
        """
        fine = self.error is None or isinstance(self.error, QuotaError)
        return fine and vin not in self.failed | self.missing

    def note(self, poll: Poll) -> None:
        """Remember how a poll went."""
        self.error = poll.error
        self.failed = frozenset(
            vin for vin, error in poll.errors.items() if not isinstance(error, QuotaError)
        )
        if poll.vins is not None:
            self.listed = poll.vins

    async def async_begin(self, wait: timedelta) -> None:
        """Poll for the first time: at once, or after `wait` if saved readings bridge it.

        Without saved readings a failure raises, so that set-up is tried again; but not if BMW
        refuses us altogether, since trying again soon can only do harm.
        """
        if self._garage.vehicles:
            self._answered = True
            self.due = moment(wait)
            self.config_entry.async_on_unload(
                async_call_later(self.hass, wait, self._begin_polling)
            )
            return
        try:
            await self.async_config_entry_first_refresh()
        except ConfigEntryNotReady as error:
            if isinstance(self.error, BlockedError):
                raise blocked_error(self.error) from error
            raise
        self._keep_polling()

    @callback
    def _begin_polling(self, _now: datetime) -> None:
        self._keep_polling()
        self.config_entry.async_create_background_task(
            self.hass, self.async_refresh(), f"{DOMAIN} first poll"
        )

    @callback
    def _keep_polling(self) -> None:
        """A coordinator without listeners does not poll."""
        self.config_entry.async_on_unload(self.async_add_listener(lambda: None))

    @override
    async def _async_update_data(self) -> None:
        """Poll the source; what it read before it failed counts all the same."""
        before = self.error
        poll = await self.source.poll()
        pause = pause_after(poll.error, self._interval)
        self.due = moment(pause)
        self._garage.async_take(self, poll)
        self._tell_whether_blocked(poll.error)
        self._answered |= poll.error is None
        if poll.error is not None:
            grace = self._answered and not isinstance(before, AuthError)
            raise poll_error(poll.error, pause, grace=grace) from poll.error

    def _tell_whether_blocked(self, error: ClientError | None) -> None:
        """Raise the issue when BMW refuses us, delete it when BMW answers again."""
        issue = blocked_issue(self.config_entry.entry_id)
        if error is None:
            ir.async_delete_issue(self.hass, DOMAIN, issue)
        if not isinstance(error, BlockedError):
            return
        ir.async_create_issue(
            self.hass,
            DOMAIN,
            issue,
            is_fixable=False,
            severity=ir.IssueSeverity.ERROR,
            translation_key=_ISSUE_BLOCKED,
            translation_placeholders={"account": self.config_entry.title},
        )
