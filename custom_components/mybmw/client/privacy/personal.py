"""Kinds of personal data in JSON, recognised by key, and their replacements.

Replacements keep the form, so that recordings can be replayed: a number stays a number, a text a
text, a position a position, and a word for "no value" is kept.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum, auto
from functools import lru_cache
from math import inf, isfinite
import re
from typing import Final

from ..core.common_words import split_name
from ..core.convert import NULL_WORDS
from ..core.json_paths import END, Paths, child

HIDDEN: Final = "**REDACTED**"

_PLURALS: Final = ("", "s", "es")
_VIN: Final = re.compile(r"(?=\D*\d)[A-Z0-9]{17}")
_PAIR: Final = re.compile(r"\s*[-+]?\d+(?:\.\d+)?[\s,;/]+[-+]?\d+(?:\.\d+)?\s*")

_NOT_PERSONAL: Final = frozenset(("country", "date", "time", "timestamp", "unit", "units"))


class Trace(StrEnum):
    """How values of a kind are searched for in the rest of a recording (`search_terms`)."""

    NONE = auto()
    WORDS = auto()
    CODE = auto()
    PLACE = auto()


@dataclass(frozen=True, slots=True, eq=False)
class Personal:
    """One kind of personal data; `text` replaces texts, `number` numbers.

    A number outside `low` and `high` becomes `wrong`, so that an invalid position stays invalid.
    """

    text: str = HIDDEN
    number: float = 999
    trace: Trace = Trace.NONE
    low: float = -inf
    high: float = inf
    wrong: float = 999

    @property
    def measured(self) -> bool:
        """Whether values are numbers, also where they are written as text."""
        return self.low > -inf


UNKNOWN: Final = Personal()
"""The kind of values whose path is not known; they may be personal."""

LATITUDE: Final = Personal(number=12.3456, trace=Trace.PLACE, low=-90, high=90)
LONGITUDE: Final = Personal(number=34.5678, trace=Trace.PLACE, low=-180, high=180)
ALTITUDE: Final = Personal(number=123, low=-500, high=9_000, wrong=99_999)
HEADING: Final = Personal(number=123, low=0, high=360)
NAME: Final = Personal("some_name", trace=Trace.WORDS)
CITY: Final = Personal("some_city", trace=Trace.WORDS)
STREET: Final = Personal("some_street", trace=Trace.WORDS)
ADDRESS: Final = Personal("some_formatted_address", trace=Trace.WORDS)
STREET_NUMBER: Final = Personal("999")
POSTAL_CODE: Final = Personal("some_postal_code", trace=Trace.CODE)
PHONE: Final = Personal("some_phone", trace=Trace.CODE)
PLATE: Final = Personal("some_license_plate", trace=Trace.CODE)
SECRET: Final = Personal(trace=Trace.CODE)
OPTIONS: Final = Personal(trace=Trace.CODE)
ID: Final = Personal(trace=Trace.CODE)
LOCATION: Final = Personal("some_formatted_address", trace=Trace.WORDS)
PERSON: Final = Personal("some_name", trace=Trace.WORDS)


def _table(kinds: Mapping[Personal, str], endings: Sequence[str] = ("",)) -> Mapping[str, Personal]:
    return {
        f"{word}{ending}": kind
        for kind, words in kinds.items()
        for word in words.split()
        for ending in endings
    }


# Keys in lower case without digits, "_" and "-"; the last step of descriptors
_WHOLE: Final = _table(
    {
        ALTITUDE: "elevation",
        NAME: "name nickname operator subtitle",
        ADDRESS: "formatted",
        SECRET: "code pin sub",
    }
)
# Keys that are not descriptors: windows have a position, errors a code
_ALONE: Final = _table({LOCATION: "geometry gps position", ID: "code"})
# Keys, and endings of keys, such as "homeCity"
_ENDINGS: Final = _table(
    {
        LATITUDE: "lat latitude",
        LONGITUDE: "lon lng longitude",
        ALTITUDE: "altitude",
        HEADING: "heading",
        NAME: "alias carname companyname contractholder customername dealername displayname"
        " drivername familyname firstname forename friendlyname fullname givenname lastname"
        " middlename operatorname ownername preferredservicepartner preferredsevicepartner"
        " providername screenname surname vehiclename",
        CITY: "city cityname county locality municipality suburb town village",
        STREET: "addressline street streetaddress streetname",
        STREET_NUMBER: "houseno housenumber streetnumber",
        POSTAL_CODE: "plz postalcode postcode zip zipcode",
        PHONE: "fax mobile mobileno mobilenumber mobilephone msisdn phone phonenumber telephone",
        ADDRESS: "destinationname formattedaddress locationname placename poiname stationname",
        PLATE: "kennzeichen licenceplate licenceplatenumber licenseplate licenseplatenumber"
        " numberplate plate platenumber registrationnumber regno",
        SECRET: "accountid apikey authorization bearer birthdate birthday bssid clientid contractid"
        " contractnumber cookie customerid customernumber dateofbirth dob email emaid entityid"
        " evcoid gcid geohash iccid imei imsi ipaddress jwt macaddress mail passport password"
        " pluscode polyline secret secretkey serialnumber sessionid ssid ssn token ucid userid"
        " username usid vehicleid",
        OPTIONS: "optionalequipment optioncode salist",
    },
    _PLURALS,
)
# Endings of keys of objects and lists that contain data about a place or a person
_AROUND: Final = _table(
    {
        LOCATION: "address chargingstation coord coordinate destination"
        " geolocation geopoint location place poi",
        PERSON: "contact customer dealer dealership driver owner partner person retailer user",
    },
    _PLURALS,
)
_OF_PERSONS: Final[Mapping[str, Personal]] = {
    "name": NAME,
    **dict.fromkeys(("code", "id", "no", "nr", "number"), SECRET),
}


@lru_cache(4096)
def kind_of(key: str) -> Personal | None:
    """Return the kind of data under a key, None if it is not personal, as for a VIN as key."""
    if _VIN.fullmatch(key):
        return None
    *path, last = key.split(".")
    words = [word for word in split_name(last) if word.isalpha() and word != "e"]
    whole = "".join(words)
    if path:
        return _WHOLE.get(whole) or _ENDINGS.get(whole)
    if whole in _WHOLE or whole in _ALONE:
        return _ALONE.get(whole) or _WHOLE[whole]
    for start in range(max(0, len(words) - 3), len(words)):
        ending = "".join(words[start:])
        if ending in _ENDINGS or ending in _AROUND:
            return _ENDINGS.get(ending) or _AROUND[ending]
    last = words[-1] if words else ""
    if last in _OF_PERSONS and any(_AROUND.get(word) is PERSON for word in words):
        return _OF_PERSONS[last]
    return ID if last in ("guid", "id", "ids", "uuid") else None


def parts(
    value: Mapping[object, object], within: Personal | None, paths: Paths | None
) -> Iterator[tuple[str, object, Personal | None, Paths | None]]:
    """Yield key, item, kind and subtree of paths for each item of an object.

    Items at the end of a path are not personal. Items within personal data are personal, unless
    their own key is not. Without paths, an integer under a descriptor is a count.
    """
    for key, item in value.items():
        name = str(key)
        inner = None if paths is None else child(paths, name)
        counted = paths is None and "." in name and isinstance(item, int)
        if counted or (inner and END in inner):
            kind = None
        else:
            kind = kind_of(name) or (None if _NOT_PERSONAL & set(split_name(name)) else within)
        yield name, item, kind, inner


def stand_in(kind: Personal, value: str) -> str | None:
    """Return the replacement of a text, None if it may stay."""
    word = value.strip()
    if word.upper() in NULL_WORDS:
        return None
    amount = _number(word) if kind.measured else None
    if amount is not None:
        return f"{number_for(kind, amount):g}"
    if kind is LOCATION and _PAIR.fullmatch(word):
        return f"{LATITUDE.number},{LONGITUDE.number}"
    return kind.text


def number_for(kind: Personal, value: float) -> float:
    """Return the replacement of a number."""
    if kind.trace is Trace.PLACE and value == 0:
        return value
    return kind.number if kind.low <= value <= kind.high else kind.wrong


def _number(text: str) -> float | None:
    try:
        amount = float(text)
    except ValueError:
        return None
    return amount if isfinite(amount) else None
