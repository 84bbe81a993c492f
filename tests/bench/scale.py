#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What msk-bmsc takes for so many subscribers, and the curves of doc/scale.md. No test.

    scale.py measure TOOLS STORE MEMBERS [NODES [BARE-STORE]]
                                                    a line of JSON; STORE: sqlite or postgres
    scale.py crowd TOOLS STORE MEMBERS              the same for UEs that come and go
    scale.py plot LINES SVG                         draws such lines
    scale.py table LINES                            prints them, and the model: for more than that

TOOLS: where msk-bmsc and msk-load are. BARE-STORE: of tests/bench; its bare loop over the same
records is measured after the push, in commits as large as those of msk-bmsc. postgres is run by
tests/records/with_postgres.
"""
import datetime
import json
import math
import os
import select
import shlex
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

from many import multiply

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "hosts"))
from peers import DOMAIN, FQDN, GROUP, MRK, MUK, Ue, address, msk_request, write  # noqa: E402

FEW = 10  # members of the other group
TOGETHER = 256  # records in a commit of a bare loop, as in msk-bmsc


def name(i):
    return f"u{i:07}"


def cpu_of(*processes):
    """Seconds."""
    ticks = 0
    for process in processes:
        try:
            with open(f"/proc/{process}/stat", encoding="ascii") as file:
                fields = file.read().rsplit(") ", 1)[1].split()
            ticks += int(fields[11]) + int(fields[12])
        except OSError:
            pass  # it is gone
    return ticks / os.sysconf("SC_CLK_TCK")


class Store:
    """A store, and how it is filled."""

    def __init__(self, kind, where):
        self.kind, self.path = kind, f"{where}/store"
        self.option = f"sqlite:{self.path}" if kind == "sqlite" else "postgres:"

    def processes(self):
        """Those of the server."""
        if self.kind == "sqlite":
            return []
        with open(os.environ["PG_DATA"] + "/postmaster.pid", encoding="ascii") as file:
            master = int(file.readline())
        with open(f"/proc/{master}/task/{master}/children", encoding="ascii") as file:
            return [master] + [int(word) for word in file.read().split()]

    def psql(self, sql):
        out = subprocess.run([*shlex.split(os.environ["PG_AS"]), os.environ["PG_BIN"] + "/psql",
                              "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", sql], check=True,
                             capture_output=True, cwd="/")
        return out.stdout.decode().strip()

    def multiply(self, members):
        """The only subscriber there is becomes many."""
        if self.kind == "postgres":
            self.psql(
                "WITH one AS (SELECT * FROM subscriber), n AS (SELECT 'u' || lpad(i::text, 7, '0')"
                f" AS id FROM generate_series(1, {members - 1}) AS i) INSERT INTO subscriber (id,"
                " version, btid, packed, address, services) SELECT convert_to(n.id, 'UTF8'), 1,"
                " convert_to(n.id || '@bsf.example.org', 'UTF8'), decode(replace(encode(packed,"
                " 'hex'), encode(one.id, 'hex'), encode(convert_to(n.id, 'UTF8'), 'hex')), 'hex'),"
                " address, '' FROM n, one; INSERT INTO member SELECT m.grp, s.id FROM member m,"
                " subscriber s ON CONFLICT DO NOTHING; ANALYZE; CHECKPOINT")
            return
        multiply(self.path, [name(i).encode() for i in range(members)])

    def octets(self):
        if self.kind == "postgres":
            return int(self.psql("SELECT pg_database_size(current_database())"))
        with sqlite3.connect(self.path) as store:
            store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return os.stat(self.path).st_size


class Node:
    def __init__(self, tools, where, store, *more):
        began = time.monotonic()
        self.lines, self.more = [], threading.Condition()
        self.process = subprocess.Popen(
            [f"{tools}/msk-bmsc", "--http", "127.0.0.1:0", "--mikey", "127.0.0.1:0", "--fqdn",
             FQDN, "--layout", "keyid", "--json", "--subscribers", f"{where}/subscribers",
             "--groups", f"{where}/groups", "--store", store.option, *more],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        threading.Thread(target=self.read, daemon=True).start()
        self.http = self.wait("ready")["http"]
        self.start = time.monotonic() - began

    def read(self):
        for line in self.process.stdout:
            if b'"event":"ready"' in line or b'"event":"finished"' in line:
                with self.more:
                    self.lines.append(json.loads(line))
                    self.more.notify_all()

    def wait(self, event, patience=600, **fields):
        end = time.monotonic() + patience
        with self.more:
            while time.monotonic() < end:
                for i, told in enumerate(self.lines):
                    if told["event"] == event and fields.items() <= told.items():
                        return self.lines.pop(i)
                self.more.wait(min(patience, 1))
        return None

    def say(self, line):
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def memory(self):
        """The most it ever had, in octets."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            return 1024 * next(int(line.split()[1]) for line in file if "VmHWM" in line)

    def quit(self):
        self.say("quit")
        self.process.wait()


