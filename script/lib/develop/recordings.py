"""Load recorded cars from a folder, an archive, or diagnostics of Home Assistant."""

from collections.abc import Iterator, Mapping
import json
from lzma import LZMAError
from pathlib import Path, PurePosixPath
import struct
from tempfile import TemporaryDirectory
from typing import Final
from zipfile import BadZipFile, ZipFile, is_zipfile
import zlib

type Files = Mapping[str, bytes]

_MOST_FILES: Final = 2_000
_MOST_BYTES: Final = 200_000_000
# An encrypted archive raises RuntimeError, an unknown compression NotImplementedError
_UNREADABLE: Final = (
    BadZipFile,
    EOFError,
    LZMAError,
    NotImplementedError,
    OSError,
    RuntimeError,
    struct.error,
    zlib.error,
)

_unpacked: list[TemporaryDirectory[str]] = []


def folder_of(path: Path) -> Path:
    """Return the folder of a recording; an archive is unpacked into a temporary one.

    Raises ValueError or OSError if there is none.
    """
    if path.is_dir():
        return path
    contents = dict(_archived(path) if is_zipfile(path) else _in_diagnostics(path))
    _unpacked.append(TemporaryDirectory(prefix="mybmw-recording-"))
    folder = Path(_unpacked[-1].name)
    for name, content in contents.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def _archived(path: Path) -> Iterator[tuple[str, bytes]]:
    try:
        with ZipFile(path) as packed:
            entries = [entry for entry in packed.infolist() if not entry.is_dir()]
            _check_size(path, len(entries), sum(entry.file_size for entry in entries))
            for entry in entries:
                # The size in the directory may be wrong, but no more than that is read
                yield _safe(entry.filename), packed.read(entry)
    except _UNREADABLE as error:
        raise ValueError(f"{path} cannot be unpacked: {_words(error)}") from None


def _check_size(path: Path, number: int, size: int) -> None:
    if number > _MOST_FILES:
        raise ValueError(f"{path} is no recording: it holds {number} files")
    if size > _MOST_BYTES:
        raise ValueError(f"{path} is no recording: it holds {size / 1e6:.0f} MB")


def _words(error: Exception) -> str:
    """Return the message of an error in one line, or else its type."""
    return " ".join(str(error).split())[:200] or type(error).__name__


def _in_diagnostics(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the responses of all sources of an account."""
    _check_size(path, 1, path.stat().st_size)
    try:
        sources = json.loads(path.read_bytes())["data"]["sources"].values()
        answers = [answer for source in sources for answer in source.get("answers", {}).items()]
    except ValueError, KeyError, TypeError, AttributeError, RecursionError:
        raise ValueError(f"{path} is no folder, no archive, and no diagnostics of MyBMW") from None
    for name, text in answers:
        yield _safe(name), str(text).encode()


def _safe(name: str) -> str:
    """Return a path that stays inside the folder."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if not parts or ".." in parts or parts[0] == "/" or ":" in name:
        raise ValueError(f"{name!r} is no name of a file in a recording")
    return "/".join(parts)
