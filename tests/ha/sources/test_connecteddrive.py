"""The legacy ConnectedDrive API, from the set-up to states and commands."""

from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from typing import Any

from homeassistant.components.repairs import DOMAIN as REPAIRS
from homeassistant.config_entries import SOURCE_RECONFIGURE, SOURCE_USER, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mybmw.const import DOMAIN
from custom_components.mybmw.repairs import async_create_fix_flow
from tests.ha.conftest import Elapse, account
from tests.ha.support.actions import act, refused
from tests.ha.support.flow_steps import open_settings
from tests.replay.connecteddrive import BUNDLED, Endpoint, SimulatedConnectedDrive, load
from tests.replay.connecteddrive.service import BASE, HOST, KEY, PASSWORD, SECRET, USERNAME
from tests.replay.fingerprints import bundled, load as load_app_cars
from tests.replay.mybmw import SimulatedMyBMW
from tests.replay.serving import router_of
from tests.replay.wire import HOSTS

I3 = "WBY0CDRIVE0000001"
CONVERTIBLE = "WBA0CDRIVE0000003"
LOGIN = {
    "url": BASE,
    "username": USERNAME,
    "password": PASSWORD,
    "api_key": KEY,
    "api_secret": SECRET,
}

type SetUp = Callable[..., Awaitable[MockConfigEntry]]


@pytest.fixture
def legacy() -> Iterator[SimulatedConnectedDrive]:
    """Simulate a server with the bundled cars."""
    sim = SimulatedConnectedDrive(load(BUNDLED).cars)
    with sim.router():
        yield sim


@pytest.fixture
def start(hass: HomeAssistant) -> SetUp:
    """Set up an account of the server."""

    async def run(**more: Any) -> MockConfigEntry:
        entry = MockConfigEntry(
            domain=DOMAIN, title=USERNAME, data={"sources": {"connecteddrive": {**LOGIN, **more}}}
        )
        entry.add_to_hass(hass)
        await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
        return entry

    return run


def state(hass: HomeAssistant, platform: str, key: str, vin: str = I3) -> str | None:
    """Return the state of an entity, None if there is none."""
    entity = er.async_get(hass).async_get_entity_id(platform, DOMAIN, f"{vin}-{key}")
    found = hass.states.get(entity) if entity else None
    return found.state if found else None


def entity_of(hass: HomeAssistant, platform: str, key: str, vin: str = I3) -> str:
    """Return the id of an entity."""
    entity = er.async_get(hass).async_get_entity_id(platform, DOMAIN, f"{vin}-{key}")
    assert entity is not None
    return entity


async def configure(hass: HomeAssistant, form: Any, answers: dict[str, str]) -> Any:
    """Fill in a form."""
    return await hass.config_entries.flow.async_configure(form["flow_id"], answers)


def fields(form: Any) -> set[str]:
    """Return the fields of a form."""
    return {str(marker) for marker in form["data_schema"].schema}


async def command(hass: HomeAssistant, action: str, entity: str, **data: Any) -> None:
    """Call an action of an entity."""
    domain, _, name = action.partition(".")
    await hass.services.async_call(domain, name, {"entity_id": entity, **data}, blocking=True)
    await hass.async_block_till_done(wait_background_tasks=True)


async def begin(hass: HomeAssistant) -> Any:
    """Go to the form of the source."""
    flow = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    assert "connecteddrive" in flow["menu_options"]
    return await hass.config_entries.flow.async_configure(
        flow["flow_id"], {"next_step_id": "connecteddrive"}
    )


