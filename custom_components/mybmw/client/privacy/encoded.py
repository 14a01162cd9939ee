"""Redact texts that are encoded in others: as URL, HTML, JSON, Base64 or hexadecimal digits."""

from base64 import b64decode
from binascii import Error as BinasciiError
from collections.abc import Callable, Iterator
from html import unescape
import re
from typing import Final
from urllib.parse import unquote

from .personal import HIDDEN

type Clean = Callable[[str], str]

_LAYERS: Final = 4
_ESCAPES: Final = re.compile(
    r"\\+u\{?(?P<number>[0-9a-f]{4,6})\}?|%u(?P<web>[0-9a-f]{4})|(?P<bytes>(?:\\+x[0-9a-f]{2})+)",
    re.IGNORECASE,
)
_BYTE: Final = re.compile(r"x(..)")
_BASE64: Final = re.compile(r"[A-Za-z0-9+/_-]{6,}={0,2}", re.ASCII)
_PART: Final = re.compile(r"[A-Za-z0-9]{6,}={0,2}", re.ASCII)
_SLASH: Final = re.compile(r"/")
_HEX: Final = re.compile(r"(?:0x)?((?:[0-9a-f]{2}){4,})", re.IGNORECASE)
_BASE64_SIGNS: Final = str.maketrans("-_", "+/")


def without_encoded(text: str, clean: Clean, layers: int = _LAYERS) -> str:
    """Return `clean(text)`, with `clean` applied to texts encoded in it as well.

    A text without anything to redact is returned unchanged.
    """
    text = clean(text)
    if not layers:
        return text
    text = _BASE64.sub(lambda match: _without_secret(match[0], clean, layers - 1), text)
    plain = _decoded(text)
    if plain == text:
        return text
    hidden = without_encoded(plain, clean, layers - 1)
    return text if hidden == plain else hidden


def _without_secret(run: str, clean: Clean, layers: int) -> str:
    """Return a text that may be Base64, redacted if a secret is encoded in it or in a part.

    The Base64 may also be the end of a path.
    """
    for start in (0, *(match.end() for match in _SLASH.finditer(run))):
        if _is_secret(run[start:], clean, layers):
            return f"{run[:start]}{HIDDEN}"
    return _PART.sub(lambda part: HIDDEN if _is_secret(part[0], clean, layers) else part[0], run)


def _is_secret(run: str, clean: Clean, layers: int) -> bool:
    return any(without_encoded(text, clean, layers) != text for text in _decodings(run))


def _decodings(run: str) -> Iterator[str]:
    """Yield the printable texts that a run of letters and digits may encode."""
    if match := _HEX.fullmatch(run):
        yield from _readable(bytes.fromhex(match[1]))
    signs = run.rstrip("=").translate(_BASE64_SIGNS)
    try:
        yield from _readable(b64decode(f"{signs}{'=' * (-len(signs) % 4)}", validate=True))
    except BinasciiError:
        return


def _readable(content: bytes) -> Iterator[str]:
    try:
        text = content.decode("utf-16" if b"\0" in content else "utf-8")
    except UnicodeDecodeError:
        return
    if text.isprintable() or text.replace("\n", "").replace("\r", "").isprintable():
        yield text


def _decoded(text: str) -> str:
    """Decode one layer of each kind of escaping."""
    if "\\" in text or "%u" in text:
        text = _ESCAPES.sub(_sign, text)
        # Join surrogate pairs
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if "%" in text:
        text = unquote(text)
    return unescape(text) if "&" in text else text


def _sign(match: re.Match[str]) -> str:
    if match["bytes"]:
        content = bytes.fromhex("".join(_BYTE.findall(match["bytes"].lower())))
        try:
            return content.decode()
        except UnicodeDecodeError:
            return content.decode("latin-1")
    number = int(match["number"] or match["web"], 16)
    return chr(number) if number <= 0x10FFFF else match[0]
