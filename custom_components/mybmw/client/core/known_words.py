"""Reduce messages of servers to words that are known to be harmless.

BMW's messages may contain a name, an address, a licence plate or a phone number anywhere. So all
words that are not listed are omitted, and all numbers but times and error codes.
"""

import re
from typing import Final

from .common_words import split_name

_ELLIPSIS: Final = "…"
_PUNCTUATION: Final = f" .,;:!?。，！？；：()[]{{}}+@/'\"\n{_ELLIPSIS}"
_MAX_LENGTH: Final = 2_000
_CODE: Final = re.compile(r"[A-Z]{2,4}-\d{3}")
_PART: Final = re.compile(
    r"(?P<code>(?<![\w-])[A-Z]{2,4}-\d{3}(?![\w-]))"
    r"|(?P<time>(?<![\w:.])\d{1,4}:\d\d:\d\d(?![\w:]))"
    r"|(?P<wait>\bin \d{1,6}(?:\.\d{1,3})? s(?:ec(?:ond)?s?)?\b)"
    r"|(?P<word>[^\W_]+)",
    re.IGNORECASE,
)
_OMITTED: Final = re.compile(rf"{_ELLIPSIS}(?:[^\w{_ELLIPSIS}()]*{_ELLIPSIS})+")

_KNOWN: Final = """
    a about access accessed account action activate activated active adaptors additional after again
    all already also an and another answer any api app application are argument arguments as asleep
    at attribute attributes authentication authorization authorize authorized available away bad
    base battery be because been before being between bit blocked body bool broken busy but by bytes
    call called calls can cancel canceled cancelled cannot captcha car carried carry cars charge
    charged charger charging cipher client climate close closed code codec command complete
    completed condition conditions configuration connect connected connection container containers
    content contract convert could credentials currently customer daily data decode deleted
    delivered denied descriptor descriptors device dict did disabled divide division do does door
    doors down driving due during empty enabled encode end ended endpoint engine error errors event
    exceed exceeded exception execute executed execution exist existing exists expect expected
    expired expires fail failed failure false faultstring feature few field find finished flap float
    flow for forbidden form format forward found from function gateway generic get gets given got
    has have hcaptcha header headers high horn host http https id if ignition illegal implemented in
    inactive incorrect index indices information initiated input instance int integer internal into
    invalid invoke is it iterable iteration its key keymanagement keys keyword kind known large last
    later length level lights limit limits list literal load location lock locked locking login long
    low maintenance malformed many maximum message messages messaging method minute minutes missing
    mode moment more most moving much must name named network never new no none not nothing notset
    null number object of off ok on once only open opened operation option or order out over pack
    page paging parameter parameters parked parse partner password path pending per perform
    performed permission permissions permitted picture place please plugged policies port positional
    possible preconditioning present privacy problem process processed profile provided quota range
    rate ratelimit reach reachable reached read ready reason received refresh refused rejected
    remain remaining remote replenished request requested requests require required reset resource
    response result retry returned revoked right rights running same scope scopes script second
    seconds security see send sent server service services session set setting settings should
    signal slice slow socket some something soon specified start started state status steering stop
    stopped str stream string subscribed subscription succeeded success such support supported
    system target technical telematics temporarily than that the their them there they this time
    timed timeout timer to today token too true try tuple type unable unauthorized unavailable
    unexpected unhandled unhashable uniquely unit unknown unlock unlocked unlocking unpack unplugged
    unsupported until up update updated use used user valid value values vehicle vehicles version
    vin volume wait waiting wakeup was went were when which while window windows with within without
    word wrong yet you your zero
    """
_WORDS: Final = frozenset(_KNOWN.split())
# First names too, so known in lower case only
_ALSO_NAMES: Final = frozenset({"grant", "may", "will"})


def known_words(text: str) -> str:
    """Return the known words of a text, with "…" for omitted ones; "" if none is known."""
    shown = _OMITTED.sub(_ELLIPSIS, _PART.sub(_part, text[:_MAX_LENGTH]))
    return shown if shown.strip(_PUNCTUATION) else ""


def error_code(value: object) -> str:
    """Return an error code of BMW, such as "CU-104"; "" for any other value."""
    return value if isinstance(value, str) and _CODE.fullmatch(value) else ""


def _part(match: re.Match[str]) -> str:
    word = match["word"]
    return match[0] if word is None or _is_known(word) else _ELLIPSIS


def _is_known(word: str) -> bool:
    if not word.isascii() or not word.isalpha():
        return False
    parts = split_name(word)
    return word in _ALSO_NAMES or word.lower() in _WORDS or _WORDS.issuperset(parts)
