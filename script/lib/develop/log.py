"""The log, on standard error and in memory."""

import logging
import sys
from typing import Final, override

# It complains about a library for camera images, which nothing here needs.
_SILENT: Final = "homeassistant.components.camera.img_util"


class ErrorLog(logging.Handler):
    """Remembers what is logged as error or worse, one line each."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    @override
    def emit(self, record: logging.LogRecord) -> None:
        """Remember a record, with the exception that belongs to it.

        Home Assistant's queue does not look at the level of a handler.
        """
        if record.levelno < logging.ERROR:
            return
        error = record.exc_info and record.exc_info[1]
        what = f"{record.getMessage()} {error!r}" if error else record.getMessage()
        self.lines.append(f"{record.levelname} {record.name}: {' '.join(what.split())}")


def listen() -> ErrorLog:
    """Start logging, before Home Assistant does, and return what remembers the errors."""
    errors = ErrorLog()
    console = logging.StreamHandler(sys.stderr)
    console.setFormatter(logging.Formatter("%(asctime)s %(levelname)s [%(name)s] %(message)s"))
    logging.basicConfig(handlers=[console, errors])
    logging.getLogger(_SILENT).setLevel(logging.CRITICAL + 1)
    return errors
