"""Pandera schemas: of a dataset, of a frame, and the roles that a user's schema states."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alphacast_pandas.api.client import resolve_client
from alphacast_pandas.api.discovery import fetch_definitions, with_every_column
from alphacast_pandas.api.identifiers import resolve_dataset
from alphacast_pandas.column_types import is_object
from alphacast_pandas.errors import QueryError
from alphacast_pandas.tracebacks import short_traceback

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd
    import pandera.pandas as pa

    from alphacast_pandas.api.client import Client
    from alphacast_pandas.api.definitions import Definitions
    from alphacast_pandas.api.identifiers import Id

ROLES = ("date", "entity", "value", "ignore")
_METADATA_KEY = "alphacast"


@short_traceback
def schema(dataset_id: Id, *, client: Client | None = None) -> pa.DataFrameSchema:
    """
    Return the contract of a dataset as a pandera schema.

    It is made from the dataset's column definitions: the types that `read_alphacast`
    gives, date and entities not missing, the key unique. Nothing is coerced.

    Parameters
    ----------
    dataset_id : int, str or Dataset
        Number, address, record or exact name of the dataset, as for `read_alphacast`.
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
    client = resolve_client(client)
    return schema_of(definitions_of(client, resolve_dataset(client, dataset_id)))


def definitions_of(client: Client, dataset_id: int) -> Definitions:
    """Return the definitions of a dataset, every column among them."""
    remembered = client._connection.recall(dataset_id)
    definitions = remembered or fetch_definitions(client.datasets, dataset_id)
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
    value_types = {name: (str,) for name, dtype in types.items() if is_object(dtype)}
    return _build(types, value_types, {name: roles[name] for name in types if name in roles})


def frame_schema(frame: pd.DataFrame, roles: Mapping[str, str]) -> pa.DataFrameSchema:
    """Return the schema of a frame: its types, and of objects the types that they have."""
    types = {name: frame[name].dtype for name in frame.columns}
    value_types = {
        name: tuple(dict.fromkeys(map(type, frame[name].dropna())))
        for name, dtype in types.items()
        if is_object(dtype)
    }
    return _build(types, value_types, roles)


def to_schema(contract: Any) -> pa.DataFrameSchema:
    """Return the pandera schema of a user's schema or model, whose roles are known words."""
    import pandera.pandas as pa

    schema = contract
    if isinstance(contract, type) and issubclass(contract, pa.DataFrameModel):
        try:
            schema = contract.to_schema()
        except Exception as error:  # whatever its annotations and fields lead to
            reason = f"{type(error).__name__}: {error}"
            msg = f"schema: pandera makes no schema of {contract.__name__}: {reason}"
            raise QueryError(msg) from error
    if not isinstance(schema, pa.DataFrameSchema):
        msg = (
            "schema is a pandera DataFrameSchema or DataFrameModel of pandera.pandas, "
            f"not {_describe(contract)}."
        )
        raise QueryError(msg)
    for name, role in _stated(schema):
        if role not in ROLES:
            msg = f"schema: column {name!r} has the role {role!r}; roles are {', '.join(ROLES)}."
            raise QueryError(msg)
    return schema


def index_levels(schema: pa.DataFrameSchema) -> list[Any]:
    """Return the levels of the index that a schema describes, none if it describes none."""
    index = schema.index
    return [] if index is None else [*getattr(index, "indexes", [index])]


def roles_of(schema: pa.DataFrameSchema, frame: pd.DataFrame) -> dict[str, str]:
    """
    Return the roles that a schema states for columns of a frame, and for levels of its index.

    A pattern states the role of every column that it matches; a column's own name comes first.
    """
    patterns = {name for name, column in schema.columns.items() if column.regex}
    roles: dict[str, str] = {}
    for pattern in patterns & dict(_stated(schema)).keys():
        role = schema.columns[pattern].metadata[_METADATA_KEY]
        for name in _matches(schema.columns[pattern], frame):
            if roles.setdefault(name, role) != role:
                msg = (
                    f"schema: patterns give column {name!r} the roles {roles[name]!r} and {role!r}."
                )
                raise QueryError(msg)
    return roles | {name: role for name, role in _stated(schema) if name not in patterns}


def _build(
    types: Mapping[str, Any], value_types: Mapping[str, tuple[type, ...]], roles: Mapping[str, str]
) -> pa.DataFrameSchema:
    """Return a schema of exact types, with roles, the key not missing and unique."""
    import pandera.pandas as pa

    keys = [name for role in ("date", "entity") for name, r in roles.items() if r == role]
    columns = {
        name: pa.Column(
            None if is_object(dtype) else dtype,
            nullable=name not in keys,
            metadata={_METADATA_KEY: roles.get(name, "value")},
            checks=[_type_check(value_types[name])] if value_types.get(name) else None,
        )
        for name, dtype in types.items()
    }
    return pa.DataFrameSchema(columns, unique=keys or None)


def _type_check(types: tuple[type, ...]) -> pa.Check:
    import pandera.pandas as pa

    name = "text" if types == (str,) else ", ".join(type_.__name__ for type_ in types)
    return pa.Check(lambda value: isinstance(value, types), element_wise=True, name=name)


def _stated(schema: pa.DataFrameSchema) -> Iterable[tuple[str, str]]:
    """Return the roles in a schema's metadata, by the names of its columns and levels."""
    levels = [level for level in index_levels(schema) if level.name]
    for part in (*levels, *schema.columns.values()):
        role = (part.metadata or {}).get(_METADATA_KEY)
        if role is not None:
            yield part.name, role


def _matches(column: pa.Column, frame: pd.DataFrame) -> list[str]:
    import pandera.errors

    try:
        return [*column.get_regex_columns(frame)]
    except pandera.errors.SchemaError:  # how pandera says that it matches none
        return []
    except Exception as error:  # what an engine for regular expressions makes of the pattern
        reason = f"{type(error).__name__}: {error}"
        msg = f"schema: the pattern {column.name!r} could not be tried: {reason}"
        raise QueryError(msg) from error


def _describe(value: Any) -> str:
    type_ = value if isinstance(value, type) else type(value)
    return f"{type_.__module__}.{type_.__qualname__}".removeprefix("builtins.")
