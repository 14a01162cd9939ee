"""The pages on which an owner gives consent, and the portal in which BMW's customer approves.

They can be clicked through in a browser: landing, account, brand, VIN, permissions; then, in
another window, the portal.
"""

from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
import hashlib
from html import escape
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode
from uuid import NAMESPACE_URL, uuid5

import httpx

from .wire import Asked, oauth

if TYPE_CHECKING:
    from .service import SimulatedHighMobility

_STEPS: Final = ("landing", "account", "brand", "vin", "permissions")
_TEXTS: Final = {
    "en": {
        "landing": "Share your car's data",
        "account": "Your e-mail address and country",
        "brand": "Brand of your car",
        "vin": "Vehicle identification number",
        "permissions": "The app wants to read your car's data",
        "next": "Continue",
        "allow": "Allow",
        "deny": "Deny",
    },
    "de": {
        "landing": "Daten Ihres Autos teilen",
        "account": "Ihre E-Mail-Adresse und Ihr Land",
        "brand": "Marke Ihres Autos",
        "vin": "Fahrgestellnummer",
        "permissions": "Die App möchte Daten Ihres Autos lesen",
        "next": "Weiter",
        "allow": "Erlauben",
        "deny": "Ablehnen",
    },
}
_PAGE: Final = """<!doctype html><meta charset="utf-8"><title>{title}</title>
<style>body{{font:16px sans-serif;max-width:30em;margin:4em auto}}input,button{{font:inherit;
margin:.3em 0;padding:.4em;display:block}}</style><h1>{title}</h1>{body}"""


@dataclass(slots=True)
class Visit:
    """One consent; `status` is what the portal says of it."""

    vin: str
    authorization: str
    redirect_uri: str
    challenge: str | None
    status: str = "pending"
    used: bool = False


