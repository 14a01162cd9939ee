"""The commands that no state of the car has confirmed yet.

From the moment a command has been sent, only a state that was measured after it shows what it did.
Until then, the attributes that it changes are unknown, unless it is known to have failed.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
import logging
from typing import Any, Final

from mashumaro.codecs import BasicDecoder, BasicEncoder

from .attributes import AnyAttribute, AnyReading
from .commands import AcLimit, ChangeProfile, Command, CommandKind, CommandState, TargetSoc
from .convert import iso_time
from .effects import LASTING, Check, changes, checks
from .errors import ClientError
from .vehicle import Vehicle

_LOGGER = logging.getLogger(__name__)

_TYPES: Final[Mapping[CommandKind, type[Command]]] = {
    CommandKind.TARGET_SOC: TargetSoc,
    CommandKind.AC_LIMIT: AcLimit,
    CommandKind.CHARGING_PROFILE: ChangeProfile,
}

type Saved = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sent:
    """A command that may have reached the car, sent through `source` at `time`.

    `ended` is when the last news of the command itself came, None while it is on its way; `state`
    is that news. `before` are the values that it was to change. One that was `overtaken` by
    another command for the same attributes is not judged any more.
    """

    command: Command
    source: str
    time: datetime
    ended: datetime | None = None
    state: CommandState | None = None
    before: Mapping[AnyAttribute, object] = field(default_factory=dict)
    overtaken: bool = False

    @property
    def attributes(self) -> tuple[AnyAttribute, ...]:
        """The attributes that the command changes."""
        return changes(self.command)

    @property
    def checks(self) -> Mapping[AnyAttribute, Check]:
        """The attributes that show whether the command was carried out."""
        return checks(self.command)

    def contradicted_early(self, readings: Iterable[AnyReading]) -> bool:
        """Tell whether readings from before the command ended show another value.

        The command may have been carried out after that.
        """
        return any(
            reading.value is not None
            and self.time <= reading.time < (self.ended or self.time)
            and not self.checks[reading.attribute](reading.value)
            for reading in readings
            if reading.attribute in self.checks
        )

    def became_true(self, reading: AnyReading) -> bool:
        """Tell whether an executed command shows in a value that has no later time of its own.

        Clocks differ, and BMW does not date every setting; but when the source that has sent the
        command tells a value that has become what was asked for, it is no older than the command.
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

    def overlaps(self, other: Sent) -> bool:
        """Tell whether both change the same attributes."""
        return not set(self.attributes).isdisjoint(other.attributes)


