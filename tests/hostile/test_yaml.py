"""Settings that nobody would write by hand end in one sentence, in a second, wherever they are read."""

import pytest

from automl_flow.core.errors import AutoMLFlowError, ConfigError
from automl_flow.core.yaml import parse_yaml, read_yaml
from automl_flow.datasets.documents import SettingsDataset
from automl_flow.dvc_stages.lock import parse_lock
from automl_flow.expectations.config import read_suite
from automl_flow.hooks.conf import ConfLoader
from automl_flow.pipeline_registry import read_tasks

BOMB = "a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1]\n" + "".join(
    f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 10)
)

REFUSED = {
    "aliases that multiply": (BOMB, "line 5: aliases would repeat more than 50,000 values"),
    "an alias inside what it repeats": ("a: &b {c: *b}", r"line 1: the alias \*b is inside the value that it repeats"),
    "a key twice": ("x:\n  a: 1\n  b: 2\n  a: 3\n", "line 4: duplicate key 'a'; the first is on line 2"),
    "a key twice in two spellings": ("{a: 1, 'a': 2}", "duplicate key 'a'"),
    "a number twice in two spellings": ("10: a\n0xA: b", "duplicate key '10'"),
    "nesting without end": ("[" * 100_000, "nested deeper than 100 levels"),
    "lists in lists": ("- " * 10_000, "nested deeper than 100 levels"),
    "a key that is a list": ("? [1]\n: 2", "a key must be a scalar"),
    "a number of 5,000 digits": ("a: " + "9" * 5000, "not a YAML document .*of 5,000 digits, at most 400"),
    "a number that cannot be printed": ("a: 0x" + "F" * 4000, "not a YAML document .*of 4,002 digits, at most 400"),
    "a Python object": ("!!python/object/apply:os.system ['true']", "could not determine a constructor"),
    "a word said to be a number": ("!!int abc", "not a YAML document"),
    "a word said to be a truth value": ("!!bool abc", "not a YAML document"),
    "nothing said to be a number": ("!!float ''", "not a YAML document"),
    "bytes": ("a: !!binary aGk=", "could not determine a constructor"),
    "two documents": ("--- 1\n--- 2\n", "another document"),
    "an alias of nothing": ("*a", "undefined alias"),
    "a zero byte": ("a: \0", "not a YAML document"),
    "a bell": ("a: \a", "not a YAML document"),
    "not closed": ("a: [1,\n", "not a YAML document .line 2"),
    "Latin-1": ("ä".encode("latin-1"), "not UTF-8"),
}


@pytest.mark.parametrize(("text", "message"), REFUSED.values(), ids=REFUSED)
@pytest.mark.timeout(5)
def test_a_document_that_is_no_settings_is_refused_with_file_and_rule(text, message):
    with pytest.raises(ConfigError, match=rf"^some\.yml(, |: ).*{message}"):
        parse_yaml(text, "some.yml")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("off", "off"),
        ("y", "y"),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("012", 12),
        ("0o17", 15),
        ("0x1F", 31),
        ("1_000", 1000),
        ("1e-3", 0.001),
        ("5.", 5.0),
        (".5", 0.5),
        ("-.inf", -float("inf")),
        ("1:30", "1:30"),
        ("2026-01-31", "2026-01-31"),
        ("=", "="),
        ("\ufeffa", "a"),
        ("{a: &x {b: 1}, c: {<<: *x, d: 2}}", {"a": {"b": 1}, "c": {"b": 1, "d": 2}}),
        ("[&x yes, *x]", ["yes", "yes"]),
    ],
)
def test_a_word_means_what_it_means_in_yaml_1_2(text, value):
    assert parse_yaml(text.encode(), "some.yml") == value


@pytest.mark.parametrize("word", ["yes", "No", "on", "OFF", "true", "False", "012", "1e3", "0x1F", "null", "'yes'"])
def test_settings_mean_to_kedro_what_they_mean_to_dvc(word, tmp_path):
    ruamel = pytest.importorskip("ruamel.yaml")
    conf = conf_with(tmp_path, f"task: {{positive: {word}}}\n")
    assert conf["parameters"] == ruamel.YAML(typ="safe").load(f"task: {{positive: {word}}}")


