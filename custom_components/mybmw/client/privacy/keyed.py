"""Find and redact keys with their values in texts, such as URLs and incomplete JSON."""

from collections.abc import Iterator
import re
from typing import Final
from urllib.parse import unquote_plus

from .personal import HIDDEN, Personal, kind_of, number_for, stand_in

_KEYED: Final = re.compile(
    r"(?<![\w-])(?P<key>[A-Za-z][\w-]{1,40})(?:"
    r"(?P<equals>=)(?P<plain>[^&;#,\s\"'<>)\\]+)"
    r"|(?P<colon>\\*[\"']\s*:\s*)(?:"
    r"(?P<quote>\\*[\"'])(?P<quoted>.*?)(?:(?P=quote)|$)"
    r"|(?P<number>-?\d+(?:\.\d+)?)|(?P<inner>\{[^{}]*\}?|\[[^\[\]]*\]?))"
    r"|(?P<says>\s*:\s*)(?P<measured>-?\d+\.\d+))",
    re.DOTALL,
)


def keyed(text: str) -> Iterator[tuple[Personal, str]]:
    """Yield the personal values in a text, recognised by their keys."""
    for match, kind in _matches(text):
        value = match["number"] or match["measured"] or _text(match)
        if value:
            yield kind, value


def without_keyed(text: str) -> str:
    """Return a text without personal values that are recognised by their keys."""
    pieces, end = [], 0
    for match, kind in _matches(text):
        pieces += [text[end : match.start()], _hidden(match, kind)]
        end = match.end()
    return "".join([*pieces, text[end:]])


def _matches(text: str) -> Iterator[tuple[re.Match[str], Personal]]:
    if "=" not in text and ":" not in text:
        return
    for match in _KEYED.finditer(text):
        kind = kind_of(match["key"])
        if kind is not None and (kind.measured or not match["says"]):
            yield match, kind


def _text(match: re.Match[str]) -> str:
    return match["quoted"] or unquote_plus(match["plain"] or "")


def _hidden(match: re.Match[str], kind: Personal) -> str:
    head = match["key"] + (match["equals"] or match["colon"] or match["says"])
    number, around = match["number"] or match["measured"], match["quote"] or ""
    if number:
        return f"{head}{number_for(kind, float(number)):g}"
    if match["inner"]:
        return f'{head}"{HIDDEN}"'
    hidden = stand_in(kind, _text(match))
    return match[0] if hidden is None else f"{head}{around}{hidden}{around}"
