"""
N'''+/ {x} import os: dataset 7938 of Alphacast.

Written by "alphacast-pandas model 7938". Checks of your own go into the fields, such
as pa.Field(ge=0, ...). Pass the class as schema= to read_alphacast and to df.alphacast.push.
"""

from typing import ClassVar

import pandas as pd
import pandera.pandas as pa
from pandera.typing.pandas import Series


class NXImportOs(pa.DataFrameModel):
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
    Config_: Series[float] = pa.Field(
        alias="Config", nullable=True, metadata={"alphacast": "value"}
    )
    pd_: Series[float] = pa.Field(
        alias="pd", nullable=True, metadata={"alphacast": "value"}
    )
    str_: Series[float] = pa.Field(
        alias="str", nullable=True, metadata={"alphacast": "value"}
    )
    x: Series[float] = pa.Field(
        alias="__x", nullable=True, metadata={"alphacast": "value"}
    )
    column_3m: Series[float] = pa.Field(
        alias="3m", nullable=True, metadata={"alphacast": "value"}
    )
    a_b: Series[float] = pa.Field(
        alias='a"b\\\'', nullable=True, metadata={"alphacast": "value"}
    )
    a_b_: Series[float] = pa.Field(
        alias="a b", nullable=True, metadata={"alphacast": "value"}
    )
    a_b__: Series[float] = pa.Field(
        alias="a_b", nullable=True, metadata={"alphacast": "value"}
    )
    a_b___: Series[float] = pa.Field(
        alias="a-b", nullable=True, metadata={"alphacast": "value"}
    )
    日本: Series[float] = pa.Field(nullable=True, metadata={"alphacast": "value"})
    column_1_2: Series[float] = pa.Field(
        alias="½", nullable=True, metadata={"alphacast": "value"}
    )
    column: Series[float] = pa.Field(
        alias="€", nullable=True, metadata={"alphacast": "value"}
    )
    match_: Series[float] = pa.Field(
        alias="match", nullable=True, metadata={"alphacast": "value"}
    )
    schema: Series[float] = pa.Field(nullable=True, metadata={"alphacast": "value"})
    x_: Series[float] = pa.Field(
        alias="{x}", nullable=True, metadata={"alphacast": "value"}
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

        name = "NXImportOs"
        unique: ClassVar[list[str]] = ["Date", "País, región"]
