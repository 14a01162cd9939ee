"""The sub-commands for High Mobility."""

from argparse import Namespace
import asyncio
from copy import replace
from datetime import UTC, datetime
import os
import sys
from typing import Final
from urllib.parse import parse_qs, urlsplit

from ..core.convert import mapping, sequence
from ..core.errors import AuthError, InvalidValueError
from ..core.source import Poll
from ..highmobility import (
    BRANDS,
    Application,
    HighMobilityTokens,
    WebhookReceiver,
    check_key,
    consent,
    endpoints,
    exchange,
    read_clearance,
    read_clearances,
    read_eligibility,
)
from ..highmobility.webhooks import SIGNATURE, WEAK_SIGNATURE
from ..privacy import Redactor
from ..transport.http import Http
from .app_commands import STATUS_OPTIONS
from .app_connection import vin_of
from .arguments import SubCommand, Word, option, path_of
from .doctor import explain_cars
from .highmobility_connection import HighMobilityConnection, KeptApp, connected, find_app, run_alone
from .output import FAILED, OK, note, report_errors, say, say_json, show
from .store import LoginFile
from .web import web_client

_OF_APP: Final = "MYBMW_CLIENT_SECRET"
_OF_WEBHOOK: Final = "MYBMW_WEBHOOK_SECRET"


def _login(options: Namespace) -> int:
    kept = _new_app(options)
    if kept.fleet and not (kept.app.client_secret or kept.app.private_key):
        raise InvalidValueError(f"set {_OF_APP}, or give --key and --key-id")
    if options.redirect_uri is None:
        asyncio.run(_log_in(kept))
        say("logged in")
        return OK
    tokens = asyncio.run(_consented(kept, options))
    kept.keep()
    kept.save(tokens)
    say("logged in" if tokens.approved else "waiting for the owner's approval in the BMW portal")
    return OK


def _new_app(options: Namespace) -> KeptApp:
    """Return what was written about an app; a private key is read from its file."""
    store = LoginFile(options.oauth_store)
    if not store.kept:
        raise InvalidValueError("the login has to be kept: it cannot be done without a store")
    key = None if options.key is None else options.key.read_text("utf-8")
    if key is not None:
        check_key(key)
    app = Application(
        options.words["client_id"].strip(),
        client_secret=os.environ.get(_OF_APP) or None,
        key_id=options.key_id,
        private_key=key,
        app_id=options.app_id,
    )
    where = endpoints(sandbox=options.sandbox, authorize=options.auth_uri, token=options.token_uri)
    return KeptApp(store, app, where, fleet=options.redirect_uri is None)


async def _log_in(kept: KeptApp) -> None:
    """Get tokens as a fleet; they, and the app, are kept if that worked."""
    async with web_client() as web:
        unkept = replace(kept, store=LoginFile(None))
        await connected(unkept, web).source.api.login.log_in()
        kept.keep()
        await connected(kept, web).source.api.login.log_in()


async def _consented(kept: KeptApp, options: Namespace) -> HighMobilityTokens:
    """Show where the owner gives consent, and wait for the address of the page afterwards."""
    visit = consent(
        kept.app, kept.where, options.redirect_uri, brand=options.brand, locale=options.locale
    )
    note(f"Open {visit.url} and paste the address of the page on which that ends.")
    found = parse_qs(urlsplit(sys.stdin.readline().strip()).query)
    if found.get("error"):
        raise AuthError("the owner did not give consent")
    if found.get("state") != [visit.state] or not found.get("code"):
        raise InvalidValueError("the address has no code, or is that of another login")
    async with web_client() as web:
        http = Http(web, Redactor())
        code = found["code"][0]
        return await exchange(
            http, kept.app, kept.where, code, options.redirect_uri, visit.verifier
        )


def _status(options: Namespace) -> int:
    vin = None if options.vin is None else vin_of(options.vin)

    async def work(connection: HighMobilityConnection) -> int:
        poll = await _read(connection, vin, refresh=options.refresh)
        vehicles = connection.garage.vehicles
        if connection.source.pending:
            note(f"{options.program}: waiting for the owner's approval in the BMW portal")
        elif vin is not None and vin not in vehicles and poll.error is None:
            raise InvalidValueError("the account has no car with this VIN")
        wanted = [car for car in vehicles.values() if vin in (None, car.vin)]
        if wanted or poll.error is None:
            show(wanted, as_json=options.json, one=vin is not None)
        _say_costs(connection)
        return report_errors(options.program, connection.garage, poll)

    return run_alone(find_app(options), work)


def _doctor(options: Namespace) -> int:
    async def work(connection: HighMobilityConnection) -> int:
        poll = await _read(connection, None, refresh=False)
        vehicles = connection.garage.vehicles
        if poll.error is not None and not vehicles:
            raise poll.error
        explain_cars(connection.source, vehicles.values(), poll, as_json=options.json)
        return OK

    return run_alone(find_app(options), work)


async def _read(connection: HighMobilityConnection, vin: str | None, *, refresh: bool) -> Poll:
    """Do what is due, or with `refresh` read the cars in any case."""
    source = connection.source
    poll = await source.poll(vin) if refresh else await source.work()
    return connection.take(poll)


