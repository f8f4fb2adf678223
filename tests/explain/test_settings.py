"""Settings of explanations: what is compared is two or more."""

import pytest

from hgrisk.errors import ConfigError
from hgrisk.explain.settings import ExplainSettings


@pytest.mark.parametrize("name", ["n_interacting", "n_draws"])
def test_one_is_nothing_to_compare(name):
    text = "^Interactions and stability compare two or more, but found 1: use 0 for none, or 2 or more.$"
    with pytest.raises(ConfigError, match=text):
        ExplainSettings.parse({name: 1}, "a.toml")
    assert getattr(ExplainSettings(**{name: 2}), name) == 2
