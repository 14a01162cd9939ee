"""The webhooks of High Mobility (docs/protocols/highmobility.md#webhooks).

A delivery says that something has happened to a car, not what the car measured. Anybody may write
to the address, so nothing is read of a body whose signature is wrong.
"""

from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha1, sha256
import hmac
from http import HTTPStatus
import logging
import re
from typing import Final, NamedTuple

import orjson

from ..core.convert import mapping, sequence, utc_time
from ..core.counter import Tally
from ..core.events import EventKind
from ..core.recording import MESSAGES, Message

_LOGGER = logging.getLogger(__name__)

MOST_OF_WEBHOOK: Final = 65_536
"""Bytes that the body of a delivery may have."""

SIGNATURE: Final = "x-hm-signature-256"
WEAK_SIGNATURE: Final = "x-hm-signature"
DELIVERY: Final = "x-hm-delivery"

RECORDED: Final = "highmobility-webhooks.jsonl"
"""The file of deliveries in recordings."""

_MOST_RECORDED: Final = 4_096
_NOT_SIGNED: Final = "not signed"
_REMEMBERED: Final = 5_000
_LATE: Final = timedelta(hours=24)
_AHEAD: Final = timedelta(minutes=10)
_ID: Final = re.compile(r"[!-~]{1,128}", re.ASCII)
_VIN: Final = re.compile(r"[A-Z0-9]{17}")
_WORD: Final = re.compile(r"[a-z][a-z_]{0,40}")


class WebhookEvent(NamedTuple):
    """One delivery; `late` ones are recorded only.

    `action` is the new state of a consent or a clearance, else how the event came about; `word` is
    what the service calls an event of an unknown kind.
    """

    kind: EventKind
    time: datetime
    vin: str | None = None
    action: str | None = None
    authorization: str | None = None
    late: bool = False
    word: str | None = None


class Received(NamedTuple):
    """The HTTP status to answer with at once, and the event if there is one to act on."""

    status: int
    event: WebhookEvent | None = None
    duplicate: bool = False


def verified(secret: str, body: bytes, headers: Mapping[str, str], *, weak: bool = False) -> bool:
    """Return whether a body was signed with the secret, by SHA-256 or, if allowed, by SHA-1.

    Without a secret, no body is accepted.
    """
    if not secret:
        return False
    found = headers.get(SIGNATURE)
    if found is None and weak:
        return _same(f"sha1={_digest(secret, body, sha1)}", headers.get(WEAK_SIGNATURE))
    return _same(f"sha256={_digest(secret, body, sha256)}", found)


def _digest(secret: str, body: bytes, kind: Callable[[], object]) -> str:
    return hmac.new(secret.encode(), body, kind).hexdigest()  # type: ignore[arg-type]


def _same(expected: str, found: str | None) -> bool:
    """Compare in constant time; text that is not ASCII never matches."""
    if found is None or not found.isascii():
        return False
    return hmac.compare_digest(expected, found.strip())


def read_event(body: bytes, now: datetime) -> WebhookEvent:
    """Read a body that is known to be genuine; raise ValueError if it is no delivery."""
    try:
        fields = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise ValueError("not JSON") from None
    if not isinstance(fields, dict):
        raise ValueError("not an object")
    event = mapping(fields.get("event"))
    received = utc_time(event.get("received_at"))
    if received is not None and received > now + _AHEAD:
        received = None
    vin = mapping(fields.get("vehicle")).get("vin")
    kind = _kind(event.get("type"))
    return WebhookEvent(
        kind=kind,
        time=received or now,
        vin=vin.upper() if isinstance(vin, str) and _VIN.fullmatch(vin.upper()) else None,
        action=_word(event.get("action")),
        authorization=_id(
            mapping(fields.get("authorization")).get("id") or event.get("authorization_id")
        ),
        late=received is not None and now - received > _LATE,
        word=_word(event.get("type")) if kind is EventKind.UNKNOWN else None,
    )


def _kind(value: object) -> EventKind:
    try:
        return EventKind(value)  # type: ignore[arg-type]
    except ValueError:
        return EventKind.UNKNOWN


def _word(value: object) -> str | None:
    return value if isinstance(value, str) and _WORD.fullmatch(value) else None


def _id(value: object) -> str | None:
    return value if isinstance(value, str) and _ID.fullmatch(value) else None


