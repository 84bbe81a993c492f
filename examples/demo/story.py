# SPDX-License-Identifier: MIT
"""What happens, step by step, in one layout. Each step says what must come of it."""
import json
import os
import secrets
import subprocess

import picture
import wire
from stage import Air, Late, Program, Relay

DOMAIN, GROUP, SERVICE = "216354", 0x18CF, "urn:example:evening-news"
FQDN, BSF_FQDN = "bmsc.example.com", "bsf.example.com"
IMPI = "001010123456789@ims.mnc001.mcc001.3gppnetwork.org"
# What is in the SIM, and with its operator: test set 1 of TS 35.208. All other keys come of it.
K = "465b5ce8b199b49faa5f0a2ee238a6bc"
OPC = "cd63cb71954a9f4e48a5994e37a02baf"
FLOW, FLOW_PORT = "239.1.2.3/5004", 5004
MIKEY_PORT = 2269  # of the standard, so that Wireshark knows it

ANNOUNCEMENT = """<?xml version="1.0" encoding="UTF-8"?>
<securityDescription xmlns="urn:3GPP:metadata:2005:MBMS:securityDescription">
 <keyManagement offsetTime="0" randomTimePeriod="1" uiccKeyManagement="false">
  <serverURI>http://%s</serverURI>
 </keyManagement>
 <keyId>
  <mediaFlow flowID="%s">
   <MSK><keyDomainID>IWNU</keyDomainID><MSKID>GM8AAA==</MSKID></MSK>
  </mediaFlow>
 </keyId>
</securityDescription>
""" % (FQDN, FLOW)


def counter(message):
    """T of an MSK message that has its EXT after HDR."""
    at = 10 + 4 + int.from_bytes(message[12:14], "big") + 2
    return message[at:at + 4]


