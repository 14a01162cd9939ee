"""Why an attribute of a car has its value, an old one, or none: causes and their texts.

The texts are those of the command line. Home Assistant has them, and other languages, in its
translations.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple

LONGEST: Final = 200
"""The maximum length of the text of an explanation."""


class ValueState(StrEnum):
    """Whether there is a value, and whether it is current."""

    FRESH = "fresh"
    CONSTANT = "constant"
    OLD = "old"
    MISSING = "missing"


class Way(StrEnum):
    """How a value came."""

    STREAM = "stream"
    REQUEST = "request"
    JOURNAL = "journal"


class Cause(StrEnum):
    """Why a value is old or missing, or what is wrong with a car or an account."""

    ASLEEP = "asleep"
    UNCHANGED = "unchanged"
    ON_REQUEST = "on_request"
    NOT_REPORTED = "not_reported"
    SELDOM_ASKED = "seldom_asked"
    TRIP_END = "trip_end"
    STREAM_OFF = "stream_off"
    STREAM_LOST = "stream_lost"
    STREAM_TAKEN = "stream_taken"
    STREAM_REFUSED = "stream_refused"
    NOT_SUBSCRIBED = "not_subscribed"
    NEVER_SENT = "never_sent"
    NOT_SELECTED = "not_selected"
    NOT_SENT = "not_sent"
    NOT_FITTED = "not_fitted"
    NO_VALUE = "no_value"
    EVENT_ONLY = "event_only"
    UNUSABLE = "unusable"
    IMPLAUSIBLE = "implausible"
    REFUSED = "refused"
    FAULTY = "faulty"
    NOT_ASKED = "not_asked"
    NO_CONTAINER = "no_container"
    ENDED = "ended"
    UNCONFIRMED = "unconfirmed"
    LOGIN_NEEDED = "login_needed"
    BLOCKED = "blocked"
    NOT_ALLOWED = "not_allowed"
    NOT_MAIN_USER = "not_main_user"
    NOT_OFFERED = "not_offered"
    NOT_LISTED = "not_listed"
    WAITING = "waiting"
    SILENT = "silent"
    FAILED = "failed"
    NETWORK = "network"
    OUTAGE = "outage"
    QUOTA = "quota"
    PRIVACY = "privacy"
    MOTORCYCLE = "motorcycle"
    NEEDS_SOURCE = "needs_source"
    SOURCE_REMOVED = "source_removed"
    OPTION_OFF = "option_off"
    POSITION_OFF = "position_off"
    NO_RECORDS = "no_records"
    NOT_ENOUGH = "not_enough"
    NO_COMMAND = "no_command"
    ENTITY_DISABLED = "entity_disabled"


class Explanation(NamedTuple):
    """What is known of an attribute of a car: one of the `causes`, none if the value is current.

    `time` is when the value was measured, `source` and `way` are where it came from. `details` fill
    in the texts.
    """

    state: ValueState
    causes: tuple[Cause, ...] = ()
    time: datetime | None = None
    source: str | None = None
    way: Way | None = None
    details: Mapping[str, str] = MappingProxyType({})


TEXTS: Final[Mapping[str, str]] = {
    ValueState.FRESH: "Current, as of {time}, from {source}{way}",
    ValueState.CONSTANT: "This does not change; {source} gave it at {time}",
    ValueState.OLD: "Old, as of {time}: {cause}",
    ValueState.MISSING: "No value: {cause}",
    "either": "either {first}, or {second}",
    "by_stream": ", streamed by the car",
    "by_request": ", on request",
    "by_journal": ", worked out from what was reported",
    "well": "As far as is known, nothing is wrong",
    Cause.ASLEEP: "the car is asleep and sends again when it is unlocked, driven or charged",
    Cause.UNCHANGED: "the car sends it only when it changes",
    Cause.ON_REQUEST: "only requests bring it, a few a day",
    Cause.NOT_REPORTED: "the car has reported nothing newer: it is asleep, or has no reception",
    Cause.SELDOM_ASKED: "{source} is asked only now and then",
    Cause.TRIP_END: "the car sends it only at the end of a trip",
    Cause.STREAM_OFF: "there is no stream, so only requests bring it",
    Cause.STREAM_LOST: "the stream is interrupted; it reconnects automatically",
    Cause.STREAM_TAKEN: "another program has taken over the stream of this account",
    Cause.STREAM_REFUSED: "BMW refuses the connection of the stream",
    Cause.NOT_SUBSCRIBED: "CarData Stream is not subscribed in BMW's portal",
    Cause.NEVER_SENT: "the car has sent nothing so far: it sleeps, or no data are selected for it",
    Cause.NOT_SELECTED: "it is not among the data selected in BMW's portal",
    Cause.NOT_SENT: "this kind of car does not send it",
    Cause.NOT_FITTED: "a car with this drive does not have it",
    Cause.NO_VALUE: "{source} was asked and has no value of it for this car",
    Cause.EVENT_ONLY: "the car reports it only when it happens",
    Cause.UNUSABLE: "what the car has sent for it contains no value",
    Cause.IMPLAUSIBLE: "{count} impossible values were received and ignored",
    Cause.REFUSED: "BMW refuses to give it out ({code})",
    Cause.FAULTY: "{source} reports an error in place of a value ({code})",
    Cause.NOT_ASKED: "{source} has not been asked for it yet",
    Cause.NO_CONTAINER: "other programs use all ten containers, so no request can bring it",
    Cause.ENDED: "the last value has ended, and there is no new one",
    Cause.UNCONFIRMED: "a command was sent, and the car has not confirmed it yet",
    Cause.LOGIN_NEEDED: "{source} needs a new login",
    Cause.BLOCKED: "{source} refuses all programs but its own app",
    Cause.NOT_ALLOWED: "{source} does not let this account read the car",
    Cause.NOT_MAIN_USER: "this account is not the main user of the car",
    Cause.NOT_OFFERED: "BMW has no data of this car, for its market, equipment or contract",
    Cause.NOT_LISTED: "the car is not in this account any more",
    Cause.WAITING: "the owner has yet to approve it",
    Cause.SILENT: "there was no stream and no successful request for 48 hours",
    Cause.FAILED: "the last request failed",
    Cause.NETWORK: "the network of your home does not reach {source}",
    Cause.OUTAGE: "{source} is out of order",
    Cause.QUOTA: "the requests of the day are used up",
    Cause.PRIVACY: "the car keeps its data private",
    Cause.MOTORCYCLE: "BMW has no stream for motorcycles, so only requests bring it",
    Cause.NEEDS_SOURCE: "only {sources} can have it, and is not set up",
    Cause.SOURCE_REMOVED: "{source} brought it, and is not set up any more",
    Cause.OPTION_OFF: "the options of the account leave it out",
    Cause.POSITION_OFF: "the option to track the position is switched off",
    Cause.NO_RECORDS: "it follows from trips or charges, and none is recorded yet",
    Cause.NOT_ENOUGH: "the trips, charges and prices known so far are not enough for it",
    Cause.NO_COMMAND: "no such command has been sent yet",
    Cause.ENTITY_DISABLED: "its entity is disabled",
}
"""The texts in English; those of causes are parts of a sentence."""


def text_of(
    explanation: Explanation,
    zone: tzinfo | None = None,
    texts: Mapping[str, str] = TEXTS,
    name: Callable[[str], str] = str,
) -> str:
    """Return an explanation as one sentence, with times in a zone; `name` returns that of a source.

    A missing text is taken from the English ones.
    """
    all_texts = {**TEXTS, **texts}
    words = {key: name(value) for key, value in explanation.details.items() if key == "source"}
    words = {"source": name(explanation.source or "")} | {**explanation.details} | words
    if "sources" in words:
        words["sources"] = " / ".join(map(name, words["sources"].split()))
    if explanation.time is not None:
        words["time"] = f"{explanation.time.astimezone(zone):%Y-%m-%d %H:%M}"
    words["way"] = all_texts[f"by_{explanation.way}"] if explanation.way else ""
    causes = [all_texts[cause].format_map(words) for cause in explanation.causes]
    words["cause"] = either(causes, all_texts)
    sentence = all_texts[explanation.state].format_map(words).strip()
    return f"{sentence}."[:LONGEST]


def either(causes: list[str], texts: Mapping[str, str] = TEXTS) -> str:
    """Return the texts of possible causes as one."""
    if len(causes) < 2:
        return "".join(causes)
    return texts["either"].format(first=causes[0], second=causes[1])
