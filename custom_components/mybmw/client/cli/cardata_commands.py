"""The sub-commands for BMW CarData."""

from argparse import Namespace
import asyncio
from collections.abc import Mapping
from copy import replace
from datetime import UTC, datetime
from typing import Final

from ..cardata import CardataTokens, DeviceLogin, LoginError, LoginFailure, is_client_id
from ..cardata.api import CardataApi
from ..cardata.quota import VALUES, Reason, Spent
from ..core.convert import mapping
from ..core.errors import AuthError, InvalidValueError
from ..core.source import Poll
from ..privacy import Redactor
from ..transport.http import Http
from ..transport.tokens import TokenKeeper
from .app_commands import STATUS_OPTIONS
from .app_connection import vin_of
from .arguments import SubCommand, Word, option
from .cardata_connection import KEY, CardataConnection, Client, connected, find_client, run_alone
from .doctor import explain_cars
from .files import OUTPUT, write_fingerprint
from .output import OK, note, report_errors, say, say_json, show
from .stream import BROKER_OPTIONS, SECONDS, STREAM_OPTIONS, broker_of, record, stream
from .web import web_client

_ADVICE: Final[Mapping[LoginFailure, str]] = {
    LoginFailure.EXPIRED: "the code was not approved in time",
    LoginFailure.DENIED: "the approval was refused, by you or by BMW",
    LoginFailure.UNKNOWN_CLIENT: "BMW does not know this client id, or not yet",
    LoginFailure.NOT_READY: "BMW has not made the client ready yet: try again in some minutes",
    LoginFailure.REFUSED: "the code is not good any more",
    LoginFailure.NO_API: "CarData API is not subscribed in BMW's portal",
    LoginFailure.NO_STREAM: "CarData Stream is not subscribed in BMW's portal",
    LoginFailure.NO_SERVICE: "neither CarData API nor CarData Stream is subscribed in the portal",
}


def _login(options: Namespace) -> int:
    options.client_id = options.words["client_id"]
    client = find_client(options, login=False)
    if not client.store.kept:
        raise InvalidValueError("the login has to be kept: it cannot be done without a store")
    if not is_client_id(client.id):
        raise InvalidValueError("a client id has the form 8c1d2f5a-3b7e-4f60-9a21-5d0c7be4f913")
    tokens = asyncio.run(_approved(client))
    if not tokens.gcid:
        raise AuthError("BMW has not told whose account this is: try again")
    for failure in tokens.missing:
        note(f"{options.program}: {_ADVICE[failure]}")
    client.save(tokens)
    say("logged in")
    return OK


async def _approved(client: Client) -> CardataTokens:
    """Show a code, and return the tokens once the user has approved it."""
    async with web_client() as web:
        login = DeviceLogin(Http(web, Redactor()), client.id)
        try:
            code = await login.request_code()
            until = code.expires.astimezone()
            note(f"Open {code.url} and approve the code {code.user_code} until {until:%H:%M:%S}.")
            return await login.approved(code)
        except LoginError as error:
            raise LoginError(error.failure, _ADVICE[error.failure]) from error


def _status(options: Namespace) -> int:
    vin = None if options.vin is None else vin_of(options.vin)
    client = find_client(options)

    async def work(connection: CardataConnection) -> int:
        vehicles = connection.garage.vehicles
        poll = await _read(connection, vin, refresh=options.refresh)
        if vin is not None and vin not in vehicles and poll.error is None:
            raise InvalidValueError("the account has no car with this VIN")
        wanted = [car for car in vehicles.values() if vin in (None, car.vin)]
        if wanted or poll.error is None:
            show(wanted, as_json=options.json, one=vin is not None)
        return report_errors(options.program, connection.garage, poll)

    return run_alone(client, work)


async def _read(
    connection: CardataConnection, vin: str | None = None, *, refresh: bool = False
) -> Poll:
    """Execute the due tasks; with `refresh`, also read the values of all other cars."""
    source, started = connection.source, datetime.now(UTC)
    poll = connection.take(await source.work())
    errors, error = dict(poll.errors), poll.error
    seen = {call.vin for call in source.ledger if call.endpoint == VALUES and call.time >= started}
    for other in [*source.cars] if refresh else ():
        if other not in seen and vin in (None, other) and error is None:
            single = connection.take(await source.poll(other))
            errors |= single.errors
            error = single.error
    made = sum(call.time >= started for call in source.ledger)
    if made:
        note(f"cardata: calls made: {made}, left for you: {source.status.calls_left_for_user}")
    return replace(poll, errors=errors, error=error)


def _quota(options: Namespace) -> int:
    client = find_client(options)

    async def run() -> None:
        async with web_client() as web:
            connection = connected(client, web)
            if options.json:
                say_json(_balance(connection))
            else:
                _say_balance(connection)

    asyncio.run(run())
    return OK


def _doctor(options: Namespace) -> int:
    client = find_client(options)

    async def run() -> None:
        async with web_client() as web:
            connection = connected(client, web)
            vehicles = connection.garage.vehicles.values()
            explain_cars(connection.source, vehicles, None, as_json=options.json)

    asyncio.run(run())
    return OK


