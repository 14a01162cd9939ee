"""CarData's REST endpoints against the simulated service."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import httpx
import pytest

from custom_components.mybmw.client import (
    AnswerError,
    ApiError,
    Http,
    NetworkError,
    NotAllowedError,
    QuotaError,
    Redactor,
)
from custom_components.mybmw.client.cardata.api import CardataApi, CardataError, ScopeError
from custom_components.mybmw.client.cardata.login import CardataTokens, DeviceLogin
from custom_components.mybmw.client.cardata.quota import LIMIT, Ledger, Reason
from custom_components.mybmw.client.core.errors import RefusedError
from custom_components.mybmw.client.transport.tokens import TokenKeeper
from tests.replay import faults
from tests.replay.cardata import Endpoint, SimulatedCarData, bundled, load
from tests.replay.cardata.faults import error, invalid_token, out_of_quota

(CAR,) = load(bundled()["i4_edrive40"])
KEYS = [
    "vehicle.vehicle.travelledDistance",
    "vehicle.drivetrain.fuelSystem.level",
]
USER = Reason.USER


@dataclass
class Client:
    """A client of the simulated service."""

    api: CardataApi
    http: Http
    keeper: TokenKeeper[CardataTokens]

    @property
    def ledger(self) -> Ledger:
        """What was spent."""
        return self.api.ledger


@pytest.fixture
def sim() -> Iterator[SimulatedCarData]:
    (car,) = load(bundled()["i4_edrive40"])
    simulated = SimulatedCarData([car])
    with simulated.router():
        yield simulated


@pytest.fixture
async def client(sim: SimulatedCarData) -> Client:
    redactor = Redactor()
    http = Http(httpx.AsyncClient(), redactor)
    login = DeviceLogin(http, sim.client_id)
    code = await login.request_code()
    sim.approve(code.user_code)
    tokens = await login.poll(code)
    assert isinstance(tokens, CardataTokens)
    keeper = TokenKeeper(login, tokens)
    return Client(CardataApi(http, keeper, Ledger()), http, keeper)


async def test_first_poll(sim: SimulatedCarData, client: Client) -> None:
    """Four calls report everything about one car, and each is in the ledger with its reason."""
    api = client.api
    (mapped,) = await api.mappings(Reason.SET_UP)
    assert isinstance(mapped, dict)
    assert mapped["vin"] == CAR.vin
    basic = await api.basic_data(CAR.vin, Reason.SET_UP)
    assert isinstance(basic, dict)
    assert basic["brand"].upper().startswith("BMW")
    container = await api.create_container("MyBMW", "1", KEYS, Reason.SET_UP)
    values = await api.telematics(CAR.vin, container, Reason.SET_UP)
    assert values.keys() == set(KEYS)
    assert values[KEYS[0]] == CAR.telematics[KEYS[0]]
    assert sim.used == 4 == len(list(client.ledger))
    assert {spent.reason for spent in client.ledger} == {Reason.SET_UP}
    assert [spent.vin for spent in client.ledger] == [None, CAR.vin, None, CAR.vin]


async def test_other_endpoints(client: Client) -> None:
    api = client.api
    sessions, page = await api.charging_history(
        CAR.vin, "2026-01-01T00:00:00Z", "2026-12-31T00:00:00Z", USER
    )
    assert len(sessions) >= 3
    assert not page
    assert isinstance(await api.tyres(CAR.vin, USER), dict)
    assert await api.location_settings(CAR.vin, USER) == ((), "")


async def test_containers(sim: SimulatedCarData, client: Client) -> None:
    """A container is made, found again and deleted; deleting it twice is no failure."""
    api = client.api
    made = await api.create_container("MyBMW", "v1", KEYS, USER)
    (found,) = await api.containers(USER)
    assert (found.id, found.name, found.purpose, found.active) == (made, "MyBMW", "v1", True)
    await api.delete_container(made, USER)
    await api.delete_container(made, USER)
    assert not any(item.active for item in await api.containers(USER))
    with pytest.raises(CardataError) as caught:
        await api.telematics(CAR.vin, made, USER)
    assert caught.value.code == "CU-105"
    sim.containers.rejected.add(KEYS[0])
    with pytest.raises(CardataError) as caught:
        await api.create_container("MyBMW", "v2", KEYS, USER)
    assert caught.value.code == "CU-402"


async def test_own_quota_is_never_overstepped(sim: SimulatedCarData, client: Client) -> None:
    """The ledger refuses before BMW has to."""
    for _ in range(LIMIT):
        await client.api.mappings(USER)
    with pytest.raises(QuotaError):
        await client.api.mappings(USER)
    assert sim.used == LIMIT


async def test_another_program_spent_it(sim: SimulatedCarData, client: Client) -> None:
    """BMW's refusal is learnt from: no further call is tried."""
    sim.spend(LIMIT)
    with pytest.raises(QuotaError):
        await client.api.mappings(USER)
    used = sim.used
    with pytest.raises(QuotaError):
        await client.api.mappings(USER)
    assert sim.used == used
    assert client.ledger.others() == LIMIT - 1


