"""What was chosen: candidates with their means, and cards with their risks before calibration."""

import numpy as np

from hgrisk.models.calibrated import Calibrated
from hgrisk.models.points_card import PointsCard


def test_the_candidates_of_a_model_are_tabled_and_the_chosen_one_is_fitted(rich):
    table = rich.folder.content.further["selection"]
    assert table["model"].unique().tolist() == ["chosen"]
    assert table["candidate"].tolist() == ["count", "penalty=0.05"]
    assert table["is_chosen"].sum() == table["is_best"].sum() == 1
    kinds = {"count": "ReportCount", "penalty=0.05": "ElasticNetLogistic"}
    chosen = table.loc[table["is_chosen"], "candidate"].item()
    fitted = {each.name: each.model for each in rich.models}["chosen"]
    assert type(fitted).__name__ == kinds[chosen]


def test_points_and_risks_are_those_of_the_card_below_the_calibration(rich):
    further = rich.folder.content.further
    fitted = {each.name: each for each in rich.models}["card"]
    assert isinstance(fitted.model, Calibrated)
    assert isinstance(fitted.inner, PointsCard)
    points = further["card_points"]
    assert points.drop(columns="model").equals(fitted.inner.card_)
    risks = further["card_risks"]
    assert set(risks["model"]) >= {"card", "report_count"}
    own = risks[risks["model"] == "card"]
    np.testing.assert_array_equal(own["risk"].to_numpy(), fitted.inner.risk_by_total_["risk"].to_numpy())


def test_calibrated_risks_by_total_are_those_that_the_model_predicts(rich):
    """Of each test landmark, what a reader finds at its total is what the calibrated model says of it."""
    risks = rich.folder.content.further["card_risks"]
    assert risks.loc[risks["model"] != "card", "calibrated"].isna().all()
    fitted = {each.name: each for each in rich.models}["card"]
    X = rich.prepared.test.X[fitted.columns]
    group = np.searchsorted(fitted.inner.lowest_total_, fitted.inner.predict_total(X), side="right") - 1
    for days, own in risks[risks["model"] == "card"].groupby("horizon_days"):
        read = own["calibrated"].to_numpy()[np.maximum(group, 0)]
        np.testing.assert_allclose(read, fitted.model.predict_risk(X, days), rtol=1e-9)
        assert not np.allclose(own["calibrated"], own["risk"])
