"""Broken set-ups: the doctor names the true cause, and none for certain that is not true."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import entity_registry as er, issue_registry as ir
import orjson
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.mybmw.client.cardata import CardataSource, source as cardata_source
from custom_components.mybmw.client.core.values import StreamState
from custom_components.mybmw.const import DOMAIN
from custom_components.mybmw.diagnostics import async_get_config_entry_diagnostics
from tests.client.support.cardata import FakeStream
from tests.ha.support import settle
from tests.ha.support.cardata import I4, IX, MILEAGE_KEY, SOC_KEY, entry_of, poller, recorded, say
from tests.replay import faults
from tests.replay.cardata import Endpoint, SimulatedCarData
from tests.replay.cardata.faults import error, out_of_quota
from tests.replay.cardata.wire import LOGIN

NOON: Final = datetime(2026, 11, 10, 12, tzinfo=UTC)
SOC: Final = "fuel_and_battery.remaining_battery_percent"
POSITION: Final = "vehicle_location.location"
TIRE: Final = "tires.front_left.wear"
LOCKED: Final = "vehicle.body.chargingPort.lockedStatus"
FUEL: Final = "fuel_and_battery.remaining_fuel"
HOOD: Final = "vehicle.body.hood.isOpen"
ALARM: Final = "vehicle.vehicle.antiTheftAlarmSystem.alarm.armStatus"
PLUG: Final = "vehicle.body.chargingPort.status"
CHARGING: Final = "vehicle.drivetrain.electricEngine.charging.status"
TRIP: Final = "vehicle.trip.segment.end.time"
DEPARTURE: Final = "vehicle.powertrain.electric.departureTime.displayControl"

pytestmark = pytest.mark.freeze_time(NOON)


class Setting:
    """An account of CarData in Home Assistant, whose stream a test feeds."""

    def __init__(
        self, hass: HomeAssistant, sim: SimulatedCarData, freezer: FrozenDateTimeFactory
    ) -> None:
        self.hass, self.sim, self.freezer = hass, sim, freezer
        self.entry = entry_of(sim)
        self.after = ExitStack()

    async def begin(self, **options: Any) -> None:
        """Set the account up."""
        self.entry = entry_of(self.sim, **options)
        self.entry.add_to_hass(self.hass)
        await self.hass.config_entries.async_setup(self.entry.entry_id)
        await self.hass.async_block_till_done()

    async def elapse(self, delta: timedelta) -> None:
        """Let time pass; the stream goes on in the background."""
        self.freezer.tick(delta)
        poller(self.entry).source._activity._changed.set()  # type: ignore[attr-defined]
        async_fire_time_changed(self.hass)
        await settle(self.hass)

    async def elapse_hours(self, hours: int) -> None:
        """Let hours pass, one after the other."""
        for _ in range(hours):
            await self.elapse(timedelta(hours=1))

    @property
    def stream(self) -> FakeStream:
        """The stream, as the source has it."""
        source = poller(self.entry).source
        assert isinstance(source, CardataSource)
        assert isinstance(source._stream, FakeStream)
        return source._stream

    async def become(self, state: StreamState) -> None:
        """Let the stream have another state."""
        self.stream.become(state)
        await self.hass.async_block_till_done()

    async def send(self, values: dict[str, Any] | None = None, vin: str = I4) -> None:
        """Let a car send by the stream."""

        message = say(vin, values or {SOC_KEY: 50})
        self.stream.receive(f"gcid/{vin}", orjson.dumps(message))
        await self.elapse(timedelta(seconds=1))

    async def explain(self, **target: str) -> dict[str, Any]:
        """Return the answer of the action."""
        answer = await self.hass.services.async_call(
            DOMAIN, "explain", target, blocking=True, return_response=True
        )
        assert answer is not None
        return answer

    async def car(self, vin: str = I4) -> dict[str, Any]:
        """Return what the action answers about a car."""
        device = self.entry.runtime_data.device(vin)
        return await self.explain(device_id=device.id)

    async def causes(self, key: str, vin: str = I4) -> tuple[str, ...]:
        """Return the causes of a value."""
        return tuple((await self.car(vin))["values"][key]["causes"])


@pytest.fixture
def cars() -> tuple[str, ...]:
    """The folders of the cars in the account."""
    return ("i4_edrive40",)


@pytest.fixture
def cardata(cars: tuple[str, ...]) -> Iterator[SimulatedCarData]:
    """The simulated service, with values measured just now."""
    simulated = SimulatedCarData(recorded(*cars), fresh=True)
    simulated.token_lifetime = round(timedelta(days=365).total_seconds())
    with simulated.router():
        yield simulated


@pytest.fixture
def setting(
    hass: HomeAssistant,
    cardata: SimulatedCarData,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Setting]:
    """The account."""
    monkeypatch.setattr(cardata_source, "Stream", FakeStream)
    made = Setting(hass, cardata, freezer)
    with made.after:
        yield made


type Break = Callable[[Setting], Awaitable[None]]


async def fine(setting: Setting) -> None:
    await setting.begin()
    await setting.become(StreamState.CONNECTED)
    await setting.send()


async def asleep(setting: Setting) -> None:
    await fine(setting)
    await setting.elapse(timedelta(hours=1))


async def never_sent(setting: Setting) -> None:
    await setting.begin()
    await setting.become(StreamState.CONNECTED)
    await setting.elapse(timedelta(minutes=20))


async def taken(setting: Setting) -> None:
    await fine(setting)
    setting.stream.disputed = True
    await setting.become(StreamState.TAKEN)
    await setting.elapse(timedelta(hours=1))


async def refused(setting: Setting) -> None:
    await setting.begin()
    setting.stream.refusals = 3
    await setting.become(StreamState.REFUSED)


async def lost(setting: Setting) -> None:
    await fine(setting)
    await setting.become(StreamState.LOST)
    await setting.elapse(timedelta(hours=1))


async def stream_off(setting: Setting) -> None:
    await setting.begin(stream={"stream": "off"})
    await setting.elapse(timedelta(minutes=20))


async def login_gone(setting: Setting) -> None:
    await setting.begin(stream={"stream": "off"})
    setting.sim.revoke(refresh=True)
    await setting.elapse(timedelta(hours=2))


async def stream_login_gone(setting: Setting) -> None:
    await fine(setting)
    await setting.become(StreamState.LOGIN_NEEDED)


async def no_stream_scope(setting: Setting) -> None:
    setting.sim.subscribed.discard("cardata:streaming:read")
    await setting.begin()
    await setting.become(StreamState.REFUSED)


async def quota(setting: Setting) -> None:
    setting.sim.fail(Endpoint.TELEMATIC_DATA, out_of_quota(), None)
    await setting.begin()
    await setting.become(StreamState.CONNECTED)


async def network(setting: Setting) -> None:
    await setting.begin(stream={"stream": "off"})
    setting.sim.fail(Endpoint.ANY, faults.no_network(), None)
    await setting.elapse(timedelta(hours=3))


async def network_but_stream(setting: Setting) -> None:
    await fine(setting)
    setting.sim.fail(Endpoint.ANY, faults.no_network(), None)
    await setting.elapse(timedelta(hours=3))
    await setting.send()


async def outage(setting: Setting) -> None:
    await setting.begin(stream={"stream": "off"})
    setting.sim.fail(Endpoint.ANY, error("CU-500", 500), None)
    await setting.elapse_hours(12)


async def outage_and_lost(setting: Setting) -> None:
    await fine(setting)
    setting.sim.fail(Endpoint.ANY, error("CU-500", 500), None)
    await setting.become(StreamState.LOST)
    await setting.elapse_hours(12)


async def denied(setting: Setting) -> None:
    await setting.begin(stream={"stream": "off"})
    setting.sim.fail(Endpoint.TELEMATIC_DATA, error("CU-104"), None)
    await setting.elapse_hours(12)


async def motorcycle(setting: Setting) -> None:
    setting.sim.cars[I4].basic_data["brand"] = "BMW Motorrad"
    await setting.begin()
    await setting.become(StreamState.CONNECTED)
    await setting.elapse(timedelta(hours=2))


async def silent(setting: Setting) -> None:
    await setting.begin(stream={"stream": "off"})
    setting.sim.fail(Endpoint.ANY, error("CU-500", 500), None)
    await setting.elapse_hours(50)


async def taken_and_quota(setting: Setting) -> None:
    await quota(setting)
    setting.stream.disputed = True
    await setting.become(StreamState.TAKEN)


async def position_off(setting: Setting) -> None:
    await setting.begin(track_position=False)
    await setting.become(StreamState.CONNECTED)
    await setting.send()


async def tires_off(setting: Setting) -> None:
    await setting.begin(cardata={"tyres": False})
    await setting.become(StreamState.CONNECTED)
    await setting.send()


async def half_selected(setting: Setting) -> None:
    """The car streams its charging, but not all that was selected of it; BMW has the rest."""
    await setting.begin()
    await setting.become(StreamState.CONNECTED)
    await setting.elapse(timedelta(hours=1))
    await setting.send({SOC_KEY: 50, CHARGING: "NOCHARGING"})


async def impossible(setting: Setting) -> None:
    for key in (MILEAGE_KEY, "vehicle.trip.segment.end.travelledDistance"):
        setting.sim.cars[I4].telematics.pop(key, None)
    await fine(setting)
    await setting.send({MILEAGE_KEY: -5})
    await setting.send({MILEAGE_KEY: 9_999_999})


async def without_value(setting: Setting) -> None:
    for key in (HOOD, ALARM):
        setting.sim.cars[I4].telematics.pop(key, None)
    await fine(setting)


async def ended(setting: Setting) -> None:
    await fine(setting)
    await setting.send({PLUG: "CONNECTED"})
    await setting.send({PLUG: "INVALID"})


class Row(NamedTuple):
    """A broken set-up: what the doctor says of the car, the account, and some values."""

    breaks: Break
    car: tuple[str, ...] = ()
    account: tuple[str, ...] = ()
    values: dict[str, tuple[str, ...]] = {}


ROWS: Final = {
    "fine": Row(fine, values={SOC: ()}),
    "asleep": Row(asleep, ("asleep",), values={SOC: ("asleep",)}),
    "never_sent": Row(never_sent, ("never_sent",), values={SOC: ("never_sent",)}),
    "stream_taken": Row(taken, ("stream_taken",), ("stream_taken",), {SOC: ("stream_taken",)}),
    "stream_refused": Row(refused, ("stream_refused",), ("stream_refused",)),
    "stream_lost": Row(lost, values={SOC: ("stream_lost",)}),
    "stream_off": Row(stream_off, values={SOC: ("stream_off",)}),
    "login": Row(login_gone, ("login_needed",), ("login_needed",), {SOC: ("login_needed",)}),
    "login_of_stream": Row(
        stream_login_gone, ("login_needed",), ("login_needed",), {SOC: ("login_needed",)}
    ),
    "not_subscribed": Row(no_stream_scope, ("not_subscribed",), ("not_subscribed",)),
    "quota": Row(quota, ("quota",), ("quota",), {SOC: ("quota",)}),
    "network": Row(network, ("network", "outage"), ("network", "outage")),
    "network_but_stream": Row(network_but_stream, (), ("outage", "network")),
    "outage": Row(outage, ("outage",), ("outage",)),
    "outage_and_lost": Row(outage_and_lost, ("outage",), ("outage",), {SOC: ("stream_lost",)}),
    "denied": Row(
        denied, ("not_offered", "not_main_user"), values={SOC: ("not_offered", "not_main_user")}
    ),
    "motorcycle": Row(motorcycle, ("motorcycle",), values={SOC: ("motorcycle",)}),
    "silent": Row(silent, ("outage",), ("outage",), {SOC: ("outage",)}),
    "position_off": Row(position_off, values={POSITION: ("position_off",)}),
    "tires_off": Row(tires_off, values={TIRE: ("option_off",)}),
    "half_selected": Row(
        half_selected,
        values={
            SOC: (),
            "charging_profile.ac_current_limit": ("not_selected", "not_sent"),
            LOCKED: ("not_selected", "not_sent"),
        },
    ),
    "impossible": Row(impossible, values={"mileage": ("implausible",)}),
    "without_value": Row(without_value, values={"lids.hood": ("no_value",)}),
    "ended": Row(ended, values={"fuel_and_battery.is_charger_connected": ("ended",)}),
    "no_tank": Row(fine, values={FUEL: ("not_fitted",)}),
    "other_source": Row(fine, values={"destinations": ("needs_source",)}),
    "no_trip_yet": Row(fine, values={"last_trip": ("no_records",)}),
    "no_command": Row(fine, values={"last_command.door_lock": ("needs_source",)}),
    "trip_end": Row(asleep, ("asleep",), values={TRIP: ("trip_end",)}),
    "taken_and_quota": Row(
        taken_and_quota, ("stream_taken",), ("stream_taken",), {SOC: ("quota",)}
    ),
}


@pytest.mark.parametrize("name", ROWS)
async def test_broken_set_ups(setting: Setting, name: str) -> None:
    row = ROWS[name]
    await row.breaks(setting)
    answer = await setting.car()
    assert tuple(answer["car"]["causes"]) == row.car
    assert tuple(answer["account"]["causes"]) == row.account
    assert answer["car"]["state"] == (row.car[0] if row.car else "ok")
    assert bool(answer["car"]["text"]) is bool(row.car)
    for key, causes in row.values.items():
        assert tuple(answer["values"][key]["causes"]) == causes, key
    assert all(10 < len(item["text"]) <= 200 for item in answer["values"].values())


@pytest.mark.parametrize("cars", [("530d",)], ids=["secondary"])
async def test_car_of_another_user(setting: Setting) -> None:
    """Only the main user of a car may read it."""
    await setting.begin(stream={"stream": "off"})
    vins = [vin for vin, car in setting.sim.cars.items() if not car.readable]
    for vin in vins:
        answer = await setting.car(vin)
        assert answer["car"]["causes"] == ["not_main_user"]
        assert answer["values"]["mileage"]["causes"] == ["not_main_user"]
    assert vins


async def test_silent_car_is_reported_and_forgotten(setting: Setting) -> None:
    """An hour without a first message is an issue, until the message comes."""
    await never_sent(setting)
    issue = f"stream_silent_{I4[-7:].lower()}_{setting.entry.entry_id}"
    registry = ir.async_get(setting.hass)
    assert registry.async_get_issue(DOMAIN, issue) is None
    await setting.elapse(timedelta(minutes=41))
    found = registry.async_get_issue(DOMAIN, issue)
    assert found is not None
    assert found.translation_key == "stream_silent"
    await setting.send()
    assert registry.async_get_issue(DOMAIN, issue) is None


async def test_silence_counts_while_the_stream_is_connected(setting: Setting) -> None:
    """An interruption begins the hour anew."""
    await never_sent(setting)
    await setting.become(StreamState.LOST)
    await setting.elapse(timedelta(hours=2))
    await setting.become(StreamState.CONNECTED)
    await setting.elapse(timedelta(minutes=30))
    issue = f"stream_silent_{I4[-7:].lower()}_{setting.entry.entry_id}"
    assert ir.async_get(setting.hass).async_get_issue(DOMAIN, issue) is None
    await setting.elapse(timedelta(minutes=31))
    assert ir.async_get(setting.hass).async_get_issue(DOMAIN, issue) is not None


@pytest.mark.parametrize("cars", [("i4_edrive40", "ix_xdrive50")], ids=["two"])
async def test_silent_car_among_others(setting: Setting) -> None:
    """If another car sends, the stream works: the text says so."""
    await setting.begin()
    await setting.become(StreamState.CONNECTED)
    await setting.send(vin=I4)
    await setting.elapse(timedelta(minutes=61))
    registry = ir.async_get(setting.hass)
    found = {key: issue for (_, key), issue in registry.issues.items() if "silent" in key}
    assert [issue.translation_key for issue in found.values()] == ["stream_silent_others"]
    assert IX[-7:].lower() in next(iter(found))


async def test_entity(setting: Setting) -> None:
    """One entity is explained by its main attribute, a disabled one by that."""
    await asleep(setting)
    registry = er.async_get(setting.hass)
    answer = await setting.explain(entity_id="sensor.i4_edrive40_remaining_battery_percent")
    assert answer["text"] == (
        "Old, as of 2026-11-10 04:00: the car is asleep and sends again when it is unlocked, "
        "driven or charged."
    )
    assert (answer["state"], answer["source"], answer["way"]) == ("old", "cardata", "stream")
    assert answer["car"]["state"] == "asleep"
    entries = er.async_entries_for_config_entry(registry, setting.entry.entry_id)
    disabled = next(item for item in entries if item.disabled and I4 in item.unique_id)
    answer = await setting.explain(entity_id=disabled.entity_id)
    assert answer["causes"] == ["entity_disabled"]


async def test_mistakes(setting: Setting) -> None:
    """It takes a car or an entity of one."""
    await setting.begin(stream={"stream": "off"})
    for target, key in (
        ({}, "car_or_entity"),
        ({"entity_id": "sun.sun"}, "entity_unknown"),
    ):
        with pytest.raises(ServiceValidationError) as raised:
            await setting.explain(**target)
        assert raised.value.translation_key == key


async def test_nothing_personal(setting: Setting) -> None:
    """Explanations hold no value, place or VIN."""
    await fine(setting)
    assert I4 not in str(await setting.car())


async def test_diagnostics(setting: Setting) -> None:
    """The causes are in the diagnostics."""
    await asleep(setting)
    report = await async_get_config_entry_diagnostics(setting.hass, setting.entry)
    (car,) = report["vehicles"].values()  # type: ignore[attr-defined]
    assert car["explained"]["car"] == ["asleep"]
    assert car["explained"]["values"][SOC] == "old asleep"


async def test_german(setting: Setting) -> None:
    """Texts are in the language of Home Assistant."""
    setting.hass.config.language = "de"
    await asleep(setting)
    assert (await setting.car())["car"]["text"].startswith("Das Fahrzeug schläft")


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_coverage(setting: Setting) -> None:
    """The sensor counts what came of what similar cars send; it is worked out at intervals."""
    for key in (HOOD, ALARM):
        setting.sim.cars[I4].telematics.pop(key, None)
    await fine(setting)
    entity = "sensor.i4_edrive40_data_coverage"
    before = setting.hass.states.get(entity)
    assert before is not None
    assert 0 < float(before.state) < 100
    received, possible = map(int, before.attributes["access"].split("/"))
    await setting.send({HOOD: "CLOSED", ALARM: "UNARMED"})
    assert setting.hass.states.get(entity) is before
    await setting.elapse(timedelta(minutes=16))
    after = setting.hass.states.get(entity)
    assert after is not None
    assert after.attributes["access"] == f"{received + 2}/{possible}"
    assert float(after.state) > float(before.state)


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
@pytest.mark.parametrize("name", ROWS)
async def test_data_state(setting: Setting, name: str) -> None:
    """The car and its source show the most certain cause as a state, and all as an attribute."""
    row = ROWS[name]
    await row.breaks(setting)
    await setting.elapse(timedelta(seconds=1))
    for sensor, causes in (
        ("sensor.i4_edrive40_data_state", row.car),
        ("sensor.bmw_cardata_state_of_the_service", row.account),
    ):
        state = setting.hass.states.get(sensor)
        assert state is not None
        assert state.state == (causes[0] if causes else "ok")
        assert state.attributes["causes"] == list(causes)
        assert state.state in state.attributes["options"]


async def login_answers(setting: Setting) -> None:
    """Requests reach the login of BMW, but not the server of the data."""
    setting.sim.token_lifetime = 3600
    await setting.begin(stream={"stream": "off"})
    for endpoint in {*Endpoint} - {*LOGIN, Endpoint.ANY}:
        setting.sim.fail(endpoint, faults.no_network(), None)
    await setting.elapse_hours(3)


async def test_servers_are_compared(setting: Setting) -> None:
    """If another server of BMW answers, the network of the home is the less likely cause."""
    await login_answers(setting)
    answer = await setting.car()
    assert answer["account"]["causes"] == ["outage", "network"]


async def test_one_kind_of_request_that_fails_is_no_outage(setting: Setting) -> None:
    """BMW's servers work if they answer all else."""
    setting.sim.fail(Endpoint.TYRE_DIAGNOSIS, error("CU-500", 500), None)
    await setting.begin(stream={"stream": "off"})
    await setting.elapse_hours(4)
    answer = await setting.car()
    assert answer["account"]["causes"] == []
