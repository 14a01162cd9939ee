"""Parse the fault memory, which BMW sends in many forms: lists, objects and texts of codes."""

from collections.abc import Mapping
import re
from typing import Final

import orjson

_MAX_DEPTH: Final = 8
_MAX_LENGTH: Final = 40
_CODE: Final = r"(?:0x)?(?:[0-9a-f]{4}|[0-9a-f]{6}|[0-9a-f]{8})|[pcbu][0-9a-f]{4}(?:-[0-9a-f]{2})?"
_CODES: Final = re.compile(_CODE, re.IGNORECASE)
_CONTROL_UNIT: Final = re.compile(r"[0-9a-z_]{1,8}", re.IGNORECASE)
_TAGGED: Final = re.compile(rf"""(?:>|code=["'])\s*({_CODE})\s*[<"']""", re.IGNORECASE)
_BETWEEN_FAULTS: Final = re.compile(r"[;\n\r|]")
_BETWEEN_WORDS: Final = re.compile(r"""[\s,:/'"]+""")
_NAMES: Final = re.compile(r"code|dtc|fault", re.IGNORECASE)


def fault_codes(value: object) -> list[str]:
    """Return one text for each fault; raise ValueError for an unknown form of fault memory."""
    if isinstance(value, str):
        return _of_text(value.strip(), 0)
    found = _inside(value, 0, listed=False)
    if found is None:
        raise ValueError("no faults")
    return found


def _of_text(text: str, depth: int) -> list[str]:
    """Return the faults in JSON, XML or a text of codes with separators."""
    if not text:
        return []
    try:
        decoded: object = orjson.loads(text)
    except orjson.JSONDecodeError:
        decoded = None
    if isinstance(decoded, (list, dict)):
        found = _inside(decoded, depth, listed=False)
    elif isinstance(decoded, str) and depth < _MAX_DEPTH:
        found = _of_text(decoded.strip(), depth + 1)
    elif text.startswith("<"):
        found = _TAGGED.findall(text) or None
    elif text.startswith("[") and text.endswith("]"):
        found = _listed(text[1:-1])
    else:
        found = _listed(text)
    if found is None:
        raise ValueError("no faults")
    return found


def _listed(text: str) -> list[str] | None:
    """Return the codes in a text; each may follow the number or name of its control unit."""
    faults = (_BETWEEN_WORDS.split(part.strip(" \t,")) for part in _BETWEEN_FAULTS.split(text))
    records = [words for words in faults if any(words)]
    found = [code for words in records for code in _codes(words)]
    words = (word for words in records for word in words if word)
    usual = all(_CODES.fullmatch(word) or _CONTROL_UNIT.fullmatch(word) for word in words)
    return found if found and usual else None


def _codes(words: list[str]) -> list[str]:
    """Return the codes of a record; the shorter one of two codes is a control unit."""
    codes = [word for word in words if _CODES.fullmatch(word)]
    pair = len(codes) == len(words) == 2 and len(codes[0]) < len(codes[1])
    return codes[1:] if pair else codes


def _inside(value: object, depth: int, *, listed: bool) -> list[str] | None:
    """Return the faults in a value; every item of a list is at least one."""
    if depth > _MAX_DEPTH:
        raise ValueError("too deep")
    if isinstance(value, list):
        parts = (_inside(item, depth + 1, listed=True) for item in value)
        return [code for part in parts for code in part or ()]
    if isinstance(value, dict):
        return _of_object(value, depth, listed=listed)
    return _of_item(value, depth) if listed and value not in (None, "") else None


def _of_object(fields: Mapping[str, object], depth: int, *, listed: bool) -> list[str] | None:
    """Return the faults of an object, which is a single one or contains lists of them."""
    for name, item in fields.items():
        if isinstance(item, str) and _NAMES.search(name) and (codes := _listed(item)):
            return codes
    parts = [_inside(item, depth + 1, listed=False) for item in fields.values()]
    known = [part for part in parts if part is not None]
    if known:
        return [code for part in known for code in part]
    named = (item for name, item in fields.items() if _NAMES.search(name))
    label = next(named, next(iter(fields.values()), "?"))
    return [str(label)[:_MAX_LENGTH]] if listed else None


def _of_item(value: object, depth: int) -> list[str]:
    """Return the faults of an item of a list; one of unknown form is a single fault."""
    text = str(value).strip()
    try:
        return _of_text(text, depth + 1)
    except ValueError:
        return [text[:_MAX_LENGTH]]