@dataclass(slots=True)
class Owner:
    """The owner of the cars, with a browser."""

    service: SimulatedHighMobility
    visits: dict[str, Visit] = field(default_factory=dict)

    def status(self, authorization: str) -> str:
        """Return what the portal says of a consent."""
        found = [item for item in self.visits.values() if item.authorization == authorization]
        return found[-1].status if found else "revoked"

    def approve(self, authorization: str | None = None) -> None:
        """Approve in the portal, by default the newest consent, which a webhook reports."""
        self._decide("approved", authorization)

    def deny(self, authorization: str | None = None) -> None:
        """Deny in the portal."""
        self._decide("denied", authorization)

    def revoke(self, authorization: str | None = None) -> None:
        """Take a consent back in the portal, which ends its tokens."""
        self._decide("revoked", authorization)
        for item in self.service.granted:
            if item.authorization and self.status(item.authorization) == "revoked":
                item.access = ""

    def _decide(self, status: str, authorization: str | None) -> None:
        visit = next(
            item
            for item in reversed(self.visits.values())
            if authorization in (None, item.authorization)
        )
        visit.status = status
        self.service.send(
            "authorization_changed",
            visit.vin,
            action=status,
            authorization_id=visit.authorization,
        )

    def consent(self, url: str, vin: str) -> str:
        """Click through the pages; return the address that the browser comes back to."""
        asked = dict(httpx.URL(url).params)
        return self._finish({**asked, "vin": vin, "decision": "allow"})

    def redeem(self, body: dict[str, Any], *, needs_secret: bool) -> tuple[str, str]:
        """Return VIN and id of the consent that a code belongs to."""
        visit = self.visits.get(body.get("code", ""))
        if visit is None or visit.used or visit.redirect_uri != body.get("redirect_uri"):
            raise oauth("invalid_grant", "code is invalid")
        if not needs_secret:
            digest = hashlib.sha256(body.get("code_verifier", "").encode()).digest()
            if urlsafe_b64encode(digest).decode().rstrip("=") != visit.challenge:
                raise oauth("invalid_grant", "code_verifier is invalid")
        visit.used = True
        return visit.vin, visit.authorization

    def page(self, asked: Asked) -> httpx.Response:
        """Answer the browser."""
        if asked.request.url.path.startswith("/portal"):
            return self._portal(asked)
        if asked.request.url.path.startswith("/console"):
            return self._console(asked)
        params = {**asked.params, **(asked.body if isinstance(asked.body, dict) else {})}
        if params.get("client_id") != self.service.client_id or "redirect_uri" not in params:
            return httpx.Response(400, text="client_id or redirect_uri is wrong")
        if params.get("decision"):
            return httpx.Response(302, headers={"location": self._finish(params)})
        return self._step(params)

    def _step(self, params: dict[str, str]) -> httpx.Response:
        texts = _TEXTS.get(params.get("locale", "en"), _TEXTS["en"])
        step = params.pop("step", _STEPS[0])
        if step == "brand" and params.get("brand"):
            step = "vin"
        hidden = "".join(
            f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
            for name, value in params.items()
        )
        following = _STEPS[min(_STEPS.index(step) + 1, len(_STEPS) - 1)]
        fields = {
            "account": '<input name="email" type="email" required>'
            '<input name="country" value="DE" required>',
            "brand": '<select name="brand"><option>bmw<option>mini</select>',
            "vin": '<input name="vin" required minlength="17" maxlength="17">',
        }.get(step, "")
        buttons = f'<button name="step" value="{following}">{texts["next"]}</button>'
        if step == "permissions":
            buttons = "".join(
                f'<button name="decision" value="{word}">{texts[word]}</button>'
                for word in ("allow", "deny")
            )
        form = f'<form action="/oauth/new" method="get">{hidden}{fields}{buttons}</form>'
        return _html(texts[step], form)

    def _finish(self, params: dict[str, str]) -> str:
        """Return where the browser goes after the owner has decided."""
        back = params["redirect_uri"]
        state = {"state": params["state"]} if params.get("state") else {}
        joint = "&" if "?" in back else "?"
        vin = params.get("vin", "").upper()
        if params.get("decision") != "allow" or vin not in self.service.cars:
            word = "access_denied" if params.get("decision") != "allow" else "invalid_request"
            told = {"error": word, "error_description": "The owner did not give consent"}
            return f"{back}{joint}{urlencode({**told, **state})}"
        number = len(self.visits)
        code = f"code-{number:04}-{'z' * 20}"
        self.visits[code] = Visit(
            vin,
            str(uuid5(NAMESPACE_URL, f"authorization {number}")),
            back,
            params.get("code_challenge"),
        )
        return f"{back}{joint}{urlencode({'code': code, **state})}"

    def _console(self, asked: Asked) -> httpx.Response:
        """Take the webhook of the app, as the console does, which tests it."""
        told = ""
        if asked.params.get("url") and asked.params.get("secret"):
            self.service.enter_webhook(asked.params["url"], asked.params["secret"])
            told = "<p>A ping was sent.</p>"
        fields = '<input name="url" placeholder="URL"><input name="secret" placeholder="Secret">'
        return _html("Webhooks", f"<form>{fields}<button>Save</button></form>{told}")

    def _portal(self, asked: Asked) -> httpx.Response:
        """Show what waits for approval, or take a decision about it."""
        body = {**asked.params, **(asked.body if isinstance(asked.body, dict) else {})}
        if body.get("decision") in ("approved", "denied", "revoked"):
            self._decide(body["decision"], body.get("authorization"))
            return httpx.Response(302, headers={"location": "/portal"})
        rows = "".join(
            f'<form method="get"><p>{escape(visit.vin)}: {visit.status}</p>'
            f'<input type="hidden" name="authorization" value="{visit.authorization}">'
            + "".join(
                f'<button name="decision" value="{word}">{word}</button>'
                for word in ("approved", "denied", "revoked")
            )
            + "</form>"
            for visit in self.visits.values()
        )
        return _html("My BMW", rows or "<p>Nothing waits.</p>")


def _html(title: str, body: str) -> httpx.Response:
    page = _PAGE.format(title=title, body=body)
    return httpx.Response(200, text=page, headers={"content-type": "text/html; charset=utf-8"})
