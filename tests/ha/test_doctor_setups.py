"""Broken set-ups and what `mybmw.explain`, Repairs and the account say about each.

The table was written from what BMW documents and owners report, not from the code that explains.
Each row says what is broken, which value the owner misses, which cause is true, and which causes
would send the owner to a wrong place.
"""

from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mybmw.const import DOMAIN
from tests.ha.conftest import account
from tests.ha.support import flows
from tests.ha.support.cardata import I4, IX, MILEAGE_KEY, PETROL, SECONDARY, SOC_KEY, recorded
from tests.ha.support.highmobility import fleet_entry, simulated
from tests.ha.support.setups import World
from tests.replay.cardata import STREAM, Endpoint, SimulatedCarData
from tests.replay.cardata.faults import error
from tests.replay.faults import Endpoint as App, blocked, gateway, no_network, timeout
from tests.replay.fingerprints import bundled, load
from tests.replay.highmobility import Place, fails
from tests.replay.mybmw import SimulatedMyBMW
from tests.replay.refusal import Refusal

MORNING: Final = datetime(2026, 11, 10, 6, tzinfo=UTC)
OTHER_CLIENT: Final = "0f0e0d0c-3b7e-4f60-9a21-5d0c7be4f913"
OTHER_GCID: Final = "3f1e9d0c-77aa-4c1e-8b36-1de0f4a59c02"
I3: Final = "WBY0FINGERPRINT09"
MINI: Final = "WMW0FINGERPRINT10"

SOC: Final = "fuel_and_battery.remaining_battery_percent"
MILEAGE: Final = "mileage"
WINDOW: Final = "windows.left_front"
POSITION: Final = "vehicle_location.location"
DISTANCE_PER_DAY: Final = "vehicle.status.conditionBasedServicesAverageDistancePerDay"
"""What no car streams and no box in the portal stands for: only requests bring it."""
TIRE: Final = "tires.rear_left.current_pressure"
CHECK_CONTROL: Final = "check_control_messages"

LOCK_KEY: Final = "vehicle.cabin.door.status"
DOOR_KEY: Final = "vehicle.cabin.door.row1.driver.isOpen"
WINDOW_KEY: Final = "vehicle.cabin.window.row1.driver.status"
STATUS_KEY: Final = "vehicle.drivetrain.electricEngine.charging.status"
PORT_KEY: Final = "vehicle.body.chargingPort.status"
MOVING_KEY: Final = "vehicle.isMoving"
_PLACE: Final = "vehicle.cabin.infotainment.navigation.currentLocation"
LATITUDE_KEY: Final = f"{_PLACE}.latitude"
LONGITUDE_KEY: Final = f"{_PLACE}.longitude"
_TIRE: Final = "vehicle.chassis.axle.row{}.wheel.{}.tire.pressure"
TIRES: Final = [_TIRE.format(row, side) for row in (1, 2) for side in ("left", "right")]
PARKED: Final = {
    MILEAGE_KEY: 40_000,
    SOC_KEY: 61,
    LOCK_KEY: "SECURED",
    DOOR_KEY: "CLOSED",
    WINDOW_KEY: "CLOSED",
    "vehicle.trip.segment.end.travelledDistance": 40_000,
}
"""What a car sends when it is parked and locked."""

CAUSE_OF: Final = {
    "blocked": "blocked",
    "no_container": "no_container",
    "privacy_mode": "privacy",
    "quota_spent_by_others": "quota",
    "stream_refused": "stream_refused",
    "stream_silent": "never_sent",
    "stream_silent_others": "never_sent",
    "stream_taken": "stream_taken",
}
"""What an issue under Repairs says; `not_allowed` says that it is one of two."""

type Act = Callable[[World], Awaitable[None]]


