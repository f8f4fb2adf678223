import pytest

from hgrisk.report.omissions import reason_words
from hgrisk.report.voice import voice


@pytest.mark.parametrize(
    ("lang", "few", "short", "fit"),
    [
        (
            "en",
            "too few re-reports by then in the training rows",
            "no training row is followed that long",
            "a model could not be fitted there",
        ),
        (
            "nl",
            "te weinig her-meldingen tot dan in de trainingsrijen",
            "geen trainingsrij is zo lang gevolgd",
            "een model was daar niet te schatten",
        ),
    ],
)
def test_reasons_are_told_in_fixed_words_without_a_count_or_a_value(lang, few, short, fit):
    speaking = voice(lang)
    for count in (0, 3, 12):
        assert reason_words(f"{count} re-reports by then in the training rows", speaking) == few
    assert reason_words("training rows that are followed shorter", speaking) == short
    for text in ("A fit has events, found 3", "found 'Tuvaluan' in 'nationality'", "12 of 400 networks"):
        assert reason_words(text, speaking) == fit