class Unconfirmed:
    """The commands of all cars of a garage that are on their way or wait for a state."""

    def __init__(self) -> None:
        """Start with none."""
        self._sent: defaultdict[str, list[Sent]] = defaultdict(list)

    def waiting(self, vin: str) -> Sequence[Sent]:
        """Return the commands to a car that have ended and wait for a state."""
        return [sent for sent in self._sent.get(vin, ()) if sent.ended is not None]

    def vins(self) -> Collection[str]:
        """Return the cars with commands that wait for a state."""
        return [vin for vin in self._sent if self.waiting(vin)]

    def add(self, vin: str, sent: Sent) -> None:
        """Note a command that is about to be sent."""
        self._sent[vin].append(sent)

    def discard(self, vin: str, sent: Sent) -> None:
        """Forget a command."""
        left = [other for other in self._sent.get(vin, ()) if other is not sent]
        if left:
            self._sent[vin] = left
        else:
            self._sent.pop(vin, None)

    def replace(self, vin: str, sent: Sent, **changed: Any) -> Sent:
        """Note what has changed about a command; return it as it is now."""
        new = replace(sent, **changed)
        if sent in self._sent.get(vin, ()):
            self._sent[vin] = [new if other is sent else other for other in self._sent[vin]]
        return new

    def forget(self, vin: str) -> None:
        """Forget all commands to a car."""
        self._sent.pop(vin, None)

    def end(
        self, vehicle: Vehicle, sent: Sent, state: CommandState, ended: datetime
    ) -> list[AnyReading]:
        """Wait for a state from now on; return the readings that make unknown what is unknown."""
        sent = self.replace(vehicle.vin, sent, ended=ended, state=state)
        self._overtake(vehicle.vin, sent)
        return outdated(vehicle, sent)

    def _overtake(self, vin: str, newer: Sent) -> None:
        """Judge no more what was sent before a newer command for the same attributes."""
        for sent in self.waiting(vin):
            if sent is newer or not sent.overlaps(newer):
                continue
            if set(sent.attributes) <= set(newer.attributes):
                self.discard(vin, sent)
            else:
                self.replace(vin, sent, overtaken=True)

    def _overtaken_soon(self, vin: str, sent: Sent) -> bool:
        """Tell whether a newer command for the same attributes is on its way."""
        return any(other.ended is None and other.overlaps(sent) for other in self._sent[vin])

    def sift(self, vin: str, readings: Iterable[AnyReading]) -> Iterable[AnyReading]:
        """Leave out what was measured before the commands that wait for a state."""
        for sent in self.waiting(vin):
            readings = list(_sifted(sent, list(readings)))
        return readings

    def settle(self, vehicle: Vehicle) -> Iterator[tuple[Sent, CommandState]]:
        """Forget the commands that a state has shown the effect of; yield what is new of them."""
        for sent in self.waiting(vehicle.vin):
            found = [vehicle[item] for item in sent.checks]
            known = [reading for reading in found if reading and reading.time >= sent.time]
            if len(known) < len(found) or self._overtaken_soon(vehicle.vin, sent):
                continue
            self.discard(vehicle.vin, sent)
            lasting = LASTING.get(sent.command.kind)
            latest = sent.ended + lasting if sent.ended and lasting else None
            if sent.overtaken or (latest and any(item.time > latest for item in known)):
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

    def load(self, saved: Iterable[object]) -> Iterator[tuple[str, Sent]]:
        """Take over what `dump` wrote, and yield it; what is not understood is left out."""
        for item in saved:
            try:
                vin, sent = _loaded(item)
            except ClientError, ValueError, TypeError, LookupError, AttributeError:
                _LOGGER.debug("A saved command is not understood any more")
                continue
            self.add(vin, sent)
            yield vin, sent


def outdated(vehicle: Vehicle, sent: Sent) -> list[AnyReading]:
    """Return the readings that end what was measured before a command that may have changed it."""
    held = [reading for item in sent.attributes if (reading := vehicle[item])]
    early = sent.contradicted_early(held)
    limit = sent.ended if early and sent.ended else sent.time
    return [
        reading.attribute.over(max(sent.time, reading.time), sent.source)
        for reading in held
        if reading.time < limit
    ]


def _sifted(sent: Sent, readings: Sequence[AnyReading]) -> Iterator[AnyReading]:
    early = sent.contradicted_early(readings)
    true = any(sent.became_true(reading) for reading in readings)
    limit = sent.ended if early and sent.ended else sent.time
    for reading in readings:
        other = reading.attribute not in sent.attributes or reading.value is None
        if other or reading.time >= limit:
            yield reading
        elif true and not early:
            yield replace(reading, time=sent.time)


def _loaded(saved: Any) -> tuple[str, Sent]:
    kind = CommandKind(saved["kind"])
    command: Command = BasicDecoder(_TYPES.get(kind, Command)).decode(saved["command"])
    now, time = datetime.now(UTC), iso_time(saved["time"])
    ended = saved["ended"] and min(now, iso_time(saved["ended"]))
    state = saved["state"] and CommandState(saved["state"])
    if command.kind is not kind or not changes(command):
        raise ValueError("another kind of command")
    return str(saved["vin"]), Sent(command, str(saved["source"]), min(now, time), ended, state)
