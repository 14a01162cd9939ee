"""A simulated High Mobility: consent, tokens, eligibility, clearance, data and webhooks."""

from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
import json
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

import httpx
import jwt
import respx

from ..fingerprints import Json
from ..serving import router_of, serving
from ..world import timestamp, utcnow
from .cars import AutoApiCar
from .pages import Owner
from .wire import (
    HOSTS,
    Asked,
    Fault,
    FaultPlan,
    HighMobilityRefusal,
    Place,
    asked_of,
    oauth,
    refused,
    sign,
)

CLIENT_ID: Final = "2c9f2a0e-5d6b-4f0e-8a55-7f3f0d1c9b11"
SECRET: Final = "s3cret-of-the-app-in-the-console"
WEBHOOK_SECRET: Final = "secret-of-the-webhook"
_API: Final = "https://api.high-mobility.com/v1"
_ASSERTION: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass(slots=True)
class Granted:
    """A token that was handed out; `vin` is None for a fleet."""

    access: str
    expires: datetime
    refresh: str | None = None
    vin: str | None = None
    authorization: str | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A webhook as it is sent."""

    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class SimulatedHighMobility:
    """One app in the console, and what is behind it.

    `eligibility` and `clearance` are those of cars by VIN; clearance is approved after
    `delay`. `public_key` checks assertions by the private key with the id `key_id`. `deliveries`
    are the webhooks that were sent, `on_webhook` takes them.
    """

    cars: dict[str, AutoApiCar] = field(default_factory=dict)
    clock: Callable[[], datetime] = utcnow
    client_id: str = CLIENT_ID
    secret: str | None = SECRET
    key_id: str | None = None
    public_key: str | None = None
    webhook_url: str = ""
    webhook_secret: str = WEBHOOK_SECRET
    token_lifetime: int = 600
    delay: timedelta = timedelta()
    eligibility: dict[str, Json] = field(default_factory=dict)
    clearance: dict[str, Json] = field(default_factory=dict)
    calls: list[tuple[Place, str | None]] = field(default_factory=list)
    granted: list[Granted] = field(default_factory=list)
    revoked: list[str] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    on_webhook: list[Callable[[Delivery], object]] = field(default_factory=list)
    faults: FaultPlan = field(default_factory=FaultPlan)
    owner: Owner = field(init=False)
    _count: int = 0
    _jtis: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Let the owner's pages belong to this service."""
        self.owner = Owner(self)

    @classmethod
    def of(cls, cars: Iterable[AutoApiCar], **options: Any) -> SimulatedHighMobility:
        """Simulate an app with these cars, live copies of those given."""
        return cls({car.vin: car.copy() for car in cars}, **options)

    def clear(self, *vins: str) -> None:
        """Let cars be cleared already, by default all."""
        for vin in vins or self.cars:
            self.clearance[vin] = {"vin": vin, "status": "approved", "brand": "bmw"}

    def enter_webhook(self, url: str, secret: str) -> None:
        """Enter a webhook in the console, which sends a ping to it."""
        self.webhook_url, self.webhook_secret = url, secret
        self.send("ping")

    def set_clearance(self, vin: str, status: str, reason: str = "") -> Delivery:
        """Let the clearance of a car become another one, and report that by a webhook."""
        item = self.clearance.setdefault(vin, {"vin": vin, "brand": "bmw"})
        item["status"] = status
        change = {"timestamp": timestamp(self.clock()), "status": status, "reason": reason}
        item.setdefault("changelog", []).append(change)
        return self.send("fleet_clearance_changed", vin, action=status)

    def fail(self, place: Place, fault: Fault, times: int = 1, vin: str | None = None) -> None:
        """Let the next requests of a kind fail."""
        self.faults.add(place, fault, times, vin)

    def asked(self, place: Place, vin: str | None = None) -> int:
        """Return how often something was asked for."""
        return sum(call[0] is place and vin in (None, call[1]) for call in self.calls)

    def delivery(self, kind: str, vin: str | None = None, **event: Any) -> Delivery:
        """Return a webhook, signed, without sending it."""
        self._count += 1
        body = json.dumps(
            {
                **({"vehicle": {"vin": vin, "serial_number": "0"}} if vin else {}),
                "event": {
                    "type": kind,
                    "received_at": self._micro(),
                    "action": "automatic",
                    **event,
                },
                "application": {"id": "0123456789abcdef01234567"},
            }
        ).encode()
        headers = {
            "X-HM-Signature-256": sign(self.webhook_secret, body),
            "X-HM-Signature": sign(self.webhook_secret, body, "sha1"),
            "X-HM-Delivery": str(uuid5(NAMESPACE_URL, f"delivery {self._count}")),
            "X-HM-Event": kind,
            "Content-Type": "application/json",
            "User-Agent": "HM-Webhook/1",
        }
        return Delivery(headers, body)

    def send(self, kind: str, vin: str | None = None, **event: Any) -> Delivery:
        """Send a webhook to the registered address."""
        sent = self.delivery(kind, vin, **event)
        self.deliveries.append(sent)
        for listener in self.on_webhook:
            listener(sent)
        return sent

    def replay(self) -> list[Delivery]:
        """Send the recorded webhooks of all cars, as if what they are about happened now."""
        return [
            self.send(event["type"], car.vin, action=event.get("action", "automatic"))
            for car in self.cars.values()
            for event in (body["event"] for body in car.webhooks)
            if "type" in event
        ]

    def handle(self, request: httpx.Request) -> httpx.Response:
        """Answer a request; planned network faults raise httpx errors."""
        asked = asked_of(request)
        self.calls.append((asked.place, asked.vin))
        fault = self.faults.take(asked)
        try:
            response = fault(request) if fault else self._answer(asked)
        except HighMobilityRefusal as refusal:
            response = refusal.response
        response.request = request
        return response

    def router(self, *, pass_through: bool = False) -> respx.MockRouter:
        """Return a router for all hosts; other requests fail or pass through."""
        return router_of(self.handle, HOSTS, pass_through=pass_through)

    def serve(self, host: str = "127.0.0.1", port: int = 0) -> AbstractAsyncContextManager[str]:
        """Serve over HTTP and yield the base URL; port 0 takes a free one."""
        return serving(self.handle, host, port)

    def _micro(self) -> str:
        return self.clock().isoformat(timespec="microseconds").replace("+00:00", "Z")

    def _answer(self, asked: Asked) -> httpx.Response:
        if asked.request.url.path.startswith(("/oauth", "/portal", "/console")):
            return self.owner.page(asked)
        handlers: dict[Place, Callable[[Asked], Any]] = {
            Place.TOKEN: self._token,
            Place.REVOKE: self._revoke,
            Place.VEHICLE_INFO: self._vehicle_info,
            Place.ELIGIBILITY: self._eligibility,
            Place.REQUEST_CLEARANCE: self._request_clearance,
            Place.CLEARANCES: self._clearances,
            Place.CLEARANCE: self._clearance,
            Place.REVOKE_CLEARANCE: self._revoke_clearance,
            Place.DATA: self._data,
        }
        if asked.place not in handlers:
            raise refused(404, "Not found")
        return httpx.Response(200, json=handlers[asked.place](asked))

    def _token(self, asked: Asked) -> Json:
        body = asked.body
        grants = {
            "client_credentials": self._for_fleet,
            "authorization_code": self._for_code,
            "refresh_token": self._for_refresh,
        }
        if body.get("grant_type") not in grants:
            raise oauth("invalid_request", "grant_type is invalid")
        if body.get("client_id") != self.client_id:
            raise oauth("invalid_client", "unknown client_id", 401)
        return grants[body["grant_type"]](body)

    def _for_fleet(self, body: Json) -> Json:
        if "client_assertion" in body:
            self._check_assertion(body)
        else:
            self._check_secret(body)
        return self._grant(None, refresh=False)

    def _check_secret(self, body: Json) -> None:
        if self.secret is None or body.get("client_secret") != self.secret:
            raise oauth("invalid_client", "client_secret is wrong", 401)

    def _check_assertion(self, body: Json) -> None:
        if body.get("client_assertion_type") != _ASSERTION or self.public_key is None:
            raise oauth("invalid_request", "client_assertion_type is invalid")
        try:
            claims = jwt.decode(
                body["client_assertion"],
                self.public_key,
                ["ES256"],
                audience=_API,
                issuer=self.key_id,
                options={"verify_iat": False, "require": ["iat", "jti", "iss", "aud"]},
            )
        except jwt.InvalidTokenError as error:
            raise oauth("invalid_client", str(error), 401) from None
        if claims["ver"] != 2 or claims["jti"] in self._jtis:
            raise oauth("invalid_client", "jti was used", 401)
        self._jtis.add(claims["jti"])

    def _for_code(self, body: Json) -> Json:
        visit = self.owner.redeem(body, needs_secret=self.secret is not None)
        if self.secret is not None:
            self._check_secret(body)
        return self._grant(visit)

    def _for_refresh(self, body: Json) -> Json:
        if self.secret is not None:
            self._check_secret(body)
        for old in self.granted:
            if old.refresh is not None and old.refresh == body.get("refresh_token"):
                authorization = old.authorization or ""
                if self.owner.status(authorization) in ("revoked", "denied"):
                    raise oauth("invalid_grant", "the consent was revoked")
                old.refresh = None
                return self._grant((old.vin or "", authorization))
        raise oauth("invalid_grant", "refresh_token is invalid")

    def _grant(self, visit: tuple[str, str] | None, *, refresh: bool = True) -> Json:
        self._count += 1
        token = Granted(
            access=f"access-token-{self._count:08}-{'x' * 24}",
            expires=self.clock() + timedelta(seconds=self.token_lifetime),
            refresh=f"refresh-token-{self._count:08}-{'y' * 24}" if refresh else None,
            vin=visit[0] if visit else None,
            authorization=visit[1] if visit else None,
        )
        self.granted.append(token)
        answer: Json = {
            "access_token": token.access,
            "token_type": "bearer",
            "expires_in": self.token_lifetime,
            "scope": "vehicle:data",
        }
        if token.refresh:
            answer |= {"refresh_token": token.refresh}
        if token.authorization:
            status = self.owner.status(token.authorization)
            answer |= {"authorization_id": token.authorization, "status": status}
        return answer

    def _revoke(self, asked: Asked) -> Json:
        self.revoked.append(asked.body.get("token", ""))
        self.granted = [
            item
            for item in self.granted
            if asked.body.get("token") not in (item.access, item.refresh)
        ]
        return {}

    def _known(self, asked: Asked) -> Granted:
        for item in self.granted:
            if item.access == asked.token and item.expires > self.clock():
                return item
        raise refused(401, "Unauthorized", "The token is invalid or expired")

    def _vehicle_info(self, asked: Asked) -> Json:
        token = self._known(asked)
        return {"vin": token.vin, "sub": "1"}

    def _eligibility(self, asked: Asked) -> Json:
        self._known(asked)
        vin = asked.body.get("vin")
        told = {
            "eligible": vin in self.cars,
            "data_delivery": ["pull", "push"] if vin in self.cars else [],
            "connectivity_status": "activated" if vin in self.cars else "unknown",
            "primary_user_assigned": vin in self.cars,
        }
        return {"vin": vin, **told, **self.eligibility.get(vin, {})}

    def _request_clearance(self, asked: Asked) -> Json:
        self._known(asked)
        for item in asked.body["vehicles"]:
            known = {"vin": item["vin"], "brand": item["brand"], "status": "pending"}
            known["requested"] = timestamp(self.clock())
            if item["vin"] not in self.cars:
                known |= {"status": "error", "description": "Vehicle not eligible"}
            self.clearance[item["vin"]] = known
        return {"vehicles": [self.clearance[item["vin"]] for item in asked.body["vehicles"]]}

    def _clearances(self, asked: Asked) -> list[Json]:
        self._known(asked)
        return [self._state(vin) for vin in self.clearance]

    def _clearance(self, asked: Asked) -> Json:
        self._known(asked)
        if asked.vin not in self.clearance:
            raise refused(404, "Not found", "The vehicle is not in the fleet")
        return self._state(asked.vin)

    def _state(self, vin: str) -> Json:
        item = self.clearance[vin]
        requested = item.get("requested")
        if item["status"] == "pending" and requested is not None:
            if datetime.fromisoformat(requested) + self.delay <= self.clock() and vin in self.cars:
                item["status"] = "approved"
        return item

    def _revoke_clearance(self, asked: Asked) -> Json:
        self._known(asked)
        item = self.clearance.get(asked.vin or "")
        if item is None:
            raise refused(404, "Not found")
        if item["status"] == "pending":
            raise refused(422, "Unprocessable", "Cancelling is not supported")
        item["status"] = "revoking"
        return item

    def _data(self, asked: Asked) -> Json:
        token = self._known(asked)
        vin = asked.vin or ""
        if token.authorization is not None:
            if token.vin != vin or self.owner.status(token.authorization) != "approved":
                raise refused(403, "Forbidden", "No active consent for the vehicle")
        elif self.clearance.get(vin, {}).get("status") != "approved":
            raise refused(403, "Forbidden", "No active consent for the vehicle")
        if vin not in self.cars:
            raise refused(404, "Not found")
        return self.cars[vin].answer