async def test_set_up(hass: HomeAssistant, legacy: SimulatedConnectedDrive) -> None:
    """One form leads to cars; the server may be written with a slash at its end."""
    form = await begin(hass)
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "connecteddrive")
    done = await hass.config_entries.flow.async_configure(
        form["flow_id"], {**LOGIN, "url": f"{BASE}/"}
    )
    assert done["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done(wait_background_tasks=True)
    entry = done["result"]
    assert entry.state is ConfigEntryState.LOADED
    assert entry.data["sources"]["connecteddrive"]["url"] == BASE
    assert state(hass, "sensor", "mileage") == "48231"
    assert sum(call.endpoint is Endpoint.TOKEN for call in legacy.calls) == 1
    form = await begin(hass)
    again = await hass.config_entries.flow.async_configure(form["flow_id"], LOGIN)
    assert (again["type"], again["reason"]) == (FlowResultType.ABORT, "already_configured")


@pytest.mark.parametrize(
    ("change", "field", "error"),
    [
        ({"url": "nowhere"}, "url", "server_form"),
        ({"password": "wrong"}, "base", "invalid_auth"),
        ({"api_secret": "wrong"}, "base", "invalid_auth"),
    ],
)
async def test_set_up_goes_wrong(
    hass: HomeAssistant,
    legacy: SimulatedConnectedDrive,
    change: dict[str, str],
    field: str,
    error: str,
) -> None:
    """The form comes again, without the secrets, and leads on."""
    form = await begin(hass)
    form = await configure(hass, form, {**LOGIN, **change})
    assert form["errors"] == {field: error}
    suggested = {
        str(marker): (marker.description or {}).get("suggested_value")
        for marker in form["data_schema"].schema
    }
    assert suggested["username"] == USERNAME
    assert suggested["password"] is suggested["api_secret"] is None
    done = await hass.config_entries.flow.async_configure(form["flow_id"], LOGIN)
    assert done["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_server_of_bmw_is_retired(
    hass: HomeAssistant, legacy: SimulatedConnectedDrive
) -> None:
    legacy.fail(Endpoint.TOKEN, 410)
    form = await begin(hass)
    form = await hass.config_entries.flow.async_configure(form["flow_id"], LOGIN)
    assert form["errors"] == {"base": "server_retired"}


async def test_log_in_again(
    hass: HomeAssistant, legacy: SimulatedConnectedDrive, start: SetUp, elapse: Elapse
) -> None:
    """A password that has changed is asked for."""
    entry = await start()
    legacy.password = "new"
    legacy.revoke()
    await elapse(timedelta(minutes=6))
    await elapse(timedelta(minutes=6))
    [flow] = hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    form = await hass.config_entries.flow.async_configure(flow["flow_id"])
    assert form["step_id"] == "connecteddrive_reauth"
    done = await hass.config_entries.flow.async_configure(flow["flow_id"], {"password": "new"})
    assert done["reason"] == "reauth_successful"
    await hass.async_block_till_done(wait_background_tasks=True)
    assert entry.data["sources"]["connecteddrive"]["password"] == "new"
    assert entry.state is ConfigEntryState.LOADED


async def test_reconfigure(
    hass: HomeAssistant, legacy: SimulatedConnectedDrive, start: SetUp
) -> None:
    entry = await start()
    flow = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_RECONFIGURE, "entry_id": entry.entry_id}
    )
    assert "connecteddrive_reconfigure" in flow["menu_options"]
    form = await hass.config_entries.flow.async_configure(
        flow["flow_id"], {"next_step_id": "connecteddrive_reconfigure"}
    )
    assert fields(form) == LOGIN.keys() - {"username"}
    answers = {key: value for key, value in LOGIN.items() if key != "username"}
    done = await hass.config_entries.flow.async_configure(form["flow_id"], answers)
    assert done["reason"] == "reconfigure_successful"
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_options(hass: HomeAssistant, legacy: SimulatedConnectedDrive, start: SetUp) -> None:
    entry = await start()
    form = await open_settings(hass, entry)
    assert fields(form) == {
        "track_position",
        "road_factor",
        "card",
        "journal",
        "read_only",
        "connecteddrive_interval",
    }
    options = {"track_position": True, "read_only": False, "connecteddrive_interval": 30}
    await hass.config_entries.options.async_configure(form["flow_id"], options)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert entry.options["connecteddrive_interval"] == 30
    poller = entry.runtime_data.pollers["connecteddrive"]
    assert poller.update_interval == timedelta(minutes=30)


