"""The settings of interventions: their names and places, and what is refused."""

import pytest

from hgrisk.errors import ConfigError
from hgrisk.simulate.parameters.interventions import (
    ARREST,
    BARRING_ORDER,
    HELP,
    NAMES,
    SHELTER,
    Effect,
    Interventions,
)


def test_there_are_nine_and_help_is_the_last():
    assert len(NAMES) == 9
    assert NAMES[-1] == NAMES[HELP] == "help"
    assert [NAMES[place] for place in (ARREST, BARRING_ORDER, SHELTER)] == ["arrest", "barring_order", "shelter"]


def test_every_name_is_an_intervention_and_no_other_field_is():
    interventions = Interventions()
    assert all(isinstance(getattr(interventions, name), Effect) for name in NAMES)
    assert [name for name, one in zip(NAMES, interventions.each, strict=True) if one.share == 0] == ["help"]
    others = set(Interventions.model_fields) - set(NAMES)
    assert others == {
        "confounding", "unseen_risk", "detention_share", "detention_median_days", "detention_ratio", "breach_share",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (
            {"arrest": {"counted_from": "x"}},
            "interventions: arrest.counted_from must be valid, but found 'x': input should be 'report' or 'decision'.",
        ),
        (
            {"arrest": {"violence_ratio": 0}},
            "interventions: arrest.violence_ratio must be valid, but found 0: input should be greater than 0.",
        ),
        (
            {"shelter": {"share": 1}},
            "interventions: shelter.share must be valid, but found 1: input should be less than 1.",
        ),
    ],
)
def test_what_does_not_fit_is_refused(values, text):
    with pytest.raises(ConfigError) as error:
        Interventions.parse(values, "interventions")
    assert str(error.value) == text


def test_an_unknown_intervention_is_refused():
    with pytest.raises(ConfigError, match="takes known keys only, but found 'curfew': use one of arrest, "):
        Interventions.parse({"curfew": {}}, "interventions")
