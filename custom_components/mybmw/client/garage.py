"""The garage: all vehicles of one account, whatever sources they come from."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain

from .attributes import CHARGING_SESSIONS, LAST_COMMAND, POSITION, AnyAttribute, AnyReading
from .commands import FINAL, Command, CommandKind, CommandResult, CommandState
from .errors import ClientError, CommandTimeoutError, InvalidValueError, UnsupportedError
from .source import Poll, Progress, Source
from .tires import comparisons
from .vehicle import Vehicle

type Changes = Mapping[str, set[AnyAttribute]]
type Listener = Callable[[Changes], None]


class Garage:
    """Vehicles by VIN, and the sources that feed and command them.

    VINs are in capitals here; whoever asks for a car may write them in any case.

    `listener` is called with the changed attributes by VIN whenever something changed; a car that
    is new or gone is in it with an empty set at least.
    """

    def __init__(
        self,
        sources: Iterable[Source] = (),
        listener: Listener | None = None,
        ignored: Collection[AnyAttribute] = (),
        accept: Callable[[str], bool] = lambda _vin: True,
    ) -> None:
        """Take the sources in order of preference for commands; never keep what is `ignored`.

        `accept` is asked whether a car that is new belongs here.
        """
        self.accept = accept
        self.ignored = frozenset(ignored)
        self.sources: dict[str, Source] = {source.name: source for source in sources}
        self.vehicles: dict[str, Vehicle] = {}
        self.listener = listener

    def update(self, vin: str, readings: Iterable[AnyReading]) -> set[AnyAttribute]:
        """Take in readings of one car, make it known if it is new, and tell the listener."""
        return self._update({vin: readings}).get(vin, set())

    def take(self, poll: Poll) -> Changes:
        """Take in a poll and tell the listener once."""
        return self._update(poll.readings)

    def push(self, readings: Mapping[str, Iterable[AnyReading]]) -> Changes:
        """Take in what cars have sent by themselves and tell the listener once."""
        return self._update(readings)

    def remove(self, vin: str) -> None:
        """Forget a car."""
        if self.vehicles.pop(vin, None) is not None and self.listener is not None:
            self.listener({vin: set()})

    async def refresh(self, source: Source, vin: str | None = None) -> Poll:
        """Poll one source, for all cars or one, and take in what it brought."""
        poll = await source.poll(vin and vin.upper())
        self.take(poll)
        return poll

    async def refresh_all(self) -> Mapping[str, Poll]:
        """Poll every source for all cars; the `error` of a poll tells why one of them failed."""
        return {name: await self._refreshed(source) for name, source in self.sources.items()}

    async def _refreshed(self, source: Source) -> Poll:
        try:
            return await self.refresh(source)
        except ClientError as error:
            return Poll(error=error)

    def commands(self, vehicle: Vehicle) -> frozenset[CommandKind]:
        """Return what the car can be asked to do, by any source."""
        offers = (source.commands(vehicle) for source in self.sources.values())
        return frozenset(chain.from_iterable(offers))

    def commander(self, vehicle: Vehicle, kind: CommandKind) -> Source:
        """Return the first source that can carry out the command, or raise `UnsupportedError`."""
        for source in self.sources.values():
            if kind in source.commands(vehicle):
                return source
        raise UnsupportedError(f"{kind} is not available for this car")

    async def send(
        self, vin: str, command: Command, progress: Progress | None = None
    ) -> CommandResult:
        """Carry out a command through the first source that can.

        How far it has come is a fact about the car (`LAST_COMMAND`) from the moment it is sent; a
        command that is refused before that leaves no trace.
        """
        vehicle = self._vehicle(vin)
        vin = vehicle.vin
        source = self.commander(vehicle, command.kind)
        fate = LAST_COMMAND[command.kind]

        def note(state: CommandState, reason: str | None = None) -> None:
            now = datetime.now(UTC)
            if self.vehicles.get(vin) is vehicle:
                told = CommandResult(command.kind, state, now, reason)
                self.update(vin, [fate.at(told, now, source.name)])

        def on_the_way(state: CommandState) -> None:
            if state not in FINAL:
                note(state)
            if progress is not None:
                progress(state)

        try:
            result, readings = await source.send(vehicle, command, on_the_way)
        except ClientError as error:
            if not isinstance(error, UnsupportedError | InvalidValueError):
                late = isinstance(error, CommandTimeoutError)
                note(CommandState.TIMED_OUT if late else CommandState.ERROR, str(error))
            raise
        if self.vehicles.get(vin) is vehicle:
            self.update(vin, readings)
        note(result.state, result.reason)
        return result

    async def image(self, vin: str, view: str) -> bytes:
        """Return a picture of a car as PNG, from the first source that has one."""
        error: ClientError = UnsupportedError("no source has pictures")
        for source in self.sources.values():
            try:
                return await source.image(self._vehicle(vin), view)
            except ClientError as failed:
                error = failed if isinstance(error, UnsupportedError) else error
        raise error

    def _vehicle(self, vin: str) -> Vehicle:
        vehicle = self.vehicles.get(vin.upper())
        if vehicle is None:
            raise UnsupportedError("the car is not in the garage")
        return vehicle

    def _kept(self, readings: Iterable[AnyReading]) -> Iterator[AnyReading]:
        """Leave out what is ignored; who ignores where a car is, ignores where it was charged."""
        for reading in readings:
            places = reading.attribute is CHARGING_SESSIONS and POSITION in self.ignored
            if places and reading.value is not None:
                sessions = tuple(replace(item, place=None) for item in reading.value)
                yield reading._replace(value=sessions)
            elif reading.attribute not in self.ignored:
                yield reading

    def _update(self, readings: Mapping[str, Iterable[AnyReading]]) -> Changes:
        changes: dict[str, set[AnyAttribute]] = {}
        told: dict[str, set[AnyAttribute]] = {}
        for vin, items in readings.items():
            vehicle = self.vehicles.get(vin)
            new = vehicle is None
            if vehicle is None:
                if not self.accept(vin):
                    continue
                vehicle = self.vehicles[vin] = Vehicle(vin)
            changed = vehicle.update(self._kept(items))
            changes[vin] = changed | vehicle.update(comparisons(vehicle))
            if changes[vin] or new:
                told[vin] = changes[vin]
        if told and self.listener is not None:
            self.listener(told)
        return changes
