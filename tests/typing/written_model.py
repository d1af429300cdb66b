"""
Prices of Perú: dataset 7938 of Alphacast.

Written by "python -m alphacast_pandas model 7938". Checks of your own go into the fields, such
as pa.Field(ge=0, ...). Pass the class as schema= to read_alphacast and to df.alphacast.push.
"""

from typing import ClassVar

import pandas as pd
import pandera.pandas as pa
from pandera.typing.pandas import Series


class PricesOfPeru(pa.DataFrameModel):
    """One row of the dataset for each key: Date, País, región."""

    Date: Series[pd.Timestamp] = pa.Field(metadata={"alphacast": "date"})
    País_región: Series[str] = pa.Field(
        alias="País, región", metadata={"alphacast": "entity"}
    )
    class_: Series[float] = pa.Field(
        alias="class", nullable=True, metadata={"alphacast": "value"}
    )
    validate_: Series[float] = pa.Field(
        alias="validate", nullable=True, metadata={"alphacast": "value"}
    )
    Vivienda_agua: Series[float] = pa.Field(
        alias="Vivienda, agua", nullable=True, metadata={"alphacast": "value"}
    )
    rank: Series[pd.Int16Dtype] = pa.Field(
        nullable=True, metadata={"alphacast": "value"}
    )
    note: Series[str] = pa.Field(nullable=True, metadata={"alphacast": "value"})

    class Config:
        """What holds for the frame as a whole: one row a key."""

        name = "PricesOfPeru"
        unique: ClassVar[list[str]] = ["Date", "País, región"]
