"""Families of terms."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hgrisk.errors import DataError
from hgrisk.explain.contributions import explain_cases
from hgrisk.explain.families import families_of, sum_by_family
from hgrisk.explain.importance import importance
from hgrisk.explain.interactions import interactions
from hgrisk.explain.stability import stability
from hgrisk.explain.what_if import what_if
from hgrisk.features.spec import FeatureSpec
from hgrisk.features.table import FeatureTable
from tests.explain.made_up import CATALOGUE, JOINT, NAMES, MadeUpModel, draw_cases


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


@pytest.mark.parametrize(
    ("catalogue", "kind"),
    [
        (FeatureTable(draw_cases(3), CATALOGUE), "a FeatureTable"),
        (pd.DataFrame({"name": ["a"]}), "a DataFrame"),
        (["prior_reports_365d"], "a list"),
        (None, "a NoneType"),
    ],
)
def test_what_is_no_catalogue_is_refused_wherever_one_is_asked_for(catalogue, kind):
    model, cases, wanted = MadeUpModel(), draw_cases(3), f"found {kind}: pass features.catalogue"
    clusters, change = range(3), {"handover_days": 1}
    for ask in (
        lambda: families_of(["a"], catalogue),
        lambda: explain_cases(model, cases, 365, catalogue),
        lambda: importance(model, cases, 365, catalogue, clusters),
        lambda: interactions(model, cases, 365, catalogue, clusters),
        lambda: stability([("a", model), ("b", model)], cases, 365, catalogue),
        lambda: what_if(model, cases, 365, catalogue, row=0, changes=change),
    ):
        with pytest.raises(DataError, match=wanted):
            ask()
