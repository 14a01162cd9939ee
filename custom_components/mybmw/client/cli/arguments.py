"""The arguments of the command line.

See docs/protocols/mybmw-app.md#command-line. The order of positional arguments is that of
bimmer_connected, so that users' scripts keep working. User name, password and region, which
bimmer_connected requires, are optional.
"""

from argparse import (
    SUPPRESS,
    ArgumentParser,
    ArgumentTypeError,
    Namespace,
    RawDescriptionHelpFormatter,
    _ArgumentGroup,
)
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final, NoReturn, override

from ..core.errors import InvalidValueError
from ..mybmw import Region

STORE: Final = "~/.mybmw.json"

_ACCOUNT: Final = ("USERNAME", "PASSWORD", "REGION")
_REGIONS: Final = ", ".join(Region)
_EPILOG: Final = f"""\
The account is named by USERNAME PASSWORD REGION, or by MYBMW_USERNAME, MYBMW_PASSWORD,
MYBMW_REGION and MYBMW_CAPTCHA_TOKEN in the environment, or is the one that is kept from the last
run in {STORE}; what is missing is asked for if this is a terminal.

Results go to standard output; progress, and one line about what went wrong, to standard error.

exit status:
  0    it worked
  1    the service failed, or the car did not do it
  2    wrong usage, or a value that is not possible
  3    a login is needed or was refused
  4    BMW refuses third-party programs (HTTP 489)
  5    no requests are left for now
  6    the service cannot be reached
  130  interrupted with Ctrl-C
  141  the reader of the output has closed it
"""
_COMMON: Final = "common options"
_ACCOUNT_HELP: Final = f"the account of the BMW app; regions: {_REGIONS}"

type Run = Callable[[Namespace], int]


@dataclass(frozen=True, slots=True)
class Word:
    """One positional argument; `choices` are its allowed values, empty for any."""

    name: str
    help: str
    choices: tuple[str, ...] = ()
    optional: bool = False

    @property
    def usage(self) -> str:
        """The text in the usage line."""
        return "|".join(self.choices) or self.name


@dataclass(frozen=True, slots=True)
class Option:
    """One option with its settings for `argparse`."""

    flags: tuple[str, ...]
    settings: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SubCommand:
    """One sub-command; with `account`, the account of the BMW app may precede its arguments."""

    name: str
    summary: str
    run: Run
    words: tuple[Word, ...] = ()
    options: tuple[Option, ...] = ()
    account: bool = True

    @property
    def usage(self) -> str:
        """The positional arguments, in brackets if they are optional."""
        parts = [f"[{' '.join(_ACCOUNT)}]"] if self.account else []
        parts += [word.usage for word in self.words if not word.optional]
        optional = [word.usage for word in self.words if word.optional]
        return " ".join(parts + ([f"[{' '.join(optional)}]"] if optional else []))

    def parse(self, arguments: Sequence[str]) -> tuple[tuple[str, ...], dict[str, str]]:
        """Return the account and the other arguments by name; raise `InvalidValueError`."""
        needed = sum(not word.optional for word in self.words)
        counts = range(needed, len(self.words) + 1)
        account, own = tuple(arguments[:3]), arguments[3:]
        if not self.account or len(account) < 3 or account[2].lower() not in set(Region):
            if self.account and len(arguments) not in counts and len(own) in counts:
                raise InvalidValueError(f"the third argument has to be a region: {_REGIONS}")
            account, own = (), arguments
        if len(own) not in counts:
            raise InvalidValueError(f"the arguments have to be: {self.usage or 'none'}")
        for word, value in zip(self.words, own, strict=False):
            if word.choices and value not in word.choices:
                raise InvalidValueError(f"{word.name} has to be {' or '.join(word.choices)}")
        pairs = zip(self.words, own, strict=False)
        return account, {word.name.lower(): value for word, value in pairs}


def option(*flags: str, **settings: Any) -> Option:
    """Return an option."""
    return Option(flags, settings)


def path_of(text: str) -> Path:
    """Return a path with `~` expanded; raise `ArgumentTypeError` if there is no home directory."""
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise ArgumentTypeError(f"there is no home directory for {text}") from None


def _default_store() -> Path | None:
    """Return the path of the store, None without a home directory, as in some containers."""
    try:
        return path_of(STORE)
    except ArgumentTypeError:
        return None


