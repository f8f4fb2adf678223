"""The family problems: yes, no, unknown and never asked are four different things."""

import pandas as pd
import pytest

from hgrisk.features.problems import PROBLEMS, describe
from hgrisk.features.settings import FeatureSettings
from tests.builders import event, family_row, report

SPECS = describe(FeatureSettings())


def signal(on, value, code="alcohol", known=None):
    """Return an answer to the question about one problem: 1 yes, 0 no, None unknown."""
    return event("signal", on, known, code=code, value=value)


def alcohol(*answers, mark=400):
    """Return the features about alcohol, at a report."""
    x = family_row([*answers, report(mark)], "problems")
    return [
        None if pd.isna(x[name]) else x[name]
        for name in (
            "signal_alcohol_last",
            "signal_alcohol_yes_ever",
            "days_since_signal_alcohol_yes",
            "signal_alcohol_unknown_ever",
        )
    ]


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([], [None, 0, None, 0]),
        ([signal(100, None)], [None, 0, None, 1]),
        ([signal(100, 0.0)], [0, 0, None, 0]),
        ([signal(100, 1.0)], [1, 1, 300, 0]),
    ],
    ids=["never asked", "unknown", "no", "yes"],
)
def test_trap_16_four_answers_are_told_apart(answers, expected):
    assert alcohol(*answers) == expected


def test_trap_16_the_last_answer_is_empty_where_it_is_unknown_and_an_earlier_yes_stays():
    assert alcohol(signal(100, 1.0), signal(200, None)) == [None, 1, 300, 1]
    assert alcohol(signal(100, None), signal(200, 1.0)) == [1, 1, 200, 1]
    assert alcohol(signal(100, 1.0), signal(200, 1.0), signal(300, 0.0)) == [0, 2, 200, 0]


def test_an_answer_to_another_question_says_nothing():
    assert alcohol(signal(100, 1.0, code="drugs"), event("advice", 200, code="alcohol", value=1.0)) == [
        None,
        0,
        None,
        0,
    ]


def test_trap_4_an_answer_counts_once_it_is_known():
    answers = [signal(100, 0.0), signal(200, 1.0, known=300)]
    assert alcohol(*answers, mark=300) == [0, 0, None, 0]
    assert alcohol(*answers, mark=301) == [1, 1, 101, 0]


def test_over_all_problems_each_counts_once():
    answers = [
        signal(0, 1.0, "drugs"),
        signal(34, 1.0, "finances"),
        signal(35, 1.0, "alcohol"),
        signal(35, None, "trauma"),
        signal(300, 1.0, "alcohol"),
        signal(300, 0.0, "drugs"),
        signal(300, None, "trauma"),
        signal(310, 1.0, "debts_at_school"),
    ]
    x = family_row([*answers, report(400)], "problems")
    assert (x["signals_yes_ever"], x["signals_yes_365d"]) == (4, 2)
    assert (x["signals_asked_ever"], x["signals_unknown_365d"], x["days_since_signals_asked"]) == (5, 2, 90)
    assert family_row([signal(34, None), report(400)], "problems")["signals_unknown_365d"] == 0


@pytest.mark.parametrize("code", [code for code, *_ in PROBLEMS])
def test_every_problem_has_the_same_four_features(code):
    mine = signal(100, 1.0, code), signal(150, None, code)
    x = family_row([*mine, signal(150, 1.0, "other"), signal(160, None, "other"), report(400)], "problems")
    about = x[[name for name in x.index if f"signal_{code}_" in name]].dropna()
    expected = {f"signal_{code}_yes_ever": 1, f"days_since_signal_{code}_yes": 300, f"signal_{code}_unknown_ever": 1}
    assert about.to_dict() == expected


def test_a_value_is_empty_without_any_history_exactly_where_the_catalogue_says_what_that_means():
    x = family_row([report(0)], "problems")
    assert [spec.name for spec in SPECS] == x.index.tolist()
    assert {spec.name for spec in SPECS if spec.missing} == set(x.index[x.isna()])
    assert (x.dropna() == 0).all()


def test_every_feature_is_described_in_two_languages_and_names_its_unit():
    assert len({spec.sentence_en for spec in SPECS}) == len({spec.sentence_nl for spec in SPECS}) == len(SPECS)
    assert all(spec.sentence_en != spec.sentence_nl and spec.unit in {"0/1", "count", "days"} for spec in SPECS)


def test_the_work_of_organisations_is_whether_they_ask_and_find_out():
    names = [spec.name for spec in SPECS if spec.process]
    assert len(names) == len(PROBLEMS) + 3
    assert all("unknown" in name or "asked" in name for name in names)


def test_the_recent_window_is_a_setting():
    names = {spec.name for spec in describe(FeatureSettings(recent_days=90))}
    assert {"signals_yes_90d", "signals_unknown_90d"} <= names
    assert not [name for name in names if "365" in name]
