# SPDX-License-Identifier: MIT
"""The library of the tests as a shared one that is changed in a moment: what is compiled, which
test programs come to a line, and whether they see a mutant.

Test programs are linked once with the shared library in place of the archive. For a mutant one file
is compiled anew, for a header all that include it, and the library is linked.
"""
import json
import os
import pathlib
import re
import resource
import shlex
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).resolve().parent
NAME = "libmutated.so"
ARCHIVE = "lib/libmsk-core.a"
MEMORY = 2 << 30   # octets; a mutant may be a loop without an end
SECONDS = 3        # of processor time that any program has, besides
TIMES = 4          # as many as it takes without a mutant
PATIENCE = 300     # seconds, for one that waits
TRACED = 4         # seconds of processor time of which it is noted where a program comes
ENVIRONMENT = dict(os.environ, CCACHE_DISABLE="1", LC_ALL="C", MSK_TEST_SEED="1")


def call(command, **more):
    return subprocess.run(command, capture_output=True, text=True, check=False, env=ENVIRONMENT, **more)


def checked(command, **more):
    done = call(command, **more)
    if done.returncode != 0:
        raise SystemExit(f"{shlex.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


class Program:
    """A test program: how it is called, and what it takes of time."""

    def __init__(self, name, command, output, environment):
        self.name, self.command, self.output = name, command, output
        self.environment = environment
        self.seconds = 0.0


class Bench:
    """build: a build directory of Meson, with tests. folder: all that is made here."""

    def __init__(self, build, folder):
        self.build, self.folder = build.resolve(), folder.resolve()
        (self.folder / "plain").mkdir(parents=True, exist_ok=True)
        (self.folder / "programs").mkdir(exist_ok=True)
        self.commands = self.read_compilations()
        self.links, self.programs = self.read_programs()
        self.libraries = self.find_libraries()

    # --- what Meson says -------------------------------------------------------

    def read_compilations(self):
        """{object: (arguments without those about output, source)} of all that is compiled."""
        found = {}
        for entry in json.loads((self.build / "compile_commands.json").read_text(encoding="utf-8")):
            words, kept = shlex.split(entry["command"]), []
            while words:
                word = words.pop(0)
                if word in ("-MQ", "-MF", "-o", "-c"):
                    words.pop(0)
                elif word != "-MD" and word != "ccache" and not re.match(r"-(W|O|g|fvisibility|fdiag)", word):
                    kept.append(word)
            source = (self.build / entry["file"]).resolve()
            if source.is_relative_to(ROOT):
                found[entry["output"]] = (kept, source.relative_to(ROOT))
        return found

    def read_programs(self):
        """The link command of each program with the archive; the tests that run such a program."""
        entries = json.loads(checked(["ninja", "-C", str(self.build), "-t", "compdb", "c_LINKER"]))
        links = {entry["output"]: shlex.split(entry["command"]) for entry in entries
                 if ARCHIVE in entry["command"].split()}
        tests = json.loads(checked(["meson", "introspect", "--tests", str(self.build)]))
        programs = []
        for test in tests:
            outputs = {os.path.relpath(word, self.build): word for word in test["cmd"]}
            used = [name for name in outputs if name in links]
            if used:
                name = used[0].removeprefix("tests/unit/") if len(test["cmd"]) == 1 else test["name"]
                programs.append(Program(name, test["cmd"], used[0], test["env"]))
        return links, programs

    def lib_objects(self):
        """{path: arguments} of the files of the library, each once."""
        found = {}
        for output, (words, source) in self.commands.items():
            if source.parts[0] == "lib" and (output.startswith("lib/") or str(source) not in found):
                found[str(source)] = words
        return found

    def find_libraries(self):
        words = {word for link in self.links.values() for word in link
                 if re.search(r"^-lm?(bed|crypto|psa)|lib(expat|crypto|mbed\w+|tfpsa\w+)\.(so|a)", word)}
        return sorted(words)

    # --- what is made ----------------------------------------------------------

    def compile(self, path, source, target, *more):
        """Compiles a file as that of this path. False: it is no C."""
        words = self.lib_objects()[path]
        done = call([*words[:1], *more, *words[1:], "-w", "-c", str(source), "-o", str(target)], cwd=self.build)
        return done.returncode == 0

    def objects(self, folder):
        return {path: self.folder / folder / path.replace("/", "_").replace(".c", ".o")
                for path in self.lib_objects()}

    def link_library(self, objects, target):
        checked(["cc", "-shared", f"-Wl,-Bsymbolic,-z,relro,-z,now,-soname,{NAME}",
                 *map(str, objects), "-o", str(target), *self.libraries])

    def fresh(self, target, sources):
        return target.exists() and all(target.stat().st_mtime > path.stat().st_mtime for path in sources)

    def make_library(self, folder, pool, *more, extra=()):
        """The whole library, into folder; what is there and newer than its source stays."""
        headers = [*ROOT.glob("lib/*/*.h"), *ROOT.glob("include/msk/*.h"), HERE / "bench.py"]
        (self.folder / folder).mkdir(exist_ok=True)
        objects = self.objects(folder)
        stale = [path for path, target in objects.items() if not self.fresh(target, [ROOT / path, *headers])]
        done = pool.map(lambda path: self.compile(path, ROOT / path, objects[path], "-fPIC", *more), stale)
        if not all(done):
            raise SystemExit("the library does not compile")
        target = self.folder / folder / NAME
        if stale or not target.exists():
            self.link_library([*objects.values(), *extra], target)

    def linked(self, output):
        return self.folder / "programs" / output.replace("/", "_")

    def link_program(self, output, target, replaced=()):
        """A test program with the shared library. replaced: pairs of objects."""
        swap = {ARCHIVE: str(self.folder / "plain" / NAME), **dict(replaced)}
        words = self.links[output]
        kept = [swap.get(word, word) for word in words if "_lib_port_" not in word]
        kept[kept.index("-o") + 1] = str(target)
        checked([word for word in kept if word != "ccache"], cwd=self.build)

    def make_programs(self, pool):
        wanted = sorted({program.output for program in self.programs})
        stale = [output for output in wanted
                 if not self.fresh(self.linked(output), [self.build / output])]
        list(pool.map(lambda output: self.link_program(output, self.linked(output)), stale))

    def make_all(self, pool):
        self.make_library("plain", pool, "-O1")
        self.make_programs(pool)
        tracer = self.folder / "traced.o"
        checked(["cc", "-O2", "-fPIC", "-c", str(HERE / "traced.c"), "-o", str(tracer)])
        self.make_library("traced", pool, "-O0", "-g", "-fsanitize-coverage=trace-pc", extra=[tracer])

    # --- what is run -----------------------------------------------------------

    def run(self, program, library, linked=None, seconds=None, **environment):
        """Its exit status; None: it took more than its time."""
        output = str(linked or self.linked(program.output))
        command = [output if os.path.relpath(word, self.build) == program.output else word
                   for word in program.command]
        bound = TIMES * program.seconds + SECONDS if seconds is None else seconds

        def limit():
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            resource.setrlimit(resource.RLIMIT_CPU, (int(bound), int(bound) + 1))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        try:
            with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL, cwd=self.folder, preexec_fn=limit,
                                  start_new_session=True,
                                  env={**ENVIRONMENT, **program.environment, **environment,
                                       "LD_LIBRARY_PATH": str(library)}) as process:
                try:
                    return process.wait(PATIENCE)
                finally:
                    if process.returncode is None:
                        os.killpg(process.pid, 9)
        except subprocess.TimeoutExpired:
            return None

    def trace(self, program):
        """Runs it on the traced library: does it pass, what it takes, and the blocks it came to."""
        notes = self.folder / "traced" / f"notes_{program.name.replace('/', '_')}"
        notes.unlink(missing_ok=True)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        status = self.run(program, self.folder / "traced", seconds=TRACED, MSK_TRACED=str(notes))
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        octets = notes.read_bytes() if notes.exists() else b""
        notes.unlink(missing_ok=True)
        if status != 0:  # it takes longer, or a stack is not as clean without optimisation
            before = after
            status = self.run(program, self.folder / "plain", seconds=PATIENCE)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return (status == 0, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
                [match.start() for match in re.finditer(rb"\x01", octets)])

    def blocks(self):
        """{where the tracer returns to: {(path, line)}} of each block of the traced library."""
        library = str(self.folder / "traced" / NAME)
        code = checked(["objdump", "-d", "--no-show-raw-insn", library])
        calls = [int(at, 16) for at in re.findall(r"^ *([0-9a-f]+):\s+call.*<__sanitizer_cov_trace_pc", code,
                                                  re.MULTILINE)]
        after = dict(re.findall(r"^ *([0-9a-f]+):\s+call.*<__sanitizer_cov_trace_pc.*\n *([0-9a-f]+):", code,
                                re.MULTILINE))
        rows, found, i = self.line_table(), {}, 0
        for at, following in zip(calls, [*calls[1:], 1 << 62]):
            while i < len(rows) and rows[i][0] < at:
                i += 1
            lines = set()
            while i < len(rows) and rows[i][0] < following:
                lines.add(rows[i][1:])
                i += 1
            if f"{at:x}" in after:
                found[int(after[f"{at:x}"], 16)] = lines
        return found

    def line_table(self):
        """[(address, path, line)] of the traced library, by address."""
        text = checked(["objdump", "--dwarf=decodedline", str(self.folder / "traced" / NAME)])
        known = {pathlib.Path(path).name: path for path in
                 [*self.lib_objects(), *(str(p.relative_to(ROOT)) for p in ROOT.glob("lib/*/*.h"))]}
        rows = re.findall(r"^(\S+\.[ch])\s+(\d+)\s+0x([0-9a-f]+)", text, re.MULTILINE)
        return sorted((int(at, 16), known[name], int(line)) for name, line, at in rows if name in known)
