#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Builds doc/, the headers and the pictures of the state machines to HTML.

    web.py VERSION FOLDER         made anew; FOLDER.stage is what Doxygen reads
    web.py --check FOLDER         the links of what was built lead somewhere
"""
import html.parser
import pathlib
import shutil
import subprocess
import sys
import urllib.parse

import stage

STATES = stage.ROOT / "tests" / "gates" / "states.py"
DOXYFILE = stage.ROOT / "doc" / "pages" / "Doxyfile.in"


class Page(html.parser.HTMLParser):
    """What a page has for others to lead to, and where it leads."""

    def __init__(self, path):
        super().__init__()
        self.names, self.links = set(), set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        for key, value in attrs:
            if key in ("id", "name"):
                self.names.add(value)
            elif key in ("href", "src") or (tag == "object" and key == "data"):
                self.links.add(value)


def dead_links(folder):
    pages = {path: Page(path) for path in folder.glob("*.html")}
    for path, page in sorted(pages.items()):
        for link in sorted(page.links):
            url = urllib.parse.urlsplit(link)
            if url.scheme:
                continue
            target = folder / urllib.parse.unquote(url.path) if url.path else path
            anchor = urllib.parse.unquote(url.fragment)
            if not target.exists() or (anchor and target in pages
                                       and anchor not in pages[target].names):
                yield f"{path.name}: {link}"
    if not pages:
        yield f"{folder}: no pages"


def draw(folder):
    """The state machines, from their tables."""
    subprocess.run([sys.executable, STATES, "--dot", folder], check=True)
    for path in folder.glob("states-*.dot"):
        subprocess.run(["dot", "-Tsvg", "-o", path.with_suffix(".svg"), path], check=True)


def build(version, folder):
    work = folder.with_name(folder.name + ".stage")
    for path in folder, work:
        shutil.rmtree(path, ignore_errors=True)
    work.mkdir(parents=True)
    draw(work)
    stage.lay_out(work)
    text = DOXYFILE.read_text(encoding="utf-8")
    for mark, value in (("@VERSION@", version), ("@STAGE@", work), ("@PARENT@", folder.parent),
                        ("@NAME@", folder.name)):
        text = text.replace(mark, str(value))
    (work / "Doxyfile").write_text(text, encoding="utf-8")
    subprocess.run(["doxygen", work / "Doxyfile"], check=True)


def main():
    folder = pathlib.Path(sys.argv[2]).absolute()
    if sys.argv[1] != "--check":
        build(sys.argv[1], folder)
    dead = list(dead_links(folder))
    print("\n".join(dead), end="\n" if dead else "")
    return 1 if dead else 0


if __name__ == "__main__":
    sys.exit(main())
