"""One language: every kind of model that an experiment can name has a label."""

import pytest

from hgrisk.models.registry import MODELS
from hgrisk.report.voice import voice


@pytest.mark.parametrize("lang", ["en", "nl"])
def test_every_kind_of_model_has_a_label(lang):
    assert list(voice(lang).labels("models")) == list(MODELS)
