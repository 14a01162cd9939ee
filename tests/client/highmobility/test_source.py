"""The source at work: clearance, when it reads, what goes wrong (highmobility.md)."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.mybmw.client import (
    AnswerError,
    AuthError,
    ClientError,
    EventKind,
    NotAllowedError,
    QuotaError,
)
from custom_components.mybmw.client.core import attributes as car
from custom_components.mybmw.client.core.capabilities import capabilities_of
from custom_components.mybmw.client.core.values import Unreadable
from custom_components.mybmw.client.highmobility import (
    AsleepError,
    ClearanceState,
    Costs,
    Ineligible,
    NoDataYetError,
    Prices,
    UnconfirmedClearanceError,
    read_eligibility,
)
from tests.client.highmobility.support import Linked, fleet, linked
from tests.replay.highmobility import Place, fails, no_network

I4 = "WBY0FINGERPRINT01"
MINI = "WMW0FINGERPRINT10"


async def live(made: Linked, freezer: FrozenDateTimeFactory, hours: float) -> int:
    """Let the source work whenever it wants to; return how often it read a car."""
    before = made.sim.asked(Place.DATA)
    until = datetime.now(UTC) + timedelta(hours=hours)
    while (due := made.source.due()) <= until:
        freezer.move_to(max(due, datetime.now(UTC)))
        await made.work()
    freezer.move_to(until)
    return made.sim.asked(Place.DATA) - before


def test_capabilities() -> None:
    """It is polled, planned, pushing, persistent and explaining; it commands nothing."""
    found = capabilities_of(linked(fleet()).source)
    assert found.commanding is None
    assert found.imaging is None
    assert all((found.polled, found.planned, found.pushing, found.persistent, found.explaining))


async def test_several_cars() -> None:
    """One account has several cars; only those that are wanted are read."""
    sim = fleet("i4_edrive40", "mini_cooper_se", "320i")
    made = linked(sim)
    poll = await made.work()
    assert len(poll.vins or ()) == 3
    some = linked(sim, vins=[I4.lower(), MINI])
    assert (await some.work()).vins == frozenset({I4, MINI})
    assert some.source.has(I4)
    assert not some.source.has("WBA0FINGERPRINT06")


async def test_seldom(freezer: FrozenDateTimeFactory) -> None:
    """Every hour while the car sends something, ever more seldom while it does not."""
    made = linked(fleet())
    await made.work()
    quiet = await live(made, freezer, 48)
    assert 8 <= quiet <= 14
    for _ in range(5):
        made.sim.cars[I4].tell("charging.battery_level", 0.5, datetime.now(UTC))
        await live(made, freezer, 6)
    made.sim.cars[I4].tell("charging.battery_level", 0.6, datetime.now(UTC))
    await live(made, freezer, 6)
    before = made.sim.asked(Place.DATA)
    for _ in range(12):
        made.sim.cars[I4].tell("charging.battery_level", 0.7, datetime.now(UTC))
        await live(made, freezer, 1)
    assert made.sim.asked(Place.DATA) - before >= 8


async def test_free_reading(freezer: FrozenDateTimeFactory) -> None:
    """Once a car costs nothing more, it is read every 10 minutes if that is wanted."""
    for faster, least, most in ((False, 2, 4), (True, 30, 40)):
        made = linked(fleet(), faster=faster)
        await made.work()
        for _ in range(56):
            made.source.costs.webhook(I4, EventKind.VEHICLE_LOCATION_CHANGED, datetime.now(UTC))
        assert made.source.costs.capped(I4, datetime.now(UTC))
        assert least <= await live(made, freezer, 6) <= most


async def test_limit(freezer: FrozenDateTimeFactory) -> None:
    """A monthly limit stops polling, not what webhooks ask for, until the month is over."""
    freezer.move_to("2026-11-10T12:00:00Z")
    costs = Costs(Prices(request=Decimal(1)), limit=Decimal(2))
    made = linked(fleet(), costs=costs)
    await made.work()
    assert await live(made, freezer, 48) == 1
    made.post(made.sim.delivery("trip_ended", I4))
    assert await live(made, freezer, 1) == 1
    assert await live(made, freezer, 48) == 0
    freezer.move_to("2026-12-01T00:00:01Z")
    assert await live(made, freezer, 6) >= 1


async def test_spent_at_once() -> None:
    """A request is written down before it is made, and not counted if it cannot have arrived."""
    made = linked(fleet())
    await made.work()
    cars = made.spent[0]["costs"]["cars"]  # type: ignore[index]
    assert cars == {I4: {"webhooks": 0, "free": 0, "duplicates": 0, "requests": 1}}
    made.sim.fail(Place.DATA, no_network)
    await made.source.poll()
    assert made.source.costs.requests(datetime.now(UTC)) == 1


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (403, NotAllowedError),
        (408, AsleepError),
        (422, NoDataYetError),
        (429, QuotaError),
        (500, ClientError),
        (503, ClientError),
        (504, ClientError),
    ],
)
@pytest.mark.parametrize(
    "body",
    [
        {"errors": [{"title": "No", "detail": "It did not work"}], "request_id": "1"},
        [{"title": "No", "detail": "It did not work", "source": "x"}],
        {"error": "No", "error_description": "It did not work"},
        "text",
        None,
    ],
)
async def test_errors(
    status: int, kind: type[ClientError], body: object, freezer: FrozenDateTimeFactory
) -> None:
    """Each error in each form of body: values stay, it is tried again later."""
    made = linked(fleet())
    await made.work()
    known = made.garage.vehicles[I4].value(car.MILEAGE)
    made.sim.fail(Place.DATA, fails(status, body))
    poll = await made.source.poll()
    error = poll.errors[I4]
    assert isinstance(error, kind)
    assert made.garage.vehicles[I4].value(car.MILEAGE) == known
    assert datetime.now(UTC) < made.source.due() <= datetime.now(UTC) + timedelta(hours=6)
    assert (made.source.unreadable(I4) is Unreadable.NOT_ALLOWED) is (status == 403)
    freezer.tick(timedelta(hours=7))
    await made.work()
    assert made.source.unreadable(I4) is None


async def test_what_is_due_to_the_car() -> None:
    """A car that sleeps, has no data yet or may not be read is no failure of the service."""
    for status, whole in ((403, False), (408, False), (422, False), (500, True), (503, True)):
        made = linked(fleet())
        made.sim.fail(Place.DATA, fails(status))
        poll = await made.work()
        assert set(poll.errors) == {I4}
        assert (poll.error is not None) is whole


@pytest.mark.parametrize("answer", [[], "text", None, {"vin": MINI}, {"vin": 7}, {"vin": None}])
async def test_not_about_the_car(answer: object) -> None:
    """What is no answer about this very car changes nothing."""
    made = linked(fleet())
    await made.work()
    known = len(list(made.garage.vehicles[I4]))
    made.sim.fail(Place.DATA, fails(200, answer) if answer is not None else fails(204, "x"))
    poll = await made.source.poll()
    made.garage.take(poll)
    assert isinstance(poll.errors[I4], AnswerError)
    assert set(made.garage.vehicles) == {I4}
    assert len(list(made.garage.vehicles[I4])) == known


async def test_retry_after() -> None:
    """It waits as long as requested, 10 s by default."""
    for headers, seconds in (({"retry-after": "120"}, 120), (None, 10)):
        made = linked(fleet())
        made.sim.fail(Place.DATA, fails(429, None, headers))
        poll = await made.work()
        assert isinstance(poll.error, QuotaError)
        assert poll.error.retry_after == seconds
        assert made.source.due() >= datetime.now(UTC) + timedelta(seconds=seconds - 1)


async def test_privacy_mode() -> None:
    """Privacy mode is a fact and no error; the last values stay."""
    made = linked(fleet())
    await made.work()
    place = made.garage.vehicles[I4].value(car.POSITION)
    made.sim.fail(Place.DATA, fails(403, {"errors": [{"title": "Privacy mode active"}]}))
    poll = await made.source.poll()
    made.garage.take(poll)
    assert not poll.errors
    assert made.garage.vehicles[I4].value(car.PRIVACY_MODE) is True
    assert made.garage.vehicles[I4].value(car.POSITION) == place
    assert made.source.cars[I4].failures == {"vehicle": "privacy_mode_active"}


@pytest.mark.parametrize("restart", [False, True])
async def test_privacy_mode_ends(restart: bool) -> None:
    """It is over with the next answer, though the car has not moved since before it began."""
    made = linked(fleet())
    await made.work()
    made.sim.fail(Place.DATA, fails(403, {"errors": [{"title": "Privacy mode active"}]}))
    made.garage.take(await made.source.poll())
    assert made.garage.vehicles[I4].value(car.PRIVACY_MODE) is True
    made = made.restart() if restart else made
    made.garage.take(await made.source.poll())
    assert made.garage.vehicles[I4].value(car.PRIVACY_MODE) is False


async def test_failures_say_why() -> None:
    made = linked(fleet())
    made.sim.cars[I4].fail("diagnostics.odometer", "oem_error")
    await made.work()
    assert made.source.cars[I4].failures == {"diagnostics.odometer": "oem_error"}


async def test_expired_token(freezer: FrozenDateTimeFactory) -> None:
    """A token that is refused is replaced once; a car that is refused still is not allowed."""
    made = linked(fleet())
    await made.work()
    made.sim.granted.clear()
    assert not (await made.source.poll()).errors
    freezer.tick(timedelta(minutes=2))
    made.sim.fail(Place.DATA, fails(401), 2)
    poll = await made.source.poll()
    assert isinstance(poll.errors[I4], NotAllowedError)
    assert not isinstance(poll.error, AuthError)


async def test_clearance(freezer: FrozenDateTimeFactory) -> None:
    """From asking for clearance to the first values, by a webhook or a slow check."""
    sim = fleet()
    sim.clearance.clear()
    sim.delay = timedelta(days=30)
    made = linked(sim, vins=[I4])
    await made.source.api.request_clearance([(I4, "bmw")])
    poll = await made.work()
    assert poll.vins == frozenset({I4})
    assert made.source.unreadable(I4) is Unreadable.WAITING
    assert sim.asked(Place.DATA) == 0
    freezer.tick(timedelta(minutes=3))
    made.post(sim.set_clearance(I4, "approved"))
    await made.work()
    assert made.source.unreadable(I4) is None
    assert made.garage.vehicles[I4].name == "i4 eDrive40"


async def test_clearance_without_a_webhook(freezer: FrozenDateTimeFactory) -> None:
    """Every 10 minutes on the first day, every 6 hours later."""
    sim = fleet()
    sim.clearance.clear()
    sim.delay = timedelta(days=3)
    made = linked(sim)
    await made.source.api.request_clearance([(I4, "bmw")])
    await live(made, freezer, 24)
    assert 100 < sim.asked(Place.CLEARANCES) < 160
    asked = sim.asked(Place.CLEARANCES)
    assert await live(made, freezer, 56) > 0
    assert sim.asked(Place.CLEARANCES) - asked < 16
    assert made.source.unreadable(I4) is None


@pytest.mark.parametrize("state", [*ClearanceState])
async def test_states(state: ClearanceState, freezer: FrozenDateTimeFactory) -> None:
    """Only an approved car is read, whatever the state; the reason is kept."""
    sim = fleet()
    sim.set_clearance(I4, state.value, "subscription missing")
    made = linked(sim)
    await made.work()
    clearance = made.source.cars[I4].clearance
    assert clearance is not None
    assert clearance.state is state
    assert clearance.reason is not None
    assert (sim.asked(Place.DATA) == 1) is (state is ClearanceState.APPROVED)
    again = made.restart()
    restored = again.source.cars[I4].clearance
    assert restored is not None
    assert restored.state is state


async def test_revoked_clearance() -> None:
    """Revoking; what is pending cannot be cancelled, and what is gone is no car of ours."""
    sim = fleet()
    made = linked(sim)
    await made.work()
    await made.source.api.revoke_clearance(I4)
    made.post(sim.set_clearance(I4, "revoked"))
    await made.work()
    assert made.source.unreadable(I4) is Unreadable.NOT_ALLOWED
    sim.clearance[I4]["status"] = "pending"
    with pytest.raises(NoDataYetError):
        await made.source.api.revoke_clearance(I4)
    sim.fail(Place.REVOKE_CLEARANCE, fails(409))
    with pytest.raises(UnconfirmedClearanceError):
        await made.source.api.revoke_clearance(I4)


@pytest.mark.parametrize(
    ("told", "reasons"),
    [
        ({}, ()),
        ({"eligible": False}, (Ineligible.NOT_SUPPORTED,)),
        ({"eligible": False, "connectivity_status": "deactivated"}, (Ineligible.DEACTIVATED,)),
        ({"eligible": False, "primary_user_assigned": False}, (Ineligible.NO_PRIMARY_USER,)),
        ({"data_delivery": ["push"]}, (Ineligible.NO_DELIVERY,)),
        (
            {
                "eligible": False,
                "connectivity_status": "deactivated",
                "primary_user_assigned": False,
            },
            (Ineligible.DEACTIVATED, Ineligible.NO_PRIMARY_USER),
        ),
    ],
)
async def test_eligibility(told: dict[str, object], reasons: tuple[Ineligible, ...]) -> None:
    """Every reason why a car cannot be used."""
    sim = fleet()
    sim.eligibility[I4] = told
    found = read_eligibility(await linked(sim).source.api.eligibility(I4, "bmw"))
    assert found.reasons == reasons
    assert found.eligible is not bool(reasons)
    nonsense: tuple[object, ...] = (None, [], {"eligible": "yes"}, {"data_delivery": [1]})
    for odd in nonsense:
        assert not read_eligibility(odd).eligible


async def test_sold_car() -> None:
    """A car that is not in the fleet any more is not among the cars."""
    sim = fleet("i4_edrive40", "mini_cooper_se")
    made = linked(sim)
    await made.work()
    del sim.clearance[MINI]
    made.post(sim.send("fleet_clearance_changed", MINI, action="revoked"))
    poll = await made.work()
    assert poll.vins == frozenset({I4})
    assert not made.source.has(MINI)


async def test_restart(freezer: FrozenDateTimeFactory) -> None:
    """After a restart nothing is read again before it is due, and values stay comparable."""
    made = linked(fleet())
    await made.work()
    sessions = made.garage.vehicles[I4].value(car.CHARGING_SESSIONS)
    freezer.tick(timedelta(minutes=5))
    again = made.restart()
    made.sim.calls.clear()
    await again.work()
    assert made.sim.asked(Place.DATA) == 0
    assert again.source.has(I4)
    assert again.source.cars[I4].sessions == sessions
    car_of_nonsense = {"cars": {I4: {"pace": 7, "clearance": "x"}}, "checked": 5}
    nonsense: tuple[object, ...] = (None, [], car_of_nonsense)
    for odd in nonsense:
        linked(fleet()).source.load(odd)


async def test_clock_set_back(freezer: FrozenDateTimeFactory) -> None:
    """A clock that was ahead by a year leaves nothing waiting for a year."""
    made = linked(fleet())
    freezer.tick(timedelta(days=365))
    await made.work()
    freezer.tick(-timedelta(days=365))
    again = made.restart()
    assert again.source.due() <= datetime.now(UTC) + timedelta(hours=6)


async def test_recording() -> None:
    """Answers are recorded by names that say what they are; only harmless values stay."""
    made = linked(fleet())
    await made.work()
    made.sim.cars[I4].tell("vehicle_information.license_plate", "M-AB 123", None)
    await made.source.poll()
    found = made.source.recording()
    assert f"highmobility-v1_vehicle-data_autoapi-13_{I4}" in found.answers
    assert "highmobility-v1_fleets_vehicles" in found.answers
    assert not [name for name in found.answers if "access_tokens" in name]
