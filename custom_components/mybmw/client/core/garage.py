"""The garage: all vehicles of one account, whatever sources they come from."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from itertools import chain
import logging

from .attributes import COMMANDS, LAST_COMMAND, AnyAttribute, AnyReading
from .capabilities import Capabilities, capabilities_of
from .commands import FINAL, Command, CommandKind, CommandResult, CommandState
from .errors import ClientError, NoPictureError, UnsupportedError
from .events import CarEvent
from .execution import INTERRUPTED, NO_STATE, Execution, prepare, unconfirmed
from .listeners import Listeners
from .policy import Policy
from .recording import Message
from .source import Bill, Commanding, Poll, Polled, Progress, Source
from .tires import COMPARED, comparisons
from .unconfirmed import Saved, SentCommand, Unconfirmed, outdated
from .vehicle import Vehicle

_LOGGER = logging.getLogger(__name__)

type Changes = Mapping[str, set[AnyAttribute]]
type Listener = Callable[[Changes], object]


class Garage:
    """Vehicles by VIN, and the sources that feed and command them.

    VINs are in capitals here; callers may write them in any case.

    Listeners subscribe to changes, to the `events` of each source that has some, to `steps` of
    commands by VIN, and to `errors` of commands and pictures by the name of the source.
    """

    def __init__(
        self,
        sources: Iterable[Source] = (),
        listener: Listener | None = None,
        policy: Policy | None = None,
        accept: Callable[[str], bool] = lambda _vin: True,
        before_sending: Callable[[], Awaitable[object]] | None = None,
        available: Callable[[str, str], bool] = lambda _source, _vin: True,
    ) -> None:
        """Take the sources in order of preference for commands; the policy decides over them.

        `accept` is asked whether a car that is new belongs here, `before_sending` is awaited before
        a command that changes something is sent, `available` is asked whether a source can command
        a car now. `listener` subscribes to changes.
        """
        self.policy = policy or Policy()
        self.sources: dict[str, Source] = {source.name: source for source in sources}
        self.capabilities: dict[str, Capabilities] = {
            name: capabilities_of(source) for name, source in self.sources.items()
        }
        self._commanding = [
            can.commanding for can in self.capabilities.values() if can.commanding is not None
        ]
        self.vehicles: dict[str, Vehicle] = {}
        self.steps: Listeners[str, CommandResult] = Listeners()
        self.errors: Listeners[str, ClientError] = Listeners()
        self.unconfirmed = Unconfirmed()
        self.events: dict[str, Listeners[str, CarEvent]] = {
            name: can.eventful.events
            for name, can in self.capabilities.items()
            if can.eventful is not None
        }
        self._accept = accept
        self._before_sending = before_sending
        self._available = available
        self._changed: Listeners[Changes] = Listeners()
        if listener is not None:
            self.subscribe(listener)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call a listener with the changed attributes by VIN; return what ends that.

        A car that is new or gone is in it with an empty set at least.
        """
        return self._changed.subscribe(listener)

    def subscribe_messages(self, listener: Callable[[str, Message], object]) -> Callable[[], None]:
        """Call a listener with the source and each message of its stream, as it came."""
        ends = [
            can.pushing.messages.subscribe(partial(listener, name))
            for name, can in self.capabilities.items()
            if can.pushing is not None
        ]

        def unsubscribe() -> None:
            for end in ends:
                end()

        return unsubscribe

    def update(self, vin: str, readings: Iterable[AnyReading]) -> set[AnyAttribute]:
        """Take in readings of one car, add it if it is new, and call the listeners."""
        return self._update({vin: readings}).get(vin, set())

    def take(self, poll: Poll) -> Changes:
        """Take in a poll, publish the commands of cars, and call the listeners once."""
        if not self._commanding:
            return self._update(poll.readings)
        return self._update(
            {vin: [*self._publish(vin, items)] for vin, items in poll.readings.items()}
        )

    def publish_commands(self) -> None:
        """Publish what cars can be asked to do, when the sources know it from before."""
        self.take(Poll(dict.fromkeys(self.vehicles, ())))

    def _publish(self, vin: str, readings: Iterable[AnyReading]) -> Iterator[AnyReading]:
        """Replace what one source offers by what all of them do."""
        kinds = tuple(kind for kind in CommandKind if self.offers(vin, kind))
        vehicle = self.vehicles.get(vin)
        held, found = vehicle and vehicle[COMMANDS], False
        for reading in readings:
            mine = reading.attribute is COMMANDS
            found |= mine
            yield COMMANDS.at(kinds, reading.time, reading.source) if mine else reading
        if not found and kinds != (held.value if held else ()):
            names = [item.name for item in self._commanding if item.commands(vin)]
            now = datetime.now(UTC)
            time = max(now, held.time) if held else now
            yield COMMANDS.at(kinds, time, next(iter(names), self._commanding[0].name))

    def push(self, readings: Mapping[str, Iterable[AnyReading]]) -> Changes:
        """Take in what cars have sent by themselves and call the listeners once."""
        return self._update(readings)

    def expire(self, vin: str, now: datetime) -> set[AnyAttribute]:
        """End values of one car whose time has passed, and call the listeners."""
        vehicle = self.vehicles.get(vin)
        changed = set[AnyAttribute]() if vehicle is None else vehicle.expire(now)
        if changed:
            self._notify({vin: changed})
        return changed

    def remove(self, vin: str) -> None:
        """Forget a car."""
        self.unconfirmed.forget(vin)
        if self.vehicles.pop(vin, None) is not None:
            self._notify({vin: set()})

    async def refresh(self, source: Polled, vin: str | None = None) -> Poll:
        """Poll one source, for all cars or one, and take in the result."""
        poll = await source.poll(vin and vin.upper())
        self.take(poll)
        return poll

    async def refresh_all(self) -> Mapping[str, Poll]:
        """Poll every source for all cars; the `error` of a poll is why one of them failed."""
        return {
            name: await self._refreshed(can.polled)
            for name, can in self.capabilities.items()
            if can.polled is not None
        }

    async def _refreshed(self, source: Polled) -> Poll:
        try:
            return await self.refresh(source)
        except ClientError as error:
            return Poll(error=error)

    def offers(self, vin: str, kind: CommandKind) -> bool:
        """Return whether any source can ask a car to do something, allowed or not."""
        return any(kind in source.commands(vin) for source in self._commanding)

    def can_poll(self, vin: str) -> bool:
        """Return whether any source that can be asked may read a car."""
        polled = (can.polled for can in self.capabilities.values())
        return any(source is not None and source.can_poll(vin) for source in polled)

    def bill(self, vin: str) -> Bill | None:
        """Return what a car costs this month, None if no price is known."""
        billed = (can.billed for can in self.capabilities.values() if can.billed is not None)
        return next(filter(None, (item.bill(vin) for item in billed)), None)

    def has_picture(self, vin: str, view: str) -> bool:
        """Return whether any source has a picture of a car."""
        imaging = (can.imaging for can in self.capabilities.values())
        return any(source is not None and view in source.views(vin) for source in imaging)

    def commands(self, vehicle: Vehicle) -> frozenset[CommandKind]:
        """Return what the car can be asked to do, by any source, and may be asked."""
        if self.policy.read_only:
            return frozenset()
        return frozenset(chain(*(source.commands(vehicle.vin) for source in self._commanding)))

    def commander(self, vehicle: Vehicle, kind: CommandKind) -> Commanding:
        """Return the first source that can carry out the command now, or raise `UnsupportedError`.

        If none can now, it is the first that offers the command: its error says why.
        """
        if self.policy.read_only:
            raise UnsupportedError("the account is read only")
        vin = vehicle.vin
        offering = [source for source in self._commanding if kind in source.commands(vin)]
        if not offering:
            raise UnsupportedError(f"{kind} is not available for this car")
        available = (source for source in offering if self._available(source.name, vin))
        return next(available, offering[0])

    async def send(
        self, vin: str, command: Command, progress: Progress | None = None
    ) -> CommandResult:
        """Carry out a command through the first source that can.

        How far it has come is a fact about the car (`LAST_COMMAND`) from the moment it is sent; a
        command that is refused before that leaves no trace. What it changes is unknown from the
        moment it has ended until a state measured after it arrives; not if it was refused.
        """
        vehicle = self._vehicle(vin)
        source = self.commander(vehicle, command.kind)

        def note(step: CommandResult) -> None:
            self._note(vehicle, step, source.name)

        sent = prepare(vehicle, command, source.name)
        execution = Execution(self.unconfirmed, vehicle, sent, note, progress)
        try:
            if sent.attributes and self._before_sending is not None:
                await self._before_sending()
            result, readings = await source.send(vehicle, command, execution)
            self._update_present(vehicle, [*execution.finish(result), *readings])
        except ClientError as error:
            self.errors(source.name, error)
            self._update_present(vehicle, execution.fail(error))
            raise
        finally:  # also if the calling task was cancelled
            self._update_present(vehicle, execution.interrupt())
        return result

    def give_up(self, vin: str) -> None:
        """Publish that the waiting commands to a car could not be confirmed."""
        vehicle = self.vehicles.get(vin)
        for sent in self.unconfirmed.waiting(vin):
            if vehicle is not None and sent.state is not CommandState.UNCONFIRMED:
                self._note_unconfirmed(vehicle, sent, NO_STATE)

    def dump_commands(self) -> list[Saved]:
        """Return the commands that no state has confirmed yet as JSON."""
        return self.unconfirmed.dump()

    def load_commands(self, saved: Iterable[object]) -> None:
        """Take over what `dump_commands` wrote; what was on its way then was interrupted."""
        for vin, sent in list(self.unconfirmed.load(saved)):
            vehicle = self.vehicles.get(vin)
            if vehicle is None:
                self.unconfirmed.forget(vin)
            elif sent.ended is None:
                now, state = datetime.now(UTC), CommandState.UNCONFIRMED
                self.update(vin, self.unconfirmed.end(vehicle, sent, state, now))
                self._note_unconfirmed(vehicle, sent, INTERRUPTED)
            else:  # readings may have been saved before it ended
                self.update(vin, outdated(vehicle, sent))
        for vehicle in self.vehicles.values():
            for attribute in LAST_COMMAND.values():
                last = vehicle[attribute]
                if last is not None and last.value.state not in FINAL:
                    step = unconfirmed(last.value.kind, INTERRUPTED)
                    self._note(vehicle, step, last.source)

    def _note_unconfirmed(self, vehicle: Vehicle, sent: SentCommand, reason: str) -> None:
        _LOGGER.info("Nothing shows whether %s was carried out: %s", sent.command.kind, reason)
        self.unconfirmed.replace(vehicle.vin, sent, state=CommandState.UNCONFIRMED)
        self._note(vehicle, unconfirmed(sent.command.kind, reason), sent.source)

    def _note(self, vehicle: Vehicle, step: CommandResult, source: str) -> None:
        """Keep the newest step of a command, and publish it."""
        attribute = LAST_COMMAND[step.kind]
        last = vehicle[attribute]
        time = step.time if last is None else max(step.time, last.time)
        if self._update_present(vehicle, [attribute.at(step, time, source)]):
            _LOGGER.debug("%s: %s", step.kind, step.state)
            self.steps(vehicle.vin, step)

    def _update_present(self, vehicle: Vehicle, readings: Iterable[AnyReading]) -> bool:
        """Take in readings of a car unless it was removed; return whether it is there."""
        present = self.vehicles.get(vehicle.vin) is vehicle
        if present:
            self.update(vehicle.vin, readings)
        return present

    async def image(self, vin: str, view: str) -> bytes:
        """Return a picture of a car as PNG, from the first source that has one."""
        error: ClientError = NoPictureError("no source has pictures")
        for name, can in self.capabilities.items():
            if can.imaging is None:
                continue
            try:
                return await can.imaging.image(self._vehicle(vin), view)
            except ClientError as failed:
                self.errors(name, failed)
                error = failed if isinstance(error, UnsupportedError) else error
        raise error

    def _vehicle(self, vin: str) -> Vehicle:
        vehicle = self.vehicles.get(vin.upper())
        if vehicle is None:
            raise UnsupportedError("the car is not in the garage")
        return vehicle

    def _update(self, readings: Mapping[str, Iterable[AnyReading]]) -> Changes:
        changes: dict[str, set[AnyAttribute]] = {}
        published: dict[str, set[AnyAttribute]] = {}
        for vin, items in readings.items():
            vehicle = self.vehicles.get(vin)
            new = vehicle is None
            if vehicle is None:
                if not self._accept(vin):
                    continue
                vehicle = self.vehicles[vin] = Vehicle(vin)
            taken = self._admitted(vin, items)
            changes[vin] = changed = vehicle.update(taken)
            if any(reading.attribute in COMPARED for reading in taken):
                changed |= vehicle.update(comparisons(vehicle))
            if changed or new:
                published[vin] = changed
        if published:
            self._notify(published)
        for vin in changes:
            if self.unconfirmed.waiting(vin):
                self._settle(self.vehicles[vin])
        return changes

    def _admitted(self, vin: str, readings: Iterable[AnyReading]) -> list[AnyReading]:
        """Return the readings that the policy keeps and no unconfirmed command has outdated."""
        if not self.policy.keeps_all:
            readings = self.policy.filter(readings)
        taken = [*readings]
        for sent in self.unconfirmed.waiting(vin):
            taken = [*sent.filter(taken)]
        return taken

    def _notify(self, changes: Changes) -> None:
        """Call the listeners."""
        for listener in self._changed:
            listener(changes)

    def _settle(self, vehicle: Vehicle) -> None:
        """Publish the commands that the state of the car confirms or contradicts now."""
        for sent, state in list(self.unconfirmed.resolve(vehicle)):
            kind = sent.command.kind
            if state is CommandState.CONTRADICTED:
                _LOGGER.info("The car reports something else than %s asked for", kind)
            self._note(vehicle, CommandResult(kind, state, datetime.now(UTC)), sent.source)
