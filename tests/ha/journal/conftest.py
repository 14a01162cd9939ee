"""An electric car that only says what a test lets it say."""

from collections.abc import Awaitable, Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
import logging
from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

from tests.ha.support.cardata import I4, entry_of, no_stream, push, recorded, say
from tests.replay.cardata import SimulatedCarData, StreamMessage
from tests.replay.carstate import CarState
from tests.replay.days import workday
from tests.replay.timeline import messages

type Sends = Callable[..., Awaitable[None]]
type Storage = dict[str, Any]
type Live = Callable[..., Awaitable[None]]

NOON: Final = datetime(2026, 11, 10, 12, tzinfo=UTC)
LOOK: Final = timedelta(seconds=3)
STEP: Final = timedelta(seconds=30)
MIDNIGHT: Final = NOON.replace(hour=0)
REST: Final = timedelta(minutes=12)


@pytest.fixture(autouse=True)
def _custom_integrations(request: pytest.FixtureRequest) -> None:
    """Set up the recorder before Home Assistant, in tests that want one."""
    if "recorder_mock" in request.fixturenames:
        # Otherwise every row that is written is logged
        logging.getLogger("sqlalchemy.engine").setLevel(logging.WARNING)
        request.getfixturevalue("recorder_mock")
    request.getfixturevalue("enable_custom_integrations")


@pytest.fixture(autouse=True)
def _noon(freezer: FrozenDateTimeFactory) -> None:
    """Let it be noon."""
    freezer.move_to(NOON)


@pytest.fixture
def cardata(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimulatedCarData]:
    """The simulated service without a stream."""
    no_stream(monkeypatch)
    simulated = SimulatedCarData(recorded("i4_edrive40"), fresh=True)
    with simulated.router():
        yield simulated


@pytest.fixture
def options() -> dict[str, Any]:
    """The options of the account; tests override it."""
    return {}


@pytest.fixture
async def account(
    hass: HomeAssistant, hass_storage: Storage, cardata: SimulatedCarData, options: dict[str, Any]
) -> MockConfigEntry:
    """An account that is set up."""
    made = entry_of(cardata, **options)
    made.add_to_hass(hass)
    await hass.config_entries.async_setup(made.entry_id)
    await hass.async_block_till_done()
    return made


@pytest.fixture
def sends(hass: HomeAssistant, account: MockConfigEntry, freezer: FrozenDateTimeFactory) -> Sends:
    """Let the car send values, and some time pass."""

    async def run(values: dict[str, Any] | None = None, wait: timedelta = LOOK) -> None:
        if values:
            push(account, say(I4, values))
        while wait > timedelta():
            step = min(wait, STEP)
            freezer.tick(step)
            async_fire_time_changed(hass)
            await hass.async_block_till_done()
            wait -= step

    return run


@pytest.fixture
def start(cardata: SimulatedCarData) -> CarState:
    """The car as it is when the first day begins, at home."""
    car = cardata.cars[I4]
    return CarState.of(car.basic_data, car.telematics)


@pytest.fixture
def day(cardata: SimulatedCarData, start: CarState) -> list[StreamMessage]:
    """What the car sends on a workday."""
    return [*messages(workday(start), vin=I4, gcid=cardata.gcid, start=MIDNIGHT)]


@pytest.fixture
async def at_home(hass: HomeAssistant, start: CarState) -> None:
    """Let the home be where the car is parked at night."""
    latitude, longitude = start.position
    await hass.config.async_update(latitude=latitude, longitude=longitude, location_name="Home")
    await hass.async_block_till_done()


@pytest.fixture
def live(hass: HomeAssistant, account: MockConfigEntry, freezer: FrozenDateTimeFactory) -> Live:
    """Let the messages come when they were sent, and time pass until the end of the day."""

    async def wait(until: datetime) -> None:
        while (now := datetime.now(NOON.tzinfo)) < until:
            freezer.move_to(min(until, now + timedelta(seconds=60)))
            async_fire_time_changed(hass)
            await hass.async_block_till_done()

    async def run(sent: Iterable[StreamMessage], rest: timedelta = REST) -> None:
        for message in sent:
            await wait(message.time)
            push(account, message.payload)
        now = datetime.now(NOON.tzinfo)
        await wait(now + rest)

    return run
