"""Listeners of equal rank."""

from collections.abc import Callable


class Listeners[*Args]:
    """Calls everyone who has subscribed, in that order."""

    def __init__(self) -> None:
        """Nobody has subscribed yet."""
        self._all: tuple[Callable[[*Args], object], ...] = ()

    def subscribe(self, listener: Callable[[*Args], object]) -> Callable[[], None]:
        """Have a listener called from now on; return what ends that."""
        self._all += (listener,)

        def unsubscribe() -> None:
            self._all = tuple(other for other in self._all if other is not listener)

        return unsubscribe

    def __call__(self, *args: *Args) -> None:
        """Call all listeners."""
        for listener in self._all:
            listener(*args)
