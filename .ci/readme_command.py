"""Print the README's command that ends in the given word: what runs here is what people read."""

import pathlib
import re
import sys


def commands(readme: str) -> list[str]:
    """Return every line of the README's shell blocks."""
    blocks = re.findall(r"^```(?:sh|bash|console)\n(.*?)^```", readme, re.DOTALL | re.MULTILINE)
    return [line.removeprefix("$ ") for block in blocks for line in block.splitlines() if line]


def main() -> None:
    """Find exactly one, or say what is there."""
    found = commands(pathlib.Path("README.md").read_text(encoding="utf-8"))
    installing = [line for line in found if "venv" in line and line.endswith(sys.argv[1])]
    if len(installing) != 1:
        sys.exit(f"README.md needs one installing command ending in {sys.argv[1]!r}, has {found}")
    sys.stdout.write(installing[0] + "\n")


if __name__ == "__main__":
    main()
