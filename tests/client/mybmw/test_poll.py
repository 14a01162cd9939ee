"""Polling: what is asked for, and whom a failure concerns (mybmw-app.md#endpoints)."""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
import logging
import re

from freezegun.api import FrozenDateTimeFactory
import httpx
import pytest

from custom_components.mybmw.client import (
    AnswerError,
    ApiError,
    AuthError,
    BlockedError,
    ClientError,
    Command,
    CommandKind,
    NetworkError,
    QuotaError,
    attributes as a,
)
from custom_components.mybmw.client.core.values import Brand, DriveTrain
from tests.client.support import SANE, Client, Simulate, asked, make_client, recorded, sent
from tests.replay import faults
from tests.replay.faults import Endpoint, Fault
from tests.replay.mybmw import SimulatedMyBMW

type ClientOf = Callable[..., Client]
type NewClient = Callable[..., Client]

UUID4 = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
IX, X3, MINI = "WBY0FINGERPRINT02", "WBA0FINGERPRINT04", "WMW0FINGERPRINT10"
DIESEL, PETROL, SUPRA = "WBA0FINGERPRINT08", "3MW0FINGERPRINT13", "WZ10FINGERPRINT11"


async def test_number_of_requests(simulate: Simulate, new_client: NewClient) -> None:
    """mybmw-app.md#endpoints: first start and normal poll."""
    sim = simulate(*SANE)
    client = new_client()
    await client.read()
    charging = sum(car.charging is not None for car in recorded(*SANE))
    assert len(sim.calls) == 4 + 3 + 2 * len(SANE) + charging
    sim.clear_calls()
    await client.read()
    assert Counter(asked(sim)) == {Endpoint.STATE: len(SANE), Endpoint.CHARGING: charging}


async def test_headers(sim: SimulatedMyBMW, client: Client) -> None:
    """mybmw-app.md#headers, library 21: what every request says."""
    await client.read()
    known = client.login.tokens
    assert known is not None
    for request in client.requests:
        headers = request.headers
        assert headers["accept"] == "application/json"
        assert headers["accept-language"] == "en"
        assert headers["x-raw-locale"] == "en-US"
        assert headers["x-identity-provider"] == "gcdm"
        assert re.fullmatch(UUID4, headers["x-correlation-id"])
        assert headers["bmw-correlation-id"] == headers["x-correlation-id"]
        assert headers["bmw-units-preferences"] == "d=KM;v=L;p=B;ec=KWH100KM;fc=L100KM;em=GKM;"
        assert headers["24-hour-format"] == "true"
        assert headers["authorization"] == f"Bearer {known.access}"
        assert headers["bmw-session-id"] == client.login.session_id
        assert request.url.host == "cocoapi.bmwgroup.com"
    correlations = {request.headers["x-correlation-id"] for request in client.requests}
    assert len(correlations) == len(client.requests)


async def test_requests(
    sim: SimulatedMyBMW, client: Client, freezer: FrozenDateTimeFactory
) -> None:
    """mybmw-app.md#endpoints: method, path, parameters and headers of its own, for each request."""
    freezer.move_to("2026-10-10T12:00:00.789Z")
    await client.read()
    bmw, mini, toyota, profile, state, charging = client.requests
    brands = [request.headers["x-user-agent"].split(";")[1] for request in (bmw, mini, toyota)]
    assert brands == ["bmw", "mini", "toyota"]
    for request in (bmw, mini, toyota):
        assert (request.method, request.url.path) == ("POST", "/eadrax-vcs/v5/vehicle-list")
        assert request.headers["content-length"] == "0"
        assert not request.url.params
    for request in (profile, state, charging):
        assert request.method == "GET"
        assert request.headers["bmw-vin"] == IX
        assert request.headers["x-user-agent"].split(";")[1] == "bmw"
    assert profile.url.path == "/eadrax-vcs/v5/vehicle-data/profile"
    assert state.url.path == "/eadrax-vcs/v4/vehicles/state"
    milliseconds = int(datetime(2026, 10, 10, 12, tzinfo=UTC).timestamp()) * 1000
    assert dict(state.url.params) == {"apptimezone": "0", "appDateTime": str(milliseconds)}
    assert charging.url.path == "/eadrax-crccs/v2/vehicles"
    assert dict(charging.url.params) == {
        "fields": "charging-profile",
        "has_charging_settings_capabilities": "true",
    }
    assert charging.headers["bmw-current-date"] == "2026-10-10T12:00:00+00:00"


