#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Draws the state tables of lib/ into doc/states.md, from the tables themselves.

    states.py                  writes doc/states.md
    states.py --check          exit status 1: the page is not what the tables say
    states.py --dot FOLDER     writes a picture of each for graphviz: states-1.dot ..
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "doc" / "states.md"

HEAD = """\
# State machines

Drawn from the tables in `lib/` by `tests/gates/states.py`; do not edit. A cell
says what the event does in that state: the action, and the next state where it
is another. `keep` does nothing; an arrow alone is a step that does
nothing else. An empty cell is not defined: the event cannot come there, and if it
does, nothing changes; in the UE the step is `MSK_ERR_STATE` then, in the BM-SC
there is none. Numbers and names are those of `struct
msk_trace` and `struct msk_bmsc_trace`.
"""

# Title, number in struct msk_trace, headers with the enums, file with the table.
MACHINES = [
    ("UE: the HTTP exchange", 1, ["ue/exchange.h"], "ue/exchange.c"),
    ("UE: a Key Group", 2, ["ue/group.h"], "ue/group_machine.c"),
    ("UE: a service", 3, ["ue/service.h"], "ue/service_machine.c"),
    ("UE: a Key Group in the MGV-F", 4, ["ue/holding.h"], "ue/holding.c"),
    ("BM-SC: a delivery", 0, ["bmsc/subscriber.h", "bmsc/delivery.h"], "bmsc/delivery.c"),
]

ENUM = re.compile(r"enum ((?:msk_)?(\w+)_(state|event|action)) \{(.*?)\};", re.DOTALL)
NAME = re.compile(r"^[ \t]*(?:MSK_[A-Z]+|[A-Z]A)_(\w+)[^,/}\n]*,?[ \t]*(?:/\*(.*?)\*/)?", re.MULTILINE | re.DOTALL)
# A table in panels of states, with a line for each event; and what goes with it.
PANELS = re.compile(r"static const uint8_t \w+_table\[.*?= \{\n(.*?)\n\};", re.DOTALL)
COLUMNS = re.compile(r"\{ /\*([a-z ]+)\*/")
LINE = re.compile(r"\[MSK_[A-Z]+_(\w+)\] += \{ (.*?) *\}")
NEXT = re.compile(r"static const uint8_t \w+_next\[\] = \{(.*?)\};", re.DOTALL)
AFTER = re.compile(r"\[[A-Z]A_(\w+)\] = MSK_([A-Z]+)_(\w+)")
WORDS = re.compile(r"const char \*const \w+_(state|event)s\[\w+\] = \{(.*?)\};", re.DOTALL)


def enums(text):
    """The names of states, events and actions, with what the comment says of each."""
    found = {}
    for match in ENUM.finditer(text):
        names = [(name, " ".join((comment or "").split()))
                 for name, comment in NAME.findall(match.group(4))]
        found[match.group(3)] = [n for n in names if n[0] not in ("STATES", "EVENTS")]
    return found


def panel_cells(panel, names, after, silent):
    """The states of a panel, and its cells as panels() has them; silent actions have no name."""
    states, rows = COLUMNS.search(panel).group(1).upper().split(), LINE.findall(panel)
    if [event for event, _ in rows] != [event for event, _ in names["event"]]:
        raise SystemExit(f"states.py: not each event once, in order, of {states}")
    found = {}
    for event, row in rows:
        actions = [cell.strip() for cell in row.split(",")]
        if len(actions) != len(states):
            raise SystemExit(f"states.py: {event} has not one cell for each of {states}")
        for state, action in zip(states, actions):
            if action != "0":
                name = action.split("_", 1)[1]
                found[state, event] = "" if name in silent else name, after.get(name, state)
    return states, found


