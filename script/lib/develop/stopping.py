"""Stop Home Assistant cleanly, whenever a signal arrives."""

import os
import signal
from threading import Timer
from types import FrameType


def hold_signals() -> None:
    """Delay signals until Home Assistant handles them, as it cannot stop during its set-up."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _try_again)


def stopping() -> bool:
    """Return whether Home Assistant is stopping, and no longer handles signals."""
    return signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def stop(number: int = signal.SIGTERM) -> None:
    """Stop Home Assistant, unless it is stopping already."""
    if not stopping():
        os.kill(os.getpid(), number)


def _try_again(number: int, frame: FrameType | None) -> None:
    timer = Timer(0.1, stop, (number,))
    timer.daemon = True
    timer.start()
