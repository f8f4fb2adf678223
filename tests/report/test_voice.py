"""One language: every kind of model that an experiment can name has a label."""

import pytest

from hgrisk.models.registry import MODELS
from hgrisk.report.voice import voice


@pytest.mark.parametrize("lang", ["en", "nl"])
def test_every_kind_of_model_has_a_label(lang):
    assert list(voice(lang).labels("models")) == list(MODELS)


@pytest.mark.parametrize("lang", ["en", "nl"])
def test_a_capacity_is_that_of_a_metric_and_every_other_name_may_hold_the_sign(lang):
    speaking = voice(lang)
    assert speaking.label("metrics", "capacity_recall@20%") == f"{speaking.label('metrics', 'capacity_recall')} (20%)"
    for kind in ("levels", "values", "models"):
        name = next(iter(speaking.labels(kind)))
        assert speaking.label(kind, f"{name}@home") == f"{name}@home"
