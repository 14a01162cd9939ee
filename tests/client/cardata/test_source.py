"""CarData as a source: what it spends calls on, what the stream brings, what it remembers."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.mybmw.client import Planned, UnsupportedError, Vehicle, dump
from custom_components.mybmw.client.cardata import EXTRAS, Night, Task
from custom_components.mybmw.client.cardata.pace import EVENT_RESERVE
from custom_components.mybmw.client.cardata.pictures import VIEW
from custom_components.mybmw.client.cardata.quota import LIMIT, RESERVE, Reason
from custom_components.mybmw.client.core.attributes import (
    ACCESS,
    CHARGED_THIS_MONTH,
    CHARGING_PLACES,
    CHARGING_SESSIONS,
    MILEAGE,
    SERVICES,
    TIRE,
    TIRE_DISTANCE_LEFT,
    TIRE_WEAR,
)
from custom_components.mybmw.client.core.commands import Command, CommandKind
from custom_components.mybmw.client.core.values import (
    Access,
    DriveTrain,
    Position,
    Season,
    StreamState,
    Wear,
)
from tests.client.support.cardata import (
    I4,
    IX,
    NOON,
    PETROL,
    SECONDARY,
    Client,
    asked,
    counted,
    everything,
    simulate,
)
from tests.replay.cardata import Endpoint
from tests.replay.carstate import ODOMETER

QUARTER = timedelta(minutes=15)

pytestmark = pytest.mark.freeze_time(NOON)


@pytest.mark.parametrize(
    "folders", [("i4_edrive40",), ("i4_edrive40", "320i", "x3_30e", "mini_cooper_se")]
)
async def test_first_work(folders: tuple[str, ...]) -> None:
    """Three calls for the account and two for each car report all that matters; no more follow."""
    sim = simulate(*folders)
    client = Client.of(sim)
    assert client.due <= timedelta()
    poll = await client.work()
    assert (poll.error, poll.errors, poll.vins) == (None, {}, frozenset(sim.cars))
    assert client.calls == 3 + 2 * len(folders)
    for vehicle in client.garage.vehicles.values():
        assert vehicle.drive_train is not None
        assert vehicle.value(ACCESS) is Access.PRIMARY
        assert {MILEAGE, SERVICES} <= {reading.attribute for reading in vehicle}
    assert not (await client.work()).readings
    assert client.calls == 3 + 2 * len(folders)


async def test_what_is_not_ours_to_read() -> None:
    """A car of which the account is not the main user is only listed, and never asked about."""
    sim = simulate("i4_edrive40", "530d")
    client = Client.of(sim)
    poll = await client.work()
    assert poll.vins == frozenset({I4, SECONDARY})
    assert [item.value for item in client.car(SECONDARY)] == [Access.SECONDARY]
    await client.source.poll(SECONDARY)
    with pytest.raises(UnsupportedError):
        await client.source.image(client.car(SECONDARY), VIEW)
    assert not asked(sim, SECONDARY)
    assert client.calls == 3 + 2


async def test_restart_costs_nothing(freezer: FrozenDateTimeFactory) -> None:
    """After a restart all is known, nothing is due, and the plan is the same as before."""
    sim = simulate("i4_edrive40", "320i", "530d")
    client = Client.of(sim)
    await client.work()
    freezer.tick(QUARTER)
    await client.work()
    before = client.source.due()
    saved = {vin: dump(vehicle) for vin, vehicle in client.garage.vehicles.items()}
    again = client.restart()
    assert {vin: dump(vehicle) for vin, vehicle in again.garage.vehicles.items()} == saved
    assert again.source.due() == before > datetime.now(UTC)
    poll = await again.work()
    assert not poll.readings
    assert poll.error is None
    assert again.calls == 0
    assert everything(again.source) == everything(client.source)
    freezer.move_to(before)
    assert (await again.work()).readings
    assert again.calls == 1


async def test_restart_right_after_the_first_work(freezer: FrozenDateTimeFactory) -> None:
    """What was not done yet is done later, not at once."""
    client = Client.of(simulate("i4_edrive40"))
    await client.work()
    freezer.tick(5)
    again = client.restart()
    assert again.due > timedelta(minutes=10)
    assert again.source.status.calls_made == 5


async def test_extras(freezer: FrozenDateTimeFactory) -> None:
    """They come a quarter of an hour later, then once a day or once a week."""
    sim = simulate("i4_edrive40")
    client = Client.of(sim)
    await client.work()
    sim.clear_calls()
    assert client.due == QUARTER
    freezer.tick(QUARTER)
    await client.work()
    extras = {Endpoint.CHARGING_HISTORY, Endpoint.TYRE_DIAGNOSIS, Endpoint.CHARGING_SETTINGS}
    assert asked(sim) == dict.fromkeys(extras, 1)
    await client.live(freezer, NOON + timedelta(days=7, hours=6))
    found = asked(sim)
    assert found[Endpoint.CHARGING_HISTORY] == 8
    assert found[Endpoint.TYRE_DIAGNOSIS] == found[Endpoint.CHARGING_SETTINGS] == 2
    assert found[Endpoint.MAPPINGS] == 7
    assert found[Endpoint.BASIC_DATA] == found[Endpoint.LIST_CONTAINERS] == 0


@pytest.mark.parametrize("extra", [*sorted(EXTRAS), None])
async def test_extras_are_optional(extra: Task | None, freezer: FrozenDateTimeFactory) -> None:
    sim = simulate("i4_edrive40", "320i")
    client = Client.of(sim, extras=frozenset([extra] if extra else []))
    await client.work()
    sim.clear_calls()
    await client.live(freezer, NOON + timedelta(hours=24) - QUARTER)
    assert set(asked(sim)) <= {Endpoint.TELEMATIC_DATA}
    await client.live(freezer, NOON + timedelta(hours=34))
    wanted = {
        Task.SESSIONS: {(Endpoint.CHARGING_HISTORY, I4)},
        Task.PLACES: {(Endpoint.CHARGING_SETTINGS, I4)},
        Task.TYRES: {(Endpoint.TYRE_DIAGNOSIS, I4), (Endpoint.TYRE_DIAGNOSIS, PETROL)},
    }
    found = {
        (call.endpoint, call.vin)
        for call in sim.calls
        if call.endpoint not in (Endpoint.TELEMATIC_DATA, Endpoint.MAPPINGS)
    }
    assert found == (wanted[extra] if extra else set())


@pytest.mark.parametrize("size", [20, 1])
async def test_what_extras_report(freezer: FrozenDateTimeFactory, size: int) -> None:
    """Lists may come in pages."""
    sim = simulate("ix_xdrive50")
    sim.pages.size = size
    client = Client.of(sim)
    await client.work()
    freezer.tick(QUARTER)
    await client.work()
    car = client.car(IX)
    sessions = car.value(CHARGING_SESSIONS)
    history = sorted(sim.cars[IX].charging_history, key=lambda item: -item["endTime"])
    assert sessions is not None
    assert [item.energy for item in sessions] == [
        item["energyConsumedFromPowerGridKwh"] for item in history
    ]
    newest = sessions[0]
    assert newest.start == datetime.fromtimestamp(history[0]["startTime"], UTC)
    assert newest.end == datetime.fromtimestamp(history[0]["endTime"], UTC)
    assert (newest.start_soc, newest.end_soc, newest.mileage) == (41, 90, 58214)
    assert newest.place == "Aankomstpassage 1, 1118 AX Schiphol"
    month = datetime(2026, 11, 1, tzinfo=UTC).timestamp()
    total = sum(
        item["energyConsumedFromPowerGridKwh"] for item in history if item["endTime"] >= month
    )
    assert total > 0
    assert car.value(CHARGED_THIS_MONTH) == pytest.approx(total)
    places = car.value(CHARGING_PLACES)
    assert places is not None
    assert len(places) == len(sim.cars[IX].location_settings or ())
    assert [(item.position, item.mode, item.current_limit, item.visits) for item in places[:2]] == [
        (Position(52.309456, 4.762284), "IMMEDIATE_CHARGING", 16.0, 148),
        (places[1].position, "DELAYED_CHARGING", None, places[1].visits),
    ]
    tire = car.value(TIRE["front_left"])
    assert tire is not None
    assert (tire.season, tire.dimension) == (Season.SUMMER, "275/40 R22 107Y")
    assert (tire.manufacturer, tire.tread) == ("Bridgestone", "Alenza 001")
    assert (tire.manufactured, tire.mounted) == (date(2025, 2, 17), date(2025, 4, 16))
    assert car.value(TIRE_WEAR["front_left"]) is Wear.GREEN
    assert car.value(TIRE_DISTANCE_LEFT["front_left"]) == 9800


async def test_car_with_everything_wrong() -> None:
    """The service's oddest car costs as much as any other, and does no harm."""
    client = Client.of(simulate("i4_edrive40", "oddball"))
    poll = await client.work()
    assert (poll.error, poll.errors) == (None, {})
    assert client.calls == 3 + 4


