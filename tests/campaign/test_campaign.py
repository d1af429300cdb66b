"""
Random frames, schemas and faults against both servers: nothing may be changed or lost unsaid.

Each case comes from its number, so that one that fails can be run again by it. A plain run takes a
few of each kind; ``--exhaustive`` takes tens of thousands, and ``--cases N`` any number.
"""

import random
import signal
import warnings
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pytest
from blackbox.exchange import Reply
from blackbox.frames import PANEL, check_same, oracle, panel_rows, whole
from blackbox.state import State
from campaign.frames import Drawn, check_same_rows, draw_frame, expected_rows, rows_of

import alphacast_pandas as ap
from alphacast_pandas.emulator import Emulator

# A case returns how it ended, so that a run shows how many frames were taken and how many refused.
Case = Callable[[random.Random], str]


def run_cases(case: Case, count: int, first: int, name: str) -> None:
    """Run so many cases; say how many there were, and the number of one that fails."""
    outcomes: Counter[str] = Counter()
    for number in range(first, first + count):
        rng = random.Random(f"{name} {number}")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                outcomes[case(rng)] += 1
            except Exception as error:
                message = f"case {number} of {name} failed: {type(error).__name__}: {error}"
                raise AssertionError(message) from error
    told = ", ".join(f"{many:,} {outcome}" for outcome, many in outcomes.items())
    print(f"{name}: {count:,} cases, all right ({told})")  # noqa: T201 - the number of cases


def push_and_read(drawn: Drawn, number: int, client: ap.Client, holds: Callable[[], Any]) -> str:
    """Push a frame: it is refused and nothing has changed, or what comes back is what went."""
    before = holds()
    copy = drawn.frame.copy(deep=True)
    try:
        drawn.frame.alphacast.push(
            number, date=drawn.date, entities=drawn.entities, client=client, progress=False
        )
    except (ap.ValidationError, ap.QueryError):
        assert holds() == before
        return "refused"
    finally:
        pd.testing.assert_frame_equal(drawn.frame, copy)
    frame = ap.read_alphacast(number, client=client, progress=False)
    check_same_rows(rows_of(frame, drawn.keys), expected_rows(drawn))
    return "taken"


@pytest.fixture
def first(request: pytest.FixtureRequest) -> int:
    return int(request.config.getoption("--first-case"))


@pytest.fixture
def count(request: pytest.FixtureRequest) -> int:
    """How many cases of each kind are run."""
    given = request.config.getoption("--cases")
    if given is not None:
        return int(given)
    return 5_000 if request.config.getoption("--exhaustive") else 40


def test_frames_come_back_from_the_other_server_or_are_refused(
    service: State, client: ap.Client, count: int, first: int
) -> None:
    def case(rng: random.Random) -> str:
        service.log.clear()
        service.datasets.clear()
        service.signed.clear()
        service.switches.definitions = rng.choice(["full", "irregular"])
        service.switches.gzip = rng.random() < 0.5
        dataset = service.add_dataset("New")
        drawn = draw_frame(rng)
        return push_and_read(drawn, dataset.id, client, lambda: len(service.uploads()))

    run_cases(case, count, first, "frames, other server")


