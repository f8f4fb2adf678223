from hgrisk.report.write import write_report


def test_the_report_and_each_figure_are_written(light_with, content, tmp_path):
    some = light_with(ladder=content.ladder, calibration=content.calibration)
    page = write_report(some, tmp_path, "nl")
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    written = sorted(path.name for path in (tmp_path / "figures").iterdir())
    assert written == ["calibration-1.svg", "calibration-2.svg", "calibration-3.svg", "ladder.svg"]
    drawing = (tmp_path / "figures" / "ladder.svg").read_text(encoding="utf-8")
    assert drawing.startswith("<svg ")
    assert drawing in page.read_text(encoding="utf-8")
