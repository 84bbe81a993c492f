#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tables, ratios and aims from what tests/bench/run measured; joins it in bench.json."""
import json
import pathlib
import platform
import re
import subprocess
import sys

from aims import AIMS, FIRST, RECEIVER, RECEIVER_WHY

LAYERS = ["base", "mikey", "protect", "mbms", "mgvf", "ue", "bmsc", "http", "port"]


class Run:
    """One build, measured."""

    def __init__(self, folder, name):
        self.name = name
        self.data = json.loads((folder / (name + ".json")).read_text(encoding="utf-8"))
        self.rows = self.data["operations"]

    def find(self, kind, name, provider=""):
        for row in self.rows:
            if (row["kind"], row["name"]) == (kind, name) and provider in ("", row["provider"]):
                return row
        return None

    def providers(self):
        return list(dict.fromkeys(row["provider"] for row in self.rows if row["provider"]))

    def ratio(self, name, provider):
        floor = self.find("floor", name, provider)
        return self.find("libmsk", name, provider)["best_ns"] / floor["best_ns"]


def table(head, rows):
    print("| " + " | ".join(head) + " |")
    print("|" + "|".join("---" if i == 0 else "--:" for i in range(len(head))) + "|")
    for row in rows:
        print("| " + " | ".join(row) + " |")


def calls(floor):
    named = [("HMAC", floor["hmac"]), ("hash", floor["hash"]), ("AES-CTR", floor["aes_ctr"])]
    return ", ".join("%d %s" % (n, name) for name, n in named if n)


def operations(run, provider):
    print("\n### Build `%s`, %s\n" % (
        run.name, "provider `%s`" % provider if provider else "without cryptography"))
    rows = []
    for row in run.rows:
        if row["kind"] != "libmsk" or row["provider"] != provider:
            continue
        floor = run.find("floor", row["name"], provider) if provider else None
        rows.append([row["name"], "%.0f" % row["best_ns"], "%.0f" % row["median_ns"],
                     "%.0f" % floor["best_ns"] if floor else "",
                     "%.2f" % (row["best_ns"] / floor["best_ns"]) if floor else "",
                     calls(floor) if floor else "", "%g" % row["allocations"]])
    table(["operation", "best, ns", "median, ns", "floor, ns", "ratio", "the floor is",
           "allocations"], rows)


def beside(run):
    print("\n### Beside it, build `%s`\n" % run.name)
    table(["what", "best, ns", "median, ns", "allocations"],
          [[row["name"], "%.0f" % row["best_ns"], "%.0f" % row["median_ns"],
            "%g" % row["allocations"]] for row in run.rows if row["kind"] in ("other", "beside")])


def measured(run, row, provider):
    """Nanoseconds of (kind, name); None: it is not here."""
    found = run.find(*row, provider) or (run.find(*row) if not provider else None)
    return found["best_ns"] if found else None


def verdict(aim, run):
    """The ratio and whether it is met; None where one of the two is not here."""
    provider = run.providers()[0] if aim.provider == FIRST else aim.provider
    over, under = measured(run, aim.over, provider), measured(run, aim.under, provider)
    if over is None or under is None:
        return None, "not here"
    ratio = over / under
    met = ratio >= aim.limit if aim.least else ratio <= aim.limit
    return met, "%.2f %s" % (ratio, "met" if met else "**missed**")


def print_aims(runs, receiver):
    print("\n### Aims\n")
    rows, missed = [], {}
    for aim in AIMS:
        provider = runs[0].providers()[0] if aim.provider == FIRST else aim.provider
        said = [verdict(aim, run) for run in runs]
        if any(met is False for met, _ in said):
            missed.setdefault(aim.why, []).append(aim.what)
        rows.append([aim.what + (", `%s`" % provider if provider else ""),
                     ("at least %g" if aim.least else "at most %g") % aim.limit] +
                    [text for _, text in said])
    if receiver is not None:
        met = receiver <= RECEIVER
        rows.append(["octets of a receiver, cortex-m0plus -Os", "at most %d" % RECEIVER,
                     "%d %s" % (receiver, "met" if met else "**missed**")] + [""] * (len(runs) - 1))
        if not met:
            missed.setdefault(RECEIVER_WHY, []).append("receiver")
    table(["aim", ""] + ["build `%s`" % run.name for run in runs], rows)
    print("\nWhy not all:\n" if missed else "\nAll are met.")
    for why, names in missed.items():
        print("- %s. %s" % ("; ".join(dict.fromkeys(names)), why))


