"""Redaction of secrets and personal data.

Everything in logs, exceptions, diagnostic files and fingerprints passes a `Redactor`. Replacements
keep the form of values, so that an anonymised response can be replayed: a VIN becomes an alias of
VIN form, the same one each time, and a position another position. In texts, known secrets and
recognised patterns are replaced. In recorded responses, keys are kept, but values only under the
paths that the source has declared harmless.
"""

from .personal import HIDDEN, SECRET, kind_of
from .redactor import Redactor, is_alias, vins_in
from .search_terms import Found, find

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
