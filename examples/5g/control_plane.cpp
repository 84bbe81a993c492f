// SPDX-License-Identifier: MIT
//
// control_plane.cpp - the control plane of TS 33.501 W.4.1.2, played by four
// processes: an MBSF makes MSKs and says them, in MbsSecurityContext of TS
// 29.571, to MBSTFs and, by a pipe that stands for SMF and NAS, to a UE. The
// MBSTFs multicast MTK messages on the loopback. Exit status 0: the UE has had
// every MTK, and none twice; 77: there is no multicast here.
//
//   mbs-control-plane         one MBSTF, which makes the MTKs
//   mbs-control-plane --ntp   two, which both send the MTKs of the MBSF, with
//                             the seconds of NTP as T (TS 33.246 6.3.4.6)
//   ... --json                tells events as JSON, one a line
#include <poll.h>
#include <sys/random.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <ctime>

#include "../provider.h"
#include "loopback.hpp"
#include "mbs.hpp"
#include "told.hpp"

using loopback::Child;
using loopback::ended_well;
using loopback::Lines;
using loopback::say;
using loopback::start;
using mbs::Mtk;
using mbs::Octets;

namespace
{

constexpr msk_group_id group = { { 0x00, 0xF1, 0x10 }, 0x0001 };
constexpr int mtks = 3;         // under each MSK
constexpr int patience = 60000; // milliseconds, for anything
constexpr int repetition = 100; // of an MTK message

int
fill(void *, std::uint8_t *out, std::size_t n)
{
    return getrandom(out, n, 0) == static_cast<ssize_t>(n) ? 0 : -1;
}

const msk_random randomness = { sizeof randomness, nullptr, fill };

mbs::Host
host()
{
    return { host_crypto(), &randomness };
}

std::uint32_t
ntp_seconds()
{
    return static_cast<std::uint32_t>(std::time(nullptr)) + 2208988800u;
}

std::string
described(const Mtk &mtk)
{
    return std::to_string(mtk.msk_number) + " " + std::to_string(mtk.id) + " " +
           told::hex(mtk.key.data(), mtk.key.size());
}

// --- the roles

// A message at the latest: sent again until the MBSF has something to say.
void
repeat_until(Lines &in, std::string &line, int s, const sockaddr_in &to,
             const Octets &message)
{
    do {
        if (!message.empty())
            (void)sendto(s, message.data(), message.size(), 0,
                         reinterpret_cast<const sockaddr *>(&to), sizeof to);
    } while (!in.next(line, repetition) && !in.over);
}

Mtk
mtk_of(const mbs_key_info &info)
{
    return { info.id.number,
             info.mtk_id,
             Octets(info.mtk.key, info.mtk.key + info.mtk.key_len),
             {} };
}

// The MTK that the MBSF made, in a second that no MTK had before.
Octets
in_step(const mbs::Mbstf &mbstf, const Mtk &mtk, std::uint32_t &last)
{
    while (ntp_seconds() <= last)
        poll(nullptr, 0, 20);
    last = ntp_seconds();
    return mbstf.repeat(mtk, last);
}

// Lines of the MBSF: a context, or "mtk" for a new one. Tells its MTKs.
void
run_mbstf(const char *who, int from, int report, std::uint16_t port)
{
    mbs::Mbstf mbstf(host());
    Lines in(from);
    Octets message;
    std::string line;
    std::uint32_t last = 0;
    sockaddr_in to = loopback::address(loopback::multicast, port);
    int s = loopback::open_sender();
    const std::string source = loopback::name_of(s);
    const std::string group_at =
        std::string(loopback::multicast) + ":" + std::to_string(port);

    for (repeat_until(in, line, s, to, message); !in.over;
         repeat_until(in, line, s, to, message)) {
        Mtk mtk{};

        if (line == "mtk") {
            message = mbstf.make(mtk, [](const Octets &) {}); // commit here
            told::sent(who, group, mtk, message, source, group_at);
            say(report, described(mtk));
            continue;
        }
        mbs_key_info info = mbs::context_key(line);
        mbstf.take(info);
        mtk = mtk_of(info);
        message = mtk.id != 0 ? in_step(mbstf, mtk, last) : Octets();
        if (mtk.id != 0)
            told::sent(who, group, mtk, message, source, group_at);
        msk_wipe(&info, sizeof info);
    }
    close(s);
}

void
take_nas(Lines &nas, mbs::Client &ue, int report)
{
    std::string line;

    if (!nas.next(line, 0))
        return;
    mbs_key_info info = mbs::context_key(line);
    (void)ue.take(info);
    told::event("ue", "msk", told::name_of(info.id, info.mtk_id));
    msk_wipe(&info, sizeof info);
    say(report, "expires " + std::to_string(ue.expires(group)));
}

void
take_datagram(int s, mbs::Client &ue, int report)
{
    Octets message(MSK_MIKEY_MAX);
    std::optional<Mtk> mtk;
    ssize_t n = recv(s, message.data(), message.size(), 0);
    int err;

    if (n <= 0)
        return;
    message.resize(static_cast<std::size_t>(n));
    err = ue.datagram(message.data(), message.size(), mtk);
    told::taken(group, message, err, mtk);
    if (mtk)
        say(report, described(*mtk));
}

// Contexts out of NAS, MTK messages off the air, in one loop.
void
run_ue(int from, int report, int s)
{
    mbs::Client ue(host(), 1);
    Lines nas(from);

    while (!nas.over) {
        pollfd ready[2] = { { nas.fd(), POLLIN, 0 }, { s, POLLIN, 0 } };

        if (poll(ready, 2, patience) <= 0)
            return;
        if (ready[0].revents != 0)
            take_nas(nas, ue, report);
        if ((ready[1].revents & POLLIN) != 0)
            take_datagram(s, ue, report);
    }
}

// --- the MBSF, and what it sees

class Play
{
  public:
    explicit Play(bool ntp) : ntp_(ntp)
    {
        std::uint16_t port;
        int s = loopback::open_receiver(&port);

        ue_ = start([s](int in, int out) { run_ue(in, out, s); });
        close(s);
        for (int i = 0; i < (ntp ? 2 : 1); i++)
            mbstfs_.push_back(start([port, i](int in, int out) {
                run_mbstf(i == 0 ? "mbstf" : "mbstf2", in, out, port);
            }));
        mbsf_.emplace(host(), group); // no child has its MSK
    }