@pytest.mark.parametrize(
    ("plan", "settings", "asked_for"),
    [
        (True, True, "true"),
        (True, False, "false"),
        (False, True, "true"),
        (True, None, "false"),
        (False, False, None),
        ("true", 1, None),
    ],
)
async def test_charging_details(
    plan: object, settings: object, asked_for: str | None, sim: SimulatedMyBMW, client: Client
) -> None:
    """Only a car with a charging plan or charging settings is asked about them."""
    sim.state(IX)["capabilities"] |= {
        "isChargingPlanSupported": plan,
        "isChargingSettingsEnabled": settings,
    }
    await client.read()
    found = [
        request.url.params["has_charging_settings_capabilities"]
        for request in sent(client, "/eadrax-crccs/v2/vehicles")
    ]
    assert found == ([] if asked_for is None else [asked_for])


async def test_brands(simulate: Simulate, client_of: ClientOf) -> None:
    """Each car is asked for under the brand that it is listed under (library vehicle: brands)."""
    sim = simulate("ix_xdrive50", "mini_cooper_se", "supra_gr")
    vehicles = await client_of(sim).read()
    assert {vin: vehicle.brand for vin, vehicle in vehicles.items()} == {
        IX: Brand.BMW,
        MINI: Brand.MINI,
        SUPRA: Brand.TOYOTA,
    }
    brands = {call.vin: call.brand for call in sim.calls if call.endpoint is Endpoint.STATE}
    assert brands == {IX: "bmw", MINI: "mini", SUPRA: "toyota"}


@pytest.mark.parametrize("word", ["DRITTKUNDE", "BMW", "something", None])
async def test_supra(word: str | None, simulate: Simulate, client_of: ClientOf) -> None:
    """A car of the Toyota list is a Toyota, whatever its profile says (mybmw-app.md#endpoints)."""
    sim = simulate("supra_gr")
    sim.profile(SUPRA)["brand"] = word
    vehicle = await client_of(sim).car()
    assert vehicle.brand is Brand.TOYOTA


@pytest.mark.parametrize(
    ("word", "brand"),
    [
        ("bmw", Brand.BMW),
        ("BMW_I", Brand.BMW),
        ("BMW_i", Brand.BMW),
        ("MINI", Brand.MINI),
        ("Rolls_Royce", Brand.ROLLS_ROYCE),
        ("GOGGOMOBIL", Brand.BMW),
        (None, Brand.BMW),
    ],
)
async def test_brand_words(
    word: str | None, brand: Brand, sim: SimulatedMyBMW, client: Client
) -> None:
    """Library vehicle: brands in any case; an unknown one is that of the list."""
    sim.profile(IX)["brand"] = word
    assert (await client.car()).brand is brand


async def test_side_by_side() -> None:
    """Pitfall 11: four cars at a time, and every request through the one client that was given."""
    sim = SimulatedMyBMW(recorded(*SANE))
    under_way: set[str] = set()
    most = 0

    async def handle(request: httpx.Request) -> httpx.Response:
        nonlocal most
        correlation = request.headers.get("x-correlation-id", "login")
        under_way.add(correlation)
        for _ in range(5):
            most = max(most, len(under_way))
            await asyncio.sleep(0)
        under_way.remove(correlation)
        return sim.handle(request)

    client = make_client(transport=httpx.MockTransport(handle))
    await client.read()
    await client.garage.send(IX, Command(CommandKind.DOOR_LOCK))
    assert most == 4
    assert len(client.requests) == len(sim.calls)


