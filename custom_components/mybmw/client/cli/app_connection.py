"""The connection of sub-commands to the service of the BMW app."""

from argparse import Namespace
import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
import platform
import re
from typing import Final

import httpx

from ..core.commands import Command, CommandState
from ..core.errors import AuthError, CommandError, InvalidValueError
from ..core.garage import Garage
from ..core.source import Poll
from ..core.values import Position
from ..core.vehicle import Vehicle
from ..mybmw import MyBMWSource, MyBMWTokens, connect
from ..privacy import Redactor
from .account import Credentials, find_account, login_advice
from .journals import look
from .local_zone import LocalZone
from .output import note, say
from .store import LoginFile
from .web import web_client

_VIN: Final = re.compile(r"[A-Z0-9]{17}")


@dataclass(frozen=True, slots=True)
class App:
    """A connection to the service of the BMW app, for the sub-command `name`."""

    name: str
    garage: Garage
    source: MyBMWSource
    account: Credentials
    redactor: Redactor
    client: httpx.AsyncClient

    async def poll(self, vin: str | None = None) -> Poll:
        """Read all cars or one; raise the error if no car could be read."""
        poll = await self.garage.refresh(self.source, vin)
        if isinstance(poll.error, AuthError):
            raise login_advice(poll.error, self.account)
        if poll.error is not None and all(vin in poll.errors for vin in poll.readings):
            raise poll.error
        return poll

    async def car(self, vin: str) -> Vehicle:
        """Read and return one car; raise `InvalidValueError` if the account has no such car."""
        await self.poll(vin)
        vehicle = self.garage.vehicles.get(vin)
        if vehicle is None:
            raise InvalidValueError("the account has no car with this VIN")
        return vehicle

    async def send(self, vin: str, command: Command) -> None:
        """Send a command and print its final state; raise `CommandError` if it was not executed."""

        def progress(state: CommandState) -> None:
            note(f"{self.name}: {state}…")

        result = await self.garage.send(vin, command, progress)
        say(result.state)
        if result.state is not CommandState.EXECUTED:
            raise CommandError(f"the car did not do it: {result.reason or 'no reason given'}")


def run_app(
    options: Namespace, work: Callable[[App], Awaitable[int]], observer: Position | None = None
) -> int:
    """Connect and run some work; `observer` is the position of the user for the vehicle finder."""
    store = LoginFile(options.oauth_store)
    account = find_account(options, store)

    async def run() -> int:
        async with web_client() as client:
            redactor = Redactor()
            source = _source(client, account, store, observer, redactor)
            name = options.command.name
            app = App(name, Garage([source]), source, account, redactor, client)
            try:
                return await work(app)
            finally:
                look(store, app.garage.vehicles.values(), LocalZone())
                store.unlock()

    return asyncio.run(run())


def _source(
    client: httpx.AsyncClient,
    account: Credentials,
    store: LoginFile,
    observer: Position | None,
    redactor: Redactor,
) -> MyBMWSource:
    def saved() -> MyBMWTokens | None:
        store.lock_briefly()
        return MyBMWTokens.load(store.get(*account.store_keys))

    def save(tokens: MyBMWTokens) -> None:
        store.put(tokens.dump(), *account.store_keys)
        store.unlock()

    return connect(
        client,
        account.region,
        account.username,
        account.password,
        account.captcha,
        tokens=MyBMWTokens.load(store.get(*account.store_keys)),
        save=save,
        load=saved,
        device=platform.node(),
        zone=LocalZone(),
        observer=None if observer is None else (observer.latitude, observer.longitude),
        redactor=redactor,
    )


def vin_of(text: str) -> str:
    """Return a VIN in upper case; raise `InvalidValueError` if it is malformed."""
    vin = text.strip().upper()
    if not _VIN.fullmatch(vin):
        raise InvalidValueError("a VIN has 17 letters and digits")
    return vin