STATES = [
    ("sensor", "mileage", "48231"),
    ("sensor", "activity", "parked"),
    ("sensor", "update_reason", "charging_started"),
    ("sensor", "remaining_energy", "10.4"),
    ("sensor", "battery_capacity", "18.9"),
    ("sensor", "fuel_and_battery.charging_status", "charging"),
    ("sensor", "charging_time_remaining", "95"),
    ("sensor", "charging_end_reason", "charging_goal_reached"),
    ("sensor", "max_range_electric", "118"),
    ("sensor", "tank_capacity", "9"),
    ("sensor", "last_destination", "HIGH STREET, OXFORD, UNITED KINGDOM"),
    ("sensor", "last_trip.end", "2019-05-04T15:58:00+00:00"),
    ("sensor", "last_trip.distance", "24"),
    ("sensor", "last_trip.duration", "41"),
    ("sensor", "last_trip.electric_consumption", "14.2"),
    ("sensor", "last_trip.driving_mode", "5"),
    ("sensor", "last_trip.acceleration", "3.5"),
    ("sensor", "all_trips.electric_distance", "41980.2"),
    ("sensor", "all_trips.longest_charge_cycle", "131"),
    ("sensor", "all_trips.distance_since_charging", "24"),
    ("sensor", "all_trips.saved_co2", "2104.6"),
    ("sensor", "position_status", "ok"),
    ("sensor", "lights.parking_light_status", "left"),
    ("sensor", "charging_profile.preferred_charging_window", "23:00-05:30"),
    ("binary_sensor", "position_light", "on"),
    ("binary_sensor", "connection_status", "on"),
    ("binary_sensor", "lids.right_front", "on"),
    ("binary_sensor", "lids.left_front", "off"),
    ("binary_sensor", "vehicle.isMoving", "off"),
]


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_states(hass: HomeAssistant, legacy: SimulatedConnectedDrive, start: SetUp) -> None:
    """Values of the recording are shown; what is not fitted makes no entity."""
    entry = await start()
    shown = {(platform, key): state(hass, platform, key) for platform, key, _ in STATES}
    assert shown == {(platform, key): value for platform, key, value in STATES}
    consumption = hass.states.get(entity_of(hass, "sensor", "all_trips.electric_consumption"))
    assert consumption is not None
    assert consumption.attributes["community_average"] == 16.1
    tracker = hass.states.get(
        er.async_get(hass).async_get_entity_id("device_tracker", DOMAIN, I3) or ""
    )
    assert tracker is not None
    assert (tracker.attributes["latitude"], tracker.attributes["longitude"]) == (51.5074, -0.1278)
    for key in ("windows.rear", "lids.convertible_roof"):
        assert state(hass, "binary_sensor", key) is None
    assert state(hass, "binary_sensor", "lids.convertible_roof", CONVERTIBLE) == "on"
    assert state(hass, "sensor", "charging_time_remaining", CONVERTIBLE) is None
    registry = er.async_get(hass)
    for item in er.async_entries_for_config_entry(registry, entry.entry_id):
        found = hass.states.get(item.entity_id)
        assert found is None or found.state != "unavailable", item.entity_id


async def test_commands(hass: HomeAssistant, legacy: SimulatedConnectedDrive, start: SetUp) -> None:
    """The usual entities send them, and show what became of it."""
    await start()
    lock = entity_of(hass, "lock", "lock")
    assert hass.states.get(lock).state == "unlocked"  # type: ignore[union-attr]
    await command(hass, "lock.lock", lock)
    assert hass.states.get(lock).state == "locked"  # type: ignore[union-attr]
    await command(hass, "button.press", entity_of(hass, "button", "light_flash"))
    notify = entity_of(hass, "notify", "send_message")
    await command(hass, "notify.send_message", notify, message="Bring milk.", title="Shopping")
    notify = entity_of(hass, "notify", "send_poi")
    await command(hass, "notify.send_message", notify, message="48.1770, 11.5560", title="Tower")
    sent = [call.form.get("serviceType") for call in legacy.calls if call.form]
    assert [name for name in sent if name] == ["DOOR_LOCK", "LIGHT_FLASH"]
    assert [poi["name"] for _, poi in legacy.sent] == ["Shopping", "Tower"]
    assert state(hass, "button", "sound_horn") is None
    assert state(hass, "button", "sound_horn", CONVERTIBLE) is not None


