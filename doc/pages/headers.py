# SPDX-License-Identifier: MIT
"""Reads the public headers: what is declared, and what the comments say of it.

A block is what stands between two blank lines: a comment, and the declarations that it is
about. A block of a comment alone is about all that follows it in its header.
"""
import pathlib
import re

ITEM = re.compile(
    r"(?P<comment>/\*.*?\*/)|(?P<macro>^#define (?:[^\n]*\\\n)*[^\n]*)|(?P<directive>^#[^\n]*)"
    r"|(?P<blank>\n[ \t]*\n)|(?P<space>\s+)|(?P<code>[^\s/#]|/(?!\*))", re.DOTALL | re.MULTILINE)
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
BODY = re.compile(r"\{.*\}", re.DOTALL)
CPLUSPLUS = re.compile(r"#ifdef __cplusplus\n.*?#endif\n", re.DOTALL)
GUARD = re.compile(r"#define MSK_(\w+_H|API)\b")
RULE = re.compile(r"/\* -+ .* -+ \*/")
TERM = re.compile(r"(\S+(?: \S+)?) {2,}(\S.*)")


class Declaration:
    """One name: a function, struct, union, enum, typedef or macro, with its text; or the
    constants of an enum without a name, under the first one's."""

    def __init__(self, kind, name, text):
        self.kind, self.name, self.text = kind, name, text

    @property
    def opaque(self):
        return self.kind == "struct" and "{" not in self.text


class Block:
    """A comment and what it is about."""

    def __init__(self, comment):
        self.comment, self.declarations = comment, []

    def of(self, *kinds):
        return [d for d in self.declarations if d.kind in kinds]


class Header:
    """A header: its path for #include, what it says of itself, its blocks."""

    def __init__(self, path):
        text = path.read_text(encoding="utf-8")
        self.name, self.about, self.blocks = f"msk/{path.name}", "", []
        head = strip_comment(COMMENT.findall(text)[1])
        body = CPLUSPLUS.sub("", text[text.index("#ifndef MSK_"):])
        match = re.match(r"\S+ - (.*?)\.(?:\s+|$)(.*)", head, re.DOTALL)
        self.summary, self.about = " ".join(match[1].split()), match[2]
        for block in blocks_of(body):
            self.blocks.append(block)

    @property
    def page(self):
        return self.name.replace("/", "_")

    def of(self, *kinds):
        return [d for block in self.blocks for d in block.of(*kinds)]

    def remarks(self):
        """What is said of no declaration alone."""
        return [b.comment for b in self.blocks if b.comment and not b.declarations]

    def remarks_before(self, wanted):
        """The same, as far as it stands above this block."""
        return [b.comment for b in self.blocks[:self.blocks.index(wanted)]
                if b.comment and not b.declarations]


def strip_comment(text):
    """The words of a comment, lines kept, without its stars."""
    lines = text[2:-2].strip("\n").split("\n")
    lines = [re.sub(r"^ \*( |$)", "", line).rstrip() for line in lines]
    lines[0] = lines[0].lstrip(" ")
    return "\n".join(lines).strip("\n").rstrip()


def statement(text, at):
    """The end of the declaration that begins at `at`: its semicolon, outside of braces."""
    depth = 0
    while True:
        if text.startswith("/*", at):
            at = text.index("*/", at) + 2
            continue
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        if text[at] == ";" and depth == 0:
            return at + 1
        at += 1


def kind_of(text):
    bare = BODY.sub("{}", COMMENT.sub(" ", text))
    if bare.startswith("#define"):
        return "macro", re.match(r"#define (\w+)", bare).group(1)
    if bare.startswith("typedef"):
        match = re.search(r"(\w+)\(", bare) or re.search(r"(\w+);", bare)
        return "typedef", match.group(1)
    if bare.startswith("enum {"):
        return "constants", re.search(r"\bMSK_\w+", COMMENT.sub(" ", text)).group()
    match = re.match(r"(struct|union|enum) (\w+)\s*(\{\})?;", bare)
    if match:
        return match.group(1), match.group(2)
    return "function", re.search(r"(\w+)\(", bare.replace("MSK_API", "")).group(1)


def blocks_of(body):
    """The blocks of what follows the guard of a header."""
    at, block, fresh = 0, None, True
    found = []
    while at < len(body):
        match = ITEM.match(body, at)
        what = match.lastgroup
        if what == "code" or what == "macro":
            end = match.end() if what == "macro" else statement(body, at)
            text = body[at:end]
            trail = re.match(r"[ \t]*(/\*.*?\*/)(?:\n[ \t]+(/\*.*?\*/))*", body[end:], re.DOTALL)
            if trail:
                text, end = text + trail.group(0), end + trail.end()
            at = end
            if GUARD.match(text):
                continue
            if fresh:
                block, fresh = Block(""), False
                found.append(block)
            block.declarations.append(Declaration(*kind_of(text), text))
            continue
        at = match.end()
        if what == "blank":
            fresh = True
        elif what == "comment" and RULE.fullmatch(match.group()):
            fresh = True
        elif what == "comment":
            if not fresh and not block.declarations:
                block.comment += "\n\n" + strip_comment(match.group())
                continue
            block, fresh = Block(strip_comment(match.group())), False
            found.append(block)
    return found


def read_all(root):
    """All public headers; msk/msk.h, which has nothing of its own, is left out."""
    paths = sorted((pathlib.Path(root) / "include" / "msk").glob("*.h"))
    return [Header(path) for path in paths if path.name != "msk.h"]


def undocumented(headers):
    """The names of which nothing is said."""
    for header in headers:
        for block in header.blocks:
            for d in block.declarations:
                if not block.comment and not (d.kind in ("macro", "constants") and "/*" in d.text):
                    yield f"{header.name}: {d.kind} {d.name}"


def paragraphs(text):
    """The words of a comment as ("text", S), ("lines", [S, ..]) and ("terms", [(S, S), ..])."""
    for part in re.split(r"\n\s*\n", text):
        lines = part.split("\n")
        if not lines[0]:
            continue
        if TERM.fullmatch(lines[0]) and all(l.startswith("  ") or TERM.fullmatch(l) for l in lines):
            terms = []
            for line in lines:
                match = TERM.fullmatch(line) if not line.startswith(" ") else None
                if match:
                    terms.append([match.group(1), match.group(2)])
                else:
                    terms[-1][1] += " " + line.strip()
            yield "terms", terms
        elif all(line.startswith("  ") for line in lines):
            yield "lines", [line[2:] for line in lines]
        else:
            yield "text", " ".join(line.strip() for line in lines)


def clause(text):
    """The first clause, for a line of a list."""
    first = re.split(r"[.:;?](?:\s|$)|,? \(", text)[0].replace("`", "")
    return first[:1].lower() + first[1:] if re.match(r"[A-Z][a-z]*\b(?!_)", first) else first


def summary(text):
    """The first clause of a comment."""
    kind, words = next(iter(paragraphs(text)), ("text", ""))
    return clause(words) if kind == "text" else ""
