"""A car all of whose texts are hostile, as a recording."""

import json
from pathlib import Path
from typing import Any, Final

from .home import ROOT

VIN: Final = "WBY0FINGERPRINT99"
MARK: Final = "window.broken=1"
TEXT: Final = (
    f"\"/><script>{MARK}</script><img src=x onerror='{MARK}'>{{{{ states('sun.sun') }}}}${{1+1}}"
    " \u202e\u05d0\u05d1\u0627\u0644 🚗🏎️ %s {name} "
)
_CAR: Final = ROOT / "tests" / "fingerprints" / "ix_xdrive50"
_LONG: Final = 10_000
_FIELDS: Final = ("model", "longDescription", "description", "formatted")


def write(folder: Path) -> Path:
    """Write the recording into a folder, and return that."""
    former = next(iter(_CAR.glob("*_state_*"))).stem.rpartition("_")[2]
    for path in _CAR.iterdir():
        content = json.loads(path.read_text().replace(former, VIN))
        name = path.name.replace(former, VIN)
        (folder / name).write_text(json.dumps(_with_hostile(content)))
    return folder


def _with_hostile(content: Any) -> Any:
    """Return a JSON value with hostile texts in the fields that people read."""
    if isinstance(content, list):
        return [_with_hostile(item) for item in content]
    if not isinstance(content, dict):
        return content
    texts = {key: _text(key) for key in content if key in _FIELDS}
    return {key: _with_hostile(value) for key, value in content.items()} | texts


def _text(field: str) -> str:
    return TEXT if field == "model" else (TEXT * _LONG)[:_LONG]
