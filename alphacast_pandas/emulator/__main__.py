"""The command line of the emulator: `python -m alphacast_pandas.emulator --port 8400`."""

import argparse
import os
import signal
import sys
import threading
import traceback
from collections.abc import Sequence

from alphacast_pandas.emulator.emulator import Emulator
from alphacast_pandas.emulator.text import to_printable

STOP_SIGNALS = ("SIGTERM", "SIGHUP")  # Windows has no SIGHUP


def main(argv: Sequence[str] | None = None) -> int:
    """Run an emulator until Ctrl-C; return the exit status."""
    options = build_parser().parse_args(argv)
    for name in STOP_SIGNALS:
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.default_int_handler)
    try:
        run(options)
    except KeyboardInterrupt:  # here, so that it ends a start as well
        show("stopped")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        print(f"error: {to_printable(reason)}", file=sys.stderr)
        return 1
    return 0


def run(options: argparse.Namespace) -> None:
    """Run an emulator until an exception."""
    emulator = Emulator(
        host=options.host,
        port=options.port,
        storage_port=options.storage_port,
        search_port=options.search_port,
        data=options.data,
        seed=options.seed,
        api_key=options.api_key,
    )
    try:
        show(f"ALPHACAST_BASE_URL={emulator.url}\nALPHACAST_API_KEY={emulator.api_key}")
        threading.Event().wait()
    finally:
        emulator.close()
        for error in emulator.internal_errors:
            lines = "".join(traceback.format_exception(error)).splitlines()
            print(*map(to_printable, lines), sep="\n", file=sys.stderr)


def show(text: str) -> None:
    """Print a text at once; whoever started the program may have stopped reading."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser(
        prog="alphacast-pandas emulator",
        description="A local Alphacast. Prints its address and its key; Ctrl-C stops it.",
        epilog="What it serves is described at /openapi.json. Faults are ordered with\n"
        "POST /emulator/faults, readings chosen with PUT /emulator/readings.\n\n"
        "examples:\n  alphacast-pandas emulator --seed demo\n"
        "  alphacast-pandas emulator --port 8400 --data /var/lib/alphacast",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument(
        "--port", type=parse_port, default=8400, help="port of the API (%(default)s)"
    )
    parser.add_argument(
        "--storage-port", type=parse_port, default=0, help="port of downloads (any)"
    )
    parser.add_argument(
        "--search-port",
        type=parse_port,
        default=0,
        help="port that answers searches alone, besides that of the API (any)",
    )
    parser.add_argument("--data", metavar="FOLDER", help="keep the store here (in memory)")
    parser.add_argument("--seed", choices=["demo"], help="data to start with")
    parser.add_argument("--api-key", help="key of the account (made up)")
    return parser


def parse_port(text: str) -> int:
    """Return the number of a port, or refuse it."""
    if not (text.isascii() and text.isdigit() and len(text) < 6 and int(text) < 65536):
        message = "a port is a number from 0 to 65535"
        raise argparse.ArgumentTypeError(message)
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
