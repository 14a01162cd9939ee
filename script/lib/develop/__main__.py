"""Start Home Assistant with a simulated account."""

import sys
from time import time

import homeassistant  # noqa: F401 - from 2026.11 on it wants to come before httpx

from .options import UsageError, parse
from .stdout import claim_stdout


def main() -> int:
    """Return the exit status: 0 for success, 1 for a failure, 2 for a usage error."""
    started = time()
    answer = claim_stdout()
    try:
        options = parse(sys.argv[1:], answer)
        from .run import run  # Importing Home Assistant takes a second

        return run(options, answer, started)
    except UsageError as error:
        print(f"develop: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