@dataclass(frozen=True)
class Setup:
    """What is broken, what is missed, and what is true.

    One cause of `true` has to be named for the value, the car or the account, or under Repairs.
    `also` may be named as well; `around` is true of the car or the account, but not why the value
    is missed. Any other cause that is given as the only one is wrong. `issues` are those under
    Repairs, `flow` is a dialog that waits; `mend` is the way out, after which the value is current
    and Repairs are empty.
    """

    act: Act
    missed: str
    true: frozenset[str]
    also: frozenset[str] = frozenset()
    around: frozenset[str] = frozenset()
    vin: str = I4
    issues: frozenset[str] = frozenset()
    flow: str | None = None
    mend: Act | None = None


SETUPS: dict[str, Setup] = {}


def setup(
    missed: str,
    *true: str,
    also: Iterable[str] = (),
    around: Iterable[str] = (),
    issues: Iterable[str] = (),
    **more: Any,
) -> Callable[[Act], Act]:
    """Add a row to the table."""

    def add(act: Act) -> Act:
        sets = frozenset(true), frozenset(also), frozenset(around)
        row = Setup(act, missed, *sets, issues=frozenset(issues), **more)
        SETUPS[act.__name__.strip("_")] = row
        return act

    return add


async def _i4(world: World, **options: Any) -> SimulatedCarData:
    """Set up an account with an electric car."""
    sim = world.account(*recorded("i4_edrive40"))
    await world.add(sim, **options)
    return sim


async def _parked(world: World, **options: Any) -> SimulatedCarData:
    """Set up such an account, and let the car stream that it was parked and locked."""
    sim = await _i4(world, **options)
    await world.send(PARKED)
    return sim


async def _unlocked(world: World) -> None:
    """Unlock the car with its key, which makes it send everything."""
    await world.send(PARKED | {LOCK_KEY: "UNLOCKED"})


# The portal is half done


@setup(SOC, "not_subscribed", "stream_refused", issues=["stream_refused"])
async def _stream_not_subscribed(world: World) -> None:
    """Only *CarData API* is switched on, so the tokens have no right to the stream."""
    world.line.refusal = Refusal.NOT_AUTHORIZED
    sim = world.account(*recorded("i4_edrive40"))
    sim.unsubscribe(STREAM)
    await world.add(sim)
    await world.wait(hours=6)


@setup(SOC, "login_needed", flow="reauth")
async def _stream_unsubscribed_later(world: World) -> None:
    """Whoever changes the services in the portal has to log in again."""
    sim = await _parked(world)
    sim.unsubscribe(STREAM)
    world.line.refusal = Refusal.NOT_AUTHORIZED
    world.line.cut()
    await world.wait(hours=6)


@setup(SOC, "never_sent", issues=["stream_silent"], mend=_unlocked)
async def _nothing_selected(world: World) -> None:
    """Both services are on, and no box is ticked."""
    await _i4(world)
    await world.wait(hours=6)


@setup(DISTANCE_PER_DAY, "on_request", around=["never_sent"], issues=["stream_silent"])
async def _nothing_selected_and_a_value_that_no_car_streams(world: World) -> None:
    """There is no box in the portal for it, so that none is ticked is not the reason."""
    await _i4(world)
    await world.wait(hours=6)


@setup(
    TIRE,
    "not_selected",
    around=["asleep", "no_container"],
    issues=["no_container"],
)
async def _one_tire_not_ticked_and_no_container(world: World) -> None:
    """Three tyres come, the fourth was overlooked, and requests cannot bring it."""
    sim = world.account(*recorded("i4_edrive40"))
    for _ in range(10):
        sim.containers.add(["vehicle.vehicle.travelledDistance"])
    await world.add(sim)
    for hour in range(3):
        tires = dict.fromkeys(TIRES, 240 + hour)
        await world.send(tires | PARKED, ticked=[*TIRES[:2], TIRES[3], *PARKED])
        await world.wait(hours=1)


