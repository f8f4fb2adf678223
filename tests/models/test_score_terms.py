"""A score taken apart adds up, and says by how much it does not."""

import numpy as np
import pandas as pd
import pytest

from hgrisk.errors import FitError
from hgrisk.models.base_rate import BaseRate
from hgrisk.models.score_terms import ScoreTerms, summed_by_source
from hgrisk.surv import Surv


def test_the_largest_gap_is_what_base_and_terms_leave_out():
    terms = ScoreTerms(("a", "b"), np.array([[1.0, 2.0], [0.0, -1.0]]), 0.5, np.array([3.5, -0.75]), "logit")
    assert terms.largest_gap() == pytest.approx(0.25)
    assert ScoreTerms((), np.empty((0, 0)), 0.0, np.empty(0), "logit").largest_gap() == 0.0


def test_a_model_without_terms_says_so():
    model = BaseRate().fit(pd.DataFrame({"a": [1.0, 2.0]}), Surv.from_arrays([1, 0], [10, 20]))
    with pytest.raises(FitError, match=r"A score is taken apart where a model adds up terms, but found BaseRate"):
        model.score_terms(pd.DataFrame({"a": [1.0]}), 10)


def test_columns_of_one_feature_are_summed_wherever_they_stand():
    names, values = summed_by_source(np.array([[1.0, 2.0, 4.0], [0.0, 1.0, 3.0]]), ["b", "a", "b"])
    assert names == ("b", "a")
    np.testing.assert_array_equal(values, [[5.0, 2.0], [3.0, 1.0]])
    assert summed_by_source(np.empty((3, 0)), [])[1].shape == (3, 0)
