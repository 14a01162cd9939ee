"""Why a login failed, and values in its answers that no request could carry."""

from collections.abc import Callable, Iterator
from typing import Final

import httpx
import pytest

from custom_components.mybmw.client import (
    AnswerError,
    ApiError,
    AuthError,
    CaptchaError,
    ClientError,
    Http,
    Redactor,
)
from custom_components.mybmw.client.cardata.login import (
    CardataTokens,
    DeviceLogin,
    LoginError,
    LoginFailure,
)
from custom_components.mybmw.client.mybmw import MyBMWTokens
from tests.client.support import MOBILE, Client, Simulate, tokens
from tests.client.support.cardata import Client as CardataClient, recorded as recorded_cardata
from tests.replay import faults
from tests.replay.cardata import Endpoint as Cardata, SimulatedCarData
from tests.replay.cardata.faults import key_management, login_error
from tests.replay.faults import Endpoint, Fault
from tests.replay.mybmw import SimulatedMyBMW

type NewClient = Callable[..., Client]

OUTAGES: Final = (
    faults.server_error(),
    faults.gateway(),
    faults.text("", 502),
    faults.answer({"error": "invalid_grant"}, 500),
    faults.answer({"error": "access_denied"}, 503),
    faults.answer({"error": "temporarily_unavailable"}, 400),
    faults.answer({"error": "server_error"}, 403),
    faults.text("<html>Access Denied</html>", 403),
)
UNFIT: Final[tuple[object, ...]] = (
    None,
    "",
    7,
    [],
    "größe",
    "with space",
    "line\nbreak",
    "null\0",
    "\x7f",
    "x" * 20_000,
)
NO_ACCOUNT: Final = ("a+", "#", "a/b", "a\0b", "größe", "..", "a b", "x" * 200)


@pytest.fixture
def cardata() -> Iterator[SimulatedCarData]:
    simulated = SimulatedCarData([])
    with simulated.router():
        yield simulated


@pytest.fixture
def device(cardata: SimulatedCarData) -> DeviceLogin:
    return DeviceLogin(Http(httpx.AsyncClient(), Redactor()), cardata.client_id)


async def approved(cardata: SimulatedCarData, device: DeviceLogin) -> CardataTokens:
    """Go through the login as a user would."""
    code = await device.request_code()
    cardata.approve(code.user_code)
    found = await device.poll(code)
    assert isinstance(found, CardataTokens)
    return found


@pytest.mark.parametrize("fault", OUTAGES)
async def test_outage_at_the_end_of_a_login(
    fault: Fault, sim: SimulatedMyBMW, new_client: NewClient
) -> None:
    """The captcha is used up by then, but what is reported is the outage."""
    sim.fail(Endpoint.TOKEN, fault)
    poll = await new_client().source.poll()
    assert type(poll.error) is ApiError
    assert sum(call.endpoint is Endpoint.AUTHENTICATE for call in sim.calls) == 1


@pytest.mark.parametrize("fault", OUTAGES)
async def test_outage_keeps_the_login(
    fault: Fault, sim: SimulatedMyBMW, client_of: NewClient
) -> None:
    """A refresh token outlives an outage of the token endpoint."""
    client = client_of(sim)
    sim.revoke()
    sim.fail(Endpoint.TOKEN, fault, times=None)
    poll = await client.source.poll()
    assert type(poll.error) is ApiError
    sim.heal()
    assert (await client.source.poll()).error is None


@pytest.mark.parametrize("fault", OUTAGES)
async def test_outage_keeps_cardata(
    fault: Fault, cardata: SimulatedCarData, device: DeviceLogin
) -> None:
    known = await approved(cardata, device)
    cardata.fail(Cardata.REFRESH, fault)
    with pytest.raises(ApiError):
        await device.refresh(known)
    assert (await device.refresh(known)).access != known.access