@pytest.mark.parametrize(("data", "count"), [({}, "2"), ({"count": 5}, "5")])
async def test_flashes(
    hass: HomeAssistant,
    legacy: SimulatedConnectedDrive,
    start: SetUp,
    data: dict[str, Any],
    count: str,
) -> None:
    """The action takes how often; ten times is the most."""
    await start()
    await act(hass, "flash_lights", I3, **data)
    form = {"serviceType": "LIGHT_FLASH", "count": count}
    assert [call.form for call in legacy.calls if call.endpoint is Endpoint.EXECUTE] == [form]
    for odd in (0, 11):
        assert (await refused(hass, "flash_lights", I3, count=odd))[0] == "invalid_value"


async def test_long_message(
    hass: HomeAssistant, legacy: SimulatedConnectedDrive, start: SetUp
) -> None:
    await start()
    notify = entity_of(hass, "notify", "send_message")
    with pytest.raises(ServiceValidationError) as error:
        await command(hass, "notify.send_message", notify, message="x" * 256)
    assert "255" in str(error.value)
    assert not legacy.sent


@pytest.mark.parametrize("status", ["DRIVER_DISABLED", "VEHICLE_ACTIVE", "TOO_FAR_AWAY", "OK"])
async def test_missing_position(
    hass: HomeAssistant,
    legacy: SimulatedConnectedDrive,
    start: SetUp,
    elapse: Elapse,
    status: str,
) -> None:
    """The device tracker and the answer of the action say why there is no new position."""
    await start()
    tracker = er.async_get(hass).async_get_entity_id("device_tracker", DOMAIN, I3)
    assert tracker is not None
    assert "reason" not in hass.states.get(tracker).attributes  # type: ignore[union-attr]
    car = legacy.cars[I3]
    car.status["position"]["status"] = status
    car.report(legacy.clock())
    await elapse(timedelta(minutes=6))
    reason = None if status == "OK" else status.lower()
    assert hass.states.get(tracker).attributes.get("reason") == reason  # type: ignore[union-attr]
    found = await act(hass, "find_vehicle", I3)
    assert found.get("reason") == reason
    assert (found["latitude"] is None) is (status == "DRIVER_DISABLED")


OUTCOMES: list[tuple[list[str | None], str | None, str, str]] = [
    (["INITIATED", "EXECUTED"], None, "locked", "executed"),
    (["INITIATED", None, "PENDING", "EXECUTED"], None, "locked", "executed"),
    (["EXECUTED"], None, "locked", "executed"),
    (["INITIATED", "NOT_EXECUTED"], "could not do this", "unlocked", "error"),
    (["NOT_EXECUTED"], "could not do this", "unlocked", "error"),
    (["INITIATED", "DELIVERED", "TIMED_OUT"], "may still carry out", "unknown", "timed_out"),
    (["INITIATED", *[None] * 90], "may still carry out", "unknown", "timed_out"),
]


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
@pytest.mark.parametrize(("statuses", "message", "shown", "last"), OUTCOMES)
async def test_outcomes(
    hass: HomeAssistant,
    legacy: SimulatedConnectedDrive,
    start: SetUp,
    statuses: list[str | None],
    message: str | None,
    shown: str,
    last: str,
) -> None:
    """Each end of a command has its state of the lock and of the command, and its message."""
    await start()
    lock = entity_of(hass, "lock", "lock")
    legacy.next_outcome(*statuses)
    if message is None:
        await command(hass, "lock.lock", lock)
    else:
        with pytest.raises(HomeAssistantError) as error:
            await command(hass, "lock.lock", lock)
        assert message in str(error.value)
    assert state(hass, "lock", "lock") == shown
    assert state(hass, "sensor", "last_command.door_lock") == last


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
@pytest.mark.parametrize(
    ("status", "message"),
    [
        (405, "switched off"),
        (408, "cannot reach the car"),
        (410, "shut down"),
        (423, "locked"),
        (429, "no more requests"),
        (500, "error"),
        (503, "maintenance"),
    ],
)
async def test_refused_commands(
    hass: HomeAssistant,
    legacy: SimulatedConnectedDrive,
    start: SetUp,
    status: int,
    message: str,
) -> None:
    """Every error of the service is told in words; only a failing server may have obeyed."""
    await start()
    legacy.fail(Endpoint.EXECUTE, status)
    with pytest.raises(HomeAssistantError) as error:
        await command(hass, "lock.lock", entity_of(hass, "lock", "lock"))
    assert message in str(error.value), str(error.value)
    assert state(hass, "lock", "lock") == ("unknown" if status >= 500 else "unlocked")
    assert sum(call.endpoint is Endpoint.EXECUTE for call in legacy.calls) == 1


