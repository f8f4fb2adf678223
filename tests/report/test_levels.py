import pytest
from hypothesis import given
from hypothesis import strategies as st

from hgrisk.models.by_horizon.items import Item, words_of
from hgrisk.models.by_horizon.total_score import _in_words
from hgrisk.report.levels import level_words, range_words
from hgrisk.report.voice import voice

EN, NL = voice("en"), voice("nl")


@pytest.mark.parametrize(
    ("label", "english", "dutch"),
    [
        ("0", "0", "0"),
        ("0 to 171", "0 to 171", "0 tot en met 171"),
        ("below 2.5", "below 2.5", "onder 2,5"),
        ("2.5 to below 1e+06", "2.5 to below 1000000", "2,5 tot 1000000"),
        ("-1.5 or more", "-1.5 or more", "-1,5 of meer"),
        ("any", "any", "elk totaal"),
        ("no or yes", "no or yes", "nee of ja"),
        ("known", "known", "bekend"),
        ("other", "all other", "alle andere"),
        ("missing", "not recorded", "niet vastgelegd"),
        ("safe_enough", "safe enough", "safe enough"),
        ("1e_afdeling 2", "1e afdeling 2", "1e afdeling 2"),
        ("Rotterdam-Rijnmond", "Rotterdam-Rijnmond", "Rotterdam-Rijnmond"),
    ],
)
def test_levels_are_said_in_the_language(label, english, dutch):
    assert level_words(label, EN) == english
    assert level_words(label, NL) == dutch


KINDS = st.sampled_from(["count", "number", "yes or no"])
CUTS = st.lists(st.integers(1, 999), unique=True, max_size=4)


@given(kind=KINDS, cuts=CUTS)
def test_every_level_of_a_card_is_known_by_its_words(kind, cuts):
    whole = sorted(cuts)
    values = {"yes or no": [0.5] if cuts else [], "number": [cut / 8 for cut in whole]}.get(kind, whole)
    for label in words_of(Item("x", kind, values, [], 0, has_missing=True)):
        said = level_words(label, NL)
        assert said != label or label.isdigit()
        assert not {"to", "below", "more", "not", "any"} & set(said.split())


@given(st.lists(st.integers(0, 60), min_size=1, max_size=8, unique=True))
def test_every_total_is_known_by_its_words(lowest):
    for label in _in_words(sorted(lowest)):
        assert level_words(label, NL) != label or label.isdigit()


def test_a_range_has_few_digits_and_one_value_stands_alone():
    assert range_words(0.161537, 2.282, EN) == "0.16 to 2.28"
    assert range_words(0.161537, 2.282, NL) == "0,16 tot en met 2,28"
    assert range_words(4.0, 4.0, NL) == "4"
    assert range_words(0.1612, 0.1614, EN) == "0.16"
    assert range_words(-0.99, 1234.5, NL) == "-0,99 tot en met 1234"
