#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Man pages, in man(7): of the public headers, and of the programs by what their --help says.

    man.py list VERSION                   the headers that it reads
    man.py headers VERSION MAN3 MAN7      these two folders are made anew
    man.py program VERSION FILE SUMMARY COMMAND...
"""
import datetime
import os
import pathlib
import re
import shutil
import subprocess
import sys
import textwrap

import headers as h
import helped

ROOT = pathlib.Path(__file__).resolve().parents[2]
FUNCTION = re.compile(r"\b(msk_\w+)\b")
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
LINE_MAX = 72  # of a summary


def day():
    """The date of a page: that of the release, if the build names it."""
    seconds = os.environ.get("SOURCE_DATE_EPOCH")
    if seconds:
        return datetime.datetime.fromtimestamp(int(seconds), datetime.timezone.utc).date()
    return datetime.date.today()


def escaped(text):
    """Words for roff: nothing of them is a request."""
    text = text.replace("\\", r"\e").replace("-", r"\-").replace("'", r"\(aq")
    return re.sub(r"^(?=[.'])", r"\\&", text, flags=re.MULTILINE)


def filled(text, functions=()):
    """A paragraph: code between backticks and functions bold, a sentence a line."""
    out = []
    for i, part in enumerate(re.split(r"`([^`]*)`", text)):
        if i % 2:
            out.append(rf"\fB{escaped(part)}\fP")
        else:
            out.append(FUNCTION.sub(
                lambda m: rf"\fB{m[1]}\fP(3)" if m[1] in functions else m[0], escaped(part)))
    sentences = re.split(r"(?<=[a-z)0-9][.?:]) (?=[A-Z])", "".join(out))
    return "\n".join(textwrap.fill(s, 76, break_on_hyphens=False, break_long_words=False)
                     for s in sentences)


def literal(text):
    return [".nf", *escaped(text).split("\n"), ".fi"]


def described(text, functions=()):
    """The words of a comment."""
    out = []
    for kind, what in h.paragraphs(text):
        out += [".PP"] if kind != "terms" else []
        if kind == "lines":
            out += [".RS 4", *literal("\n".join(what)), ".RE"]
        elif kind == "terms":
            for term, meaning in what:
                out += [".TP", rf"\fB{escaped(term)}\fP", filled(meaning, functions)]
        else:
            out.append(filled(text=what, functions=functions))
    return out[1:] if out[:1] == [".PP"] else out


def page(name, section, version, names, summary, parts):
    """A whole page; parts: (title, lines)."""
    summary = textwrap.shorten(summary, LINE_MAX, placeholder="")
    lines = [r'.\" SPDX-License-Identifier: MIT',
             rf'.\" Made by doc/pages/man.py; do not edit.',
             f'.TH {name.upper()} {section} {day()} "libmsk {version}" "libmsk"',
             ".SH NAME", ", ".join(names) + r" \-", escaped(summary)]
    for title, body in parts:
        if body:
            lines += [f".SH {title}", *body]
    lines = [line for before, line in zip(["", *lines], lines)  # none is empty
             if line != ".PP" or not before.startswith((".PP", ".SH"))]
    return "\n".join(lines) + "\n"


class Manual:
    """Section 3: a page for each function or few of them, and one for each header."""

    def __init__(self, version, folder):
        self.version, self.folder = version, folder
        self.headers = h.read_all(ROOT)
        self.functions = {d.name for x in self.headers for d in x.of("function")}
        self.types = {d.name: (x, b) for x in self.headers for b in x.blocks
                      for d in b.of("struct", "enum", "union", "typedef") if not d.opaque}

    def write(self, name, text):
        path = self.folder / f"{name}.3"
        if path.exists():
            raise SystemExit(f"man.py: two pages are called {path.name}")
        path.write_text(text, encoding="ascii")

    def link(self, names, target):
        for name in names:
            self.write(name, f".so man3/{target}.3\n")

    def see(self, own, text):
        """The pages that a text speaks of."""
        named = sorted(set(FUNCTION.findall(text)) & self.functions - set(own))
        return [f".BR {name} (3)," for name in named]

    def used(self, block, header):
        """The types of this header that the functions of a block take, each with its words."""
        text = " ".join(d.text for d in block.declarations)
        names = dict.fromkeys(re.findall(r"\b(?:struct |enum )?(msk_\w+)\b", text))
        blocks = dict.fromkeys(self.types[n][1] for n in names
                               if n in self.types and self.types[n][0] is header)
        return [b for b in blocks if b is not block]

    def definition(self, block):
        lines = described(block.comment, self.functions) if block.comment else []
        return lines + [".PP", ".RS 4",
                        *literal("\n".join(shown(d) for d in block.declarations)), ".RE"]

    def function_page(self, header, block):
        names = [d.name for d in block.of("function")]
        comment = block.comment
        body = described(comment, self.functions)
        types = []
        for used in self.used(block, header):
            types += ([".PP"] if types else []) + self.definition(used)
        remarks = []
        for remark in header.remarks_before(block):
            remarks += ([".PP"] if remarks else []) + described(remark, self.functions)
        result = []
        if any(d.text.startswith("MSK_API int") for d in block.of("function")):
            result = [r"\fBMSK_OK\fP, or one of the values named above or, for an argument that may "
                      r"not be NULL, \fBMSK_ERR_ARGUMENT\fP;", r"\fBmsk_err_kind\fP(3) says what to do then."]
        see = self.see(names, comment) + [rf".BR {header.page} (3),", ".BR msk (7)"]
        self.write(names[0], page(names[0], 3, self.version, names, h.summary(comment), [
            ("SYNOPSIS", synopsis(header, block)), ("DESCRIPTION", body), ("TYPES", types),
            ("RETURN VALUE", result), ("NOTES", remarks), ("SEE ALSO", see)]))
        self.link(names[1:], names[0])

    def header_page(self, header):
        functions, definitions = [], []
        for block in header.blocks:
            if block.of("function"):
                names = ", ".join(rf"\fB{d.name}\fP(3)" for d in block.of("function"))
                functions += [".TP", names, filled(h.summary(block.comment), self.functions)]
            elif block.declarations:
                definitions += ([".PP"] if definitions else []) + self.definition(block)
        about = [filled(header.summary[0].upper() + header.summary[1:] + ".", self.functions)]
        if header.about:
            about += [".PP", *described(header.about, self.functions)]
        for remark in header.remarks():
            about += [".PP", *described(remark, self.functions)]
        see = [] if header.name == "msk/types.h" else [".BR msk_types.h (3),"]
        self.write(header.page, page(header.page, 3, self.version, [header.page],
                                     h.clause(header.summary), [
            ("SYNOPSIS", [f".B #include <{header.name}>"]), ("DESCRIPTION", about),
            ("FUNCTIONS", functions), ("TYPES AND CONSTANTS", definitions),
            ("SEE ALSO", [*see, ".BR msk (7)"])]))

    def make(self):
        linked = set(self.functions)
        for header in self.headers:
            self.header_page(header)
            for block in header.blocks:
                if block.of("function"):
                    self.function_page(header, block)
            names = [d.name for d in header.of("struct", "enum", "union", "typedef")]
            names = [n for n in dict.fromkeys(names) if n not in linked]
            linked.update(names)
            self.link(names, header.page)


def shown(declaration):
    """A declaration as a reader wants it."""
    return re.sub(r" +\\$", r" \\", declaration.text.replace("MSK_API ", ""), flags=re.MULTILINE)


def prototype(declaration):
    """A prototype on lines of its own, its arguments under each other."""
    text = " ".join(shown(declaration).split())
    head, _, rest = text.partition("(")
    arguments = rest.rpartition(")")[0].split(", ")
    lines = textwrap.wrap(", ".join(a.replace(" ", "\0") for a in arguments),
                          max(30, 71 - len(head)), break_on_hyphens=False)
    return f"{head}(" + ("\n" + " " * (len(head) + 1)).join(lines).replace("\0", " ") + ");"


def synopsis(header, block):
    lines = [".nf", rf".B #include <{header.name}>", ".sp"]
    for i, d in enumerate(block.declarations):
        text = prototype(d) if d.kind == "function" else COMMENT.sub("", shown(d)).rstrip()
        lines += [".sp"] if i and d.kind == "function" else []
        lines += [rf"\fB{line}\fP" for line in escaped(text).split("\n")]
    return lines + [".fi"]


def overview(version, headers):
    """msk(7): what stands in msk.7.in, the headers, and the conventions of types.h."""
    types = next(x for x in headers if x.name == "msk/types.h")
    rows = []
    for header in headers:
        rows += [".TP", rf"\fB{header.page}\fP(3)", filled(h.clause(header.summary))]
    text = (ROOT / "doc" / "pages" / "msk.7.in").read_text(encoding="ascii")
    for mark, lines in (("@HEADERS@", rows), ("@CONVENTIONS@", described(types.about))):
        text = text.replace(mark, "\n".join(lines))
    return text.replace("@DATE@", str(day())).replace("@VERSION@", version)


def main():
    what, version = sys.argv[1:3]
    if what == "list":
        print("\n".join(header.name for header in h.read_all(ROOT)))
        return
    if what == "headers":
        man3, man7 = map(pathlib.Path, sys.argv[3:5])
        for folder in man3, man7:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
        manual = Manual(version, man3)
        lacking = list(h.undocumented(manual.headers))
        if lacking:
            raise SystemExit("nothing is said of\n" + "\n".join(lacking))
        manual.make()
        (man7 / "msk.7").write_text(overview(version, manual.headers), encoding="ascii")
        return
    path, summary, *command = sys.argv[3:]
    path = pathlib.Path(path)
    done = subprocess.run([*command, "--help"], capture_output=True, text=True, check=False,
                          stdin=subprocess.DEVNULL)
    parts = helped.parts(path.stem, done.stdout or done.stderr, literal, filled)
    path.write_text(page(path.stem, 1, version, [path.stem], summary, parts), encoding="ascii")


if __name__ == "__main__":
    main()
