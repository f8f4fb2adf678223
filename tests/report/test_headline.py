"""Findings in words: they follow from intervals and claim nothing more."""

import numpy as np
import pytest

from hgrisk.report.headline import headline, main_horizon
from hgrisk.report.voice import voice

MINUS = "\N{MINUS SIGN}"
CHANGE = f"{MINUS}0.074 ({MINUS}0.081 to {MINUS}0.067)"


def with_step(ladder, step, *, shift=0.0, **changes):
    """Move the estimate of a step, keep the gains of it and its successor true, and change what is given."""
    table = ladder.copy()
    table.loc[table["step"] == step, ["estimate", "lower", "upper"]] += shift
    for _, part in table.groupby(["metric", "horizon_days"], sort=False):
        table.loc[part.index, "gain"] = part["estimate"].diff()
        table.loc[part.index, "gain_lower"] = part["estimate"].diff() - 0.0072
        table.loc[part.index, "gain_upper"] = part["estimate"].diff() + 0.0072
    for column, value in changes.items():
        table.loc[table["step"] == step, column] = value
    return table


def test_a_clear_ladder_is_told_as_it_is(content):
    said = headline(content, voice("en"))
    assert said[0].startswith("Within 12 months, 18.4% (17.2 to 19.6) of the landmarks")
    assert said[1:] == (
        "Counting earlier reports alone gives C = 0.618 (0.606 to 0.630) at 12 months, where 0.5 is chance.",
        "Everything we know gives 0.668 (0.657 to 0.679): going beyond earlier violence adds +0.017 (0.010 to 0.024).",
        f"Without earlier violence it falls to 0.594 (0.582 to 0.606), a change of {CHANGE}.",
    )


@pytest.mark.parametrize(
    ("step", "shift", "phrase"),
    [
        ("prior count", -0.115, "which cannot be told from chance (0.5)"),
        ("prior count", -0.2, "which is worse than chance (0.5)"),
        ("everything", -0.015, f"changes it by +0.002 ({MINUS}0.005 to 0.009), which cannot be told from zero."),
        ("everything", -0.05, "for the worse"),
        (
            "everything without prior violence",
            0.07,
            f", a change of {MINUS}0.004 ({MINUS}0.011 to 0.003), which cannot be told from zero.",
        ),
        ("everything without prior violence", 0.12, "Without earlier violence it rises to 0.714"),
    ],
)
def test_words_follow_the_interval(content, content_with, step, shift, phrase):
    ladder = with_step(content.ladder, step, shift=shift)
    assert phrase in " ".join(headline(content_with(ladder=ladder), voice("en")))


def test_a_change_without_an_interval_is_neither_rise_nor_fall(content, content_with):
    last = "everything without prior violence"
    ladder = with_step(content.ladder, last, gain_lower=np.nan, gain_upper=np.nan)
    said = headline(content_with(ladder=ladder), voice("nl"))
    assert said[-1] == "Zonder eerder geweld is het 0,594 (0,582 tot 0,606)."


def test_a_missing_step_is_passed_over(content, content_with):
    ladder = content.ladder[content.ladder["step"].isin(["base rate", "prior count"])]
    assert len(headline(content_with(ladder=ladder), voice("en"))) == 2


def test_without_a_ladder_the_scores_speak(content, content_with):
    said = headline(content_with(ladder=content.ladder.iloc[:0]), voice("en"))
    assert said[1] == (
        "Over 4 models, C at 12 months runs from 0.500 (Base rate) to 0.664 (0.654 to 0.674) (boosted_trees)."
    )
    one = content.scores[content.scores["model"] == "cox"]
    said = headline(content_with(ladder=content.ladder.iloc[:0], scores=one), voice("en"))
    assert said[1] == "Cox regression gives C = 0.660 (0.650 to 0.670) at 12 months."


def test_training_rows_come_first_in_the_telling(content_with):
    assert headline(content_with(apparent=True), voice("en"))[0].startswith("On its own training rows")


@pytest.mark.parametrize(("horizons", "main"), [((183, 365, 730), 365), ((91, 182), 182), ((400,), 400)])
def test_the_main_horizon_is_nearest_to_a_year(content, horizons, main):
    ladder = content.ladder.iloc[: len(horizons)].assign(horizon_days=horizons)
    assert main_horizon(ladder) == main
