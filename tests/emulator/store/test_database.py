"""The database in a folder."""

from alphacast_pandas.emulator import Emulator

ROW = "Date,country,a\n2020-01-01,x,1\n"


def test_a_folder_keeps_everything(tmp_path, caller):
    with Emulator(data=tmp_path) as emulator:
        call = caller(emulator)
        dataset = call.filled(ROW)
        key = emulator.api_key
    with Emulator(data=tmp_path) as emulator:
        assert emulator.api_key == key
        assert caller(emulator).data(dataset).text == "Date,country,a\n2020-01-01,x,1.0\n"