@setup(WINDOW, "not_selected", "on_request", "seldom_asked", mend=_unlocked)
async def _window_not_ticked(world: World) -> None:
    """The car sends all day, only windows were not ticked; what is shown is of the last request."""
    await _i4(world)
    for hour in range(6):
        await world.wait(hours=1)
        window = "OPEN" if hour % 2 else "CLOSED"
        values = PARKED | {SOC_KEY: 60 - hour, MILEAGE_KEY: 40_000 + hour, WINDOW_KEY: window}
        await world.send(values, ticked=values.keys() - {WINDOW_KEY})


@setup(
    CHECK_CONTROL,
    "failed",
    "not_asked",
    "on_request",
    "no_container",
    around=["asleep"],
    issues=["no_container"],
)
async def _no_container(world: World) -> None:
    """Other programs use all ten containers, so what only requests bring cannot come."""
    sim = world.account(*recorded("i4_edrive40"))
    for _ in range(10):
        sim.containers.add(["vehicle.vehicle.travelledDistance"])
    await world.add(sim)
    for _ in range(3):
        await _unlocked(world)
        await world.wait(hours=1)


# Kinds of cars


@setup(
    WINDOW,
    "asleep",
    "not_reported",
    "unchanged",
    "on_request",
    "trip_end",
    vin=I3,
)
async def _idrive_6_streams_little(world: World) -> None:
    """An i3 sends a few values after a drive, and nothing else; all boxes are ticked."""
    await world.add(world.account(*recorded("i3_rex")))
    await world.send({SOC_KEY: 61, MILEAGE_KEY: 40_000, LOCK_KEY: "SECURED"}, I3)
    await world.wait(hours=6)


@setup(SOC, "asleep", "not_reported", "unchanged", "seldom_asked", vin=MINI)
async def _mini_charges_silently(world: World) -> None:
    """A MINI says that it charges, and no more until it is unplugged."""
    await world.add(world.account(*recorded("mini_cooper_se")))
    await world.send({STATUS_KEY: "CHARGINGACTIVE", PORT_KEY: "CONNECTED", SOC_KEY: 40}, MINI)
    await world.wait(hours=4)


@setup(MILEAGE, "motorcycle", also=["on_request"])
async def _motorcycle(world: World) -> None:
    """BMW has no stream for motorcycles."""
    (bike,) = recorded("i4_edrive40")
    bike.basic_data |= {"brand": "BMW Motorrad", "modelName": "CE 04"}
    await world.add(world.account(bike))
    await world.wait(hours=6)


@setup(SOC, "not_fitted", around=["never_sent"], vin=PETROL, issues=["stream_silent"])
async def _petrol_car_has_no_battery(world: World) -> None:
    """Nothing is selected, but that is not why a petrol car has no state of charge."""
    await world.add(world.account(*recorded("320i")))
    await world.wait(hours=2)


# Who may read which car


@setup(MILEAGE, "not_main_user", vin=SECONDARY, issues=["not_main_user"])
async def _secondary_user(world: World) -> None:
    """The car is in the account, but another person is its main user."""
    sim = world.account(*recorded("530d", "i4_edrive40"))
    await world.add(sim)
    await world.send(PARKED)
    await world.wait(hours=2)


@setup(MILEAGE, "not_offered", issues=["not_allowed"])
async def _car_of_another_market(world: World) -> None:
    """The account is the main user, but BMW has no CarData in the car's market."""
    sim = world.account(*recorded("i4_edrive40"))
    sim.fail(Endpoint.ANY, error("CU-104"), None, I4)
    await world.add(sim)
    await world.wait(hours=30)


@setup(MILEAGE, "not_main_user", issues=["not_main_user"])
async def _second_account(world: World) -> None:
    """Both partners have set up their accounts with the car; this is not the main user's."""
    (car,) = recorded("i4_edrive40")
    main = world.account(car, client_id=OTHER_CLIENT, gcid=OTHER_GCID)
    car.mapping = {"mappingType": "SECONDARY"}
    await world.add(world.account(car))
    await world.add(main)
    for _ in range(2):
        await world.send(PARKED)
        await world.wait(hours=1)


