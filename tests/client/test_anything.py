"""Whatever the service answers: nothing but a `ClientError` comes out, and only the part that is
broken is lost."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from copy import deepcopy
from datetime import timedelta
import json
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import httpx
from hypothesis import HealthCheck, assume, given, settings, strategies as st
import pytest

from custom_components.mybmw.client import ClientError, Command, CommandKind, dump
from custom_components.mybmw.client.attributes import AnyAttribute
from tests.client.support import MOBILE, Client, make_client, recorded, replay, tokens, values
from tests.replay import faults
from tests.replay.faults import Endpoint, Fault
from tests.replay.fingerprints import RecordedCar, bundled
from tests.replay.mybmw import SimulatedMyBMW

IX = "WBY0FINGERPRINT02"
OBSERVER = (52.25, 4.5)
WORDS = (
    *("mappingInfos", "vin", "state", "capabilities", "eventId", "eventStatus", "errorDetails"),
    *("positionData", "position", "latitude", "longitude", "chargingProfile", "departureTimes"),
    *("clientId", "clientSecret", "tokenEndpoint", "returnUrl", "scopes", "redirect_to", "data"),
    *("access_token", "refresh_token", "expires_in", "gcid", "value", "verifyId", "error"),
    *("backGroundImg", "softwareVersionCurrent", "requiredServices", "tireState", "frontLeft"),
    *("isLscSupported", "lastUpdatedAt", "electricChargingState", "remainingChargingMinutes"),
)
TEXTS = (
    *("", "UNKNOWN", "CHARGING", "ERROR", "EXECUTED", "IGNORED", "2026-11-10T12:00:00Z", IX),
    *("https://customer.bmwgroup.com/gcdm/oauth/token", "http://[", "x://y?authorization=1&code=2"),
    *("größe", "a\nb", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00Z", "1e999", "24:00"),
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(TEXTS)
    | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(WORDS) | st.text(max_size=4), inner, max_size=5)
    ),
    max_leaves=12,
)
QUICK = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
POLLED = (Endpoint.VEHICLES, Endpoint.PROFILE, Endpoint.STATE, Endpoint.CHARGING)
COMMANDED = (Endpoint.COMMAND, Endpoint.EVENT_STATUS, Endpoint.EVENT_POSITION, Endpoint.STATE)
LOGIN = (Endpoint.CONFIG, Endpoint.AUTHENTICATE, Endpoint.TOKEN)
CHINA = (
    *(Endpoint.CHINA_KEY, Endpoint.CHINA_CAPTCHA, Endpoint.CHINA_CHECK),
    *(Endpoint.CHINA_LOGIN, Endpoint.CHINA_REFRESH),
)


def usable(client: Client) -> None:
    """Whatever was read can be saved, and shown in diagnostics."""
    for vehicle in client.garage.vehicles.values():
        json.dumps(dump(vehicle))
    json.dumps(client.source.diagnostics())


@QUICK
@given(endpoint=st.sampled_from(POLLED), answer=JSON)
async def test_poll(endpoint: Endpoint, answer: Any) -> None:
    """A poll never raises."""
    sim, client = replay(recorded("ix_xdrive50"))
    sim.fail(endpoint, faults.answer(answer), times=None)
    for _ in range(2):
        poll = await client.garage.refresh(client.source)
        assert poll.error is None or isinstance(poll.error, ClientError)
        usable(client)
    sim.heal()
    client.source._fleet._due.clear()
    await client.garage.refresh(client.source)
    assert IX in client.garage.vehicles


@QUICK
@given(
    endpoint=st.sampled_from(COMMANDED),
    answer=JSON,
    kind=st.sampled_from([CommandKind.DOOR_LOCK, CommandKind.VEHICLE_FINDER]),
)
async def test_send(endpoint: Endpoint, answer: Any, kind: CommandKind) -> None:
    """A command succeeds, or ends in a `ClientError`."""
    sim, client = replay(recorded("ix_xdrive50"), observer=OBSERVER)
    await client.car()
    sim.fail(endpoint, faults.answer(answer), times=2)
    with suppress(ClientError):
        await client.garage.send(IX, Command(kind))
    usable(client)


@QUICK
@given(endpoint=st.sampled_from(LOGIN), answer=JSON)
async def test_login(endpoint: Endpoint, answer: Any) -> None:
    sim = SimulatedMyBMW(recorded("320i"))
    sim.fail(endpoint, faults.answer(answer))
    await try_to_log_in(make_client(transport=httpx.MockTransport(sim.handle)))


@QUICK
@given(location=st.sampled_from(TEXTS) | st.text(max_size=20), status=st.sampled_from([200, 302]))
async def test_login_redirect(location: str, status: int) -> None:
    def fault(request: httpx.Request) -> httpx.Response:
        headers = [(b"location", location.encode())]
        return httpx.Response(status, headers=headers, request=request)

    sim = SimulatedMyBMW(recorded("320i"))
    sim.fail(Endpoint.AUTHORIZE, fault)
    await try_to_log_in(make_client(transport=httpx.MockTransport(sim.handle)))


@QUICK
@given(
    answer=st.fixed_dictionaries(
        {},
        optional=dict.fromkeys(
            ("clientId", "clientSecret", "returnUrl", "tokenEndpoint", "scopes"), JSON
        ),
    )
)
async def test_login_settings(answer: dict[str, Any]) -> None:
    """Login settings that look like some lead to an error as well, never to a crash."""
    base = {
        "clientId": "31c357a0",
        "clientSecret": "not-so-secret",
        "returnUrl": "com.bmw.connected://oauth",
        "tokenEndpoint": "https://customer.bmwgroup.com/gcdm/oauth/token",
        "scopes": ["openid"],
    }
    sim = SimulatedMyBMW(recorded("320i"))
    sim.fail(Endpoint.CONFIG, faults.answer(base | answer))

    def handle(request: httpx.Request) -> httpx.Response:
        if request.url.scheme not in ("http", "https"):
            raise httpx.UnsupportedProtocol("as the real transport", request=request)
        return sim.handle(request)

    await try_to_log_in(make_client(transport=httpx.MockTransport(handle)))


@QUICK
@given(endpoint=st.sampled_from(CHINA), answer=JSON, enveloped=st.booleans())
async def test_login_china(endpoint: Endpoint, answer: Any, enveloped: bool) -> None:
    sim = SimulatedMyBMW(recorded("320i"), region="china", username=MOBILE)
    sim.fail(endpoint, faults.answer({"data": answer, "error": False} if enveloped else answer))
    known = tokens(sim.issue_tokens(), timedelta()) if endpoint is CHINA[-1] else None
    transport = httpx.MockTransport(sim.handle)
    await try_to_log_in(make_client(region="china", known=known, transport=transport))


@QUICK
@given(
    status=st.integers(100, 999),
    body=st.binary(max_size=20) | JSON.map(lambda value: json.dumps(value).encode()),
    header=st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=20),
)
async def test_any_response(status: int, body: bytes, header: str) -> None:
    """Any status with any body and any `Retry-After`."""

    def fault(request: httpx.Request) -> httpx.Response:
        headers = [(b"retry-after", header.encode("latin-1"))]
        return httpx.Response(status, content=body, headers=headers, request=request)

    sim, client = replay(recorded("ix_xdrive50"), captcha=None)
    sim.fail(Endpoint.ANY, fault, times=None)
    poll = await client.source.poll()
    assert poll.error is None or isinstance(poll.error, ClientError)
    assert all(1 <= seconds <= 30 for seconds in client.waits)


async def try_to_log_in(client: Client) -> None:
    with suppress(ClientError):
        await client.login.log_in()
    assert client.saved == ([client.login.tokens] if client.saved else [])


type Path = tuple[str | int, ...]

TIMES = ("timestamp", "fuel_and_battery.charging_end_time", "climate.activity_end_time")
DETAILS: dict[str, tuple[str, ...]] = {
    "servicePack": ("charging_profile.charging_preferences_service_pack",),
    "chargingFlapDetail": ("charging_flap_unlocked",),
    "chargingSettingsDetail": (
        *("charging_profile.ac_", "dc_loudness", "unlock_cable_after_charging"),
    ),
    "chargeAndClimateTimerDetail": ("is_pre_entry_climatization_enabled",),
}
ALL_DETAILS = tuple(prefix for prefixes in DETAILS.values() for prefix in prefixes)
ABILITIES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("lights", "horn", "lock", "unlock", "climateNow", "sendPoi"), ("commands",)),
    **dict.fromkeys(("isChargingTargetSocEnabled", "isChargingPowerLimitEnabled"), ("commands",)),
    **dict.fromkeys(
        ("isChargingPlanSupported", "isChargingSettingsEnabled"), ("commands", *ALL_DETAILS)
    ),
    "remoteChargingCommands": ("commands",),
    "lastStateCallState": ("lsc_type",),
    "vehicleFinder": ("is_vehicle_tracking_enabled",),
}
ALL_ABILITIES = ("commands", "lsc_type", "is_vehicle_tracking_enabled", *ALL_DETAILS)
STATE: dict[str, tuple[str, ...]] = {
    "isLscSupported": ("is_lsc_enabled", "check_control_messages"),
    "isLeftSteering": ("left_hand_drive",),
    "currentMileage": ("mileage",),
    "securityOverviewMode": ("alarm",),
    "doorsState": ("doors_and_windows.", "lids."),
    "windowsState": ("windows.",),
    "roofState": ("lids.sun_roof",),
    "location": ("vehicle_location.",),
    "driverPreferences": ("privacy_mode",),
    "climateControlState": ("climate.activity", "commands"),
    "climateTimers": ("climate.timers",),
    "requiredServices": ("condition_based_services",),
    "checkControlMessages": ("check_control_messages",),
    "tireState": ("tires.",),
    "combustionFuelLevel": (
        *("fuel_and_battery.remaining_fuel", "fuel_and_battery.remaining_range"),
    ),
    "electricChargingState": (
        *("fuel_and_battery.", "charging_time_remaining", "charging_connection_type"),
    ),
    "chargingProfile": (
        *("charging_profile", "is_pre_entry_climatization_enabled"),
        "fuel_and_battery.charging_start_time",
    ),
    "lastUpdatedAt": TIMES,
    "lastFetched": TIMES,
}
PROFILE: dict[str, tuple[str, ...]] = {
    "brand": ("brand",),
    "model": ("model",),
    "year": ("model_year", "headunit.software_version"),
    "bodyType": ("body_type",),
    "color": ("color",),
    "countryOfOrigin": ("country",),
    "telematicsUnit": ("telematics_unit",),
    "driveTrain": (
        *("drive_train", "fuel_and_battery.", "charging_", "climate.timers"),
        "is_pre_entry_climatization_enabled",
    ),
    "softwareVersionCurrent": ("headunit.",),
    "headUnitType": ("headunit.",),
    "hmiVersion": ("headunit.",),
}
ALL_PROFILE = tuple(prefix for prefixes in PROFILE.values() for prefix in prefixes)
EVERYTHING = ("",)


TOUCHED: dict[Path, tuple[dict[str, tuple[str, ...]], tuple[str, ...]]] = {
    ("profile",): (PROFILE, ALL_PROFILE),
    ("state", "state"): (STATE, EVERYTHING),
    ("state", "capabilities"): (ABILITIES, ALL_ABILITIES),
    ("charging",): (DETAILS, ALL_DETAILS),
}


def related(path: Path) -> tuple[str, ...]:
    """Return the prefixes of the keys of what may change with this part of the answers."""
    for start, (parts_of_it, whole) in TOUCHED.items():
        if path == start:
            return whole
        if path[: len(start)] == start:
            return parts_of_it.get(str(path[len(start)]), ())
    return EVERYTHING


def parts(node: object, here: Path = ()) -> Iterator[Path]:
    """Return the paths of all parts of an answer, itself included."""
    yield here
    if isinstance(node, dict):
        for key, value in node.items():
            yield from parts(value, (*here, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from parts(value, (*here, index))


def answers_of(car: RecordedCar) -> dict[str, Any]:
    return {"profile": car.profile, "state": car.state, "charging": car.charging}


CARS = {folder: recorded(folder)[0] for folder in bundled()}
PATHS = {
    folder: [path for path in parts(answers_of(car)) if path and path != ("charging",)]
    for folder, car in CARS.items()
}
CHANGES: tuple[Callable[[Any], Any], ...] = (
    lambda value: None,
    str,
    lambda value: [value],
    lambda value: {"value": value},
    lambda value: -1,
    lambda value: 10**15,
    lambda value: "",
    lambda value: True,
    lambda value: [],
    lambda value: {},
)


async def read(car: RecordedCar, answers: dict[str, Any]) -> dict[AnyAttribute, object]:
    """Read a car that answers this."""
    sim = SimulatedMyBMW([car], fresh=False)
    kinds = {"profile": Endpoint.PROFILE, "state": Endpoint.STATE, "charging": Endpoint.CHARGING}
    for kind, answer in answers.items():
        if kind != "charging" or car.charging is not None:
            sim.fail(kinds[kind], faults.answer(answer), times=None)
    known = tokens(sim.issue_tokens())
    client = make_client(known=known, transport=httpx.MockTransport(sim.handle))
    poll = await client.garage.refresh(client.source)
    assert poll.error is poll.errors.get(car.vin)
    usable(client)
    return dict(values(client.garage.vehicles[car.vin]))


@st.composite
def damaged(draw: st.DrawFn) -> tuple[str, Path, dict[str, Any]]:
    """Return a car's answers of which one part was removed or is something else."""
    folder = draw(st.sampled_from(sorted(CARS)))
    path = draw(st.sampled_from(PATHS[folder]))
    answers = deepcopy(answers_of(CARS[folder]))
    node: Any = answers
    for step in path[:-1]:
        node = node[step]
    last = path[-1]
    how = draw(st.integers(-1, len(CHANGES)))
    if how < 0 and len(path) > 1:
        del node[last]
    elif 0 <= how < len(CHANGES):
        node[last] = CHANGES[how](node[last])
    else:
        node[last] = draw(JSON)
    return folder, path, answers


BEFORE: dict[str, dict[AnyAttribute, object]] = {}


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(damaged())
async def test_damage_stays_where_it_is(
    freezer: FrozenDateTimeFactory, case: tuple[str, Path, dict[str, Any]]
) -> None:
    """§8 vehicle status, §9.18: a broken part costs only what is read from it."""
    freezer.move_to("2026-12-01T12:00:00Z")
    folder, path, answers = case
    car = CARS[folder]
    if folder not in BEFORE:
        BEFORE[folder] = await read(car, answers_of(car))
    before, after = BEFORE[folder], await read(car, answers)
    touched = related(path)
    assume(touched != EVERYTHING)
    changed = {
        attribute.key
        for attribute in before.keys() | after.keys()
        if before.get(attribute) != after.get(attribute)
    }
    assert {key for key in changed if not key.startswith(touched)} == set()


@pytest.mark.parametrize("fault", [faults.answer([[[]]]), faults.text("[" * 5000)])
async def test_deep(fault: Fault) -> None:
    """JSON that is nested too deeply is no JSON."""
    sim, client = replay(recorded("ix_xdrive50"))
    sim.fail(Endpoint.STATE, fault)
    poll = await client.source.poll()
    assert isinstance(poll.error, ClientError)
    usable(client)
