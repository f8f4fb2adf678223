"""The shape of the code: short modules, no rooms without a purpose, and a mirrored test for every module."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE, TESTS = ROOT / "hgrisk", ROOT / "tests"
MODULES = sorted(PACKAGE.rglob("*.py"))
LONGEST = 400
FORBIDDEN = ("util", "helper", "common", "misc")

# modules without a test file of their own name, by the file that tests them through the module that uses them
TESTED_ELSEWHERE = {
    "tests/features/cut/test_law.py": ["features/cut/layout"],
    "tests/features/cut/test_members.py": ["features/cut/ages", "features/cut/beginnings"],
    "tests/features/engine/test_counting.py": ["features/engine/correcting"],
    "tests/features/engine/test_measuring.py": [
        *("features/engine/count_columns", "features/engine/event_columns", "features/engine/label_columns"),
        *("features/engine/fields", "features/engine/frame", "features/engine/labels", "features/engine/selection"),
        *("features/engine/spells", "features/engine/timing", "features/engine/waiting"),
    ],
    "tests/features/test_canary.py": ["features/alterations"],
    "tests/features/test_build.py": ["features/settings", "features/spec", "features/table", "features/view"],
    "tests/features/test_quality.py": ["features/column_marks"],
    "tests/features/test_safety_domain.py": ["features/wording"],
    "tests/test_compiled.py": ["features/compiled", "simulate/engine/compiled"],
    "tests/figures/test_drawing.py": ["figures/canvas", "figures/rows", "figures/tables"],
    "tests/figures/test_incidence.py": ["figures/readings"],
    "tests/figures/test_words.py": ["figures/verdict"],
    "tests/histories/test_apply.py": ["histories/raw"],
    "tests/hazards/test_fit.py": [
        *("hazards/blas", "hazards/compiled", "hazards/risk_sets", "hazards/steps", "hazards/sums"),
    ],
    "tests/hazards/test_subdistribution.py": ["hazards/staying"],
    "tests/evaluation/test_concordance.py": ["hazards/concordance"],
    "tests/models/test_cox_path.py": ["hazards/lasso"],
    "tests/models/test_recurrent_cox.py": ["models/cause_specific/episodes"],
    "tests/models/test_cox.py": ["models/inputs/columns", "models/cause_specific/proportional_hazards"],
    "tests/models/test_parametric.py": [
        *("models/likelihood/likelihood_model", "models/likelihood/linear_columns", "models/likelihood/posed"),
        *("models/likelihood/rows", "models/likelihood/terms"),
    ],
    "tests/models/likelihood/test_families.py": ["models/likelihood/laws"],
    "tests/models/likelihood/test_stacked.py": ["models/likelihood/family_curves"],
    "tests/models/test_flexible_parametric.py": [
        "models/likelihood/log_splines",
        "models/likelihood/spline_likelihood",
    ],
    "tests/models/test_piecewise_exponential.py": ["models/likelihood/pieces"],
    "tests/models/test_prior_count.py": ["models/inputs/history_columns"],
    "tests/models/test_logistic.py": ["models/by_horizon/classifier"],
    "tests/hazards/test_tree_tables.py": ["hazards/tree_patterns"],
    "tests/models/test_boosted_classifier.py": ["models/by_horizon/binned_classifier"],
    "tests/models/test_elastic_net.py": ["models/by_horizon/known_rows", "models/by_horizon/linear_logit"],
    "tests/models/test_points_card.py": ["models/by_horizon/total_score"],
    "tests/models/test_every_model.py": ["models/inputs/fit_arguments", "models/protocol", "models/registry"],
    "tests/report/test_render.py": [
        *("report/blocks", "report/cohort", "report/content", "report/data", "report/opening", "report/results"),
    ],
    "tests/report/test_headline.py": ["report/accounts"],
    "tests/simulate/engine/test_run.py": ["simulate/engine/homes"],
    "tests/simulate/engine/test_walk.py": ["simulate/engine/purposes", "simulate/engine/state"],
    "tests/simulate/test_block.py": ["simulate/engine/results"],
    "tests/test_cli.py": ["__main__"],
}


def name_of(path):
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", [*MODULES, *sorted(TESTS.rglob("*.py"))], ids=name_of)
def test_a_file_is_short(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST


def test_no_module_is_named_after_nothing():
    assert [name_of(path) for path in MODULES if any(word in path.stem for word in FORBIDDEN)] == []


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("__init__.py")), ids=name_of)
def test_an_init_holds_its_docstring_and_no_code(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree)
    rest = [ast.unparse(node) for node in tree.body[1:]]
    loader = ["import lazy_loader", "__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)"]
    assert rest == (loader if path.parent == PACKAGE else [])


def mirrored(module):
    """Return where the tests of a module are: the same folders, and the name without its leading underscore."""
    inside = module.relative_to(PACKAGE)
    return TESTS / inside.parent / f"test_{inside.stem.removeprefix('_')}.py"


def imports(path):
    """Return the modules of hgrisk that a file imports from."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    froms = [node for node in nodes if isinstance(node, ast.ImportFrom) and node.module]
    names = [name for node in froms for name in (node.module, *(f"{node.module}.{one.name}" for one in node.names))]
    files = [ROOT / f"{name.replace('.', '/')}.py" for name in names if name.startswith("hgrisk.")]
    return {file for file in files if file.is_file()}


def test_every_module_has_its_tests_or_is_listed():
    listed = {PACKAGE / f"{name}.py" for names in TESTED_ELSEWHERE.values() for name in names}
    modules = [path for path in MODULES if path.name != "__init__.py" and path not in listed]
    assert [name_of(path) for path in modules if not mirrored(path).is_file()] == []


@pytest.mark.parametrize("where", TESTED_ELSEWHERE)
def test_a_module_is_tested_where_the_list_says(where):
    file = ROOT / where
    near = [file, *(path for path in [file.parent / "conftest.py"] if path.is_file())]
    reached = set().union({module for module in MODULES if mirrored(module) == file}, *map(imports, near))
    for _ in range(2):
        reached = reached.union(*map(imports, reached))
    listed = {PACKAGE / f"{name}.py" for name in TESTED_ELSEWHERE[where]}
    assert [name_of(path) for path in listed - reached] == []
