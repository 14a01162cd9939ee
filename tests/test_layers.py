"""The command that prints the layers finds all of them, and no circle."""

import pytest

from script.lib.layers import TOP, in_order, layers, main

from .test_architecture import PACKAGE


def test_layers(capsys: pytest.CaptureFixture[str]) -> None:
    main()
    printed = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert printed == in_order(layers())
    assert {"client/core", "runtime", "sources", "services", "platforms"} <= set(printed)
    assert layers()["client/core"] == frozenset()


def test_modules_at_the_top_are_there() -> None:
    assert [name for name in TOP if not (PACKAGE / f"{name}.py").exists()] == []
