"""The commands ``login``, ``logout`` and ``whoami``."""

from __future__ import annotations

import getpass
import sys
from typing import TYPE_CHECKING

import alphacast_pandas as ap
from alphacast_pandas.commands.command import Command

if TYPE_CHECKING:
    import argparse


def _add_login_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--base-url",
        metavar="URL",
        help="address of the API that the key belongs to; by default that of ALPHACAST_BASE_URL, "
        "and without it Alphacast's own",
    )
    parser.add_argument(
        "--keyring",
        action="store_true",
        help="keep the key in the system's keyring, not in a file",
    )
    parser.add_argument(
        "--no-check",
        action="store_true",
        help="do not ask the service whether it takes the key",
    )


def _login(options: argparse.Namespace) -> int:
    from alphacast_pandas.api.settings import KEYS_PAGE, login_from_environment
    from alphacast_pandas.api.stored_login import stored_login
    from alphacast_pandas.commands.output import print_note

    environment = login_from_environment()
    base_url = options.base_url or environment.base_url
    key = _asked_key(f"Alphacast API key (from {KEYS_PAGE}): ")
    ap.login(
        key,
        base_url=base_url,
        store="keyring" if options.keyring else True,
        check=not options.no_check,
    )
    # The keyring may have failed, which was a warning; a command has no later use for the key.
    if options.keyring and stored_login().api_key != key.strip():
        return 1
    print_note(f"Logged in, for {ap.get_client().base_url}; the key is stored.")
    if environment.api_key is not None:
        print_note("ALPHACAST_API_KEY is set in the environment: its key is used, not this one.")
    return 0


def _asked_key(prompt: str) -> str:
    """Return the key that is typed unseen, or the first line of what is piped in."""
    if sys.stdin is None:
        return ""
    if sys.stdin.isatty():
        try:
            return getpass.getpass(prompt)
        except EOFError:  # Ctrl-D
            return ""
    return sys.stdin.readline()


LOGIN = Command(
    description="Ask for an API key, try it, and store it on this computer with its address: in a "
    "file that only you can read, or in the system's keyring. If something is piped in, its first "
    "line is the key.",
    examples="  alphacast-pandas login\n  alphacast-pandas login --keyring\n"
    "  alphacast-pandas login < key.txt",
    add_arguments=_add_login_arguments,
    run=_login,
)


def _add_no_arguments(parser: argparse.ArgumentParser) -> None:
    """Add nothing."""


def _logout(_: argparse.Namespace) -> int:
    from alphacast_pandas.api.settings import login_from_environment
    from alphacast_pandas.api.stored_login import login_file
    from alphacast_pandas.commands.output import print_note

    was_stored = login_file().exists()
    ap.logout()
    print_note("The stored login is deleted." if was_stored else "There was no stored login.")
    if login_from_environment().api_key is not None:
        print_note("ALPHACAST_API_KEY is still set in the environment, and its key is used.")
    return 0


LOGOUT = Command(
    description="Delete the login that is stored on this computer.",
    examples="  alphacast-pandas logout",
    add_arguments=_add_no_arguments,
    run=_logout,
)


def _add_whoami_arguments(parser: argparse.ArgumentParser) -> None:
    from alphacast_pandas.commands.output import add_json_argument

    add_json_argument(parser)


def _whoami(options: argparse.Namespace) -> int:
    import pandas as pd

    from alphacast_pandas.commands.output import is_terminal, print_facts, print_frame

    facts = ap.whoami().facts()
    if is_terminal() and not options.json:
        print_facts(facts)
    else:
        print_frame(pd.DataFrame([facts]), as_json=options.json)
    return 0


WHOAMI = Command(
    description="Show where the API key that is used came from, the address it is sent to, the "
    "home repository of its account, and how many repositories it has each permission for.",
    examples="  alphacast-pandas whoami",
    add_arguments=_add_whoami_arguments,
    run=_whoami,
)