class Parser(ArgumentParser):
    """A parser with one-line errors, and with options anywhere between positional arguments."""

    @override
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {' '.join(message.split())} (see {self.prog} --help)\n")

    @override
    def parse_known_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: Namespace | None = None
    ) -> tuple[Namespace, list[str]]:
        if self._subparsers is not None:
            return super().parse_known_args(args, namespace)
        return self.parse_known_intermixed_args(args, namespace)


def program_version() -> str:
    """Return the version of the installed package."""
    try:
        return version("mybmw-client")
    except PackageNotFoundError:
        return "(not installed)"


def make_parser(
    app: Sequence[SubCommand],
    cardata: Sequence[SubCommand],
    highmobility: Sequence[SubCommand] = (),
    connecteddrive: Sequence[SubCommand] = (),
    journal: Sequence[SubCommand] = (),
) -> Parser:
    """Return the parser of the whole command line."""
    title = f"mybmw {program_version()}: BMW, MINI and Toyota Supra cars from the command line"
    parser = Parser(
        prog="mybmw",
        description=title,
        epilog=_EPILOG,
        formatter_class=RawDescriptionHelpFormatter,
        suggest_on_error=True,
    )
    parser.add_argument("--version", action="version", version=f"mybmw {program_version()}")
    parser.set_defaults(debug=False, oauth_store=_default_store(), captcha_token=None)
    _add_common(parser, captcha=True)
    inner = parser.add_subparsers(metavar="COMMAND", required=True, title="commands")
    for command in app:
        _add(inner, "mybmw", command)
    _add_group(
        inner, "cardata", "BMW CarData, the official interface for customers in Europe", cardata
    )
    if highmobility:
        summary = "High Mobility, with a contract: BMW and MINI by the Auto API"
        _add_group(inner, "highmobility", summary, highmobility)
    if connecteddrive:
        summary = "the legacy ConnectedDrive API, for emulators and bridges"
        _add_group(inner, "connecteddrive", summary, connecteddrive)
    if journal:
        _add_group(inner, "journal", "trips and charges of the cars that were read", journal)
    return parser


def _add_group(inner: Any, name: str, summary: str, commands: Sequence[SubCommand]) -> None:
    """Add the sub-commands of one source."""
    program = f"mybmw {name}"
    group = inner.add_parser(name, help=summary, description=summary, prog=program)
    _add_common(group.add_argument_group(_COMMON))
    own = group.add_subparsers(metavar="COMMAND", required=True, title="commands")
    for command in commands:
        _add(own, program, command)


def _add_common(parser: ArgumentParser | _ArgumentGroup, *, captcha: bool = False) -> None:
    """Add the options that are allowed before and after the sub-command."""

    def add(*flags: str, **settings: Any) -> None:
        parser.add_argument(*flags, default=SUPPRESS, **settings)

    add("--debug", action="store_true", help="log what is done, without any secret")
    add(
        "--oauth-store",
        metavar="FILE",
        type=path_of,
        help=f"where logins are kept (default: {STORE}); only you can read it",
    )
    add(
        "--disable-oauth-store",
        dest="oauth_store",
        action="store_const",
        const=None,
        help="keep no login, and use none that is kept",
    )
    if captcha:
        text = "the token of a solved captcha, for the first login outside China"
        add("--captcha-token", metavar="TOKEN", help=text)


def _add(inner: Any, program: str, command: SubCommand) -> None:
    lines = [f"  {word.name.lower():<12}{word.help}" for word in command.words]
    if command.account:
        lines.insert(0, f"  {'account':<12}{_ACCOUNT_HELP}")
    details = "\n".join(["", "", "arguments:", *lines]) if lines else ""
    parser = inner.add_parser(
        command.name,
        prog=f"{program} {command.name}",
        help=command.summary,
        description=f"{command.summary}.{details}",
        usage=f"{program} {command.name} [OPTION ...] {command.usage}".strip(),
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument("arguments", nargs="*", help=SUPPRESS)
    for item in command.options:
        parser.add_argument(*item.flags, **item.settings)
    _add_common(parser.add_argument_group(_COMMON), captcha=command.account)
    parser.set_defaults(command=command, program=parser.prog)
