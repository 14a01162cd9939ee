"""Write the files of sub-commands."""

from argparse import ArgumentTypeError
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Final

from ..core.recording import Recording
from ..privacy import Redactor
from ..privacy.fingerprint import files
from .arguments import option, path_of
from .output import say

OUTPUT: Final = option("--output", metavar="DIR", type=path_of, help="where to write")
"""The option for the folder to write to."""

_FINGERPRINTS: Final = "vehicle_fingerprint"


def write_file(folder: Path, name: str, content: bytes) -> Path:
    """Write a file into a folder, which is created if needed; return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(content)
    return path


def write_fingerprint(
    folder: Path | None, recordings: Iterable[Recording], redactor: Redactor
) -> None:
    """Write anonymised recordings to a folder, and print its path."""
    content = files(recordings, redactor)
    now = datetime.now().astimezone()
    folder = folder or _default_folder() / f"{now:%Y-%m-%d_%H-%M-%S}"
    for name, body in content.items():
        write_file(folder, name, body)
    say(f"fingerprint of the vehicles written to {folder}")


def _default_folder() -> Path:
    """Return the folder in the home directory, or in the current one if there is none."""
    try:
        return path_of(f"~/{_FINGERPRINTS}")
    except ArgumentTypeError:
        return Path(_FINGERPRINTS)
