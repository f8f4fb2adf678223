"""Sentences, letter by letter, in both languages, and what they never say."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import get_args

import numpy as np
import pytest

from hgrisk.errors import ConfigError, DataError
from hgrisk.explain.contributions import explain_cases
from hgrisk.explain.sentences import sentences
from hgrisk.explain.words import number, percent
from hgrisk.models.score_terms import Scale, ScoreTerms
from hgrisk.words import load_words
from tests.explain.made_up import CATALOGUE, MadeUpModel, draw_cases, three_cases

ENGLISH_CLOSE = (
    (
        "These sentences say how the model comes to its score. They do not say what causes a new report, nor what "
        "would change if something were done."
    ),
    "A low score does not mean that there is no danger; much violence is never reported.",
)
DUTCH_CLOSE = (
    (
        "Deze zinnen zeggen hoe het model aan zijn score komt. Ze zeggen niet waardoor een nieuwe melding ontstaat, "
        "en ook niet wat er zou veranderen als er iets werd gedaan."
    ),
    "Een lage score betekent niet dat er geen gevaar is; veel geweld wordt nooit gemeld.",
)
NEVER = re.compile(
    r"\b(safe|safely|veilig|offen\w*|recidi\w*|victim|slachtoffer|dader|because|omdat|leads? to)\b", re.IGNORECASE
)


def explanation(**how):
    return explain_cases(MadeUpModel(**how), three_cases(), 365, CATALOGUE)


def test_english():
    assert sentences(explanation(), 0, "en", n=3) == (
        "The score starts from -1.00, the mean of the households from which the model learned.",
        "3 earlier reports in the last 12 months, the last 41 days ago. This makes the score higher (+0.90).",
        "The last earlier report was 41 days ago. This makes the score higher (+0.59).",
        "Who reported: police. This makes the score higher (+0.50).",
        "All other features together: +0.40.",
        "Together this gives a score of +1.39 (log-odds). The risk of a re-report within 12 months is 80.1%.",
        *ENGLISH_CLOSE,
    )


def test_dutch():
    assert sentences(explanation(), 0, "nl", n=3) == (
        "De score begint bij -1,00, het gemiddelde van de huishoudens waarvan het model leerde.",
        "3 eerdere meldingen in de laatste 12 maanden, de laatste 41 dagen geleden. Dit maakt de score hoger (+0,90).",
        "De laatste eerdere melding was 41 dagen geleden. Dit maakt de score hoger (+0,59).",
        "Wie meldde: police. Dit maakt de score hoger (+0,50).",
        "Alle andere kenmerken samen: +0,40.",
        "Samen geeft dit een score van +1,39 (log-odds). Het risico op een her-melding binnen 12 maanden is 80,1%.",
        *DUTCH_CLOSE,
    )


def test_a_missing_value_says_what_it_means_and_work_of_organisations_is_named():
    assert sentences(explanation(), 1, "nl") == (
        "De score begint bij -1,00, het gemiddelde van de huishoudens waarvan het model leerde.",
        "Geen eerdere melding. Dit maakt de score lager (-0,25).",
        "Alle andere kenmerken samen: +0,00.",
        "Samen geeft dit een score van -1,25 (log-odds). Het risico op een her-melding binnen 12 maanden is 22,3%.",
        *DUTCH_CLOSE,
    )
    told = sentences(explanation(), 2, "en", n=9)
    assert (
        "Days that the oldest open handover has waited: 10 (about the work of organisations). This makes the score "
        "higher (+0.50)." in told
    )
    assert (
        "1 earlier report in the last 12 months, together with: days that the oldest open handover has waited: 10 "
        "(about the work of organisations). This makes the score higher (+0.10)." in told
    )


def test_an_adjusted_risk_is_said():
    assert sentences(explanation(shift=0.3), 0, "en", n=1)[-3].startswith("The risk was adjusted after this score")


@pytest.mark.parametrize("lang", ["en", "nl"])
def test_amounts_that_are_written_add_up_to_the_score(lang):
    cases = draw_cases(40)
    explained = explain_cases(MadeUpModel(), cases, 365, CATALOGUE)
    for row in range(len(cases)):
        *told, total, _, _ = sentences(explained, row, lang, n=2)
        amounts = [float(found.replace(",", ".")) for found in re.findall(r"[-+]\d+[.,]\d\d", " ".join(told))]
        assert sum(amounts) == pytest.approx(explained.score[row], abs=0.005 * len(amounts))
        assert number(explained.score[row], lang, signed=True) in total
        assert percent(explained.risk[row], lang) in total


@pytest.mark.parametrize(
    ("scale", "english", "dutch"),
    [
        ("logit", "+3.00 (log-odds)", "+3,00 (log-odds)"),
        ("log hazard", "+3.00 (log hazard)", "+3,00 (log-hazard)"),
        ("log cumulative hazard", "+3.00 (log cumulative hazard)", "+3,00 (cumulatieve log-hazard)"),
        ("points", "3 (points)", "3 (punten)"),
    ],
)
def test_a_score_has_its_unit(scale, english, dutch):
    assert scale in get_args(Scale)
    terms = ScoreTerms(("handover_days",), np.array([[2.0]]), 1.0, np.array([3.0]), scale)
    explained = replace(explanation(), terms=terms, at_days=200.0, adjusted=np.array([False] * 3))
    wanted = f"Together this gives a score of {english}. The risk of a re-report within 200 days is 80.1%."
    assert sentences(explained, 0, "en")[2] == wanted
    assert f"een score van {dutch}. Het risico" in sentences(explained, 0, "nl")[2]


def test_every_scale_has_a_unit_in_both_languages():
    for lang in ("en", "nl"):
        assert set(load_words(lang, "hgrisk.explain")["unit"]) == set(get_args(Scale))


@pytest.mark.parametrize("lang", ["en", "nl"])
def test_no_sentence_says_what_must_not_be_said(lang):
    explained = explain_cases(MadeUpModel(), draw_cases(60), 365, CATALOGUE)
    told = " ".join(line for row in range(60) for line in sentences(explained, row, lang))
    whole = told + repr(load_words(lang, "hgrisk.explain"))
    assert not NEVER.search(whole), NEVER.search(whole)


def test_other_rows_and_languages_are_refused():
    with pytest.raises(DataError, match="places 0 to 2"):
        sentences(explanation(), 3, "en")
    with pytest.raises(DataError, match="places 0 to 2"):
        sentences(explanation(), -1, "en")
    with pytest.raises(DataError, match="at least one"):
        sentences(explanation(), 0, "en", n=0)
    with pytest.raises(ConfigError, match="en, nl"):
        sentences(explanation(), 0, "de")


def test_a_score_without_terms_has_no_sentence_of_features():
    model = MadeUpModel(coef=0.0)
    case = three_cases().iloc[[1]].assign(days_since_last_report=100.0)
    told = sentences(explain_cases(model, case, 365, CATALOGUE), 0, "en")
    assert len(told) == 5
    assert np.isclose(model.predict(case)[0], -1)
