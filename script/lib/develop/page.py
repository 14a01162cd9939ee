"""The page with buttons that control the simulated services."""

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import Final

from tests.replay.connecteddrive import SimulatedConnectedDrive
from tests.replay.connecteddrive.control import STATUSES

_STREAM: Final = ("steal", "refuse", "accept", "kick", "cut", "freeze", "thaw", "expire")
_STYLE: Final = (
    "body{font:16px sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem}"
    "form{display:inline}button{font:inherit;margin:.2rem;padding:.3rem .8rem}"
    "code{font-size:1.4rem}output{display:block;min-height:1.5rem;color:#060}"
)

_LEGACY: Final = (
    *((word, f"{word}?") for word in ("plug", "unplug", "charge", "finish", "lock", "unlock")),
    ("drive 12 km", "drive?km=12&minutes=20"),
    ("position switched off", "position?status=DRIVER_DISABLED"),
    ("position back", "position?status=OK"),
)
_FAILS: Final = "INITIATED,PENDING,NOT_EXECUTED"
_ENDLESS: Final = "INITIATED,TIMED_OUT"

type Button = tuple[str, str]
"""The label of a button and its path."""


def page(
    codes: Sequence[str],
    scopes: Sequence[str],
    faults: Iterable[str],
    done: str,
    legacy: Iterable[Button] = (),
) -> str:
    """Return HTML; `codes` are pending, `scopes` subscribed, `done` is the last action.

    `legacy` are the buttons for the legacy ConnectedDrive API, if it has cars.
    """
    waiting = "".join(_decision(code) for code in reversed(codes)) or "<p>No code waits.</p>"
    portal = [
        (f"{verb.capitalize()} {name}", f"/{verb}/{service}")
        for service, name in (("api", "CarData API"), ("stream", "CarData Stream"))
        for verb in ("unsubscribe", "subscribe")
    ]
    login = [("End access tokens", "/revoke"), ("End the login", "/revoke?refresh=1")]
    failing = [
        (f"{source}: {fault}", f"/fail/{fault}?source={source}")
        for source in ("cardata", "mybmw")
        for fault in faults
    ]
    shown = _buttons(legacy)
    old = f"<h2>Legacy ConnectedDrive</h2>{shown}" if shown else ""
    return (
        f"<!doctype html><html lang=en><title>Simulated BMW</title><style>{_STYLE}</style>"
        f"<h1>Simulated BMW</h1><output>{escape(done)}</output>"
        f"<h2>Approval of CarData</h2>{waiting}"
        f"<h2>Portal</h2><p>Subscribed: {escape(', '.join(scopes) or 'nothing')}</p>"
        f"{_buttons(portal)}<h2>Login</h2>{_buttons(login)}"
        f"<h2>Stream</h2>{_buttons((word.capitalize(), f'/stream/{word}') for word in _STREAM)}"
        f"{old}<h2>Faults, until healed</h2>{_buttons([('Heal', '/heal'), *failing])}</html>"
    )


def legacy_buttons(sim: SimulatedConnectedDrive) -> Iterator[Button]:
    """Yield what the cars of the legacy ConnectedDrive API can do, and its faults."""
    for vin, car in sim.cars.items():
        name = f"{car.entry.get('model', 'Car')} …{vin[-5:]}"
        for label, target in _LEGACY:
            yield f"{name}: {label}", f"/connecteddrive/{target}&vin={vin}"
    if sim.cars:
        yield "An hour passes", "/connecteddrive/wait?minutes=60"
        yield "Unlocking needs the answer Rex", "/connecteddrive/question?answer=Rex"
        yield "The next command fails", f"/connecteddrive/outcome?statuses={_FAILS}"
        yield "The next command has no end", f"/connecteddrive/outcome?statuses={_ENDLESS}"
        for status in STATUSES:
            yield f"Fail with {status}", f"/connecteddrive/fail?status={status}"


def _decision(code: str) -> str:
    choices = (
        ("Approve", f"/approve?code={code}"),
        ("Approve, rights lag", f"/approve?late=1&code={code}"),
        ("Deny", f"/deny?code={code}"),
        ("Expire", f"/expire?code={code}"),
    )
    return f"<p><code>{escape(code)}</code> {_buttons(choices)}</p>"


def _buttons(buttons: Iterable[Button]) -> str:
    return "".join(
        f'<form method=post action="{escape(target)}"><button>{escape(label)}</button></form>'
        for label, target in buttons
    )
