# SPDX-License-Identifier: MIT
"""Stores of msk-bmsc that a test can copy and look into: SQLite, PostgreSQL (with_postgres)."""
import os
import shutil
import sqlite3
import subprocess


class Sqlite:
    """A file, which nobody has open while it is copied."""

    def __init__(self, where, name="store"):
        self.where, self.path = where, f"{where}/{name}"
        self.option = "sqlite:" + self.path

    def copy(self, name):
        """As a backup is made, or put back: what has that name is replaced."""
        other = Sqlite(self.where, name)
        other.drop()
        with sqlite3.connect(self.path) as store:  # what is in the log belongs to it
            store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        store.close()
        shutil.copy(self.path, other.path)
        os.chmod(other.path, 0o600)
        return other

    def drop(self):
        for more in "", "-wal", "-shm":
            if os.path.exists(self.path + more):
                os.unlink(self.path + more)

    @staticmethod
    def octets(text):
        """As SQL has them."""
        return f"x'{text}'"

    def sql(self, text):
        """Rows, with octets in hexadecimal."""
        with sqlite3.connect(self.path, isolation_level=None) as store:
            rows = store.execute(text).fetchall()
        store.close()
        return [tuple(str(v.hex() if isinstance(v, bytes) else v) for v in row) for row in rows]


class Postgres:
    """A database of the server that the environment names."""

    def __init__(self, where, name="store"):
        self.where, self.name = where, name
        self.option = "postgres:dbname=" + name
        if name == "store":
            self.make("template0")

    def make(self, template):
        self.drop()
        self.run("postgres", f"CREATE DATABASE {self.name} TEMPLATE {template}")

    @staticmethod
    def run(database, text):
        return subprocess.run([os.environ["PG_BIN"] + "/psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", database,
                               "-c", text], check=True, capture_output=True, text=True).stdout

    def hold(self, text):
        """A transaction that did that and stands still: close its stdin."""
        psql = subprocess.Popen([os.environ["PG_BIN"] + "/psql", "-XAtq", "-d", self.name],
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        psql.stdin.write(f"BEGIN; {text}; SELECT 'held';\n")
        psql.stdin.flush()
        while psql.stdout.readline() != "held\n":
            pass
        return psql

    def copy(self, name):
        other = Postgres.__new__(Postgres)
        other.where, other.name, other.option = self.where, name, "postgres:dbname=" + name
        other.make(self.name)
        return other

    def drop(self):
        self.run("postgres", f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")

    @staticmethod
    def octets(text):
        return f"'\\x{text}'"

    def sql(self, text):
        return [tuple(line.replace("\\x", "").split("|")) for line in self.run(self.name, text).splitlines()]


BY_NAME = {"sqlite": Sqlite, "postgres": Postgres}
