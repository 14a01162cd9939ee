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
    account activate airport allee am an april at auf august auto automatically avenue away bahnhof
    base bei black blue bluetooth boost boulevard bridgestone bus business capabilities car celsius
    central city confirmed contact continental coolant cooper coordinates coupe currency deactivate
    dealer december defrosting degrees dem den depot der description detail details die dimension
    discharging double dunlop east edrive emission errors exchange fahrenheit fair falken false
    february firma flat fluid formatted fueling garage gasse general goodyear gran group guest guide
    hankook hatch haus header heat hint holiday home hospitality hotel hour house im immediately
    initialization international january july june kilometer kumho label land lane later latitude
    links longitude loud main march market may maybe metallic mhev michelin mile minute minutes
    missing mitte motor mounted municipality name nearly network night nokian none nord north
    november october office oil old ost other otto outside owner pads park part parts pause personal
    petrol phev pirelli place plan planned platz point pool poor private production public pump
    purple quality radial ready rechts record refresh region reservations reservoir rest rex ring
    road school sdrive secure september series severity shop signal silver site slot some someday
    sometime soon south space sport square stadt strasse straße street supercharger supra süd
    tailgate test the title today tomorrow topic tor touch touring town tread true turbo tyre tyres
    undefined urban user vacation value values village visit visits vom von warning washer washing
    way week weg west whisper white wireless word work workshop world xdrive yesterday yokohama
    zentrum zone zu zum zur
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