async def test_profile_once(three: SimulatedMyBMW, client_of: ClientOf) -> None:
    """Library 11, 12: all cars are known after one poll, and not asked who they are again."""
    client = client_of(three)
    vehicles = await client.read()
    assert vehicles.keys() == {IX, DIESEL, MINI}
    three.clear_calls()
    await client.read()
    assert set(asked(three)) == {Endpoint.STATE, Endpoint.CHARGING}
    assert client.garage.vehicles.keys() == {IX, DIESEL, MINI}


@pytest.mark.parametrize(
    "fault",
    [
        faults.server_error(),
        faults.answer({"message": "no"}, 500),
        faults.answer({"message": "gone"}, 404),
        faults.broken_json(),
        faults.text("<html>"),
        faults.answer([]),
        faults.answer({"capabilities": {}}),
    ],
)
async def test_one_car_fails(fault: Fault, three: SimulatedMyBMW, client_of: ClientOf) -> None:
    """Library 35: a car that cannot be read costs only itself."""
    client = client_of(three)
    three.fail(Endpoint.STATE, fault, times=None, vin=DIESEL)
    poll = await client.garage.refresh(client.source)
    assert poll.error is None
    assert poll.errors.keys() == {DIESEL}
    assert isinstance(poll.errors[DIESEL], ApiError | AnswerError)
    assert poll.vins == frozenset({IX, DIESEL, MINI})
    assert client.garage.vehicles[DIESEL].value(a.MODEL) == "530d"
    assert client.garage.vehicles[DIESEL].value(a.MILEAGE) is None
    assert client.garage.vehicles[IX].value(a.MILEAGE) == 58214
    three.heal()
    await client.read()
    assert client.garage.vehicles[DIESEL].value(a.MILEAGE) == 183470


async def test_all_cars_fail(three: SimulatedMyBMW, client_of: ClientOf) -> None:
    """Library 36: if no car can be read, the poll failed."""
    client = client_of(three)
    three.fail(Endpoint.STATE, faults.server_error(), times=None)
    poll = await client.source.poll()
    assert isinstance(poll.error, ApiError)
    assert poll.errors.keys() == {IX, DIESEL, MINI}


@pytest.mark.parametrize(
    ("fault", "error"),
    [(faults.quota(), QuotaError), (faults.blocked(), BlockedError)],
)
@pytest.mark.parametrize("endpoint", [Endpoint.PROFILE, Endpoint.STATE, Endpoint.CHARGING])
async def test_account_fails(
    endpoint: Endpoint,
    fault: Fault,
    error: type[ClientError],
    simulate: Simulate,
    client_of: ClientOf,
) -> None:
    """What concerns the account ends the round: no request is made that cannot succeed."""
    sim = simulate(*SANE)
    client = client_of(sim)
    sim.fail(endpoint, fault, times=None)
    poll = await client.garage.refresh(client.source)
    assert isinstance(poll.error, error)
    assert any(isinstance(failed, error) for failed in poll.errors.values())
    assert asked(sim).count(endpoint) < len(SANE)
    assert client.waits == []
    if endpoint is Endpoint.CHARGING:
        assert client.garage.vehicles[PETROL].value(a.MILEAGE) == 16093


@pytest.mark.parametrize("fault", [faults.no_network(), faults.timeout()])
@pytest.mark.parametrize("endpoint", [Endpoint.PROFILE, Endpoint.STATE])
async def test_no_network(
    endpoint: Endpoint, fault: Fault, simulate: Simulate, client_of: ClientOf
) -> None:
    """Without a network the round ends early, since every time-out costs its time."""
    sim = simulate(*SANE)
    client = client_of(sim)
    sim.fail(endpoint, fault, times=None)
    poll = await client.source.poll()
    assert isinstance(poll.error, NetworkError)
    assert len(poll.errors) == len(SANE)
    assert asked(sim).count(endpoint) <= 4


async def test_one_car_out_of_reach(three: SimulatedMyBMW, client_of: ClientOf) -> None:
    """One request that gets lost does not end the round; the second one does."""
    client = client_of(three)
    three.fail(Endpoint.STATE, faults.timeout(), times=None, vin=IX)
    poll = await client.source.poll()
    assert poll.error is None
    assert poll.errors.keys() == {IX}
    assert isinstance(poll.errors[IX], NetworkError)