def prepare(tools, where, store, members, ear):
    group = {"domain": DOMAIN.hex(), "number": 1}
    write(f"{where}/groups", group | {"group": GROUP}, group | {"group": GROUP + 1})
    first = {"btid": name(0) + "@bsf.example.org", "impi": name(0), "muk": MUK.hex(),
             "mrk": MRK.hex(), "expires": 4000000000, "address": address(ear)}
    write(f"{where}/subscribers", first)
    node = Node(tools, where, store, "--registration", "none", "--ack", "none")
    ue = Ue("keyid")
    ue.http_at, ue.btid = node.http, first["btid"]
    assert ue.ask("msk-request", msk_request((GROUP, 0)))[0] == 200
    node.quit()
    store.multiply(members)
    write(f"{where}/subscribers", *(
        first | {"btid": f"{name(i)}@bsf.example.org", "impi": name(i)} for i in range(members)))


def push(nodes, store, members):
    """Pushes in a second, and microseconds of CPU of the nodes and of the store for each."""
    own, servers = [node.process.pid for node in nodes], store.processes()
    before, store_before, began = cpu_of(*own), cpu_of(*servers), time.monotonic()
    nodes[0].say(f"push {GROUP}")
    told = None
    while told is None:
        for node in nodes:
            told = told or node.wait("finished", 0.05, what="push", group=GROUP)
    assert told["done"] == members, told
    took = time.monotonic() - began
    return {"pushes_per_second": round(members / took),
            "cpu_us": round((cpu_of(*own) - before) / members * 1e6, 1),
            "store_cpu_us": round((cpu_of(*servers) - store_before) / members * 1e6, 1)}


def rekey(node, ear):
    """Milliseconds until each of a few among all has the message; the best of five."""
    for i in range(FEW):
        ue = Ue("keyid")
        ue.http_at, ue.btid, ue.domains = node.http, f"{name(i)}@bsf.example.org", (DOMAIN,)
        assert ue.ask("msk-request", msk_request((GROUP + 1, 0)))[0] == 200
    times = []
    for _ in range(5):
        while select.select([ear], [], [], 0.2)[0]:
            ear.recv(4096)
        began = time.monotonic()
        node.say(f"rekey {GROUP + 1}")
        for _ in range(FEW):
            ear.recv(4096)
        times.append(1000 * (time.monotonic() - began))
    return round(min(times), 1)


def tell(what, store, members, **more):
    print(json.dumps({"date": datetime.date.today().isoformat(),
                      "load": round(os.getloadavg()[0], 1), "cores": os.cpu_count(), "what": what,
                      "store": store.kind, "members": members} | more), flush=True)


def bare(program, store, members):
    """Saves in a second of the same records, by one loop without a library."""
    if program is None:
        return {}
    told = subprocess.run([program, store.option.removeprefix("sqlite:"), DOMAIN.hex(), str(GROUP),
                           str(TOGETHER), str(members)], capture_output=True, check=True).stdout
    saved, us = (int(word) for word in told.split())
    assert saved >= members, told
    return {"bare_per_second": round(saved / us * 1e6)}