def _balance(connection: CardataConnection) -> dict[str, object]:
    ledger, status = connection.source.ledger, connection.source.status
    return {
        "calls_left": status.calls_left,
        "calls_left_for_user": status.calls_left_for_user,
        "calls_of_others": ledger.others(),
        "blocked_until": ledger.blocked_until and ledger.blocked_until.isoformat(),
        "next_call": status.next_call and status.next_call.isoformat(),
        "calls": [
            {
                "time": call.time.isoformat(),
                "what": call.endpoint,
                "reason": call.reason.value,
                "vin": call.vin,
            }
            for call in ledger
        ],
    }


def _say_balance(connection: CardataConnection) -> None:
    source = connection.source
    status, ledger, garage = source.status, source.ledger, connection.garage

    def line(call: Spent) -> str:
        vehicle = garage.vehicles.get(call.vin or "")
        about = vehicle.name if vehicle is not None else call.vin or "the account"
        reason = call.reason.replace("_", " ")
        return f"  {call.time.astimezone():%Y-%m-%d %H:%M}  {call.endpoint}: {about} ({reason})"

    say(f"Calls left today: {status.calls_left_for_user} of {ledger.limit}")
    say(f"Of these the plan may spend: {status.calls_left}")
    if ledger.others():
        say(f"Spent by other programs, as far as known: {ledger.others()}")
    if ledger.blocked_until is not None and ledger.blocked_until > datetime.now(UTC):
        say(f"BMW refuses calls until {ledger.blocked_until.astimezone():%Y-%m-%d %H:%M}")
    if status.next_call is not None:
        say(f"Next call: {status.next_call.astimezone():%Y-%m-%d %H:%M}")
    calls = [line(call) for call in ledger]
    say("\n".join(["Calls made:", *calls]) if calls else "Calls made: none")


def _containers(options: Namespace) -> int:
    client = find_client(options)

    async def work(connection: CardataConnection) -> int:
        redactor = connection.redactor
        http = Http(connection.web, redactor)
        login = DeviceLogin(http, client.id)
        keeper = TokenKeeper(login, client.tokens(), client.save, client.tokens_to_replace)
        api = CardataApi(http, keeper, connection.source.ledger)
        if options.delete:
            await api.delete_container(options.delete, Reason.USER)
            say(f"{options.delete} deleted")
            return OK
        found = await api.containers(Reason.USER)
        if options.json:
            say_json([item._asdict() for item in found])
            return OK
        for item in found:
            state = "active" if item.active else "deleted"
            say(f"{item.id}  {state}  {item.name}  {item.purpose}")
        return OK

    code = run_alone(client, work)
    if options.delete:
        client.store.change(lambda kept: _without(kept, options.delete), KEY, client.id, "source")
    return code


def _without(kept: object, container: str) -> object:
    """Return the state without a deleted container, so that the next call does not fail."""
    fields = mapping(kept)
    state = mapping(fields.get("container"))
    if state.get("id") != container:
        return kept
    return {**fields, "container": {**state, "id": None}}


def _fingerprint(options: Namespace) -> int:
    client = find_client(options)
    broker = broker_of(options)
    done: list[CardataConnection] = []

    async def work(connection: CardataConnection) -> int:
        poll = await _read(connection)
        done.append(connection)
        return report_errors(options.program, connection.garage, poll)

    code = run_alone(client, work)
    (connection,) = done
    # Listen after the requests, as messages are replayed after responses
    messages = record(client, broker, options.seconds) if options.seconds else ()
    recording = connection.source.recording()
    recording = replace(recording, messages=(*recording.messages, *messages))
    write_fingerprint(options.output, [recording], connection.redactor)
    return code


_CLIENT: Final = option(
    "--client-id", metavar="ID", help="the client, if several are kept (else MYBMW_CLIENT_ID)"
)
_JSON, _ = STATUS_OPTIONS
_REFRESH: Final = option(
    "--refresh", action="store_true", help="ask BMW now, which costs a call for each car"
)
_DELETE: Final = option("--delete", metavar="ID", help="delete this container instead")
_ID: Final = Word("CLIENT_ID", "from BMW's portal: My vehicles, BMW CarData")

COMMANDS: Final = (
    SubCommand("login", "Log in by approving a code on BMW's page", _login, (_ID,), account=False),
    SubCommand(
        "status",
        "Show what is known of the cars; only what is due costs calls",
        _status,
        options=(*STATUS_OPTIONS, _REFRESH, _CLIENT),
        account=False,
    ),
    SubCommand(
        "stream",
        "Put out what the cars send, as they send it, one JSON object a line",
        stream,
        options=(*STREAM_OPTIONS, *BROKER_OPTIONS, _CLIENT),
        account=False,
    ),
    SubCommand(
        "containers",
        "List the account's containers, or delete one; costs a call",
        _containers,
        options=(_DELETE, _JSON, _CLIENT),
        account=False,
    ),
    SubCommand(
        "quota",
        "Show what the calls of the day were spent on, without a call",
        _quota,
        options=(_JSON, _CLIENT),
        account=False,
    ),
    SubCommand(
        "doctor",
        "Explain why values are old or missing, without a call",
        _doctor,
        options=(_JSON, _CLIENT),
        account=False,
    ),
    SubCommand(
        "fingerprint",
        "Save anonymised answers of BMW and the stream, for developers",
        _fingerprint,
        options=(OUTPUT, SECONDS, *BROKER_OPTIONS, _CLIENT),
        account=False,
    ),
)
"""The sub-commands in the order in which help shows them."""
