"""The garage: vehicles by VIN, reported once, commanded through the first source that can."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import override

import pytest

from custom_components.mybmw.client import (
    ApiError,
    Command,
    CommandKind,
    CommandResult,
    CommandState,
    Garage,
    Policy,
    Poll,
    Progress,
    Status,
    UnsupportedError,
    Vehicle,
    attributes as a,
)
from custom_components.mybmw.client.core.attributes import AnyAttribute, AnyReading
from custom_components.mybmw.client.core.garage import Changes
from custom_components.mybmw.client.core.recording import Recording
from custom_components.mybmw.client.core.values import ChargingSession

NOW = datetime(2026, 11, 10, 12, tzinfo=UTC)
ONE, TWO = "WBA00000000000001", "WBA00000000000002"
LOCK = Command(CommandKind.DOOR_LOCK)


class Fake:
    """A source that does as requested."""

    def __init__(
        self,
        name: str,
        kinds: Sequence[CommandKind] = (),
        poll: Poll | None = None,
        picture: bytes = b"",
    ) -> None:
        self.name = name
        self.kinds = frozenset(kinds)
        self.answer = poll or Poll()
        self.picture = picture
        self.asked: list[str | None] = []
        self.sent: list[tuple[str, Command]] = []

    @property
    def status(self) -> Status:
        return Status()

    def has(self, vin: str) -> bool:
        return True

    def can_poll(self, vin: str) -> bool:
        return True

    def views(self, vin: str) -> Sequence[str]:
        return ()

    async def poll(self, vin: str | None = None) -> Poll:
        self.asked.append(vin)
        return self.answer

    def commands(self, vin: str) -> frozenset[CommandKind]:
        return self.kinds

    async def send(
        self, vehicle: Vehicle, command: Command, progress: Progress | None = None
    ) -> tuple[CommandResult, Sequence[AnyReading]]:
        self.sent.append((vehicle.vin, command))
        if progress is not None:
            progress(CommandState.INITIATED)
        result = CommandResult(command.kind, CommandState.EXECUTED, NOW)
        return result, [a.MODEL.at(self.name, NOW)]

    async def image(self, vehicle: Vehicle, view: str) -> bytes:
        if not self.picture:
            raise ApiError(f"no {view} in {self.name}", 404)
        return self.picture

    def recording(self, messages: int = 0) -> Recording:
        return Recording({})

    def diagnostics(self) -> Mapping[str, object]:
        return {}


class Ear:
    """A listener."""

    def __init__(self) -> None:
        self.heard: list[dict[str, set[AnyAttribute]]] = []

    def __call__(self, changes: Changes) -> None:
        self.heard.append(dict(changes))


def test_new_cars() -> None:
    """A car is reported when it is new, even without any value."""
    ear = Ear()
    garage = Garage(listener=ear)
    assert garage.update(ONE, []) == set()
    assert garage.update(TWO, [a.MODEL.at("i4", NOW)]) == {a.MODEL}
    assert ear.heard == [{ONE: set()}, {TWO: {a.MODEL}}]
    assert garage.vehicles.keys() == {ONE, TWO}


def test_once_per_poll() -> None:
    """One call for a whole poll, with nothing in it but what changed."""
    ear = Ear()
    garage = Garage(listener=ear)
    charge = a.STATE_OF_CHARGE
    poll = Poll({ONE: [a.MODEL.at("i4", NOW), charge.at(5, NOW)], TWO: [charge.at(7, NOW)]})
    assert garage.take(poll) == {ONE: {a.MODEL, charge}, TWO: {charge}}
    assert ear.heard == [{ONE: {a.MODEL, charge}, TWO: {charge}}]
    after = NOW + timedelta(minutes=5)
    poll = Poll({ONE: [a.MODEL.at("i4", after), charge.at(6, after)], TWO: [charge.at(7, after)]})
    assert garage.take(poll) == {ONE: {charge}, TWO: set()}
    assert ear.heard[1:] == [{ONE: {charge}}]
    garage.take(poll)
    garage.take(Poll(error=ApiError("no", 500)))
    garage.take(Poll({ONE: []}))
    assert len(ear.heard) == 2


def test_ignored() -> None:
    """What is ignored is not kept at all."""
    ear = Ear()
    garage = Garage(listener=ear, policy=Policy(ignored=frozenset({a.POSITION, a.MODEL})))
    garage.update(ONE, [a.MODEL.at("i4", NOW)])
    assert a.MODEL not in garage.vehicles[ONE]
    assert ear.heard == [{ONE: set()}]
    garage.update(ONE, [a.MODEL.at("i5", NOW)])
    assert len(ear.heard) == 1


def test_without_listener() -> None:
    garage = Garage()
    assert garage.update(ONE, [a.MODEL.at("i4", NOW)]) == {a.MODEL}
    garage.remove(ONE)
    assert garage.vehicles == {}


def test_remove() -> None:
    ear = Ear()
    garage = Garage(listener=ear)
    garage.update(ONE, [])
    garage.remove(ONE)
    garage.remove(ONE)
    assert ear.heard == [{ONE: set()}, {ONE: set()}]
    assert garage.vehicles == {}


async def test_refresh() -> None:
    answer = Poll({ONE: [a.MODEL.at("i4", NOW)]}, vins=frozenset({ONE}))
    source = Fake("first", poll=answer)
    garage = Garage([source])
    assert await garage.refresh(source) is answer
    assert await garage.refresh(source, ONE) is answer
    assert source.asked == [None, ONE]
    assert garage.vehicles[ONE].name == "i4"


async def test_first_source_that_can() -> None:
    reader = Fake("reader")
    lights = Fake("lights", [CommandKind.LIGHT_FLASH])
    locks = Fake("locks", [CommandKind.LIGHT_FLASH, CommandKind.DOOR_LOCK])
    garage = Garage([reader, lights, locks])
    garage.update(ONE, [])
    vehicle = garage.vehicles[ONE]
    assert garage.commands(vehicle) == {CommandKind.LIGHT_FLASH, CommandKind.DOOR_LOCK}
    assert garage.commander(vehicle, CommandKind.LIGHT_FLASH) is lights
    states: list[CommandState] = []
    result = await garage.send(ONE, LOCK, states.append)
    assert result.state is CommandState.EXECUTED
    assert states == [CommandState.INITIATED]
    assert (reader.sent, lights.sent, locks.sent) == ([], [], [(ONE, LOCK)])
    assert vehicle.name == "locks"
    with pytest.raises(UnsupportedError, match="horn_blow"):
        await garage.send(ONE, Command(CommandKind.HORN_BLOW))


async def test_read_only() -> None:
    """Nothing is offered, and nothing is sent."""
    locks = Fake("locks", [CommandKind.DOOR_LOCK])
    garage = Garage([locks], policy=Policy(read_only=True))
    garage.update(ONE, [])
    assert garage.commands(garage.vehicles[ONE]) == set()
    with pytest.raises(UnsupportedError, match="read only"):
        await garage.send(ONE, LOCK)
    assert locks.sent == []


async def test_all_sources() -> None:
    """One that fails does not affect the others, and reports why."""

    class Broken(Fake):
        @override
        async def poll(self, vin: str | None = None) -> Poll:
            raise ApiError("no", 500)

    poll = Poll({ONE: [a.MODEL.at("i4", NOW)]})
    garage = Garage([Broken("broken"), Fake("good", poll=poll)])
    polls = await garage.refresh_all()
    assert list(polls) == ["broken", "good"]
    assert isinstance(polls["broken"].error, ApiError)
    assert polls["good"] is poll
    assert garage.vehicles[ONE].value(a.MODEL) == "i4"


async def test_unknown_car() -> None:
    garage = Garage([Fake("locks", [CommandKind.DOOR_LOCK], picture=b"png")])
    with pytest.raises(UnsupportedError):
        await garage.send(ONE, LOCK)
    with pytest.raises(UnsupportedError):
        await garage.image(ONE, "FrontView")


async def test_removed_while_commanded() -> None:
    """A car that left while a command was on its way does not come back."""

    class Slow(Fake):
        @override
        async def send(
            self, vehicle: Vehicle, command: Command, progress: Progress | None = None
        ) -> tuple[CommandResult, Sequence[AnyReading]]:
            garage.remove(vehicle.vin)
            return await super().send(vehicle, command, progress)

    garage = Garage([Slow("locks", [CommandKind.DOOR_LOCK])])
    garage.update(ONE, [])
    result = await garage.send(ONE, LOCK)
    assert result.state is CommandState.EXECUTED
    assert garage.vehicles == {}


async def test_pictures() -> None:
    """The first source that has a picture; else the first real reason why there is none."""
    garage = Garage([Fake("reader"), Fake("painter", picture=b"png")])
    garage.update(ONE, [])
    assert await garage.image(ONE, "FrontView") == b"png"
    garage = Garage([Fake("reader"), Fake("other")])
    garage.update(ONE, [])
    with pytest.raises(ApiError, match="no FrontView in reader"):
        await garage.image(ONE, "FrontView")
    garage = Garage()
    garage.update(ONE, [])
    with pytest.raises(UnsupportedError):
        await garage.image(ONE, "FrontView")


def test_places_of_charges_are_not_kept_when_places_are_not() -> None:
    """What was charged stays, where that was goes."""
    session = ChargingSession(NOW, NOW, energy=11.0, place="Main Street 1")
    garage = Garage(policy=Policy(track_position=False))
    garage.update(ONE, [a.CHARGING_SESSIONS.at((session,), NOW), a.CHARGING_SESSIONS.ended(NOW)])
    garage.update(ONE, [a.CHARGING_SESSIONS.at((session,), NOW)])
    (kept,) = garage.vehicles[ONE].value(a.CHARGING_SESSIONS) or ()
    assert (kept.energy, kept.place) == (11.0, None)


def test_commands_of_two_sources() -> None:
    """What one source can ask a car to do does not go when another one reports what it can."""
    locks, lights = Fake("locks", [LOCK.kind]), Fake("lights", [CommandKind.LIGHT_FLASH])
    garage = Garage([locks, lights])
    both = (CommandKind.LIGHT_FLASH, LOCK.kind)
    garage.take(Poll({ONE: [a.COMMANDS.at((LOCK.kind,), NOW, "locks")]}))
    garage.take(Poll({ONE: [a.COMMANDS.at((both[0],), NOW + timedelta(minutes=5), "lights")]}))
    vehicle = garage.vehicles[ONE]
    assert garage.commands(vehicle) == frozenset(both)
    assert {*(vehicle.value(a.COMMANDS) or ())} == {*both}
    assert garage.commander(vehicle, LOCK.kind) is locks


def test_commands_are_published() -> None:
    """Listeners are called when a source can do something else, without a reading that says so."""
    source, ear = Fake("locks", [LOCK.kind]), Ear()
    garage = Garage([source], listener=ear)
    garage.take(Poll({ONE: [a.MODEL.at("i4", NOW)]}))
    garage.take(Poll({ONE: []}))
    source.kinds = frozenset()
    garage.take(Poll({ONE: []}))
    assert ear.heard == [{ONE: {a.MODEL, a.COMMANDS}}, {ONE: {a.COMMANDS}}]
    assert garage.vehicles[ONE].value(a.COMMANDS) == ()
