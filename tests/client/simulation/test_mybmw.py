"""The simulated MyBMW API must refuse what the real one would refuse."""

from base64 import b64decode, b64encode, urlsafe_b64encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import BytesIO
import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
import httpx
from PIL import Image
import pytest

from tests.replay import faults, fingerprints
from tests.replay.china import read_nonce
from tests.replay.faults import Endpoint
from tests.replay.fingerprints import FingerprintError, RecordedCar
from tests.replay.login import SCOPE
from tests.replay.mybmw import SimulatedMyBMW

VIN = "WBA00000000REPLAY"
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
VERIFIER = "v" * 86
AGENT = "android(AP2A.267867.249);{};4.9.2(36892);{}"
KEY = "4f1c85a3-758f-a37d-bbb6-f8704494acfa"
MOBILE = "8613800138000"
NONCE = (
    "89abcdeffedcba9815096f21d31f501c8520b9731eed7eec96d00bdda368fa1133f3cf6c3bcfb41ffe400d56fcc0"
    "f4084f60590f05a52dd1123329819814a83f08b28632db9b50d6ec6ff934f4a461a1c93d51382383d1da01234567"
    "76543210e6f255ff8aaa2cc3ccdf25b39f0eec17"
)
CAR = RecordedCar(
    VIN,
    "bmw",
    {"vin": VIN, "brand": "BMW", "color": 4284245350},
    {
        "capabilities": {"lock": True, "unlock": True, "lights": False, "climateNow": True},
        "state": {
            "doorsState": {"combinedSecurityState": "UNLOCKED"},
            "climateControlState": {"activity": "INACTIVE"},
            "lastFetched": "2023-01-04T14:57:06.386Z",
            "lastUpdatedAt": "2023-01-04T14:56:06.386Z",
        },
    },
    None,
)


class Phone:
    """A hand-made client: every request is spelled out."""

    def __init__(self, http: httpx.AsyncClient, base: str = "", code: str = "row") -> None:
        self.http = http
        self.base = base or "https://cocoapi.bmwgroup.com"
        self.code = code
        self.token = "none"
        self.shared: dict[str, str] = {}

    def login_headers(self, **more: str) -> dict[str, str]:
        agent = AGENT.format("bmw", self.code)
        return {"user-agent": "Dart/3.3 (dart:io)", "x-user-agent": agent, **more}

    def headers(self) -> dict[str, str]:
        return self.login_headers() | {
            "accept": "application/json",
            "accept-language": "en",
            "x-raw-locale": "en-US",
            "x-identity-provider": "gcdm",
            "x-correlation-id": (correlation := str(uuid4())),
            "bmw-correlation-id": correlation,
            "bmw-units-preferences": "d=KM;v=L;p=B;ec=KWH100KM;fc=L100KM;em=GKM;",
            "24-hour-format": "true",
            "authorization": f"Bearer {self.token}",
            "bmw-session-id": str(uuid4()),
        }

    async def config(self) -> dict[str, Any]:
        headers = {**self.headers(), "ocp-apim-subscription-key": KEY}
        path = "/eadrax-ucs/v1/presentation/oauth/config"
        answer = await self.http.get(self.base + path, headers=headers)
        config: dict[str, Any] = answer.raise_for_status().json()
        return config

    async def authenticate(
        self, config: dict[str, Any], captcha: str = "P1_valid", password: str = "correct-horse"
    ) -> httpx.Response:
        digest = sha256(VERIFIER.encode()).digest()
        self.shared = {
            "client_id": config["clientId"],
            "response_type": "code",
            "scope": " ".join(config["scopes"]),
            "redirect_uri": config["returnUrl"],
            "state": "s" * 22,
            "nonce": "n" * 22,
            "code_challenge": urlsafe_b64encode(digest).decode().rstrip("="),
            "code_challenge_method": "S256",
        }
        own = {"grant_type": "authorization_code", "username": "driver@example.com"}
        return await self.http.post(
            config["tokenEndpoint"].replace("/token", "/authenticate"),
            headers=self.login_headers(hcaptchatoken=captcha),
            data={**self.shared, **own, "password": password},
        )

    async def authorize(self, config: dict[str, Any], authenticated: httpx.Response) -> str:
        query = parse_qs(authenticated.json()["redirect_to"].split("?", 1)[1])
        params = {"interaction-id": str(uuid4()), "client-version": AGENT.format("bmw", self.code)}
        answer = await self.http.post(
            config["tokenEndpoint"].replace("/token", "/authenticate"),
            headers=self.login_headers(),
            params=params,
            data={**self.shared, "authorization": query["authorization"][0]},
        )
        assert answer.status_code == 302
        return str(parse_qs(answer.headers["location"].split("?", 1)[1])["code"][0])

    async def redeem(self, config: dict[str, Any], **form: str) -> httpx.Response:
        return await self.http.post(
            config["tokenEndpoint"],
            headers=self.login_headers(),
            auth=(config["clientId"], config["clientSecret"]),
            data={"redirect_uri": config["returnUrl"], **form},
        )

    async def login(self, verifier: str = VERIFIER) -> httpx.Response:
        config = await self.config()
        code = await self.authorize(config, await self.authenticate(config))
        grant = {"grant_type": "authorization_code", "code": code}
        answer = await self.redeem(config, **grant, code_verifier=verifier)
        self.token = answer.json().get("access_token", "")
        return answer

    async def state(self, without: str = "", vin: str = VIN) -> httpx.Response:
        headers = {**self.headers(), "bmw-vin": vin}
        headers.pop(without, None)
        if without in ("accept", "user-agent"):
            headers[without] = "*/*"
        params = {"apptimezone": "0", "appDateTime": "1793534400000"}
        url = f"{self.base}/eadrax-vcs/v4/vehicles/state"
        return await self.http.get(url, headers=headers, params=params)

    async def command(self, service: str, **params: str) -> httpx.Response:
        return await self.http.post(
            f"{self.base}/eadrax-vrccs/v4/presentation/remote-commands/{service}",
            headers={**self.headers(), "bmw-vin": VIN},
            params=params,
            json={},
        )

    async def outcome(self, service: str, **params: str) -> list[str]:
        event = (await self.command(service, **params)).raise_for_status().json()["eventId"]
        url = f"{self.base}/eadrax-vrccs/v3/presentation/remote-commands/eventStatus"
        statuses = []
        for _ in range(3):
            answer = await self.http.post(url, headers=self.headers(), params={"eventId": event})
            statuses.append(answer.raise_for_status().json()["eventStatus"])
        return statuses


