"""The one place where secrets are taken out of what people may see.

Whatever goes to a log, an exception, a diagnostic file or a fingerprint passes a `Redactor`.
Replacements keep their form, so that an anonymised answer still replays: a VIN becomes another
VIN-like text, the same one each time, and a position another position.
"""

from collections import deque
from collections.abc import Iterator, Mapping
import re
from typing import Final

type Json = Mapping[str, Json] | list[Json] | str | int | float | bool | None

HIDDEN: Final = "**REDACTED**"

_PASSING: Final = 8
_DEEPEST: Final = 50

_VIN: Final = re.compile(
    r"(?<![A-Z0-9])(?=[A-Z]*\d)[A-HJ-NPR-Z0-9]{3}[A-Z0-9]{14}(?![A-Z0-9])", re.IGNORECASE
)
_ALIAS: Final = re.compile(r"[A-Z0-9]{3}0FINGERPRINT\d{2,}")
_TOKEN: Final = re.compile(
    r"\beyJ[\w-]+(?:\.[\w-]+)*|\bP1_[\w.-]+|(?<=Bearer )\S+|(?<=Basic )\S+", re.ASCII
)
_EMAIL: Final = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")

_BY_KEY: Final[Mapping[str, str | float]] = {
    "lat": 12.3456,
    "latitude": 12.3456,
    "lon": 34.5678,
    "mapmatchedlatitude": 12.3456,
    "mapmatchedlongitude": 34.5678,
    "lng": 34.5678,
    "longitude": 34.5678,
    "altitude": 123,
    "heading": 123,
    "licenseplate": "some_license_plate",
    "name": "some_name",
    "firstname": "some_name",
    "lastname": "some_name",
    "city": "some_city",
    "municipality": "some_city",
    "street": "some_street",
    "streetaddress": "some_street",
    "streetnumber": "999",
    "housenumber": "999",
    "postalcode": "some_postal_code",
    "phone": "some_phone",
    "phonenumber": "some_phone",
    "mobile": "some_phone",
    "mobilenumber": "some_phone",
    "address": "some_formatted_address",
    "formatted": "some_formatted_address",
    "formattedaddress": "some_formatted_address",
    "providername": "some_provider",
    "preferredsevicepartner": "some_dealer",
    "subtitle": "some_subtitle",
    **dict.fromkeys(
        (
            "accesstoken",
            "authorization",
            "captchatoken",
            "clientsecret",
            "code",
            "email",
            "fullsalist",
            "gcid",
            "hcaptchatoken",
            "idtoken",
            "password",
            "refreshtoken",
            "sessionid",
            "username",
            "usid",
            "vehicleidwithgcid",
        ),
        HIDDEN,
    ),
}


class Redactor:
    """Knows the secrets of one account and takes them out of texts and JSON."""

    def __init__(self) -> None:
        """Start without knowing any secret; VINs, tokens and e-mail addresses are recognised."""
        self._secrets: set[str] = set()
        self._passing: deque[str] = deque(maxlen=_PASSING)
        self._aliases: dict[str, str] = {}

    def learn(self, *secrets: str | None) -> None:
        """Remember texts that must never be seen; very short ones are left alone."""
        self._secrets.update(secret for secret in secrets if secret and len(secret) >= 4)

    def learn_passing(self, *secrets: str | None) -> None:
        """Remember secrets that others will replace: only the newest ones matter."""
        self._passing.extend(secret for secret in secrets if secret and len(secret) >= 4)

    def alias(self, vin: str) -> str:
        """Return what stands for a VIN: its first three characters and a number.

        What has that form already stays as it is; no real VIN has, since none has an "I".
        """
        key = vin.upper()
        if _ALIAS.fullmatch(key):
            return key
        if key not in self._aliases:
            self._aliases[key] = f"{key[:3]}0FINGERPRINT{len(self._aliases) + 1:02}"
        return self._aliases[key]

    def text(self, text: str) -> str:
        """Take everything secret out of a text."""
        for secret in sorted({*self._secrets, *self._passing}, key=len, reverse=True):
            text = text.replace(secret, HIDDEN)
        text = _TOKEN.sub(HIDDEN, text)
        text = _EMAIL.sub(HIDDEN, text)
        return _VIN.sub(lambda match: self.alias(match[0]), text)

    def data(self, value: object, depth: int = 0) -> Json:
        """Take everything secret out of JSON: by key, and out of every text in it.

        What lies deeper than 50 levels is left out.
        """
        if isinstance(value, str):
            return self.text(value)
        if depth > _DEEPEST:
            return HIDDEN
        if isinstance(value, Mapping):
            return dict(self._items(value, depth + 1))
        if isinstance(value, list | tuple | set | frozenset):
            return [self.data(item, depth + 1) for item in value]
        if value is None or isinstance(value, bool | int | float):
            return value
        return self.text(str(value))

    def _items(self, value: Mapping[object, object], depth: int) -> Iterator[tuple[str, Json]]:
        for key, item in value.items():
            *path, word = str(key).replace("_", "").replace("-", "").lower().split(".")
            hidden = None if item is None else _BY_KEY.get(word)
            inner = word == "address" and isinstance(item, Mapping)
            if hidden is not None and path and isinstance(item, Mapping):
                yield str(key), self.data(_measured(item, hidden), depth)
            elif hidden is not None and not inner:
                yield self.text(str(key)), hidden
            elif word == "coordinates" and isinstance(item, list | tuple):
                yield str(key), [0.0 for _ in item]
            else:
                yield self.text(str(key)), self.data(item, depth)


def _measured(item: Mapping[object, object], hidden: str | float) -> Mapping[object, object]:
    """Hide the value of a descriptor of CarData, which is a number, or one in a text."""
    value = item.get("value")
    if value is None:
        return item
    return {**item, "value": str(hidden) if isinstance(value, str) else hidden}
