"""Filter texts in other languages: which are refused, and which may be known to the service."""

import pytest

from alphacast_pandas.errors import QueryError
from alphacast_pandas.filters.parse import to_tree


@pytest.mark.parametrize(
    "text",
    [
        "country eq 'Chile'",
        "year(Date) eq 2020",
        "contains(country, 'x = 5') and startswith(country, '\"a\" > [1]')",
        "country in ('Chile', 'Peru')",
        "not country eq 'Chile'",
        "country eq 'a & b' or contains(country, '`')",
        "a&b eq 5",
        "a=b eq 5",
        '5" eq 3',
        "like eq 'between' and is eq 'x'",
        "country eq 'Chile",
    ],
)
def test_text_that_the_service_may_know_is_sent(text: str) -> None:
    assert to_tree(text) == text


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("country == 'Chile'", "Write filter=\"country eq 'Chile'\", or a dict"),
        ("country=='Chile' and CPI>5", "Write filter=\"country eq 'Chile' and CPI gt 5\"."),
        ("'Côte d''Ivoire' = 5", 'filter={"Côte d\'Ivoire": 5}'),
        ("CPI <> 5", "filter='CPI ne 5', or a list of tuples: filter=[('CPI', '!=', 5)]"),
        ("CPI >= 1.5", "filter=[('CPI', '>=', 1.5)]"),
        ("`Vivienda, agua` < 1", "filter=\"'Vivienda, agua' lt 1\""),
        ("x == 1 || y != 2", "Write filter='x eq 1 or y ne 2'."),
        ('country eq "Chile"', "filter=\"country eq 'Chile'\", or a dict"),
        ("\"country\" eq 'Chile'", "filter=\"'country' eq 'Chile'\", or a dict"),
        ("country eq \u2018Chile\u2019", "filter=\"country eq 'Chile'\", or a dict"),
        ("country in ['Chile', 'Peru']", "filter={'country': ['Chile', 'Peru']}"),
        ("rank in [1, 2]", "filter={'rank': [1, 2]}"),
        ("country like '%hile'", "ap.col('country').str.endswith('hile')"),
        ("country like '%hil%'", "ap.col('country').str.contains('hil', regex=False)"),
        ("country like 'Chile'", "filter={'country': 'Chile'}"),
        ("country like 'C_i%'", "Write a dict, such as"),
        ("CPI between 1 and 5", "filter={'CPI': slice(1, 5)}"),
        ("CPI is not null", "filter=ap.col('CPI').notna()"),
        ("5 < CPI", "Write filter='CPI gt 5'."),
        ("CPI => 5", "Write filter='CPI ge 5', or a list of tuples: filter=[('CPI', '>=', 5)]"),
        ("'Chile' == country", "filter={'country': 'Chile'}"),
        ("WHERE country = 'Chile'", "Write filter=\"country eq 'Chile'\""),
        ("country == Chile", "filter=[('country', '==', 'Chile')]"),
        ("country == @name", "list of tuples: [('country', '==', name)]"),
        ("Date >= 2000", "filter=[('Date', '>=', '2000')] for a date"),
        ("CPI > 5 and Date >= 2000", "Write a dict, such as"),
        ("CPI > 5 and country == Chile", "Write a dict, such as"),
        ("not country == 'Chile'", "Write a dict, such as"),
        ("CPI > 5 and", "Write a dict, such as"),
        ("df.country == 'Chile'", "Write a dict, such as"),
        ("contains(country, 'x') and CPI > 5", "Write a dict, such as"),
        ("~(country == 'Chile')", "Write a dict, such as"),
    ],
)
def test_python_and_sql_are_refused_with_what_to_write(text: str, advice: str) -> None:
    with pytest.raises(QueryError) as caught:
        to_tree(text)
    assert str(caught.value).startswith(f"filter {text!r}: ")
    assert advice in str(caught.value)
