"""The page of ``dvc plots`` needs nothing but itself."""

import hashlib
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from dvc_render.vega import VegaRenderer

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / ".dvc/page/page.html"
VENDORED = re.findall(
    r"^\| ([\w-]+) \| (\d+)\S+ \| ([\w.-]+) \| (\w{64}) \|$", (PAGE.parent / "README.md").read_text(), re.M
)
BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


class Page(HTMLParser):
    """What a page loads, and the scripts that are in it, by library."""

    def __init__(self, text):
        super().__init__(convert_charrefs=False)
        self.loaded, self.libraries, self.drawings, self._open = [], {}, [], None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.loaded += [attributes[name] for name in ("src", "href", "data", "srcset") if name in attributes]
        self._open = attributes.get("data-library", "") if tag == "script" else None

    def handle_endtag(self, tag):
        self._open = None

    def handle_data(self, data):
        if self._open:
            self.libraries[self._open] = self.libraries.get(self._open, "") + data
        elif self._open is not None:
            self.drawings.append(data)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """A page that DVC drew with the settings of this project, in a folder that the user chose."""
    project = tmp_path_factory.mktemp("plots")
    dvc = Path(sys.executable).with_name("dvc")
    subprocess.run(["git", "init", "--quiet"], cwd=project, check=True)
    subprocess.run([dvc, "init", "--quiet"], cwd=project, check=True)
    shutil.copytree(ROOT / ".dvc/page", project / ".dvc/page")
    shutil.copyfile(ROOT / ".dvc/config", project / ".dvc/config")
    (project / "roc.csv").write_text("fpr,tpr\n0,0\n0.2,0.9\n1,1\n")
    subprocess.run([dvc, "plots", "show", "roc.csv", "--out", "mine"], cwd=project, check=True, capture_output=True)
    return project / "mine/index.html"


def test_the_page_loads_nothing_and_holds_the_libraries_that_draw(drawn):
    page = Page(drawn.read_text(encoding="utf-8"))
    assert page.loaded == []
    assert list(page.libraries) == ["vega.min.js", "vega-lite.min.js", "vega-embed.min.js"]
    assert len(page.drawings) == 1
    assert "vegaEmbed(" in page.drawings[0]


def test_the_libraries_are_those_that_were_recorded():
    libraries = Page(PAGE.read_bytes().decode()).libraries
    hashes = {name: hashlib.sha256(code.encode()).hexdigest() for name, code in libraries.items()}
    assert hashes == {file: digest for _, _, file, digest in VENDORED}


def test_the_libraries_are_of_the_versions_that_dvc_draws_for():
    wanted = set(re.findall(r"npm/([\w-]+)@(\d+)", VegaRenderer.SCRIPTS))
    assert wanted == {(package, major) for package, major, _, _ in VENDORED}


@pytest.mark.skipif(BROWSER is None, reason="needs a browser")
def test_a_browser_without_a_network_draws_the_plot(drawn, tmp_path):
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    options += ["--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={tmp_path}", "--virtual-time-budget=10000"]
    done = subprocess.run(
        [BROWSER, *options, "--dump-dom", drawn.as_uri()], capture_output=True, text=True, check=True, timeout=120
    )
    assert "<canvas" in done.stdout
