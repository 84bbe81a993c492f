#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Changes one thing of lib/ at a time, and runs the tests that come there: do they see it?

    run.py FOLDER --size N --seed S    N mutants; what is made goes below FOLDER
    run.py FOLDER --size N --each      N of each folder of lib/
    run.py FOLDER --layer ue           of one folder of lib/, or with --file of one file
    run.py FOLDER --kind cell --every  of a kind; --every: each cell becomes every other word
                                       --no-texts: without the table of tests/oracle
                                       --short: without programs that take long
    run.py FOLDER --mended             those of mended.txt, each with the test that it names
    run.py --check                     does what equal.txt and mended.txt change stand there?

FOLDER/tests is a build directory, made if it is not there; -j N mutants are tried at once. What makes
the same code at -O2 is no mutant, and what equal.txt judges is none either. Exit status 1: a mutant
survived that is not in equal.txt.
"""
import argparse
import collections
import concurrent.futures
import hashlib
import os
import pathlib
import pickle
import re
import shutil
import sys

import bench
import sites

sys.path[1:1] = [str(bench.ROOT / "tests" / name) for name in ("seeded", "oracle", "gates")]
import changes  # noqa: E402 (it stands beside the deliberate defects)
import states_oracle  # noqa: E402

KILLED, SURVIVED, SAME, NO_C, JUDGED = "killed", "survived", "same", "no C", "judged"
SHORT = 0.4  # seconds of processor time of a program
LAYERS = ["base", "mikey", "protect", "mbms", "http", "mgvf", "ue", "bmsc", "port"]
KINDS = ["operator", "constant", "condition", "deletion", "value", "cell"]


def read(path):
    return (bench.ROOT / path).read_text(encoding="utf-8")


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


# --- which mutants -----------------------------------------------------------

def rank(seed, mutant, text):
    """The same for a mutant as long as its lines are: a change elsewhere leaves the sample as it is."""
    old, new = sites.lines_of(mutant, text)
    said = "\n".join([str(seed), mutant.path, *old, "", *new])
    return hashlib.sha256(said.encode()).hexdigest()


def pool_of_mutants(arguments):
    """All that are asked for, in the order that the seed gives them."""
    ranked, cells = [], set()
    for path in sorted(bench.ROOT.glob("lib/*/*.[ch]")):
        name = str(path.relative_to(bench.ROOT))
        if arguments.layer in ("", path.parent.name) and arguments.file in ("", path.name):
            text = read(name)
            for mutant in sites.mutants_of(name, text):
                if arguments.kind in ("", mutant.kind) and arguments.line in (0, mutant.line):
                    ranked.append((rank(arguments.seed, mutant, text), mutant))
    for _, mutant in sorted(ranked):
        place = mutant.path, mutant.begin
        if mutant.kind != "cell" or arguments.every or place not in cells:
            yield mutant
        if mutant.kind == "cell":
            cells.add(place)


def judged_equal():
    """{(path, the whole text after a change)} of equal.txt."""
    return {(change.path, change.applied(read(change.path)))
            for change in changes.read(bench.HERE / "equal.txt", ("reason", "path"))}


# --- one mutant --------------------------------------------------------------

class Trial:
    """What happens to one mutant, in a folder of the process that tries it."""

    def __init__(self, made, coverage, path, text):
        self.bench, self.coverage, self.path, self.text = made, coverage, path, text
        self.folder = made.folder / f"trial{STATE.process}" / str(os.getpid())
        shutil.rmtree(self.folder / "lib", ignore_errors=True)
        self.source = self.folder / path
        self.source.parent.mkdir(parents=True)
        self.source.write_text(text, encoding="utf-8")

    def users(self):
        """The files of the library that the change is in."""
        if self.path.endswith(".c"):
            return [self.path]
        return [path for path in self.bench.lib_objects()
                if self.path in self.coverage.includes(path)]

    def compile(self, path, target, *more):
        source = self.source if path == self.path else bench.ROOT / path
        return self.bench.compile(path, source, target, "-iquote", str(self.folder / "lib"),
                                  f"-I{self.folder / 'lib'}", *more)

    def make(self):
        """False: it is no C."""
        objects = self.bench.objects("plain")
        for path in self.users():
            objects[path] = self.folder / objects[path].name
            if not self.compile(path, objects[path], "-O1", "-fPIC"):
                return False
        self.bench.link_library(objects.values(), self.folder / bench.NAME)
        return True

    def is_same(self):
        """Is the code of all files the same at -O2?"""
        for path in self.users():
            pair = []
            for source in (self.folder, bench.ROOT):
                target = self.folder / "same.o"
                made = self.bench.compile(path, (source if path == self.path or source != self.folder
                                                 else bench.ROOT) / path, target, "-O2",
                                          "-iquote", str(source / "lib"), f"-I{source / 'lib'}")
                pair.append(target.read_bytes() if made else b"")
            if pair[0] != pair[1]:
                return False
        return True

    def program_of(self, program):
        """The program to run: that of a test which includes a changed header is made anew."""
        if self.path.endswith(".c") or self.path not in self.coverage.test_includes(program):
            return None
        target, replaced = self.folder / "program", []
        for name in self.bench.links[program.output]:
            if name.endswith(".o") and name in self.bench.commands and "_lib_port_" not in name:
                words, source = self.bench.commands[name]
                if self.path in self.coverage.includes(str(source)):
                    made = self.folder / name.replace("/", "_")
                    bench.checked([*words[:1], "-iquote", str(self.folder / "lib"),
                                   f"-I{self.folder / 'lib'}", *words[1:], "-w", "-O1", "-c",
                                   str(bench.ROOT / source), "-o", str(made)], cwd=self.bench.build)
                    replaced.append((name, str(made)))
        self.bench.link_program(program.output, target, replaced)
        return target

    def killer(self, programs, library):
        """The first program that sees it, or None."""
        for program in programs:
            if self.bench.run(program, library, self.program_of(program)) != 0:
                return program
        return None

    def killer_alone(self):
        """Of a header: the first of the tests of what is in it, with the library as it is."""
        if self.path.endswith(".c"):
            return None
        programs = [program for program in self.bench.programs
                    if self.path in self.coverage.test_includes(program, False)]
        try:
            return self.killer(sorted(programs, key=lambda p: p.seconds), self.bench.folder / "plain")
        except SystemExit:
            return None  # it is no C


def try_mutant(mutant):
    """(outcome, what killed it)."""
    text = sites.applied(mutant, read(mutant.path))
    if (mutant.path, text) in STATE.judged:
        return JUDGED, ""
    trial = Trial(STATE.bench, STATE.coverage, mutant.path, text)
    killer = trial.killer_alone()
    if killer is None:
        if not trial.make():
            return NO_C, ""
        programs = STATE.coverage.programs_at(mutant)
        quick = [program for program in programs if program.seconds < SHORT]
        killer = trial.killer(quick, trial.folder)
        if killer is None and mutant.kind == "cell":
            return seen_by_texts(mutant, text), "the texts"
        if killer is None and trial.is_same():
            return SAME, ""
        if killer is None and STATE.long:
            killer = trial.killer(programs[len(quick):], trial.folder)
    return (SURVIVED, "") if killer is None else (KILLED, killer.name)


def seen_by_texts(mutant, text):
    """Does tests/oracle/states_oracle.py see a table that does not do what the texts say?"""
    for title, _, headers, source in states_oracle.states.MACHINES:
        if mutant.path == "lib/" + source:
            machine = next(m for m in states_oracle.MACHINES if m.title == title)
            names, cells = states_oracle.states.read_machine(headers, source, text)
            _, before = states_oracle.states.read_machine(headers, source)
            if states_oracle.behaviours(cells) == states_oracle.behaviours(before):
                return SAME
            seen = STATE.texts and states_oracle.differences(machine, names, cells)
            return KILLED if seen else SURVIVED
    raise SystemExit(f"{mutant.path} has a table that {states_oracle.__name__} does not know")


def try_change(change):
    """What is wrong with a change of mended.txt; nothing: its test sees it."""
    trial = Trial(STATE.bench, STATE.coverage, change.path, change.applied(read(change.path)))
    programs = [program for program in STATE.bench.programs if program.name == change.test]
    if not programs:
        return f"there is no test {change.test}"
    if not trial.make():
        return "it is no C"
    return "" if trial.killer(programs, trial.folder) else f"{change.test} does not see it"


# --- which tests -------------------------------------------------------------

class Coverage:
    """Which programs come to which line, and which files include which."""

    def __init__(self, made):
        self.bench = made
        self.lines = collections.defaultdict(set)  # (path, line): numbers of programs
        self.files = collections.defaultdict(set)
        self.numbers = collections.defaultdict(list)
        self.including = {}

    def read(self, executor):
        """Runs each program that is new on the traced library."""
        memory = self.bench.folder / "coverage"
        kept = pickle.loads(memory.read_bytes()) if memory.exists() else {}
        library = digest(self.bench.folder / "traced" / bench.NAME)
        keys = [(p.name, library, digest(self.bench.build / p.output)) for p in self.bench.programs]
        stale = [(key, p) for key, p in zip(keys, self.bench.programs) if key not in kept]
        stale.sort(key=lambda pair: pair[1].name not in ("sim", "wipe"))
        for (key, _), found in zip(stale, executor.map(trace_program, [p for _, p in stale])):
            kept[key] = found
        memory.write_bytes(pickle.dumps({key: kept[key] for key in keys}))
        blocks = self.bench.blocks()
        for _, line in {pair for lines in blocks.values() for pair in ((p, (p, n)) for p, n in lines)}:
            self.numbers[line[0]].append(line[1])
        for number, (key, program) in enumerate(zip(keys, self.bench.programs)):
            passed, program.seconds, addresses = kept[key]
            if not passed:
                print(f"{program.name} fails, or says that it skips: left out")
                continue
            for address in addresses:
                for place in blocks.get(address, ()):
                    self.lines[place].add(number)
                    self.files[place[0]].add(number)
        if not self.lines:
            raise SystemExit("no program came anywhere: is it the shared library that they run?")
        for numbers in self.numbers.values():
            numbers.sort()

    def includes(self, path, deep=True):
        """All headers of lib/ that a file includes; not deep: itself."""
        if not deep:
            return {"lib/" + name for name in
                    re.findall(r'^#include "(\w+/\w+\.h)"', read(path), re.MULTILINE)}
        if path not in self.including:
            self.including[path] = found = set()
            for name in re.findall(r'^#include "(\w+/\w+\.h)"', read(path), re.MULTILINE):
                if (bench.ROOT / "lib" / name).exists():
                    found |= {"lib/" + name} | self.includes("lib/" + name)
        return self.including[path]

    def test_includes(self, program, deep=True):
        names = [name for name in self.bench.links[program.output] if name in self.bench.commands]
        return set().union(*(self.includes(str(self.bench.commands[name][1]), deep) for name in names))

    def programs_at(self, mutant):
        """Those that come to its line, or near it; what takes least first."""
        lines = self.numbers[mutant.path]
        before = [n for n in lines if n <= mutant.line][-1:]
        after = [n for n in lines if n >= mutant.line][:1]
        numbers = set().union(*(self.lines[mutant.path, n] for n in {*before, *after}))
        if mutant.kind == "cell" or self.is_outside(mutant):
            numbers = self.files[mutant.path] or set(range(len(self.bench.programs)))
        if mutant.path.endswith(".h"):
            numbers = numbers | {i for i, p in enumerate(self.bench.programs)
                                 if mutant.path in self.test_includes(p)}
        found = [self.bench.programs[i] for i in numbers]
        return sorted(found, key=lambda program: program.seconds)

    @staticmethod
    def is_outside(mutant):
        """Of a function: a table, a #define."""
        text = read(mutant.path)
        opened = text.rfind("\n{\n", 0, mutant.begin)
        return opened < 0 or text.find("\n}\n", opened, mutant.begin) >= 0


