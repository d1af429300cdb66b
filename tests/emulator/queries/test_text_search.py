"""Text search: words are found however they are spelled."""


def test_search_finds_words_however_they_are_spelled(call, search_names):
    for name in ("Argentina - Inflación", "Brasil - Inflation", "Chile - Copper price"):
        call.dataset(name)
    assert search_names("INFLACION argentina")[0] == "Argentina - Inflación"
    assert search_names("inflatoin brasil")[0] == "Brasil - Inflation"
    assert search_names("coper") == search_names("copp") == ["Chile - Copper price"]
    assert search_names("zzzz") == search_names("☃ ''")[:0] == []
    assert len(search_names("")) == 3