class Story:
    def __init__(self, stage, layout, folder, tools, faults):
        self.stage, self.layout, self.folder, self.tools = stage, layout, folder, tools
        self.faults = faults
        self.results, self.why_not = [], None
        stage.relay = self.relay = Relay(stage, faults)
        self.air = Air(stage, faults, FLOW_PORT)

    # --- the programs ---------------------------------------------------------------------

    def path(self, name):
        return os.path.join(self.folder, "%s-%s" % (self.layout, name))

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        return self.path(name)

    def private(self, name, *objects):
        """JSON lines for their owner alone."""
        with open(os.open(self.path(name), os.O_CREAT | os.O_WRONLY, 0o600), "w",
                  encoding="ascii") as file:
            file.writelines(json.dumps(each) + "\n" for each in objects)
        return self.path(name)

    def start_bsf(self):
        """Beside the store of the SIM's number in the UE, nobody but it has K and OPc."""
        since = self.stage.mark()
        self.sim = self.private("usim", {"impi": IMPI, "k": K, "opc": OPC})
        self.bsf = Program(self.stage, "bsf", [
            self.tools["msk-bsf"], "--ub", "127.0.0.1:0", "--nbsp", "127.0.0.1:0", "--naf", FQDN,
            "--fqdn", BSF_FQDN, "--store", self.path("bsf.db"), "--subscribers", self.sim,
            "--pcap", self.path("bsf.pcapng"), "--json", "--secrets", "--trace"])
        ready = self.stage.wait(since, "bsf", "ready")
        self.ub, self.nbsp = ready["ub"], ready["nbsp"]

    def start_bmsc(self):
        group = {"domain": DOMAIN, "group": GROUP, "number": 1, "services": [SERVICE],
                 "streaming": True}
        self.private("subscribers.jsonl", self.subscriber([SERVICE]))
        self.write("groups.jsonl", json.dumps(group) + "\n")
        ready = self.bmsc_at(MIKEY_PORT) or self.bmsc_at(0)
        if not ready:
            raise Late("the BM-SC does not start")
        self.http = ready["http"]
        host, port = ready["mikey"].rsplit(":", 1)
        self.relay.bmsc = (host, int(port))

    def subscriber(self, services):
        """Who has subscribed to what; the BSF has the keys."""
        return {"impi": IMPI, "services": services, "address": self.relay.address()}

    def bmsc_at(self, port):
        """Starts it there. What it tells when it is ready; None: somebody else has the port."""
        since = self.stage.mark()
        self.bmsc = Program(self.stage, "bmsc", [
            self.tools["msk-bmsc"], "--http", "127.0.0.1:0", "--mikey", "127.0.0.1:%d" % port,
            "--fqdn", FQDN, "--layout", self.layout,
            "--subscribers", self.path("subscribers.jsonl"), "--groups", self.path("groups.jsonl"),
            "--store", self.path("bmsc.db"), "--pcap", self.path("bmsc.pcapng"),
            "--keylog", self.path("bmsc.keys"), "--bsf", "http://" + self.nbsp, "--json",
            "--secrets"])
        told = self.stage.first(since, [("bmsc", "ready", {}), ("bmsc", "error", {})])
        if told["event"] == "ready":
            return told
        self.bmsc.end()
        return None

    def start_ue(self, *more):
        since = self.stage.mark()
        self.ue = Program(self.stage, "ue", [
            self.tools["msk-ue"], "--usim", self.sim, "--gba", "http://" + self.ub,
            "--gba-fqdn", BSF_FQDN, "--fqdn", FQDN, "--bmsc", "http://" + self.http, "--mikey", "127.0.0.1:0", "--layout", self.layout,
            "--store", self.path("ue.db"),
            "--announcement", self.write("announcement.xml", ANNOUNCEMENT), "--service", SERVICE,
            "--json", "--secrets", *more])
        host, port = self.stage.wait(since, "ue", "ready")["mikey"].rsplit(":", 1)
        self.relay.ue = (host, int(port))

    def end(self):
        for name in "ue", "bmsc", "bsf":
            if hasattr(self, name):
                getattr(self, name).end()
        self.relay.close()
        self.air.close()
        self.stage.relay = None

    def packets(self):
        """What crossed the network, for a capture."""
        yield from wire.packets(self.path(name) for name in ("bmsc.pcapng", "bsf.pcapng"))
        yield from self.air.captured

    def key_logs(self):
        return [self.path("bmsc.keys")]

    # --- what steps are made of ------------------------------------------------------------

    def held(self):
        """The numbers that the UE holds, newest first."""
        since = self.stage.mark()
        self.ue.say("keys")
        return [k["number"] for k in self.stage.wait(since, "ue", "keys")["held"]]

    def must_hold(self, numbers):
        held = self.held()
        if held != numbers:
            raise Late("the UE holds %s, not %s" % (held, numbers))

    def stored(self, since, number, push="push"):
        """An MSK arrives, is stored, acknowledged, and the BM-SC believes it. Both ends send a
        bounded number of times; then it is up to the operator, and to the user, to try again."""
        id = {"number": number}
        told = since
        for _ in range(10):
            event = self.stage.first(told, [("bmsc", "acked", id), ("bmsc", "gave_up", id),
                                            ("bmsc", "parted", {}), ("ue", "left", {})],
                                     self.faults.patience)
            told = self.stage.events.index(event) + 1
            if event["event"] == "acked":
                self.stage.wait(since, "ue", "msk", number=number)
                return
            if event["event"] == "gave_up":
                self.bmsc.say("%s %d" % (push, GROUP))
            else:  # a UE that never answers is no member any more
                self.ue.say("start" if event["event"] == "left" else "request %d" % GROUP)
        raise Late("MSK %d was never acknowledged" % number)

    def catch(self, command):
        """The message that the BM-SC sends when told so; it does not arrive."""
        caught = []
        self.relay.swallow = lambda octets: not caught.append(octets)
        self.bmsc.say(command)
        self.stage.until(lambda: caught, 20, "the BM-SC did not send")
        self.relay.swallow = lambda octets: False
        return caught[0]

    def silence(self, since, message, seconds=0.4):
        """It is not answered; what the BM-SC sends again meanwhile may be."""
        self.stage.idle(seconds)
        if counter(message) in {bytes.fromhex(octets)[12:16] for octets in self.answers(since)}:
            raise Late("it was answered")

    def answers(self, since):
        """What the UE has acknowledged; the same message again would be answered alike."""
        return {event["octets"] for event in self.stage.all(since, "ue", "ack_sent")}

    def send_mtk(self):
        """An MTK reaches the UE; sent until it does, as a BM-SC would."""
        for _ in range(20):
            since = self.stage.mark()
            self.bmsc.say("mtk %d %s" % (GROUP, self.relay.address()))
            sent = self.stage.wait(since, "bmsc", "mtk")
            try:
                got = self.stage.wait(since, "ue", "mtk", 1.5, mtk_id=sent["mtk_id"])
            except Late:
                continue
            if (got["key"], got["salt"]) != (sent["key"], sent["salt"]):
                raise Late("the MTK of the UE is another one")
            return sent, got
        raise Late("no MTK came through")

    def srtp(self, lines, *arguments):
        """What msk-srtp makes of these octets, each; None: it does not open."""
        done = subprocess.run([self.tools["msk-srtp"], *arguments], capture_output=True, text=True,
                              input="".join(octets.hex() + "\n" for octets in lines))
        if done.returncode != 0:
            raise Late("msk-srtp: exit status %d" % done.returncode)
        return [None if line == "-" else bytes.fromhex(line) for line in done.stdout.split()]

    def round(self, stripes, mtk, first):
        """All stripes once, in SRTP. The packets that arrived."""
        protected = self.srtp(stripes, "protect", mtk["key"], mtk["salt"], self.mki(mtk), str(first))
        arrived, lost = len(self.air.arrived), self.air.lost
        for stripe, packet in zip(stripes, protected):
            if stripe[:16] in packet:
                raise Late("the picture is sent unprotected")
            self.air.send(packet)
        sent = len(protected) - (self.air.lost - lost)
        self.stage.take("bmsc", {"event": "srtp", "number": mtk["number"], "mtk_id": mtk["mtk_id"],
                                 "lost": self.air.lost - lost, "to": self.air.port(),
                                 "packets": [packet.hex() for packet in protected]})
        self.stage.until(lambda: len(self.air.arrived) == arrived + sent, 20, "packets got lost")
        return self.air.arrived[arrived:]

    def open(self, packets, mtk):
        """With the MTK that each packet names, if it is the UE's."""
        for mki in set(self.srtp(packets, "mki")):
            if mki.hex() != self.mki(mtk):
                raise Late("a packet names another MTK")
        return self.srtp(packets, "open", mtk["key"], mtk["salt"], self.mki(mtk))

    def watch(self, got, packets, seen, without):
        """Puts each stripe where it belongs: as it is for who has no key, and as it is for the UE."""
        for packet, payload in zip(packets, self.open(packets, got)):
            at = (int.from_bytes(packet[2:4], "big") - 1) % picture.STRIPES
            without[at] = packet[12:12 + len(picture.MISSING)]
            if payload is None:
                raise Late("the UE has the MTK, and a packet does not open")
            seen[at] = payload

    def mki(self, mtk):
        return "%04x%04x%04x" % (GROUP, mtk["number"], mtk["mtk_id"])

    # --- the steps ---------------------------------------------------------------------------

    def step_announcement(self):
        """the UE learns which Key Group protects the service"""
        self.start_bsf()
        self.start_bmsc()
        self.start_ue()
        self.must_hold([])

    def step_sim(self):
        """K and OPc in the SIM, a challenge, an answer: both ends have Ks and a B-TID"""
        since = self.stage.mark()
        self.ue.say("bootstrap")
        self.btid = self.bootstrapped(since)

    def bootstrapped(self, since):
        """The new B-TID, of which both ends tell."""
        told = self.stage.wait(since, "ue", "bootstrapped", self.faults.patience)
        self.stage.wait(since, "bsf", "bootstrapped", btid=told["btid"])
        return told["btid"]

    def step_first_key(self):
        """401, Digest, keys from the BSF, 200; the MSK pushed, verified, acknowledged"""
        since = self.stage.mark()
        self.ue.say("start")
        self.stage.wait(since, "ue", "http_response", status=401)
        self.stage.wait(since, "ue", "http_response", status=200)
        self.stage.wait(since, "bsf", "keys_given", btid=self.btid)
        self.stored(since, 1)

    def step_traffic(self):
        """an MTK under the MSK; a picture in SRTP, noise without it, whole with it"""
        sent, got = self.send_mtk()
        stripes = picture.stripes(picture.draw())
        seen, without = [[picture.MISSING] * len(stripes) for _ in "ab"]
        for turn in range(20):  # as a broadcast, it begins again
            packets = self.round(stripes, sent, 1 + turn * len(stripes))
            if any(self.open(packets, dict(got, key=secrets.token_hex(16)))):
                raise Late("it opens with any key")
            self.watch(got, packets, seen, without)
            if picture.MISSING not in seen:
                break
        self.stage.take("ue", {"event": "picture", "mtk_id": got["mtk_id"],
                               "without": b"".join(without).hex(), "with": b"".join(seen).hex()})
        if seen != stripes:
            raise Late("it is another picture")

    def step_rekey(self):
        """two re-keys: the third MSK pushes the oldest out"""
        for number in 2, 3:
            since = self.stage.mark()
            self.bmsc.say("rekey %d" % GROUP)
            self.stored(since, number)
        self.stage.wait(since, "ue", "msk_deleted", number=1)
        self.must_hold([3, 2])

    def step_missed(self):
        """a push is lost; the UE sees it in the traffic, waits, asks"""
        self.catch("rekey %d" % GROUP)
        since = self.stage.mark()
        self.ue.say("missed %04x%04x%04x" % (GROUP, 4, 1))
        self.stage.wait(since, "ue", "http_request")
        self.stored(since, 4)
        self.must_hold([4, 3])

    def step_pull(self):
        """a message without a key makes the UE ask"""
        since = self.stage.mark()
        for _ in range(20):
            self.bmsc.say("pull %d" % GROUP)
            try:
                self.stage.wait(since, "ue", "http_request", 2)
                break
            except Late:
                continue
        self.stored(since, 4)

    def step_bootstrap(self):
        """new keys demanded: 401, bootstrapping, a new B-TID, the MSK under it"""
        since = self.stage.mark()
        self.bmsc.say("rebootstrap " + self.btid)
        self.bmsc.say("stats")  # told when it has done what was before
        self.stage.wait(since, "bmsc", "stats")
        self.ue.say("request %d" % GROUP)
        self.stage.wait(since, "ue", "bootstrap_needed", self.faults.patience)
        before, self.btid = self.btid, self.bootstrapped(since)
        if self.btid == before:
            raise Late("the B-TID is the one before")
        self.stored(since, 4)

    def step_strangers(self):
        """forged, replayed and truncated messages are dropped without a word"""
        true = self.catch("push %d" % GROUP)
        forged = bytearray(true)
        forged[-30] ^= 1
        self.refuses(bytes(forged), "MAC")
        self.refuses(true[:-7], "ends")
        since = self.stage.mark()
        self.relay.inject(true)
        self.stored(since, 4)
        self.refuses(true, "newer")
        self.must_hold([4, 3])

    def refuses(self, octets, reason):
        """The UE drops that, for that reason, and does not answer."""
        since = self.stage.mark()
        self.relay.inject(octets)
        self.stage.until(lambda: any(reason in event["reason"]
                                     for event in self.stage.all(since, "ue", "refused")),
                         20, "it was not refused as one of '%s'" % reason)
        self.silence(since, octets)

    def step_restart(self):
        """the UE is killed and starts from its store; all of before is old"""
        self.ue.end(kill=True)
        old, answers = list(self.relay.arrived), self.answers(0)
        self.start_ue()
        since = self.stage.mark()
        self.must_hold([4, 3])
        self.ue.say("start")  # now it takes messages of the service
        self.stage.wait(since, "ue", "http_request")
        for octets in old:
            self.relay.outer.sendto(octets, self.relay.ue)
            self.stage.idle(0.01)
        self.stage.until(lambda: len(self.stage.all(since, "ue", "refused")) >= len(old),
                         20, "a replay was not refused")
        if answers & self.answers(since):
            raise Late("a replay was answered")
        self.stage.wait(since, "ue", "http_response", self.faults.patience, status=200)
        self.stored(since, 4)
        self.must_hold([4, 3])

    def step_ahead(self):
        """the next MSK is pushed ahead; traffic is under it from the switch on, and nobody asks"""
        since = self.stage.mark()
        self.bmsc.say("prepare %d" % GROUP)
        self.bmsc.say("push-next %d" % GROUP)
        self.stored(since, 5, "push-next")
        self.must_hold([5, 4])
        since = self.stage.mark()
        before, _ = self.send_mtk()
        self.bmsc.say("switch %d" % GROUP)
        after, _ = self.send_mtk()
        if (before["number"], after["number"]) != (4, 5):
            raise Late("traffic under %d and %d" % (before["number"], after["number"]))
        if self.stage.find(since, "bmsc", "pushed") or self.stage.find(since, "ue", "http_request"):
            raise Late("the switch was told of")

    def step_ended(self):
        """the membership ends: no next MSK is pushed, who asks is told 403; then it begins again"""
        since = self.stage.mark()
        self.bmsc.say("part %d %s" % (GROUP, self.btid))
        self.stage.wait(since, "bmsc", "parted", reason="by command")
        self.allow([])
        self.bmsc.say("rekey %d" % GROUP)
        self.ue.say("missed " + self.mki({"number": 6, "mtk_id": 1}))
        told = self.stage.wait(since, "ue", "result", self.faults.patience, procedure="msk-request",
                               code=403)
        if self.stage.find(since, "bmsc", "pushed") or "no" not in told["reason"]:
            raise Late("it is a member still")
        if self.layout == "keyid":  # it registers anew, in vain
            self.stage.wait(since, "ue", "result", self.faults.patience, procedure="register",
                            code=403)
        self.must_hold([5, 4])  # still good, so it stays
        self.allow([SERVICE])
        since = self.stage.mark()
        self.ue.say("start" if self.layout == "keyid" else "request %d" % GROUP)
        self.stored(since, 6)
        self.must_hold([6, 5])

    def allow(self, services):
        """What the subscription is for, from now on."""
        since = self.stage.mark()
        self.bmsc.say("subscriber " + json.dumps(self.subscriber(services)))
        self.bmsc.say("stats")  # told when it has done what was before
        self.stage.wait(since, "bmsc", "stats")

    def step_leave(self):
        """the service is left"""
        since = self.stage.mark()
        self.ue.say("deregister")
        if self.layout == "keyid":
            self.stage.wait(since, "ue", "http_response", self.faults.patience, status=200)
            self.stage.wait(since, "bmsc", "parted")
        self.stage.wait(since, "ue", "left")

    def step_server_gone(self):
        """the server is gone: the UE leaves by the rule, with a short patience"""
        self.ue.end()
        self.bmsc.end(kill=True)
        self.start_ue("--patience", "4")
        since = self.stage.mark()
        self.ue.say("start")
        self.stage.wait(since, "ue", "left", 60)

    STEPS = ["announcement", "sim", "first_key", "traffic", "rekey", "missed", "pull", "bootstrap",
             "strangers", "restart", "ahead", "ended", "leave", "server_gone"]

    def run(self, say):
        """Every step in order; one that fails ends the story. True: all went well."""
        for name in self.STEPS:
            step = getattr(self, "step_" + name)
            self.stage.take("demo", {"event": "step", "step": name, "what": step.__doc__})
            say("   " + step.__doc__)
            try:
                step()
            except (Late, BrokenPipeError, IndexError, KeyError) as why:
                self.results.append((self.layout, step.__doc__, "FAILED: %s" % why))
                return False
            self.results.append((self.layout, step.__doc__, "ok"))
        return True