def trace_program(program):
    return STATE.bench.trace(program)


# --- the sum -----------------------------------------------------------------

class State:
    """What the processes of a run share."""
    bench = coverage = judged = None
    process = os.getpid()
    texts = True  # the table of the texts is one of the tests
    long = True   # and so are programs that take long


STATE = State()


def tell(mutant):
    old, new = sites.lines_of(mutant, read(mutant.path))
    print(f"{mutant.path}:{mutant.line}: {mutant.kind} survives")
    print("\n".join([f"-{line}" for line in old] + [f"+{line}" for line in new]), flush=True)


def table(counts):
    """Of each layer: what was killed of what could be."""
    print(f"{'layer':8}{'mutants':>9}{'no C':>6}{'same':>6}{'judged':>8}{'killed':>8}"
          f"{'survive':>9}{'score':>8}")
    for layer in [*LAYERS, "all"]:
        of = counts if layer == "all" else {key: n for key, n in counts.items() if key[0] == layer}
        sums = collections.Counter()
        for (_, outcome), n in of.items():
            sums[outcome] += n
        living = sums[KILLED] + sums[SURVIVED]
        if living:
            print(f"{layer:8}{sum(sums.values()):9}{sums[NO_C]:6}{sums[SAME]:6}{sums[JUDGED]:8}"
                  f"{sums[KILLED]:8}{sums[SURVIVED]:9}{100 * sums[KILLED] / living:7.1f}%")
    return sum(n for (_, outcome), n in counts.items() if outcome == SURVIVED)


