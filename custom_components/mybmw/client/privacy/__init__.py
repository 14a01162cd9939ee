"""The one place where secrets are taken out of what people may see.

Whatever goes to a log, an exception, a diagnostic file or a fingerprint passes a `Redactor`.
Replacements keep their form, so that an anonymised answer still replays: a VIN becomes another
VIN-like text, the same one each time, and a position another position.
"""

from .needles import Found, find
from .personal import HIDDEN, SECRET, kind_of
from .redactor import Redactor, is_alias, vins_in

__all__ = [
    "HIDDEN",
    "SECRET",
    "Found",
    "Redactor",
    "find",
    "is_alias",
    "kind_of",
    "vins_in",
]
