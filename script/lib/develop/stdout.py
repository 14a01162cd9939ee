"""Reserve standard output for results."""

import os
import sys
from typing import TextIO


def claim_stdout() -> TextIO:
    """Return standard output; redirect all other output to standard error."""
    mine = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return mine
