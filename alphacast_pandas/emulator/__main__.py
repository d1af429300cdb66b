"""The command line of the emulator: `python -m alphacast_pandas.emulator --port 8400`."""

import argparse
import contextlib
import signal
import sys
import threading
from collections.abc import Sequence

from alphacast_pandas.emulator.emulator import Emulator


def main(argv: Sequence[str] | None = None) -> int:
    """Run an emulator until Ctrl-C; return the exit status."""
    options = build_parser().parse_args(argv)
    try:
        emulator = Emulator(
            host=options.host,
            port=options.port,
            storage_port=options.storage_port,
            data=options.data,
            seed=options.seed,
            api_key=options.api_key,
        )
    except OSError as error:
        print(f"error: {error.strerror or error}", file=sys.stderr)
        return 1
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    with emulator:
        print(f"ALPHACAST_BASE_URL={emulator.url}")
        print(f"ALPHACAST_API_KEY={emulator.api_key}", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            stop.wait()
        print("stopped")
    return 0


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser(
        prog="alphacast-pandas emulator",
        description="A local Alphacast. Prints its address and its key; Ctrl-C stops it.",
        epilog="What it serves is described at /openapi.json. Faults are ordered with"
        " POST /emulator/faults, readings chosen with PUT /emulator/readings.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument(
        "--port", type=parse_port, default=8400, help="port of the API (%(default)s)"
    )
    parser.add_argument(
        "--storage-port", type=parse_port, default=0, help="port of downloads (any)"
    )
    parser.add_argument("--data", metavar="FOLDER", help="keep the store here (in memory)")
    parser.add_argument("--seed", choices=["demo"], help="data to start with")
    parser.add_argument("--api-key", help="key of the account (made up)")
    return parser


def parse_port(text: str) -> int:
    """Return the number of a port, or refuse it."""
    number = int(text)
    if not 0 <= number < 65536:
        message = "a port is a number from 0 to 65535"
        raise argparse.ArgumentTypeError(message)
    return number


if __name__ == "__main__":
    sys.exit(main())
