"""Messages of the package in the words of the commands."""

import pytest

from alphacast_pandas.commands.wording import in_commands


@pytest.mark.every_parameter
@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("push(..., accept_new_columns=True) adds it.", "--accept-new-columns adds it."),
        ("mode='upsert' and only_changes=True.", "--mode upsert and --only-changes."),
        ("max_delete=1.0 lets everything go.", "--max-delete 1.0 lets everything go."),
        ("Raise max_delete; see entities=.", "Raise --max-delete; see --entities."),
        ("Name more, such as entities=['a', 'b c'].", "Name more, such as --entities a 'b c'."),
        ("(cache='only') or cache=True", "(--cache only) or --cache on"),
        ("as_of '2020' is early.", "--as-of '2020' is early."),
        ("Pass --max-delete.", "Pass --max-delete."),
        ("... and 3 more: see error.failures.", "... and 3 more."),
        ("df = df.drop(columns=['a', 'b']).", "removing ['a', 'b'] from the file."),
        ("Write filter=\"a eq 'b'\".", "Write --filter \"a eq 'b'\"."),
        (
            "Write a dict: filter={'a b': ['it\\'s', 2]}, or more.",
            "Write --filter \"'a b' eq 'it''s' or 'a b' eq 2\", or more.",
        ),
        (
            "Write a dict with a slice: filter={'Year': slice(1990, 2000)}.",
            "Write --filter 'Year ge 1990 and Year le 2000'.",
        ),
        ("filter={'a': b} and filter=[('a', 'x', 1)]",) * 2,  # which no text can say
        (
            r"filter 'a \x1...b eq c'. Write a dict, such as filter={'country': ['Chile']}, or an "
            "expression, such as filter=(ap.col('country') == 'Chile') & (ap.col('CPI') > 100).",
            "--filter 'a \\x1...b eq c'. Write comparisons such as --filter \"b eq 'c'\", texts in "
            "single quotes; and, or and parentheses join them.",
        ),
        ("create=False; verify it: verify=True.", "create=False; verify it: --verify."),
        ("repository=\"It's\", name='A b'", "--repository \"It's\", --name 'A b'"),
        (
            "df = df.rename(columns={'a': 'b', 'c': 'd'})",
            "df = df.rename(columns={'a': 'b', 'c': 'd'})",
        ),
    ],
)
def test_keywords_are_told_as_options(text: str, told: str) -> None:
    assert in_commands(text) == told