def test_frames_come_back_from_the_emulator_or_are_refused(
    emulator: Emulator, emulated: ap.Client, count: int, first: int
) -> None:
    home = emulated.repositories.home().id
    names = iter(range(10**9))

    def case(rng: random.Random) -> str:
        emulator.forget_requests()
        number = emulated.datasets.create(f"New {next(names)}", repository_id=home).id

        def uploads() -> int:
            return sum(each.method == "PUT" for each in emulator.requests)

        try:
            return push_and_read(draw_frame(rng), number, emulated, uploads)
        finally:
            emulated.datasets.delete(number)

    run_cases(case, max(1, count // 4), first, "frames, emulator")


def draw_query(rng: random.Random) -> tuple[dict[str, Any], dict[str, Any]]:
    """Draw keywords of a read, and what they are for the oracle."""
    asked: dict[str, Any] = {}
    expected: dict[str, Any] = {}
    for name in ("start", "end"):
        if rng.random() < 0.3:
            month = f"2020-{rng.randint(1, 9):02}"
            asked[name] = month
            stop = pd.Period(month).end_time.floor("us")
            expected[name] = pd.Timestamp(month) if name == "start" else stop
    if asked.get("start", "") > asked.get("end", "9"):
        asked.clear()
        expected.clear()
    for name, most in (("last", 8), ("top", 30)):
        if rng.random() < 0.3:
            asked[name] = expected[name] = rng.randint(1, most)
    if rng.random() < 0.3:
        wanted = rng.sample(["CPI", "GDP", "rank", "note"], rng.randint(1, 3))
        asked["select"] = expected["select"] = wanted
    if rng.random() < 0.5:
        countries = rng.sample(["Chile", "Brazil", "Côte d'Ivoire", "Argentina"], rng.randint(1, 3))
        asked["filter"] = {"country": countries}
        expected["keep"] = lambda frame: frame["country"].isin(countries)
    return asked, expected


GARBAGE = [
    b"", b"{}", b"[]", b"<html>no</html>", b"Date,country\n", b"error\nplan used up\n", b"\xff\xfe",
    b'Date,country,CPI,GDP,rank,note\n2020-01-01,"Chile', b"\n\n\n", b"Date\n2020-01-01\n",
]  # fmt: skip


def spoil(rng: random.Random, reply: Reply) -> Reply:
    """Make something else of an honest answer."""
    way = rng.randrange(6)
    body = reply.body
    if way == 0:
        reply.body = rng.choice(GARBAGE)
    elif way == 1:
        reply.status = rng.choice([206, 202, 203, 204, 400, 403, 404, 429, 500, 503])
    elif way == 2:
        reply.headers["Content-Type"] = rng.choice(["text/html", "image/png", "application/xml"])
    elif way == 3 and body:
        reply.cut = rng.random()
        reply.reset = rng.random() < 0.5
    elif way == 4 and body:
        place = rng.randrange(len(body))
        reply.body = body[:place]  # a server that believes it is whole
        reply.headers["Content-Range"] = f"bytes 0-{place}/{len(body)}"
    else:
        reply.headers["Content-Encoding"] = rng.choice(["gzip", "br", "deflate"])
    return reply


def test_reads_under_faults_are_whole_or_errors(
    service: State, client: ap.Client, count: int, first: int
) -> None:
    dataset = service.seed(PANEL, panel_rows(), "Panel")
    table = whole(dataset)

    def case(rng: random.Random) -> str:
        service.log.clear()
        service.signed.clear()
        service.faults.clear()
        service.switches.transfer = rng.choice(["length", "chunked", "close"])
        service.switches.gzip = rng.random() < 0.5
        service.switches.plain_csv = rng.choice(["storage", "same_host", "direct"])
        service.switches.last = rng.choice(["periods", "rows"])
        if rng.random() < 0.3:
            client._connection.remember(dataset.id, None)
        for _ in range(rng.randint(1, 3)):
            place = rng.choice(
                [
                    r"/data$",
                    r"/data$",
                    r"storage:|/data$",
                    r"/columns$",
                    rf"/datasets/{dataset.id}$",
                ]
            )
            if rng.random() < 0.5:
                before = rng.choice(["reset", "reset_early", "nonsense"])
                service.order(place, before=before, times=rng.randint(1, 2))
            else:
                service.order(place, change=lambda reply: spoil(rng, reply), times=1)
        asked, expected = draw_query(rng)
        try:
            frame = ap.read_alphacast(dataset.id, client=client, progress=False, **asked)
        except ap.AlphacastError as error:
            return type(error).__name__
        right = oracle(table, **expected)
        read_name = frame.attrs["alphacast"]["name"]
        if read_name is None and "rank" in frame and frame["rank"].dtype == "float64":
            # Neither the record nor the columns could be read: the answer had to tell the types.
            check_same(frame, right.astype({"rank": "float64"}))
            return "whole, types of the answer"
        check_same(frame, right)
        return "whole"

    run_cases(case, 2 * count, first, "reads under faults")
    service.faults.clear()


def draw_schema(rng: random.Random, frame: pd.DataFrame) -> pa.DataFrameSchema:
    """Draw a schema that changes the frame, leaves parts of it out, or refuses it."""
    columns: dict[str, pa.Column] = {
        "Date": pa.Column(metadata={"alphacast": "date"}),
        "country": pa.Column(metadata={"alphacast": "entity"}),
    }
    words: dict[str, Any] = {}
    if rng.random() < 0.5:
        columns["CPI"] = pa.Column("float64", coerce=True, nullable=True)
    if rng.random() < 0.4:
        columns["CPI"] = pa.Column(
            "float64", pa.Check.lt(rng.choice([2, 50, 200])), coerce=True, nullable=True
        )
        words["drop_invalid_rows"] = rng.random() < 0.5
    if rng.random() < 0.4:
        columns["note.*"] = pa.Column(regex=True, metadata={"alphacast": "ignore"}, nullable=True)
    if rng.random() < 0.3:
        words["strict"] = "filter"
    if rng.random() < 0.3:
        descending = rng.random() < 0.5
        words["parsers"] = pa.Parser(
            lambda df: df.sort_values(df.columns[-1], ascending=not descending)
        )
    if "Date" in frame.index.names:
        levels = [pa.Index(name=name) for name in frame.index.names]
        words["index"] = levels[0] if len(levels) == 1 else pa.MultiIndex(levels)
        for name in frame.index.names:
            columns.pop(name)
            words["index"].metadata = None
    return pa.DataFrameSchema(columns, **words)


def on_columns(schema: pa.DataFrameSchema, frame: pd.DataFrame) -> pa.DataFrameSchema:
    """Return the same schema for the frame whose index levels are columns."""
    columns = {**{name: pa.Column() for name in frame.index.names}, **schema.columns}
    return pa.DataFrameSchema(
        columns,
        parsers=schema.parsers,
        strict=schema.strict,
        drop_invalid_rows=schema.drop_invalid_rows,
    )


def test_what_a_schema_makes_of_a_frame_is_what_is_sent(
    service: State, client: ap.Client, count: int, first: int
) -> None:
    def case(rng: random.Random) -> str:
        service.log.clear()
        service.datasets.clear()
        rows = rng.randint(1, 6)
        frame = pd.DataFrame(
            {
                "Date": pd.date_range("2020", periods=rows),
                "country": [rng.choice(["Chile", "Perú"]) for _ in range(rows)],
                "CPI": rng.choice(
                    [
                        [str(rng.randint(1, 99)) for _ in range(rows)],
                        [rng.random() * 100 for _ in range(rows)],
                        [rng.choice([1.0, np.nan]) for _ in range(rows)],
                    ]
                ),
                "note a": "x",
                "note b": None,
            }
        )
        if rng.random() < 0.4:
            frame = frame.set_index(rng.choice([["Date"], ["Date", "country"]]))
        schema = draw_schema(rng, frame)
        words: dict[str, Any] = {"date": "Date", "entities": ["country"]}
        dataset = service.add_dataset("New")
        try:
            validated = schema.validate(frame, lazy=True)
        except NameError:  # pandera cannot drop rows below a MultiIndex that has dates
            validated = on_columns(schema, frame).validate(frame.reset_index(), lazy=True)
        except Exception:  # noqa: BLE001 - whatever pandera makes of it, it is no frame
            validated = None
        try:
            ap.push(frame, dataset.id, schema=schema, client=client, progress=False, **words)
        except (ap.ValidationError, ap.QueryError):
            assert service.uploads() == []
            return "refused"
        assert validated is not None, "pandera refuses the frame, and it was pushed"
        ignored = [n for n in validated.columns if str(n).startswith("note")]
        sent = validated.drop(columns=ignored if "note.*" in schema.columns else [])
        read = ap.read_alphacast(dataset.id, client=client, progress=False)
        drawn = Drawn(sent, "Date", ["country"], [])
        check_same_rows(rows_of(read, drawn.keys), expected_rows(drawn))
        if "note.*" in schema.columns:
            assert not [name for name in read.columns if str(name).startswith("note")]
        return "taken"

    run_cases(case, max(1, count // 2), first, "schemas")


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="there are no such timers")
def test_reads_after_ctrl_c_are_right(
    service: State, client: ap.Client, count: int, first: int
) -> None:
    datasets = [
        service.seed(
            [("Date", "Date", True), ("x", "Decimal", False)],
            [(day.to_pydatetime(), float(n)) for day in pd.date_range("2020", periods=50)],
        )
        for n in range(3)
    ]

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    def case(rng: random.Random) -> str:
        service.log.clear()
        service.signed.clear()
        one, other = rng.sample(range(3), 2)
        outcome = "too late"
        try:
            signal.setitimer(signal.ITIMER_REAL, rng.uniform(1e-4, 8e-3))
            ap.read_alphacast(datasets[one].id, client=client, progress=False)
            signal.setitimer(signal.ITIMER_REAL, 0)
        except KeyboardInterrupt:
            outcome = "interrupted"
        frame = ap.read_alphacast(datasets[other].id, client=client, progress=False)
        assert frame["x"].tolist() == [float(other)] * 50
        return outcome

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        run_cases(case, max(1, count // 4), first, "Ctrl-C")
    finally:
        signal.signal(signal.SIGALRM, before)