@pytest.mark.parametrize(
    ("statuses", "key", "shown"),
    [
        (["INITIATED", "PENDING", "NOT_EXECUTED"], "command_failed", "unlocked"),
        (["INITIATED", "TIMED_OUT"], "command_timeout", "unknown"),
        (["INITIATED", *[None] * 90], "command_timeout", "unknown"),
    ],
)
async def test_failed_commands(
    hass: HomeAssistant,
    legacy: SimulatedConnectedDrive,
    start: SetUp,
    statuses: list[str | None],
    key: str,
    shown: str,
) -> None:
    await start()
    lock = entity_of(hass, "lock", "lock")
    legacy.next_outcome(*statuses)
    with pytest.raises(HomeAssistantError) as error:
        await command(hass, "lock.lock", lock)
    assert error.value.translation_key == key
    assert hass.states.get(lock).state == shown  # type: ignore[union-attr]


async def test_car_that_is_not_reached(
    hass: HomeAssistant, legacy: SimulatedConnectedDrive, start: SetUp
) -> None:
    await start()
    lock = entity_of(hass, "lock", "lock")
    legacy.fail(Endpoint.EXECUTE, 408)
    with pytest.raises(HomeAssistantError) as error:
        await command(hass, "lock.lock", lock)
    assert error.value.translation_key == "car_unreachable"
    assert hass.states.get(lock).state == "unlocked"  # type: ignore[union-attr]


