"""Read by mypy only: what the package promises to a type checker."""

import datetime as dt
import pathlib
from typing import Any, assert_type

import pandas as pd
import pandera.pandas as pa

import alphacast_pandas as ap
from alphacast_pandas.api.records import Column, Dataset, Records


def reading() -> None:
    assert_type(ap.read_alphacast(5515), pd.DataFrame)
    assert_type(
        ap.read_alphacast(
            "https://www.alphacast.io/datasets/some-slug-5515",
            filter={"country": ["Argentina", "Brazil"], "Date": slice("2020", "2021-06")},
            select=["CPI"],
            start="2020",
            end=dt.date(2021, 6, 30),
            last=24,
            top=1000,
            index=True,
            dtype_backend="pyarrow",
            categories=True,
            schema=True,
            progress=False,
            client=ap.Client("ak_0000"),
        ),
        pd.DataFrame,
    )
    ap.read_alphacast(5515, filter="Country eq 'USA'", start=pd.Timestamp("2020"))
    ap.read_alphacast(5515, filter=[("country", "in", ["Chile"]), ("Date", ">=", "2020")])
    ap.read_alphacast(5515, filter=[[("country", "==", "Chile")], [("CPI", ">", 100)]])
    ap.read_alphacast(5515, filter=(ap.col("Date") >= "2020") & ~ap.col("country").isin(["Chile"]))
    ap.read_alphacast(5515, filter=(pd.col("Date") >= "2020") & (pd.col("CPI") > 1))
    assert_type(ap.explain(5515, filter=ap.col("CPI").isna()), ap.Explanation)
    for dataset in ap.get_client().datasets.list():
        assert_type(ap.read_alphacast(dataset), pd.DataFrame)
    ap.read_alphacast(ap.get_client().datasets.find("Prices").id)
    ap.push(pd.DataFrame(), name="Prices", repository=ap.get_client().repositories.home())
    ap.read_alphacast(filter={}, dataset_id=5.5)  # type: ignore[call-overload]  # a number has no half
    ap.read_alphacast(5515, filter=5)  # type: ignore[call-overload]  # no spelling of a filter
    ap.read_alphacast(5515, start=pd.Period("2020Q1"), end=pd.Timestamp("2021-01-01"))
    ap.read_alphacast(5515, 2020)  # type: ignore[call-overload]  # one argument by position
    assert_type(ap.read_alphacast(5515, chunksize=1000), ap.DatasetReader)
    for piece in ap.read_alphacast(5515, chunksize=1000):
        assert_type(piece, pd.DataFrame)
    assert_type(ap.read_alphacast(5515, cache="6h"), pd.DataFrame)
    assert_type(ap.read_alphacast(5515, cache=dt.timedelta(hours=6), chunksize=9), ap.DatasetReader)
    ap.Client(cache=pd.Timedelta("6h"), stale_ok=True)
    ap.login(cache="only")
    ap.read_alphacast(5515, cache=6)  # type: ignore[call-overload]  # six of what?
    assert_type(ap.cache.info(), pd.DataFrame)
    assert_type(ap.cache.clear(5515, older_than="30d"), int)
    assert_type(ap.to_parquet(5515, "cpi.parquet", start="2020", client=ap.Client()), pathlib.Path)
    ap.to_parquet("5515", pathlib.Path("cpi.parquet"), dtype_backend="pyarrow", schema=True)
    ap.to_parquet(5515, "cpi.parquet", chunksize=10)  # type: ignore[call-arg]  # it is one file
    assert_type(ap.push("cpi.parquet", 5515, mode="append"), ap.PushResult)
    assert_type(ap.push(pathlib.Path("folder"), name="CPI", wait=False), ap.PushResult)
    ap.push(5515)  # type: ignore[arg-type]  # neither a frame nor a path
    assert_type(ap.validate("cpi.parquet"), str)
    assert_type(ap.validate(pathlib.Path("cpi.parquet"), 5515), pathlib.Path)
    assert_type(ap.validate(pd.DataFrame()), pd.DataFrame)
    ap.diff("cpi.parquet", 5515)  # type: ignore[arg-type]  # which needs all rows at once
    ap.read_arrow(5515, filter=ap.col("CPI") > 1, last=2, as_of="2026-05", store="vintages")
    ap.read_arrow(5515, index=True)  # type: ignore[call-arg]  # a table has none
    ap.read_dask(5515, by="10YE", filter={"country": "Chile"}, last=24, cache=True)
    ap.read_dask(5515, by=["2010", dt.date(2020, 1, 1)])
    ap.read_dask(5515, top=5)  # type: ignore[call-arg]  # a part of the first partition?
    ap.read_dask(5515, cache="6h")  # type: ignore[arg-type]  # partitions of different ages
    ddf = ap.read_dask(5515)
    assert_type(ap.push_dask(ddf, name="Prices", mode="append"), ap.PushResult)
    ap.push_dask(ddf, 5515, mode="replace")  # type: ignore[arg-type]  # deletes what others sent
    ap.read_alphacast(5515, last="24")  # type: ignore[call-overload]  # a number


