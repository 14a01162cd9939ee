"""Small immutable values that are made by the dozen with every answer."""

from dataclasses import dataclass
from typing import dataclass_transform


@dataclass_transform(frozen_default=True)
def record[T](cls: type[T]) -> type[T]:
    """Make a dataclass that is compared and hashed by its values, and must not be changed.

    Only the type checker sees to the latter: making a frozen dataclass takes four times as long.
    """
    return dataclass(slots=True, unsafe_hash=True)(cls)