def run_sample(arguments, executor):
    mutants = list(pool_of_mutants(arguments))
    chosen = mutants[:arguments.size] if arguments.size else mutants
    if arguments.each:
        chosen = [mutant for layer in LAYERS
                  for mutant in [m for m in mutants if m.path.split("/")[1] == layer][:arguments.size]]
    print(f"> {len(chosen)} of {len(mutants)} mutants, --seed {arguments.seed}", flush=True)
    counts, killers = collections.Counter(), collections.Counter()
    for mutant, (outcome, killer) in zip(chosen, executor.map(try_mutant, chosen)):
        counts[mutant.path.split("/")[1], outcome] += 1
        killers[killer] += 1
        if outcome == SURVIVED:
            tell(mutant)
        if sum(counts.values()) % 10 == 0:
            print(f"... {sum(counts.values())}", file=sys.stderr, flush=True)
    survived = table(counts)
    living = survived + sum(n for (_, outcome), n in counts.items() if outcome == KILLED)
    print(f"> {living} that differ, {living - survived} killed")
    return 1 if survived else 0


def self_test():
    """A mutant that is seen; that is not, without the test that sees it; that changes nothing."""
    known = changes.read(bench.ROOT / "tests" / "seeded" / "defects.txt", ("name", "path", "test"))[0]
    if try_change(known):
        raise SystemExit(f"self-test: {known.test} does not see: {known.name}")
    known.test = "base/test_align"
    if not try_change(known):
        raise SystemExit(f"self-test: {known.test} cannot see: {known.name}")
    trial = Trial(STATE.bench, STATE.coverage, known.path, read(known.path).replace(" + ", "+"))
    if not trial.make() or not trial.is_same():
        raise SystemExit("self-test: white space is code")


