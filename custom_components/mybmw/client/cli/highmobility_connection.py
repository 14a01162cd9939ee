"""The connection to High Mobility, with what was kept of it from earlier runs.

Requests are counted, so one process after the other makes them.
"""

from argparse import Namespace
import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
import os
from typing import Final

import httpx

from ..core.convert import mapping
from ..core.errors import AuthError, InvalidValueError
from ..core.garage import Garage
from ..core.snapshot import dump, load
from ..core.source import Poll
from ..highmobility import (
    Application,
    Endpoints,
    HighMobilitySource,
    HighMobilityTokens,
    connect,
    endpoints,
)
from ..privacy import Redactor
from .journals import look
from .local_zone import LocalZone
from .store import LoginFile
from .web import web_client

KEY: Final = "highmobility"
"""Where the apps of High Mobility are kept, by client id."""

_FIELDS: Final = ("client_secret", "key_id", "private_key", "app_id")
_LOGIN_FIRST: Final = "log in first: mybmw highmobility login CLIENT_ID"


@dataclass(frozen=True, slots=True, repr=False)
class KeptApp:
    """One app in a store."""

    store: LoginFile
    app: Application
    where: Endpoints
    fleet: bool

    @property
    def place(self) -> tuple[str, str]:
        """Its keys in the store."""
        return KEY, self.app.client_id

    def tokens(self) -> HighMobilityTokens | None:
        """Return the tokens that are kept."""
        return HighMobilityTokens.load(self.store.get(*self.place, "tokens"))

    def save(self, tokens: HighMobilityTokens) -> None:
        """Keep new tokens."""
        self.store.put(tokens.dump(), *self.place, "tokens")

    def keep(self) -> None:
        """Keep the app itself, beside what is kept of it."""
        kept = {
            **{name: getattr(self.app, name) for name in _FIELDS},
            "authorize": self.where.authorize,
            "token": self.where.token,
            "sandbox": "sandbox." in self.where.api,
            "fleet": self.fleet,
        }
        self.store.put(kept, *self.place, "app")


@dataclass(frozen=True, slots=True)
class HighMobilityConnection:
    """High Mobility's source, in a garage that knows what was kept."""

    kept: KeptApp
    source: HighMobilitySource
    garage: Garage

    def take(self, poll: Poll) -> Poll:
        """Take in what was read; cars that the account has no more are forgotten."""
        self.garage.take(poll)
        if poll.vins is not None:
            for gone in self.garage.vehicles.keys() - poll.vins:
                self.garage.remove(gone)
        return poll

    def keep(self) -> None:
        """Write down what is planned, and what is known of the cars."""
        store, place, source = self.kept.store, self.kept.place, self.source
        cars = {vin: source.dump_car(vin) for vin in source.cars}
        store.put({**source.dump(), "cars": cars}, *place, "source")
        vehicles = {vin: dump(vehicle) for vin, vehicle in self.garage.vehicles.items()}
        store.put(vehicles, *place, "vehicles")
        look(store, self.garage.vehicles.values(), LocalZone())


def find_app(options: Namespace) -> KeptApp:
    """Return the app to use; raise InvalidValueError or AuthError if it is not clear."""
    store = LoginFile(options.oauth_store)
    if not store.kept:
        raise InvalidValueError("High Mobility needs the store of logins (--oauth-store FILE)")
    known = mapping(store.get(KEY))
    chosen = options.client_id or os.environ.get("MYBMW_CLIENT_ID")
    if chosen is None and len(known) > 1:
        raise InvalidValueError(f"{len(known)} apps are kept: choose one with --client-id")
    name = chosen.strip() if chosen else next(iter(known), "")
    fields = mapping(mapping(known.get(name)).get("app"))
    if not fields:
        raise AuthError(_LOGIN_FIRST)
    texts = {key: value for key, value in fields.items() if isinstance(value, str)}
    app = Application(name, **{key: texts[key] for key in _FIELDS if key in texts})
    where = endpoints(
        sandbox=fields.get("sandbox") is True,
        authorize=texts.get("authorize"),
        token=texts.get("token"),
    )
    return KeptApp(store, app, where, fleet=fields.get("fleet") is True)


def run_alone(kept: KeptApp, work: Callable[[HighMobilityConnection], Awaitable[int]]) -> int:
    """Connect and make requests while no other process makes any; keep what became of it."""

    async def run() -> int:
        async with web_client() as web:
            connection = connected(kept, web)

            async def write_down(spent: Mapping[str, object]) -> bool:
                return kept.store.put(spent, *kept.place, "spent")

            connection.source.keep(write_down, kept.store.get(*kept.place, "spent"))
            try:
                return await work(connection)
            finally:
                connection.keep()

    with kept.store.alone():
        return asyncio.run(run())


def connected(kept: KeptApp, web: httpx.AsyncClient) -> HighMobilityConnection:
    """Connect with what was kept."""
    source = connect(
        web,
        kept.app,
        kept.where,
        fleet=kept.fleet,
        tokens=kept.tokens(),
        save=kept.save,
        load=kept.tokens,
        redactor=Redactor(),
    )
    garage = Garage([source])
    saved = mapping(kept.store.get(*kept.place))
    for vin, readings in mapping(saved.get("vehicles")).items():
        if isinstance(readings, list):
            garage.update(vin, load(readings))
    source.load(saved.get("source"))
    source.know(garage.vehicles.values())
    return HighMobilityConnection(kept, source, garage)
