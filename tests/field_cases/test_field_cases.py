"""Every field case, replayed through the parsers of the client into one vehicle."""

from pathlib import Path

import pytest

from tests.field_cases.replayer import Replayer, files, load, matches


@pytest.mark.parametrize("path", files(), ids=lambda path: path.stem)
def test_field_case(path: Path) -> None:
    """The owner sees what the case expects, after every step."""
    case = load(path)
    replayer = Replayer(case)
    replayer.run(case["steps"])
    assert replayer.failures == {}


@pytest.mark.parametrize(
    ("value", "wanted", "same"),
    [
        (11.0, 11.04, True),
        (11.2, 11.04, False),
        (0.0, 0, True),
        (0.01, 0, False),
        (None, 0, False),
        (True, 1, False),
        (True, True, True),
        (1, True, False),
        (None, None, True),
        (0, None, False),
        ((), "()", True),
        (("washer",), ["~", "wash"], True),
        (("washer",), ["!~", "wash"], False),
        (("washer",), ["!~", "oil"], True),
        (None, {"any": [5, None]}, True),
        (6, {"any": [5, None]}, False),
    ],
)
def test_comparison(value: object, wanted: object, same: bool) -> None:
    """Numbers match within 0.5 %, a truth value is no number, and no value is not zero."""
    assert matches(value, wanted) is same
