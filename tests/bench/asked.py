#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How many requests msk-bmsc answers, and what it does with half as many again. No test.

    asked.py TOOLS [--connections N] [--seconds S] [--rounds N] [--folder DIR] [--nodes N]
             [--pin] [--most RATE]

TOOLS: where msk-bmsc and msk-load are. A crowd of msk-load asks, each member twice: once to be
challenged, and once to register and be given the MSK, which is committed, pushed and acknowledged. First the rate at which
most members a second get their MSK is looked for; then, in turns, it is offered as it is and 1.5
times. --pin: a node on each core from 0 on, and the crowd on the last one. The folder is on the
disk to be measured: /dev/shm leaves the disk out. A line for each run: members that were offered
and served in a second, answers in a second, 503s, latency of HTTP, CPU of the nodes and of the
crowd for an answer.
"""
import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "hosts"))
from peers import DOMAIN, FQDN, GROUP, KEY_GROUP, free_port, write  # noqa: E402

STEP = 1.35  # from one rate that is tried to the next
FIRST = 400  # members a second


def pinned(args, core):
    return ["taskset", "-c", str(core)] if args.pin else []


class Node:
    def __init__(self, args, where, port, http, core):
        more = ["--share-http"] if args.nodes > 1 else []
        self.process = subprocess.Popen(
            [*pinned(args, core), f"{args.tools}/msk-bmsc", "--http", http, "--mikey",
             "127.0.0.1:0", "--fqdn", FQDN, "--layout", "keyid", "--subscribers", f"{where}/subscribers", "--groups", f"{where}/groups", "--store",
             f"sqlite:{where}/store", "--quiet", "--json", *more], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE)
        for line in self.process.stdout:
            if b'"ready"' in line:
                return
        raise SystemExit("msk-bmsc does not start")

    def cpu(self):
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as file:
            fields = file.read().rsplit(") ", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def quit(self):
        self.process.communicate(b"quit\n")


def prepare(args, where, port):
    """A store that knows them all, and is copied for each run."""
    args.members = int(args.most * args.seconds)
    with open(f"{where}/subscribers", "wb") as file:
        subprocess.run([f"{args.tools}/msk-load", "subscribers", "--members", str(args.members),
                        "--port", str(port)], stdout=file, check=True)
    write(f"{where}/groups", {"domain": DOMAIN.hex(), "group": GROUP, "number": 1})
    Node(args, where, port, f"127.0.0.1:{free_port()}", 0).quit()
    os.rename(f"{where}/store", f"{where}/known")
    with open(f"{where}/subscribers", "wb"):
        pass  # they are in the store


def run(args, where, port, rate):
    shutil.copy(f"{where}/known", f"{where}/store")
    http = f"127.0.0.1:{free_port()}"
    nodes = [Node(args, where, port, http, i) for i in range(args.nodes)]
    before, mine = sum(node.cpu() for node in nodes), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([*pinned(args, os.cpu_count() - 1), f"{args.tools}/msk-load", "run", "--http",
                    http, "--fqdn", FQDN, "--layout", "keyid", "--group", KEY_GROUP, "--members",
                    str(int(rate * args.seconds)), "--port", str(port), "--rate", str(int(rate)),
                    "--seconds", str(args.seconds), "--connections", str(args.connections),
                    "--json", f"{where}/out"], stdout=subprocess.DEVNULL, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = sum(node.cpu() for node in nodes) - before
    for node in nodes:
        node.quit()
    for left in "", "-wal", "-shm":
        if os.path.exists(f"{where}/store{left}"):
            os.unlink(f"{where}/store{left}")
    with open(f"{where}/out", encoding="ascii") as file:
        got = json.load(file)
    answers = max(1, got["counts"]["answers"])
    load = after.ru_utime + after.ru_stime - mine.ru_utime - mine.ru_stime
    return {"offered": int(rate), "served": int(got["counts"]["msks"] / args.seconds),
            "answers": int(answers / args.seconds), "refused": got["http"].get("503", 0),
            "p50": got["us"]["http"]["p50"] / 1000, "p99": got["us"]["http"]["p99"] / 1000,
            "cpu": cpu / answers * 1e6, "load": load / answers * 1e6}


def show(what, got):
    print(f"{what:9} {got['offered']:7} {got['served']:7} {got['answers']:8} {got['refused']:6} "
          f"{got['p50']:8.1f} {got['p99']:8.1f} {got['cpu']:8.1f} {got['load']:8.1f}", flush=True)


def peak(args, where, port):
    """The run in which most were served."""
    best, rate = None, FIRST
    while rate <= args.most:
        got = run(args, where, port, rate)
        show("search", got)
        best = max(best or got, got, key=lambda each: each["served"])
        rate *= STEP
    return best


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("tools")
    parser.add_argument("--connections", type=int, default=256)
    parser.add_argument("--seconds", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--nodes", type=int, default=1)
    parser.add_argument("--most", type=float, default=12000)
    parser.add_argument("--folder")
    parser.add_argument("--pin", action="store_true")
    args = parser.parse_args()
    print("          offered  served  answers    503      p50      p99     node    crowd")
    print("             /s       /s      /s               ms       ms  us/answer us/answer")
    with tempfile.TemporaryDirectory(dir=args.folder) as where:
        port = free_port()
        prepare(args, where, port)
        best = peak(args, where, port)
        ratios = []
        for _ in range(args.rounds):
            one = run(args, where, port, best["served"])
            show("peak", one)
            more = run(args, where, port, 1.5 * best["served"])
            show("1.5 x", more)
            ratios.append(more["served"] / max(1, one["served"]))
    print(f"most answers                   {best['answers']}/s")
    print("served at 1.5 x beside peak    " + ", ".join(f"{each:.2f}" for each in ratios))


main()