@setup(MILEAGE, "not_listed")
async def _car_was_sold(world: World) -> None:
    """The new owner has the car in another account now."""
    sim = await _parked(world)
    sim.remove(I4)
    await world.wait(hours=30)


# The stream


async def _taken(world: World) -> None:
    """Let another program fight for the stream for hours, and the car be used meanwhile."""
    world.rival = True
    for _ in range(15):
        await world.wait(minutes=1)
    await world.wait(hours=2)
    await world.send(PARKED | {SOC_KEY: 50, DISTANCE_PER_DAY: 35}, ticked=[])
    await world.wait(minutes=1)


async def _given_back(world: World) -> None:
    """Stop the other program."""
    world.rival = False
    await world.wait(hours=2)
    await _unlocked(world)


@setup(
    SOC,
    "stream_taken",
    issues=["stream_taken"],
    mend=_given_back,
)
async def _evcc_takes_the_stream(world: World) -> None:
    """Another program takes the stream whenever we connect."""
    await _parked(world)
    await _taken(world)


@setup(SOC, "stream_refused", "not_subscribed", issues=["stream_refused"])
async def _stream_is_refused(world: World) -> None:
    """BMW refuses a login that REST still accepts."""
    await _parked(world)
    world.line.refusal = Refusal.NOT_AUTHORIZED
    world.line.cut()
    await world.wait(hours=6)


@setup(SOC, "stream_off", "on_request", "seldom_asked")
async def _stream_is_switched_off(world: World) -> None:
    """The owner has switched the stream off, since another program needs it."""
    await _i4(world, stream={"stream": "off"})
    await world.wait(hours=3)


# Requests, logins, BMW and the network


@setup(DISTANCE_PER_DAY, "quota", also=["on_request"], issues=["quota_spent_by_others"])
async def _quota_is_used_up(world: World) -> None:
    """Another program makes all requests of the day."""
    sim = await _parked(world)
    sim.spend(50)
    for distance in range(5):
        await world.wait(hours=2)
        await world.send(PARKED | {DISTANCE_PER_DAY: 35 + distance}, ticked=PARKED)


async def _logged_in(world: World) -> None:
    """Log in again, and unlock the car."""
    (entry,) = world.entries
    await world.log_in(entry, world.accounts[0])
    await _unlocked(world)


@setup(SOC, "login_needed", flow="reauth", mend=_logged_in)
async def _login_has_expired(world: World) -> None:
    """A restored backup has a refresh token that was used."""
    sim = await _parked(world)
    sim.revoke(refresh=True)
    world.line.refusal = Refusal.NOT_AUTHORIZED
    world.line.cut()
    await world.wait(hours=6)


def _is_out(world: World, sim: SimulatedCarData) -> None:
    """Let all of BMW's hosts answer, and none of them work."""
    sim.fail(Endpoint.ANY, gateway(), None)
    world.line.refusal = Refusal.UNAVAILABLE
    world.line.cut()


def _is_offline(world: World, sim: SimulatedCarData) -> None:
    """Take the network of the house away."""
    sim.fail(Endpoint.ANY, no_network(), None)
    world.line.unplug()


async def _bmw_works_again(world: World) -> None:
    world.accounts[0].heal()
    world.line.refusal, world.line.unplugged = None, False
    await world.wait(hours=2)
    await _unlocked(world)


@setup(SOC, "outage", "failed", also=["stream_lost"], mend=_bmw_works_again)
async def _outage_of_bmw(world: World) -> None:
    """All of BMW's hosts are out of order."""
    _is_out(world, await _parked(world))
    await world.wait(hours=6)


@setup(SOC, "network", also=["stream_lost"], mend=_bmw_works_again)
async def _network_is_down(world: World) -> None:
    """Nothing of BMW can be reached, not even its names."""
    _is_offline(world, await _parked(world))
    await world.wait(hours=6)


