"""The page as a browser, a screen reader and an auditor meet it."""

import re

import numpy as np
import pandas as pd
import pytest

from hgrisk.figures.numerals import numerals
from hgrisk.provenance import MADE_UP_NOTE
from hgrisk.report.render import render_report


def test_the_page_needs_nothing_from_outside(html, page):
    names = {name for name, _ in page.tags}
    assert not names & {"script", "iframe", "object", "embed", "img", "video", "audio", "form", "base"}
    for tag, attributes in page.tags:
        for key in ("src", "href", "action", "srcset"):
            value = attributes.get(key) or ""
            assert value == "" or value.startswith(("#", "data:,")), (tag, value)
        assert not any(key.startswith("on") for key in attributes)
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL).group(1)
    assert "@import" not in style
    assert "url(" not in style


def test_the_page_forbids_what_it_does_not_use(page):
    (policy,) = [attributes["content"] for _, attributes in page.tags if "http-equiv" in attributes]
    rules = dict(rule.split(maxsplit=1) for rule in policy.split(";"))
    kept = {"style-src": "'unsafe-inline'", "img-src": "data:"}
    # the last two do not fall back to the first
    assert rules == {"default-src": "'none'", **kept, "base-uri": "'none'", "form-action": "'none'"}


def test_tags_are_balanced_and_ids_unique(page):
    assert page.wrong == []
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_every_reference_inside_the_page_is_met(page):
    ids = {attributes.get("id") for _, attributes in page.tags}
    for _, attributes in page.tags:
        for key in ("aria-labelledby", "href"):
            target = (attributes.get(key) or "").removeprefix("#")
            assert target in ids or not target or target.startswith("data:"), target


def test_the_page_says_its_language_and_title(page, lang, content):
    assert page.all("html") == [{"lang": lang}]
    assert content.title in page.text
    assert {"viewport"} <= {attributes.get("name") for attributes in page.all("meta")}


def test_there_is_a_skip_link_and_a_list_of_every_section(page):
    links = [attributes["href"] for attributes in page.all("a")]
    sections = [f"#{attributes['id']}" for attributes in page.all("section")]
    assert links[0] == sections[0]
    assert links[1:] == sections
    assert len(page.all("h1")) == 1


def test_every_figure_has_alt_text_a_caption_and_its_table(html, page):
    figures = html.split("<figure ")[1:]
    assert len(figures) == 7
    for figure in (after.split("</figure>")[0] for after in figures):
        alts = re.findall(r'role="img" aria-label="([^"]{60,})"', figure)
        assert len(alts) == figure.count("<svg")
        assert "<figcaption>" in figure
        assert "<details>" in figure
        assert "<table" in figure
    assert len(page.all("svg")) == sum(attributes.get("role") == "img" for attributes in page.all("svg"))


def test_every_table_has_a_caption_and_scoped_heads(html, page):
    assert html.count("<table") == html.count("<caption") > 10
    assert all(attributes.get("scope") in {"col", "row", "rowgroup"} for attributes in page.all("th"))


def test_every_number_of_the_ladder_appears(page, content, lang):
    num, text = numerals(lang), page.text.replace("\N{NO-BREAK SPACE}", " ")
    for row in content.ladder.to_dict("records"):
        assert num.interval(row["estimate"], row["lower"], row["upper"]) in text
        if np.isfinite(row["gain"]):
            assert num.change(row["gain"], row["gain_lower"], row["gain_upper"]) in text


def test_the_same_content_gives_the_same_bytes(content, pages):
    assert render_report(content, "en") == pages["en"]


def test_the_standing_warnings_are_there(pages, read_page):
    assert "A case without a flag is not a safe case" in read_page(pages["en"]).text
    assert "Een zaak zonder markering is geen veilige zaak" in read_page(pages["nl"]).text


def test_a_name_from_the_data_is_text_and_never_a_tag(pages, content_with):
    assert "region=" not in pages["en"].split("<main>")[0]
    assert "&lt;script&gt;alert(" in pages["en"]
    nasty = content_with(
        title="<script>title</script>",
        limits=["<script>limit</script>"],
        notes=["<b>note</b>"],
        calibration={"<script>model": content_with().calibration["cox"]},
        predicted={},
    )
    html = render_report(nasty)
    assert "<script" not in html
    assert "<b>" not in html
    assert html.count("&lt;script&gt;model") >= 3


def test_groups_too_small_to_show_keep_their_scores_hidden(content, light_with, read_page):
    text = read_page(render_report(light_with())).text
    assert "other (1 group) hidden hidden hidden hidden" in text
    assert "Zeeland" not in text
    assert "Zeeland 7 " in read_page(render_report(light_with(), min_cell=5)).text
    group = (content.scores["group"] == "region=Zeeland") & (content.scores["model"] == "cox")
    for row in content.scores[group].to_dict("records"):
        assert numerals("en").interval(row["estimate"], row["lower"], row["upper"]) not in text


def test_only_undefined_numbers_still_make_a_page(content, content_with, read_page):
    empty = {"estimate": np.nan, "lower": np.nan, "upper": np.nan}
    page = read_page(
        render_report(
            content_with(
                scores=content.scores.assign(**empty),
                ladder=content.ladder.assign(**empty, gain=np.nan, gain_lower=np.nan, gain_upper=np.nan),
            )
        )
    )
    assert page.wrong == []
    assert "No score is defined in this run." in page.text
    assert page.text.count("not defined") > 50


