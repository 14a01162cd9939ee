"""Words that are not redacted, even if a person or a place has that name.

They are those of attributes, enumerations and the catalogue, and common English words. Removing
"Home", "OPEN" or "Lock" would make a recording unreadable and protects nobody.
"""

from collections.abc import Iterator
from enum import StrEnum
from functools import cache
import re
from typing import Final

from . import attributes, commands, values
from .convert import NULL_WORDS
from .descriptors import DESCRIPTORS, PROPERTIES

_NAME_PART: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_A-Za-z]+")
_WORD: Final = re.compile(r"[^\W_]+")

_ENGLISH: Final = """
    activate at august auto automatically base black blue bluetooth boost bridgestone business
    capabilities car celsius city confirmed contact continental coolant cooper coupe deactivate
    dealer defrosting degrees description detail details dimension discharging double dunlop edrive
    emission errors fahrenheit fair falken false flat fluid fueling general goodyear gran group
    hankook hatch header heat home hospitality hour immediately initialization kilometer kumho label
    later loud may maybe metallic mhev michelin mile minute minutes missing motor mounted name
    nearly network night nokian none north office oil old other outside owner pads part parts pause
    personal petrol phev pirelli place plan planned point poor private production public pump purple
    quality radial ready record refresh region reservoir rex sdrive secure series severity signal
    silver slot some someday sometime soon sport supercharger supra tailgate test the title touch
    touring tread true turbo tyre tyres undefined value values warning washer washing week whisper
    white wireless word work workshop xdrive yokohama zone
    """


def split_name(name: str) -> list[str]:
    """Return the words of a camel-case name in lower case: "chargeAndClimate_ID" has four."""
    return [word.lower() for word in _NAME_PART.findall(name)]


def is_common(phrase: str) -> bool:
    """Return whether a phrase consists of common words only, separate or joined."""
    known = _known()
    words = [word.casefold() for word in _WORD.findall(phrase)]
    return "".join(words) in known or all(word in known for word in words)


@cache
def _known() -> frozenset[str]:
    found = {word.casefold() for text in _texts() for word in _WORD.findall(text)}
    found |= {word for text in _texts() for word in split_name(text)}
    joined = {"".join(_WORD.findall(text)).casefold() for text in _texts()}
    return frozenset(found | joined | set(_ENGLISH.split()))


def _texts() -> Iterator[str]:
    """Yield the members of all enumerations, and the names of attributes and descriptors."""
    for module in (attributes, commands, values):
        for kind in vars(module).values():
            if isinstance(kind, type) and issubclass(kind, StrEnum):
                yield from kind
    yield from NULL_WORDS
    yield from attributes.ATTRIBUTES
    for key, item in (*DESCRIPTORS.items(), *PROPERTIES.items()):
        yield from (key, *item.words)
