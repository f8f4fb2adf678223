"""The registry finds every metric and names the known ones."""

from __future__ import annotations

import pkgutil
from types import SimpleNamespace

import pytest

from hgrisk.errors import ConfigError
from hgrisk.evaluation import metrics, registry
from hgrisk.evaluation.registry import all_metrics, default_metrics, get_metric, get_metrics


def test_every_module_of_the_package_is_a_metric():
    modules = {info.name for info in pkgutil.iter_modules(metrics.__path__)}
    assert set(all_metrics()) == modules
    assert all(name == metric.name for name, metric in all_metrics().items())


def test_metrics_are_sorted_by_what_they_measure():
    assert list(all_metrics()) == [
        *("antolini_c", "auc", "harrell_c", "incident_auc", "uno_c"),
        *("brier", "integrated_brier", "scaled_brier"),
        *("calibration_intercept", "calibration_slope", "d_calibration", "e50", "e90", "ici", "observed_expected"),
        *("capacity_precision", "capacity_recall", "expected_cost", "net_benefit", "number_needed_to_flag"),
    ]


def test_an_unknown_name_is_refused_with_the_known_ones():
    with pytest.raises(ConfigError) as caught:
        get_metric("c_index")
    assert (
        str(caught.value) == f"A metric has a known name, but found 'c_index': use one of {', '.join(all_metrics())}."
    )


def test_several_metrics_keep_their_order_and_take_their_parameters():
    found = get_metrics(("expected_cost", "auc"), (0.1, 0.005), cost_ratio=3.0)
    assert list(found) == ["expected_cost@10%", "expected_cost@0.5%", "auc"]
    assert [metric.name for metric in found.values()] == ["expected_cost", "expected_cost", "auc"]
    assert found["expected_cost@0.5%"].parameters == {"capacity_share": 0.005, "cost_ratio": 3.0}
    assert found["auc"].parameters == {}


def test_what_is_slow_or_a_choice_is_computed_on_request_only():
    left_out = {"d_calibration", "e50", "e90", "ici", "expected_cost", "number_needed_to_flag"}
    assert set(default_metrics()) == set(all_metrics()) - left_out
    assert list(default_metrics()) == [name for name in all_metrics() if name not in left_out]


@pytest.mark.parametrize(
    ("module", "found"),
    [
        (SimpleNamespace(), "None"),
        (SimpleNamespace(METRIC=1), "'int'"),
        (SimpleNamespace(METRIC=get_metric("auc")), "'auc'"),
    ],
)
def test_a_module_without_its_metric_is_refused(monkeypatch, module, found):
    monkeypatch.setattr(registry, "import_module", lambda _: module)
    with pytest.raises(ConfigError) as caught:
        registry._metric_of("brier")
    assert str(caught.value) == (
        f"The module of metrics 'brier' exports METRIC, a Metric named 'brier', but found {found}: "
        "define it, or move the module out of the package of metrics."
    )
