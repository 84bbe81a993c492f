# SPDX-License-Identifier: MIT
"""What a program says with --help, as the parts of a man page."""
import re

HEAD = re.compile(r"^(?:  |    )(\S.*?)(?:  +(\S.*))?$")
TITLES = ("Commands", "Signals", "Events", "Exit status", "options", "Options")


def items(lines, literal, filled):
    """Lines of "  NAME   what it does", going on below at the same column or further out."""
    out, column = [], None
    for line in lines:
        listed = out and (" ".join(out[-1][1]).endswith(":") or out[-1][2])
        indent = len(line) - len(line.lstrip())
        match = HEAD.match(line) if indent in (2, 4) else None
        if match:
            out.append([match[1], [match[2]] if match[2] else [], []])
            column = line.index(match[2], len(match[1])) if match[2] else column
        elif out and column and indent == column and not listed:
            out[-1][1].append(line.strip())
        elif out:
            out[-1][2].append(line[6:] if indent < (column or 99) else line[column:])
        else:
            return literal("\n".join(lines))
    lines = []
    for name, text, more in out:
        lines += [".TP", rf"\fB{filled(name)}\fP", filled(" ".join(text)) if text else ""]
        if not lines[-1]:
            lines[-1:] = [r"\&"] if not more else []
        lines += literal("\n".join(more)) if more else []
    return lines


def parts(name, text, literal, filled):
    """(title, lines) of each part."""
    paragraphs = [p.split("\n") for p in re.split(r"\n\n+", text.strip("\n"))]
    usage = "\n".join(paragraphs.pop(0)).removeprefix("usage: ")
    usage = re.sub(r"\n {7}", "\n", usage)
    found = [("SYNOPSIS", literal(usage))]
    tagged = name != "msktool"  # its commands have a synopsis of their own
    for lines in paragraphs:
        head = "\n".join(lines)
        title = next((t for t in TITLES if head.startswith(t)), None)
        if lines[0].startswith("  "):
            found.append(("COMMANDS" if not tagged else "OPTIONS",
                          items(lines, literal, filled) if tagged else literal(head)))
        elif title:
            words, below = [], list(lines)
            while below and not below[0].startswith("  "):
                words.append(below.pop(0))
            said = " ".join(words)
            for part in re.split(r"(?<=\.) (?=Exit status:)", said):
                title = next(t for t in TITLES if part.startswith(t))
                told = part.removeprefix(title + ":").strip()
                found.append((title.upper(), [filled(told)] if told else []))
            found[-1] = (found[-1][0], found[-1][1] + (items(below, literal, filled) if below else []))
        else:
            found.append(("DESCRIPTION", [filled(" ".join(lines))]))
    return found
