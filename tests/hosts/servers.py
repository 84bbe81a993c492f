# SPDX-License-Identifier: MIT
"""Several PostgreSQL servers, of which one is the primary, and a relay before them that can be cut.

They live beside the one of tests/records/with_postgres, whose environment says where that is.
Processes die here and the machine does not: nothing is synced.
"""
import os
import selectors
import shlex
import signal
import socket
import subprocess
import threading
import time

BIN, AS = os.environ.get("PG_BIN", ""), shlex.split(os.environ.get("PG_AS", ""))
FOLDER = os.environ.get("PGHOST", "")
PORT = int(os.environ.get("PGPORT", "5432"))
PATIENCE = 120


def runs(process):
    try:
        with open("/proc/%d/stat" % process, encoding="ascii") as file:
            return file.read().rsplit(") ", 1)[1][0] != "Z"
    except OSError:
        return False


class Server:
    def __init__(self, number):
        self.name, self.port = "s%d" % number, PORT + number
        self.data = os.environ["PG_DATA"] if number == 0 else "%s/data%d" % (FOLDER, number)

    def run(self, program, *args):
        out = subprocess.run([*AS, "%s/%s" % (BIN, program), *args], cwd=FOLDER,
                             stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE)
        assert out.returncode == 0, (out.args, out.stdout, out.stderr, self.log())
        return out

    def log(self):
        """The end of what it has written."""
        try:
            with open("%s/log%s" % (FOLDER, self.name), encoding="utf-8") as file:
                return file.readlines()[-9:]
        except OSError:
            return None

    def sql(self, *commands):
        """What each of them says, a row a line."""
        out = self.run("psql", "-XAtq", "-h", FOLDER, "-p", str(self.port), "-v", "ON_ERROR_STOP=1",
                       *(word for command in commands for word in ("-c", command)))
        return out.stdout.decode().split()

    def start(self):
        """What was killed may leave something behind for a moment."""
        for _ in range(9):
            try:
                self.try_to_start()
                return
            except AssertionError as error:
                failure = error
                time.sleep(1)
        raise failure

    def try_to_start(self):
        self.run("pg_ctl", "-D", self.data, "-l", "%s/log%s" % (FOLDER, self.name), "-w",
                 "-t", str(PATIENCE), "-o", "-p %d -c cluster_name=%s -c fsync=off "
                 "-c listen_addresses= -c unix_socket_directories=%s" %
                 (self.port, self.name, FOLDER), "start")

    def stop(self):
        if self.is_there():
            self.run("pg_ctl", "-D", self.data, "-m", "immediate", "-w", "stop")

    def processes(self):
        with open(self.data + "/postmaster.pid", encoding="ascii") as file:
            master = int(file.readline())
        with open("/proc/%d/task/%d/children" % (master, master), encoding="ascii") as file:
            return [master] + [int(word) for word in file.read().split()]

    def kill(self):
        """With SIGKILL, all of it."""
        processes = self.processes()
        for process in processes:
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                pass
        while any(runs(process) for process in processes):
            time.sleep(0.02)

    def is_there(self):
        try:
            with open(self.data + "/postmaster.pid", encoding="ascii") as file:
                return runs(int(file.readline()))
        except (OSError, ValueError):
            return False

    def fill_disk(self):
        """No file of it can grow, or be written to: it gives up."""
        for process in self.processes():
            subprocess.run([*AS, "prlimit", "--pid", str(process), "--fsize=0"], check=False,
                           capture_output=True)

    def follow(self, primary):
        where = "host=%s port=%d user=%s" % (FOLDER, primary.port, os.environ["PGUSER"])
        self.sql("ALTER SYSTEM SET primary_conninfo = '%s'" % where, "SELECT pg_reload_conf()")

    def received(self):
        """How much of the log of a primary it has."""
        high, low = self.sql("SELECT pg_last_wal_receive_lsn()")[0].split("/")
        return int(high, 16) << 32 | int(low, 16)


