"""Settings of a choice: what is refused."""

import pytest

from hgrisk.errors import ConfigError
from hgrisk.selection.settings import SelectionSettings


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"metric": "calibration_slope"}, "by a metric that is to be high or low, but found 'calibration_slope'"),
        ({"n_windows": 1, "n_groups": 2}, "rests on three folds or more, but found 1 windows times 2 groups"),
        ({"metric": "accuracy"}, "A metric has a known name"),
        ({"rule": "two_se"}, "rule must be valid"),
    ],
)
def test_what_cannot_be_is_refused(values, text):
    with pytest.raises(ConfigError, match=text):
        SelectionSettings.parse(values, "selection")
