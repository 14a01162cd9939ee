"""The simulated CarData service must refuse what the real one would refuse."""

from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.replay import faults as network
from tests.replay.cardata import (
    API,
    CLIENT_ID,
    DESCRIPTORS,
    STREAM,
    CarDataCar,
    Endpoint,
    Issued,
    SimulatedCarData,
    combined_router,
    faults,
    folders,
    load,
)
from tests.replay.fingerprints import FingerprintError
from tests.replay.mybmw import SimulatedMyBMW

VIN = "WBA0FINGERPRINT01"
SECOND = "WBA0FINGERPRINT02"
VERIFIER = "v" * 86
CHALLENGE = urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
LOGIN = "https://customer.bmwgroup.com/gcdm/oauth"
REST = "https://api-cardata.bmwgroup.com"
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
SCOPE = f"authenticate_user openid {API} {STREAM}"
MILEAGE = "vehicle.vehicle.travelledDistance"
PORT = "vehicle.body.chargingPort.status"
LOCK = "vehicle.cabin.door.lock.status"
SESSIONS = "vehicle.powertrain.electric.battery.charging.history.sessionsList"
CAR = CarDataCar(
    VIN,
    basic_data={"vin": VIN, "brand": "BMW", "driveTrain": "BEV"},
    telematics={
        MILEAGE: {"timestamp": "2026-10-31T08:00:00.000Z", "unit": "km", "value": 38402},
        PORT: {"timestamp": "2026-10-31T08:00:00.000Z", "unit": None, "value": "CONNECTED"},
    },
    charging_history=[{"startTime": 1793400000 + day * 86400} for day in range(5)],
)


