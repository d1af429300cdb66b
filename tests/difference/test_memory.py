"""A comparison takes memory of the order of its two tables, and seconds."""

import json
import subprocess
import sys
from pathlib import Path

# In a process of its own: the most that Arrow ever held is counted for a whole process.
PROGRAM = Path(__file__).parent / "large.py"


def test_a_comparison_takes_no_more_than_its_tables() -> None:
    run = subprocess.run([sys.executable, PROGRAM], capture_output=True, text=True, check=True)
    took = json.loads(run.stdout)
    assert took["changed"] == 300_000
    assert took["peak"] < 2 * took["tables"]
    assert took["seconds"] < 20  # below one on two idle cores; a loop over rows takes minutes
