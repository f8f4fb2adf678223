"""Both languages of every file of words say the same; periods and numbers are as a language writes them."""

from __future__ import annotations

import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import hgrisk
from hgrisk.errors import ConfigError
from hgrisk.words import LANGUAGES, load_words, number_marks, period_words

PACKAGE = Path(hgrisk.__file__).parent
FILES = [(f"hgrisk.{path.parent.name}", path.stem.removesuffix("_en")) for path in sorted(PACKAGE.rglob("*_en.toml"))]
FORMS = {"one_month": "a month", "months": "{n} months", "days": "{n} days"}
CARELESS = ("criminal", "crimine", "offender", "dader", "guilty", "schuldig", "victim of", "slachtoffer", "recidivist")


def flat(table, path=()):
    if not isinstance(table, dict):
        return {path: table}
    return {key: text for name, part in table.items() for key, text in flat(part, (*path, name)).items()}


def fields(text):
    return {field for _, field, _, _ in string.Formatter().parse(text) if field is not None}


def test_every_room_that_speaks_is_among_the_files():
    assert {room for room, _ in FILES} == {"hgrisk.audit", "hgrisk.explain", "hgrisk.figures", "hgrisk.report"}


@pytest.mark.parametrize(("package", "stem"), FILES)
def test_both_languages_have_the_same_keys_in_the_same_order(package, stem):
    assert list(flat(load_words("en", package, stem))) == list(flat(load_words("nl", package, stem)))


@pytest.mark.parametrize(("package", "stem"), FILES)
def test_both_languages_fill_in_the_same_values(package, stem):
    dutch = flat(load_words("nl", package, stem))
    for key, text in flat(load_words("en", package, stem)).items():
        assert fields(text) == fields(dutch[key]), key


@pytest.mark.parametrize(("package", "stem"), FILES)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_sentence_speaks_of_people_without_care(package, stem, lang):
    words = " ".join(flat(load_words(lang, package, stem)).values()).lower()
    for careless in CARELESS:
        assert careless not in words, careless


def test_an_unknown_language_is_refused():
    with pytest.raises(ConfigError) as caught:
        load_words("fy", "hgrisk.figures")
    assert str(caught.value) == "A language is one of en, nl, but found 'fy': give lang='en' or lang='nl'."


@given(st.integers(1, 4000))
def test_a_period_is_in_months_where_a_whole_number_of_them_is_two_days_away_at_most(days):
    near = [n for n in range(1, 140) if abs(n * 365.25 / 12 - days) <= 2]
    months = f"{near[0]} months" if near else f"{days} days"
    assert period_words(days, FORMS) == ("a month" if near == [1] else months)


def test_a_period_of_no_month_or_a_part_of_a_day_is_in_days():
    assert [period_words(days, FORMS) for days in (0, 1.5)] == ["0 days", "1.5 days"]


@given(st.floats(-1e9, 1e9))
def test_dutch_changes_the_marks_of_a_number_and_english_leaves_them(value):
    english = f"{value:,.2f}"
    whole, cents = english.split(".")
    assert number_marks(english, "en") == english
    assert number_marks(english, "nl") == f"{whole.replace(',', '.')},{cents}"
