"""Write ``page.html`` anew from the minified builds of vega, vega-lite and vega-embed: see the README beside it."""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path

HERE = Path(__file__).parent
# DVC fills these in wherever it sees them; a tag that ends, or a comment that begins, would cut a library short.
FORBIDDEN = ("{scripts}", "{plot_divs}", "{refresh_tag}", "</script", "<!--")
# Without {scripts}, which would bring in the libraries from the internet.
PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
{{refresh_tag}}
<title>Plots</title>
<style>
body {{ font-family: sans-serif; margin: 1rem; display: flex; flex-wrap: wrap; gap: 1.5rem; align-items: flex-start }}
table {{ border-spacing: 15px }}
</style>
{libraries}
</head>
<body>
{{plot_divs}}
</body>
</html>
"""


def assemble(builds: list[Path]) -> str:
    """Return the page with the content of *builds* in it, to the byte; their order is that of loading.

    Raises:
        SystemExit: A build holds something that would break the page.
    """
    tags = []
    for build in builds:
        code = build.read_bytes().decode()
        found = [text for text in FORBIDDEN if text in code]
        if found:
            raise SystemExit(f"{build}: holds {', '.join(found)}, which would break the page")
        tags.append(f'<script data-library="{build.name}">{code}</script>')
    return PAGE.format(libraries="\n".join(tags))


def main() -> None:
    """Write the page, and print what the table in the README says of its libraries."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("builds", nargs=3, type=Path, help="vega.min.js vega-lite.min.js vega-embed.min.js")
    builds = parser.parse_args().builds
    (HERE / "page.html").write_bytes(assemble(builds).encode())
    for build in builds:
        print(f"{build.name}  {hashlib.sha256(build.read_bytes()).hexdigest()}")  # noqa: T201 -- for people


if __name__ == "__main__":
    main()
