"""The checklists on the page: every entry of their tables, and nobody's judgement."""

import html as escaping

import pytest

from hgrisk.report.blocks import Fold
from hgrisk.report.probast import probast_table
from hgrisk.report.render import render_report
from hgrisk.report.reporting import reporting
from hgrisk.report.tripod import tripod_table
from hgrisk.report.voice import voice


@pytest.mark.parametrize("lang", ["en", "nl"])
def test_every_entry_of_both_checklists_is_shown_in_its_order(content, lang):
    section = reporting(content, voice(lang))
    tripod, probast = (fold.blocks[0] for fold in section.blocks if isinstance(fold, Fold))
    wanted = tripod_table(content, lang)
    assert [row[1].text for group in tripod.groups for row in group.rows] == wanted["entry"].tolist()
    wanted = probast_table(content, lang)
    rows = [(group.head, *row) for group in probast.groups for row in group.rows]
    assert [row[2].text for row in rows] == wanted["entry"].tolist()
    assert [row[1].text for row in rows] == [f"{r['item']}. {r['question']}" for r in wanted.to_dict("records")]
    assert [row[0] for row in rows] == [f"{r['part']} · {r['domain']}" for r in wanted.to_dict("records")]


def test_what_the_run_does_not_know_is_set_back(content):
    tripod = reporting(content, voice("en")).blocks[1].blocks[0]
    known = tripod_table(content)["from_the_run"].tolist()
    assert [row[1].role != "quiet" for group in tripod.groups for row in group.rows] == known
    assert (
        reporting(content, voice("en")).blocks[1].summary == f"TRIPOD+AI: 27 items, {sum(known)} with facts of this run"
    )


def test_the_judgement_is_said_to_be_the_authors(content):
    assert "that judgement is the author's" in reporting(content, voice("en")).blocks[0].text
    assert "dat oordeel is aan de auteur" in reporting(content, voice("nl")).blocks[0].text


def test_further_tables_are_read_by_the_names_of_a_run(light_with, validation_tables, read_page):
    plain, full = (read_page(render_report(light_with(further=each))).text for each in ({}, validation_tables))
    assert "200 bootstrap draws" not in plain
    assert "200 bootstrap draws" in full
    assert "cross-validation over household networks (1), year by year (3), region by region (4)" in full


def test_it_stands_before_how_to_repeat_and_names_are_escaped(light_with, read_page):
    html = render_report(light_with(title="<script>title</script>"))
    anchors = [attributes["id"] for attributes in read_page(html).all("section")]
    assert anchors[-2:] == ["reporting", "repeat"]
    assert "<script" not in html
    assert escaping.escape("<script>title</script>") in html[html.index('<section id="reporting"') :]
