"""What was used least recently goes first."""

import os

from alphacast_pandas.cache_files.folders import DatasetFolder
from alphacast_pandas.cache_files.limit import make_room


def test_the_oldest_files_go_until_the_rest_fits() -> None:
    kept = []
    for number in (1, 2, 3):
        folder = DatasetFolder.of(number, api_key="ak_1", base_url="https://x", is_made=True)
        folder.begin()
        assert folder.path is not None
        for ending, size in ((".json", 100), (".arrow", 900)):
            path = folder.path / f"file{ending}"
            path.write_bytes(b"x" * size)
            os.utime(path, (number, number))
            kept.append(path)
    for limit, left in ((3000, 6), (2999, 4), (2000, 4), (1999, 2), (1000, 2), (10, 0)):
        make_room(limit)
        there = [path for path in kept if path.exists()]
        assert sum(path.stat().st_size for path in there) <= limit
        assert len(there) in {left, left + 1}
        assert there == kept[len(kept) - len(there) :]