@setup(DISTANCE_PER_DAY, "outage", "failed", also=["on_request"])
async def _only_the_requests_are_out_of_order(world: World) -> None:
    """REST cannot be reached, but the stream can: that is not the network of the house."""
    sim = await _parked(world)
    sim.fail(Endpoint.TELEMATIC_DATA, timeout(), None)
    for distance in range(6):
        await world.wait(hours=2)
        await world.send(PARKED | {DISTANCE_PER_DAY: 35 + distance}, ticked=PARKED)


# The car says nothing


@setup(SOC, "asleep", "not_reported", "unchanged", mend=_unlocked)
async def _asleep_for_days(world: World) -> None:
    """The owners are on holiday."""
    await _parked(world)
    await world.wait(hours=72)


async def _out_of_the_garage(world: World) -> None:
    """Drive out of the garage."""
    await world.send(PARKED | {LATITUDE_KEY: 48.2, LONGITUDE_KEY: 11.6})


@setup(
    POSITION,
    "not_reported",
    mend=_out_of_the_garage,
)
async def _garage_without_reception(world: World) -> None:
    """The car was driven into a garage underground, and its last message is of the drive."""
    await _i4(world)
    for minute in range(3):
        place = {LATITUDE_KEY: 48.1 + minute / 100, LONGITUDE_KEY: 11.5 + minute / 100}
        await world.send(place | {MOVING_KEY: True, MILEAGE_KEY: 40_000 + minute})
        await world.wait(minutes=2)
    await world.wait(hours=5)


@setup(POSITION, "position_off", around=["asleep"])
async def _position_is_not_tracked(world: World) -> None:
    """The owner has forgotten that the option is off."""
    await _parked(world, track_position=False)
    await world.send({LATITUDE_KEY: 48.1, LONGITUDE_KEY: 11.5})
    await world.wait(hours=2)


@setup(MILEAGE, "privacy", issues=["privacy_mode"])
async def _privacy_mode(world: World) -> None:
    """The car passes nothing on to High Mobility."""
    sim = simulated()
    sim.clear()
    world.internet(sim.router())
    await world.start(fleet_entry())
    body = {"errors": [{"title": "Forbidden", "detail": "Privacy mode is active"}]}
    sim.fail(Place.DATA, fails(403, body), times=100)
    await world.wait(hours=12)


@setup(MILEAGE, "blocked", vin=IX, issues=["blocked"])
async def _app_api_is_blocked(world: World) -> None:
    """BMW lets no programs but its own app in any more."""
    sim = SimulatedMyBMW(load(bundled()["ix_xdrive50"]))
    world.internet(sim.router())
    data = {"sources": {"mybmw": account(sim.issue_tokens())}}
    await world.start(MockConfigEntry(domain=DOMAIN, title="Mine", unique_id=sim.gcid, data=data))
    sim.fail(App.ANY, blocked(), None)
    await world.wait(hours=10)


# Two causes at once


@setup(
    DISTANCE_PER_DAY,
    "quota",
    also=["on_request"],
    around=["stream_taken"],
    issues=["quota_spent_by_others", "stream_taken"],
)
async def _stream_taken_and_quota_used_up(world: World) -> None:
    """The other program takes both; what only requests bring is stopped by the quota."""
    sim = await _parked(world)
    sim.spend(50)
    await _taken(world)


@setup(SOC, "stream_taken", "quota", issues=["quota_spent_by_others", "stream_taken"])
async def _quota_used_up_and_stream_taken(world: World) -> None:
    """The same, for what the stream brings."""
    await _stream_taken_and_quota_used_up(world)


@setup(SOC, "login_needed", flow="reauth")
async def _login_expired_while_the_car_slept(world: World) -> None:
    """The car has slept for two days when the login ends."""
    sim = await _parked(world)
    await world.wait(hours=48)
    sim.revoke(refresh=True)
    world.line.refusal = Refusal.NOT_AUTHORIZED
    world.line.cut()
    await world.wait(hours=6)


