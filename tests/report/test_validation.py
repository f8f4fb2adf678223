"""The section on validation designs, as a page and as blocks."""

import dataclasses
import re

import pandas as pd
import pytest

from hgrisk.report.blocks import Bullets, Fold, Panels, Picture, Table
from hgrisk.report.content import FURTHER
from hgrisk.report.render import render_report
from hgrisk.report.validation import TABLES, validation
from hgrisk.report.voice import voice
from hgrisk.report.write import write_report

MIN_CELL = 10


def made(light_with, tables, lang="en"):
    return validation(light_with(further=tables), voice(lang), MIN_CELL)


def flat(blocks):
    for block in blocks:
        yield block
        if isinstance(block, Fold):
            yield from flat(block.blocks)


def tables_of(section):
    blocks = list(flat(section.blocks))
    return [
        block.table if isinstance(block, Picture) else block for block in blocks if isinstance(block, Picture | Table)
    ]


@pytest.fixture(params=["en", "nl"])
def page_and_html(request, light_with, validation_tables, read_page):
    html = render_report(light_with(further=validation_tables), request.param)
    return read_page(html), html, request.param


def test_without_tables_there_is_no_section(light_with):
    assert made(light_with, {}) is None
    assert made(light_with, {name: pd.DataFrame(columns=list(columns)) for name, columns in TABLES.items()}) is None


def test_the_page_is_sound_and_stands_after_the_scores(page_and_html):
    page, html, _ = page_and_html
    assert page.wrong == []
    anchors = [attributes["id"] for attributes in page.all("section")]
    assert anchors[anchors.index("scores") + 1] == "validation"
    assert "<script" not in html
    assert "&lt;script&gt;alert(&#39;r&#39;)" in html


def test_the_page_says_its_own_language_only(page_and_html):
    page, _, lang = page_and_html
    own, other = (voice(each).texts["validation"] for each in (lang, "nl" if lang == "en" else "en"))
    whole = " ".join([page.text, *(attributes.get("aria-label", "") for attributes in page.all("svg"))])
    for key, text in other.items():
        pieces = [piece.strip() for piece in re.split(r"\{\w+\}", text)]
        assert not [piece for piece in pieces if len(piece) >= 12 and piece not in own[key] and piece in whole]
    for design in ("folds", "rolling", "regions"):
        assert own[design] in page.text


def test_regions_are_in_order_of_name_everywhere(light_with, validation_tables):
    order = ["<script>alert('r')</script>", "Ameland", "IJmond", "Zeeland"]
    found = 0
    for table in tables_of(made(light_with, validation_tables)):
        for group in table.groups:
            names = [row[0].text for row in group.rows if row[0].text in order]
            assert names == order[: len(names)]
            found += bool(names)
    assert found >= 6


def test_a_small_region_shows_no_score_and_no_dot(light_with, validation_tables):
    section = made(light_with, validation_tables)
    rows = [
        row for table in tables_of(section) for group in table.groups for row in group.rows if row[0].text == "Ameland"
    ]
    assert len(rows) >= 6
    for row in rows:
        assert row[0].small in {"<10 landmarks", ""}
        assert {cell.text for cell in row[1:]} == {"hidden"}
    pictures = [block for block in flat(section.blocks) if isinstance(block, Picture)]
    assert not any("Ameland" in picture.narrow.alt for picture in pictures)
    assert any("IJmond" in picture.narrow.alt for picture in pictures)
    assert not any(isinstance(block, Panels) for block in section.blocks)


def test_no_count_below_the_smallest_cell_is_told(light_with, validation_tables, read_page):
    html = render_report(light_with(further=validation_tables))
    section = html[html.index('<section id="validation"') : html.index('<section id="audit"')]
    text = read_page(re.sub(r"<svg.*?</svg>", "", section, flags=re.DOTALL)).text
    assert "found 3" not in text
    assert "histories" not in text
    assert "other (2 groups)" in text
    assert not {"Texel", "Urk"} & set(text.split())
    assert "<b>" not in section
    assert not re.search(r"[^\d.,] [0-9] re-reports", text)
    assert "10% 85 5,000 <10 " in text  # four re-reports to learn from


@pytest.mark.parametrize("design", ["folds", "rolling", "regions"])
def test_a_design_alone_gives_its_own_blocks(light_with, validation_tables, design):
    tables = {name: validation_tables[name] for name in ("validation", "validation_differences", "validation_pooled")}
    one = {name: table[table["design"] == design] for name, table in tables.items()}
    section = made(light_with, one)
    headings = [block.text for block in section.blocks if getattr(block, "role", "") == "heading"]
    assert [heading.casefold() for heading in headings] == [voice("en").label("designs", design)]


@pytest.mark.parametrize("name", TABLES)
def test_each_table_alone_is_enough_and_none_is_needed(light_with, validation_tables, name):
    alone = made(light_with, {name: validation_tables[name]})
    assert alone is not None
    rest = {other: table for other, table in validation_tables.items() if other != name}
    assert made(light_with, rest) is not None
    assert all(block.items for block in alone.blocks if isinstance(block, Bullets))


def test_tables_with_their_first_columns_alone_make_a_section(light_with, validation_tables):
    bare = {name: table[list(FURTHER[name])] for name, table in validation_tables.items()}
    assert made(light_with, bare) is not None


def test_undefined_estimates_make_a_section_without_pictures(light_with, validation_tables):
    empty = {name: validation_tables[name] for name in ("validation", "validation_learning")}
    empty = {name: table.assign(estimate=float("nan")) for name, table in empty.items()}
    section = made(light_with, empty)
    assert not any(isinstance(block, Picture) for block in flat(section.blocks))
    assert tables_of(section)


def test_figures_in_folds_are_written_too(light_with, validation_tables, tmp_path):
    content = dataclasses.replace(light_with(further=validation_tables), features=light_with().features.iloc[:0])
    write_report(content, tmp_path)
    section = validation(content, voice("en"), MIN_CELL)
    pictures = [block for block in flat(section.blocks) if isinstance(block, Picture)]
    written = sorted((tmp_path / "figures").glob("validation-*.svg"))
    assert len(written) == len(pictures) == 6  # folds, two over the years, two models by region, learning
    write_report(light_with(), tmp_path)
    assert not list((tmp_path / "figures").glob("validation-*.svg"))
