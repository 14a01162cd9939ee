"""Makes `python -m mybmw_client` the same as `mybmw`."""

import sys

from .cli import main

sys.exit(main())
