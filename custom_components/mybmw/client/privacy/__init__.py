"""The one place where secrets are taken out of what people may see.

Whatever goes to a log, an exception, a diagnostic file or a fingerprint passes a `Redactor`.
Replacements keep their form, so that an anonymised answer still replays: a VIN becomes another
VIN-like text, the same one each time, and a position another position. From texts and reports of
our own it takes what it was told and what it recognises. Of recorded answers it keeps the keys,
and values only under the paths that the source has said to be harmless.
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
