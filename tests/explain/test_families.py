"""Families of terms."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hgrisk.errors import DataError
from hgrisk.explain.families import families_of, sum_by_family
from hgrisk.features.spec import FeatureSpec
from tests.explain.made_up import CATALOGUE, JOINT, NAMES


def test_a_joint_term_belongs_to_its_families_together():
    assert families_of([*NAMES, JOINT], CATALOGUE) == (
        "prior_violence", "prior_violence", "care_chain", "index_report", "care_chain & prior_violence",
    )  # fmt: skip
    assert families_of(["prior_reports_365d & days_since_last_report"], CATALOGUE) == ("prior_violence",)


def test_a_feature_may_have_the_sign_of_a_joint_term_in_its_name():
    assert families_of(["a & b"], [FeatureSpec("a & b", "one", "", "", "")]) == ("one",)


def test_families_add_up_to_the_terms():
    values = np.random.default_rng(1).normal(size=(5, 4))
    sums = sum_by_family(values, ["b", "a", "b", "c"], pd.RangeIndex(10, 15))
    assert list(sums) == ["b", "a", "c"]
    np.testing.assert_allclose(sums["b"], values[:, 0] + values[:, 2])
    np.testing.assert_allclose(sums.sum(axis=1), values.sum(axis=1))
    assert sums.index.tolist() == [10, 11, 12, 13, 14]


def test_a_feature_without_description_is_refused():
    with pytest.raises(DataError, match="'unknown'"):
        families_of(["prior_reports_365d & unknown"], CATALOGUE)
