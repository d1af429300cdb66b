"""What a dataset is, asked for in requests at the same time."""

import threading

import pytest
from api_tests.search_host import Reply, Request, SearchHost, json_reply

import alphacast_pandas as ap

COLUMNS = [
    {"id": 1, "name": "Date", "dataType": "Date", "isEntity": True},
    {"id": 2, "name": "CPI", "dataType": "Decimal", "isEntity": False},
]
RECORD = {"id": 5, "name": "Prices", "minDate": "2020-01-01", "columns": COLUMNS}


@pytest.mark.parametrize("read", [ap.info, ap.schema], ids=["info", "schema"])
def test_record_and_columns_are_asked_for_side_by_side(host: SearchHost, read) -> None:
    both = threading.Barrier(2, timeout=20)  # that breaks if one is asked for after the other

    def answer(request: Request) -> Reply:
        both.wait()
        is_record = request.target.endswith("/5")
        return json_reply(RECORD if is_record else {"columnDefinitions": COLUMNS})

    host.answer = answer
    with ap.Client("ak_x", base_url=host.url, retries=0) as client:
        read(5, client=client)
    assert sorted(request.target for request in host.requests) == [
        "/datasets/5",
        "/datasets/5/columns",
    ]
