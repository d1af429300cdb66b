"""Readings: which words they may have."""

import pytest

from alphacast_pandas.emulator import Readings


def test_an_unknown_word_for_a_reading_is_refused():
    with pytest.raises(ValueError, match=r"Readings\(last=...\) is one of periods, rows"):
        Readings(last="days")


def test_what_a_probe_has_found_is_loaded_and_the_rest_is_the_default(tmp_path):
    path = tmp_path / "found.json"
    path.write_text('{"format": 1, "readings": {"last": "rows"}, "questions": []}')
    assert Readings.load(path) == Readings(last="rows")
    assert Readings.load(str(path)) == Readings(last="rows")


@pytest.mark.every_parameter
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is not JSON, so it is not the file of a probe"),
        ("[" * 100_000, "is not JSON, so it is not the file of a probe"),
        ("[]", "is not the file of a probe: it has no format 1 with readings"),
        ('{"readings": {}}', "is not the file of a probe: it has no format 1 with readings"),
        ('{"format": 1}', "is not the file of a probe: it has no format 1 with readings"),
        ('{"format": 2, "readings": {}}', "it has no format 1 with readings"),
        ('{"format": 1, "readings": {"lost": "x"}}', "holds the switch 'lost', which Readings"),
        (
            '{"format": 1, "readings": {"last": "days"}}',
            "holds 'days' for last, which is one of periods, rows",
        ),
        ('{"format": 1, "readings": {"last": ["rows"]}}', r"holds \['rows'\] for last"),
        (
            f'{{"format": 1, "readings": {{"last": "{"x" * 10_000}"}}}}',
            r"holds 'x+\.\.\.x+' for last, .{20,30}; write it again with",
        ),
    ],
)
def test_a_file_that_is_not_of_a_probe_is_refused_in_one_sentence(tmp_path, text, words):
    path = tmp_path / "found.json"
    path.write_text(text)
    with pytest.raises(ValueError, match=words) as caught:
        Readings.load(path)
    assert len(str(caught.value)) < len(str(path)) + 200


def test_the_name_of_a_file_does_not_act_on_a_terminal(tmp_path):
    path = tmp_path / "\x1b[31mred.json"
    path.write_text("[]")
    with pytest.raises(ValueError, match=r"/\\x1b\[31mred\.json is not the file of a probe"):
        Readings.load(path)


def test_a_file_that_does_not_exist_is_an_error_of_the_system(tmp_path):
    with pytest.raises(FileNotFoundError):
        Readings.load(tmp_path / "found.json")