async def test_secret_question(
    hass: HomeAssistant, legacy: SimulatedConnectedDrive, start: SetUp
) -> None:
    """The first refusal opens a repair that takes the answer, and unlocking works then."""
    legacy.answer = "Rex"
    entry = await start()
    lock = entity_of(hass, "lock", "lock")
    await command(hass, "lock.lock", lock)
    with pytest.raises(HomeAssistantError) as error:
        await command(hass, "lock.unlock", lock)
    assert error.value.translation_key == "secret_needed"
    assert hass.states.get(lock).state == "locked"  # type: ignore[union-attr]
    issue_id = f"secret_needed_connecteddrive_{entry.entry_id}"
    issue = ir.async_get(hass).async_get_issue(DOMAIN, issue_id)
    assert issue is not None
    assert issue.is_fixable
    assert await async_setup_component(hass, REPAIRS, {})
    flow: Any = await async_create_fix_flow(hass, issue_id, issue.data)
    flow.hass = hass
    assert (await flow.async_step_init())["step_id"] == "init"
    done = await flow.async_step_init({"security_answer": " Rex "})
    assert done["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done(wait_background_tasks=True)
    await command(hass, "lock.unlock", lock)
    assert hass.states.get(lock).state == "unlocked"  # type: ignore[union-attr]
    assert legacy.calls
    assert {"bmwSkAnswer": "Rex", "serviceType": "DOOR_UNLOCK"} in [
        call.form for call in legacy.calls
    ]


async def test_server_retires(
    hass: HomeAssistant, legacy: SimulatedConnectedDrive, start: SetUp, elapse: Elapse
) -> None:
    """It is said under Repairs, and asked again seldom; values are kept."""
    entry = await start()
    legacy.fail(Endpoint.VEHICLES, 410, times=None)
    await elapse(timedelta(minutes=6))
    issue_id = f"server_retired_{entry.entry_id}"
    assert ir.async_get(hass).async_get_issue(DOMAIN, issue_id) is not None
    assert ir.async_get(hass).async_get_issue(DOMAIN, f"blocked_{entry.entry_id}") is None
    assert state(hass, "sensor", "mileage") == "unavailable"
    legacy.heal()
    await elapse(timedelta(hours=6, minutes=1))
    assert ir.async_get(hass).async_get_issue(DOMAIN, issue_id) is None
    assert state(hass, "sensor", "mileage") == "48231"


async def test_trip_and_charge(
    hass: HomeAssistant, legacy: SimulatedConnectedDrive, start: SetUp, elapse: Elapse
) -> None:
    """The simulated cars live: a trip changes the last trip and all trips, a plug the charge."""
    await start()
    car = legacy.cars[I3]
    car.unplug(legacy.clock())
    car.drive(legacy.clock(), 12.5, 20)
    await elapse(timedelta(minutes=6))
    assert state(hass, "sensor", "last_trip.distance") == "12.5"
    assert state(hass, "sensor", "all_trips.electric_distance") == "41992.7"
    assert state(hass, "sensor", "mileage") == "48243"
    assert state(hass, "sensor", "activity") == "secured"
    car.plug(legacy.clock())
    await elapse(timedelta(minutes=6))
    assert state(hass, "binary_sensor", "charging_status") == "on"


async def test_with_the_app(hass: HomeAssistant, elapse: Elapse) -> None:
    """Each command goes to the first source that can; one that goes down moves only its own."""
    [recorded] = load_app_cars(bundled()["ix_xdrive50"])
    app = SimulatedMyBMW([recorded])
    cars = {car.vin: car for car in load(BUNDLED).cars}
    both = cars[I3].copy()
    both.vin = both.entry["vin"] = both.status["vin"] = recorded.vin
    legacy = SimulatedConnectedDrive([both, cars[CONVERTIBLE]])

    def handle(request: Any) -> Any:
        return legacy.handle(request) if request.url.host == HOST else app.handle(request)

    with router_of(handle, frozenset({*HOSTS, HOST})):
        entry = MockConfigEntry(
            domain=DOMAIN,
            title="Both",
            data={"sources": {"mybmw": account(app.issue_tokens()), "connecteddrive": LOGIN}},
        )
        entry.add_to_hass(hass)
        await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
        lock = entity_of(hass, "lock", "lock", recorded.vin)
        await command(hass, "lock.lock", lock)
        assert not [call for call in legacy.calls if call.endpoint is Endpoint.EXECUTE]
        notify = entity_of(hass, "notify", "send_message", recorded.vin)
        await command(hass, "notify.send_message", notify, message="Hello")
        assert [vin for vin, _ in legacy.sent] == [recorded.vin]
        await elapse(timedelta(minutes=6))
        kinds = entry.runtime_data.data.commands(entry.runtime_data.data.vehicles[recorded.vin])
        assert {"send_message", "climate_stop"} <= set(kinds)
        legacy.fail(Endpoint.ANY, 503, times=None)
        await elapse(timedelta(minutes=6))
        other = entity_of(hass, "lock", "lock", CONVERTIBLE)
        assert hass.states.get(other).state == "unavailable"  # type: ignore[union-attr]
        assert hass.states.get(lock).state != "unavailable"  # type: ignore[union-attr]
        assert hass.states.get(notify).state == "unavailable"  # type: ignore[union-attr]


async def test_position_is_not_tracked(
    hass: HomeAssistant, legacy: SimulatedConnectedDrive
) -> None:
    """Destinations and range maps report where the car is, too."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        data={"sources": {"connecteddrive": LOGIN}},
        options={"track_position": False},
    )
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    [vehicle] = [item for item in entry.runtime_data.data.vehicles.values() if item.vin == I3]
    await command(hass, "button.press", entity_of(hass, "button", "find_vehicle"))
    told = [field for call in legacy.calls for field in (*call.params, *call.form)]
    assert "dlat" not in told
    held = {reading.attribute.key for reading in vehicle}
    assert held.isdisjoint(
        {"vehicle_location.location", "vehicle_location.heading", "destinations", "range_map"}
    )