@pytest.mark.parametrize("fault", OUTAGES)
async def test_outage_while_waiting(
    fault: Fault, cardata: SimulatedCarData, device: DeviceLogin
) -> None:
    """A code is still good after an outage."""
    code = await device.request_code()
    cardata.fail(Cardata.TOKEN, fault)
    assert await device.poll(code) == 5


@pytest.mark.parametrize("times", [1, 2, 3])
async def test_rights_are_not_ready(
    times: int, cardata: SimulatedCarData, device: DeviceLogin
) -> None:
    """At the device code as well; also while a cause is being determined."""
    if times > 1:
        cardata.fail(Cardata.DEVICE_CODE, login_error("invalid_request"), times=times - 1)
    cardata.fail(Cardata.DEVICE_CODE, key_management())
    with pytest.raises(LoginError) as caught:
        await device.request_code()
    assert caught.value.failure is LoginFailure.NOT_READY


@pytest.mark.parametrize("status", [200, 400, 422])
@pytest.mark.parametrize(
    ("step", "error"),
    [
        (Endpoint.CHINA_KEY, ApiError),
        (Endpoint.CHINA_CHECK, CaptchaError),
        (Endpoint.CHINA_LOGIN, AuthError),
    ],
)
async def test_refused_in_china(
    status: int,
    step: Endpoint,
    error: type[ClientError],
    simulate: Simulate,
    new_client: NewClient,
) -> None:
    """Only the step with the password says something about the password."""
    sim = simulate("ix_xdrive50", region="china", username=MOBILE)
    answer = {"data": None, "code": 699121, "error": True, "description": "no"}
    sim.fail(step, faults.answer(answer, status))
    with pytest.raises(error) as caught:
        await new_client(region="china", captcha=None).login.log_in()
    assert type(caught.value) is error


@pytest.mark.parametrize("bad", UNFIT)
@pytest.mark.parametrize("key", ["access_token", "refresh_token", "id_token"])
async def test_unfit_tokens(
    key: str, bad: object, cardata: SimulatedCarData, device: DeviceLogin
) -> None:
    """A token that no header or password can hold is an answer that cannot be understood."""
    known = await approved(cardata, device)
    code = await device.request_code()
    answer = {**cardata.issue_tokens(), key: bad}
    for endpoint in (Cardata.TOKEN, Cardata.REFRESH):
        cardata.fail(endpoint, faults.answer(answer))
    with pytest.raises(AnswerError, match=key):
        await device.poll(code)
    with pytest.raises(AnswerError, match=key):
        await device.refresh(known)


@pytest.mark.parametrize("bad", UNFIT)
@pytest.mark.parametrize("key", ["user_code", "device_code"])
async def test_unfit_code(
    key: str, bad: object, cardata: SimulatedCarData, device: DeviceLogin
) -> None:
    good = {"user_code": "a", "device_code": "b", "expires_in": 10**7, "interval": 10**7}
    cardata.fail(Cardata.DEVICE_CODE, faults.answer({**good, key: bad}))
    with pytest.raises(AnswerError, match=key):
        await device.request_code()
    cardata.fail(Cardata.DEVICE_CODE, faults.answer(good))
    code = await device.request_code()
    assert code.interval == 60
    assert code.seconds_left <= 3600


@pytest.mark.parametrize("bad", NO_ACCOUNT)
async def test_unfit_account(bad: str, cardata: SimulatedCarData, device: DeviceLogin) -> None:
    """The id of an account is part of topics: a known one stays, another one is refused."""
    known = await approved(cardata, device)
    code = await device.request_code()
    answer = {**cardata.issue_tokens(), "gcid": bad}
    for endpoint in (Cardata.TOKEN, Cardata.REFRESH):
        cardata.fail(endpoint, faults.answer(answer))
    with pytest.raises(AnswerError, match="gcid"):
        await device.poll(code)
    assert (await device.refresh(known)).gcid == known.gcid


