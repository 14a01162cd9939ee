"""The command line: `mybmw`."""

from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
import logging
import os
import sys
import traceback
from typing import Final

from ..core.errors import ClientError
from . import (
    app_commands,
    cardata_commands,
    connecteddrive_commands,
    highmobility_commands,
    journal_commands,
)
from .arguments import make_parser
from .output import BROKEN_PIPE, FAILED, INTERRUPTED, USAGE, exit_code, explanation, note

_GROUPS: Final = (
    app_commands.COMMANDS,
    cardata_commands.COMMANDS,
    highmobility_commands.COMMANDS,
    connecteddrive_commands.COMMANDS,
    journal_commands.COMMANDS,
)
_LOGGER: Final = logging.getLogger(__name__.rpartition(".")[0])


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit status.

    Help and usage errors raise `SystemExit`, as usual with `argparse`.
    """
    _prepare_streams()
    options = make_parser(*_GROUPS).parse_args(argv)
    with _logging(debug=options.debug):
        try:
            return _run(options)
        except KeyboardInterrupt:
            note(f"{options.program}: interrupted")
            return INTERRUPTED
        except BrokenPipeError:
            # Avoids an error of Python when it flushes at exit
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return BROKEN_PIPE
        except ClientError as error:
            return _failed(options, explanation(error), exit_code(error))
        except UnicodeEncodeError:
            return _failed(options, "what was given holds bytes that are no UTF-8", USAGE)
        except OSError as error:
            place = f"{error.filename}: " if error.filename else ""
            return _failed(options, f"{place}{error.strerror or error}", FAILED)


def _prepare_streams() -> None:
    """Open standard streams that are closed, and escape characters that stdout cannot encode."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode))
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def _run(options: Namespace) -> int:
    options.account, options.words = options.command.parse(options.arguments)
    code: int = options.command.run(options)
    sys.stdout.flush()
    return code


def _failed(options: Namespace, text: str, code: int) -> int:
    if options.debug:
        traceback.print_exc(file=sys.stderr)
    note(f"{options.program}: {text}")
    return code


@contextmanager
def _logging(*, debug: bool) -> Iterator[None]:
    """Show the log of the client with `--debug`, and never that of other packages."""
    handler = logging.StreamHandler(sys.stderr) if debug else logging.NullHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s: %(message)s"))
    logging.basicConfig(handlers=[logging.NullHandler()])
    before = _LOGGER.level
    _LOGGER.addHandler(handler)
    _LOGGER.setLevel(logging.DEBUG if debug else logging.CRITICAL)
    try:
        yield
    finally:
        _LOGGER.removeHandler(handler)
        _LOGGER.setLevel(before)
