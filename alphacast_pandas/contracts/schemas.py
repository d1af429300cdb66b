"""Contracts of datasets and frames as pandera schemas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alphacast_pandas.api.client import get_client
from alphacast_pandas.api.discovery import fetch_definitions, with_every_column
from alphacast_pandas.api.identifiers import resolve_id
from alphacast_pandas.column_types import is_object
from alphacast_pandas.contracts.failures import from_pandera, refuse
from alphacast_pandas.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    import pandera.pandas as pa

    from alphacast_pandas.api.client import Client
    from alphacast_pandas.api.definitions import Definitions


ROLES = ("date", "entity", "value", "ignore")
_KEY = "alphacast"


def schema(dataset_id: int | str, *, client: Client | None = None) -> pa.DataFrameSchema:
    """
    Return the contract of a dataset as a pandera schema.

    It is made from the dataset's column definitions: the types that `read_alphacast`
    gives, date and entities not missing, the key unique. Nothing is coerced.

    Parameters
    ----------
    dataset_id : int or str
        Number of the dataset, or the address of its page.
    client : Client, optional
        The connection to use, by default that of `get_client`.

    Returns
    -------
    DataFrameSchema
        One column per column of the dataset; roles are in the metadata under
        ``"alphacast"``.

    Raises
    ------
    NotFoundError
        If the dataset does not exist or the key may not see it.

    See Also
    --------
    DataFrame.alphacast.schema : The same from a frame.

    Examples
    --------
    >>> import alphacast_pandas as ap
    >>> contract = ap.schema(dataset_id)
    >>> contract.columns["country"].metadata
    {'alphacast': 'entity'}
    >>> contract.validate(ap.read_alphacast(dataset_id)).shape[0] > 0
    True
    """
    return schema_of(definitions_of(client or get_client(), resolve_id(dataset_id)))


def definitions_of(client: Client, dataset_id: int) -> Definitions:
    """Return the definitions of a dataset, every column among them."""
    remembered = client._connection.recall(dataset_id)
    definitions = remembered or fetch_definitions(client, dataset_id)
    return with_every_column(client, dataset_id, definitions)


def schema_of(
    definitions: Definitions, dtypes: Mapping[str, Any] | None = None
) -> pa.DataFrameSchema:
    """Return the schema of a dataset, at the types of a frame if they are given."""
    types = dtypes or {
        name: None if (type_ := definitions.type_of(name)) is None else type_.dtype()
        for name in definitions.names
    }
    roles = {str(column.name): column.role for column in definitions.columns}
    return build_schema(types, {name: roles[name] for name in types if name in roles})


def build_schema(dtypes: Mapping[str, Any], roles: Mapping[str, str]) -> pa.DataFrameSchema:
    """Return a schema of exact types, with roles, the key not missing and unique."""
    import pandera.pandas as pa

    keys = [name for role in ("date", "entity") for name, r in roles.items() if r == role]
    columns = {
        name: pa.Column(
            None if is_object(dtype) else dtype,
            nullable=name not in keys,
            metadata={_KEY: roles.get(name, "value")},
            checks=[pa.Check(_is_text, element_wise=True, name="text")]
            if is_object(dtype)
            else None,
        )
        for name, dtype in dtypes.items()
    }
    return pa.DataFrameSchema(columns, unique=keys or None)


def roles_of(contract: Any) -> dict[str, str]:
    """Return the roles that a user's schema states."""
    stated = {name: (part.metadata or {}).get(_KEY) for name, part in _parts(contract).items()}
    wrong = {name: role for name, role in stated.items() if role not in (None, *ROLES)}
    if wrong:
        name, role = next(iter(wrong.items()))
        msg = f"schema: column {name!r} has the role {role!r}; roles are {', '.join(ROLES)}."
        raise QueryError(msg)
    return {name: role for name, role in stated.items() if role is not None}


def _parts(contract: Any) -> dict[str, Any]:
    """Return the columns of a schema, and the levels of its index that have a name."""
    index = contract.index
    levels = getattr(index, "indexes", [] if index is None else [index])
    return {**{str(level.name): level for level in levels if level.name}, **contract.columns}


def to_schema(contract: Any) -> Any:
    """Return the pandera schema of a schema or a model."""
    made = contract.to_schema() if hasattr(contract, "to_schema") else contract
    if not hasattr(made, "validate") or not isinstance(getattr(made, "columns", None), dict):
        msg = (
            f"schema is a pandera DataFrameSchema or DataFrameModel, not {type(contract).__name__}."
        )
        raise QueryError(msg)
    return made


def frame_dtypes(frame: pd.DataFrame, names: Sequence[str]) -> dict[str, Any]:
    """Return the types of some columns."""
    return {name: frame[name].dtype for name in names}


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


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
