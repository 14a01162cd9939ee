"""The connection of sub-commands to CarData, with the state of earlier runs.

Only one process makes calls at a time, since the calls are limited.
"""

from argparse import Namespace
import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
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
from .journals import look
from .local_zone import LocalZone
from .store import LoginFile
from .web import web_client

KEY: Final = "cardata"
"""The key in the store for clients of CarData, by client id."""

_LOGIN_FIRST: Final = "log in first: mybmw cardata login CLIENT_ID"
_FROM_STREAM: Final = ("cars", "heard")


@dataclass(frozen=True, slots=True, repr=False)
class Client:
    """One client of CarData in a store."""

    store: LoginFile
    id: str

    def tokens(self) -> CardataTokens | None:
        """Return the stored tokens."""
        return CardataTokens.load(self.store.get(KEY, self.id, "tokens"))

    def tokens_to_replace(self) -> CardataTokens | None:
        """Return the stored tokens; other processes cannot use them until `save`."""
        self.store.lock_briefly()
        return self.tokens()

    def save(self, tokens: CardataTokens) -> None:
        """Store new tokens."""
        self.store.put(tokens.dump(), KEY, self.id, "tokens")
        self.store.unlock()


@dataclass(frozen=True, slots=True)
class CardataConnection:
    """A source of CarData and its garage, restored from the store."""

    client: Client
    source: CardataSource
    garage: Garage
    redactor: Redactor
    web: httpx.AsyncClient

    def take(self, poll: Poll) -> Poll:
        """Apply a poll to the garage; remove cars that are no longer in the account."""
        self.garage.take(poll)
        if poll.vins is not None:
            for gone in self.garage.vehicles.keys() - poll.vins:
                self.garage.remove(gone)
        return poll

    def save(self) -> None:
        """Store the state of the source and the cars."""
        store, keys = self.client.store, (KEY, self.client.id)
        store.put(self._source_state(), *keys, "source")
        store.put(self._vehicles(), *keys, "vehicles")
        self.look()

    def look(self) -> datetime | None:
        """Keep the journals of the cars; return when to look again at the latest."""
        if not self.client.id:
            return None
        return look(self.client.store, self.garage.vehicles.values(), LocalZone())

    def save_streamed(self) -> None:
        """Store what was streamed, without changing the calls that other processes have made."""
        store, keys = self.client.store, (KEY, self.client.id)
        if not self.client.id:
            return
        self.look()
        state = self._source_state()
        streamed = {part: state[part] for part in _FROM_STREAM}
        store.change(lambda kept: {**mapping(kept), **streamed}, *keys, "source")
        store.change(self._merged, *keys, "vehicles")

    def _source_state(self) -> dict[str, object]:
        cars = {vin: self.source.dump_car(vin) for vin in self.source.cars}
        return {**self.source.dump(), **self.source.spent(), "cars": cars}

    def _vehicles(self) -> dict[str, object]:
        return {vin: dump(vehicle) for vin, vehicle in self.garage.vehicles.items()}

    def _merged(self, kept: object) -> dict[str, object]:
        _restore(self.garage, kept)
        return self._vehicles()


def find_client(options: Namespace, *, login: bool = True) -> Client:
    """Return the client to use; raise `InvalidValueError` or `AuthError` if it is ambiguous."""
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
    """Connect and run some work while no other process makes calls; store the state afterwards.

    Each call is stored before it is made, so that it is counted even if the process is killed.
    """

    async def run() -> int:
        async with web_client() as web:
            connection = connected(client, web)

            async def store_calls(spent: Mapping[str, object]) -> bool:
                return client.store.change(
                    lambda kept: {**mapping(kept), **spent}, KEY, client.id, "source"
                )

            connection.source.keep(store_calls, client.store.get(KEY, client.id, "source"))
            try:
                return await work(connection)
            except AuthError as error:
                raise login_advice(error) from error
            finally:
                connection.save()

    with client.store.alone():
        return asyncio.run(run())


def login_advice(error: AuthError) -> AuthError:
    """Return an error whose message also explains how to log in, if that can help."""
    if isinstance(error, RefusedError):
        return error
    return AuthError(f"{error}; log in again: mybmw cardata login CLIENT_ID")


def connected(
    client: Client, web: httpx.AsyncClient, broker: Broker | None = None
) -> CardataConnection:
    """Return a connection, restored from the store."""
    redactor = Redactor()
    source = connect(
        web,
        client.id,
        client.tokens(),
        save=client.save,
        load=client.tokens_to_replace,
        broker=broker,
        zone=LocalZone(),
        redactor=redactor,
    )
    garage = Garage([source], policy=Policy(ignored=frozenset({CONNECTION})))
    kept = mapping(client.store.get(KEY, client.id))
    _restore(garage, kept.get("vehicles"))
    source.load(kept.get("source"))
    source.know(garage.vehicles.values())
    return CardataConnection(client, source, garage, redactor, web)


def _restore(garage: Garage, kept: object) -> None:
    for vin, readings in mapping(kept).items():
        if isinstance(readings, list):
            garage.update(vin, load(readings))
