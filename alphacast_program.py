"""Starts the program `alphacast-pandas`, which a Ctrl-C ends quietly even before it is loaded."""

# This module stands outside the package on purpose. Importing the package takes half a second, in
# which Python would answer a Ctrl-C with a traceback.

from __future__ import annotations

import signal


def main() -> int:
    """Load the program and run it; return the exit status."""
    # Not where a shell has had it ignored.
    is_pythons = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if is_pythons:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from alphacast_pandas.__main__ import main as run

    if is_pythons:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    return run()
