"""What the tests of High Mobility's client share."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
import json
import ssl
from typing import Any, Final

import httpx
import orjson

from custom_components.mybmw.client import Garage, Http, Poll, Redactor
from custom_components.mybmw.client.core.attributes import AnyAttribute
from custom_components.mybmw.client.core.descriptors import attribute_of
from custom_components.mybmw.client.core.values import DriveTrain
from custom_components.mybmw.client.highmobility import (
    Application,
    Endpoints,
    HighMobilitySource,
    HighMobilityTokens,
    connect,
    consent,
    endpoints,
    exchange,
)
from custom_components.mybmw.client.highmobility.readings import AnswerContext, Found, read_vehicle
from tests.replay.fingerprints import Json
from tests.replay.highmobility import (
    CLIENT_ID,
    SECRET,
    WEBHOOK_SECRET,
    Delivery,
    SimulatedHighMobility,
    bundled,
)

NOW: Final = datetime(2026, 11, 10, 12, tzinfo=UTC)
_TLS: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
TIME: Final = "2026-11-10T11:30:00.000Z"
MEASURED: Final = datetime(2026, 11, 10, 11, 30, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Read:
    """What was found in one answer."""

    found: Found
    problems: Counter[str]

    def __getitem__(self, attribute: AnyAttribute | str) -> Any:
        """Return the last value of an attribute, None if it is missing or over."""
        return (self.all(attribute) or [None])[-1]

    def all(self, attribute: AnyAttribute | str) -> list[Any]:
        """Return all values of an attribute in order."""
        wanted = attribute_of(attribute) if isinstance(attribute, str) else attribute
        return [item.value for item in self.found.readings if item.attribute is wanted]

    @property
    def keys(self) -> set[str]:
        """The keys of everything that was reported."""
        return {item.attribute.key for item in self.found.readings}


def read(document: object, train: DriveTrain | None = None, **context: Any) -> Read:
    """Read an answer as it comes from the wire."""
    problems: Counter[str] = Counter()
    plain = json.loads(json.dumps(document))
    found = read_vehicle(plain, AnswerContext(NOW, train, **context), problems)
    return Read(found, problems)


def told(data: object, time: str | None = TIME) -> Json:
    """Return a component."""
    return {"data": data, **({"timestamp": time} if time else {})}


def document(properties: Mapping[str, object], time: str | None = TIME) -> Json:
    """Return an answer with the data of properties; a list is a list of components."""
    answer: Json = {"request_id": "1", "vin": "WBA0FINGERPRINT01", "brand": "bmw"}
    for path, data in properties.items():
        capability, _, name = path.partition(".")
        if isinstance(data, list):
            node: object = [told(item, time) for item in data]
        else:
            node = told(data, time)
        answer.setdefault(capability, {})[name] = node
    return answer


def say(path: str, data: object, train: DriveTrain | None = None) -> Read:
    """Read an answer with one property."""
    return read(document({path: data}), train)


@dataclass
class Linked:
    """A source at work with a simulated High Mobility, and what it found out."""

    sim: SimulatedHighMobility
    source: HighMobilitySource
    garage: Garage
    http: Http
    saved: list[HighMobilityTokens]
    spent: list[Mapping[str, object]]

    async def work(self) -> Poll:
        """Let the source work, and take in what it brings."""
        poll = await self.source.work()
        self.garage.take(poll)
        return poll

    def post(self, delivery: Delivery) -> int:
        """Let a webhook come in; return the status that is answered."""
        return self.source.deliver(delivery.headers, delivery.body)

    def restart(self, **options: Any) -> Linked:
        """Return a source that knows what this one has saved, as JSON."""
        cars = {vin: self.source.dump_car(vin) for vin in self.source.cars}
        saved = orjson.loads(orjson.dumps({**self.source.dump(), "cars": cars}))
        again = linked(self.sim, tokens=self.source.api.login.tokens, **options)
        again.source.keep(again.keep, orjson.loads(orjson.dumps(self.source.spent())))
        again.source.load(saved)
        for vin, vehicle in self.garage.vehicles.items():
            again.garage.update(vin, vehicle)
        again.source.know(again.garage.vehicles.values())
        return again

    async def keep(self, spent: Mapping[str, object]) -> None:
        """Write down what was spent."""
        self.spent.append(orjson.loads(orjson.dumps(spent)))


APP: Final = Application(CLIENT_ID, SECRET)
BACK: Final = "https://my.home-assistant.io/redirect/oauth"


def linked(
    sim: SimulatedHighMobility,
    *,
    app: Application = APP,
    where: Endpoints | None = None,
    tokens: HighMobilityTokens | None = None,
    **options: Any,
) -> Linked:
    """Return a source that talks to a simulation."""
    redactor = Redactor()
    saved: list[HighMobilityTokens] = []
    web = httpx.AsyncClient(verify=_TLS, transport=httpx.MockTransport(sim.handle))
    options.setdefault("webhook_secret", WEBHOOK_SECRET)
    source = connect(
        web,
        app,
        where or endpoints(),
        tokens=tokens,
        save=saved.append,
        redactor=redactor,
        **options,
    )
    made = Linked(sim, source, Garage([source]), source.api.http, saved, [])
    source.keep(made.keep, None)
    return made


def fleet(*folders: str, **options: Any) -> SimulatedHighMobility:
    """Simulate a fleet whose cars are cleared, and whose newest values are of now."""
    cars = bundled()
    sim = SimulatedHighMobility.of([cars[name] for name in folders or ("i4_edrive40",)], **options)
    sim.clear()
    for car in sim.cars.values():
        car.shift(datetime.now(UTC) - car.measured)
    return sim


async def consented(
    sim: SimulatedHighMobility, vin: str, app: Application = APP
) -> HighMobilityTokens:
    """Click through the consent pages and return the tokens, which are pending."""
    made = linked(sim, app=app, fleet=False)
    visit = consent(app, endpoints(), BACK, brand="bmw", locale="en")
    back = httpx.URL(sim.owner.consent(visit.url, vin))
    assert back.params["state"] == visit.state
    return await exchange(made.http, app, endpoints(), back.params["code"], BACK, visit.verifier)
