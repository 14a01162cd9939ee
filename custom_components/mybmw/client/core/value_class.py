"""Small classes that hold values, cheap to define: dozens are defined when the program starts.

`dataclass` compiles each method of each class. Here all classes share those that compare and show
them, so that only `__init__` is compiled.
"""

from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import Any, dataclass_transform


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def record[T](cls: type[T]) -> type[T]:
    """Return a dataclass that is compared and hashed by value, and must not be changed.

    Only the type checker enforces that: creating a frozen dataclass takes four times as long.
    """
    made = _compared(dataclass(slots=True, eq=False, repr=False)(cls))
    values = _values_of(made)
    made.__hash__ = lambda self: hash(values(self))  # type: ignore[method-assign]
    return made


@dataclass_transform(field_specifiers=(field,))
def mutable[T](cls: type[T]) -> type[T]:
    """Return a dataclass that is compared by value, and may be changed."""
    made = _compared(dataclass(slots=True, eq=False, repr=False)(cls))
    made.__hash__ = None  # type: ignore[assignment]
    return made


def _compared[T](made: type[T]) -> type[T]:
    values = _values_of(made)

    def equal(self: object, other: object) -> Any:
        same = other.__class__ is self.__class__
        return values(self) == values(other) if same else NotImplemented

    made.__eq__ = equal  # type: ignore[method-assign]
    made.__repr__ = _shown  # type: ignore[method-assign]
    return made


def _values_of(made: type) -> Any:
    """Return a function that returns the compared values of an instance."""
    names = [item.name for item in fields(made) if item.compare]
    return attrgetter(*names) if names else lambda _item: ()


def _shown(self: Any) -> str:
    parts = (f"{item.name}={getattr(self, item.name)!r}" for item in fields(self) if item.repr)
    return f"{type(self).__qualname__}({', '.join(parts)})"
