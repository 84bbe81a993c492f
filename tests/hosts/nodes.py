#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Several msk-bmsc on one store: one of them makes the MTKs of a Key Group.

    nodes.py MSK-BMSC [TEST...]
"""
import select
import signal
import sqlite3
import sys
import tempfile

from peers import DOMAIN, FQDN, GROUP, Program, address, udp, write
from wire import Judge

BMSC = sys.argv[1]
ANOTHER = "another node makes the MTKs of this Key Group"


class Place:
    """A store, nodes on it, and a socket to which they send MTK messages."""

    def __init__(self, where):
        self.where, self.socket, self.judge = where, udp(), Judge()
        write(f"{where}/subscribers")
        write(f"{where}/groups", {"domain": DOMAIN.hex(), "group": GROUP, "number": 1})

    def node(self, *more):
        node = Program(
            BMSC, "--http", "127.0.0.1:0", "--mikey", "127.0.0.1:0", "--fqdn", FQDN, "--layout",
            "keyid", "--subscribers", f"{self.where}/subscribers", "--groups",
            f"{self.where}/groups", "--store", f"sqlite:{self.where}/store", *more)
        node.wait("ready")
        return node

    def mtk(self, node):
        """The MTK ID of a new one, which is told, and comes."""
        told = node.ask(self.command(), "mtk")
        self.judge.look(0, None, None, self.socket.recv(4096))
        assert not self.judge.faults, self.judge.faults
        return told["mtk_id"]

    def command(self):
        return f"mtk {GROUP} {address(self.socket)}"

    def is_refused(self, node, why=ANOTHER):
        node.ask(self.command(), "error", reason=why)
        assert not select.select([self.socket], [], [], 0)[0], "it was sent"

    def sql(self, text):
        with sqlite3.connect(f"{self.where}/store", isolation_level=None) as store:
            return store.execute(text).fetchall()

    def counters(self):
        """What the store says of them."""
        return self.sql("SELECT packed FROM key_group")


def mtks_have_one_writer(where):
    """Others are refused, until it ends in an orderly way; they go on where it was."""
    place = Place(where)
    one, other = place.node(), place.node()
    assert [place.mtk(one) for _ in range(3)] == [1, 2, 3]
    place.is_refused(other)
    one.quit()
    assert place.mtk(other) == 4
    other.quit()


def who_has_lost_the_lease_writes_nothing(where):
    """It is another one's meanwhile, and the node does not know: the fence refuses the counter,
    and nothing is sent."""
    place = Place(where)
    node = place.node()
    assert place.mtk(node) == 1
    place.sql("UPDATE lease SET owner = x'00', epoch = epoch + 1, until = until + 3600000")
    before = place.counters()
    place.is_refused(node)
    assert place.counters() == before, "it was written"
    place.sql("UPDATE lease SET until = 0")
    assert place.mtk(node) == 2
    node.quit()


def who_was_frozen_is_refused(where):
    """Stopped for longer than its lease, with another one that goes on meanwhile."""
    place = Place(where)
    frozen, other = place.node(), place.node()
    assert place.mtk(frozen) == 1
    frozen.process.send_signal(signal.SIGSTOP)
    place.is_refused(other)
    place.sql("UPDATE lease SET until = 0")  # as the time would do it
    assert place.mtk(other) == 2
    frozen.say(place.command())
    frozen.process.send_signal(signal.SIGCONT)
    frozen.wait("error", reason=ANOTHER)
    assert place.mtk(other) == 3, "the frozen one sent something"
    frozen.quit()
    place.is_refused(place.node())  # the lease was not that one's to give up
    other.quit()


def who_comes_back_goes_on_at_once(where):
    """Killed, and back under its name: nobody waits for the lease to run out."""
    place = Place(where)
    node = place.node("--node", "first")
    assert place.mtk(node) == 1
    node.kill()
    place.is_refused(place.node("--node", "second"))
    assert place.mtk(place.node("--node", "first")) == 2


def a_new_msk_may_come_from_any_node(where):
    """Who makes the MTKs goes on under the MSK that another node has made."""
    place = Place(where)
    one, other = place.node(), place.node()
    assert [place.mtk(one) for _ in range(2)] == [1, 2]
    assert other.ask(f"rekey {GROUP}", "msk")["number"] == 2
    told = one.ask(place.command(), "mtk")
    assert (told["number"], told["mtk_id"]) == (2, 1), told
    for node in one, other:
        node.quit()


def a_new_msk_comes_between_mtks(where):
    """The record changes with each MTK, and the new MSK has to find its turn."""
    place = Place(where)
    one, other = place.node(), place.node()
    place.sql("CREATE TABLE brake (n INTEGER)")
    place.sql("INSERT INTO brake VALUES (3)")
    place.sql("CREATE TRIGGER slow BEFORE UPDATE ON key_group WHEN (SELECT n FROM brake) > 0"
              " BEGIN UPDATE brake SET n = n - 1; SELECT RAISE(IGNORE); END")
    assert one.ask(f"rekey {GROUP}", "msk")["number"] == 2
    assert place.sql("SELECT n FROM brake") == [(0,)], "nobody was in the way"
    for node in one, other:
        node.quit()


def main():
    for test in (mtks_have_one_writer, who_has_lost_the_lease_writes_nothing,
                 who_was_frozen_is_refused, who_comes_back_goes_on_at_once,
                 a_new_msk_may_come_from_any_node, a_new_msk_comes_between_mtks):
        if not sys.argv[2:] or test.__name__ in sys.argv[2:]:
            with tempfile.TemporaryDirectory() as where:
                test(where)
            print(test.__name__, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
