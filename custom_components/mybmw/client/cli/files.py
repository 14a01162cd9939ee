"""Files that sub-commands write."""

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


def keep(folder: Path, name: str, content: bytes) -> Path:
    """Write a file into a folder, which is made if need be, and return its path; OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(content)
    return path


def write_fingerprint(
    folder: Path | None, recordings: Iterable[Recording], redactor: Redactor
) -> None:
    """Write recordings, anonymised, and say where to."""
    content = files(recordings, redactor)
    now = datetime.now().astimezone()
    folder = folder or _usual_folder() / f"{now:%Y-%m-%d_%H-%M-%S}"
    for name, body in content.items():
        keep(folder, name, body)
    say(f"fingerprint of the vehicles written to {folder}")


def _usual_folder() -> Path:
    """Return the folder at home, or here where nobody is at home."""
    try:
        return path_of(f"~/{_FINGERPRINTS}")
    except ArgumentTypeError:
        return Path(_FINGERPRINTS)
