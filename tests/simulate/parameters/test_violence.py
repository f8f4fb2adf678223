"""The settings of violence: what is refused, in which words."""

import pytest

from hgrisk.errors import ConfigError
from hgrisk.simulate.parameters.population import KINDS, SIGNALS
from hgrisk.simulate.parameters.violence import COVARIATES, Violence


def refused(**values):
    with pytest.raises(ConfigError) as error:
        Violence.parse(values, "violence")
    return str(error.value)


def test_the_signals_come_first_among_the_covariates():
    assert COVARIATES[: len(SIGNALS)] == SIGNALS
    assert COVARIATES[len(SIGNALS) :] == ("under_25", "children")


@pytest.mark.parametrize(("name", "keys"), [("hazard_ratios", COVARIATES), ("kind_ratios", KINDS)])
def test_every_ratio_is_named_and_above_0(name, keys):
    assert refused(**{name: {"alcohol": 1.5}}) == (
        f"{name} names every key once, but found alcohol: give {', '.join(keys)}."
    )
    assert refused(**{name: {**dict.fromkeys(keys, 1.0), keys[1]: 0.0}}) == (
        f"{name} are above 0, but found 0.0 for {keys[1]}: give 1 for no difference."
    )


def test_shares_of_severities_add_up():
    assert refused(severity_shares=(0.2, 0.2, 0.2, 0.2, 0.1)) == (
        "severity_shares adds up to 1, but found 0.9: rescale the shares."
    )
    assert refused(severity_shares=(1.2, 0, 0, 0, -0.2)) == (
        "severity_shares lie in [0, 1], but found 1.2 for 1: give a share."
    )
    assert Violence(severity_shares=(0, 0, 1, 0, 0)).severity_shares[2] == 1


def test_event_dependence_does_not_protect():
    assert refused(dependence_ratio=0.9) == (
        "violence: dependence_ratio must be valid, but found 0.9: input should be greater than or equal to 1."
    )
