"""The commands that no state of the car has confirmed yet.

Only a state that was measured after a command was sent shows its effect. Until one arrives, the
attributes that the command changes are unknown, unless the command is known to have failed.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from datetime import UTC, datetime
import logging
from typing import Any, Final

from mashumaro.codecs import BasicDecoder, BasicEncoder

from .attributes import AnyAttribute, AnyReading
from .commands import AcLimit, ChangeProfile, Command, CommandKind, CommandState, TargetSoc
from .convert import iso_time
from .effects import LASTING, Check, changes, checks
from .errors import ClientError
from .value_class import record
from .vehicle import Vehicle

_LOGGER = logging.getLogger(__name__)

_TYPES: Final[Mapping[CommandKind, type[Command]]] = {
    CommandKind.TARGET_SOC: TargetSoc,
    CommandKind.AC_LIMIT: AcLimit,
    CommandKind.CHARGING_PROFILE: ChangeProfile,
}

type Saved = dict[str, Any]


@record
class SentCommand:
    """A command that may have reached the car, sent by `source` at `time`.

    `ended` is when it finished with `state`, None while it is in progress. `before` are the values
    before it. One `superseded` by another command for the same attributes reports no outcome.
    """

    command: Command
    source: str
    time: datetime
    ended: datetime | None = None
    state: CommandState | None = None
    before: Mapping[AnyAttribute, object] = field(default_factory=dict)
    superseded: bool = False

    @property
    def attributes(self) -> tuple[AnyAttribute, ...]:
        """The attributes that the command changes."""
        return changes(self.command)

    @property
    def checks(self) -> Mapping[AnyAttribute, Check]:
        """The checks that show whether the command was executed, by attribute."""
        return checks(self.command)

    def contradicted_early(self, readings: Iterable[AnyReading]) -> bool:
        """Return whether readings from before the command ended show another value.

        The command may have been executed after those.
        """
        return any(
            reading.value is not None
            and self.time <= reading.time < (self.ended or self.time)
            and not self.checks[reading.attribute](reading.value)
            for reading in readings
            if reading.attribute in self.checks
        )

    def shows_effect(self, reading: AnyReading) -> bool:
        """Return whether a reading shows the effect of the executed command, whatever its time.

        Clocks differ, and BMW does not date every setting. But if the source of the command sends
        the requested value, and the value was another one before, it is newer than the command.
        """
        check = self.checks.get(reading.attribute)
        return (
            check is not None
            and self.state is CommandState.EXECUTED
            and reading.source == self.source
            and reading.attribute in self.before
            and reading.value is not None
            and check(reading.value)
            and not self._was(reading.attribute)
        )

    def _was(self, attribute: AnyAttribute) -> bool:
        before = self.before[attribute]
        return before is None or self.checks[attribute](before)

    def filter(self, readings: Sequence[AnyReading]) -> Iterator[AnyReading]:
        """Yield the readings without those that the command has outdated."""
        early = self.contradicted_early(readings)
        effective = any(self.shows_effect(reading) for reading in readings)
        limit = self.ended if early and self.ended else self.time
        for reading in readings:
            other = reading.attribute not in self.attributes or reading.value is None
            if other or reading.time >= limit:
                yield reading
            elif effective and not early:
                yield replace(reading, time=self.time)

    def overlaps(self, other: SentCommand) -> bool:
        """Return whether both commands change some of the same attributes."""
        return not set(self.attributes).isdisjoint(other.attributes)


class Unconfirmed:
    """The commands of all cars of a garage that are in progress or wait for a newer state."""

    def __init__(self) -> None:
        """Create it without commands."""
        self._sent: defaultdict[str, list[SentCommand]] = defaultdict(list)

    def waiting(self, vin: str) -> Sequence[SentCommand]:
        """Return the commands to a car that have ended and wait for a newer state."""
        return [sent for sent in self._sent.get(vin, ()) if sent.ended is not None]

    def vins(self) -> Collection[str]:
        """Return the VINs of cars with commands that wait for a newer state."""
        return [vin for vin in self._sent if self.waiting(vin)]

    def add(self, vin: str, sent: SentCommand) -> None:
        """Add a command before it is sent."""
        self._sent[vin].append(sent)

    def discard(self, vin: str, sent: SentCommand) -> None:
        """Remove a command."""
        left = [other for other in self._sent.get(vin, ()) if other is not sent]
        if left:
            self._sent[vin] = left
        else:
            self._sent.pop(vin, None)

    def replace(self, vin: str, sent: SentCommand, **changed: Any) -> SentCommand:
        """Replace a command by one with changed fields; return the new one."""
        new = replace(sent, **changed)
        if sent in self._sent.get(vin, ()):
            self._sent[vin] = [new if other is sent else other for other in self._sent[vin]]
        return new

    def forget(self, vin: str) -> None:
        """Remove all commands to a car."""
        self._sent.pop(vin, None)

    def end(
        self, vehicle: Vehicle, sent: SentCommand, state: CommandState, ended: datetime
    ) -> list[AnyReading]:
        """Mark a command as ended; return the readings that end the values outdated by it."""
        sent = self.replace(vehicle.vin, sent, ended=ended, state=state)
        self._supersede(vehicle.vin, sent)
        return outdated(vehicle, sent)

    def _supersede(self, vin: str, newer: SentCommand) -> None:
        """Remove older commands for the same attributes, or mark them as superseded."""
        for sent in self.waiting(vin):
            if sent is newer or not sent.overlaps(newer):
                continue
            if set(sent.attributes) <= set(newer.attributes):
                self.discard(vin, sent)
            else:
                self.replace(vin, sent, superseded=True)

    def _newer_in_progress(self, vin: str, sent: SentCommand) -> bool:
        """Return whether a newer command for the same attributes is in progress."""
        return any(other.ended is None and other.overlaps(sent) for other in self._sent[vin])

    def resolve(self, vehicle: Vehicle) -> Iterator[tuple[SentCommand, CommandState]]:
        """Remove the commands that have a newer state; yield those confirmed or contradicted."""
        for sent in self.waiting(vehicle.vin):
            found = [vehicle[item] for item in sent.checks]
            known = [reading for reading in found if reading and reading.time >= sent.time]
            if len(known) < len(found) or self._newer_in_progress(vehicle.vin, sent):
                continue
            self.discard(vehicle.vin, sent)
            lasting = LASTING.get(sent.command.kind)
            latest = sent.ended + lasting if sent.ended and lasting else None
            if sent.superseded or (latest and any(item.time > latest for item in known)):
                continue
            if not all(sent.checks[item.attribute](item.value) for item in known):
                yield sent, CommandState.CONTRADICTED
            elif sent.state is not CommandState.EXECUTED:
                yield sent, CommandState.CONFIRMED

    def dump(self) -> list[Saved]:
        """Return all commands as JSON."""
        return [
            {
                "vin": vin,
                "kind": sent.command.kind.value,
                "command": BasicEncoder(type(sent.command)).encode(sent.command),
                "source": sent.source,
                "time": sent.time.isoformat(),
                "ended": sent.ended and sent.ended.isoformat(),
                "state": sent.state and sent.state.value,
            }
            for vin, items in self._sent.items()
            for sent in items
        ]

    def load(self, saved: Iterable[object]) -> Iterator[tuple[str, SentCommand]]:
        """Restore and yield the commands of `dump`; invalid ones are skipped."""
        for item in saved:
            try:
                vin, sent = _loaded(item)
            except ClientError, ValueError, TypeError, LookupError, AttributeError:
                _LOGGER.debug("Skipping a stored command that is not valid")
                continue
            self.add(vin, sent)
            yield vin, sent


def outdated(vehicle: Vehicle, sent: SentCommand) -> list[AnyReading]:
    """Return readings that end the values measured before the command that changes them."""
    held = [reading for item in sent.attributes if (reading := vehicle[item])]
    early = sent.contradicted_early(held)
    limit = sent.ended if early and sent.ended else sent.time
    return [
        reading.attribute.ended(max(sent.time, reading.time), sent.source)
        for reading in held
        if reading.time < limit
    ]


def _loaded(saved: Any) -> tuple[str, SentCommand]:
    kind = CommandKind(saved["kind"])
    command: Command = BasicDecoder(_TYPES.get(kind, Command)).decode(saved["command"])
    now, time = datetime.now(UTC), iso_time(saved["time"])
    ended = saved["ended"] and min(now, iso_time(saved["ended"]))
    state = saved["state"] and CommandState(saved["state"])
    if command.kind is not kind or not changes(command):
        raise ValueError("kind does not match the command")
    return str(saved["vin"]), SentCommand(
        command, str(saved["source"]), min(now, time), ended, state
    )