async def test_expired_token_costs_one_refresh(sim: SimulatedCarData, client: Client) -> None:
    sim.revoke()
    assert await client.api.mappings(USER)
    refreshes = [call for call in sim.calls if call.endpoint is Endpoint.REFRESH]
    assert len(refreshes) == 1


async def test_token_refused_for_good(sim: SimulatedCarData, client: Client) -> None:
    """A fresh token that is refused, too, is no reason to refresh again and again."""
    sim.fail(Endpoint.MAPPINGS, invalid_token(), times=None)
    for _ in range(3):
        with pytest.raises(RefusedError):
            await client.api.mappings(USER)
    refreshes = [call for call in sim.calls if call.endpoint is Endpoint.REFRESH]
    assert len(refreshes) == 1


@pytest.mark.parametrize("code", ["CU-120", "CU-127", "CU-500"])
async def test_code_decides(sim: SimulatedCarData, client: Client, code: str) -> None:
    """Not the status, which is nearly always 403."""
    sim.fail(Endpoint.BASIC_DATA, error(code, 403))
    with pytest.raises(CardataError) as caught:
        await client.api.basic_data(CAR.vin, USER)
    assert caught.value.code == code
    assert CAR.vin not in str(caught.value)


@pytest.mark.parametrize(("code", "kind"), [("CU-103", ScopeError), ("CU-104", NotAllowedError)])
async def test_codes_with_a_meaning_of_their_own(
    sim: SimulatedCarData, client: Client, code: str, kind: type[Exception]
) -> None:
    """A missing scope asks for a new login, not for another token; a foreign car for nothing."""
    sim.fail(Endpoint.BASIC_DATA, error(code, 403))
    with pytest.raises(kind) as caught:
        await client.api.basic_data(CAR.vin, USER)
    assert CAR.vin not in str(caught.value)
    assert all(call.endpoint is not Endpoint.REFRESH for call in sim.calls)


@pytest.mark.parametrize("fault", [faults.no_network, faults.no_proxy])
async def test_call_that_never_left_is_not_booked(
    sim: SimulatedCarData, client: Client, fault: Callable[[], faults.Fault]
) -> None:
    """A call without a network costs nothing; one that timed out may have been counted."""
    sim.fail(Endpoint.MAPPINGS, fault())
    with pytest.raises(NetworkError):
        await client.api.mappings(USER)
    assert client.ledger.left(USER) == LIMIT
    sim.fail(Endpoint.MAPPINGS, faults.timeout())
    with pytest.raises(NetworkError):
        await client.api.mappings(USER)
    assert client.ledger.left(USER) == LIMIT - 1


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (faults.server_error, ApiError),
        (faults.gateway, ApiError),
        (faults.no_network, NetworkError),
        (faults.timeout, NetworkError),
        (faults.broken_json, AnswerError),
        (out_of_quota, QuotaError),
    ],
)
async def test_trouble(
    sim: SimulatedCarData,
    client: Client,
    fault: Callable[[], faults.Fault],
    expected: type[Exception],
) -> None:
    sim.fail(Endpoint.TELEMATIC_DATA, fault())
    with pytest.raises(expected):
        await client.api.telematics(CAR.vin, "R00Q039M970KJ", USER)


async def test_mappings_in_other_shapes(sim: SimulatedCarData, client: Client) -> None:
    """The guide and the service disagree about the shape."""
    item = {"vin": CAR.vin, "mappingType": "PRIMARY"}
    for shape in ([item], {"vehicles": [item]}, item):
        sim.fail(Endpoint.MAPPINGS, faults.answer(shape))
        assert list(await client.api.mappings(USER)) == [item]


async def test_picture(sim: SimulatedCarData, client: Client) -> None:
    sim.cars[CAR.vin].image = b"\x89PNG picture"
    assert await client.api.image(CAR.vin, USER) == b"\x89PNG picture"
    sim.fail(Endpoint.IMAGE, faults.text("<html>"))
    with pytest.raises(AnswerError):
        await client.api.image(CAR.vin, USER)
