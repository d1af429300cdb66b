"""Manifests: what is accepted as one."""

import pytest

from alphacast_pandas.emulator import Readings


def test_without_a_manifest_the_process_fails_or_the_call_by_reading(call, emulator):
    text = "Date,country,a\n2020-01-01,x,1\n"
    assert call.ending(text, None) == ("Error", "Dataset has no manifest")
    emulator.readings = Readings(no_manifest="400")
    answer = call.upload(call.dataset("another"), text, manifest=None)
    assert (answer.status, answer.json) == (400, {"error": "Dataset has no manifest"})


@pytest.mark.parametrize(
    "manifest",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b"[1]",
        b"[{}]",
        b'[{"sourceName": 1}]',
        b"[" * 100000,
        b'[{"sourceName": "\\ud800"}]',
        b'[{"sourceName":"a","dataType":"Number"}]',
        b'[{"sourceName":"a","dataType":"Date"},{"sourceName":"b","dataType":"Date"}]',
        b'[{"sourceName":"a"},{"sourceName":"A"}]',
    ],
)
def test_an_invalid_manifest_is_refused_at_once(call, manifest):
    before = b'--e\r\nContent-Disposition: form-data; name="manifest"\r\n\r\n'
    file = b'\r\n--e\r\nContent-Disposition: form-data; name="data"; filename="d"\r\n\r\na\n1\r\n'
    body = before + manifest + file + b"--e--\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=e"}
    answer = call.send("PUT", f"/datasets/{call.dataset()}/data", body, headers)
    assert answer.status == (400 if manifest else 201)
