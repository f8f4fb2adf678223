"""The public names: all import, all are documented, and asking for one costs only what it needs."""

import inspect
import re
import subprocess
import sys

import pytest

import hgrisk
from hgrisk.settings import Settings

NAMES = [
    "AalenJohansen", "AuditSettings", "BaseRate", "BoostedClassifier", "BoostedHazard", "Calibrated", "CaseHistories",
    "ChecklistCount", "ChoosingFit", "CohortSettings", "CoxRegression", "Dataset", "DiscreteTimeHazard",
    "ElasticNetLogistic", "EvaluationSettings", "Experiment", "ExplainSettings", "ExplainableBoosting",
    "FeatureSettings", "FineGray", "Fitting", "FlexibleParametric", "KaplanMeier", "LandmarkSupermodel",
    "MeanCumulativeFunction", "MixtureCure", "MultiState", "OutcomeSettings", "ParametricSurvival",
    "PiecewiseExponential", "PointsCard", "PriorCount", "PriorCountRecency", "ReReportLogistic", "RecurrentCox",
    "ReportCount", "RestrictedMean", "Scenario", "SelectionSettings", "SharedFrailtyCox", "SplitSettings", "Surv",
    "ValidationSettings", "audit_groups", "build_features", "choose", "cox_path", "evaluate", "explain_cases",
    "fits_by_draw", "fits_by_year",
    "gray_test", "importance", "interactions", "label_bias", "leak_canary", "log_rank_test", "make_world",
    "mean_cumulative_test", "proportional_hazards_test", "proxy_test", "run_experiment", "select_landmarks",
    "sentences", "shape", "stability", "time_to_rereport", "validate", "what_if",
]  # fmt: skip


def sections(text):
    """Return the headings of a numpy docstring."""
    return set(re.findall(r"^ *([A-Z][a-z]+)\n *-+$", inspect.cleandoc(text), flags=re.MULTILINE))


def test_the_public_names_are_these():
    assert sorted(hgrisk.__all__) == NAMES
    assert set(NAMES) <= set(dir(hgrisk))


def test_a_name_that_is_not_there_is_refused():
    with pytest.raises(AttributeError, match="No hgrisk attribute predict_crime"):
        hgrisk.predict_crime  # noqa: B018


@pytest.mark.parametrize("name", NAMES)
def test_a_name_imports_and_comes_from_hgrisk(name):
    found = getattr(hgrisk, name)
    assert found.__name__ == name
    assert found.__module__.startswith("hgrisk.")


@pytest.mark.parametrize("name", [name for name in NAMES if inspect.isfunction(getattr(hgrisk, name))])
def test_a_function_says_what_goes_in_and_what_comes_out(name):
    function = getattr(hgrisk, name)
    out = "Yields" if inspect.isgeneratorfunction(function) else "Returns"
    assert {"Parameters", out} <= sections(function.__doc__)
    described = function.__doc__.split(f"{out}\n")[0]
    for parameter in inspect.signature(function).parameters:
        assert re.search(rf"^ +(\w+, )*(\*\*)?{parameter}(, \w+)* : ", described, flags=re.MULTILINE), parameter


@pytest.mark.parametrize("name", [name for name in NAMES if inspect.isclass(getattr(hgrisk, name))])
def test_a_class_and_its_methods_are_documented(name):
    cls = getattr(hgrisk, name)
    assert sections(cls.__doc__) & {"Attributes", "Parameters", "Examples"}
    methods = [getattr(cls, each) for each in vars(cls) if not each.startswith("_") and each != "model_config"]
    for method in methods:
        function = inspect.unwrap(getattr(method, "__func__", method))
        if inspect.isfunction(function):
            assert function.__doc__, f"{name}.{function.__name__}"
            if len(inspect.signature(function).parameters) > 1:
                assert "Parameters" in sections(function.__doc__), f"{name}.{function.__name__}"


@pytest.mark.parametrize("name", [name for name in NAMES if issubclass(type(getattr(hgrisk, name)), type(Settings))])
def test_every_setting_is_described(name):
    cls = getattr(hgrisk, name)
    described = cls.__doc__
    for field in cls.model_fields:
        assert re.search(rf"^ +(\w+, )*{field}(, \w+)*( :|$)", described, flags=re.MULTILINE), field


def test_importing_hgrisk_imports_nothing_else():
    code = "import sys, hgrisk; print([n for n in ('numpy', 'pandas', 'polars', 'hgrisk.config') if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout == "[]\n"