class Servers:
    """s0 and those that follow it, one of which at least has what is committed: ANY 1."""

    def __init__(self, standbys=2):
        self.all = [Server(number) for number in range(standbys + 1)]
        self.primary = self.all[0]
        self.primary.stop()
        self.primary.start()  # under its name
        for standby in self.all[1:]:
            standby.run("pg_basebackup", "-D", standby.data, "-R", "-N", "-c", "fast", "-h", FOLDER, "-p",
                        str(self.primary.port))
            standby.start()
        names = ", ".join(server.name for server in self.all)
        for server in self.all:
            server.sql("ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 (%s)'" % names,
                       "SELECT pg_reload_conf()")
        self.wait_for_standbys(standbys)

    def wait_for_standbys(self, n):
        end = time.monotonic() + PATIENCE
        while int(self.primary.sql("SELECT count(*) FROM pg_stat_replication"
                                   " WHERE state = 'streaming'")[0]) < n:
            assert time.monotonic() < end, "no standby"
            time.sleep(0.05)

    def standbys(self):
        return [s for s in self.all if s is not self.primary and s.is_there()]

    def fail_over(self):
        """The primary dies, and the standby that has most becomes it: one of them has all."""
        self.primary.kill()
        first, *others = sorted(self.standbys(), key=Server.received, reverse=True)
        first.run("pg_ctl", "-D", first.data, "-w", "promote")
        self.primary = first
        for other in others:
            other.follow(first)
        return first

    def stop_waiting(self):
        """From now on a commit is told that no standby has, and no standby gets any."""
        for standby in self.standbys():
            standby.sql("ALTER SYSTEM SET primary_conninfo = ''", "SELECT pg_reload_conf()")
        for server in [self.primary] + self.standbys():
            server.sql("ALTER SYSTEM SET synchronous_standby_names = ''", "SELECT pg_reload_conf()")
        end = time.monotonic() + PATIENCE
        while self.primary.sql("SELECT pid FROM pg_stat_replication"):
            assert time.monotonic() < end, "a standby goes on"
            time.sleep(0.05)

    def end(self):
        for server in self.all:
            server.stop()

    def conninfo(self):
        hosts = ",".join(FOLDER for _ in self.all)
        ports = ",".join(str(server.port) for server in self.all)
        return "host=%s port=%s connect_timeout=5" % (hosts, ports)


class Relay(threading.Thread):
    """A socket in another folder that leads to the primary of the moment. While it is cut nothing
    gets through, and nobody is told."""

    def __init__(self, folder, servers):
        super().__init__(daemon=True)
        self.folder, self.servers, self.cut = folder, servers, False
        self.selector = selectors.DefaultSelector()
        s = socket.socket(socket.AF_UNIX)
        s.bind(self.path(folder, PORT))
        s.listen()
        self.selector.register(s, selectors.EVENT_READ, (self.accept, None))
        self.start()

    @staticmethod
    def path(folder, port):
        return "%s/.s.PGSQL.%d" % (folder, port)

    def conninfo(self):
        return "host=%s port=%d connect_timeout=5" % (self.folder, PORT)

    def run(self):
        while True:
            if self.cut:
                time.sleep(0.02)
                continue
            for key, _ in self.selector.select(0.1):
                if key.fileobj.fileno() >= 0:  # else it was closed a moment ago
                    what, other = key.data
                    what(key.fileobj, other)

    def accept(self, listener, _):
        near, far = listener.accept()[0], socket.socket(socket.AF_UNIX)
        try:
            far.connect(self.path(FOLDER, self.servers.primary.port))
        except OSError:
            near.close()
            return
        for a, b in (near, far), (far, near):
            self.selector.register(a, selectors.EVENT_READ, (self.forward, b))

    def forward(self, source, to):
        try:
            octets = source.recv(65536)
            to.sendall(octets)
        except OSError:
            octets = b""
        if not octets:
            for each in source, to:
                self.selector.unregister(each)
                each.close()
