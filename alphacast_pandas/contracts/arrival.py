"""The contract for what arrives: a read frame against a user's schema or the dataset's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alphacast_pandas.contracts.failures import from_pandera, refuse
from alphacast_pandas.contracts.schemas import frame_dtypes, schema_of, to_schema

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from alphacast_pandas.api.definitions import Definitions


def check_arrival(
    frame: pd.DataFrame, contract: Any, definitions: Definitions, index: Sequence[str]
) -> pd.DataFrame:
    """Return the frame as pandera leaves it, still without its index, or raise."""
    import pandera.errors

    if contract is True:
        schema: Any = schema_of(definitions, frame_dtypes(frame, [*frame.columns]))
    else:
        schema = to_schema(contract)
    indexed = schema.index is not None and bool(index)
    try:
        validated: pd.DataFrame = schema.validate(
            frame.set_index([*index]) if indexed else frame, lazy=True
        )
    except pandera.errors.SchemaErrors as error:
        refuse(from_pandera(error, None), "What arrived breaks its contract")
        raise
    return frame if indexed else validated