def run_mended(executor):
    mended = changes.read(bench.HERE / "mended.txt", ("name", "path", "test"))
    bad = 0
    for change, said in zip(mended, executor.map(try_change, mended)):
        if said:
            bad += 1
            print(f"{change.path}: {change.name}: {said}")
    print(f"> {len(mended)} that once survived, {len(mended) - bad} killed")
    return 1 if bad else 0


def check():
    bad = total = 0
    for name, heads in (("equal.txt", ("reason", "path")), ("mended.txt", ("name", "path", "test"))):
        for change in changes.read(bench.HERE / name, heads):
            total += 1
            if change.applied(read(change.path)) is None:
                bad += 1
                print(f"{name}: does not stand once in {change.path}: {change.old}")
    print(f"{total} changes, {bad} do not fit")
    return 1 if bad else 0


def prepare(arguments):
    folder = arguments.folder.resolve()
    build = folder / "tests" if arguments.build is None else arguments.build
    folder.mkdir(parents=True, exist_ok=True)
    if not (build / "build.ninja").exists():
        bench.checked(["meson", "setup", "-Dtests=enabled", "-Db_ndebug=false", str(build), str(bench.ROOT)])
    bench.checked(["ninja", f"-j{arguments.jobs}", "-C", str(build)])
    STATE.bench = bench.Bench(build, folder)
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as threads:
        STATE.bench.make_all(threads)
    STATE.judged = judged_equal()
    STATE.coverage = Coverage(STATE.bench)
    with concurrent.futures.ProcessPoolExecutor(arguments.jobs) as executor:
        STATE.coverage.read(executor)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=pathlib.Path)
    parser.add_argument("--build", type=pathlib.Path)
    parser.add_argument("--size", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--layer", choices=["", *LAYERS], default="")
    parser.add_argument("--each", action="store_true")
    parser.add_argument("--file", default="")
    parser.add_argument("--line", type=int, default=0)
    parser.add_argument("--kind", choices=["", *KINDS], default="")
    parser.add_argument("--every", action="store_true")
    parser.add_argument("--no-texts", action="store_true")
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--mended", action="store_true")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("-j", "--jobs", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    if arguments.check:
        return check()
    if arguments.folder is None:
        parser.error("which folder?")
    prepare(arguments)
    STATE.texts, STATE.long = not arguments.no_texts, not arguments.short
    self_test()
    with concurrent.futures.ProcessPoolExecutor(arguments.jobs) as executor:
        status = run_mended(executor) if arguments.mended else run_sample(arguments, executor)
    shutil.rmtree(STATE.bench.folder / f"trial{STATE.process}")
    return status


if __name__ == "__main__":
    sys.exit(main())
