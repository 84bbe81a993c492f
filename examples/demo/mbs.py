# SPDX-License-Identifier: MIT
"""5G MBS: what mbs-control-plane tells, cut into steps. Each step says what must come of it."""
import json
import subprocess
import threading

import wire
from stage import Late
from story import counter

PATIENCE = 120  # seconds
NO_MULTICAST = 77
NTP_2020 = 3786825600  # seconds of NTP on 1 January 2020


def address(text):
    host, port = text.rsplit(":", 1)
    return host, int(port)


class MbsStory:
    """One MBSF, one or two MBSTFs, one UE: each a process, and none waits for this one."""

    STEPS = ["handed_over", "traffic", "next", "several"]

    def __init__(self, stage, layout, tool):
        self.stage, self.layout, self.tool = stage, layout, tool
        self.results, self.captured = [], []
        self.why_not = None if tool else ("there is no mbs-control-plane, which is built where there "
                                          "is a C++ compiler (g++)")

    # --- what must have happened -----------------------------------------------------------

    def of(self, who, name, **members):
        return self.stage.all(self.began, who, name, **members)

    def each_once(self, number, senders):
        """Three MTKs under that MSK, from each MBSTF, and the UE has each of them once."""
        for who in senders:
            if [event["mtk_id"] for event in self.of(who, "mtk", number=number)] != [1, 2, 3]:
                raise Late("%s did not send three MTKs" % who)
        if [event["mtk_id"] for event in self.of("ue", "mtk", number=number)] != [1, 2, 3]:
            raise Late("the UE did not have each MTK once")

    def step_handed_over(self):
        """the MBSF makes an MSK: to the MBSTF, and through NAS to the UE"""
        if not self.of("mbsf", "context", number=1) or not self.of("ue", "msk", number=1):
            raise Late("the MSK did not come")

    def step_traffic(self):
        """the MBSTF multicasts MTKs under it; the UE, which never answers, has each"""
        self.each_once(1, ["mbstf"])
        if self.of("ue", "refused"):
            raise Late("something was refused")

    def step_next(self):
        """a next MSK, handed over before it is used, and MTKs under that"""
        if not self.of("ue", "msk", number=2):
            raise Late("the MSK did not come")
        self.each_once(2, ["mbstf"])

    def step_several(self):
        """two MBSTFs send the MTKs of the MBSF, NTP seconds as T: each counts once"""
        for number in 1, 2:
            self.each_once(number, ["mbstf", "mbstf2"])
        for who in "mbstf", "mbstf2":
            times = [int.from_bytes(counter(bytes.fromhex(event["octets"])), "big")
                     for event in self.of(who, "mtk")]
            if times != sorted(set(times)) or times[0] < NTP_2020:
                raise Late("T of %s: %s" % (who, times))
        if not self.of("ue", "refused"):
            raise Late("the second of two is not passed over")

    # --- the events ------------------------------------------------------------------------

    def begin(self, name, say):
        self.began = self.stage.mark()
        self.name = name
        what = getattr(self, "step_" + name).__doc__
        self.stage.take("demo", {"event": "step", "step": name, "what": what})
        say("   " + what)

    def end_step(self):
        step = getattr(self, "step_" + self.name)
        try:
            step()
            result = "ok"
        except Late as why:
            result = "FAILED: %s" % why
        self.results.append((self.layout, step.__doc__, result))

    def cut(self, event, say):
        """Where one step ends and the next one begins."""
        who, name = event["who"], event["event"]
        if (self.name == "handed_over" and (who, name) == ("mbstf", "mtk") or
                self.name == "traffic" and (who, name, event.get("number")) == ("mbsf", "context", 2)):
            self.end_step()
            self.begin("traffic" if who == "mbstf" else "next", say)

    def take(self, line, say):
        event = json.loads(line)
        self.cut(event, say)
        if event["event"] == "mtk" and "octets" in event:
            self.captured.append(wire.udp(address(event["from"]), address(event["to"]),
                                          bytes.fromhex(event["octets"])))
        self.stage.take(event.pop("who"), event)

    def play(self, say, *more):
        """One run of it. True: it says that all was well."""
        process = subprocess.Popen([self.tool, "--json", *more], stdout=subprocess.PIPE)
        timer = threading.Timer(PATIENCE, process.kill)
        timer.start()
        for line in process.stdout:
            self.take(line, say)
        timer.cancel()
        process.stdout.close()
        return process.wait()

    def run(self, say):
        if not self.why_not:
            self.begin("handed_over", say)
            self.status = [self.play(say)]
            if self.status == [NO_MULTICAST]:
                self.why_not = "there is no multicast here"
        if self.why_not:
            return False
        self.end_step()
        self.begin("several", say)
        self.status.append(self.play(say, "--ntp"))
        self.end_step()
        if any(self.status):
            self.stage.crashes.append("mbs-control-plane: exit status %s" % self.status)
        return True

    def end(self):
        """The programs have."""

    def packets(self):
        return self.captured

    def key_logs(self):
        return []