class Clock:
    """A clock that only moves when asked to."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class Phone:
    """A hand-made client: every request is spelled out."""

    def __init__(self, sim: SimulatedCarData) -> None:
        self.sim = sim
        self.http = httpx.AsyncClient(transport=httpx.MockTransport(sim.handle), verify=False)
        self.token = ""

    async def code(self, scope: str = SCOPE, **changes: str) -> httpx.Response:
        form = {
            "client_id": CLIENT_ID,
            "response_type": "device_code",
            "scope": scope,
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        }
        return await self.http.post(f"{LOGIN}/device/code", data=form | changes)

    async def poll(self, device_code: str, **changes: str) -> tuple[int, str]:
        """Return status and error."""
        form = {"client_id": CLIENT_ID, "device_code": device_code, "grant_type": DEVICE}
        form |= {"code_verifier": VERIFIER} | changes
        answer = await self.http.post(f"{LOGIN}/token", data=form)
        return answer.status_code, answer.json().get("error", "")

    async def refresh(self, token: str, client_id: str = CLIENT_ID) -> httpx.Response:
        form = {"client_id": client_id, "grant_type": "refresh_token", "refresh_token": token}
        return await self.http.post(f"{LOGIN}/token", data=form)

    async def ask(
        self, path: str, method: str = "GET", version: str = "v1", **options: Any
    ) -> httpx.Response:
        headers = {"authorization": f"Bearer {self.token}", "x-version": version}
        return await self.http.request(method, REST + path, headers=headers, **options)

    async def error(self, path: str, method: str = "GET", **options: Any) -> tuple[int, str]:
        """Return status and exveErrorId."""
        answer = await self.ask(path, method, **options)
        assert set(answer.json()) == {"exveErrorId", "exveErrorRef", "exveErrorMsg", "exveNote"}
        return answer.status_code, answer.json()["exveErrorId"]

    async def create(self, *keys: str) -> str:
        body = {"name": "test", "purpose": "v1", "technicalDescriptors": keys}
        answer = await self.ask("/customers/containers", "POST", json=body)
        return str(answer.raise_for_status().json()["containerId"])

    async def refused(self, *keys: str) -> tuple[int, str]:
        body = {"name": "test", "purpose": "v1", "technicalDescriptors": keys}
        return await self.error("/customers/containers", "POST", json=body)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sim(clock: Clock) -> SimulatedCarData:
    second = CarDataCar(SECOND, mapping={"vin": SECOND, "mappingType": "SECONDARY"})
    return SimulatedCarData([CAR, second], clock=clock)


@pytest.fixture
async def phone(sim: SimulatedCarData) -> AsyncIterator[Phone]:
    phone = Phone(sim)
    phone.token = sim.issue_tokens()["access_token"]
    yield phone
    await phone.http.aclose()


def claims(token: str) -> dict[str, Any]:
    payload = token.split(".")[1]
    found: dict[str, Any] = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return found


async def test_device_login(sim: SimulatedCarData, phone: Phone, clock: Clock) -> None:
    passwords: list[Issued] = []
    sim.on_tokens.append(passwords.append)
    codes = (await phone.code()).raise_for_status().json()
    assert (len(codes["user_code"]), codes["interval"], codes["expires_in"]) == (8, 5, 300)
    assert claims(codes["device_code"])["exp"] == clock().timestamp() + 300
    device = codes["device_code"]
    assert await phone.poll(device) == (403, "authorization_pending")
    clock.wait(2)
    assert await phone.poll(device) == (400, "slow_down")
    clock.wait(5)
    assert await phone.poll(device) == (400, "slow_down")
    clock.wait(20)
    assert sim.pending == [codes["user_code"]]
    sim.approve(codes["user_code"])
    assert await phone.poll(device, code_verifier="w" * 43) == (400, "invalid_grant")
    clock.wait(20)
    assert await phone.poll(device) == (200, "")
    assert await phone.poll(device) == (400, "invalid_grant")
    (issued,) = passwords
    assert issued.streams
    assert issued.id_token == sim.current_id_token
    found = claims(issued.id_token or "")
    assert len(issued.id_token or "") > 1200
    assert found["exp"] == issued.expires.timestamp()
    assert found["dynamic_scopes"] == [f"read:streaming/*/{sim.gcid}.*"]
    phone.token = issued.access_token
    assert (await phone.ask("/customers/vehicles/mappings")).json()[0]["vin"] == VIN
    clock.wait(3600)
    assert await phone.error("/customers/vehicles/mappings") == (401, "CU-102")
    assert sim.current_id_token is None


async def test_login_that_fails(sim: SimulatedCarData, phone: Phone, clock: Clock) -> None:
    device = (await phone.code()).json()["device_code"]
    sim.deny()
    assert await phone.poll(device) == (403, "access_denied")
    assert await phone.poll(device, client_id="other") == (401, "invalid_client")
    assert await phone.poll("other") == (400, "invalid_grant")
    device = (await phone.code()).json()["device_code"]
    clock.wait(301)
    assert await phone.poll(device) == (401, "expired_token")
    with pytest.raises(KeyError):
        sim.approve()
    device = (await phone.code(client_id=CLIENT_ID.upper())).json()["device_code"]
    sim.approve()
    assert (await phone.poll(device))[0] == 500
    assert await phone.poll(device) == (403, "access_denied")
    for wrong in ({"code_challenge": "x"}, {"client_id": "x"}, {"code_challenge_method": "plain"}):
        answer = await phone.code(**wrong)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_rights_that_lag_behind(sim: SimulatedCarData, phone: Phone) -> None:
    device = (await phone.code()).json()["device_code"]
    sim.fail(Endpoint.TOKEN, faults.key_management())
    sim.fail(Endpoint.TOKEN, faults.login_error("invalid_token"))
    sim.approve(ready=False)
    assert (await phone.poll(device))[0] == 500
    assert await phone.poll(device) == (400, "invalid_token")
    assert (await phone.poll(device))[0] == 500
    assert await phone.poll(device) == (403, "access_denied")


async def test_what_the_portal_can_do(sim: SimulatedCarData, phone: Phone) -> None:
    mappings = "/customers/vehicles/mappings"
    sim.fail(Endpoint.MAPPINGS, faults.invalid_token())
    assert await phone.error(mappings) == (403, "CU-127")
    container = await phone.create(MILEAGE)
    sim.containers.delete(container)
    assert [item.summary()["state"] for item in sim.containers] == ["DELETED"]
    sim.trust("saved")
    assert (await phone.refresh("saved")).is_success
    sim.revoke()
    assert await phone.error(mappings) == (401, "CU-102")
    refresh = sim.issue_tokens()["refresh_token"]
    sim.client_id = "0b2c6f6e-8c44-4f35-9d62-3f6f7d1c4f11"
    assert (await phone.refresh(refresh)).status_code == 401
    assert (await phone.refresh(refresh, sim.client_id)).status_code == 400


async def test_missing_subscription(sim: SimulatedCarData, phone: Phone) -> None:
    sim.subscribed.remove(STREAM)
    asked = (SCOPE, STREAM, f"{STREAM}:{MILEAGE}", API, "")
    assert [(await phone.code(scope)).status_code for scope in asked] == [400, 400, 400, 200, 200]
    phone.token = sim.issue_tokens("openid")["access_token"]
    assert await phone.error("/customers/vehicles/mappings") == (403, "CU-103")


async def test_refresh(sim: SimulatedCarData, phone: Phone, clock: Clock) -> None:
    old = sim.issue_tokens()["refresh_token"]
    new = (await phone.refresh(old)).raise_for_status().json()
    assert "gcid" not in new
    assert new["id_token"] == sim.current_id_token
    again = await phone.refresh(old)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_request")
    assert (await phone.refresh(new["refresh_token"], "other")).status_code == 401
    clock.wait(14 * 86400)
    assert (await phone.refresh(new["refresh_token"])).status_code == 400
    kept = sim.issue_tokens()["refresh_token"]
    sim.unsubscribe(STREAM)
    assert (await phone.refresh(kept)).status_code == 400
    assert not any(call.counted for call in sim.calls)


async def test_quota(sim: SimulatedCarData, phone: Phone, clock: Clock) -> None:
    sim.spend(47)
    mappings = "/customers/vehicles/mappings"
    assert await phone.error(mappings, version="v2") == (400, "CU-400")
    assert await phone.error("/customers/vehicles/x/image") == (400, "CU-120")
    sim.fail(Endpoint.MAPPINGS, network.no_network())
    with pytest.raises(httpx.ConnectError):
        await phone.ask(mappings)
    sim.fail(Endpoint.MAPPINGS, network.timeout())
    with pytest.raises(httpx.ReadTimeout):
        await phone.ask(mappings)
    assert sim.used == 50
    assert await phone.error(mappings) == (403, "CU-429")
    phone.token = "foreign"
    assert await phone.error(mappings) == (401, "CU-101")
    assert [call.counted for call in sim.calls] == [True, True, False, True, True, False]
    clock.wait(12 * 3600)
    phone.token = sim.issue_tokens()["access_token"]
    assert (await phone.ask(mappings)).is_success
    assert sim.used == 1


async def test_containers(sim: SimulatedCarData, phone: Phone, clock: Clock) -> None:
    assert await phone.refused(MILEAGE, "vehicle.made.up") == (400, "CU-402")
    sim.containers.rejected.add(PORT)
    assert await phone.refused(MILEAGE, PORT) == (400, "CU-402")
    assert await phone.refused() == (400, "CU-401")
    container = await phone.create(MILEAGE, LOCK)
    path = f"/customers/containers/{container}"
    (listed,) = (await phone.ask("/customers/containers")).json()["containers"]
    details = (await phone.ask(path)).json()
    assert details == {**listed, "technicalDescriptors": [MILEAGE, LOCK]}
    assert listed["state"] == "ACTIVE"
    assert len(container) == 13
    assert (await phone.ask(path, "DELETE")).status_code == 204
    assert await phone.error(path, "DELETE") == (208, "CU-122")
    data = f"/customers/vehicles/{VIN}/telematicData"
    assert await phone.error(data, params={"containerId": container}) == (403, "CU-105")
    assert await phone.error(data, params={"containerId": "x"}) == (400, "CU-121")
    assert await phone.error(data) == (400, "CU-401")
    for _ in range(9):
        sim.containers.add([MILEAGE])
    assert await phone.refused(MILEAGE) == (403, "CU-124")
    clock.wait(30 * 86400)
    phone.token = sim.issue_tokens()["access_token"]
    assert await phone.create(MILEAGE)
    sim.containers.longest = 1
    assert await phone.refused(MILEAGE, LOCK) == (403, "CU-403")


async def test_values(sim: SimulatedCarData, phone: Phone) -> None:
    params = {"containerId": await phone.create(MILEAGE, LOCK, PORT, SESSIONS)}
    path = f"/customers/vehicles/{VIN}/telematicData"

    async def values() -> dict[str, Any]:
        answer = (await phone.ask(path, params=params)).json()
        assert list(answer) == ["telematicData"]
        return {key: item["value"] for key, item in answer["telematicData"].items()}

    assert await values() == {MILEAGE: "38402", LOCK: None, PORT: "CONNECTED"}
    car = sim.cars[VIN]
    assert car.apply(MILEAGE, 38403.5, "2026-10-31T09:00:00Z", "km")
    assert not car.apply(MILEAGE, 38401, "2026-10-31T07:00:00Z", "km")
    item = {"timestamp": "2026-10-31T09:00:00.120Z", "value": True}
    car.receive({"data": {PORT: item, LOCK: None, "vehicle.other": {"value": 1}}})
    assert await values() == {MILEAGE: "38403.5", LOCK: None, PORT: "true"}
    assert CAR.telematics[MILEAGE]["value"] == 38402


async def test_the_other_answers_about_a_car(sim: SimulatedCarData, phone: Phone) -> None:
    base = f"/customers/vehicles/{VIN}"
    assert (await phone.ask(f"{base}/basicData")).json()["driveTrain"] == "BEV"
    assert (await phone.ask(f"{base}/smartMaintenanceTyreDiagnosis")).json() == {"passengerCar": {}}
    assert await phone.error(f"{base}/image") == (404, "CU-126")
    assert await phone.error(f"{base}/locationBasedChargingSettings") == (404, "CU-127")
    sim.cars[VIN].draw()
    assert (await phone.ask(f"{base}/image")).content.startswith(b"\x89PNG")
    assert await phone.error(f"/customers/vehicles/{SECOND}/basicData") == (403, "CU-104")
    assert await phone.error(f"/customers/vehicles/{VIN.lower()}/basicData") == (400, "CU-120")
    sim.fail(Endpoint.BASIC_DATA, faults.error("CU-503"))
    sim.fail(Endpoint.ANY, faults.out_of_quota(429, retry_after=60), vin=VIN)
    assert await phone.error(f"{base}/basicData") == (503, "CU-503")
    assert (await phone.ask(f"{base}/basicData")).headers["retry-after"] == "60"


async def test_charging_history_has_pages(
    sim: SimulatedCarData, phone: Phone, clock: Clock
) -> None:
    path = f"/customers/vehicles/{VIN}/chargingHistory"
    assert await phone.error(path) == (400, "CU-401")
    sim.pages.size = 3
    params = {"from": "2026-10-01T00:00:00Z", "to": "2026-12-01T00:00:00.000Z"}
    first = (await phone.ask(path, params=params)).json()
    params["nextToken"] = first["next_token"]
    second = (await phone.ask(path, params=params)).json()
    starts = [session["startTime"] for session in first["data"] + second["data"]]
    assert starts == sorted(starts, reverse=True)
    assert (len(starts), second["next_token"]) == (5, None)
    clock.wait(301)
    assert await phone.error(path, params=params) == (400, "CU-125")


async def test_both_services_share_the_token_url(sim: SimulatedCarData) -> None:
    other = SimulatedCarData([], client_id="0" * 8, gcid="other")
    app = SimulatedMyBMW([])
    basic = {"authorization": f"Basic {b64encode(b'id:secret').decode()}"}
    form = {"grant_type": "refresh_token", "refresh_token": "x"}
    with combined_router(app, other, sim):
        async with httpx.AsyncClient(verify=False) as http:
            await http.post(f"{LOGIN}/token", data=form, headers=basic)
            await http.post(f"{LOGIN}/token", data={**form, "client_id": CLIENT_ID})
            await http.post(f"{LOGIN}/authenticate")
            await http.get(f"{REST}/customers/containers")
    assert [call.path for call in app.calls] == ["/gcdm/oauth/token", "/gcdm/oauth/authenticate"]
    assert [call.endpoint for call in sim.calls] == [Endpoint.REFRESH]
    assert [call.path for call in other.calls] == ["/customers/containers"]


@pytest.mark.usefixtures("socket_enabled")
async def test_serving(sim: SimulatedCarData) -> None:
    headers = {"authorization": "Bearer x", "x-version": "v1"}
    async with sim.serve() as base, httpx.AsyncClient(verify=False) as http:
        answer = await http.get(f"{base}/customers/containers", headers=headers)
    assert answer.json()["exveErrorId"] == "CU-101"


def test_recordings(tmp_path: Path, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(FingerprintError):
        load(tmp_path)
    prefix = "cardata-customers_vehicles"
    answers = {
        f"{prefix}_mappings": [{"vin": VIN}, {"vin": SECOND, "mappingType": "SECONDARY"}],
        f"{prefix}_{VIN}_basicData": CAR.basic_data,
        f"{prefix}_{VIN}_telematicData": {"telematicData": CAR.telematics},
        f"{prefix}_{VIN}_chargingHistory": {"data": CAR.charging_history},
        f"{prefix}_{VIN}_locationBasedChargingSettings": "broken",
    }
    for name, content in answers.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(content))
    message = {"time": "2026-10-31T08:00:00Z", "topic": f"gcid/{VIN}", "payload": {"data": {}}}
    lines = [json.dumps({**message, "topic": topic}) for topic in (f"gcid/{VIN}", "gcid/other")]
    (tmp_path / "stream.jsonl").write_text("\n".join(lines))
    assert folders(tmp_path) == {tmp_path.name: tmp_path}
    car, second = load(tmp_path)
    assert (car.basic_data, car.telematics) == (CAR.basic_data, CAR.telematics)
    assert car.charging_history == CAR.charging_history
    assert [item.payload for item in car.stream()] == [{"data": {}}]
    assert not second.readable
    assert "locationBasedChargingSettings" in caplog.text
    fresh = SimulatedCarData([car], clock=clock, fresh=True).cars[VIN]
    assert fresh.measured == clock()
    assert {MILEAGE, LOCK, PORT, SESSIONS} <= DESCRIPTORS
