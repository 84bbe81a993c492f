// SPDX-License-Identifier: MIT
#include "mbs.hpp"

#include <algorithm>
#include <cstdlib>
#include <memory>

namespace mbs
{

namespace
{

using Json = std::unique_ptr<json_t, void (*)(json_t *)>;

Json
owned(json_t *value)
{
    return Json(value, [](json_t *v) { json_decref(v); });
}

Octets
copy(msk_bytes octets)
{
    return Octets(octets.p, octets.p + octets.n);
}

// Nobody asks an MBSTF for an MSK.
const msk_key_group *
no_group(void *, const msk_group_id *)
{
    return nullptr;
}

msk_mtk
as_mtk(const Mtk &mtk)
{
    msk_mtk out{};

    if (mtk.key.size() > sizeof out.key || mtk.salt.size() > sizeof out.salt)
        throw Error("an MTK that is none");
    std::copy(mtk.key.begin(), mtk.key.end(), out.key);
    std::copy(mtk.salt.begin(), mtk.salt.end(), out.salt);
    out.key_len = mtk.key.size();
    out.salt_len = mtk.salt.size();
    return out;
}

} // namespace

std::string
context_text(const mbs_key_info &info)
{
    Json value = owned(mbs_context_write(&info, 1));
    char *text = json_dumps(value.get(), JSON_COMPACT);

    if (text == nullptr)
        throw Error("no memory");
    std::string out(text);
    msk_wipe(text, out.size());
    std::free(text);
    return out;
}

mbs_key_info
context_key(const std::string &text)
{
    Json value = owned(
        json_loadb(text.data(), text.size(), JSON_REJECT_DUPLICATES, nullptr));
    mbs_key_info info;
    std::size_t n;
    const char *why = mbs_context_read(value.get(), &info, 1, &n);

    if (why != nullptr)
        throw Error(why);
    return info;
}

// --- MBSF

Mbsf::Mbsf(const Host &host, const msk_group_id &group) : host_(host)
{
    msk_key_group_config c{};

    c.size = sizeof c;
    std::copy_n(group.domain, 3, c.id.domain);
    c.id.group = group.group;
    c.id.number = 1;
    check(msk_key_group_init(&group_, &c, host_.random), "a new Key Group");
}

Mbsf::~Mbsf()
{
    msk_key_group_wipe(&group_);
}

void
Mbsf::renew()
{
    check(msk_key_group_rekey(&group_, host_.random), "a new MSK");
}

mbs_key_info
Mbsf::context(msk_time expires, const Mtk *mtk) const
{
    mbs_key_info info;

    if (!mbs_key_info_of(&group_, MSK_ROLE_CURRENT, expires, &info))
        throw Error("no MSK");
    if (mtk != nullptr) {
        info.mtk_id = mtk->id;
        info.mtk = as_mtk(*mtk);
    }
    return info;
}

// --- MBSTF

Mbstf::Mbstf(const Host &host) : host_(host)
{
    msk_bmsc_config c{};

    c.size = sizeof c;
    c.layout = MSK_LAYOUT_KEYID;
    c.fqdn = msk_text("mbstf.invalid"); // it stands in no MTK message
    c.crypto = host_.crypto;
    c.random = host_.random;
    c.find_group = no_group;
    c.mtk_rand = true; // decision 39
    check(msk_bmsc_init(&bmsc_, memory_.data(), memory_.size(), &c), "MBSTF");
}

Mbstf::~Mbstf()
{
    msk_bmsc_wipe(bmsc_);
    msk_key_group_wipe(&group_);
}

void
Mbstf::take(const mbs_key_info &info)
{
    msk_key_group_config c;
    msk_key_group_next next;
    msk_key_id now{};
    Octets rand = host_.draw(16);

    if (!has_group_) {
        if (!mbs_key_info_group(&info, &c))
            throw Error("a context without an MSK");
        check(msk_key_group_init(&group_, &c, host_.random), "a first MSK");
        has_group_ = true;
        return;
    }
    msk_key_group_current(&group_, &now);
    if (now.number == info.id.number)
        return;
    if (!mbs_key_info_next(&info, rand.data(), &next))
        throw Error("a context without an MSK");
    check(msk_key_group_prepare(&group_, &next, nullptr), "the next MSK");
    check(msk_key_group_switch(&group_), "the next MSK");
}

Octets
Mbstf::make(Mtk &mtk, const std::function<void(const Octets &)> &keep)
{
    Octets message(MSK_MIKEY_MAX), record(MSK_KEY_GROUP_PACKED_MAX);
    msk_bmsc_mtk made{};
    msk_key_id id{};
    std::size_t n = 0;

    if (!has_group_)
        throw Error("no MSK yet");
    check(msk_key_group_reserve(&group_, 1), "an MTK ID");
    check(msk_key_group_pack(&group_, record.data(), record.size(), &n),
          "the record");
    record.resize(n);
    keep(record);
    msk_wipe(record.data(), record.size());
    mtk.key = host_.draw(16);
    mtk.salt.clear();
    made.size = sizeof made;
    made.key = view(mtk.key);
    check(msk_bmsc_make_mtk(bmsc_, &group_, &made, message.data(),
                            message.size(), &n),
          "an MTK message");
    msk_key_group_current(&group_, &id);
    mtk.msk_number = id.number;
    mtk.id = made.mtk_id;
    message.resize(n);
    return message;
}

Octets
Mbstf::repeat(const Mtk &mtk, std::uint32_t ntp_seconds) const
{
    Octets message(MSK_MIKEY_MAX), csb_id = host_.draw(4);
    msk_mtk_message m{};
    msk_bytes msk{};
    std::size_t n = 0;

    if (!has_group_)
        throw Error("no MSK yet");
    m.size = sizeof m;
    m.layout = MSK_LAYOUT_KEYID;
    m.with_rand = true;
    msk_key_group_current(&group_, &m.id);
    msk_key_group_secrets(&group_, &msk, &m.rand);
    m.mtk_id = mtk.id;
    for (std::uint8_t octet : csb_id)
        m.csb_id = m.csb_id << 8 | octet;
    m.counter = ntp_seconds;
    m.key = view(mtk.key);
    m.salt = view(mtk.salt);
    check(msk_mtk_message_make(host_.crypto, msk, &m, message.data(),
                               message.size(), &n),
          "an MTK message");
    message.resize(n);
    return message;
}

// --- client

Client::Client(const Host &host, std::size_t groups)
    : records_(msk_mgvf_records(0, groups))
{
    msk_mgvf_config c{};

    check(msk_store_ram_init(&store_, &ram_, records_.data(), records_.size()),
          "a store");
    c.size = sizeof c;
    c.crypto = host.crypto;
    c.store = &store_;
    check(msk_mgvf_init(&mgvf_, memory_.data(), memory_.size(), &c), "MGV-F");
}

Client::~Client()
{
    msk_mgvf_wipe(mgvf_);
    msk_store_ram_wipe(&ram_);
}

std::optional<Mtk>
Client::take(const mbs_key_info &info)
{
    msk_import import;

    if (!mbs_key_info_import(&info, &import))
        throw Error("a context without an MSK");
    check(msk_mgvf_import_msk(mgvf_, &import), "an MSK");
    if (info.mtk_id == 0)
        return std::nullopt;
    return Mtk{ info.id.number, info.mtk_id, copy(import.mtk),
                copy(import.mtk_salt) };
}

int
Client::datagram(const std::uint8_t *p, std::size_t n, std::optional<Mtk> &mtk)
{
    msk_mgvf_input input{};
    msk_mgvf_result result{};
    int err;

    mtk.reset();
    input.size = sizeof input;
    input.layout = MSK_LAYOUT_KEYID;
    input.message = { p, n };
    result.size = sizeof result;
    err = msk_mgvf_process(mgvf_, &input, &result);
    if (err == MSK_OK && result.outcome == MSK_OUTCOME_MTK)
        mtk = Mtk{ result.id.number, result.mtk_id, copy(result.key),
                   copy(result.salt) };
    return err;
}

msk_time
Client::expires(const msk_group_id &group)
{
    msk_held held{};

    held.size = sizeof held;
    check(msk_mgvf_held(mgvf_, &group, &held), "what is held");
    return held.expires[0];
}

} // namespace mbs
