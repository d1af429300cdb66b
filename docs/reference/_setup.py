import pandas as pd

import alphacast_pandas as ap
from alphacast_pandas.emulator import Emulator

emulator = Emulator(seed="demo")
ap.login(emulator.api_key, base_url=emulator.url)

client = ap.get_client()
dataset_id = 7940
df = pd.DataFrame(
    {
        "Date": pd.to_datetime(["2024-01-01", "2024-01-01", "2024-02-01"]),
        "country": ["Argentina", "Chile", "Argentina"],
        "price": [1.5, None, 2.5],
    }
)
