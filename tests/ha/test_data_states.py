"""The data state of a car of each source that is asked: what its answers and errors say of it."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

from custom_components.mybmw.const import DOMAIN
from tests.ha.conftest import account
from tests.ha.sources.test_connecteddrive import LOGIN
from tests.ha.support import settle
from tests.ha.support.highmobility import fleet_entry, simulated
from tests.replay import faults
from tests.replay.connecteddrive import BUNDLED, Endpoint, SimulatedConnectedDrive, load
from tests.replay.faults import Endpoint as App
from tests.replay.fingerprints import bundled, load as load_app_cars
from tests.replay.highmobility import Place, fails
from tests.replay.mybmw import SimulatedMyBMW

NOON: Final = datetime(2026, 11, 10, 12, tzinfo=UTC)
HOURS: Final = timedelta(hours=3)
_UNREACHABLE: Final = 408
_DOWN: Final = 503

pytestmark = [
    pytest.mark.freeze_time(NOON),
    pytest.mark.usefixtures("entity_registry_enabled_by_default"),
]


class Asked(NamedTuple):
    """A service with one car: what makes the car report, and requests fail or the login end."""

    vin: str
    entry: MockConfigEntry
    report: Callable[[datetime], object]
    fail: Callable[[int], object]
    log_out: Callable[[], object]
    router: Any


def the_app() -> Asked:
    sim = SimulatedMyBMW(load_app_cars(bundled()["i4_edrive40"]))
    (vin,) = sim._world.cars
    data = {"sources": {"mybmw": account(sim.issue_tokens())}}

    def fail(status: int) -> None:
        sim.fail(App.STATE, faults.answer({"statusCode": status}, status), None)

    return Asked(
        vin,
        MockConfigEntry(domain=DOMAIN, title="Mine", unique_id=sim.gcid, data=data),
        lambda _now: sim.touch(vin),
        fail,
        lambda: sim.revoke(refresh=True),
        sim.router(),
    )


def the_old_one() -> Asked:
    sim = SimulatedConnectedDrive(load(BUNDLED).cars)
    vin = "WBA0CDRIVE0000002"
    entry = MockConfigEntry(
        domain=DOMAIN, title="Old", data={"sources": {"connecteddrive": {**LOGIN}}}
    )

    def log_out() -> None:
        sim.revoke()
        sim.fail(Endpoint.TOKEN, 401, times=None)

    return Asked(
        vin,
        entry,
        sim.cars[vin].report,
        lambda status: sim.fail(Endpoint.STATUS, status, times=None),
        log_out,
        sim.router(),
    )


def high_mobility() -> Asked:
    sim = simulated()
    sim.clear()
    (car,) = sim.cars.values()

    def log_out() -> None:
        sim.secret = "another"
        sim.token_lifetime = 0
        sim.granted.clear()

    return Asked(
        car.vin,
        fleet_entry(),
        lambda now: car.shift(now - car.measured),
        lambda status: sim.fail(Place.DATA, fails(status), 1000),
        log_out,
        sim.router(),
    )


SERVICES: Final[Mapping[str, Callable[[], Asked]]] = {
    "app": the_app,
    "legacy": the_old_one,
    "highmobility": high_mobility,
}


class Seen:
    """The account in Home Assistant, and what it shows of the car."""

    def __init__(self, hass: HomeAssistant, freezer: FrozenDateTimeFactory, asked: Asked) -> None:
        self.hass, self.freezer, self.asked = hass, freezer, asked

    async def start(self) -> None:
        """Set the account up."""
        for component in ("auth", "webhook", "repairs", "image", "notify"):
            assert await async_setup_component(self.hass, component, {})
        self.asked.entry.add_to_hass(self.hass)
        await self.hass.config_entries.async_setup(self.asked.entry.entry_id)
        await self.settle()

    async def settle(self) -> None:
        """Let everything happen that can happen without time; listening never ends."""
        await settle(self.hass)

    async def wait(self, time: timedelta) -> None:
        """Let time pass, in which the service is asked."""
        for _ in range(round(time / timedelta(hours=1))):
            self.freezer.tick(timedelta(hours=1))
            async_fire_time_changed(self.hass)
            await self.settle()

    @property
    def state(self) -> str | None:
        """The data state of the car."""
        registry = er.async_get(self.hass)
        entity = registry.async_get_entity_id("sensor", DOMAIN, f"{self.asked.vin}-data_state")
        assert entity is not None
        found = self.hass.states.get(entity)
        return found.state if found is not None else None


@pytest.fixture(params=SERVICES)
def seen(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, request: pytest.FixtureRequest
) -> Iterator[Seen]:
    """Each service in turn, whose car has reported just now."""
    asked = SERVICES[request.param]()
    with asked.router:
        asked.report(NOON)
        yield Seen(hass, freezer, asked)


async def awake(seen: Seen) -> None:
    """The car has reported shortly before it was asked for."""


async def asleep(seen: Seen) -> None:
    """The service answers, and the car has reported nothing for hours."""
    await seen.wait(HOURS)


async def no_answer_of_the_car(seen: Seen) -> None:
    """The service says that it does not reach the car."""
    seen.asked.fail(_UNREACHABLE)
    await seen.wait(HOURS)


async def down(seen: Seen) -> None:
    seen.asked.fail(_DOWN)
    await seen.wait(HOURS)


async def logged_out(seen: Seen) -> None:
    seen.asked.log_out()
    await seen.wait(HOURS)


type Break = Callable[[Seen], Awaitable[None]]

STATES: Final[Mapping[Break, str]] = {
    awake: "ok",
    asleep: "asleep",
    no_answer_of_the_car: "not_reported",
    down: "outage",
    logged_out: "login_needed",
}


@pytest.mark.parametrize("breaks", STATES, ids=lambda item: item.__name__)
async def test_state(seen: Seen, breaks: Break) -> None:
    await seen.start()
    await breaks(seen)
    # The app's server says of itself, not of the car, that it took too long
    of_the_app = breaks is no_answer_of_the_car and "mybmw" in seen.asked.entry.data["sources"]
    assert seen.state == ("failed" if of_the_app else STATES[breaks])


async def test_car_wakes_up(seen: Seen) -> None:
    """With the first answer after the car has reported again, all is well."""
    await seen.start()
    await asleep(seen)
    assert seen.state == "asleep"
    seen.freezer.tick(timedelta(minutes=50))
    for _ in range(5):
        # High Mobility is asked ever more seldom, so the car reports until that has happened
        seen.freezer.tick(timedelta(minutes=30))
        seen.asked.report(datetime.now(UTC))
        async_fire_time_changed(seen.hass)
        await seen.settle()
        await seen.settle()
    assert seen.state == "ok"
