"""The demonstration data."""

import pytest

from alphacast_pandas.emulator import Emulator


def test_the_seed_is_there_from_the_start(tmp_path, caller):
    with Emulator(seed="demo") as emulator:
        call = caller(emulator)
        found = call("GET", "/datasets").json
        assert len(found) >= 3
        for dataset in found:
            assert (
                call("GET", f"/datasets/{dataset['id']}/processes").json[0]["status"] == "Processed"
            )
            assert len(call.data(dataset["id"], "$top=3").text.splitlines()) == 4
        emulator.reset()
        assert len(call("GET", "/datasets").json) == len(found)
    with pytest.raises(ValueError, match="there is no seed"):
        Emulator(seed="nope")