@setup(SOC, "network", also=["stream_lost", "asleep", "not_reported"])
async def _network_down_while_the_car_slept(world: World) -> None:
    """The car has slept for two days when the network goes."""
    sim = await _parked(world)
    await world.wait(hours=48)
    _is_offline(world, sim)
    await world.wait(hours=6)


@setup(MILEAGE, "quota", also=["motorcycle", "on_request"], issues=["quota_spent_by_others"])
async def _motorcycle_and_quota_used_up(world: World) -> None:
    """Only requests bring anything, and there are none left."""
    (bike,) = recorded("i4_edrive40")
    bike.basic_data |= {"brand": "BMW Motorrad", "modelName": "CE 04"}
    sim = world.account(bike)
    await world.add(sim)
    sim.spend(50)
    await world.wait(hours=6)


@setup(MILEAGE, "never_sent", "not_selected", vin=MINI, issues=["stream_silent_others"])
async def _second_car_not_selected(world: World) -> None:
    """Each car has a selection of its own, and the owner has made that of the first only."""
    await world.add(world.account(*recorded("i4_edrive40", "mini_cooper_se")))
    for _ in range(4):
        await world.send(PARKED)
        await world.wait(hours=1)


@setup(SOC, "outage", "failed", also=["stream_lost"])
async def _outage_and_asleep(world: World) -> None:
    """BMW's servers go while the car sleeps; what is wrong now is BMW."""
    sim = await _parked(world)
    await world.wait(hours=10)
    _is_out(world, sim)
    await world.wait(hours=6)


# The tests


@pytest.fixture
def world(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[World]:
    """A Home Assistant in front of a simulated network."""
    made = World(hass, freezer)
    with made.network(monkeypatch):
        yield made


pytestmark = pytest.mark.freeze_time(MORNING)


def _named(world: World, answer: dict[str, Any], missed: str) -> list[list[str]]:
    """Return the causes given for the value, for the car, for the account, and under Repairs."""
    said = [answer["values"][missed], answer["car"], answer["account"]]
    repairs = [cause for issue in world.issues() if (cause := CAUSE_OF.get(issue))]
    return [part["causes"] for part in said] + [[cause] for cause in repairs]


@pytest.mark.parametrize("name", list(SETUPS))
async def test_true_cause_is_named(world: World, name: str) -> None:
    """The true cause is named, and no other one with certainty."""
    row = SETUPS[name]
    await row.act(world)
    answer = await world.explain(row.vin)
    named = _named(world, answer, row.missed)
    value, *others = [set(causes) if len(causes) == 1 else set() for causes in named]
    said = answer["values"][row.missed]
    assert said["state"] in ("old", "missing")
    assert 0 < len(said["text"]) <= 200
    assert row.true & set(chain(*named)), "the true cause is not named"
    allowed = row.true | row.also
    assert value <= allowed, "a wrong cause is named with certainty"
    assert set(chain(*others)) <= allowed | row.around, "a wrong state is named with certainty"
    assert world.issues() == row.issues
    assert flows(world.hass) == ([row.flow] if row.flow else [])
    await world.stop()


@pytest.mark.parametrize("name", [name for name, row in SETUPS.items() if row.mend])
async def test_way_out_works(world: World, name: str) -> None:
    """What the owner is told to do brings the value back, and clears Repairs."""
    row = SETUPS[name]
    assert row.mend is not None
    await row.act(world)
    await row.mend(world)
    said = (await world.explain(row.vin))["values"][row.missed]
    assert (said["state"], said["causes"]) == ("fresh", [])
    assert world.issues() == set()
    await world.stop()


async def test_repairs_of_a_mini_open_its_portal(hass: HomeAssistant, world: World) -> None:
    """A MINI is selected for in MINI's portal."""
    hass.config.country = "DE"
    await _second_car_not_selected(world)
    (issue,) = ir.async_get(hass).issues.values()
    await world.stop()
    assert str(issue.learn_more_url).startswith("https://www.mini.de/")
