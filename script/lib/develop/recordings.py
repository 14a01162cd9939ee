"""Where recorded cars come from: a folder, an archive of one, or diagnostics of Home Assistant."""

from collections.abc import Iterator, Mapping
import json
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from zipfile import BadZipFile, ZipFile, is_zipfile

type Files = Mapping[str, bytes]

_unpacked: list[TemporaryDirectory[str]] = []


def folder_of(path: Path) -> Path:
    """Return the folder that holds a recording; what is packed is unpacked until the program ends.

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
            for entry in packed.infolist():
                if not entry.is_dir():
                    yield _safe(entry.filename), packed.read(entry)
    except BadZipFile as error:
        raise ValueError(f"{path}: {error}") from None


def _in_diagnostics(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the answers that all sources of an account have given."""
    try:
        sources = json.loads(path.read_bytes())["data"]["sources"].values()
        answers = [answer for source in sources for answer in source.get("answers", {}).items()]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(
            f"{path} is no folder, no archive, and no diagnostics of MyBMW ({error!r})"
        ) from None
    for name, text in answers:
        yield _safe(name), str(text).encode()


def _safe(name: str) -> str:
    """Return a path that stays inside the folder."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if not parts or ".." in parts or parts[0] == "/" or ":" in name:
        raise ValueError(f"{name!r} is no name of a file in a recording")
    return "/".join(parts)
