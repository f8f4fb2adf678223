"""Settings of a validation: what is refused."""

import pytest

from hgrisk.errors import ConfigError
from hgrisk.validation.settings import ValidationSettings


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"designs": ["folds", "folds"]}, "A design is listed once, but found 'folds' more than once"),
        ({"designs": ["bootstrap"]}, "must be valid, but found 'bootstrap'"),
        *(
            ({"sizes": sizes}, "Sizes are increasing shares above 0")
            for sizes in ([], [0.0, 1.0], [0.5, 0.5], [0.5, 1.1])
        ),
        ({"n_folds": 1}, "n_folds must be valid, but found 1"),
        ({"n_bootstrap": 10}, "n_bootstrap must be valid, but found 10"),
    ],
)
def test_what_cannot_be_is_refused(values, text):
    with pytest.raises(ConfigError, match=text):
        ValidationSettings.parse(values, "validation")


def test_a_file_gives_lists():
    found = ValidationSettings.parse({"designs": ["rolling"], "sizes": [0.5, 1.0]}, "validation")
    assert (found.designs, found.sizes) == (("rolling",), (0.5, 1.0))
