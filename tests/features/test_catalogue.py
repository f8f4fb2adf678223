"""The catalogue lists every feature in words, and the committed page is what it gives."""

import io
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from hgrisk import cli
from hgrisk.errors import ConfigError
from hgrisk.features.catalogue import COLUMNS, catalogue_page, catalogue_table, described, settings_of
from hgrisk.features.missing import with_dutch_missing
from hgrisk.features.registry import families, find_family
from hgrisk.features.settings import CovariateSettings, FeatureSettings

PAGE = Path(__file__).parents[2] / "docs" / "features.md"
SMALL = FeatureSettings(
    families=("safety_domain", "reporters"),
    windows_days=(90,),
    covariates={
        "juvenile_counts": CovariateSettings(family="reporters", unit="count", sentence_en="counts | kept elsewhere"),
        "district": CovariateSettings(kind="category", sentence_en="district", sentence_nl="wijk"),
    },
)


def rows_of(page):
    """Return the cells of every row of the page's tables that names a feature."""
    lines = [line for line in page.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.replace("\\|", "/").strip("|").split("|")] for line in lines]


def test_the_page_in_docs_is_the_one_that_is_generated():
    assert PAGE.read_text(encoding="utf-8") == catalogue_page(), "run 'make features'"


def test_the_table_has_every_feature_of_the_settings_in_order():
    table = catalogue_table(SMALL)
    assert tuple(table.columns) == COLUMNS
    specs = [spec for name in SMALL.families for spec in find_family(name).describe(SMALL)]
    assert table["name"].tolist() == [*(spec.name for spec in specs), "juvenile_counts", "district"]
    for spec, row in zip(map(with_dutch_missing, specs), table.to_dict("records"), strict=False):
        assert row == {column: getattr(spec, column) for column in COLUMNS}
    assert table["process"].any()
    assert not table["process"].all()


def test_covariates_are_described_as_the_experiment_says():
    *_, count, district = described(SMALL)
    assert (count.family, count.unit, count.kind) == ("reporters", "count", "number")
    assert (count.sentence_en, count.sentence_nl) == ("counts | kept elsewhere", "counts | kept elsewhere")
    assert (district.family, district.kind, district.missing) == ("covariates", "category", "not recorded")
    assert (district.sentence_en, district.sentence_nl) == ("district", "wijk")
    assert district.missing_nl == "niet vastgelegd"
    (plain,) = described(FeatureSettings(families=(), covariates={"x": CovariateSettings()}))
    assert (plain.sentence_en, plain.sentence_nl) == ("x", "x")


def test_without_settings_every_family_is_listed_those_of_the_default_first():
    default = list(FeatureSettings().families)
    listed = catalogue_table()["family"].drop_duplicates().tolist()
    assert listed[: len(default)] == default
    assert sorted(listed) == list(families())


def test_families_can_be_chosen_and_keep_the_settings_of_the_experiment():
    assert settings_of((), SMALL) is SMALL
    chosen = settings_of(("reporters",), SMALL)
    assert (chosen.families, list(chosen.covariates), chosen.windows_days) == (
        ("reporters",),
        ["juvenile_counts"],
        (90,),
    )
    other = settings_of(("care_chain", "covariates", "care_chain"), SMALL)
    assert (other.families, list(other.covariates)) == (("care_chain",), ["district"])
    assert settings_of(("reporters", "problems")).families == ("reporters", "problems")


@pytest.mark.parametrize("name", ["reporter", "covariates"])
def test_an_unknown_family_is_refused(name):
    with pytest.raises(ConfigError, match=f"A feature family is known, but found '{name}': use one of "):
        catalogue_table(settings_of((name,)))


def test_the_page_has_a_section_a_family_and_a_row_a_feature():
    page = catalogue_page(SMALL)
    table = catalogue_table(SMALL)
    heads = [line.removeprefix("## ") for line in page.splitlines() if line.startswith("## ")]
    assert heads == ["safety_domain", "reporters", "covariates"]
    assert f"Features: {len(table)}, in families: 3." in page
    assert "\nWho reported before, from how many sectors, and who else asked or signalled.\n" in page
    ordered = table.set_index("name").loc[[cells[0].strip("`") for cells in rows_of(page)]]
    assert len(ordered) == len(table)
    for cells, row in zip(rows_of(page), ordered.to_dict("records"), strict=True):
        texts = [row[key].replace("|", "/") for key in ("unit", "sentence_en", "sentence_nl", "missing", "missing_nl")]
        assert cells[1:] == [*texts, "yes" if row["process"] else ""]
    assert page.endswith("|\n")


def test_every_sentence_of_the_catalogue_is_there_in_both_languages():
    table = catalogue_table()
    for column in ("sentence_en", "sentence_nl"):
        assert table[column].str.len().min() > 5
    assert (table["sentence_en"] != table["sentence_nl"]).all()
    assert ((table["missing"] == "") == (table["missing_nl"] == "")).all()
    assert not table["name"].str.contains(r"[^a-z0-9_]").any()


def listed(*words):
    return CliRunner().invoke(cli.app, ["features", *map(str, words)])


def test_the_command_lists_the_catalogue_without_any_data():
    result = listed("--family", "reporters", "--family", "context", "--lang", "nl")
    assert result.exit_code == cli.OK
    assert result.stdout.index("reporters: ") < result.stdout.index("context: ")
    assert "eerdere meldingen" in result.stdout
    assert "earlier reports" not in result.stdout
    assert isinstance(listed("--family", "reporter").exception, ConfigError)
    assert listed("--format", "xls").exit_code == cli.WRONG_INPUT


def test_the_command_takes_windows_and_covariates_of_an_experiment(tmp_path):
    (tmp_path / "a.toml").write_text(
        'name = "a"\n[features]\nfamilies = ["prior_violence"]\nwindows_days = [77]\n'
        '[features.covariates.juvenile_counts]\nfamily = "elsewhere"\n'
    )
    table = pd.read_csv(io.StringIO(listed("--experiment", tmp_path / "a.toml", "--format", "csv").stdout))
    assert tuple(table.columns) == COLUMNS
    names = table["name"].tolist()
    assert "prior_reports_77d" in names
    assert "prior_reports_90d" not in names
    assert names[-1] == "juvenile_counts"
    page = listed("--experiment", tmp_path / "a.toml", "--format", "markdown").stdout
    assert [line for line in page.splitlines() if line.startswith("## ")] == ["## prior_violence", "## elsewhere"]