@pytest.mark.parametrize("bad", UNFIT)
@pytest.mark.parametrize("key", ["access_token", "refresh_token"])
async def test_unfit_tokens_of_the_app(
    key: str, bad: object, sim: SimulatedMyBMW, new_client: NewClient
) -> None:
    client = new_client()
    sim.fail(Endpoint.TOKEN, faults.answer({**sim.issue_tokens(), key: bad}))
    with pytest.raises(AnswerError, match=key):
        await client.login.log_in()


@pytest.mark.parametrize("bad", NO_ACCOUNT)
async def test_unfit_account_of_the_app(
    bad: str, sim: SimulatedMyBMW, client_of: NewClient
) -> None:
    client = client_of(sim)
    sim.revoke()
    sim.fail(Endpoint.TOKEN, faults.answer({**sim.issue_tokens(), "gcid": bad}))
    await client.car()
    (saved,) = client.saved
    assert saved.gcid == sim.gcid


@pytest.mark.parametrize("bad", UNFIT)
@pytest.mark.parametrize("key", ["access", "refresh", "identity"])
async def test_unfit_on_disk(
    key: str, bad: object, cardata: SimulatedCarData, device: DeviceLogin, sim: SimulatedMyBMW
) -> None:
    """What was saved before this was checked leads to a new login."""
    saved = (await approved(cardata, device)).dump()
    assert CardataTokens.load({**saved, key: bad}) is None
    known = tokens(sim.issue_tokens()).dump()
    if key in known:
        assert MyBMWTokens.load({**known, key: bad}) is None


@pytest.mark.parametrize("bad", NO_ACCOUNT)
async def test_unfit_account_on_disk(
    bad: str, cardata: SimulatedCarData, device: DeviceLogin, sim: SimulatedMyBMW
) -> None:
    saved = (await approved(cardata, device)).dump()
    assert CardataTokens.load({**saved, "gcid": bad}) is None
    assert MyBMWTokens.load({**tokens(sim.issue_tokens()).dump(), "gcid": bad}) is None


@pytest.mark.parametrize(
    "vin", ["../containers/x", "WBY0FINGERPRINT/1", "WBY0FINGERPRINT+1", "WBÄ0FINGERPRINT01", "X"]
)
async def test_unfit_vin(vin: str) -> None:
    """A VIN stands in addresses: what has not its form is no car of the account."""
    sim = SimulatedCarData(recorded_cardata("i4_edrive40"))
    client = CardataClient.of(sim)
    good = {"vin": "WBY0FINGERPRINT01", "mappingType": "PRIMARY"}
    sim.fail(Cardata.MAPPINGS, faults.answer([good, {**good, "vin": vin}]))
    await client.work()
    assert set(client.source.cars) == {"WBY0FINGERPRINT01"}


async def test_foreign_letters_in_a_topic() -> None:
    """A VIN that comes by the stream before the cars are listed has to be valid."""
    client = CardataClient.of(SimulatedCarData([]))
    async with client.listening():
        client.say("WBÄ0FINGERPRINT01", {"vehicle.vehicle.travelledDistance": 5})
        client.say("WBY0FINGERPRINT01", {"vehicle.vehicle.travelledDistance": 5})
    assert set(client.source.cars) == {"WBY0FINGERPRINT01"}


@pytest.mark.parametrize("container", ["../x", "a b", "a?b", "größe", "x" * 100, ""])
async def test_unfit_container(container: str) -> None:
    """A container whose id cannot stand in an address is none."""
    sim = SimulatedCarData(recorded_cardata("i4_edrive40"))
    client = CardataClient.of(sim)
    answer = {"containerId": container, "name": "x", "purpose": "y", "state": "ACTIVE"}
    sim.fail(Cardata.CREATE_CONTAINER, faults.answer(answer, 201))
    poll = await client.work()
    assert isinstance(next(iter(poll.errors.values())), AnswerError)
    assert all(container not in call.path for call in sim.calls if container)
