import numpy as np
import pandas as pd
import pytest

from hgrisk.errors import DataError
from hgrisk.models.aalen_johansen import AalenJohansen
from hgrisk.models.cox import CoxRegression
from hgrisk.models.frailty_or_dependence import frailty_or_dependence
from hgrisk.models.inputs.columns import refuse_other_rows
from hgrisk.models.mean_cumulative import MeanCumulativeFunction
from hgrisk.models.penalty import choose_penalty
from hgrisk.models.restricted_mean import RestrictedMean

X = pd.DataFrame({"prior_reports": [0, 3, 1, 5, 0, 2], "region": list("aabbab")}, index=[10, 11, 12, 13, 14, 15])
Y = pd.DataFrame({"event": [0, 1, 1, 1, 1, 0], "duration_days": [365, 90, 200, 30, 300, 365]}, index=X.index)
FEW = X[["prior_reports"]]
OUTCOME = CoxRegression(penalty=0.1).fit(FEW, Y)
LOOKED_AT = {
    "fit": lambda y: CoxRegression(penalty=0.1).fit(FEW, y),
    "score": lambda y: OUTCOME.score(FEW, y),
    "rows_of": lambda y: OUTCOME.rows_of(FEW, y),
    "curves": lambda y: AalenJohansen(by="region").fit(X, y),
    "means": lambda y: RestrictedMean(365, by="region").fit(X, y),
    "counts": lambda y: MeanCumulativeFunction(by="region").fit(X, y, subject=np.arange(6)),
    "penalty": lambda y: choose_penalty(FEW, y, clusters=np.arange(6)),
    "forms": lambda y: frailty_or_dependence(FEW, y.assign(entry_days=0), np.arange(6), prepare=False),
}


@pytest.mark.parametrize("name", LOOKED_AT)
def test_an_outcome_in_another_order_is_refused(name):
    rule = "Features and outcomes are of the same rows in the same order, but found"
    with pytest.raises(DataError) as caught:
        LOOKED_AT[name](Y.iloc[::-1])
    assert str(caught.value) == f"{rule} the index of X in another order: pass y.loc[X.index]."
    with pytest.raises(DataError) as caught:
        LOOKED_AT[name](Y.set_axis(range(12, 18)))
    cure = "give both one index, such as y.set_axis(X.index)"
    assert str(caught.value) == f"{rule} an index of y with other labels than that of X: {cure}."


def test_one_index_or_none_is_fine():
    coef = CoxRegression(penalty=0.1).fit(FEW, Y.iloc[::-1].loc[FEW.index]).coef_
    np.testing.assert_array_equal(coef, OUTCOME.coef_)
    np.testing.assert_array_equal(CoxRegression(penalty=0.1).fit(FEW, Y.to_records(index=False)).coef_, coef)
    refuse_other_rows(FEW.to_numpy(), Y)
    refuse_other_rows(None, Y)
    refuse_other_rows(X, Y.reset_index(drop=True))
    refuse_other_rows(X.reset_index(drop=True), Y)
    for other in ([5, 4, 3, 2, 1, 0], [5, 6, 7, 8, 9, 10]):  # labels that are those of a default index, or some of them
        with pytest.raises(DataError, match="same rows in the same order"):
            refuse_other_rows(X.set_axis(other), Y.reset_index(drop=True))
    repeated = [1, 1, 2, 2, 3, 3]
    refuse_other_rows(X.set_axis(repeated), Y.set_axis(repeated))
    refuse_other_rows(X, Y.iloc[:3])  # another number of rows is refused elsewhere, in those words
