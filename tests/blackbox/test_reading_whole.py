"""Section 1: a read is whole or it raises."""

import pytest
from blackbox import tree
from blackbox.exchange import Reply
from blackbox.frames import PANEL, check_same, whole
from blackbox.state import State
from blackbox.store import Dataset

import alphacast_pandas as ap

ROWS = r"(api: GET /datasets/\d+/data|storage: GET)$"
SMALL = [
    ("Date", "Date", True),
    ("country", "String", True),
    ("CPI", "Decimal", False),
    ("rank", "Short Integer", False),
]
HEAD = "Date,country,CPI,rank\n"


@pytest.mark.parametrize("transfer", ["length", "chunked", "close", "agreeing"])
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("asked", [{}, {"start": "1990"}], ids=["stored", "computed"])
def test_a_body_cut_short_is_an_error(
    service: State,
    client: ap.Client,
    panel: Dataset,
    transfer: str,
    packed: bool,
    asked: dict[str, str],
) -> None:
    """A plain body cut with nothing to tell by is found by its last, incomplete row."""

    def cut(reply: Reply) -> Reply:
        reply.headers["X-Transfer"] = transfer
        if not packed:
            reply.cut = reply.body.rindex(b",", 0, 2 * len(reply.body) // 3)
        return reply

    service.switches.gzip = packed
    pattern = "storage: GET" if not asked else r"api: GET .*/data$"
    service.order(pattern, times=99, after="cut", change=cut)
    with pytest.raises(tree.AlphacastError) as caught:
        ap.read_alphacast(panel.id, client=client, **asked)
    assert isinstance(caught.value, tree.DecodeError)


@pytest.mark.parametrize("cut", [1, 12, 40, 200])
@pytest.mark.parametrize("transfer", ["length", "chunked"])
def test_a_connection_reset_within_the_body_is_an_error(
    service: State, client: ap.Client, panel: Dataset, cut: int, transfer: str
) -> None:
    def shorten(reply: Reply) -> Reply:
        reply.cut = cut
        return reply

    service.switches.transfer = transfer
    service.order("storage: GET", times=99, after="cut_reset", change=shorten)
    with pytest.raises((tree.DecodeError, tree.ConnectionFailed)):
        ap.read_alphacast(panel.id, client=client)


def test_a_body_cut_once_never_gives_a_shorter_frame(
    service: State, client: ap.Client, panel: Dataset
) -> None:
    service.order("storage: GET", after="cut_reset")
    try:
        frame = ap.read_alphacast(panel.id, client=client)
    except tree.AlphacastError:
        return
    check_same(frame, whole(panel))


@pytest.mark.parametrize(
    "body",
    [
        b"error\nYou exceeded your free membership plan. Please upgrade your subscription.\n",
        b"\xef\xbb\xbferror\r\nYou exceeded your free membership plan.\r\n",
        b'"Error"\n"You exceeded your plan"\n',
        b"ERROR\nno\n",
    ],
)
@pytest.mark.parametrize("asked", [{}, {"start": "1990"}], ids=["stored", "computed"])
def test_an_error_inside_a_200_is_the_quota_error(
    service: State, client: ap.Client, panel: Dataset, body: bytes, asked: dict[str, str]
) -> None:
    pattern = "storage: GET" if not asked else r"api: GET .*/data$"
    service.order(pattern, times=99, reply=Reply(200, body, {"Content-Type": "text/csv"}))
    with pytest.raises(tree.QuotaError, match=r"exceeded|no"):
        ap.read_alphacast(panel.id, client=client, **asked)


@pytest.mark.parametrize("form", ["402", "csv"])
def test_a_used_up_quota_is_one_error_in_both_forms(
    service: State, client: ap.Client, panel: Dataset, form: str
) -> None:
    service.switches.quota = form
    with pytest.raises(tree.QuotaError, match="exceeded"):
        ap.read_alphacast(panel.id, client=client)
    with pytest.raises(tree.QuotaError, match="exceeded"):
        ap.read_alphacast(panel.id, filter={"country": "Chile"}, last=1, client=client)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\n",
        b"<html><body>Sign in</body></html>",
        b"<!DOCTYPE html>\n<html>\n</html>\n",
        b'{"error": "nope"}',
        b"\x00\xff\xfe\x01",
        b"PK\x03\x04",
    ],
)
@pytest.mark.parametrize("media", ["text/csv", "text/html"])
def test_what_is_not_a_table_is_not_read_as_one(
    service: State, client: ap.Client, panel: Dataset, body: bytes, media: str
) -> None:
    reply = Reply(200, body, {"Content-Type": media})
    service.order(ROWS, times=99, reply=reply)
    with pytest.raises(tree.AlphacastError):
        ap.read_alphacast(panel.id, client=client)


