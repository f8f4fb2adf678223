import string
import tomllib
from importlib import resources

import pytest

from hgrisk.errors import ConfigError
from hgrisk.figures.verdict import change_verdict
from hgrisk.figures.words import horizon_words, load_words

PAIRS = [("hgrisk.figures", "words"), ("hgrisk.report", "texts")]


def flat(table, path=()):
    if not isinstance(table, dict):
        return {path: table}
    return {key: text for name, part in table.items() for key, text in flat(part, (*path, name)).items()}


def read(package, stem, lang):
    return flat(tomllib.loads(resources.files(package).joinpath(f"{stem}_{lang}.toml").read_text(encoding="utf-8")))


@pytest.mark.parametrize(("package", "stem"), PAIRS)
def test_both_languages_have_the_same_keys_in_the_same_order(package, stem):
    assert list(read(package, stem, "en")) == list(read(package, stem, "nl"))


@pytest.mark.parametrize(("package", "stem"), PAIRS)
def test_both_languages_fill_in_the_same_values(package, stem):
    def names(text):
        return {field for _, field, _, _ in string.Formatter().parse(text) if field is not None}

    dutch = read(package, stem, "nl")
    for key, text in read(package, stem, "en").items():
        assert names(text) == names(dutch[key]), key


@pytest.mark.parametrize(("package", "stem"), PAIRS)
@pytest.mark.parametrize("lang", ["en", "nl"])
def test_no_sentence_speaks_of_people_without_care(package, stem, lang):
    words = " ".join(read(package, stem, lang).values()).lower()
    for careless in ("criminal", "crimine", "offender", "dader", "guilty", "schuldig", "victim of", "recidivist"):
        assert careless not in words, careless


def test_an_unknown_language_is_refused():
    with pytest.raises(ConfigError, match=r"A language is one of en, nl, but found 'fy'"):
        load_words("fy")


@pytest.mark.parametrize(
    ("days", "words"),
    [(30, "1 month"), (90, "3 months"), (183, "6 months"), (365, "12 months"), (548, "18 months"), (730, "24 months"),
     (45, "45 days"), (7, "7 days")],
)  # fmt: skip
def test_horizons_are_named_in_months_where_they_are_months(days, words):
    assert horizon_words(days, "en") == words


@pytest.mark.parametrize(
    ("bounds", "verdict"),
    [((0.01, 0.02), "up"), ((-0.02, -0.01), "down"), ((-0.01, 0.01), "unclear"), ((0.0, 0.02), "unclear"),
     ((float("nan"), 0.02), "unknown")],
)  # fmt: skip
def test_a_verdict_needs_an_interval_without_zero(bounds, verdict):
    assert change_verdict(*bounds) == verdict
