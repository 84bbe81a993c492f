# SPDX-License-Identifier: MIT
"""Lays out for Doxygen what it is to read: the pages as chapters, the headers with its marks."""
import pathlib
import re
import shutil

import headers as h

ROOT = pathlib.Path(__file__).resolve().parents[2]
LINK = re.compile(r"\[([^\]]*)\]\((?!https?:)([^)#]*)(#[^)]*)?\)")
HEADING = re.compile(r"^(#{1,6}) (.*)$")


def identity(path):
    """The id of a page: README.md is the first of all."""
    return "index" if path.name == "README.md" and path.parent == ROOT else \
        "_".join(path.relative_to(ROOT).with_suffix("").parts).lower().replace("-", "_")


def slug(title):
    """The anchor that a forge gives a heading."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def chapters():
    """The pages in the order of the table in README.md, then the others."""
    first = (ROOT / "README.md").read_text(encoding="utf-8")
    named = [ROOT / path for _, path, _ in LINK.findall(first[first.index("## Read on"):])]
    found = [ROOT / "README.md", *named, ROOT / "CHANGELOG.md", ROOT / "examples" / "README.md"]
    lacking = set((ROOT / "doc").glob("*.md")) - set(found)
    if lacking:
        raise SystemExit(f"stage.py: README.md does not name {', '.join(map(str, lacking))}")
    return found


def linked(text, page, pages):
    """The links of a line: to chapters and their headings."""
    def one(match):
        words, path, anchor = match[1], match[2], (match[3] or "")[1:]
        target = (page.parent / path).resolve() if path else page
        if target not in pages:
            raise SystemExit(f"stage.py: {page.name} has a link to {path}, which is no chapter")
        name = identity(target) + (f"-{anchor}" if anchor else "")
        return f"[{words}](@ref {name})"
    out, at = [], 0
    for match in LINK.finditer(text):
        out += [quoted(text[at:match.start()]), one(match)]
        at = match.end()
    return "".join([*out, quoted(text[at:])])


def quoted(text):
    """Words of Markdown in which nothing is a command of Doxygen."""
    parts = re.split(r"(`[^`]*`)", text)
    return "".join(p if i % 2 else re.sub(r"[@\\]|#(?=\w)|::", lambda m: "\\" + m[0], p)
                   for i, p in enumerate(parts))


def chapter(page, pages, pictures):
    """A page of Markdown with an id for each heading, and links that Doxygen can follow."""
    out, fenced, seen = [], False, {}
    for line in page.read_text(encoding="utf-8").split("\n"):
        fenced ^= line.startswith("```")
        heading = None if fenced else HEADING.match(line)
        if heading:
            first = heading[1] == "#"
            anchor = slug(heading[2])
            again = seen[anchor] = seen.get(anchor, -1) + 1
            anchor += f"-{again}" if again else ""
            name = identity(page) if first else f"{identity(page)}-{anchor}"
            name = "" if name == "index" else f" {{#{name}}}"
            title = LINK.sub(r"\1", heading[2]) if page.name == "CHANGELOG.md" else heading[2]
            out.append(f"{heading[1]} {quoted(title)}{name}")
            if page.name == "states.md" and heading[1] == "##":
                picture = next(pictures)
                out += ["", f"@image html {picture.name} \"{title}\""]
        elif fenced or line.startswith(("```", "    ", "![")):
            out.append(line)
        else:
            out.append(linked(line, page, pages))
    return "\n".join(out)


def marked(text):
    """The words of a comment in which Doxygen sees no Markdown but code."""
    parts = re.split(r"(`[^`]*`)", text)
    for i in range(0, len(parts), 2):
        part = re.sub(r'[\\@<>#&%]|::', lambda m: "\\" + m[0], parts[i])
        parts[i] = re.sub(r"(?<![\w`])(\*+\w+(?:-\\>\w+)*|_\w+)", r"`\1`", part)
    return "".join(parts).replace("*/", "* /")


def comment(text, mark="/**"):
    lines = []
    for kind, what in h.paragraphs(text):
        if kind == "lines":
            lines += ["@verbatim", *what, "@endverbatim"]
        elif kind == "terms":
            lines += [f"- **{term}**: {marked(words)}" for term, words in what]
        else:
            lines += [marked(what)]
        lines.append("")
    return "\n".join([mark, *lines[:-1], "*/"])


def members(text):
    """The body of a struct or enum: comments beside a member, above it, and of the whole."""
    out, whole = [], ""
    at = 0
    for match in h.COMMENT.finditer(text):
        code = text[at:match.start()]
        at = match.end()
        words = " ".join(h.strip_comment(match[0]).split())
        line = text.rfind("\n", 0, match.start()) + 1
        column = match.start() - line
        alone = not text[line:match.start()].strip()
        if words.startswith(("Frozen: ", "Grows at ")):
            whole = words
            out.append(code.rstrip(" "))
        elif alone and column > 4 and out and out[-1].startswith("/**<"):
            out[-1] = f"{out[-1][:-2]} {marked(words)} */"  # goes on
            out.append(code.rstrip(" \n"))
            out[-2:] = out[-2:] if out[-1].strip() else out[-2:-1]
        elif alone:
            out += [code, f"/** {marked(words)} */"]
        else:
            out += [code, f"/**< {marked(words)} */"]
    return "".join([*out, text[at:]]), whole


def declaration(block, d):
    text, whole = d.text, ""
    if d.kind in ("struct", "enum", "union", "constants"):
        text, whole = members(text)
    elif d.kind == "macro":
        text = re.sub(r"\s*/\*(.*?)\*/$", "", text, flags=re.DOTALL)
        beside = d.text[len(text):].strip()
        whole = " ".join(h.strip_comment(beside).split()) if beside else ""
    words = "\n\n".join(part for part in (block.comment, whole) if part)
    return f"{comment(words)}\n{text}\n"


def header(source):
    about = "\n\n".join([source.summary + ".", source.about, *source.remarks()])
    out = [comment(about.strip()).replace("/**", f"/** @file {source.name}\n", 1),
           '#include "msk/types.h"' if source.name != "msk/types.h" else "#include <stdint.h>"]
    for block in source.blocks:
        out += [declaration(block, d) for d in block.declarations if not d.opaque]
    return "\n".join(out)


def lay_out(folder):
    """Into pages/ and msk/ below the folder, which has states-1.svg and so on already; pictures
    that lie beside the pages go there too."""
    for name in "pages", "msk":
        shutil.rmtree(folder / name, ignore_errors=True)
        (folder / name).mkdir(parents=True)
    pages = chapters()
    pictures = iter(sorted(folder.glob("states-*.svg")))
    for i, page in enumerate(pages):
        path = folder / "pages" / f"{i:02}-{identity(page)}.md"
        path.write_text(chapter(page, pages, pictures), encoding="utf-8")
    for picture in (ROOT / "doc").glob("*.svg"):
        shutil.copy(picture, folder)
    for source in h.read_all(ROOT):
        (folder / source.name).write_text(header(source), encoding="utf-8")
