"""The table of an answer: to the frame that a caller gets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from alphacast_pandas.contracts.arrival import check_arrival
from alphacast_pandas.reading.frame import index_names, to_frame

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from alphacast_pandas.api.client import Client
    from alphacast_pandas.reading.asking import Asked
    from alphacast_pandas.reading.options import ReadOptions

_LIMITS = {"$filter", "$last", "$top"}


@dataclass(frozen=True)
class Delivery:
    """How a caller wants the frame, and where it came from."""

    client: Client
    dataset_id: int
    options: ReadOptions
    schema: Any

    def frame(
        self, table: pa.Table, asked: Asked, *, used_up: bool, first_row: int = 0
    ) -> pd.DataFrame:
        """
        Return the frame of `table`, checked against the caller's contract.

        Its rows are numbered from `first_row` on. It shares memory only with what is `used_up`.
        """
        definitions = asked.definitions
        frame = to_frame(
            table,
            definitions,
            dtype_backend=self.options.dtype_backend,
            categories=self.options.categories,
            used_up=used_up,
        )
        if not used_up:
            frame = frame.copy()  # a view of Arrow's memory cannot be written to
        if first_row:
            frame.index = frame.index + first_row
        names = index_names(self.options.index, definitions)
        if self.schema is not None and self.schema is not False:
            frame = check_arrival(frame, self.schema, definitions, names)
        return frame.set_index(names) if names else frame

    def provenance(self, asked: Asked, rows: int) -> dict[str, Any]:
        """Return where a frame came from, as plain JSON values: others would break to_parquet."""
        dataset, clock = asked.definitions.dataset, self.client.clock
        facts = {
            "dataset_id": self.dataset_id,
            "name": dataset.name if dataset else None,
            "repository_id": dataset.repository_id if dataset else None,
            "url": self.client.page_of(self.dataset_id),
            "query": asked.params,
            "retrieved_at": clock.now().isoformat(timespec="seconds"),
            "rows": rows,
        }
        if not asked.query.asks_for_every_row and not _LIMITS & asked.params.keys():
            facts["every_row"] = False  # which nobody could tell from what was sent
        return facts