async def test_sold_and_bought(freezer: FrozenDateTimeFactory) -> None:
    """The daily list of the account finds a car that is new, and one that is gone."""
    sim = simulate("i4_edrive40")
    client = Client.of(sim, extras=frozenset())
    await client.work()
    sim.remove(I4)
    for car in simulate("320i").cars.values():
        sim.add(car)
    sim.clear_calls()
    freezer.tick(timedelta(hours=24))
    poll = await client.work()
    assert poll.vins == frozenset({PETROL})
    assert set(client.source.cars) == {PETROL}
    assert client.car(PETROL).drive_train is DriveTrain.COMBUSTION
    sim.clear_calls()
    await client.live(freezer, NOON + timedelta(hours=47))
    assert not asked(sim, I4)
    sim.add(simulate("i4_edrive40").cars[I4])
    freezer.move_to(NOON + timedelta(hours=48))
    await client.work()
    assert asked(sim, I4) == {Endpoint.BASIC_DATA: 1, Endpoint.TELEMATIC_DATA: 1}
    assert client.source.cars[I4].state.drive_train is DriveTrain.ELECTRIC


async def test_night(freezer: FrozenDateTimeFactory) -> None:
    """A quiet car is asked less often, and again as usual as soon as the night is over."""
    night = Night(time(23), time(6), UTC)
    client = Client.of(simulate("320i"), extras=frozenset(), night=night)
    await client.work()
    client.sim.clear_calls()
    await client.live(freezer, NOON + timedelta(hours=18))
    times = [call.time for call in client.sim.calls]
    asleep = [call for call in times if night.contains(call)]
    assert len(asleep) <= 3
    assert times[-1] == NOON + timedelta(hours=18)


