"""
Mistakes, the message that each gets, and that following the message makes the next attempt work.

A row of a table is one mistake. Its texts are programs, run with what `names_for` lists: `given`
makes the frame, `attempt` goes wrong with an error of the class `error`, whose message holds all
of `words` and, word for word, the program `remedy`. After the remedy comes `then`, or the same
attempt again, and it must succeed. A remedy that is itself the next attempt has "" for `then`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest

import alphacast_pandas as ap
from alphacast_pandas.emulator import Emulator
from alphacast_pandas.filters.expression import ExpressionError

AGAIN = "the same attempt again"


@dataclass(frozen=True)
class Mistake:
    name: str
    given: str
    attempt: str
    error: type[ap.AlphacastError]
    words: tuple[str, ...] = ()
    remedy: str = ""
    then: str = AGAIN
    is_shown: bool = True  # whether the remedy stands in the message as it is


READ = "ap.read_alphacast(stored, {}, client=client)"
PUSH = "df.alphacast.push(new, client=client)"
PUSH_TO_STORED = "df.alphacast.push(stored, client=client)"
VALIDATE = "df.alphacast.validate(stored, client=client)"


def dates(values: str, column: str = "Date") -> str:
    """The program that makes a frame whose dates are these texts or numbers."""
    return f"df = pd.DataFrame({{{column!r}: {values}, 'price': np.arange(len({values})) + 0.5}})"


def numbers(values: str) -> str:
    """The program that makes a frame with these values for the numbers of the stored dataset."""
    return (
        "df = pd.DataFrame({'Date': pd.date_range('2024-01-01', periods=len(" + values + "), "
        "freq='MS'), 'country': 'Chile', 'CPI': " + values + "})"
    )


def to_dates(column: str, call: str) -> str:
    return f"df[{column!r}] = pd.to_datetime({call})"


DATES = [
    Mistake(
        "ISO dates as text",
        dates("['2024-01-31', '2024-02-29']"),
        PUSH,
        ap.ValidationError,
        ("No column holds dates", "'2024-01-31'"),
        to_dates("Date", "df['Date']"),
    ),
    Mistake(
        "ISO dates and times as text",
        dates("['2024-01-31', '2024-02-29 12:30']"),
        PUSH,
        ap.ValidationError,
        (),
        to_dates("Date", "df['Date'], format=\"ISO8601\""),
    ),
    Mistake(
        "times with a zone as text",
        dates("['2024-01-31T12:30Z', '2024-02-29T00:00Z']"),
        PUSH,
        ap.ValidationError,
        (),
        to_dates("Date", "df['Date'], format=\"ISO8601\"") + ".dt.tz_localize(None)",
    ),
    Mistake(
        "dates with slashes that can be read in two ways",
        dates("['01/01/2024', '01/02/2024']"),
        PUSH,
        ap.ValidationError,
        (
            "'01/02/2024' can be read in 2 ways",
            "1 February 2024, the reading of dayfirst=True",
            "2 January 2024",
            'format="%m/%d/%Y"',
        ),
        to_dates("Date", "df['Date'], format=\"%d/%m/%Y\""),
    ),
    Mistake(
        "dates with slashes that can be read in one way",
        dates("['01/02/2024', '31/12/2024']"),
        PUSH,
        ap.ValidationError,
        (),
        to_dates("Date", "df['Date'], format=\"%d/%m/%Y\""),
    ),
    Mistake(
        "American dates that can be read in one way",
        dates("['01/02/2024', '12/31/2024']"),
        PUSH,
        ap.ValidationError,
        (),
        to_dates("Date", "df['Date'], format=\"%m/%d/%Y\""),
    ),
    Mistake(
        "dates with dots",
        dates("['1.2.2024', '2.2.2024']"),
        PUSH,
        ap.ValidationError,
        ("dayfirst=True", "1 February 2024", "2 January 2024"),
        to_dates("Date", "df['Date'], format=\"%d.%m.%Y\""),
    ),
    Mistake(
        "dates with two digits of the year",
        dates("['01-02-03', '02-02-03']"),
        PUSH,
        ap.ValidationError,
        ("'01-02-03' can be read in 3 ways", "3 February 2001"),
        to_dates("Date", "df['Date'], format=\"%d-%m-%y\""),
    ),
    Mistake(
        "dates with slashes and times",
        dates("['25/02/2024 10:30', '26/02/2024 11:45']"),
        PUSH,
        ap.ValidationError,
        (),
        to_dates("Date", "df['Date'], format=\"%d/%m/%Y %H:%M\""),
    ),
    Mistake(
        "dates with blanks around",
        dates("[' 31/12/2024', '30/12/2024 ']"),
        PUSH,
        ap.ValidationError,
        (),
        to_dates("Date", "df['Date'].str.strip(), format=\"%d/%m/%Y\""),
    ),
    Mistake(
        "years as whole numbers",
        dates("[2019, 2020]", "Year"),
        PUSH,
        ap.ValidationError,
        ("Column 'Year' holds integers",),
        to_dates("Year", "df['Year'].astype(str), format=\"%Y\""),
    ),
    Mistake(
        "years as floats",
        dates("[2019.0, 2020.0]", "Year"),
        PUSH,
        ap.ValidationError,
        (),
        to_dates("Year", 'df[\'Year\'].astype("Int64").astype("string"), format="%Y"'),
    ),
    Mistake(
        "years as text",
        dates("['2019', '2020']", "Year"),
        PUSH,
        ap.ValidationError,
        (),
        to_dates("Year", "df['Year'], format=\"%Y\""),
    ),
    Mistake(
        "days as numbers",
        dates("[20240131, 20240229]"),
        PUSH,
        ap.ValidationError,
        (),
        to_dates("Date", "df['Date'].astype(str), format=\"%Y%m%d\""),
    ),
    Mistake(
        "day numbers of Excel",
        dates("[45292, 45293]"),
        PUSH,
        ap.ValidationError,
        ("2024-01-01, as a day number of Excel", 'unit="s"'),
        to_dates("Date", 'df[\'Date\'], unit="D", origin="1899-12-30"'),
    ),
    Mistake(
        "seconds since 1970",
        dates("[1704067200, 1706745600]"),
        PUSH,
        ap.ValidationError,
        ("2024-01-01, as seconds since 1970",),
        to_dates("Date", "df['Date'], unit=\"s\""),
    ),
    Mistake(
        "quarters",
        dates("['2024Q1', '2024Q2']"),
        PUSH,
        ap.ValidationError,
        (),
        "df['Date'] = pd.PeriodIndex(df['Date'], freq=\"Q\").to_timestamp()",
    ),
    Mistake(
        "quarters with a dash",
        dates("['2024-Q1', '2024-Q2']"),
        PUSH,
        ap.ValidationError,
        (),
        "df['Date'] = pd.PeriodIndex(df['Date'], freq=\"Q\").to_timestamp()",
    ),
    Mistake(
        "quarters with the year behind",
        dates("['Q1 2024', 'Q2-2024']"),
        PUSH,
        ap.ValidationError,
        (),
        "df['Date'] = pd.PeriodIndex(df['Date'].str.replace("
        r'r"^.(\d)\D?(\d+)$", r"\2Q\1", regex=True), freq="Q").to_timestamp()',
    ),
    Mistake(
        "quarters with a blank",
        dates("['2024 Q1', '2024 Q2']"),
        PUSH,
        ap.ValidationError,
        (),
        'df[\'Date\'] = pd.PeriodIndex(df[\'Date\'].str.replace(" ", ""), freq="Q").to_timestamp()',
    ),
    Mistake(
        "months of the IMF",
        dates("['2024M03', '2024M12']"),
        PUSH,
        ap.ValidationError,
        (),
        to_dates("Date", "df['Date'], format=\"%YM%m\""),
    ),
    Mistake(
        "months with names",
        dates("['Jan 2024', 'Feb 2024']"),
        PUSH,
        ap.ValidationError,
        (),
        to_dates("Date", "df['Date'], format=\"%b %Y\""),
    ),
    Mistake(
        "months as numbers",
        dates("['2024-01', '2024-02']"),
        PUSH,
        ap.ValidationError,
        (),
        to_dates("Date", "df['Date'], format=\"%Y-%m\""),
    ),
    Mistake(
        "weeks",
        dates("['2024-W05', '2024-W06']"),
        PUSH,
        ap.ValidationError,
        (),
        to_dates("Date", 'df[\'Date\'].astype("string") + "-1", format="%G-W%V-%u"'),
    ),
    Mistake(
        "a text that is no date among dates",
        dates("['2024-01-31', 'total', '2024-02-29']"),
        PUSH,
        ap.ValidationError,
        ("'total' is not in the form of the others", "df['Date'] = pd.to_datetime(df['Date'])"),
        "df = df[~df['Date'].isin(['total'])].copy()",
        "df['Date'] = pd.to_datetime(df['Date']); " + PUSH,
    ),
    Mistake(
        "texts in the date column of the dataset",
        "df = frame.assign(Date=frame['Date'].dt.strftime('%d/%m/%Y'))",
        PUSH_TO_STORED,
        ap.ValidationError,
        ("Column 'Date' must hold dates, not text", "1 February 2020"),
        to_dates("Date", "df['Date'], format=\"%d/%m/%Y\""),
    ),
    Mistake(
        "texts for dates in the index",
        "df = frame.assign(Date=frame['Date'].dt.strftime('%Y-%m-%d')).set_index('Date')",
        PUSH_TO_STORED,
        ap.ValidationError,
        (to_dates("Date", "df['Date']"),),
        "df = df.reset_index()",
        "df['Date'] = pd.to_datetime(df['Date']); " + PUSH_TO_STORED,
    ),
    Mistake(
        "texts for dates in the index, for a new dataset",
        "df = frame.assign(Date=frame['Date'].dt.strftime('%d/%m/%Y')).set_index('Date')",
        PUSH,
        ap.ValidationError,
        (to_dates("Date", "df['Date'], format=\"%d/%m/%Y\""),),
        "df = df.reset_index()",
        "df['Date'] = pd.to_datetime(df['Date'], format='%d/%m/%Y'); " + PUSH,
    ),
    Mistake(
        "dates with a time zone",
        "df = frame.assign(Date=frame['Date'].dt.tz_localize('UTC'))",
        PUSH_TO_STORED,
        ap.ValidationError,
        ("time zone",),
        "df['Date'] = df['Date'].dt.tz_localize(None)",
    ),
    Mistake(
        "nanoseconds",
        "df = frame.assign(Date=frame['Date'].astype('datetime64[ns]') + pd.Timedelta(1, 'ns'))",
        PUSH_TO_STORED,
        ap.ValidationError,
        ("finer than a microsecond",),
        "df['Date'] = df['Date'].dt.round(\"us\")",
    ),
    Mistake(
        "a row without date",
        "df = frame.copy(); df.loc[1, 'Date'] = pd.NaT",
        PUSH_TO_STORED,
        ap.ValidationError,
        ("Column 'Date', row 1: NaT is missing",),
        "df = df.dropna(subset=['Date'])",
    ),
    Mistake(
        "Spanish months",
        dates("['ene-24', 'feb-24', 'abr-24', 'dic-24']"),
        PUSH,
        ap.ValidationError,
        ("pandas reads the names of months in English only, and 'dic' is Dec",),
        "df['Date'] = pd.to_datetime(df['Date'].replace("
        "{'ene': 'Jan', 'abr': 'Apr', 'dic': 'Dec'}, regex=True), format=\"%b-%y\")",
    ),
    Mistake(
        "Spanish days",
        dates("['1 de enero de 2024', '2 de marzo de 2024']"),
        PUSH,
        ap.ValidationError,
        (),
        "df['Date'] = pd.to_datetime(df['Date'].replace("
        "{'enero': 'Jan', 'marzo': 'Mar', ' de ': ' '}, regex=True), format=\"%d %b %Y\")",
    ),
    Mistake(
        "Sept among English months",
        dates("['Aug 2024', 'Sept 2024', 'Oct 2024']"),
        PUSH,
        ap.ValidationError,
        ("'Sept' is Sep",),
        "df['Date'] = pd.to_datetime(df['Date'].replace({'Sept': 'Sep'}, regex=True), "
        'format="%b %Y")',
    ),
    Mistake(
        "a day that does not exist among dates",
        dates("['2024-01-31', '2024-02-30', '2024-03-31']"),
        PUSH,
        ap.ValidationError,
        ("'2024-02-30' is not in the form of the others", "Write it like the others; then"),
        "df.loc[1, 'Date'] = '2024-02-29'; df['Date'] = pd.to_datetime(df['Date'])",
        is_shown=False,
    ),
    Mistake(
        "a year and a month in two columns",
        "df = pd.DataFrame({'year': [2024, 2024], 'month': [1, 2], 'price': [1.5, 2.5]})",
        PUSH,
        ap.ValidationError,
        ("makes dates of 'year' and 'month' together",),
        "df['Date'] = pd.to_datetime(pd.DataFrame("
        '{"year": df[\'year\'], "month": df[\'month\'], "day": 1})); '
        "df = df.drop(columns=['year', 'month'])",
    ),
    Mistake(
        "a year and a month in two columns, and the year is named as the date",
        "df = pd.DataFrame({'year': [2024, 2024], 'month': [1, 2], 'price': [1.5, 2.5]})",
        "df.alphacast.push(new, date='year', client=client)",
        ap.ValidationError,
        ("1 failure", "makes dates of 'year' and 'month' together"),
        "df['year'] = pd.to_datetime(pd.DataFrame("
        '{"year": df[\'year\'], "month": df[\'month\'], "day": 1})); '
        "df = df.drop(columns=['month'])",
    ),
    Mistake(
        "a year and a quarter in two columns, for a dataset",
        "df = pd.DataFrame({'Año': ['2024', '2024'], 'Trimestre': ['T1', 'T2'], "
        "'country': 'Peru', 'CPI': [1.5, 2.5]})",
        PUSH_TO_STORED,
        ap.ValidationError,
        ("1 failure", "makes dates of 'Año' and 'Trimestre' together"),
        "df['Date'] = pd.to_datetime(pd.DataFrame("
        '{"year": df[\'Año\'].str.extract(r"(\\d+)", expand=False).astype(int), '
        '"month": 3 * df[\'Trimestre\'].str.extract(r"(\\d+)", expand=False).astype(int) - 2, '
        '"day": 1})); '
        "df = df.drop(columns=['Año', 'Trimestre'])",
    ),
    Mistake(
        "a year and the name of a month in two columns",
        "df = pd.DataFrame({'anio': [2024, 2024], 'mes': ['ene', 'feb'], 'price': [1.5, 2.5]})",
        PUSH,
        ap.ValidationError,
        (),
        "df['Date'] = pd.to_datetime((df['anio'].astype(str) + \"-\" + df['mes'])"
        ".replace({'ene': 'Jan'}, regex=True), format=\"%Y-%b\"); "
        "df = df.drop(columns=['anio', 'mes'])",
    ),
    Mistake(
        "numbers named as the date, beside the dates",
        "df = frame",
        "df.alphacast.push(stored, date='CPI', client=client)",
        ap.QueryError,
        ("The date column of this dataset is 'Date'", "leave date= out"),
        PUSH_TO_STORED,
        "",
        is_shown=False,
    ),
    Mistake(
        "dates under another name that is named as the date",
        "df = frame.rename(columns={'Date': 'when'})",
        "df.alphacast.push(stored, date='when', client=client)",
        ap.ValidationError,
        ("1 failure", "rename 'when' to 'Date'", "and leave date='when' out"),
        "df = df.rename(columns={'when': 'Date'})",
        PUSH_TO_STORED,
    ),
    Mistake(
        "years under another name, for a dataset",
        "df = frame.head(2).assign(year=[2019, 2020])[['year', 'country', 'CPI']]",
        PUSH_TO_STORED,
        ap.ValidationError,
        ("rename 'year' to 'Date'", to_dates("Date", "df['Date'].astype(str), format=\"%Y\"")),
        "df = df.rename(columns={'year': 'Date'})",
        to_dates("Date", "df['Date'].astype(str), format=\"%Y\"") + "; " + PUSH_TO_STORED,
    ),
    Mistake(
        "texts for dates and a gap",
        "df = frame.assign(Date=['2024-01-31', None, '2024-03-31', '2024-04-30'])",
        PUSH_TO_STORED,
        ap.ValidationError,
        ("2 failures", to_dates("Date", "df['Date']")),
        "df = df.dropna(subset=['Date'])",
        to_dates("Date", "df['Date']") + "; " + PUSH_TO_STORED,
    ),
    Mistake(
        "texts for dates and a gap, for a new dataset",
        "df = frame.assign(Date=['2024-01-31', None, '2024-03-31', '2024-04-30'])",
        PUSH,
        ap.ValidationError,
        (to_dates("Date", "df['Date']"),),
        "df = df.dropna(subset=['Date'])",
        to_dates("Date", "df['Date']") + "; " + PUSH,
    ),
]

COLUMNS = [
    Mistake(
        "a name in another case",
        "df = frame.rename(columns={'Date': 'date'})",
        PUSH_TO_STORED,
        ap.ValidationError,
        ("1 failure", "rename 'date' to 'Date'"),
        "df = df.rename(columns={'date': 'Date'})",
    ),
    Mistake(
        "names without accents and with blanks",
        "df = frame.rename(columns={'Date': ' Date', 'country': 'COUNTRY', 'CPI': 'cpi'})",
        PUSH_TO_STORED,
        ap.ValidationError,
        ("3 failures", "rename ' Date' to 'Date'", "rename 'cpi' to 'CPI'"),
        "df = df.rename(columns={' Date': 'Date', 'COUNTRY': 'country', 'cpi': 'CPI'})",
    ),
    Mistake(
        "dates under another name",
        "df = frame.rename(columns={'Date': 'period'})",
        PUSH_TO_STORED,
        ap.ValidationError,
        ("1 failure", "the dataset's date column is 'Date': rename 'period' to 'Date'"),
        "df = df.rename(columns={'period': 'Date'})",
    ),
    Mistake(
        "a level of the index in another case",
        "df = frame.rename(columns={'Date': 'DATE'}).set_index('DATE')",
        PUSH_TO_STORED,
        ap.ValidationError,
        ("1 failure", "rename 'DATE' to 'Date'"),
        "df = df.rename_axis(index={'DATE': 'Date'})",
    ),
    Mistake(
        "a column that the dataset does not have",
        "df = frame.assign(GPD=1.5)",
        PUSH_TO_STORED,
        ap.ValidationError,
        ("Column 'GPD'", "is not known to the dataset"),
        "df = df.drop(columns='GPD')",
    ),
    Mistake(
        "a column that the dataset does not have yet",
        "df = frame.assign(GDP=1.5)",
        PUSH_TO_STORED,
        ap.ValidationError,
        ("push(..., accept_new_columns=True) adds it",),
        "df.alphacast.push(stored, accept_new_columns=True, client=client)",
        "",
        is_shown=False,
    ),
    Mistake(
        "a name that is a number",
        "df = frame.rename(columns={'CPI': 5})",
        PUSH,
        ap.ValidationError,
        ("names are text",),
        "df.columns = df.columns.map(str)",
    ),
    Mistake(
        "blanks around a new name",
        "df = frame.rename(columns={'CPI': ' CPI'})",
        PUSH,
        ap.ValidationError,
        (),
        "df = df.rename(columns={' CPI': 'CPI'})",
    ),
    Mistake(
        "a name twice",
        "df = frame.assign(GDP=1.5).set_axis(['Date', 'country', 'CPI', 'CPI'], axis=1)",
        PUSH,
        ap.ValidationError,
        ("occurs twice in the frame",),
        "df.columns = ['Date', 'country', 'CPI', 'CPI_2']",
    ),
    Mistake(
        "two names that are one for the service",
        "df = frame.assign(cpi=1.5)",
        PUSH,
        ap.ValidationError,
        ("ignores case and accents",),
        "df = df.rename(columns={'cpi': 'cpi_2'})",
    ),
    Mistake(
        "a byte order mark",
        r"df = frame.rename(columns={'Date': '\ufeffDate'})",
        PUSH,
        ap.ValidationError,
        ("utf-8-sig", "U+FEFF"),
        r"df = df.rename(columns={'\ufeffDate': 'Date'})",
    ),
    Mistake(
        "years as columns",
        "df = pd.DataFrame({'Country Name': ['Chile', 'Peru'], 2019: [1., 2.], 2020: [3., 4.]})",
        PUSH,
        ap.ValidationError,
        (
            "has years as columns (2019, 2020)",
            to_dates("Year", "df['Year'].astype(str), format=\"%Y\""),
        ),
        "df = df.melt(id_vars=['Country Name'], var_name='Year', value_name='value')",
        "df['Year'] = pd.to_datetime(df['Year'].astype(str), format='%Y'); " + PUSH,
    ),
    Mistake(
        "years as columns, named by text, for a dataset",
        "df = pd.DataFrame({'country': ['Chile', 'Peru'], '2019': [1., 2.], '2020': [3., 4.]})",
        PUSH_TO_STORED,
        ap.ValidationError,
        ("has years as columns ('2019', '2020')",),
        "df = df.melt(id_vars=['country'], var_name='Date', value_name='CPI'); "
        + to_dates("Date", "df['Date'], format=\"%Y\""),
    ),
    Mistake(
        "dates as columns",
        "df = pd.DataFrame([['Peru', 1.5, 2.5]], columns=['country', "
        "*pd.to_datetime(['2024-01-01', '2024-02-01'])])",
        PUSH,
        ap.ValidationError,
        ("has dates as columns (2024-01-01, 2024-02-01), and a dataset has one row per date",),
        "df = df.melt(id_vars=['country'], var_name='Date', value_name='value'); "
        "df['Date'] = pd.to_datetime(df['Date'])",
    ),
    Mistake(
        "years as columns, as DataBank names them",
        "df = pd.DataFrame({'country': ['Chile'], '2019 [YR2019]': [1.], '2020 [YR2020]': [3.]})",
        PUSH_TO_STORED,
        ap.ValidationError,
        (),
        "df = df.melt(id_vars=['country'], var_name='Date', value_name='CPI'); "
        "df['Date'] = pd.to_datetime(df['Date'].str[:4], format=\"%Y\")",
    ),
    Mistake(
        "months as columns",
        "df = pd.DataFrame({'country': ['Chile'], '2019-01': [1.], '2019-02': [3.]})",
        PUSH_TO_STORED,
        ap.ValidationError,
        (),
        "df = df.melt(id_vars=['country'], var_name='Date', value_name='CPI'); "
        "df['Date'] = pd.to_datetime(df['Date'], format=\"%Y-%m\")",
    ),
    Mistake(
        "a name with a blank beside the same without",
        "df = frame.assign(**{'CPI ': 1.5})",
        PUSH,
        ap.ValidationError,
        ("1 failure",),
        "df = df.rename(columns={'CPI ': 'CPI_2'})",
    ),
    Mistake(
        "a new column of dates",
        "df = frame.assign(updated=pd.Timestamp('2024-05-01'))",
        PUSH_TO_STORED,
        ap.ValidationError,
        ("1 failure", "push(..., accept_new_columns=True) adds it"),
        "df['updated'] = df['updated'].dt.strftime(\"%Y-%m-%d\")",
        "df.alphacast.push(stored, accept_new_columns=True, client=client)",
    ),
    Mistake(
        "a type that the schema does not have",
        "import pandera.pandas; df = frame.astype({'CPI': 'float32'}); "
        "schema = pandera.pandas.DataFrameSchema({'CPI': pandera.pandas.Column(float)})",
        "df.alphacast.push(stored, schema=schema, client=client)",
        ap.ValidationError,
        ("'float32' is its type, and the schema needs float64.",),
        "df['CPI'] = df['CPI'].astype('float64')",
    ),
    Mistake(
        "a column of the schema that is not there",
        "import pandera.pandas; df = frame.rename(columns={'CPI': 'cpi index'}); "
        "schema = pandera.pandas.DataFrameSchema({'CPI': pandera.pandas.Column(float)})",
        "df.alphacast.push(stored, schema=schema, client=client)",
        ap.ValidationError,
        ("'CPI' is not a column of the frame, and the schema needs it.",),
        "df = df.rename(columns={'cpi index': 'CPI'})",
        is_shown=False,
    ),
    Mistake(
        "a name that is missing",
        "df = frame.set_axis(['Date', 'country', None], axis=1)",
        PUSH,
        ap.ValidationError,
        ("has no name, but a missing value for one",),
        "df.columns = df.columns.map(str)",
    ),
    Mistake(
        "many rows with one key",
        "df = pd.concat([frame] * 3)",
        PUSH_TO_STORED,
        ap.ValidationError,
        ("4 failures",),
        "df = df.drop_duplicates()",
    ),
    Mistake(
        "two rows with one key",
        "df = pd.concat([frame, frame.head(1)])",
        PUSH_TO_STORED,
        ap.ValidationError,
        ("rows 0 (position 0), 0 (position 4)", "'Date' and 'country'", "equal in every column"),
        "df = df.drop_duplicates()",
    ),
    Mistake(
        "two rows with one key and different values",
        "df = pd.concat([frame, frame.head(1).assign(CPI=7.5)])",
        PUSH_TO_STORED,
        ap.ValidationError,
        ("keeps the last row of each key and drops the others",),
        "df = df.drop_duplicates(['Date', 'country'], keep=\"last\")",
    ),
    Mistake(
        "two rows with one key of a new dataset",
        "df = pd.concat([frame, frame.assign(city='Lima')])",
        "df.alphacast.push(new, date='Date', entities=['country'], client=client)",
        ap.ValidationError,
        ("push(..., entities=['country', 'city'])",),
        "df['city'] = df['city'].fillna('-'); "
        "df.alphacast.push(new, date='Date', entities=['country', 'city'], client=client)",
        "",
        is_shown=False,
    ),
    Mistake(
        "several columns of text",
        "df = frame.assign(city='Lima')",
        PUSH,
        ap.ValidationError,
        ("Several columns hold text ('country', 'city')", "entities=['country'])"),
        "df.alphacast.push(new, date='Date', entities=['country'], client=client)",
        "",
        is_shown=False,
    ),
    Mistake(
        "a second date column, dropped",
        "df = frame.assign(updated=pd.Timestamp('2024-05-01'))",
        "df.alphacast.push(new, date='Date', entities=['country'], client=client)",
        ap.ValidationError,
        ("must hold numbers, not dates", "Or send it as text"),
        "df = df.drop(columns='updated')",
    ),
    Mistake(
        "a second date column, sent as text",
        "df = frame.assign(updated=pd.Timestamp('2024-05-01'))",
        "df.alphacast.push(new, date='Date', entities=['country'], client=client)",
        ap.ValidationError,
        ("and push(..., date='Date', entities=['country'])",),
        "df['updated'] = df['updated'].dt.strftime(\"%Y-%m-%d\")",
    ),
    Mistake(
        "a second date column of date objects",
        "df = frame.assign(updated=pd.Timestamp('2024-05-01').date())",
        "df.alphacast.push(new, date='Date', entities=['country'], client=client)",
        ap.ValidationError,
        (),
        "df['updated'] = pd.to_datetime(df['updated']).dt.strftime(\"%Y-%m-%d\")",
    ),
    Mistake(
        "dates in a column of numbers",
        "df = frame.assign(CPI=frame['Date'])",
        PUSH_TO_STORED,
        ap.ValidationError,
        ("the dataset holds numbers in it",),
        "df = df.drop(columns='CPI')",
    ),
    Mistake(
        "numbers for an entity",
        "df = frame.assign(country=[1, 2, 3, 4])",
        PUSH_TO_STORED,
        ap.ValidationError,
        ("must hold text, not integers",),
        "df['country'] = df['country'].astype(\"string\")",
    ),
    Mistake(
        "whole floats for an entity",
        "df = frame.assign(country=[1.0, 2.0, 3.0, 4.0])",
        PUSH_TO_STORED,
        ap.ValidationError,
        (),
        "df['country'] = df['country'].astype(\"Int64\").astype(\"string\")",
    ),
    Mistake(
        "blanks around an entity",
        "df = frame.assign(country=' Chile')",
        PUSH_TO_STORED,
        ap.ValidationError,
        ("' Chile' has blanks at its ends",),
        "df['country'] = df['country'].str.strip()",
        "df = df.drop_duplicates(['Date', 'country']); " + PUSH_TO_STORED,
    ),
    Mistake(
        "an entity without a name",
        "df = frame.copy(); df.loc[2, 'country'] = ''",
        PUSH_TO_STORED,
        ap.ValidationError,
        ("row 2: '' is missing",),
        "df = df[df['country'] != \"\"].copy()",
    ),
]

NUMBERS = [
    Mistake(
        "numbers as text",
        numbers("['1.5', '2']"),
        PUSH_TO_STORED,
        ap.ValidationError,
        ("must hold numbers, not text",),
        "df['CPI'] = df['CPI'].astype(float)",
    ),
    Mistake(
        "n/a among numbers",
        numbers("['1.5', 'n/a', 2]"),
        PUSH_TO_STORED,
        ap.ValidationError,
        (
            "Column 'CPI', row 1: 'n/a' is not a number",
            "makes missing values of 'n/a'",
            "pd.to_numeric(df['CPI'], errors=\"coerce\")",
        ),
        "df['CPI'] = df['CPI'].where(pd.to_numeric(df['CPI'], errors=\"coerce\").notna())"
        ".astype(float)",
    ),
    Mistake(
        "thousands with commas",
        numbers("['1,234.5', '12']"),
        PUSH_TO_STORED,
        ap.ValidationError,
        (),
        "df['CPI'] = df['CPI'].map(lambda text: text.replace(\",\", \"\") "
        "if isinstance(text, str) else text).astype(float)",
    ),
    Mistake(
        "thousands with points",
        numbers("['1.234,5', 12.5]"),
        PUSH_TO_STORED,
        ap.ValidationError,
        (),
        'df[\'CPI\'] = df[\'CPI\'].map(lambda text: text.replace(".", "").replace(",", ".") '
        "if isinstance(text, str) else text).astype(float)",
    ),
    Mistake(
        "a comma that may be either",
        numbers("['1,234', '12']"),
        PUSH_TO_STORED,
        ap.ValidationError,
        ("'1,234' can be read in two ways", "makes it 1234;", "makes it 1.234."),
        "df['CPI'] = df['CPI'].map(lambda text: text.replace(\",\", \"\") "
        "if isinstance(text, str) else text).astype(float)",
    ),
    Mistake(
        "thousands and n/a",
        numbers("['1,234.5', 'n/a']"),
        PUSH_TO_STORED,
        ap.ValidationError,
        ("'n/a' first",),
        "df.loc[df['CPI'].isin(['n/a']), 'CPI'] = float(\"nan\")",
        "df['CPI'] = df['CPI'].map(lambda text: text.replace(',', '') if isinstance(text, str) "
        "else text).astype(float); " + PUSH_TO_STORED,
    ),
    Mistake(
        "per cent",
        numbers("['12.5%', '13%']"),
        PUSH_TO_STORED,
        ap.ValidationError,
        ("must hold numbers, not text, such as '12.5%'", "makes 12.5 of '12.5%'; divide it by 100"),
        "df['CPI'] = df['CPI'].replace({'[$€£¥%]|R(?=[$])|US(?=[$])': ''}, regex=True)"
        ".astype(float)",
    ),
    Mistake(
        "numbers in brackets",
        numbers("['(5)', '3', 2]"),
        PUSH_TO_STORED,
        ap.ValidationError,
        ("makes -5 of '(5)'",),
        r"df['CPI'] = df['CPI'].replace({'^\\s*\\((.*)\\)\\s*$': '-\\1'}, regex=True)"
        ".astype(float)",
    ),
    Mistake(
        "blanks between digits and decimal commas",
        numbers("['1 234', '3,5']"),
        PUSH_TO_STORED,
        ap.ValidationError,
        (),
        r"df['CPI'] = df['CPI'].replace({'\\s': ''}, regex=True).map(lambda text: "
        'text.replace(".", "").replace(",", ".") if isinstance(text, str) else text).astype(float)',
    ),
    Mistake(
        "a minus sign that is none of a keyboard",
        numbers(r"['\u22121', '3']"),
        PUSH_TO_STORED,
        ap.ValidationError,
        ("makes -1 of '\u22121'",),
        "df['CPI'] = df['CPI'].replace({'\u2212': '-'}, regex=True).astype(float)",
    ),
    Mistake(
        "numbers of two currencies",
        numbers("['$5', '€3']"),
        PUSH_TO_STORED,
        ap.ValidationError,
        ("Correct '$5', '€3': written like this they are not numbers.",),
        "df['CPI'] = [5.0, 3.3]",
        is_shown=False,
    ),
    Mistake(
        "texts that are no numbers at all",
        numbers("['high', 'low']"),
        PUSH_TO_STORED,
        ap.ValidationError,
        ("None of the texts, such as 'high', is a number", "Put the numbers that are meant"),
        "df = df.drop(columns='CPI')",
    ),
    Mistake(
        "a decimal comma and n/a",
        numbers("['1,5', 'n/a']"),
        PUSH_TO_STORED,
        ap.ValidationError,
        (
            "row 1: 'n/a' is not a number",
            "; then df['CPI'] = df['CPI'].map(lambda text: ",
        ),
        "df.loc[df['CPI'].isin(['n/a']), 'CPI'] = float(\"nan\")",
        "df['CPI'] = df['CPI'].map(lambda text: text.replace(',', '.') if isinstance(text, str) "
        "else text).astype(float); " + PUSH_TO_STORED,
    ),
    Mistake(
        "numbers as text beside the names of countries",
        "df = frame.assign(CPI=['1.234,5', '2,5', '3', '4'])",
        PUSH,
        ap.ValidationError,
        ("entities=['country']", "Column 'CPI' holds numbers written as text, such as '1.234,5'"),
        'df[\'CPI\'] = df[\'CPI\'].map(lambda text: text.replace(".", "").replace(",", ".") '
        "if isinstance(text, str) else text).astype(float)",
    ),
    Mistake(
        "infinity",
        numbers("[np.inf, 1.5]"),
        PUSH_TO_STORED,
        ap.ValidationError,
        ("Column 'CPI', row 0: inf is not finite", "missing values"),
        'df.loc[df[\'CPI\'].isin([float("inf"), float("-inf")]), \'CPI\'] = float("nan")',
    ),
    Mistake(
        "infinity in concatenated frames",
        numbers("[1.5, np.inf]") + "; df = pd.concat([df, df.assign(country='Peru')])",
        PUSH_TO_STORED,
        ap.ValidationError,
        ("rows 1 (position 1), 1 (position 3)",),
        'df.loc[df[\'CPI\'].isin([float("inf"), float("-inf")]), \'CPI\'] = float("nan")',
    ),
    Mistake(
        "booleans",
        numbers("[True, False]"),
        PUSH_TO_STORED,
        ap.ValidationError,
        ("must hold numbers, not booleans",),
        "df['CPI'] = df['CPI'].astype(\"Int16\")",
    ),
    Mistake(
        "booleans with gaps",
        numbers("np.array([True, None], dtype=object)"),
        PUSH_TO_STORED,
        ap.ValidationError,
        (),
        "df['CPI'] = df['CPI'].astype(\"boolean\").astype(\"Int16\")",
    ),
    Mistake(
        "integers that a double cannot hold",
        numbers("[2**53 + 1, 1]"),
        PUSH_TO_STORED,
        ap.ValidationError,
        ("9007199254740993 is not exact as a double", "9,007,199,254,740,992"),
        "df['CPI'] = df['CPI'].astype(float)",
    ),
    Mistake(
        "durations",
        numbers("pd.to_timedelta([1, 2], 'h')"),
        PUSH_TO_STORED,
        ap.ValidationError,
        (),
        "df['CPI'] = df['CPI'].dt.total_seconds()",
    ),
    Mistake(
        "lists",
        numbers("[[1], [2]]"),
        PUSH_TO_STORED,
        ap.ValidationError,
        ("not objects of the type list",),
        "df = df.drop(columns='CPI')",
    ),
]

NOT_FRAMES = [
    Mistake(
        "a Series",
        "series = frame.set_index(['Date', 'country'])['CPI']",
        "series.alphacast.push(stored, client=client)",
        ap.ValidationError,
        ("A pandas DataFrame is expected, not pandas.Series",),
        "series.to_frame()",
        "series.to_frame().alphacast.push(stored, client=client)",
    ),
    Mistake(
        "a Series without a name",
        "series = pd.Series([1.5], index=pd.to_datetime(['2024-01-01']))",
        "ap.push(series, new, client=client)",
        ap.ValidationError,
        (),
        'series.rename_axis("Date").to_frame(name="value")',
        'ap.push(series.rename_axis("Date").to_frame(name="value"), new, client=client)',
    ),
    Mistake(
        "a list of records",
        "df = frame.to_dict('records')",
        "ap.push(df, stored, client=client)",
        ap.ValidationError,
        ("not list", "pd.DataFrame(...)"),
        "ap.push(pd.DataFrame(df), stored, client=client)",
        "",
        is_shown=False,
    ),
    Mistake(
        "a table of Arrow",
        "import pyarrow; df = pyarrow.Table.from_pandas(frame)",
        "ap.push(df, stored, client=client)",
        ap.ValidationError,
        (".to_pandas()",),
        "ap.push(df.to_pandas(), stored, client=client)",
        "",
        is_shown=False,
    ),
]


def query(name: str, wrong: str, right: str, *words: str, is_shown: bool = True) -> Mistake:
    """A keyword of a read that is wrong, and how it is written instead."""
    return Mistake(
        name, "", READ.format(wrong), ap.QueryError, (*words, *(right,) * is_shown),
        READ.format(right), "", is_shown=False,
    )  # fmt: skip


QUERIES = [
    query(
        "a start that can be read in two ways",
        "start='01/02/2020'",
        "start='2020-02-01'",
        "'2020-02-01' or '2020-01-02'",
        is_shown=False,
    ),
    query(
        "an end that can be read in one way",
        "end='31/12/2020'",
        "end='2020-12-31'",
        "Write '2020-12-31'",
        is_shown=False,
    ),
    query(
        "a date of six digits",
        "start='200102'",
        "start='2020-01-02'",
        "'2001-02' or '2020-01-02'",
        is_shown=False,
    ),
    query(
        "an ambiguous date in a dict",
        "filter={'Date': slice('01/02/2020', None)}",
        "filter={'Date': slice('2020-02-01', None)}",
        "'2020-02-01' or '2020-01-02'",
        is_shown=False,
    ),
    query(
        "an ambiguous date in a tuple",
        "filter=[('Date', '>=', '1.2.2020')]",
        "filter=[('Date', '>=', '2020-02-01')]",
        "'2020-02-01' or '2020-01-02'",
        is_shown=False,
    ),
    query(
        "an ambiguous date in an expression",
        "filter=ap.col('Date') >= '01-02-2020'",
        "filter=ap.col('Date') >= '2020-02-01'",
        "'2020-02-01' or '2020-01-02'",
        is_shown=False,
    ),
    query(
        "an ambiguous date in a text",
        "filter=\"Date ge '01/02/2020'\"",
        "filter=\"Date ge '2020-02-01'\"",
        "'2020-02-01' or '2020-01-02'",
        is_shown=False,
    ),
    query(
        "== in a text",
        "filter=\"country == 'Chile'\"",
        "filter=\"country eq 'Chile'\"",
        "\"country == 'Chile'\"",
    ),
    query(
        "== in a text, as a dict",
        "filter=\"country == 'Chile'\"",
        "filter={'country': 'Chile'}",
    ),
    query("= in a text", "filter='CPI = 101.5'", "filter='CPI eq 101.5'"),
    query("> in a text", "filter='CPI > 101'", "filter='CPI gt 101'"),
    query(
        "!= in a text",
        "filter=\"country != 'Chile'\"",
        "filter=[('country', '!=', 'Chile')]",
    ),
    query(
        "& in a text",
        "filter=\"(CPI > 101) & (country == 'Chile')\"",
        "filter=\"(CPI gt 101) and (country eq 'Chile')\"",
    ),
    query(
        "double quotes in a text",
        "filter='country eq \"Chile\"'",
        "filter=\"country eq 'Chile'\"",
        "single quotes",
    ),
    query(
        "a list in a text",
        "filter=\"country in ['Chile', 'Peru']\"",
        "filter={'country': ['Chile', 'Peru']}",
    ),
    query(
        "LIKE in a text",
        "filter=\"country LIKE 'Ch%'\"",
        "filter=ap.col('country').str.startswith('Ch')",
    ),
    query(
        "BETWEEN in a text",
        "filter='CPI BETWEEN 101 AND 102'",
        "filter={'CPI': slice(101, 102)}",
    ),
    query(
        "a year in a text",
        "filter='Date >= 2020'",
        "filter=[('Date', '>=', '2020')]",
        "for a date",
    ),
    query("=> in a text", "filter='CPI => 101'", "filter='CPI ge 101'"),
    query(
        "WHERE in a text",
        "filter=\"WHERE country = 'Chile'\"",
        "filter=\"country eq 'Chile'\"",
    ),
    query(
        "the value before the column",
        "filter=\"'Chile' == country\"",
        "filter={'country': 'Chile'}",
    ),
    query(
        "a text without quotes",
        "filter='country == Chile'",
        "filter=[('country', '==', 'Chile')]",
    ),
    query(
        "not before a comparison",
        "filter=\"not country == 'Chile'\"",
        "filter=ap.col('country') != 'Chile'",
        "Write a dict, such as",
        is_shown=False,
    ),
    query(
        "a text that breaks off",
        "filter='CPI > 101 and'",
        "filter='CPI gt 101'",
        "Write a dict, such as",
        is_shown=False,
    ),
    query(
        "the name of a column as a filter",
        "filter='country'",
        "filter=ap.col('country').notna()",
        "with the filter 'country'. Write a dict, such as",
        is_shown=False,
    ),
    query(
        "a method of pandas in a text",
        "filter=\"country.str.startswith('Ch')\"",
        "filter=ap.col('country').str.startswith('Ch')",
        "or an expression, such as",
        "country.str.startswith('Ch')",
        is_shown=False,
    ),
    query(
        "a quote inside a text",
        "filter=\"country eq 'O'Higgins'\"",
        "filter={'country': 'Chile'}",
        "Write a dict, such as",
        is_shown=False,
    ),
    query(
        "a dict as a value",
        "filter={'country': {'eq': 'Chile'}}",
        "filter=[('country', '==', 'Chile')]",
        "the dict {'eq': 'Chile'}",
        "[('country', '==', value)]",
        is_shown=False,
    ),
    query(
        "a decimal year",
        "start='2020.5'",
        "start='2020-05'",
        "'2020-05' if that is the month",
        is_shown=False,
    ),
    query(
        "a month before its year",
        "start='2/2020'",
        "start='2020-02'",
        "Write '2020-02'",
        is_shown=False,
    ),
    query(
        "a date with points",
        "start='2020.02.01'",
        "start='2020-02-01'",
        "Write '2020-02-01'",
        is_shown=False,
    ),
    query(
        "a Spanish month",
        "start='febrero 2020'",
        "start='2020-02'",
        "Write '2020-02'",
        is_shown=False,
    ),
    query(
        "a time behind a date",
        "end='31.12.2020 10:00'",
        "end='2020-12-31 10:00'",
        "Write '2020-12-31 10:00'",
        is_shown=False,
    ),
    query(
        "a year that is a number",
        "start=2020",
        "start='2020'",
        "Pass a year as text: '2020'",
        is_shown=False,
    ),
    query("IS NULL in a text", "filter='CPI IS NULL'", "filter=ap.col('CPI').isna()"),
    query(
        "a start after the end",
        "start='2021', end='2020'",
        "start='2020', end='2021'",
        "start '2021' is after end '2020'",
        is_shown=False,
    ),
    query(
        "a reversed slice of numbers",
        "filter={'CPI': slice(102, 101)}",
        "filter={'CPI': slice(101, 102)}",
        "from 102 to 101 ends before it begins",
        is_shown=False,
    ),
    query(
        "a reversed slice of dates",
        "filter={'Date': slice('2021', '2020')}",
        "filter={'Date': slice('2020', '2021')}",
        "from '2021' to '2020' ends before it begins",
        is_shown=False,
    ),
    query(
        "a reversed between",
        "filter=ap.col('CPI').between(102, 101)",
        "filter=ap.col('CPI').between(101, 102)",
        "Exchange its ends",
        is_shown=False,
    ),
    query(
        "a name that is nearly right",
        "select='CIP'",
        "select='CPI'",
        "did you mean 'CPI'",
        is_shown=False,
    ),
]

BY_NAME = "ap.push(frame, name={!r}, repository={!r}, client=client)"


def naming(
    name: str, wrong: str, right: str, *words: str, error: type[ap.AlphacastError] = ap.QueryError
) -> Mistake:
    """A call that names something by another name than it has; 'Prices' is in 'Statistics'."""
    given = BY_NAME.format("Prices", "Statistics")
    return Mistake(name, given, wrong, error, words, "", right, is_shown=False)


NAMES = [
    naming(
        "a repository that is misspelt",
        BY_NAME.format("Prices", "Statistcs"),
        BY_NAME.format("Prices", "Statistics"),
        "There is no repository 'Statistcs'",
        "Nothing was sent or created",
        "repository='Statistics'",
    ),
    naming(
        "a repository in other letters, which is meant",
        BY_NAME.format("Prices", "statistics"),
        "ap.push(frame, name='Prices', repository='statistics', create=True, client=client)",
        "create=True to make a new repository",
    ),
    naming(
        "a dataset that is misspelt",
        BY_NAME.format("Pirces", "Statistics"),
        BY_NAME.format("Prices", "Statistics"),
        "There is no dataset 'Pirces' in repository 'Statistics'",
        "name='Prices'",
    ),
    naming(
        "blanks behind a name",
        BY_NAME.format("Prices ", "Statistics"),
        BY_NAME.format("Prices", "Statistics"),
        "blanks at its ends",
        "Pass 'Prices'",
    ),
    naming(
        "a dataset that must exist and does not",
        "ap.push(frame, name='Wages', repository='Statistics', create=False, client=client)",
        "ap.push(frame, name='Wages', repository='Statistics', client=client)",
        "There is no dataset 'Wages' in repository 'Statistics', and create=False makes none",
        error=ap.NotFoundError,
    ),
    naming(
        "a dataset that is in another repository",
        "ap.push(frame, name='Prices', repository='Other', create=False, client=client)",
        BY_NAME.format("Prices", "Statistics"),
        "There is no repository 'Other'",
        error=ap.NotFoundError,
    ),
    naming(
        "a name that find does not find",
        "client.datasets.find('Price')",
        "client.datasets.find('Prices')",
        "Nearest names: 'Prices' (",
        error=ap.NotFoundError,
    ),
    naming(
        "a name for a number that is misspelt",
        "ap.read_alphacast('prices', client=client)",
        "ap.read_alphacast('Prices', client=client)",
        "There is no dataset 'prices'",
        "Nearest names: 'Prices' (",
        error=ap.NotFoundError,
    ),
    naming(
        "a name that two datasets have",
        BY_NAME.format("Prices", "Other") + "; ap.read_alphacast('Prices', client=client)",
        "ap.read_alphacast(client.datasets.list()[-1], client=client)",
        "2 datasets are called 'Prices'",
        "Pass the number instead of the name",
    ),
    naming(
        "a repository in the place of a dataset",
        "ap.read_alphacast(client.repositories.find('Statistics'), client=client)",
        "ap.read_alphacast(client.datasets.find('Prices'), client=client)",
        "is a repository, and a dataset is needed here",
    ),
    naming(
        "a name where a number is needed",
        "client.datasets.get('Prices')",
        "client.datasets.get(client.datasets.find('Prices'))",
        "client.datasets.find('Prices') finds it by its name",
    ),
    naming(
        "a number of nothing",
        "ap.read_alphacast(999_999, client=client)",
        "ap.read_alphacast('Prices', client=client)",
        "Dataset 999999 does not exist",
        error=ap.NotFoundError,
    ),
    naming(
        "nothing said of where to push",
        "ap.push(frame, client=client)",
        BY_NAME.format("Prices", "Statistics"),
        "push(name='Prices', repository='My data')",
    ),
]


def calling(
    name: str,
    wrong: str,
    right: str,
    *words: str,
    error: type[ap.AlphacastError] = ap.QueryError,
    given: str = "",
) -> Mistake:
    """A call that is wrong in itself, and how it is right."""
    return Mistake(name, given, wrong, error, words, "", right, is_shown=False)


CALLS = [
    calling(
        "a key that the service refuses",
        "ap.login('ak_wrong', base_url=emulator.url)",
        "ap.login(emulator.api_key, base_url=emulator.url)",
        "refuses this API key, so it is not kept",
        error=ap.AuthenticationError,
    ),
    calling(
        "no key at all",
        "ap.read_alphacast(stored)",
        "ap.login(emulator.api_key, base_url=emulator.url); ap.read_alphacast(stored)",
        "There is no Alphacast API key",
        "alphacast_pandas.login(",
        error=ap.ConfigurationError,
    ),
    calling(
        "plain http to another machine",
        "ap.Client('ak_0', base_url='http://api.alphacast.io')",
        "ap.Client('ak_0', base_url='https://api.alphacast.io')",
        "https",
        error=ap.ConfigurationError,
    ),
    calling(
        "an address where nothing listens",
        "ap.read_alphacast(5, client=ap.Client('ak_0', base_url='http://127.0.0.1:9', retries=0))",
        "ap.read_alphacast(stored, client=client)",
        "No answer from http://127.0.0.1:9 (the address is from the argument base_url)",
        "Nothing listens there: is the emulator running?",
        error=ap.ConnectionFailed,
    ),
    calling(
        "a mode that does not exist",
        "df.alphacast.push(stored, mode='update', client=client)",
        "df.alphacast.push(stored, mode='upsert', client=client)",
        "'append', 'upsert', 'replace', 'mirror'",
        given="df = frame",
    ),
    calling(
        "a replacement that would delete more dates than it has",
        "frame.tail(1).alphacast.push(stored, mode='replace', client=client)",
        "frame.tail(1).alphacast.push(stored, mode='replace', max_delete=1.0, client=client)",
        "max_delete",
        error=ap.ValidationError,
    ),
    calling(
        "more deleted rows than allowed",
        "frame.head(2).alphacast.push(stored, mode='replace', max_delete=1, client=client)",
        "frame.head(2).alphacast.push(stored, mode='replace', max_delete=2, client=client)",
        "2 of 4 rows (50%) would be deleted",
        error=ap.ValidationError,
    ),
    calling(
        "a frame that is compared with what was not read",
        "frame.alphacast.push(stored, if_unchanged=5, client=client)",
        "frame.alphacast.push(stored, if_unchanged=ap.read_alphacast(stored, client=client), "
        "client=client)",
        "if_unchanged must be a frame from read_alphacast",
    ),
    calling(
        "a dataset that has changed since it was read",
        "frame.alphacast.push(stored, if_unchanged=read, client=client)",
        "frame.alphacast.push(stored, if_unchanged=ap.read_alphacast(stored, client=client), "
        "client=client)",
        "has changed since it was read",
        "Read it again",
        error=ap.ConflictError,
        given="read = ap.read_alphacast(stored, client=client); "
        "frame.assign(CPI=1.5).alphacast.push(stored, client=client)",
    ),
    calling(
        "and between expressions",
        "ap.read_alphacast(stored, filter=ap.col('CPI') > 1 and ap.col('CPI') < 2, client=client)",
        "ap.read_alphacast(stored, filter=(ap.col('CPI') > 1) & (ap.col('CPI') < 2), "
        "client=client)",
        "&",
        error=ExpressionError,
    ),
    calling(
        "a key in the place of a client",
        "ap.read_alphacast(stored, client='ak_secret')",
        "ap.read_alphacast(stored, client=client)",
        "client must be an alphacast_pandas.Client, got str",
    ),
    calling(
        "a word for a truth",
        "ap.push(frame, stored, wait='no', client=client)",
        "ap.push(frame, stored, wait=False, client=client)",
        "wait must be True or False, got 'no'",
    ),
    calling(
        "an address of another service",
        "ap.read_alphacast(f'https://example.com/datasets/prices-{stored}', client=client)",
        "ap.read_alphacast(stored, client=client)",
        "is an address of example.com",
    ),
    calling(
        "a process without a number",
        "client.datasets.process(stored, '../..')",
        "client.datasets.process(stored, client.datasets.processes(stored)[0].id)",
        "process_id must be the number of a process, got '../..'",
    ),
    calling(
        "an object for a mode",
        "ap.push(frame, stored, mode=object(), client=client)",
        "ap.push(frame, stored, mode='append', client=client)",
        "got <object>.",
    ),
    calling(
        "a missing value in a filter",
        "ap.read_alphacast(stored, filter={'CPI': float('nan')}, client=client)",
        "ap.read_alphacast(stored, filter=ap.col('CPI').isna(), client=client)",
        "ap.col('CPI').isna()",
    ),
    calling(
        "a text for a number",
        "ap.read_alphacast(stored, filter={'CPI': 'high'}, client=client)",
        "ap.read_alphacast(stored, filter={'CPI': 101.5}, client=client)",
        "'high' is not a number, and the column holds numbers",
    ),
    calling(
        "a time zone",
        "ap.read_alphacast(stored, start=pd.Timestamp('2020', tz='UTC'), client=client)",
        "ap.read_alphacast(stored, start=pd.Timestamp('2020', tz='UTC').tz_localize(None), "
        "client=client)",
        ".tz_localize(None)",
    ),
    calling(
        "half a number of dates",
        "ap.read_alphacast(stored, last=1.5, client=client)",
        "ap.read_alphacast(stored, last=1, client=client)",
        "last must be an integer >= 1, got 1.5",
    ),
]

MISTAKES = [*DATES, *COLUMNS, *NUMBERS, *NOT_FRAMES, *QUERIES, *NAMES, *CALLS]


def frame() -> pd.DataFrame:
    """Four rows that the stored dataset takes."""
    days = pd.to_datetime(["2020-01-01", "2020-02-01", "2020-03-01", "2020-04-01"])
    countries = ["Chile", "Peru", "Chile", "Peru"]
    return pd.DataFrame({"Date": days, "country": countries, "CPI": [100.5, 101.5, 102.5, 103.5]})


def names_for(
    mistake: Mistake, client: ap.Client, emulator: Emulator, new_dataset: Callable[[], int]
) -> dict[str, Any]:
    """What the programs of a row may use; datasets are made only if one of them is named."""
    known = {"emulator": emulator, "client": client, "frame": frame(), "ap": ap, "np": np, "pd": pd}
    programs = f"{mistake.given} {mistake.attempt} {mistake.remedy} {mistake.then}"
    for name in ("stored", "new"):
        if re.search(rf"\b{name}\b", programs):
            known[name] = new_dataset()
    if "stored" in known:
        frame().alphacast.push(known["stored"], client=client)
    return known


def run(program: str, names: dict[str, Any]) -> None:
    exec(program, names)


# Before pandas 3 a column that is set after dropna() warns, although the frame is one's own.
@pytest.mark.filterwarnings("ignore:\\nA value is trying to be set on a copy")
@pytest.mark.at_least(50)
@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_following_the_message_makes_the_next_attempt_succeed(
    mistake: Mistake, client: ap.Client, emulator: Emulator, new_dataset: Callable[[], int]
) -> None:
    names = names_for(mistake, client, emulator, new_dataset)
    run(mistake.given, names)
    with pytest.raises(ap.AlphacastError) as caught:
        run(mistake.attempt, names)
    assert type(caught.value) is mistake.error
    message = str(caught.value)
    for words in (*mistake.words, *(mistake.remedy,) * mistake.is_shown):
        assert words in message
    run(mistake.remedy, names)
    run(mistake.attempt if mistake.then == AGAIN else mistake.then, names)