def _say_costs(connection: HighMobilityConnection) -> None:
    now, source = datetime.now(UTC), connection.source
    bill = source.bill()
    cost = f", {bill.cost:.2f} {source.costs.prices.currency}" if bill is not None else ""
    note(f"highmobility: requests this month: {source.costs.requests(now)}{cost}")


def _clearance(options: Namespace) -> int:
    vin = options.words.get("vin")

    async def work(connection: HighMobilityConnection) -> int:
        if vin is None:
            return await _list(connection, as_json=options.json)
        if options.revoke:
            await connection.source.api.revoke_clearance(vin_of(vin))
            say("revoking")
            return OK
        return await _ask(connection, vin_of(vin), options.brand or BRANDS[0])

    kept = find_app(options)
    if not kept.fleet:
        raise InvalidValueError("clearance is for fleets; here a driver gives consent")
    return run_alone(kept, work)


async def _list(connection: HighMobilityConnection, *, as_json: bool) -> int:
    now = datetime.now(UTC)
    listed = read_clearances(await connection.source.api.clearances())
    found = {vin: read_clearance(item, now, None) for vin, item in listed.items()}
    if as_json:
        say_json([{"vin": vin, "state": item.state.value} for vin, item in found.items()])
        return OK
    for vin, item in found.items():
        say(" ".join(filter(None, (vin, item.state.value, item.reason))))
    return OK


async def _ask(connection: HighMobilityConnection, vin: str, brand: str) -> int:
    """Check a car, ask for its clearance if it can be used, and say how far that is."""
    api, now = connection.source.api, datetime.now(UTC)
    eligibility = read_eligibility(await api.eligibility(vin, brand))
    if not eligibility.eligible:
        say(f"not eligible: {', '.join(reason.value for reason in eligibility.reasons)}")
        return FAILED
    listed = read_clearances(await api.clearances())
    if vin not in listed:
        answer = await api.request_clearance([(vin, brand)])
        listed = read_clearances(sequence(mapping(answer).get("vehicles")))
    found = read_clearance(listed.get(vin), now, None)
    say(" ".join(filter(None, (found.state.value, found.reason))))
    return FAILED if found.state.ended else OK


def _webhook_check(options: Namespace) -> int:
    """Check a delivery that was saved: whether its signature is right, and what it says."""
    secret = os.environ.get(_OF_WEBHOOK)
    if not secret:
        raise InvalidValueError(f"set {_OF_WEBHOOK}")
    signature = options.words["signature"]
    weak = signature.startswith("sha1=")
    name = WEAK_SIGNATURE if weak else SIGNATURE
    body = path_of(options.words["file"]).read_bytes()
    received = WebhookReceiver(secret, weak=weak).receive({name: signature}, body)
    event = received.event
    if event is None:
        say(
            "too large"
            if received.status == 413
            else "not a delivery, or not signed with this secret"
        )
        return FAILED
    say_json(
        {
            "event": event.kind.value,
            "time": event.time.isoformat(),
            "vin": event.vin,
            "action": event.action,
            "late": event.late,
        }
    )
    return OK


_CLIENT: Final = option("--client-id", metavar="ID", help="which app, if several are kept")
_JSON, _ = STATUS_OPTIONS
_REFRESH: Final = option("--refresh", action="store_true", help="read the cars now, which may cost")
_BRAND: Final = option("--brand", choices=BRANDS, help="the brand of the car (default: bmw)")
_REVOKE: Final = option("--revoke", action="store_true", help="take the clearance back")
_LOGIN_OPTIONS: Final = (
    option("--key", metavar="FILE", type=path_of, help="the app's private key in PEM form"),
    option("--key-id", metavar="ID", help="the id of the private key"),
    option("--app-id", metavar="ID", help="the id of the app"),
    option("--sandbox", action="store_true", help="use simulated cars of High Mobility"),
    option("--redirect-uri", metavar="URL", help="ask a driver for consent, and come back here"),
    option("--locale", choices=("en", "de"), help="the language of the consent pages"),
    option("--auth-uri", metavar="URL", help="the Auth URI that the console shows"),
    option("--token-uri", metavar="URL", help="the Token URI that the console shows"),
    _BRAND,
)

COMMANDS: Final = (
    SubCommand(
        "login",
        f"Log in as a fleet or, with --redirect-uri, a driver; the secret is in {_OF_APP}",
        _login,
        (Word("CLIENT_ID", "from High Mobility's console"),),
        options=_LOGIN_OPTIONS,
        account=False,
    ),
    SubCommand(
        "status",
        "Show what is known of the cars; only what is due is read",
        _status,
        options=(*STATUS_OPTIONS, _REFRESH, _CLIENT),
        account=False,
    ),
    SubCommand(
        "doctor",
        "Explain why values are old or missing; only what is due is read",
        _doctor,
        options=(_JSON, _CLIENT),
        account=False,
    ),
    SubCommand(
        "clearance",
        "List the cars of the fleet, or ask for the clearance of one",
        _clearance,
        (Word("VIN", "the car", optional=True),),
        options=(_BRAND, _REVOKE, _JSON, _CLIENT),
        account=False,
    ),
    SubCommand(
        "webhook-check",
        f"Check a saved delivery of a webhook; its secret is in {_OF_WEBHOOK}",
        _webhook_check,
        (
            Word("FILE", "the body as it came"),
            Word("SIGNATURE", "its X-HM-Signature-256"),
        ),
        account=False,
    ),
)
"""The sub-commands in the order in which help shows them."""
