"""What all tests share."""

import os

from hypothesis import settings

from tests.codecs import make_codecs

make_codecs()

# In an environment of their own, by script/test-browser
collect_ignore = ["browser"]

# A change is judged by the same cases each time; new ones are found by later runs
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")
