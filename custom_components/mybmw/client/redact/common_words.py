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

from .. import attributes, commands, values
from ..convert import NULL_WORDS
from ..descriptors import DESCRIPTORS

_HUMP: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_A-Za-z]+")
_WORD: Final = re.compile(r"[^\W_]+")

_EVERYDAY: Final = """
    ab account action activate active address airport allee am an april asn at auf august auto
    automatic automatically avenue away bahnhof base battery bei black blue bluetooth bmw bmwi boost
    boulevard brake bridgestone bus business cabin cable capabilities car carcass celsius central
    charge charger charging chargingactive chargingended chargingerror check city closed code color
    conductive confirmed connected contact continental conv coolant cooper coordinates country coupe
    currency current customer data deactivate deactive dealer december default defrosting degrees
    dem den depot der description detail details die dimension discharging door doorsonly
    doorstiltcabin double drive driver dunlop east edrive eighty electric emergency emission energy
    engine entryevo error errors exchange fahrenheit fair falken false february finished firma flat
    fluid formatted friday front fuel fueling full furlongs garage gasse gcid general goodyear gran
    green grey group guest guide hand hankook hatch haus header heat high hint holiday home
    hospitality hotel hour house idcevo im immediately initialization international invalid isfalse
    istrue isunknown january july june key kilometer km kumho label land lane later latitude left
    level light links list location lock longitude loud low main manual manufacturer march market
    may maybe medium message metallic mhev michelin mild mile mini minute minutes missing mitte mode
    model monday month motor mounted municipality name nearly network night nokian none nord normal
    north not november null number october office oil old once ost other otto outside owner pads
    park parking part parts pause percent personal petrol phev phone pirelli place plan planned
    platz plausible plug point pool poor position power price private production profile public pump
    purple quality radial range ready rear rechts record red refresh region remote replace
    reservations reservoir rest rex right ring road roof saturday school sdrive season second secure
    security september series service severity shop signal silver since site slot some someday
    sometime soon south space speed sport square stadt standard state station statutory steering
    strasse straße street summer sunday supercharger supra system süd tailgate temperature test the
    thursday time timer title today tomorrow topic tor touch touring town tread trip true tuesday
    turbo type tyre tyres unarmed undefined unit unknown unlock update urban user vacation value
    values vehicle vehicletuv village visit visits vom von warning washer washing way wednesday week
    weg west wheel whisper white window winter wireless word work workshop world xdrive year yellow
    yesterday yokohama zentrum zone zu zum zur
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
