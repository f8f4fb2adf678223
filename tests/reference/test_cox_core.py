"""Cox regressions with ties, strata, start-stop rows, weights and clusters, to ten digits: R survival 3.5-3.

The packages survival 2.0.0 and coxdev 0.4.1 on PyPI were run on the same rows and gave the same numbers to 1e-11. The
rows are made up. R: ``coxph(..., cluster = cluster, control = coxph.control(eps = 1e-14, iter.max = 50))``.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hgrisk.hazards.fit import CoxRows, fit_cox

SAME = 1e-10
SAME_LOGLIK = 1e-8
ROWS = Path(__file__).parent / "cox_rows.csv"
EXPECTED = {
    "efron right-censored": {
        "coef": [-0.053024892719, -0.058011291088, 0.093552172487],
        "naive": [0.087263706086, 0.084306041464, 0.082943441268],
        "robust": [0.076120982088, 0.077787766152, 0.088346238937],
        "loglik": -627.7914592469,
    },
    "efron start-stop": {
        "coef": [-0.058193917903, -0.050172655305, 0.070851665977],
        "naive": [0.087205986731, 0.084773156566, 0.082985404493],
        "robust": [0.073885956630, 0.075449591192, 0.086463511589],
        "loglik": -612.6537790281,
    },
    "efron start-stop, strata, weights": {
        "coef": [-0.133075183313, -0.069330505839, 0.034204544090],
        "naive": [0.083614072697, 0.081072369890, 0.078328938294],
        "robust": [0.076561993033, 0.085372313389, 0.087550931725],
        "loglik": -557.5951922143,
    },
    "efron each row a cluster, weights": {
        "coef": [-0.141308240139, -0.048715146871, 0.056457947374],
        "naive": [0.081697245751, 0.077336397917, 0.077835894377],
        "robust": [0.092268763243, 0.089881676618, 0.087884012848],
        "loglik": -746.1603575706,
    },
    "breslow right-censored": {
        "coef": [-0.044554793538, -0.050782418116, 0.083424262999],
        "naive": [0.087468212434, 0.084305874333, 0.082733017669],
        "robust": [0.073060364740, 0.073863063838, 0.083920828097],
        "loglik": -635.8074795272,
    },
    "breslow start-stop": {
        "coef": [-0.049238951165, -0.042759198103, 0.061205848934],
        "naive": [0.087402327010, 0.084764252921, 0.082788935947],
        "robust": [0.070632647608, 0.071407085052, 0.081911817103],
        "loglik": -620.9735879205,
    },
    "breslow start-stop, strata, weights": {
        "coef": [-0.118304890371, -0.059560183015, 0.024225610118],
        "naive": [0.083604305638, 0.080565733869, 0.078047785287],
        "robust": [0.075660325500, 0.079889300824, 0.083103700237],
        "loglik": -567.9463671230,
    },
    "breslow each row a cluster, weights": {
        "coef": [-0.127080820437, -0.040775779676, 0.046371339198],
        "naive": [0.081829246641, 0.077239405562, 0.077428416327],
        "robust": [0.087356878687, 0.084569565574, 0.082870617843],
        "loglik": -756.5282520635,
    },
}


@pytest.mark.parametrize("name", EXPECTED)
def test_cox_core_equals_r(name):
    rows, expected = pd.read_csv(ROWS), EXPECTED[name]
    number = {column: rows[column].to_numpy(dtype=float) for column in rows}
    fit = fit_cox(
        CoxRows(
            rows[["a", "b", "c"]].to_numpy(),
            number["end"],
            number["event"] == 1,
            number["entry"] if "start-stop" in name else None,
            number["weight"] if "weights" in name else None,
            rows["stratum"].to_numpy() if "strata" in name else None,
        ),
        cluster=np.arange(len(rows)) if "each row" in name else number["cluster"],
        ties=name.split()[0],
    )
    np.testing.assert_allclose(fit.coef, expected["coef"], atol=SAME)
    np.testing.assert_allclose(np.sqrt(np.diag(fit.model_covariance)), expected["naive"], atol=SAME)
    np.testing.assert_allclose(np.sqrt(np.diag(fit.covariance)), expected["robust"], atol=SAME)
    assert fit.loglik == pytest.approx(expected["loglik"], abs=SAME_LOGLIK)