async def test_picture(freezer: FrozenDateTimeFactory) -> None:
    """One call for a picture; one that BMW does not have is asked for once in 30 days."""
    sim = simulate("i4_edrive40", "320i")
    sim.cars[I4].image = b"\x89PNG picture"
    client = Client.of(sim)
    await client.work()
    used = counted(sim)
    assert await client.source.image(client.car(), VIEW) == b"\x89PNG picture"
    assert counted(sim) == used + 1
    with pytest.raises(UnsupportedError):
        await client.source.image(client.car(), "FrontView")
    with pytest.raises(UnsupportedError):
        await client.source.image(Vehicle(IX), VIEW)
    assert await _missing(client) == 1
    for _ in range(3):
        assert await _missing(client) == 0
        client = client.restart()
    freezer.tick(timedelta(days=29))
    assert await _missing(client) == 0
    freezer.tick(timedelta(days=2))
    assert await _missing(client) == 1
    assert await _missing(client) == 0


async def test_user_may_use_the_reserve() -> None:
    """When the plan has nothing left, the user's request is still answered."""
    sim = simulate("i4_edrive40", "320i")
    client = Client.of(sim)
    await client.work()
    while client.source.ledger.left(Reason.SCHEDULE) > 0:
        client.source.ledger.book("x", Reason.SCHEDULE)
    assert client.source.status.calls_left == 0
    assert client.source.status.calls_left_for_user == RESERVE
    used = counted(sim)
    poll = await client.source.poll(I4)
    assert set(poll.readings) == {I4}
    assert counted(sim) == used + 1
    poll = await client.source.poll()
    assert set(poll.readings) == {I4, PETROL}
    assert client.source.status.calls_left_for_user == RESERVE - 3
    assert not (await client.source.poll("unknown")).readings
    assert client.source.status.calls_made == LIMIT - RESERVE + 3
    assert sum(call.reason is Reason.USER for call in client.source.ledger) == 3


