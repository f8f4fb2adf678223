"""Settings of an audit are refused where they contradict themselves."""

import pytest

from hgrisk.audit.settings import AuditSettings
from hgrisk.errors import ConfigError


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"by": ("sex", "sex")}, "An audit column is listed once, but found 'sex' more than once: drop the repeat."),
        ({"only_audit": ("a", "a")}, "An audit column is listed once, but found 'a' more than once: drop the repeat."),
        (
            {"n_resamples": 19},
            "An interval needs at least 20 bootstrap draws, but found 19: use 200, or 0 for no intervals.",
        ),
        (
            {"frailty_variance": -1.0},
            "audit: frailty_variance must be valid, but found -1.0: input should be greater than or equal to 0.",
        ),
        (
            {"reporting_factor": 0.5},
            "audit: reporting_factor must be valid, but found 0.5: input should be greater than or equal to 1.",
        ),
    ],
)
def test_refused(values, text):
    with pytest.raises(ConfigError) as caught:
        AuditSettings.parse(values, "audit")
    assert str(caught.value) == text


def test_no_draws_are_no_intervals():
    assert AuditSettings(n_resamples=0).n_resamples == 0
