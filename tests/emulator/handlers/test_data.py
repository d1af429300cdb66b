"""Downloads: redirects, counts, quotas."""

from alphacast_pandas.emulator import Plan, Readings


def test_a_plain_csv_is_a_redirect_to_storage(call, prices, fetch, emulator):
    answer = call.data(prices, "&$format=csv")
    assert answer.status == 302
    assert answer.headers["Location"].startswith(emulator.storage_url)
    assert emulator.storage_url != emulator.url
    file = fetch(answer.headers["Location"])
    assert (file.status, file.text) == (
        200,
        'Date,country,CPI,"Vivienda, agua",note\n2020-01-01,Brazil,1.5,10.0,x\n'
        "2020-01-01,Côte d'Ivoire,2.5,,007\n2020-02-01,Brazil,3.5,30.0,NA\n"
        "2020-03-01,Brazil,4.5,40.0,\n",
    )


def test_row_count_is_the_number_before_truncation(call, prices, emulator):
    assert call.data(prices, "$top=1").headers["Row-Count"] == "4"
    assert call.data(prices, "$last=1&$filter=CPI%20gt%202").headers["Row-Count"] == "3"
    assert "Row-Count" not in call.data(prices, "$select=CPI").headers
    emulator.readings = Readings(row_count="top")
    assert "Row-Count" not in call.data(prices, "$last=1").headers
    emulator.readings = Readings(row_count="never")
    assert "Row-Count" not in call.data(prices, "$top=1").headers


def test_a_dataset_without_rows_answers_with_its_header(call, fetch_file):
    dataset = call.dataset()
    fields = {"dateColumnName": "Date", "entitiesColumnNames": ["country"]}
    call("PUT", f"/datasets/{dataset}/columns/initializer", fields)
    assert call.data(dataset, "$top=5").text == "Date,country\n"
    assert call.data(dataset, "$top=5").headers["Row-Count"] == "0"
    file = fetch_file(dataset)
    assert (file.status, file.body) == (200, b"Date,country\n")


def test_an_exhausted_plan_gets_402_or_a_csv_by_reading(call, prices, emulator):
    emulator.plan = Plan(monthly_exports=1)
    assert call.data(prices).status == 200
    assert call.data(prices).status == 402
    emulator.readings = Readings(quota="200")
    answer = call.data(prices)
    assert (answer.status, answer.text) == (
        200,
        "error\nYou exceeded your free membership plan. Please upgrade your subscription.\n",
    )