def measure(tools, kind, members, count, program=None):
    with tempfile.TemporaryDirectory() as where:
        store = Store(kind, where)
        ear = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        ear.settimeout(60)
        ear.bind(("127.0.0.1", 0))
        prepare(tools, where, store, members, ear)
        nodes = [Node(tools, where, store, "--registration", "none", "--ack", "none", "--node", str(i))
                 for i in range(count)]
        for node in nodes:
            node.wait("finished", what="timers")
        pushed = push(nodes, store, members)
        few = rekey(nodes[0], ear)
        memory = max(node.memory() for node in nodes)
        start = min(node.start for node in nodes)
        for node in nodes:
            node.quit()
        tell("push", store, members, nodes=count, start_s=round(start, 2), **pushed,
             **bare(program, store, members), rekey_ms=few,
             memory_mb=round(memory / 1e6, 1), store_octets=round(store.octets() / members))


def joined(tools, store, node, crowd_of, members):
    """Microseconds of CPU for each of a crowd that joins."""
    before, store_before = cpu_of(node.process.pid), cpu_of(*store.processes())
    subprocess.run([f"{tools}/msk-load", "run", *crowd_of, "--http", node.http, "--fqdn", FQDN,
                    "--layout", "keyid", "--group", f"{DOMAIN.hex()}:{GROUP}", "--rate", "100",
                    "--seconds", str(members // 100 + 60)], stdout=subprocess.DEVNULL, check=True)
    cpu, of_store = cpu_of(node.process.pid), cpu_of(*store.processes())
    return {"cpu_us": round((cpu - before) / members * 1e6),
            "store_cpu_us": round((of_store - store_before) / members * 1e6)}


def crowd(tools, kind, members):
    """UEs that register, ask, and acknowledge."""
    with tempfile.TemporaryDirectory() as where:
        store, crowd_of = Store(kind, where), ["--members", str(members), "--port", "22695"]
        with open(f"{where}/subscribers", "wb") as out:
            subprocess.run([f"{tools}/msk-load", "subscribers", *crowd_of], stdout=out, check=True)
        write(f"{where}/groups", {"domain": DOMAIN.hex(), "group": GROUP, "number": 1})
        node = Node(tools, where, store)
        try:
            tell("crowd", store, members, **joined(tools, store, node, crowd_of, members))
        finally:
            node.quit()


# --- curves

PANELS = (("pushes_per_second", "pushes a second"), ("cpu_us", "CPU of the nodes, us a push"),
          ("start_s", "start, seconds"), ("memory_mb", "memory of a node, MB"))
COLOURS = {"sqlite": "#1b7837", "postgres, 1 node": "#2166ac", "postgres, 2 nodes": "#b2182b"}
WIDTH, HEIGHT, EDGE = 320, 200, 48


def series(lines):
    """Name to points, of the newest line of each."""
    out = {}
    for line in lines:
        if line["what"] == "push":
            word = line["store"] if line["store"] == "sqlite" else \
                "postgres, %d node%s" % (line["nodes"], "s" if line["nodes"] > 1 else "")
            out.setdefault(word, {})[line["members"]] = line
    return out


def panel(key, title, all_series, x, y):
    """Both axes go by powers of ten."""
    values = [line[key] for points in all_series.values() for line in points.values() if line[key]]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    high = max(high, low + 1)

    def at(members, value):
        return (x + EDGE + (math.log10(members) - 3) / 3 * WIDTH,
                y + HEIGHT + 20 - (math.log10(value) - low) / (high - low) * HEIGHT)

    yield f'<text x="{x + EDGE}" y="{y + 12}" font-weight="bold">{title}</text>'
    for power in range(low, high + 1):
        _, level = at(1000, 10 ** power)
        yield (f'<path d="M{x + EDGE} {level:.1f}h{WIDTH}" stroke="#ccc"/><text x="{x + EDGE - 4}"'
               f' y="{level + 4:.1f}" text-anchor="end">{10 ** power:g}</text>')
    for power, word in ((3, "1 k"), (4, "10 k"), (5, "100 k"), (6, "1 M")):
        place, _ = at(10 ** power, 10 ** low)
        yield (f'<text x="{place:.1f}" y="{y + HEIGHT + 36}" text-anchor="middle">{word}</text>')
    for word, points in sorted(all_series.items()):
        dots = [at(n, line[key]) for n, line in sorted(points.items()) if line[key]]
        path = "L".join(f"{a:.1f} {b:.1f}" for a, b in dots)
        yield f'<path d="M{path}" fill="none" stroke="{COLOURS[word]}" stroke-width="2"/>'
        yield from (f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3" fill="{COLOURS[word]}"/>'
                    for a, b in dots)


def plot(lines, path):
    all_series, body = series(lines), []
    for i, (key, title) in enumerate(PANELS):
        body += panel(key, title, all_series, i % 2 * (WIDTH + 80), i // 2 * (HEIGHT + 60))
    for i, word in enumerate(sorted(all_series)):
        body.append(f'<text x="{EDGE + 160 * i}" y="{2 * HEIGHT + 130}" fill="{COLOURS[word]}">'
                    f'{word}</text>')
    body.append(f'<text x="{EDGE + 500}" y="{2 * HEIGHT + 130}">over subscribers</text>')
    with open(path, "w", encoding="ascii") as out:
        out.write('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 560" '
                  'font-family="sans-serif" font-size="12">\n'
                  '<!-- SPDX-License-Identifier: MIT; made by tests/bench/scale.py -->\n'
                  '<rect width="800" height="560" fill="#fff"/>\n' + "\n".join(body) + "\n</svg>\n")


# --- tables

MESSAGE, DAY = 300, 86400  # octets of an MSK message with its headers, at most; seconds


def table(lines):
    print("| store | nodes | subscribers | start | pushes/s | CPU, node | CPU, store | memory |"
          " on disk | re-key of 10 |\n|---|---|---|---|---|---|---|---|---|---|")
    for line in lines:
        if line["what"] == "push":
            print("| {store} | {nodes} | {members:,} | {start_s} s | {pushes_per_second:,} |"
                  " {cpu_us:.0f} us | {store_cpu_us:.0f} us | {memory_mb:.0f} MB |"
                  " {store_octets} | {rekey_ms:.0f} ms |".format(**line))
    for line in lines:
        if line["what"] == "crowd":
            print("a UE that registers, asks and acknowledges ({store}): {cpu_us} us of a node, "
                  "{store_cpu_us} us of the store".format(**line))


def minutes(seconds):
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def model(lines):
    """From the largest measured of each store: all that grows does so with the subscribers."""
    print("| subscribers | store | on disk | re-key, 1 core each | 8 cores each | wire at 1 Gbit/s |"
          " cores, all once a day |\n|---|---|---|---|---|---|---|")
    for members in (1000000, 10000000, 100000000):
        for kind in "sqlite", "postgres":
            own = [line for line in lines if line["store"] == kind]
            big = max((line for line in own if line["what"] == "push" and line["nodes"] == 1),
                      key=lambda line: line["members"])
            ue = [line for line in own if line["what"] == "crowd"][-1]
            cost = max(big["cpu_us"], big["store_cpu_us"]) * members / 1e6
            day = (ue["cpu_us"] + ue["store_cpu_us"]) * members / 1e6 / DAY
            print(f"| {members:,} | {kind} | {big['store_octets'] * members / 1e9:.1f} GB |"
                  f" {minutes(cost)} | {'-' if kind == 'sqlite' else minutes(cost / 8)} |"
                  f" {minutes(members * MESSAGE * 8 / 1e9)} | {day:.2f} |")


def read(path):
    with open(path, encoding="ascii") as file:
        return [json.loads(line) for line in file]


def main():
    command, *args = sys.argv[1:]
    if command == "measure":
        measure(args[0], args[1], int(args[2]), int(args[3]) if len(args) > 3 else 1,
                *args[4:5])
    elif command == "crowd":
        crowd(args[0], args[1], int(args[2]))
    elif command == "plot":
        plot(read(args[0]), args[1])
    else:
        table(read(args[0]))
        model(read(args[0]))


main()
