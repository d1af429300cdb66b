"""The storage port: pre-signed addresses, stale files."""

from alphacast_pandas.emulator import Readings

ONE_ROW = "Date,country,a\n2020-01-01,x,1.0\n"
TWO_ROWS = "Date,country,a\n2020-01-01,x,1.0\n2021-01-01,x,2.0\n"


def test_storage_refuses_credentials_and_addresses_that_are_not_signed(call, prices, fetch):
    location = call.data(prices, "").headers["Location"]
    assert fetch(location, call.auth).status == 400
    assert fetch(f"{location}&apiKey={call.key}").status == 403
    assert fetch(location[:-1] + ("0" if location[-1] != "0" else "1")).status == 403
    assert fetch(location.partition("?")[0]).status == 403
    call("DELETE", f"/datasets/{prices}")
    assert fetch(location).status == 404


def test_the_file_behind_the_redirect_may_be_stale_by_reading(call, prices, fetch_file, emulator):
    emulator.readings = Readings(export="stale")
    more = "Date,country,CPI\n2021-01-01,Brazil,9\n"
    call.process(prices, more)
    assert "2021" not in fetch_file(prices).text
    assert "2021" in call.data(prices).text


def test_a_file_is_stale_for_as_many_downloads_as_ordered(call, emulator, fetch_file):
    dataset = call.filled(ONE_ROW)
    emulator.faults.add(stale=True, times=2)
    call.process(dataset, TWO_ROWS, "onConflictUpdateDB=true")
    assert call.data(dataset).text == TWO_ROWS, "a computed answer is not stale"
    assert [fetch_file(dataset).text for _ in range(3)] == [ONE_ROW, ONE_ROW, TWO_ROWS]
    assert emulator.faults.pending == []


def test_a_first_file_cannot_be_stale(call, emulator, fetch_file):
    emulator.faults.add(stale=True)
    assert fetch_file(call.filled(ONE_ROW)).text == ONE_ROW
