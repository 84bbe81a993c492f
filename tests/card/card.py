#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""msk-ue and msk-gba with a card in a reader: pcscd, the virtual reader of vsmartcard, and a card of
ours (vicc) in it; msk-bsf and msk-bmsc at the other end.

    card.py VICC MSK-UE MSK-GBA MSK-BMSC MSK-BSF [TEST..]

Each test has mounts and a network of its own, where pcscd has its socket and the UE the port of
MBMS, and so leaves alone whatever this machine has.
"""
import atexit
import concurrent.futures
import os
import pathlib
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "hosts"))
import alone  # noqa: E402
from model import gba_oracle  # noqa: E402
from peers import DOMAIN, FQDN, GROUP, PATIENCE, Program, announcement, private, write  # noqa: E402

VICC, UE, GBA, BMSC, BSF = sys.argv[1:6]
DRIVER = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so"
NAME, SERVICE, READER = "bsf.example.org", "urn:news", "Virtual"
IMSI = "001010123456789"
IMPI = f"{IMSI}@ims.mnc001.mcc001.3gppnetwork.org"
K, OPC = (gba_oracle.SETS[3][i] for i in (0, 5))
PORT, UB, NBSP, HTTP = 20000, "127.0.0.1:21001", "127.0.0.1:21002", "127.0.0.1:21003"
MIKEY = "127.0.0.1:2269"
KEY_GROUP = f"{DOMAIN.hex()}:{GROUP}"


def run(*args):
    return subprocess.run(args, capture_output=True, text=True, timeout=PATIENCE, check=False,
                          stdin=subprocess.DEVNULL)


# --- a place of its own --------------------------------------------------------------------------

def move_in():
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"], check=True)
    os.mkdir("/run/pcscd")
    alone.bring_up()


def start_pcscd(where):
    """With the virtual reader, and what other readers this machine has left alone."""
    os.makedirs(f"{where}/readers", exist_ok=True)
    with open(f"{where}/readers/vpcd", "w", encoding="ascii") as file:
        file.write(f'FRIENDLYNAME "Virtual PCD"\nDEVICENAME /dev/null:{PORT:#x}\n'
                   f'LIBPATH {DRIVER}\nCHANNELID {PORT:#x}\n')
    nobody_asked = ["--disable-polkit"] if "--disable-polkit" in run("pcscd", "--help").stdout else []
    with open(f"{where}/pcscd.log", "wb") as log:
        pcscd = subprocess.Popen(["pcscd", "--foreground", *nobody_asked, "--config", file.name],
                                 stdout=log, stderr=log)
    atexit.register(pcscd.kill)  # whatever becomes of the test
    until = time.monotonic() + PATIENCE
    while not os.path.exists("/run/pcscd/pcscd.comm"):
        assert pcscd.poll() is None and time.monotonic() < until, "pcscd does not start"
        time.sleep(0.05)
    return pcscd


class World:
    """All of it; each can be started, and started again, where it was."""

    def __init__(self, where, *card, gba_u=True, fqdn=FQDN):
        self.where, self.fqdn = where, fqdn
        self.sim = private(f"{where}/usim", {"impi": IMPI, "k": K, "opc": OPC, "gba_u": gba_u})
        self.pcscd = start_pcscd(where)
        self.card = Program(VICC, "--port", str(PORT), "--usim", self.sim, "--imsi", IMSI, *card,
                            *os.environ.get("MSK_TEST_CARD", "").split())
        self.card.wait("inserted")
        self.bsf = self.bmsc = self.ue = None
        self.start_bsf()
        self.start_bmsc()

    def start_bsf(self, *more):
        self.bsf = Program(BSF, "--ub", UB, "--nbsp", NBSP, "--naf", self.fqdn, "--fqdn", NAME,
                           "--store", f"{self.where}/bsf.db", "--subscribers", self.sim, *more)
        self.bsf.wait("ready")

    def start_bmsc(self, *more):
        group = {"domain": DOMAIN.hex(), "group": GROUP, "number": 1, "streaming": True}
        self.bmsc = Program(BMSC, "--http", HTTP, "--mikey", "127.0.0.1:0", "--fqdn", self.fqdn,
                            "--layout", "keyid", "--subscribers", write(f"{self.where}/none"), "--groups",
                            write(f"{self.where}/groups", group), "--store",
                            f"{self.where}/bmsc.db", "--bsf", f"http://{NBSP}", "--bsf-services",
                            "all", "--secrets", *more)
        self.bmsc.wait("ready")

    def options(self, *more, terms='uiccKeyManagement="true"', servers=()):
        """One server, wherever its name leads; or these, where they are announced."""
        with open(f"{self.where}/announcement", "w", encoding="ascii") as file:
            file.write(announcement(*servers or [f"http://{self.fqdn}"], terms=terms))
        where = [] if servers else ["--bmsc", f"http://{HTTP}"]
        return [UE, "--gba", f"http://{UB}", "--gba-fqdn", NAME, "--announcement", file.name,
                "--service", SERVICE, *where, "--mikey", MIKEY, "--layout", "keyid", "--secrets",
                *more]

    def start_ue(self, *more, sim=("--uicc", READER), **others):
        self.ue = Program(*self.options(*sim, *more, **others))
        self.ue.wait("ready")
        return self.ue

    def put_in_again(self):
        """So that the daemon sees that it was out, which it looks for twice a second: one whose reset
        has failed is gone for it until then."""
        until, status = time.monotonic() + PATIENCE, 2
        while status == 2:
            assert time.monotonic() < until, "the daemon does not see the card"
            self.card.ask("remove", "removed")
            time.sleep(1)
            self.card.ask("insert", "inserted")
            status = run(GBA, "--usim", f"card:{READER}", "--bsf", f"http://{UB}", "--fqdn",
                         NAME).returncode

    def end(self):
        for each in (self.ue, self.bmsc, self.bsf, self.card):
            if each:
                each.kill()
        self.pcscd.kill()
        self.pcscd.wait()


# --- keys, from the card to an MTK ---------------------------------------------------------------

def an_mtk(world):
    """The next MTK message, and what comes of it; the same key at both ends."""
    sent = world.bmsc.ask(f"mtk {GROUP} {MIKEY}", "mtk")
    got = world.ue.wait("mtk", mtk_id=sent["mtk_id"])
    assert (got["key"], got["salt"]) == (sent["key"], sent["salt"])
    return got


def begin(world, *more, **others):
    """To the first MSK."""
    ue = world.start_ue(*more, **others)
    ue.say("start")
    told = ue.wait("bootstrapped")
    assert world.bmsc.wait("bootstrapped")["btid"] == told["btid"]
    ue.wait("msk", number=1)
    world.bmsc.wait("acked", number=1)
    return ue, told


def whole_procedure(where, *card):
    world = World(where, *card)
    ue, told = begin(world)
    assert "ks" not in told, told
    assert world.bsf.wait("keys_given")["impi"] == IMPI
    ids = [an_mtk(world)["mtk_id"] for _ in range(3)]
    assert ids == sorted(set(ids)), ids
    world.bmsc.say(f"rekey {GROUP}")
    assert "key" not in ue.wait("msk", number=2)
    world.bmsc.wait("acked", number=2)
    an_mtk(world)
    held = ue.ask("keys", "keys")["held"]
    assert [each["number"] for each in held] == [2, 1] and "key" not in held[0], held
    ue.quit()
    world.end()


def from_the_card_to_an_mtk(where):
    """T=1: Ks, MUK and MSKs never leave the card; MSK, MTK and acknowledgements as ever."""
    whole_procedure(where)


def from_the_card_to_an_mtk_by_t0(where):
    whole_procedure(where, "--t0")


def what_is_on_the_card_is_used_again(where):
    """After a restart, and with no BSF: EF_GBABP names Ks; then new keys by a command."""
    world = World(where)
    ue, first = begin(world)
    an_mtk(world)
    ue.kill()
    world.bsf.kill()
    world.start_ue()
    ue = world.ue
    ue.say("start")
    ue.wait("msk", number=1)
    an_mtk(world)
    assert ue.count("bootstrapped") == 0 and ue.count("bootstrap_needed") == 0
    world.start_bsf()
    ue.say("bootstrap")
    assert ue.wait("bootstrapped")["btid"] != first["btid"]
    world.bmsc.say(f"rekey {GROUP}")  # under the MUK before: the UE asks, and says who it is now
    ue.wait("msk", number=2)
    world.bmsc.wait("acked", number=2)
    an_mtk(world)
    ue.quit()
    world.end()


def what_the_card_has_lost_it_makes_again(where):
    """The key of a MUK that gave way to others, from Ks, which is there: no bootstrapping, and the
    MSK message that showed it is taken."""
    world = World(where)
    ue, _ = begin(world)
    world.card.ask("lose", "told")
    world.bmsc.say(f"rekey {GROUP}")
    ue.wait("card", state="keys")
    ue.wait("msk", number=2)
    world.bmsc.wait("acked", number=2)
    an_mtk(world)
    assert ue.count("bootstrapped") == 1
    ue.quit()
    world.end()


def a_card_may_only_do_aka(where):
    """The 3G context: Ks comes out, and all else is as with a USIM in software."""
    world = World(where, gba_u=False)
    sim = ("--usim", f"card:{READER}", "--store", f"{where}/ue.db")
    ue, told = begin(world, sim=sim, terms='uiccKeyManagement="false"')
    assert len(told["ks"]) == 64
    an_mtk(world)
    ue.quit()
    done = run(GBA, "--usim", f"card:{READER}", "--bsf", f"http://{UB}", "--fqdn", NAME, "--naf", FQDN,
               "--secrets", "--json")
    assert done.returncode == 0 and IMPI in done.stdout and '"ks_naf"' in done.stdout, done
    world.end()


def the_wrong_context_is_not_from_home(where):
    """A challenge for GBA_U shows no Ks to who asks for one."""
    world = World(where)
    done = run(GBA, "--usim", f"card:{READER}", "--bsf", f"http://{UB}", "--fqdn", NAME, "--json")
    assert done.returncode == 3 and '"not_home"' in done.stdout, done
    world.end()


def a_pin_is_tried_once(where):
    """The last try is never used, however often a program is started."""
    world = World(where, "--pin", "2468")
    ask = [GBA, "--usim", f"card:{READER}", "--bsf", f"http://{UB}", "--fqdn", NAME]
    for more, why in (((), "wants its PIN"), (("--pin", "1111"), "PIN is wrong"),
                      (("--pin", "1111"), "PIN is wrong"), (("--pin", "1111"), "one try left"),
                      (("--pin", "2468"), "one try left")):
        done = run(*ask, *more)
        assert done.returncode == 2 and why in done.stdout, (more, why, done)
    for wrong in "123", "123456789", "12a4", "":
        assert run(*ask, "--pin", wrong).returncode == 1, wrong
    world.end()


def a_pin_opens_the_card(where):
    world = World(where, "--pin", "2468")
    begin(world, "--pin", "2468")
    an_mtk(world)
    world.ue.quit()
    world.end()


def readers_are_named_by_how_they_begin(where):
    world = World(where)
    done = run(UE, "--uicc", "list")
    assert done.returncode == 0 and done.stdout.startswith("Virtual PCD"), done
    done = run(*world.options("--uicc", "Virtual PCX"))
    assert done.returncode == 2 and "no reader has that name" in done.stderr, done
    world.card.ask("remove", "removed")
    done = run(*world.options("--uicc", READER))
    assert done.returncode == 2 and "No smart card" in done.stdout, done
    world.pcscd.kill()
    world.pcscd.wait()
    done = run(*world.options("--uicc", READER))
    assert done.returncode == 2 and done.stderr, done
    world.end()


def options_are_one_way_or_the_other(where):
    world = World(where)
    store = ("--store", f"{where}/ue.db")
    for more in (("--uicc", READER, *store), ("--usim", f"card:{READER}"),
                 ("--uicc", READER, "--usim", "x"), ("--pin", "1234", "--usim", "x", *store),
                 ("--uicc", READER, "--btid", "x")):
        done = run(*world.options(*more))
        assert done.returncode == 1 and "options are missing" in done.stderr, (more, done)
    world.end()


# --- pulled out ----------------------------------------------------------------------------------

class Pulls:
    """A card that is pulled out at each command of what `act` brings about, before the card has done
    it and after, and put in again. `event` is the one that it ends with where nothing happens, and
    `settled` waits for what must come of it in spite of that."""

    def __init__(self, world, act, event, settled):
        self.world, self.act, self.event, self.settled, self.pulled = world, act, event, settled, []

    def once(self, at, when):
        """False: there are fewer commands."""
        card, ue = self.world.card, self.world.ue
        card.ask(f"pull {at} {when}", "told")
        before = card.count("pulled"), ue.count(self.event)
        self.act()
        if not self.was_pulled(*before):
            card.ask("pull 0 before", "told")
            self.settled(None, when)
            return False
        command = [e for e in card.events if e["event"] == "pulled"][-1]["command"]
        ue.wait("card", state="gone")
        card.say("insert")
        ue.wait("card", state="back")
        self.settled(command, when)
        self.pulled.append((command, when))
        return True

    def was_pulled(self, pulls, events):
        """False: the UE has done all that it does by itself, the event and what comes with it."""
        card, ue = self.world.card, self.world.ue
        until, count, still = time.monotonic() + PATIENCE, None, 0
        while card.count("pulled") == pulls and still < 8:
            assert time.monotonic() < until, (self.event, ue.events[-3:])
            time.sleep(0.1)
            now = card.ask("count", "count")["n"], ue.count(self.event)
            count, still = now, still + 1 if now == count and now[1] > events else 0
        return card.count("pulled") > pulls

    def at_each(self):
        for when in "before", "after":
            at = 1
            while self.once(at, when):
                at += 1
                assert at < 100, "it has no end"
        return {command[2:4] for command, _ in self.pulled}


def unlike(events, *names):
    """Each of these came once."""
    keys = [tuple(event[name] for name in names) for event in events]
    assert len(keys) == len(set(keys)), keys


def nothing_twice(world):
    """What the UE told of, and what the card took."""
    unlike([e for e in world.ue.events if e["event"] == "mtk"], "number", "mtk_id")
    assert world.card.ask("count", "count")["twice"] == 0


def pulled_out_over_an_msk(where):
    """Each MSK is held, and acknowledged, and the MTKs under it come. The UE asks for one that the
    card had taken when nobody heard."""
    world = World(where)
    begin(world)
    number, requests, asked = 1, 0, []

    def rekey():
        nonlocal number, requests
        number, requests = number + 1, world.ue.count("http_request")
        world.bmsc.say(f"rekey {GROUP}")

    def settled(command, when):
        world.ue.wait("msk", number=number)
        world.bmsc.wait("acked", number=number)
        assert an_mtk(world)["number"] == number
        if world.ue.count("http_request") > requests:
            asked.append((command, when))

    assert Pulls(world, rekey, "msk", settled).at_each() == {"a4", "b2", "89"}
    assert asked and all(command.startswith("0089") for command, _ in asked), asked
    nothing_twice(world)
    world.ue.quit()
    world.end()


def pulled_out_over_an_mtk(where):
    """It comes, once, unless the card had given it and nobody heard: then the next one comes."""
    world = World(where)
    begin(world)
    sent, lost = {}, []

    def mtk():
        nonlocal sent
        sent = world.bmsc.ask(f"mtk {GROUP} {MIKEY}", "mtk")

    def settled(command, when):
        after = an_mtk(world)["mtk_id"]  # those before it were told by then
        assert after > sent["mtk_id"]
        if sent["mtk_id"] not in [e["mtk_id"] for e in world.ue.events if e["event"] == "mtk"]:
            lost.append((command, when))

    assert Pulls(world, mtk, "mtk", settled).at_each() == {"a4", "b2", "89"}
    assert all(command.startswith("0089") for command, _ in lost), lost
    assert ("00898085", "before") not in lost, lost
    assert lost, "a card that gives an MTK twice"
    nothing_twice(world)
    world.ue.quit()
    world.end()


def pulled_out_over_a_challenge(where):
    """And over the keys that are made of it: there are new keys, and the BM-SC has the same."""
    world = World(where)
    _, told = begin(world)
    btids = [told["btid"]]

    def bootstrap():
        world.ue.say("bootstrap")

    def settled(*_):
        btids.append(world.ue.wait("bootstrapped")["btid"])
        world.ue.say(f"request {GROUP}")
        world.ue.wait("result", code=200)
        world.bmsc.wait("acked", number=1)
        an_mtk(world)

    assert Pulls(world, bootstrap, "bootstrapped", settled).at_each() >= {"a4", "88", "d6"}
    assert len(btids) == len(set(btids)), btids
    nothing_twice(world)
    world.ue.quit()
    world.end()


def pulled_out_at_the_start(where):
    """From the first command of a service to its MSK."""
    world = World(where)
    for when in "before", "after":
        at = 1
        while True:
            ue = world.start_ue()
            pulls = Pulls(world, lambda ue=ue: ue.say("start"), "result",
                          lambda *_, ue=ue: (ue.wait("msk", number=1),
                                             world.bmsc.wait("acked", number=1), an_mtk(world)))
            more = pulls.once(at, when)
            nothing_twice(world)
            ue.quit()
            if not more:
                break
            at += 1
    assert at > 5, at
    world.end()


def pulled_out_at_the_end(where):
    """A service that is left: its MSKs are deleted in the end, and come again with it."""
    world = World(where)
    ue, _ = begin(world)

    def settled(*_):
        until = time.monotonic() + PATIENCE
        while world.card.ask("count", "count")["msks"] > 0:
            assert time.monotonic() < until, "its MSKs are on the card"
            time.sleep(0.2)
        ue.say("start")
        ue.wait("msk", number=1)
        world.bmsc.wait("acked", number=1)
        an_mtk(world)

    assert Pulls(world, lambda: ue.say("deregister"), "left", settled).at_each() >= {"89"}
    assert world.card.ask("count", "count")["twice"] == 0
    ue.quit()
    world.end()


def another_card_is_not_taken(where):
    """It is told, and waited out; the right one goes on where it was."""
    world = World(where)
    ue, _ = begin(world)
    world.card.say("other")
    world.card.ask("pull 1 before", "told")
    sent = world.bmsc.ask(f"mtk {GROUP} {MIKEY}", "mtk")
    ue.wait("card", state="gone")
    world.card.say("insert")
    assert ue.wait("card")["reason"] == "it is another card"
    count = world.card.ask("count", "count")["n"]
    time.sleep(2)
    assert world.card.ask("count", "count")["n"] == count  # nothing more is said to it
    world.card.ask("remove", "removed")
    world.card.say("other")
    time.sleep(2)
    world.card.say("insert")
    ue.wait("card", state="back")
    assert ue.wait("mtk")["mtk_id"] == sent["mtk_id"]
    ue.quit()
    world.end()


def the_daemon_may_be_started_anew(where):
    world = World(where)
    ue, _ = begin(world)
    world.pcscd.kill()
    world.pcscd.wait()
    sent = world.bmsc.ask(f"mtk {GROUP} {MIKEY}", "mtk")
    ue.wait("card", state="gone")
    for name in os.listdir("/run/pcscd"):
        os.unlink(f"/run/pcscd/{name}")
    world.pcscd = start_pcscd(where)
    world.card.say("insert")
    ue.wait("card", state="back")
    assert ue.wait("mtk")["mtk_id"] == sent["mtk_id"]
    ue.quit()
    world.end()


def who_was_killed_starts_again(where):
    """At once, though the daemon has not yet seen that the one before is gone."""
    world = World(where)
    for _ in range(10):
        world.start_ue().kill()
    world.end()


def a_reader_that_hangs_holds_nobody(where):
    """Who signals twice need not wait for a command that is under way."""
    world = World(where)
    ue, _ = begin(world)
    world.card.ask("hang", "told")
    world.bmsc.say(f"mtk {GROUP} {MIKEY}")
    world.card.wait("hangs")
    for _ in range(2):
        ue.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
    assert ue.process.wait(PATIENCE) == 0
    world.end()


def ended_by(ue, signals, status=0):
    """Told so, and with that status; between two signals there is a moment."""
    for n in range(signals):
        ue.process.send_signal(signal.SIGTERM)
        time.sleep(0.5 if n + 1 < signals else 0)
    assert ue.process.wait(PATIENCE) == status
    assert ue.count("quit") == 1, ue.events


def a_reader_that_hangs_at_the_start_holds_nobody(where):
    """At the first command, and at the one that makes the keys of what is kept. One signal ends it,
    and else it ends by itself, and says why."""
    world = World(where)
    ue, _ = begin(world)
    ue.quit()
    for instruction in "", "88":
        for signals in 1, 0:
            world.card.ask(f"hang {instruction}", "told")
            ue = Program(*world.options("--uicc", READER))
            world.card.wait("hangs")
            if signals > 0:
                ended_by(ue, signals)
            else:
                ue.wait("error")
                assert ue.process.wait(PATIENCE) == 2
                assert any("does not answer" in e.get("reason", "") for e in ue.events), ue.events
            world.put_in_again()
    world.end()


def a_card_that_hangs_is_gone(where):
    """A command without an answer ends sometime, as of a card that was pulled out; what is under way
    then is done when it answers again."""
    world = World(where)
    ue, _ = begin(world)
    world.card.ask("hang", "told")
    sent = world.bmsc.ask(f"mtk {GROUP} {MIKEY}", "mtk")
    world.card.wait("hangs")
    assert "does not answer" in ue.wait("card", state="gone")["reason"]
    world.card.ask("remove", "removed")
    world.card.say("insert")
    ue.wait("card", state="back")
    assert ue.wait("mtk")["mtk_id"] == sent["mtk_id"]
    an_mtk(world)
    nothing_twice(world)
    ue.quit()
    world.end()


def datagrams_without_end(where):
    """More than a card can look at: commands, answers, timers and the end have their turn."""
    world = World(where)
    ue, _ = begin(world)
    octets = [bytes.fromhex(e["octets"]) for e in world.bmsc.events if "octets" in e]
    world.bmsc.kill()  # so that it sends no MSK that could be in time, or be lost, as chance has it
    ended = threading.Event()

    def flood():
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            while not ended.wait(0.001):
                for each in octets:
                    s.sendto(each, ("127.0.0.1", int(MIKEY.split(":")[1])))

    stranger = threading.Thread(target=flood)
    stranger.start()
    try:
        ue.wait("refused", what="datagram")
        ue.say(f"request {GROUP}")
        ue.wait("http_response", status=0)
        ue.wait("http_request")  # a timer
        world.start_bmsc()
        ue.wait("result", code=200)
        ended_by(ue, 1)
    finally:
        ended.set()
        stranger.join()
    world.end()


# --- servers that are silent ---------------------------------------------------------------------

LIVE = "live.localhost"  # names that libcurl knows to be here; at the others nobody listens
SERVERS = [f"http://{LIVE}:{HTTP.rsplit(':', 1)[1]}",
           *(f"http://silent{n}.localhost:{21100 + n}" for n in range(3))]


def that_moves(world, prepare):
    """A UE that is with a silent server, and is told to start; which one it begins with is chance."""
    for _ in range(20):
        ue = world.start_ue(servers=SERVERS)
        prepare()
        ue.say("start")
        if ue.wait("http_response")["status"] == 0:
            return ue
        ue.wait("msk", number=1)
        world.bmsc.wait("acked", number=1)
        world.card.ask("hang ff", "told")
        ue.quit()  # and leaves nothing on the card
    raise AssertionError("it always begins with the same server")


def another_server_is_asked(where):
    """Until one answers; with keys of its own, of the same Ks."""
    world = World(where, fqdn=LIVE)
    ue = that_moves(world, lambda: None)
    ue.wait("server", origin=SERVERS[0])
    ue.wait("msk", number=1)
    world.bmsc.wait("acked", number=1)
    an_mtk(world)
    assert ue.count("bootstrapped") <= 1
    ue.quit()
    world.end()


def who_holds_an_msk_asks_no_other_server(where):
    """What is held is on the card, which says so later: the session stays where it is until then."""
    world = World(where, fqdn=LIVE)
    ue = world.start_ue(servers=SERVERS)
    ue.say("start")
    ue.wait("msk", number=1)
    world.bmsc.wait("acked", number=1)
    moved = ue.count("server")
    world.bmsc.kill()
    for _ in range(2):
        ue.say(f"request {GROUP}")
        ue.wait("http_response", status=0)
    assert [each["number"] for each in ue.ask("keys", "keys")["held"]] == [1]
    assert ue.count("server") == moved
    world.start_bmsc()
    ue.say(f"request {GROUP}")
    ue.wait("result", code=200)
    world.bmsc.wait("acked", number=1)
    an_mtk(world)
    ue.quit()
    world.end()


def closes_once(ports):
    """Takes connections there: closes the first one, and says nothing on all others."""
    doors, kept = [socket.create_server(("127.0.0.1", port)) for port in ports], []

    def serve():
        while True:
            for door in select.select(doors, [], [])[0]:
                kept.append(door.accept()[0])
                if len(kept) == 1:
                    kept[0].close()

    threading.Thread(target=serve, daemon=True).start()


def a_silent_server_is_left_when_the_card_is_back(where):
    """Pulled out when it is to say what is held: nobody forgets that the server was silent, though
    the next request is under way."""
    world = World(where, fqdn=LIVE)
    closes_once(int(each.rsplit(":", 1)[1]) for each in SERVERS[1:])
    ue = world.start_ue(servers=SERVERS[1:])
    world.card.ask("pull-at b2", "told")
    ue.say("start")
    ue.wait("http_response", status=0)
    ue.wait("card", state="gone")
    world.card.say("insert")
    ue.wait("card", state="back")
    ue.wait("server")
    assert ue.count("http_response") == 1, ue.events
    ue.kill()
    world.end()


def hangs_on_the_way(world):
    ue = that_moves(world, lambda: world.card.ask("hang b0", "told"))
    world.card.wait("hangs")  # what is kept is read for the next server
    return ue


def a_reader_that_hangs_on_the_way_to_another_server_holds_nobody(where):
    """The loop waits for that command. Who signals twice does not; when it answers again, the way
    goes on."""
    world = World(where, fqdn=LIVE)
    ended_by(hangs_on_the_way(world), 2)
    world.put_in_again()
    ue = hangs_on_the_way(world)
    ue.wait("card", state="gone")
    world.card.ask("remove", "removed")
    world.card.say("insert")
    ue.wait("card", state="back")
    ue.wait("msk", number=1)
    world.bmsc.wait("acked", number=1)
    an_mtk(world)
    ue.quit()
    world.end()


# --- a card that lies ----------------------------------------------------------------------------

LIES = "empty", "long", "short", "grown", "other", "failed"


def lies_of_a_usim_are_no_keys(where):
    """Each answer of a bootstrapping, spoiled: it says why there are no keys, or has some."""
    world = World(where, gba_u=False)
    ends = set()
    for lie in LIES:
        at = 1
        while True:
            before = world.card.count("lied")
            world.card.ask(f"lie {at} {lie}", "told")
            done = run(GBA, "--usim", f"card:{READER}", "--bsf", f"http://{UB}", "--fqdn", NAME)
            assert done.returncode in (0, 2, 3) and done.stdout and not done.stderr, (lie, at, done)
            ends.add(done.returncode)
            world.card.ask("count", "count")
            if world.card.count("lied") == before:
                assert done.returncode == 0, (lie, at, done)
                break
            at += 1
        assert at > 10, at
    assert ends == {0, 2, 3}, ends
    world.end()


def lies_of_an_mgv_f_pass(where):
    """A message whose answer was spoiled is one that was lost; those after it are taken."""
    world = World(where)
    ue, _ = begin(world)
    number = 1
    for lie in "long", "short", "failed":
        at, more = 1, True
        while more:
            before = world.card.count("lied")
            world.card.ask(f"lie {at} {lie}", "told")
            number += 1
            world.bmsc.say(f"rekey {GROUP}")
            world.bmsc.wait("acked", number=number)
            world.card.ask("lie 0 none", "told")
            more = world.card.count("lied") > before
            assert an_mtk(world)["number"] == number
            at += 1
        assert at > 5, at
    assert world.card.ask("count", "count")["twice"] == 0
    ue.quit()
    world.end()


TESTS = [from_the_card_to_an_mtk, from_the_card_to_an_mtk_by_t0, what_is_on_the_card_is_used_again,
         what_the_card_has_lost_it_makes_again, a_card_may_only_do_aka,
         the_wrong_context_is_not_from_home, a_pin_is_tried_once, a_pin_opens_the_card,
         readers_are_named_by_how_they_begin, options_are_one_way_or_the_other,
         pulled_out_over_an_msk, pulled_out_over_an_mtk, pulled_out_over_a_challenge,
         pulled_out_at_the_start, pulled_out_at_the_end, another_card_is_not_taken,
         the_daemon_may_be_started_anew, who_was_killed_starts_again, a_reader_that_hangs_holds_nobody,
         a_reader_that_hangs_at_the_start_holds_nobody, a_card_that_hangs_is_gone,
         datagrams_without_end, a_reader_that_hangs_on_the_way_to_another_server_holds_nobody,
         another_server_is_asked, who_holds_an_msk_asks_no_other_server,
         a_silent_server_is_left_when_the_card_is_back,
         lies_of_a_usim_are_no_keys, lies_of_an_mgv_f_pass]


# --- each in a place of its own ------------------------------------------------------------------

def unshare():
    """How to get one. None: this machine does not allow it."""
    for options in ["-mn"], ["-rmn"]:
        how = ["unshare", *options]
        if shutil.which("unshare") and subprocess.run([*how, "true"], capture_output=True,
                                                      check=False).returncode == 0:
            return how
    return None


def skip(why):
    print(f"SKIP: {why}")
    sys.exit(77)


def run_apart(how, name):
    done = subprocess.run([*how, sys.executable, __file__, *sys.argv[1:6], "--inside", name],
                          capture_output=True, text=True, timeout=20 * PATIENCE, check=False)
    print(name if done.returncode == 0 else f"FAIL: {name}\n{done.stdout}{done.stderr}", flush=True)
    return done.returncode == 0


def main():
    if sys.argv[6:7] == ["--inside"]:
        test = {each.__name__: each for each in TESTS}[sys.argv[7]]
        move_in()
        with tempfile.TemporaryDirectory() as where:
            test(where)
        return
    if not os.path.exists(DRIVER):
        skip("vsmartcard-vpcd is not installed")
    if not shutil.which("pcscd"):
        skip("pcscd is not installed")
    how = unshare()
    if how is None:
        skip("no mounts and network of one's own may be had here")
    chosen = sys.argv[6:] or [test.__name__ for test in TESTS]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:  # most of the time they wait
        sys.exit(0 if all(list(pool.map(lambda name: run_apart(how, name), chosen))) else 1)


main()