def conf_with(folder, parameters, **options):
    for name in ("base", "local"):
        (folder / name).mkdir()
    (folder / "base/globals.yml").write_text("data: data\n")
    (folder / "base/parameters.yml").write_text(parameters)
    return ConfLoader(str(folder), base_env="base", default_run_env="local", **options)


def doubled(first, line):
    """A setting that holds the one before it twice, sixty times over."""
    return f"a:\n  b0: {first}\n" + "".join(f"  b{i}: {line.replace('@', f'b{i - 1}')}\n" for i in range(1, 60))


GROWING = {
    "aliases": BOMB,
    "texts": doubled("abcdefghij", "${a.@}${.@}"),
    "lists": doubled("[1, 1]", "['${..@}', '${a.@}']"),
    "lists by functions": doubled("[1, 1]", "['${oc.select:a.@}', '${a[@]}']"),
}


@pytest.mark.parametrize("text", GROWING.values(), ids=GROWING)
@pytest.mark.timeout(10)
def test_parameters_that_multiply_themselves_are_refused(text, tmp_path):
    with pytest.raises(ConfigError, match=r"aliases would repeat|has millions of letters"):
        conf_with(tmp_path, text)["parameters"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: {x: '${nope}'}", r"parameters\.yml: a\.x: Interpolation key 'nope' not found.*backslash"),
        ("a: {x: '${nope'}", r"parameters\.yml: a\.x: no viable alternative"),
        ("a: {x: '${a}'}", r"parameters\.yml: a\.x: Interpolation to parent"),
        ("a: {x: '${oc.env:HOME}'}", r"parameters\.yml: a\.x: Unsupported interpolation type oc\.env"),
        ("a: {x: '" + "${" * 5000 + "'}", r"parameters\.yml: a\.x: more than 20 references"),
        ("a: {x: '" + "${b}" * 5000 + "'}", r"parameters\.yml: a\.x: more than 20 references"),
        ("- 1", r"parameters\.yml: must hold settings under their names, got \[1\]"),
        ("1: 2", r"parameters\.yml: must hold settings under their names"),
    ],
)
def test_parameters_that_cannot_be_filled_in_are_named_with_file_and_key(text, message, tmp_path):
    with pytest.raises(ConfigError, match=message):
        conf_with(tmp_path, text)["parameters"]


def test_parameters_of_a_run_are_parameters_and_nothing_else(tmp_path):
    conf = conf_with(tmp_path, "a: {x: 1}\n", runtime_params={"a": {"x": 2}})
    (tmp_path / "base/catalog.yml").write_text("a.raw: {type: x}\n")
    assert conf["catalog"] == {"a.raw": {"type": "x"}}
    assert conf["parameters"] == {"a": {"x": 2}}


def test_a_reference_to_globals_is_filled_in(tmp_path):
    assert conf_with(tmp_path, "a: ${globals:data}/x\nb: ${a}\n")["parameters"] == {"a": "data/x", "b": "data/x"}


@pytest.mark.parametrize(
    "read",
    [
        lambda file: SettingsDataset(filepath=str(file)).load.__wrapped__(SettingsDataset(filepath=str(file))),
        read_suite,
        lambda file: read_tasks(file.parent, file.parent),
        lambda file: parse_lock(file.read_bytes()),
        read_yaml,
    ],
    ids=["settings", "suite", "tasks", "lock", "reader"],
)
@pytest.mark.parametrize("text", [BOMB, "a: 1\na: 2\n", "[" * 9999, "a: " + "9" * 5000])
@pytest.mark.timeout(10)
def test_every_file_goes_through_the_one_reader(text, read, tmp_path):
    (tmp_path / "some.yml").write_text(text)
    with pytest.raises(AutoMLFlowError, match=r"some\.yml|dvc\.lock"):
        read(tmp_path / "some.yml")


def test_a_file_too_large_for_settings_is_not_read(tmp_path):
    with (tmp_path / "some.yml").open("wb") as file:
        file.truncate(10 << 30)
    with pytest.raises(ConfigError, match="larger than 16 MB"):
        read_yaml(tmp_path / "some.yml")
