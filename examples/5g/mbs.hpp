// SPDX-License-Identifier: MIT
//
// mbs.hpp - the roles of 5G MBS around libmsk, in C++17, to be copied: an MBSF
// that makes MSKs, an MBSTF that makes MTK messages, a client. No socket, no
// thread, no clock: octets and JSON go in and out, so any event loop will do.
// An object is used by one thread at a time; two objects share nothing.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "mbs_json.h"
#include "msk/bmsc.h"
#include "msk/store_ram.h"

namespace mbs
{

using Octets = std::vector<std::uint8_t>;

// What libmsk or the JSON said no to.
struct Error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

inline void
check(int err, const char *what)
{
    if (err != MSK_OK)
        throw Error(std::string(what) + ": " + msk_err_text(err));
}

inline msk_bytes
view(const Octets &octets)
{
    return { octets.data(), octets.size() };
}

// What a host brings; both stay good as long as the objects.
struct Host {
    const msk_crypto *crypto;
    const msk_random *random;

    Octets
    draw(std::size_t n) const
    {
        Octets out(n);

        if (random->fill(random->user, out.data(), n) != 0)
            throw Error("no randomness");
        return out;
    }
};

// An MTK: ID, key and, for streaming, salt.
struct Mtk {
    std::uint16_t msk_number, id;
    Octets key, salt;
};

// MbsSecurityContext as text.
std::string context_text(const mbs_key_info &info);
mbs_key_info context_key(const std::string &text);

// Makes MSKs, and says them to MBSTFs and, through the network, to UEs.
class Mbsf
{
  public:
    Mbsf(const Host &host, const msk_group_id &group);
    ~Mbsf();
    Mbsf(const Mbsf &) = delete;
    Mbsf &operator=(const Mbsf &) = delete;

    // A fresh MSK under the next number. Keep the record (msk_key_group_pack)
    // before it is said to anybody.
    void renew();
    // The current MSK, with its end and, where the MBSF makes MTKs as well, one
    // of these.
    mbs_key_info context(msk_time expires, const Mtk *mtk = nullptr) const;

  private:
    const Host host_;
    msk_key_group group_{};
};

// Makes MTK messages under the MSKs that it is told.
class Mbstf
{
  public:
    explicit Mbstf(const Host &host);
    ~Mbstf();
    Mbstf(const Mbstf &) = delete;
    Mbstf &operator=(const Mbstf &) = delete;

    // A context of the MBSF: the first MSK, or the next one, which is used from
    // now on. The same one again changes nothing.
    void take(const mbs_key_info &info);
    // A fresh MTK, and the message that carries it, to be sent as often as
    // wanted. `keep` is called with the record before: commit it.
    Octets make(Mtk &mtk, const std::function<void(const Octets &)> &keep);
    // The message for an MTK that was made elsewhere, for several MBSTFs that
    // say the same. TS 33.246 6.3.4.6: T is the seconds of NTP, and grows with
    // each MTK; `ntp_seconds` must be above that of the one before.
    Octets repeat(const Mtk &mtk, std::uint32_t ntp_seconds) const;

  private:
    const Host host_;
    bool has_group_ = false;
    msk_key_group group_{};
    Octets memory_ = Octets(MSK_BMSC_SIZE);
    msk_bmsc *bmsc_ = nullptr;
};

// The UE's end: contexts out of NAS, MTK messages off the air.
class Client
{
  public:
    Client(const Host &host, std::size_t groups);
    ~Client();
    Client(const Client &) = delete;
    Client &operator=(const Client &) = delete;

    // A context out of NAS; an MTK that came along is returned.
    std::optional<Mtk> take(const mbs_key_info &info);
    // A datagram. MSK_OK with an MTK, or what kept it from being taken: noise
    // of an open port, a repetition, a stranger's. Never an answer.
    int datagram(const std::uint8_t *p, std::size_t n, std::optional<Mtk> &mtk);
    // When the newest MSK of the group ends; 0: not known.
    msk_time expires(const msk_group_id &group);

  private:
    Octets memory_ = Octets(MSK_MGVF_SIZE);
    std::vector<msk_ram_record> records_;
    msk_ram ram_{};
    msk_store store_{};
    msk_mgvf *mgvf_ = nullptr;
};

} // namespace mbs