@pytest.fixture
def sim() -> SimulatedMyBMW:
    return SimulatedMyBMW([CAR], clock=lambda: NOW)


@pytest.fixture
def phone(sim: SimulatedMyBMW) -> Iterator[Phone]:
    with sim.router():
        yield Phone(httpx.AsyncClient())


async def check_lock(sim: SimulatedMyBMW, phone: Phone) -> None:
    assert (await phone.login()).json()["gcid"] == sim.gcid
    assert await phone.outcome("door-lock") == ["PENDING", "DELIVERED", "EXECUTED"]
    state = (await phone.state()).raise_for_status().json()["state"]
    assert state["doorsState"]["combinedSecurityState"] == "LOCKED"
    assert state["lastUpdatedAt"] == "2026-11-01T12:00:00.000Z"
    assert [call.path for call in sim.calls if call.vin == VIN and call.method == "GET"] == [
        "/eadrax-vcs/v4/vehicles/state"
    ]


async def test_lock_through_router(sim: SimulatedMyBMW, phone: Phone) -> None:
    await check_lock(sim, phone)


@pytest.mark.usefixtures("socket_enabled")
async def test_lock_over_http(sim: SimulatedMyBMW) -> None:
    async with sim.serve() as base, httpx.AsyncClient() as http:
        phone = Phone(http, base)
        await check_lock(sim, phone)
        with sim.router(pass_through=True):
            assert (await http.get(f"{base}/nothing")).status_code == 404
        sim.fail(Endpoint.STATE, faults.timeout())
        with pytest.raises(httpx.TransportError):
            await phone.state()


async def test_every_header_is_demanded(phone: Phone) -> None:
    await phone.login()
    for name in [*phone.headers(), "bmw-vin"]:
        answer = await phone.state(without=name)
        assert (answer.status_code, name in answer.text) == (400, True), answer.text
    assert (await phone.state(vin="WBA00000000000000")).status_code == 404
    phone.code = "na"
    assert (await phone.state()).status_code == 400


async def test_pkce_verifier_is_verified(phone: Phone) -> None:
    answer = await phone.login(verifier="w" * 86)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


async def test_captcha_is_good_for_one_login(sim: SimulatedMyBMW, phone: Phone) -> None:
    config = await phone.config()
    assert (await phone.authenticate(config, password="wrong")).status_code == 401
    assert (await phone.authenticate(config)).status_code == 400
    sim.offer_captcha("P1_other")
    assert (await phone.authenticate(config, "P1_other")).status_code == 200


async def test_refresh_tokens_rotate(sim: SimulatedMyBMW, phone: Phone) -> None:
    config, old = await phone.config(), sim.issue_tokens()["refresh_token"]
    form = {"grant_type": "refresh_token", "scope": SCOPE, "refresh_token": old}
    first, second = await phone.redeem(config, **form), await phone.redeem(config, **form)
    assert first.json()["refresh_token"] != old
    assert (second.status_code, second.json()["error"]) == (400, "invalid_request")


async def test_access_tokens_expire(sim: SimulatedMyBMW, phone: Phone) -> None:
    sim.token_lifetime = 0
    await phone.login()
    assert (await phone.state()).status_code == 401


async def test_faults_hit_once(sim: SimulatedMyBMW, phone: Phone) -> None:
    await phone.login()
    sim.fail(Endpoint.STATE, faults.rate_limited(7, retry_after=9), vin=VIN)
    sim.fail(Endpoint.ANY, faults.no_network())
    answer = await phone.state()
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "9")
    with pytest.raises(httpx.ConnectError):
        await phone.state()
    assert (await phone.state()).status_code == 200