class Deliveries:
    """Remembers the newest deliveries, so that none is taken twice."""

    def __init__(self) -> None:
        """Initialize without deliveries."""
        self._known: OrderedDict[str, None] = OrderedDict()

    def is_new(self, *ids: str) -> bool:
        """Remember a delivery; return whether none of its ids is known."""
        new = self._known.keys().isdisjoint(ids)
        for item in ids:
            self._known[item] = None
            self._known.move_to_end(item)
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return new

    def dump(self) -> list[str]:
        """Return them as JSON, the oldest first."""
        return [*self._known]

    def load(self, saved: object) -> None:
        """Restore what `dump` returned, as older than what was received meanwhile."""
        before = [item for item in sequence(saved) if isinstance(item, str)]
        known = dict.fromkeys([*before, *self._known])
        self._known = OrderedDict.fromkeys([*known][-_REMEMBERED:])


class WebhookReceiver:
    """Handles requests to the webhook; it never raises.

    `counts` says how many came of which kind, `received` how many genuine ones came for the first
    time; content of wrong ones goes nowhere. `begun` is since
    when deliveries are waited for, `last` is when a genuine one came, `proven` when a test did.
    """

    def __init__(self, secret: str, *, weak: bool = False) -> None:
        """Initialize the receiver; `weak` accepts SHA-1 if there is no better signature."""
        self.deliveries = Deliveries()
        self._messages: deque[Message] = deque(maxlen=MESSAGES)
        self.counts = Tally()
        self.received = 0
        self.begun: datetime | None = None
        self.proven: datetime | None = None
        self.last: datetime | None = None
        self._secret = secret
        self._weak = weak

    @property
    def silent_since(self) -> datetime | None:
        """Return since when the first genuine delivery is missing, None if there was one."""
        return self.begun if self.last is None else None

    @property
    def refused(self) -> bool:
        """Return whether every delivery so far had a wrong signature."""
        return self.last is None and self.counts[_NOT_SIGNED] > 0

    def dump(self) -> Mapping[str, object]:
        """Return what should survive a restart as JSON."""
        times = {"begun": self.begun, "last": self.last, "proven": self.proven}
        return {
            "deliveries": self.deliveries.dump(),
            **{name: time and time.isoformat() for name, time in times.items()},
        }

    def load(self, saved: Mapping[str, object], now: datetime) -> None:
        """Restore what `dump` returned; invalid parts are left out."""
        self.deliveries.load(saved.get("deliveries"))
        self.begun = utc_time(saved.get("begun")) or now
        self.proven = utc_time(saved.get("proven"))
        self.last = utc_time(saved.get("last")) or self.proven

    def receive(
        self, headers: Mapping[str, str], body: bytes, now: datetime | None = None
    ) -> Received:
        """Return what to answer, and the event if it is a new one that is genuine."""
        now = now or datetime.now(UTC)
        names = {name.lower(): value for name, value in headers.items()}
        if len(body) > MOST_OF_WEBHOOK:
            return self._wrong("too large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        if not verified(self._secret, body, names, weak=self._weak):
            return self._wrong(_NOT_SIGNED, HTTPStatus.UNAUTHORIZED)
        try:
            event = read_event(body, now)
        except ValueError:
            return self._wrong("malformed", HTTPStatus.ACCEPTED)
        if len(body) <= _MOST_RECORDED:
            self._messages.append(Message(now, event.vin or "", body))
        if not self.deliveries.is_new(*_ids(names, body)):
            self.counts["duplicate"] += 1
            return Received(HTTPStatus.ACCEPTED, event, duplicate=True)
        self._count(event)
        self.received += 1
        self.last = now
        if event.kind is EventKind.PING and not event.late:
            self.proven = now
        if event.late:
            self.counts["late"] += 1
        return Received(HTTPStatus.ACCEPTED, event)

    def newest(self, number: int) -> list[Message]:
        """Return the newest genuine deliveries as they came, also those that came again."""
        return [*self._messages][-number:] if number else []

    def _count(self, event: WebhookEvent) -> None:
        """Count an event; the first one of an unknown kind is logged."""
        self.counts[event.kind] += 1
        if event.word is not None:
            self.counts[event.word] += 1
            if self.counts[event.word] == 1:
                _LOGGER.info("High Mobility sent an event of an unknown kind: %s", event.word)

    def _wrong(self, why: str, status: HTTPStatus) -> Received:
        self.counts[why] += 1
        _LOGGER.debug("A delivery was not taken: %s", why)
        return Received(status)


def _ids(headers: Mapping[str, str], body: bytes) -> tuple[str, ...]:
    """Return the ids of a delivery: its own and, as that is not signed, one of its content.

    Two genuine ones are never the same, since they name the time to the microsecond.
    """
    found = headers.get(DELIVERY, "").strip()
    content = f"body:{sha256(body).hexdigest()}"
    timed = b'"received_at"' in body
    known = (f"id:{found}",) if _ID.fullmatch(found) else ()
    return (*known, content) if timed or not known else known