async def test_user_asks_before_the_cars_are_known() -> None:
    client = Client.of(simulate("i4_edrive40"))
    poll = await client.source.poll()
    assert poll.vins == frozenset({I4})
    assert client.calls == 5


async def test_wakes_up_when_there_is_more_to_spend(freezer: FrozenDateTimeFactory) -> None:
    """A plan that waits for calls to be free again does not wait for its next chore."""
    client = Client.of(simulate("i4_edrive40"), extras=frozenset())
    await client.live(freezer, NOON + timedelta(hours=30))
    while client.source.ledger.left() > EVENT_RESERVE - 1:
        client.source.ledger.book("x", Reason.TRIP_END)
    assert client.due < timedelta(hours=1)
    await client.live(freezer, NOON + timedelta(hours=33))
    assert sum(call.time > NOON + timedelta(hours=30) for call in client.sim.calls) > 1


async def test_status(freezer: FrozenDateTimeFactory) -> None:
    client = Client.of(simulate("i4_edrive40"), extras=frozenset())
    assert isinstance(client.source, Planned)
    status = client.source.status
    assert (status.calls_made, status.calls_left) == (0, LIMIT - RESERVE)
    assert (status.calls_left_for_user, status.stream) == (LIMIT, None)
    assert status.next_call == NOON
    assert status.login_ends == NOON + timedelta(days=14)
    await client.work()
    status = client.source.status
    assert (status.calls_made, status.calls_left) == (5, LIMIT - RESERVE - 5)
    assert status.calls_left_for_user == LIMIT - 5
    assert status.next_call == client.source.due() > NOON
    assert not status.spent_by_others
    assert not status.container_missing
    async with client.listening() as stream:
        freezer.tick(60)
        status = client.source.status
        assert (status.stream, status.silent_since) == (StreamState.CONNECTED, NOON)
        stream.refusals, stream.disputed = 3, True
        status = client.source.status
        assert status.refused
        assert status.disputed
        client.say(I4, {ODOMETER: 5})
        assert client.source.status.silent_since is None
        again = client.restart()
        assert again.source.status.silent_since is None
        assert again.source.status.stream is None


async def test_read_only() -> None:
    client = Client.of(simulate("i4_edrive40"))
    await client.work()
    assert not client.garage.commands(client.car())
    with pytest.raises(UnsupportedError):
        await client.garage.send(I4, Command(CommandKind.DOOR_LOCK))


async def test_diagnostics() -> None:
    """They report who spent which call and why, and what each car sends."""
    client = Client.of(simulate("i4_edrive40"))
    await client.work()
    async with client.listening():
        client.say(I4, {ODOMETER: 5, "vehicle.unheard.of": 1})
        told: Any = client.source.diagnostics()
        assert [call["what"] for call in told["calls"]] == [
            "list vehicles",
            "read basic data",
            "list containers",
            "make a container",
            "read telematics",
        ]
        assert {call["reason"] for call in told["calls"]} == {"set_up"}
        assert told["cars"][I4]["last_message"] == NOON.isoformat()
        assert told["cars"][I4]["unknown"] == {"vehicle.unheard.of": 1}
        assert told["cars"][I4]["streamed"] == sorted([ODOMETER, "vehicle.unheard.of"])
        assert told["next"]["at"] == client.source.due().isoformat()
        assert told["stream"] == "connected"
        assert len(client.source.recording().answers) == 3


async def _missing(client: Client) -> int:
    """Ask for a picture that BMW does not have; return how many calls that took."""
    used = counted(client.sim)
    with pytest.raises(Exception, match="picture"):
        await client.source.image(client.car(PETROL), VIEW)
    return counted(client.sim) - used