def test_a_page_of_little_is_still_a_page(content, content_with, read_page, lang):
    bare = content_with(
        ladder=content.ladder.iloc[:0],
        calibration={},
        predicted={},
        coefficients=None,
        incidence=content.incidence.iloc[:0],
        scores=content.scores.iloc[:0],
        features=content.features.iloc[:0],
        dropped_features=content.dropped_features.iloc[:0],
        quarantine_reasons=content.quarantine_reasons.iloc[:0],
        canary={},
        notes=[],
        limits=[],
        split_facts={},
    )
    page = read_page(render_report(bare, lang))
    assert page.wrong == []
    assert "figure" not in {tag for tag, _ in page.tags}


def test_empty_coefficients_are_said_to_be_absent(content, light_with, read_page):
    for table in (None, content.coefficients.iloc[:0], content.coefficients.assign(coef=np.nan)):
        assert "No model in this run has coefficients" in read_page(render_report(light_with(coefficients=table))).text


def test_one_horizon_is_enough(content, content_with, read_page):
    one = content_with(
        scores=content.scores[content.scores["horizon_days"] == 183],
        ladder=content.ladder[content.ladder["horizon_days"] == 183],
    )
    page = read_page(render_report(one))
    assert page.wrong == []
    assert "C by model at 6 months" in page.text
    assert "the other horizons" not in page.text


def test_one_model_without_groups_is_enough(content, light_with, read_page):
    scores = content.scores[(content.scores["model"] == "cox") & (content.scores["group"] == "all")]
    page = read_page(render_report(light_with(scores=scores)))
    assert page.wrong == []
    assert "audit" not in {attributes["id"] for attributes in page.all("section")}


def test_training_rows_are_shouted_about(pages, content_with, read_page):
    html = render_report(content_with(apparent=True))
    text = read_page(html).text
    assert html.index("alert loud") < html.index('class="lead"')
    assert "Evaluated on its own training rows" in text
    assert text.count("On training rows: too favourable.") == 3
    assert "alert loud" not in pages["en"]


@pytest.mark.parametrize(
    ("lang", "title", "said"),
    [
        ("en", "Made-up data", "No number on this page is evidence about real households, regions or help."),
        ("nl", "Verzonnen gegevens", "Geen enkel getal op deze pagina zegt iets over echte huishoudens, regio's of"),
    ],
)
def test_made_up_data_are_shouted_about_in_the_language_of_the_page(light_with, read_page, lang, title, said):
    html = render_report(light_with(notes=["Of May.", MADE_UP_NOTE]), lang)
    text = read_page(html).text
    assert html.count("alert loud") == 1
    assert html.index(title) < html.index('class="lead"')
    assert text.count(said) == 2  # above, and among the notes on the data
    assert MADE_UP_NOTE not in text
    assert "Of May." in text


def test_a_leak_and_rows_that_do_not_add_up_are_shouted_about(content, light_with, read_page):
    rows = content.rows.assign(used=content.rows["used"] - [3, 0])
    canary = {"n_features": 10, "n_changed": 2, "n_landmarks": 500}
    html = render_report(light_with(rows=rows, canary=canary))
    text = read_page(html).text
    assert html.count("alert loud") == 3
    assert "2 of 10 features changed when only later facts were altered" in text
    assert "For events the rows read are not the sum" in text
    assert "off by +3" in text


def test_counts_that_add_up_say_so(pages, read_page):
    text = read_page(pages["en"]).text
    assert text.count("adds up") >= 2
    assert "Every step adds up" in text
    assert "none moved" in text


def test_an_attrition_that_does_not_add_up_is_named(content, light_with, read_page):
    attrition = content.attrition.assign(removed=[0, 1, 3754, 8387, 223])
    text = read_page(render_report(light_with(attrition=attrition))).text
    assert "does not add up: 46,210 minus 1 is not 39,874" in text
    assert "Every step adds up" not in text


def test_a_result_too_good_to_be_true_is_questioned(content, light_with, read_page, pages):
    good = content.scores.assign(estimate=content.scores["estimate"] + 0.2)
    assert "above what published tools" in read_page(render_report(light_with(scores=good))).text
    assert "above what published tools" not in pages["en"]


def test_facts_without_a_label_keep_their_name(light_with, read_page):
    text = read_page(render_report(light_with(outcome_facts={"my_own_fact": 1234.5, "competing_events": ""}))).text
    assert "my own fact 1,234.5" in text
    assert "Events that end the follow-up none" in text


@pytest.mark.parametrize("column", ["reason", "remaining"])
def test_a_table_without_a_column_is_refused_at_once(content, light_with, column):
    with pytest.raises(ValueError, match=f"The table 'attrition' has the columns .* add {column}"):
        light_with(attrition=content.attrition.drop(columns=column))


def test_tables_read_back_from_files_give_the_same_page(content, content_with, tmp_path, pages):
    def again(table):
        table.to_csv(tmp_path / "table.csv", index=False)
        back = pd.read_csv(tmp_path / "table.csv", float_precision="round_trip", keep_default_na=False, na_values=[""])
        return back.fillna(dict.fromkeys(back.select_dtypes("object").columns, ""))

    names = ("scores", "ladder", "attrition", "quarantine_reasons", "features", "dropped_features", "rows")
    assert render_report(content_with(**{name: again(getattr(content, name)) for name in names})) == pages["en"]