def reading_many(client: ap.Client) -> None:
    frames = ap.read_many({"cpi": 5515, "gdp": {"dataset_id": 8277, "select": "GDP"}}, start="2015")
    assert_type(frames, ap.Frames)
    assert_type(frames["cpi"], pd.DataFrame)
    assert_type(frames.errors, pd.DataFrame)
    for label, frame in frames.items():
        assert_type(label, Any)
        assert_type(frame, pd.DataFrame)
    ap.read_many([5515, "8277", client.datasets.get(5)], errors="collect", workers=4)
    ap.read_many(ap.search("prices"), last=12, client=client)
    ap.read_many(5515)  # type: ignore[arg-type]  # read_alphacast reads one
    ap.read_many([5515], chunksize=10)  # type: ignore[call-arg]  # of a single read only


def finding(client: ap.Client) -> None:
    assert_type(ap.search("consumer prices", repository="Macro", limit=None), pd.DataFrame)
    assert_type(ap.datasets(45, name="prices"), pd.DataFrame)
    assert_type(ap.repositories(client=client), pd.DataFrame)
    assert_type(ap.info(5515, expect="*prices*"), ap.DatasetInfo)
    assert_type(ap.info("5515").columns, pd.DataFrame)
    assert_type(ap.coverage(5515, select="CPI", filter={"country": "Chile"}), pd.DataFrame)
    assert_type(ap.read_series([53804, "53805"], start="2020", wide=False), pd.DataFrame)
    assert_type(ap.read_provider("fred", "GDP", start_date="2020-01-01"), pd.DataFrame)
    assert_type(client.search("prices")[0].name, str)
    assert_type(client.series.get(53804).dataset_id, int | None)
    assert_type(client.series.download(53804, format="tsv"), bytes)
    assert_type(client.providers.list()[0].slug, str | None)
    ap.search(5515)  # type: ignore[arg-type]  # words
    ap.search("prices", 10)  # type: ignore[call-arg]  # one argument by position


def aligning(cpi: pd.DataFrame, gdp: pd.DataFrame) -> None:
    assert_type(ap.align({"cpi": cpi, "gdp": gdp}), pd.DataFrame)
    assert_type(
        ap.align(
            {5515: cpi, "gdp": gdp},
            frequency="Q",
            aggregate={"value": "mean", (5515, "rate"): "last"},
            entities={"country": ["country", "Country / Region"]},
            how="left",
            partial=True,
        ),
        pd.DataFrame,
    )
    by_number = {5515: cpi}
    words = {("cpi", "value"): "mean"}
    names = {"country": "pais"}
    ap.align(by_number, aggregate=words, entities=names)
    ap.align([cpi, gdp])  # type: ignore[arg-type]  # labels name the frames
    ap.align({"cpi": cpi}, how="right")  # type: ignore[arg-type]  # no such join
    assert_type(ap.latest(cpi, 3, at="2024-02"), pd.DataFrame)
    assert_type(ap.latest(cpi, at=dt.date(2024, 2, 29)), pd.DataFrame)


