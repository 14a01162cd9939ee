"""A list of callbacks to subscribe to."""

from collections.abc import Callable, Iterator


class Listeners[*Args]:
    """Calls all subscribed listeners, in the order of subscription."""

    def __init__(self) -> None:
        """Create a list without listeners."""
        self._all: tuple[Callable[[*Args], object], ...] = ()

    def __bool__(self) -> bool:
        """Return whether there is a listener."""
        return bool(self._all)

    def subscribe(self, listener: Callable[[*Args], object]) -> Callable[[], None]:
        """Add a listener; return a function that removes it."""
        self._all += (listener,)

        def unsubscribe() -> None:
            self._all = tuple(other for other in self._all if other is not listener)

        return unsubscribe

    def __iter__(self) -> Iterator[Callable[[*Args], object]]:
        """Iterate over all listeners that are subscribed now."""
        return iter(self._all)

    def __call__(self, *args: *Args) -> None:
        """Call all listeners."""
        for listener in self:
            listener(*args)