    // Two MSKs, and some MTKs under each.
    bool
    run()
    {
        bool fine = true;

        for (int msk = 1; fine && msk <= 2; msk++) {
            if (msk > 1)
                mbsf_->renew();
            fine = hand_over(msk);
            for (int i = 1; fine && i <= mtks; i++)
                fine = expect(next_mtk(i));
        }
        for (const Child &mbstf : mbstfs_)
            fine = ended_well(mbstf) && fine;
        fine = ended_well(ue_) && fine;
        return fine && !ue_.from.next(line_, 0); // nothing twice
    }

  private:
    // The UE first: the MSK is there before its first MTK message.
    bool
    hand_over(int msk)
    {
        msk_time expires =
            static_cast<msk_time>(std::time(nullptr) + 3600) * 1000;
        std::string text = mbs::context_text(mbsf_->context(expires));

        told::text("MBSF: MSK " + std::to_string(msk) +
                   " to UE and MBSTF: " + std::to_string(text.size()) +
                   " octets of MbsSecurityContext");
        told::context(group, msk, 0, text);
        say(ue_.to, text);
        if (!ue_.from.next(line_, patience) ||
            line_ != "expires " + std::to_string(expires))
            return false;
        for (const Child &mbstf : mbstfs_)
            say(mbstf.to, text);
        return true;
    }

    std::string
    next_mtk(int i)
    {
        if (!ntp_) {
            say(mbstfs_[0].to, "mtk");
            return mbstfs_[0].from.next(line_, patience) ? line_ : "";
        }
        Mtk mtk = { 0, static_cast<std::uint16_t>(i), host().draw(16), {} };
        mbs_key_info info = mbsf_->context(0, &mtk);

        mtk.msk_number = info.id.number;
        told::context(group, info.id.number, info.mtk_id,
                      mbs::context_text(info));
        for (const Child &mbstf : mbstfs_)
            say(mbstf.to, mbs::context_text(info));
        msk_wipe(&info, sizeof info);
        return described(mtk);
    }

    bool
    expect(const std::string &mtk)
    {
        bool fine = ue_.from.next(line_, patience) && line_ == mtk;

        told::text("UE: MTK " + line_.substr(0, 3) +
                   (fine ? " as it was made" : " is another one, or none"));
        return fine;
    }

    bool ntp_;
    std::optional<mbs::Mbsf> mbsf_;
    Child ue_;
    std::vector<Child> mbstfs_;
    std::string line_;
};

} // namespace

int
main(int argc, char **argv)
{
    bool ntp = false, known = true;

    for (int i = 1; i < argc; i++) {
        ntp = ntp || std::strcmp(argv[i], "--ntp") == 0;
        told::as_json = told::as_json || std::strcmp(argv[i], "--json") == 0;
        known = known && (std::strcmp(argv[i], "--ntp") == 0 ||
                          std::strcmp(argv[i], "--json") == 0);
    }
    if (!known) {
        std::fprintf(stderr, "usage: mbs-control-plane [--ntp] [--json]\n");
        return 1;
    }
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    try {
        bool fine = Play(ntp).run();

        told::text(fine ? "PASS" : "FAIL");
        told::event("mbsf", "end", json_pack("{sb}", "fine", int(fine)));
        return fine ? 0 : 2;
    } catch (const loopback::NoMulticast &e) {
        std::fprintf(stderr, "mbs-control-plane: multicast: %s\n", e.what());
        return 77;
    } catch (const std::exception &e) {
        std::fprintf(stderr, "mbs-control-plane: %s\n", e.what());
        return 2;
    }
}
