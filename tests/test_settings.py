"""Settings are frozen, typed and refuse what they do not know."""

import pytest
from pydantic import Field, ValidationError, field_validator

from hgrisk.errors import ConfigError
from hgrisk.settings import Settings, read_toml


class Window(Settings):
    days: int = 14


class Net(Settings):
    alpha: float = 0.0


class Tree(Settings):
    depth: int = 1


class Plan(Settings):
    name: str
    window: Window = Window()
    windows: dict[str, tuple[Window, ...]] = Field(default_factory=dict)
    model: Net | Tree = Net()

    @field_validator("name")
    @classmethod
    def _not_empty(cls, value: str) -> str:
        if not value:
            raise ConfigError("A plan has a name", "none", "give it one")
        if value == "x":
            raise ValueError("Too short")
        return value


def refusal(values: dict) -> str:
    with pytest.raises(ConfigError) as caught:
        Plan.parse(values, "plan.toml")
    return str(caught.value)


def test_values_are_typed_and_frozen():
    plan = Plan.parse({"name": "a", "window": {"days": 7}}, "plan.toml")
    assert plan.window == Window(days=7)
    with pytest.raises(ValidationError):
        plan.name = "b"


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (
            {"name": "a", "nam": 1},
            "plan.toml takes known keys only, but found 'nam': use one of model, name, window, windows.",
        ),
        (
            {"name": "a", "window": {"day": 1}},
            "plan.toml takes known keys only, but found 'window.day': use one of days.",
        ),
        (
            {"name": "a", "windows": {"w": [{"day": 1}]}},
            "plan.toml takes known keys only, but found 'windows.w.0.day': use one of days.",
        ),
        (
            {"name": "a", "model": {"depht": 2}},
            "plan.toml takes known keys only, but found 'model.Net.depht': use one of alpha.",
        ),
        ({}, "plan.toml needs the key 'name', but found nothing: add it."),
        (
            {"name": "a", "window": {"days": "soon"}},
            (
                "plan.toml: window.days must be valid, but found 'soon': input should be a valid integer, unable to "
                "parse string as an integer."
            ),
        ),
        ({"name": ""}, "A plan has a name, but found none: give it one."),
        ({"name": "x"}, "plan.toml: name must be valid, but found 'x': too short."),
    ],
)
def test_refusals(values, text):
    assert refusal(values) == text


def test_toml_is_read_with_or_without_byte_order_mark(tmp_path):
    path = tmp_path / "plan.toml"
    for mark in (b"", b"\xef\xbb\xbf"):
        path.write_bytes(mark + 'name = "é"\n[window]\ndays = 7'.encode())
        assert read_toml(path) == {"name": "é", "window": {"days": 7}}


def test_absent_file(tmp_path):
    path = tmp_path / "no.toml"
    with pytest.raises(ConfigError) as caught:
        read_toml(path)
    assert str(caught.value) == f"A settings file exists, but found no file {path}: check the path."


def test_folder_instead_of_file(tmp_path):
    with pytest.raises(ConfigError) as caught:
        read_toml(tmp_path)
    assert str(caught.value) == (
        f"A settings file can be read, but found {tmp_path}: give a TOML file that you may read."
    )


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (b"name = \n", "Invalid value (at line 1, column 8)"),
        (b"name = '\xe9'", "'utf-8' codec can't decode byte 0xe9 in position 8: invalid continuation byte"),
    ],
)
def test_not_toml(tmp_path, raw, found):
    path = tmp_path / "plan.toml"
    path.write_bytes(raw)
    with pytest.raises(ConfigError) as caught:
        read_toml(path)
    assert str(caught.value) == f"plan.toml is valid TOML in UTF-8, but found {found}: mend that line."


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        (
            "a = " + "[" * 3000 + "]" * 3000,
            r"^a\.toml is nested at most 20 levels deep, but found more: mend its brackets ",
        ),
        ("a = " + "9" * 5000, r"^a\.toml is valid TOML in UTF-8, but found Exceeds the limit .*: mend that line\.$"),
        ("a." * 5000 + "a = 1", r"^a\.toml is nested at most 20 levels deep, but found more: mend its brackets "),
    ],
)
def test_toml_that_python_cannot_hold_is_refused_in_one_sentence(tmp_path, text, refusal):
    (tmp_path / "a.toml").write_text(text)
    with pytest.raises(ConfigError, match=refusal):
        read_toml(tmp_path / "a.toml")


@pytest.mark.parametrize(("depth", "held"), [(20, True), (21, False)])
def test_toml_is_nested_at_most_twenty_levels(tmp_path, depth, held):
    for text in ("a." * (depth - 1) + "a = 1", "a = " + "[" * (depth - 1) + "]" * (depth - 1)):
        (tmp_path / "a.toml").write_text(text)
        if held:
            assert list(read_toml(tmp_path / "a.toml")) == ["a"]
        else:
            with pytest.raises(ConfigError, match="at most 20 levels deep"):
                read_toml(tmp_path / "a.toml")
