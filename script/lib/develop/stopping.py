"""Stopping Home Assistant cleanly, whenever the signal comes."""

import os
import signal
from threading import Timer
from types import FrameType


def hold_signals() -> None:
    """Put off signals until Home Assistant, which cannot stop half set up, takes them over."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _try_again)


def stopping() -> bool:
    """Tell whether Home Assistant is stopping: it has left the signals to the system."""
    return signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def stop(number: int = signal.SIGTERM) -> None:
    """Stop Home Assistant, unless it is stopping already."""
    if not stopping():
        os.kill(os.getpid(), number)


def _try_again(number: int, frame: FrameType | None) -> None:
    timer = Timer(0.1, stop, (number,))
    timer.daemon = True
    timer.start()
