"""The connection to CarData, with what was kept of it from earlier runs.

BMW counts calls, so one process after the other makes them.
"""

from argparse import Namespace
import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
import os
from typing import Final

import httpx

from ..cardata import Broker, CardataSource, CardataTokens, connect
from ..core.attributes import CONNECTION
from ..core.convert import mapping
from ..core.errors import AuthError, InvalidValueError, RefusedError
from ..core.garage import Garage
from ..core.policy import Policy
from ..core.snapshot import dump, load
from ..core.source import Poll
from ..privacy import Redactor
from .app_connection import local_zone
from .store import LoginFile
from .web import web_client

KEY: Final = "cardata"
"""Where the clients of CarData are kept, by client id."""

_LOGIN_FIRST: Final = "log in first: mybmw cardata login CLIENT_ID"
_HEARD: Final = ("cars", "heard")


@dataclass(frozen=True, slots=True, repr=False)
class Client:
    """One client of CarData in a store."""

    store: LoginFile
    id: str

    def tokens(self) -> CardataTokens | None:
        """Return the tokens that are kept."""
        return CardataTokens.load(self.store.get(KEY, self.id, "tokens"))

    def tokens_to_replace(self) -> CardataTokens | None:
        """Return the tokens that are kept; nobody else may use them up until `save`."""
        self.store.lock_for_a_moment()
        return self.tokens()

    def save(self, tokens: CardataTokens) -> None:
        """Keep new tokens."""
        self.store.put(tokens.dump(), KEY, self.id, "tokens")
        self.store.unlock()


@dataclass(frozen=True, slots=True)
class CardataConnection:
    """CarData's source, in a garage that knows what was kept."""

    client: Client
    source: CardataSource
    garage: Garage
    redactor: Redactor
    web: httpx.AsyncClient

    def take(self, poll: Poll) -> Poll:
        """Take in what was read; cars that the account has no more are forgotten."""
        self.garage.take(poll)
        if poll.vins is not None:
            for gone in self.garage.vehicles.keys() - poll.vins:
                self.garage.remove(gone)
        return poll

    def keep(self) -> None:
        """Write down what was spent and planned, and what is known of the cars."""
        store, place = self.client.store, (KEY, self.client.id)
        store.put(self._learned(), *place, "source")
        store.put(self._vehicles(), *place, "vehicles")

    def keep_heard(self) -> None:
        """Write down what was heard, and leave alone what others may have spent meanwhile."""
        store, place = self.client.store, (KEY, self.client.id)
        if not self.client.id:
            return
        mine = self._learned()
        heard = {part: mine[part] for part in _HEARD}
        store.change(lambda kept: {**mapping(kept), **heard}, *place, "source")
        store.change(self._merged, *place, "vehicles")

    def _learned(self) -> dict[str, object]:
        cars = {vin: self.source.dump_car(vin) for vin in self.source.cars}
        return {**self.source.dump(), **self.source.spent(), "cars": cars}

    def _vehicles(self) -> dict[str, object]:
        return {vin: dump(vehicle) for vin, vehicle in self.garage.vehicles.items()}

    def _merged(self, kept: object) -> dict[str, object]:
        _know(self.garage, kept)
        return self._vehicles()


def find_client(options: Namespace, *, login: bool = True) -> Client:
    """Return the client to use; raise InvalidValueError or AuthError if it is not clear."""
    store = LoginFile(options.oauth_store)
    if login and not store.kept:
        raise InvalidValueError("CarData needs the store of logins (--oauth-store FILE)")
    known = mapping(store.get(KEY))
    chosen = options.client_id or os.environ.get("MYBMW_CLIENT_ID")
    if chosen is None and len(known) > 1:
        raise InvalidValueError(f"{len(known)} clients are kept: choose one with --client-id")
    client = Client(store, chosen.strip().lower() if chosen else next(iter(known), ""))
    if login and client.tokens() is None:
        raise AuthError(_LOGIN_FIRST)
    return client


def run_alone(client: Client, work: Callable[[CardataConnection], Awaitable[int]]) -> int:
    """Connect and make calls while no other process makes any; keep what became of it.

    Each call is written down before it is made, so that it counts whatever happens.
    """

    async def run() -> int:
        async with web_client() as web:
            connection = connected(client, web)

            async def write_down(spent: Mapping[str, object]) -> bool:
                return client.store.change(
                    lambda kept: {**mapping(kept), **spent}, KEY, client.id, "source"
                )

            connection.source.keep(write_down, client.store.get(KEY, client.id, "source"))
            try:
                return await work(connection)
            except AuthError as error:
                raise login_advice(error) from error
            finally:
                connection.keep()

    with client.store.alone():
        return asyncio.run(run())


def login_advice(error: AuthError) -> AuthError:
    """Return an error that also says what helps, unless a login does not."""
    if isinstance(error, RefusedError):
        return error
    return AuthError(f"{error}; log in again: mybmw cardata login CLIENT_ID")


def connected(
    client: Client, web: httpx.AsyncClient, broker: Broker | None = None
) -> CardataConnection:
    """Connect with what was kept."""
    redactor = Redactor()
    source = connect(
        web,
        client.id,
        client.tokens(),
        save=client.save,
        load=client.tokens_to_replace,
        broker=broker,
        zone=local_zone(),
        redactor=redactor,
    )
    garage = Garage([source], policy=Policy(ignored=frozenset({CONNECTION})))
    kept = mapping(client.store.get(KEY, client.id))
    _know(garage, kept.get("vehicles"))
    source.load(kept.get("source"))
    source.know(garage.vehicles.values())
    return CardataConnection(client, source, garage, redactor, web)


def _know(garage: Garage, kept: object) -> None:
    for vin, readings in mapping(kept).items():
        if isinstance(readings, list):
            garage.update(vin, load(readings))
