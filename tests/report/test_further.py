"""The page with all that a run can say beyond its scores."""

import re
import tomllib
from importlib import resources

import numpy as np
import pandas as pd
import pytest

import hgrisk.results as results_module
from hgrisk.audit.groups import MEASURES
from hgrisk.audit.label_bias import MEASURES as OF_REPORTING
from hgrisk.audit.label_bias import SCENARIOS
from hgrisk.report.content import FURTHER
from hgrisk.report.render import render_report
from hgrisk.report.write import write_report

NASTY = "<script>alert('x')</script>"
ENDS = {"estimate": 0.25, "lower": 0.125, "upper": 0.5}
SECTIONS = ("explanation", "card", "fairness")


def frame(columns, *rows):
    return pd.DataFrame(rows, columns=columns.split())


def make_further(model="cox", feature="prior_reports_ever", level="police"):
    """Return a small table of every kind that these sections show."""
    sizes = [(model, feature, "prior_violence", 0.5, 0.4, 0.6), (model, "region", "region", 0.25, 0.2, 0.3)]
    families = [(model, family, *ends) for _, _, family, *ends in sizes]
    groups = frame("group n shown", ("all", 591, True), (level, 412, True), ("few", None, False))
    groups = groups.merge(pd.DataFrame({"measure": MEASURES}), how="cross").assign(
        model=model, horizon_days=365, **ENDS
    )
    groups["attribute"] = np.where(groups["group"] == "all", "all", "region")
    groups = groups.assign(difference=0.1, difference_lower=-0.1, difference_upper=0.2).astype({"n": "Int64"})
    bias = pd.DataFrame({"group": ["group", "others", "all"], "n": [60, 531, 591]}).merge(
        pd.MultiIndex.from_product([SCENARIOS, OF_REPORTING], names=["scenario", "measure"]).to_frame(index=False),
        how="cross",
    )
    bias = bias.assign(
        model=model, attribute="region", level=level, factor=1.5, frailty_variance=0.0, shown=True, **ENDS
    )
    return {
        "importance": frame("model feature family mean_abs lower upper", *sizes),
        "importance_families": frame("model family mean_abs lower upper", *families),
        "shapes": frame(
            "model feature own_share label low high n mean lower upper",
            (model, feature, 0.9, "1 to 3", 1.0, 3.0, 300, -0.1, -0.2, 0.0),
            (model, feature, 0.9, level, np.nan, np.nan, 30, 0.1, 0.0, 0.2),
        ),
        "interactions": frame(
            "model feature_a feature_b strength lower upper share kind",
            (model, feature, "region", 0.1, np.nan, np.nan, 0.05, "partial dependence"),
        ),
        "stability": frame(
            "model by feature family mean_abs lower upper mean_rank top_share",
            (model, "draws", feature, "prior_violence", 0.5, 0.4, 0.6, 1.5, 1.0),
        ),
        "stability_fits": frame(
            "model by fit rank_correlation reason",
            (model, "years", 2016, np.nan, "0 re-reports by then in the training rows"),
            (model, "years", 2017, 0.5, ""),
        ),
        "card_points": frame("model item level points", (model, feature, level, 0), (model, feature, "not known", 3)),
        "card_risks": frame(
            "model horizon_days total n_rows risk lower upper",
            *((model, 183.0, total, 40, 0.1, 0.05, 0.2) for total in ("0 to 2", "3 or more")),
        ),
        "audit_groups": groups,
        "audit_label_bias": bias,
        "audit_proxy": frame(
            "attribute level auc lower upper n n_level shown", ("sex", level, 0.6, 0.5, 0.7, 500, 90, True)
        ),
        "audit_proxy_features": frame("attribute level feature weight auc_alone", ("sex", level, feature, 0.3, 0.55)),
    }


@pytest.fixture(scope="module")
def rich(light_with):
    return {lang: render_report(light_with(further=make_further()), lang) for lang in ("en", "nl")}


def own_texts(lang):
    """Return every sentence of these sections and of the figures and audit in one language."""
    files = [
        ("hgrisk.report", f"texts_{lang}.toml"),
        ("hgrisk.figures", f"words_{lang}.toml"),
        ("hgrisk.audit", f"words_{lang}.toml"),
    ]
    report, figures, audit = (
        tomllib.loads(resources.files(package).joinpath(name).read_text(encoding="utf-8")) for package, name in files
    )
    parts = [*(report[name] for name in SECTIONS), *(report["labels"][name] for name in ("refits", "omissions"))]
    parts += [figures["importance"], figures["shapes"], *audit.values()]
    return [text for part in parts for text in part.values()]


def test_made_tables_have_the_columns_of_a_run():
    for name, table in make_further().items():
        assert set(FURTHER[name]) <= set(table), name


def test_the_page_is_sound_and_has_the_sections_in_their_place(rich, lang, read_page):
    page = read_page(rich[lang])
    assert page.wrong == []
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    sections = [attributes["id"] for attributes in page.all("section")]
    start = sections.index("audit")
    assert sections[start : start + 6] == ["audit", "fairness", "coefficients", "card", "explanation", "features"]


def test_a_page_without_the_tables_has_none_of_the_sections(page):
    assert not set(SECTIONS) & {attributes["id"] for attributes in page.all("section")}


@pytest.mark.parametrize(("here", "other"), [("nl", "en"), ("en", "nl")])
def test_a_page_in_one_language_holds_no_sentence_of_the_other(rich, read_page, here, other):
    page = read_page(rich[here])
    whole = " ".join([page.text, *(attributes.get("aria-label", "") for attributes in page.all("svg"))])
    own, found = " ".join(own_texts(here)), 0
    for text in own_texts(other):
        for piece in (piece.strip() for piece in re.split(r"\{\w+\}|#", text)):
            assert len(piece) < 12 or piece in own or piece not in whole, piece
    for text in own_texts(here):
        found += sum(piece.strip() in whole for piece in re.split(r"\{\w+\}|#", text) if len(piece) >= 12)
    assert found > 60


def test_names_from_the_data_are_text_and_never_a_tag(light_with):
    further = make_further(model=f"m{NASTY}", feature=f"f{NASTY}", level=f"l{NASTY}")
    html = render_report(light_with(further=further))
    assert "<script" not in html
    for letter in "mfl":
        assert f"{letter}&lt;script&gt;" in html


def test_any_one_table_alone_makes_a_page(light_with, read_page, lang):
    for name, table in make_further().items():
        assert read_page(render_report(light_with(further={name: table}), lang)).wrong == []


def test_tables_read_back_from_files_give_the_same_page(light_with, tmp_path, rich):
    read = {}
    for name, table in make_further().items():
        table.to_csv(tmp_path / f"{name}.csv", index=False)
        read[name] = results_module._read(tmp_path / f"{name}.csv")
    assert render_report(light_with(further=read), "en") == rich["en"]


def test_pictures_in_folds_and_panels_are_written(light_with, tmp_path):
    two = {name: pd.concat([table, make_further("mine")[name]]) for name, table in make_further().items()}
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "explanation-9.svg").write_text("of an earlier report", encoding="utf-8")
    write_report(light_with(further=two), tmp_path)
    written = sorted(path.name for path in (tmp_path / "figures").iterdir())
    assert written == [f"explanation-{number}.svg" for number in range(1, 7)]


def test_the_first_model_is_open_and_the_others_closed(light_with):
    two = {name: pd.concat([table, make_further("mine")[name]]) for name, table in make_further().items()}
    html = render_report(light_with(further=two))
    assert re.findall(r"<details( open)?>\s*<summary>[\w ]+: what moves its scores", html) == [" open", ""]