@pytest.mark.parametrize(
    "body",
    [
        "2020-01-01,Chile,twelve,1\n",
        "2020-01-01,Chile,1.5.2,1\n",
        "2020-01-01,Chile,1,40000\n",
        "2020-01-01,Chile,1,1.5\n",
        "soon,Chile,1,1\n",
        "2020-02-31,Chile,1,1\n",
        "2020-01-01,Chile,1\n",
        "2020-01-01,Chile,1,1,1\n",
        '2020-01-01,"Chile,1,1\n',
        "2020-01-01,Chile,1,1\n2020-01-02,Ch",
    ],
)
def test_a_value_that_was_not_promised_is_an_error(
    service: State, client: ap.Client, body: str
) -> None:
    dataset = service.can(HEAD + "2019-01-01,Chile,1.0,1\n" + body, SMALL)
    with pytest.raises(tree.DecodeError):
        ap.read_alphacast(dataset.id, client=client)


def test_bytes_that_are_not_utf8_are_an_error(service: State, client: ap.Client) -> None:
    dataset = service.can(HEAD.encode() + b"2019-01-01,M\xe9xico,1.0,1\n", SMALL)
    with pytest.raises(tree.DecodeError):
        ap.read_alphacast(dataset.id, client=client)


@pytest.mark.parametrize(
    "header", ["Date,country,CPI,CPI", "Date,country,GDP,rank", "country,CPI,rank,extra"]
)
def test_a_header_that_was_not_promised_is_an_error(
    service: State, client: ap.Client, header: str
) -> None:
    dataset = service.can(f"{header}\n2020-01-01,Chile,1,1\n", SMALL)
    with pytest.raises(tree.AlphacastError):
        ap.read_alphacast(dataset.id, select="CPI", client=client)


def test_large_answers_are_whole(service: State, client: ap.Client) -> None:
    from blackbox.frames import COUNTRIES, day

    rows = [
        (day(f"{1900 + i % 120}-{1 + i // 120 % 12:02}-01"), f"{c}{i}", i / 3, 0.1, i, None)
        for i in range(2000)
        for c in COUNTRIES
    ]
    dataset = service.seed(PANEL, rows)
    for service.switches.transfer in ("length", "chunked"):
        for service.switches.gzip in (False, True):
            check_same(ap.read_alphacast(dataset.id, client=client), whole(dataset))


def without_last_rows(reply: Reply) -> Reply:
    """Cut a body between two rows, where nothing in it tells."""
    reply.body = b"".join(reply.body.splitlines(keepends=True)[:-3])
    return reply


def test_a_body_that_only_its_connection_ends_is_not_believed_once(
    service: State, client: ap.Client, panel: Dataset
) -> None:
    service.switches.transfer, service.switches.plain_csv = "close", "direct"
    service.order(r"GET /.*/data$", change=without_last_rows)
    check_same(ap.read_alphacast(panel.id, client=client), whole(panel))
    service.order(r"GET /.*/data$", change=without_last_rows)
    with pytest.raises(tree.DecodeError, match="one of them was cut short"):
        list(ap.read_alphacast(panel.id, client=client, chunksize=10))
    hasty = ap.Client(service.key, base_url=service.url, retries=0)
    service.order(r"GET /.*/data$", change=without_last_rows)
    with pytest.raises(tree.DecodeError, match="one of them was cut short"):
        ap.read_alphacast(panel.id, client=hasty)


def test_a_body_whose_end_is_proved_is_asked_for_once(
    service: State, client: ap.Client, panel: Dataset
) -> None:
    service.switches.plain_csv = "direct"
    for transfer, gzip in (("length", False), ("chunked", False), ("close", True)):
        service.switches.transfer, service.switches.gzip = transfer, gzip
        service.log.clear()
        check_same(ap.read_alphacast(panel.id, client=client), whole(panel))
        assert len(service.data_requests()) == 1