def panels(text, names):
    """{(state, event): (action, next)} of a table in panels; names: those of states and events."""
    after = {a: n for a, kind, n in AFTER.findall(NEXT.search(text).group(1)) if kind != "SAME"}
    silent = [a for a, said in names["action"] if said == "nothing" and a != "KEEP"]
    names["action"] = [named for named in names["action"] if named[0] not in silent]
    found, columns = {}, []
    for panel in PANELS.search(text).group(1).split("\n    },")[:-1]:
        states, more = panel_cells(panel, names, after, silent)
        columns += states
        found.update(more)
    if columns != [state for state, _ in names["state"]]:
        raise SystemExit(f"states.py: the columns are {columns}")
    for kind, words in WORDS.findall(text):
        if re.findall(r'"(.*?)"', words) != [lower(name) for name, _ in names[kind]]:
            raise SystemExit(f"states.py: in traces there are other names of {kind}s")
    return found


def lower(name):
    return name.lower().replace("_", " ")


def list_of(title, names):
    lines = [f"| {title} | number | |", "|---|---|---|"]
    return lines + [f"| {lower(name)} | {i} | {text} |" for i, (name, text) in enumerate(names)]


def table_of(names, table):
    states = [name for name, _ in names["state"]]
    lines = ["| event | " + " | ".join(lower(s) for s in states) + " |",
             "|---" * (len(states) + 1) + "|"]
    for event, _ in names["event"]:
        row = []
        for state in states:
            action, following = table.get((state, event), ("", ""))
            arrow = f" -> {lower(following)}" if following not in ("", state) else ""
            row.append((lower(action) + arrow).strip())
        lines.append(f"| {lower(event)} | " + " | ".join(row) + " |")
    return lines


def read_file(path):
    return (ROOT / "lib" / path).read_text(encoding="utf-8")


def read_machine(headers, source, text=None):
    """The names of a machine, and its table. text: what stands in the source instead."""
    text = text or read_file(source)
    names = {}
    for part in [*map(read_file, headers), text]:
        names.update(enums(part))
    return names, panels(text, names)


def draw():
    out = [HEAD]
    for title, number, headers, source in MACHINES:
        names, table = read_machine(headers, source)
        machine = f"Machine {number}, " if number else ""
        out += [f"## {title}", "", f"{machine}`lib/{source}`; {len(table)} cells.", ""]
        out += list_of("state", names["state"]) + [""]
        out += list_of("event", names["event"]) + [""]
        actions = [f"- {lower(name)}: {text}" for name, text in names["action"]]
        out += actions + [""] + table_of(names, table) + [""]
    return "\n".join(out)


def picture(title, names, table):
    """The machine for graphviz: a box for each state, an arrow for all events from one to another.

    What does nothing and stays where it is, is left to the table.
    """
    arrows = {}
    for event, _ in names["event"]:
        for state, _ in names["state"]:
            action, following = table.get((state, event), ("KEEP", state))
            if following != state or action.upper() != "KEEP":
                arrows.setdefault((state, following), []).append((lower(event), lower(action)))
    lines = [f'digraph "{title}" {{',
             '  graph [rankdir=LR, bgcolor=transparent, fontname="Helvetica"];',
             '  node [shape=box, style="rounded,filled", fillcolor="#e8eef7", fontname="Helvetica"];',
             '  edge [fontname="Helvetica", fontsize=10];']
    for state, said in names["state"]:
        lines.append(f'  {state} [label="{lower(state)}", tooltip="{said}"];')
    for (state, following), told in arrows.items():
        label = "".join(f"{event}{action and ' / ' + action}\\l" for event, action in told)
        lines.append(f'  {state} -> {following} [label="{label}"];')
    return "\n".join([*lines, "}", ""])


def main():
    if sys.argv[1:2] == ["--dot"]:
        for i, (title, _, headers, source) in enumerate(MACHINES, 1):
            path = pathlib.Path(sys.argv[2]) / f"states-{i}.dot"
            path.write_text(picture(title, *read_machine(headers, source)), encoding="utf-8")
        return 0
    page = draw()
    if sys.argv[1:] != ["--check"]:
        PAGE.write_text(page, encoding="utf-8")
        return 0
    if PAGE.read_text(encoding="utf-8") == page:
        return 0
    print("doc/states.md is not what the tables say; run tests/gates/states.py")
    return 1


if __name__ == "__main__":
    sys.exit(main())
