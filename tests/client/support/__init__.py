"""What the tests of the client share: a simulated BMW and a client of it that never waits."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
import json
import ssl
from typing import Any, Final

import httpx

from custom_components.mybmw.client import Garage, Http, Redactor, Vehicle, files
from custom_components.mybmw.client.core.attributes import AnyAttribute, AnyReading
from custom_components.mybmw.client.core.values import DriveTrain
from custom_components.mybmw.client.mybmw import (
    AppAccount,
    Authenticator,
    MyBMWSource,
    MyBMWTokens,
    Region,
    build_id,
)
from custom_components.mybmw.client.mybmw.car_context import Context
from custom_components.mybmw.client.mybmw.readings import read_state
from tests.replay.faults import Endpoint
from tests.replay.fingerprints import BUNDLED, Json, RecordedCar, bundled, load
from tests.replay.mybmw import SimulatedMyBMW

USER: Final = "driver@example.com"
MOBILE: Final = "8613800138000"
PASSWORD: Final = "correct-horse"
CAPTCHA: Final = "P1_valid"
IX: Final = "WBY0FINGERPRINT02"
NOW: Final = datetime(2026, 11, 10, 12, tzinfo=UTC)
SANE: Final = tuple(name for name in bundled() if not name.startswith("oddball"))

_TLS: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

type Simulate = Callable[..., SimulatedMyBMW]


@cache
def _loaded(folder: str) -> tuple[RecordedCar, ...]:
    return tuple(load(BUNDLED / folder))


def recorded(*folders: str) -> list[RecordedCar]:
    """Return the bundled cars in these folders."""
    return [car for folder in folders for car in _loaded(folder)]


def tokens(issued: Json, lifetime: timedelta = timedelta(hours=1)) -> MyBMWTokens:
    """Return what a simulation issued, as the client keeps it."""
    return MyBMWTokens(
        access=issued["access_token"],
        refresh=issued["refresh_token"],
        expires=datetime.now(UTC) + lifetime,
        gcid=issued["gcid"],
    )


@dataclass(slots=True)
class Client:
    """A client, and everything that it did."""

    http: Http
    login: Authenticator
    source: MyBMWSource
    garage: Garage
    waits: list[float]
    saved: list[MyBMWTokens]
    requests: list[httpx.Request]
    web: httpx.AsyncClient

    async def read(self) -> dict[str, Vehicle]:
        """Poll, and expect that all is well; return the vehicles by VIN."""
        poll = await self.garage.refresh(self.source)
        assert poll.error is None
        assert not poll.errors
        return self.garage.vehicles

    async def car(self) -> Vehicle:
        """Poll an account with one car."""
        (vehicle,) = (await self.read()).values()
        return vehicle

    def files(self) -> dict[str, str]:
        """Return what a fingerprint of all that was answered holds."""
        assert isinstance(self.http.redactor, Redactor)
        found = files([self.source.recording()], self.http.redactor)
        return {name: content.decode() for name, content in found.items()}


def make_client(
    *,
    region: str = "rest_of_world",
    username: str | None = None,
    password: str | None = PASSWORD,
    captcha: str | None = CAPTCHA,
    known: MyBMWTokens | None = None,
    zone: tzinfo = UTC,
    observer: tuple[float, float] | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
    on_save: Callable[[MyBMWTokens], None] | None = None,
) -> Client:
    """Make a client; `known` are the tokens of an earlier run."""
    requests: list[httpx.Request] = []
    waits: list[float] = []
    saved: list[MyBMWTokens] = []

    async def note(request: httpx.Request) -> None:
        requests.append(request)

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    redactor = Redactor()
    web = httpx.AsyncClient(verify=_TLS, transport=transport, event_hooks={"request": [note]})
    http = Http(web, redactor, sleep)
    user = username or (MOBILE if region == "china" else USER)
    build = build_id("host", 1)
    account = AppAccount(Region(region), user, build, password=password, captcha=captcha)
    login = Authenticator(http, account, known, on_save or saved.append)
    source = MyBMWSource(http, login, zone=zone, observer=observer)
    return Client(http, login, source, Garage([source]), waits, saved, requests, web)


def replay(cars: Iterable[RecordedCar], **options: Any) -> tuple[SimulatedMyBMW, Client]:
    """Return a simulation and a logged-in client of it, without a router in between."""
    sim = SimulatedMyBMW(cars)
    options.setdefault("known", tokens(sim.issue_tokens()))
    return sim, make_client(transport=httpx.MockTransport(sim.handle), **options)


def asked(sim: SimulatedMyBMW) -> list[Endpoint | None]:
    """Return what was asked for, in order."""
    return [call.endpoint for call in sim.calls]


def sent(client: Client, path: str) -> list[httpx.Request]:
    """Return the requests whose path ends like this."""
    return [request for request in client.requests if request.url.path.endswith(path)]


def values(vehicle: Vehicle) -> Mapping[AnyAttribute, object]:
    """Return all values that are not over."""
    return {item.attribute: item.value for item in vehicle if item.value is not None}


@dataclass(frozen=True, slots=True)
class Found:
    """What was found in one answer: all readings, and what could not be used."""

    readings: list[AnyReading]
    problems: Counter[str]

    def __getitem__(self, attribute: AnyAttribute) -> Any:
        """Return a value, None if it is missing or over."""
        reading = self.reading(attribute)
        return None if reading is None else reading.value

    def reading(self, attribute: AnyAttribute) -> AnyReading | None:
        """Return the last reading of an attribute."""
        found = [item for item in self.readings if item.attribute is attribute]
        return found[-1] if found else None


def read(
    state: Json | None = None,
    *,
    capabilities: object = None,
    train: DriveTrain | None = DriveTrain.ELECTRIC,
    measured: object = NOW.isoformat(),
    fetched: datetime = NOW,
    lsc: object = True,
    zone: tzinfo = UTC,
    china: bool = False,
) -> Found:
    """Read a state answer with these parts."""
    answer = {
        "capabilities": capabilities,
        "state": {"isLscSupported": lsc, "lastUpdatedAt": measured, **(state or {})},
    }
    problems: Counter[str] = Counter()
    context = Context(fetched, zone, china, train)
    return Found(read_state(json.loads(json.dumps(answer)), context, problems), problems)


def charge(sim: SimulatedMyBMW, status: str = "CHARGING", *, plugged: bool = True) -> None:
    """Let the iX charge, or not."""
    sim.state(IX)["state"]["electricChargingState"] |= {
        "chargingStatus": status,
        "isChargerConnected": plugged,
    }