def vintages(df: pd.DataFrame) -> None:
    assert_type(ap.snapshot([5515, "Prices"], errors="collect", store="folder"), pd.DataFrame)
    assert_type(ap.snapshot(5515, frame=df, at=dt.date(2024, 3, 1)), pd.DataFrame)
    assert_type(ap.snapshot(ap.datasets(), store=pathlib.Path("folder")), pd.DataFrame)
    assert_type(ap.read_alphacast(5515, as_of="2026-05", store="folder"), pd.DataFrame)
    assert_type(ap.read_alphacast(5515, as_of=dt.date(2026, 5, 1), chunksize=9), ap.DatasetReader)
    assert_type(ap.vintages(5515), pd.DataFrame)
    assert_type(ap.revisions("Prices", select="CPI", since=pd.Timestamp("2024")), pd.DataFrame)
    assert_type(ap.releases(5515, -1, filter={"country": "Chile"}), pd.DataFrame)
    assert_type(ap.triangle(5515, "CPI"), pd.DataFrame)
    ap.triangle(5515)  # type: ignore[call-arg]  # of one column


def names() -> None:
    ap.read_alphacst(5515)  # type: ignore[attr-defined]  # names load when used, but not any name


def contracts() -> None:
    assert_type(ap.schema(5515), pa.DataFrameSchema)


def writing(df: pd.DataFrame) -> None:
    assert_type(ap.push(df, 5515), ap.PushResult)
    assert_type(
        ap.push(df, 5515, mode="replace", max_delete=0.01, verify=True, if_unchanged=df),
        ap.PushResult,
    )
    assert_type(ap.push(df, 5515, only_changes=True).process_id, int | None)
    diff = ap.diff(df, 5515)
    assert_type(diff, ap.Diff)
    assert_type(ap.diff(df, name="Prices", repository="Mine", mode="mirror"), ap.Diff)
    assert_type(diff.changed, pd.DataFrame)
    assert_type(diff.unchanged, int)
    assert_type(diff.dates, pd.DatetimeIndex)
    assert_type(diff.push(only_changes=True, max_delete=10, verify=True), ap.PushResult)
    assert_type(ap.diff(df, 5515, missing="keep"), ap.Diff)
    ap.push(df, 5515, mode="delete")  # type: ignore[arg-type]  # one of four modes
    assert_type(ap.validate(df, 5515), pd.DataFrame)
    assert_type(ap.manifest(df), list[dict[str, Any]])
    diff.push(5515)  # type: ignore[call-arg,arg-type]  # it knows where to


def settings() -> None:
    assert_type(ap.get_client(), ap.Client)
    ap.login("ak_0000", store=True)
    with ap.Client("ak_0000", base_url="http://127.0.0.1:8400", timeout=5.0, retries=0) as client:
        assert_type(client, ap.Client)
        datasets: list[Dataset] = client.datasets.list()
        assert_type(datasets[0].min_date, dt.date | None)
        columns = client.datasets.columns(5515)
        assert_type(columns, Records[Column])
        assert_type(columns[:2], Records[Column])
        assert_type(columns[0], Column)
        assert_type([repository.name for repository in client.repositories.list()], list[str])


def errors() -> None:
    try:
        ap.read_alphacast(5515)
    except ap.ValidationError as error:
        assert_type(error.failures, pd.DataFrame)
    except ap.VerificationError as error:
        if error.diff is not None:
            assert_type(error.diff.changed, pd.DataFrame)
    except ap.ProcessTimeout as error:
        assert_type(error.in_doubt, bool)
    except ap.PushInterrupted as error:
        assert_type(error.parts, tuple[ap.PushPart, ...])
        assert_type(error.cause, ap.AlphacastError | None)
        assert_type(error.resume(timeout=60.0), ap.PushResult)
    except ap.AlphacastError as error:
        assert_type(error.status_code, int | None)
        assert_type(error.retryable, bool)
        assert_type(error.cause, BaseException | None)
