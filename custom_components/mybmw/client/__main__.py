"""Run the command line with `python -m mybmw_client`."""

import sys

from .cli import main

sys.exit(main())
