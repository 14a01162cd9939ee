"""The log, on standard error and in memory."""

import logging
import sys
from typing import Final, override

# It warns about a missing library for camera images, which is not needed here.
_SILENT: Final = "homeassistant.components.camera.img_util"


class ErrorLog(logging.Handler):
    """Collects log records of level ERROR and above, one line each."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    @override
    def emit(self, record: logging.LogRecord) -> None:
        """Add a record with its exception.

        The level is checked, since Home Assistant's queue ignores the level of handlers.
        """
        if record.levelno < logging.ERROR:
            return
        error = record.exc_info and record.exc_info[1]
        what = f"{record.getMessage()} {error!r}" if error else record.getMessage()
        self.lines.append(f"{record.levelname} {record.name}: {' '.join(what.split())}")


def listen() -> ErrorLog:
    """Start logging before Home Assistant does, and return the handler that collects errors."""
    errors = ErrorLog()
    console = logging.StreamHandler(sys.stderr)
    console.setFormatter(logging.Formatter("%(asctime)s %(levelname)s [%(name)s] %(message)s"))
    logging.basicConfig(handlers=[console, errors])
    logging.getLogger(_SILENT).setLevel(logging.CRITICAL + 1)
    return errors
