#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Lets SPIN look at the models beside this file, and at broken ones.

    check.py FOLDER                 below FOLDER; exit status 1: something is wrong
    check.py FOLDER NAME=N ...      one longer run of each model, with other bounds:
                                    TROUBLES=3, NET=3; COUNTERS=4, NUMBERS=4, NODES=3

Each property has a change of the model that must violate it.
"""
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "gates"))
import states  # noqa: E402  pylint: disable=wrong-import-position

MEGABYTES = 1000
# Model, flags of the verifier and of its run.
SAFETY = ["-DSAFETY"], []
LIVENESS = ["-DNFAIR=3"], ["-a", "-f"]


# --- the tables of lib/ ------------------------------------------------------

TABLES = [("UE: a Key Group", "group"), ("BM-SC: a delivery", "delivery")]


def table_of(title, name):
    """The table of a machine, for the model and in C. Action 0 is an empty cell, 1 does nothing."""
    _, _, headers, source = next(m for m in states.MACHINES if m[0] == title)
    names, table = states.read_machine(headers, source)
    there = [state for state, _ in names["state"]]
    events = [event for event, _ in names["event"]]
    actions = ["", "KEEP"] + [action for action, _ in names["action"] if action != "KEEP"]
    rows = []
    for event in events:
        for state in there:
            action, following = table.get((state, event), (None, state))
            does = 0 if action is None else 1 if action == "" else actions.index(action)
            rows.append(f"{{ {does}, {there.index(following or state)} }}")
    model = [f"#define {name.upper()}_{word} {i}" for words in (there, events)
             for i, word in enumerate(words)]
    code = [f"static const unsigned char {name}_cells[{len(rows)}][2] = {{ {', '.join(rows)} }};",
            f"static int step_{name}(unsigned char *state, int event)",
            f"{{ const unsigned char *cell = {name}_cells[event * {len(there)} + *state];",
            "  *state = cell[1]; return cell[0]; }"]
    if name == "group":
        code += [f"#define DO_{word} {i}" for i, word in enumerate(actions) if word]
        code += [f"#define STATE_{word} {i}" for i, word in enumerate(there)]
    return model, code


def write_tables(folder):
    model, code = [], []
    for title, name in TABLES:
        more, c = table_of(title, name)
        model += more
        code += c
    (folder / "tables.pml").write_text("\n".join([*model, ""]), encoding="utf-8")
    (folder / "tables.h").write_text("\n".join([*code, ""]), encoding="utf-8")


# --- one run -------------------------------------------------------------------

def call(command, folder):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def verify(folder, text, how, defines):
    """Errors that SPIN finds in the model `text`, states, and what it said."""
    compiler, runner = how
    folder.mkdir(parents=True, exist_ok=True)
    write_tables(folder)
    (folder / "model.pml").write_text(text, encoding="utf-8")
    for command in (["spin", *defines, "-a", "model.pml"],
                    ["cc", "-O0", "-w", "-DCOLLAPSE", "-DNOBOUNDCHECK", f"-DMEMLIM={MEGABYTES}", *compiler,
                     "-o", "pan", "pan.c"]):
        code, said = call(command, folder)
        if code != 0:
            raise SystemExit(f"{' '.join(command)}:\n{said}")
    _, said = call(["./pan", "-m300000", "-E", "-n", *runner], folder)
    errors = re.search(r"errors: (\d+)", said)
    stored = re.search(r"(\d+) states, stored", said)
    if errors is None or "max search depth too small" in said or "out of memory" in said:
        raise SystemExit(f"{folder}: the search did not end:\n{said}")
    return int(errors.group(1)), int(stored.group(1)), said


# --- the models ------------------------------------------------------------------

# Each: a property, and a change after which it does not hold.
COMMIT = [
    ("no replay is accepted", "net[c] != 0 && c > taken", "net[c] != 0 && c >= taken"),
    ("no acknowledgement goes out before the commit",
     "            commit(c, net[c])\n",
     "            if\n            :: net[c] != PULL -> acknowledge(c)\n            :: skip\n            fi;\n"
     "            commit(c, net[c])\n"),
    ("there are never three MSKs of a Key Group", "        third = 0 /*", "        skip /*"),
    ("no MSK is held twice, so that one went for itself",
     ":: number == second -> second = first; first = number", ":: number == second -> first = number"),
    ("nothing goes out that is not committed",
     ":: version != v -> out = 0", ":: version != v -> skip"),
    ("no counter is used twice", "                counter = c;\n", "                counter = counter;\n"),
]
PROCEDURES = [
    ("traffic shows that an MSK was missed", "            step_group(GROUP_MISSED)\n", "            false\n"),
    ("an MSK that was granted is not awaited for ever",
     "    :: atomic { !left && state == GROUP_WAIT -> leave_failed() }\n", ""),
    ("no UE leaves that holds a good MSK",
     "has_good && !confirmed && ended -> step_group(GROUP_GOOD)",
     "has_good && !confirmed && ended -> step_group(GROUP_NOTHING)"),
    ("an MSK that overtakes the answer satisfies the request",
     "            :: state == GROUP_ANSWERED -> end_answer()\n            :: else -> conclude()\n",
     "            :: else -> conclude()\n"),
]
MODELS = [("commit", SAFETY, COMMIT), ("procedures", LIVENESS, PROCEDURES)]


def changed(text, old, new):
    if text.count(old) != 1:
        raise SystemExit(f"stands {text.count(old)} times, not once:\n{old}")
    return text.replace(old, new)


def look(folder, name, how, breaks, bounds):
    """How much is wrong with a model; with bounds, it alone."""
    text = (HERE / f"{name}.pml").read_text(encoding="utf-8")
    errors, stored, said = verify(folder / name, text, how, bounds)
    print(f"> {name}: {stored} states, {errors} errors")
    if errors:
        print(said)
    wrong = errors
    for number, (rule, old, new) in enumerate([] if bounds else breaks):
        errors, _, _ = verify(folder / f"{name}-{number}", changed(text, old, new), how, bounds)
        if not errors:
            wrong += 1
            print(f"{name}: without \"{rule}\" nothing is wrong")
    if not bounds:
        print(f"> {name}: {len(breaks)} rules, each broken once")
    return wrong


def main():
    folder = pathlib.Path(sys.argv[1])
    bounds = [f"-D{bound}" for bound in sys.argv[2:]]
    return 1 if sum([look(folder, *model, bounds) for model in MODELS]) else 0


if __name__ == "__main__":
    sys.exit(main())