def layer_of(path):
    parts = re.split(r"[/_.]", path)
    return next((layer for layer in LAYERS if layer in parts), None)


def code(folder):
    """Octets of code for each layer: on this machine, and on small processors."""
    sizes = {}
    objects = sorted((folder / "plain").rglob("libmsk-core.a.p/*.o"))
    out = subprocess.run(["size", *map(str, objects)], capture_output=True, text=True, check=True)
    for line in out.stdout.splitlines()[1:]:
        fields = line.split()
        layer = layer_of(pathlib.Path(fields[5]).name.split("_")[0] + "/")
        sizes.setdefault(layer, {}).setdefault(platform.machine(), 0)
        sizes[layer][platform.machine()] += int(fields[0])
    for cpu in "cortex-m0plus", "cortex-m4":
        text = folder / (cpu + ".txt")
        for line in text.read_text(encoding="utf-8").splitlines() if text.exists() else []:
            found = re.match(r"(\w+)\s+(\d+) octets of text", line)
            if found:
                sizes.setdefault(found.group(1), {})[cpu] = int(found.group(2))
    return sizes


def print_code(sizes):
    print("\n### Code, octets\n")
    cpus = [platform.machine() + ", -O2", "cortex-m0plus, -Os", "cortex-m4, -Os"]
    rows = [[layer] + [str(sizes.get(layer, {}).get(cpu.split(",")[0], "")) for cpu in cpus]
            for layer in LAYERS]
    total = [str(sum(by.get(cpu.split(",")[0], 0) for by in sizes.values())) for cpu in cpus]
    table(["layer"] + cpus, rows + [["sum"] + total])


def octets_of_receiver(folder):
    text = folder / "receiver.txt"
    return int(text.read_text(encoding="utf-8")) if text.exists() else None


def frames(folder):
    """The largest stack frames of the library, as the compiler says."""
    found = []
    for path in (folder / "plain").rglob("libmsk-core.a.p/*.su"):
        for line in path.read_text(encoding="utf-8").splitlines():
            where, size, kind = line.split("\t")
            found.append((int(size), where.split(":")[-1], kind))
    return sorted(found, reverse=True)


def print_memory(run, largest):
    print("\n### Memory of the host, octets\n")
    table(["what", "octets"], [[name, str(n)] for name, n in run.data["sizes"].items()
                               if name != "stack"])
    print("\n### Stack, octets, painted, without the provider\n")
    table(["operation", "octets"],
          [[name, str(n)] for name, n in run.data["sizes"]["stack"].items()])
    print("\nLargest frames (-fstack-usage): " +
          ", ".join("`%s` %d" % (name, size) for size, name, _ in largest[:5]) + ".")
    if any(kind == "dynamic" for _, _, kind in largest):
        print("Frames whose size is not known when compiled: " +
              ", ".join(name for _, name, kind in largest if kind == "dynamic"))


def machine():
    text = pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8")
    model = re.search(r"model name\s*: (.*)", text)
    compiler = subprocess.run(["cc", "--version"], capture_output=True, text=True, check=True)
    return "%s; %s; Linux %s" % (model.group(1) if model else platform.machine(),
                                 compiler.stdout.splitlines()[0], platform.release())


def main():
    folder = pathlib.Path(sys.argv[1])
    runs = [Run(folder, name) for name in ("plain", "lto")]
    sizes, largest = code(folder), frames(folder)
    print("%s; %d rounds" % (machine(), runs[0].data["rounds"]))
    print_aims(runs, octets_of_receiver(folder))
    for run in runs:
        for provider in [""] + run.providers():
            operations(run, provider)
        beside(run)
    print_code(sizes)
    print_memory(runs[0], largest)
    whole = {"machine": machine(), "code": sizes,
             "largest_frames": [[name, size] for size, name, _ in largest[:20]],
             "runs": {run.name: run.data for run in runs}}
    (folder / "bench.json").write_text(json.dumps(whole, indent=1), encoding="utf-8")


main()
