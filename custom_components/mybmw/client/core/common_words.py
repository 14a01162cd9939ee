"""Words that are too common to be looked for, even if somebody or some place has that name.

They are the words of the vocabulary and the catalogue, and a few of everyday life. To take
"Home", "OPEN" or "Lock" out of a recording would take the meaning out of it, and tells nobody
anything.
"""

from collections.abc import Iterator
from enum import StrEnum
from functools import cache
import re
from typing import Final

from . import attributes, commands, values
from .convert import NULL_WORDS
from .descriptors import DESCRIPTORS

_HUMP: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_A-Za-z]+")
_WORD: Final = re.compile(r"[^\W_]+")

_EVERYDAY: Final = """
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


def humps(name: str) -> list[str]:
    """Return the words of a name in lower case: "chargeAndClimate_ID" has four."""
    return [word.lower() for word in _HUMP.findall(name)]


def is_common(phrase: str) -> bool:
    """Tell whether a phrase is made of common words alone, as they stand or put together."""
    known = _known()
    words = [word.casefold() for word in _WORD.findall(phrase)]
    return "".join(words) in known or all(word in known for word in words)


@cache
def _known() -> frozenset[str]:
    found = {word.casefold() for text in _texts() for word in _WORD.findall(text)}
    found |= {word for text in _texts() for word in humps(text)}
    joined = {"".join(_WORD.findall(text)).casefold() for text in _texts()}
    return frozenset(found | joined | set(_EVERYDAY.split()))


def _texts() -> Iterator[str]:
    """Yield the words of all enumerations, and the names of attributes and descriptors."""
    for module in (attributes, commands, values):
        for kind in vars(module).values():
            if isinstance(kind, type) and issubclass(kind, StrEnum):
                yield from kind
    yield from NULL_WORDS
    yield from attributes.ATTRIBUTES
    for key, item in DESCRIPTORS.items():
        yield from (key, *item.words)