async def test_login_fails_in_a_round(three: SimulatedMyBMW, client_of: ClientOf) -> None:
    """A dead login ends the round too."""
    client = client_of(three)
    await client.read()
    three.revoke(refresh=True)
    poll = await client.garage.refresh(client.source)
    assert isinstance(poll.error, AuthError)
    assert poll.vins is None
    assert all(isinstance(error, AuthError) for error in poll.errors.values())


async def test_profile_fails(simulate: Simulate, client_of: ClientOf) -> None:
    """Pitfall 19: a new car waits for its profile for two polls, so that it gets its own name."""
    sim = simulate("x3_30e", "530d")
    client = client_of(sim)
    sim.fail(Endpoint.PROFILE, faults.server_error(), vin=X3)
    poll = await client.garage.refresh(client.source)
    assert poll.error is None
    assert poll.errors.keys() == {X3}
    assert client.garage.vehicles[X3].value(a.MILEAGE) is None
    await client.read()
    assert client.garage.vehicles[X3].name == "X3 30e xDrive"
    assert client.garage.vehicles[X3].value(a.REMAINING_RANGE_FUEL) == 431


async def test_profile_always_fails(simulate: Simulate, client_of: ClientOf) -> None:
    """Pitfall 19: then it does without; what depends on the drive train is not guessed."""
    sim = simulate("x3_30e")
    client = client_of(sim)
    sim.fail(Endpoint.PROFILE, faults.server_error(), times=3)
    for _ in range(2):
        assert (await client.source.poll()).errors.keys() == {X3}
    vehicles = await client.read()
    assert vehicles[X3].drive_train is None
    assert vehicles[X3].name == "BMW"
    assert vehicles[X3].value(a.MILEAGE) == 9312
    assert vehicles[X3].value(a.STATE_OF_CHARGE) == 41
    # Whether the fuel range is the total one is only known with the drive train
    assert vehicles[X3].value(a.REMAINING_RANGE_FUEL) is None
    assert vehicles[X3].value(a.REMAINING_RANGE_TOTAL) is None
    await client.read()
    assert vehicles[X3].drive_train is DriveTrain.PLUGIN_HYBRID
    assert vehicles[X3].value(a.REMAINING_RANGE_FUEL) == 431


@pytest.mark.parametrize("fault", [faults.server_error(), faults.broken_json()])
async def test_charging_details_fail(fault: Fault, sim: SimulatedMyBMW, client: Client) -> None:
    """Without the charging details everything else is still there."""
    sim.fail(Endpoint.CHARGING, fault)
    vehicle = await client.car()
    assert vehicle.value(a.STATE_OF_CHARGE) == 90
    assert vehicle.value(a.SERVICE_PACK) is None
    assert client.source.problems["charging details"] == 1
    await client.car()
    assert vehicle.value(a.SERVICE_PACK)


async def test_images(sim: SimulatedMyBMW, client: Client) -> None:
    """Library vehicle: image headers; mybmw-app.md#pictures."""
    vehicle = await client.car()
    picture = await client.source.image(vehicle, "SideViewLeft")
    assert picture.startswith(b"\x89PNG")
    (request,) = sent(client, "/images")
    assert request.method == "GET"
    assert request.url.path == "/eadrax-ics/v5/presentation/vehicles/images"
    assert dict(request.url.params) == {"carView": "SideViewLeft", "toCrop": "true"}
    assert request.headers["accept"] == "image/png"
    assert request.headers["bmw-app-vehicle-type"] == "connected"
    assert request.headers["bmw-vin"] == IX
    with pytest.raises(ApiError):
        await client.source.image(vehicle, "Underside")


async def test_quiet(
    three: SimulatedMyBMW, client_of: ClientOf, caplog: pytest.LogCaptureFixture
) -> None:
    """Library 35, 36: failures are in the result; the log of a poll is for debugging only."""
    caplog.set_level(logging.INFO)
    client = client_of(three)
    three.fail(Endpoint.STATE, faults.server_error(), times=None)
    await client.source.poll()
    assert [record for record in caplog.records if record.name.startswith("custom")] == []