async def test_capabilities_and_outcomes(sim: SimulatedMyBMW, phone: Phone) -> None:
    await phone.login()
    assert (await phone.command("light-flash")).status_code == 403
    sim.next_outcome("PENDING", "ERROR")
    assert await phone.outcome("door-lock") == ["PENDING", "ERROR", "ERROR"]
    assert sim.state(VIN)["state"]["doorsState"]["combinedSecurityState"] == "UNLOCKED"


async def test_climate_runs_out() -> None:
    now = NOW
    sim = SimulatedMyBMW([CAR], clock=lambda: now, token_lifetime=9999)
    with sim.router():
        phone = Phone(httpx.AsyncClient())
        await phone.login()
        await phone.outcome("climate-now", action="START")
        seen = []
        for seconds in (0, 600, 1200):
            now += timedelta(seconds=seconds)
            seen.append((await phone.state()).json()["state"]["climateControlState"])
    assert seen == [
        {"activity": "COOLING", "remainingSeconds": 1800},
        {"activity": "COOLING", "remainingSeconds": 1200},
        {"activity": "STANDBY"},
    ]


def test_replays_look_alive(sim: SimulatedMyBMW) -> None:
    state = sim.state(VIN)["state"]
    assert state["lastFetched"] == "2026-11-01T12:00:00.000Z"
    assert state["lastUpdatedAt"] == "2026-11-01T11:59:00.000Z"
    assert CAR.state["state"]["lastFetched"] == "2023-01-04T14:57:06.386Z"


def find_slider(picture: bytes) -> str:
    """Return the position of the first light block of 15 x 75 pixels."""
    image = Image.open(BytesIO(picture)).convert("RGB")
    light = (
        image.point(lambda v: 255 if 205 <= v <= 245 else 0).convert("L").point(lambda v: v // 255)
    )
    width, height = light.size
    for y, x in ((y, x) for y in range(height - 75) for x in range(width - 15)):
        if light.getpixel((x, y)) and light.crop((x, y, x + 15, y + 75)).getextrema() == (1, 1):
            return str(round((x - 26) / width, 2))
    return ""


async def test_china() -> None:
    sim = SimulatedMyBMW([CAR], region="china", username=MOBILE, clock=lambda: NOW)
    base, coas = "https://myprofile.bmw.com.cn", "https://myprofile.bmw.com.cn/eadrax-coas"
    with sim.router():
        phone = Phone(httpx.AsyncClient(), base, "cn")
        headers = phone.login_headers()
        pem = (await phone.http.get(f"{coas}/v1/cop/publickey", headers=headers)).json()
        key = load_pem_public_key(pem["data"]["value"].encode())
        assert isinstance(key, RSAPublicKey)
        secret = b64encode(key.encrypt(b"correct-horse", PKCS1v15())).decode()

        async def post(path: str, body: dict[str, str]) -> httpx.Response:
            nonce = {**headers, "x-login-nonce": NONCE}
            return await phone.http.post(coas + path, headers=nonce, json=body)

        captcha = (await post("/v2/cop/slider-captcha", {"mobile": MOBILE})).json()["data"]
        verify = {"verifyId": captcha["verifyId"]}
        login = {"mobile": MOBILE, "deviceId": MOBILE, "password": secret, **verify}
        assert (await post("/v2/login/pwd", login)).status_code == 422
        position = find_slider(b64decode(captcha["backGroundImg"]))
        checked = await post("/v1/cop/check-captcha", {"position": position, **verify})
        assert checked.status_code == 200
        tokens = (await post("/v2/login/pwd", login)).raise_for_status().json()["data"]
        phone.token = tokens["access_token"]
        assert (await phone.state()).status_code == 200


def test_nonce_is_read_as_documented() -> None:
    assert read_nonce(NONCE) == MOBILE
    with pytest.raises(ValueError, match="digest"):
        read_nonce(NONCE[:-4] + "0000")


def test_broken_recordings_are_named(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    profile, state = "eadrax-vcs_v5_vehicle-data_profile", "eadrax-vcs_v4_vehicles_state"
    (tmp_path / "car").mkdir()
    (tmp_path / "car" / f"BMW-{profile}_{VIN.lower()}.json").write_text(json.dumps(CAR.profile))
    (tmp_path / "car" / f"bmw-{state}_{VIN}.json").write_text(json.dumps(CAR.state))
    (tmp_path / f"mini-{profile}_WMW00000000000001.json").write_text("{}")
    (tmp_path / f"mini-{state}_WMW00000000000001.json").write_text("{")
    (tmp_path / f"mini-{profile}_WMW00000000000002.json").write_text("{}")
    assert fingerprints.load(tmp_path) == [CAR]
    assert f"mini-{state}_WMW00000000000001.json" in caplog.text
    assert "no state file for WMW00000000000002" in caplog.text
    with pytest.raises(FingerprintError, match="no recorded car"):
        fingerprints.load(tmp_path / "nothing")
