// SPDX-License-Identifier: MIT
//
// told.hpp - what control_plane.cpp says of itself: text, or with --json events
// as JSON lines, each of them one write, so that those of several processes do
// not mix. Keys are in none.
#pragma once

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <string>

#include "mbs.hpp"

namespace told
{

inline bool as_json = false;

inline std::string
hex(const std::uint8_t *p, std::size_t n)
{
    char text[3];
    std::string out;

    for (std::size_t i = 0; i < n; i++) {
        std::snprintf(text, sizeof text, "%02x", p[i]);
        out += text;
    }
    return out;
}

// Owns the event, as json_pack has made it.
inline void
event(const char *who, const char *name, json_t *members)
{
    json_t *all = json_pack("{ss ss}", "who", who, "event", name);

    if (as_json && json_object_update(all, members) == 0) {
        char *text = json_dumps(all, JSON_COMPACT);
        std::string line = std::string(text) + "\n";

        std::free(text);
        if (write(STDOUT_FILENO, line.data(), line.size()) < 0)
            as_json = false; // nobody listens
    }
    json_decref(members);
    json_decref(all);
}

inline void
text(const std::string &line)
{
    if (!as_json)
        std::puts(line.c_str());
}

// An MbsSecurityContext without its keys.
inline std::string
hidden(const std::string &context)
{
    json_t *all = json_loads(context.c_str(), 0, nullptr), *one;
    const char *name;

    json_object_foreach(json_object_get(all, "keyList"), name, one)
    {
        for (const char *key : { "msk", "mtk" })
            if (json_object_get(one, key) != nullptr)
                json_object_set_new(one, key, json_string("(hidden)"));
    }
    char *text = json_dumps(all, JSON_INDENT(1));
    std::string out(text);
    std::free(text);
    json_decref(all);
    return out;
}

// A key that is named as in MIKEY: group, number and, of an MTK, its ID.
inline json_t *
name_of(const msk_key_id &id, unsigned mtk_id)
{
    std::string domain = hex(id.domain, sizeof id.domain);
    json_t *out = json_pack("{ss si si}", "domain", domain.c_str(), "group",
                            int(id.group), "number", int(id.number));

    if (mtk_id != 0)
        json_object_set_new(out, "mtk_id", json_integer(json_int_t(mtk_id)));
    return out;
}

inline json_t *
name_of(const msk_group_id &group, unsigned number, unsigned mtk_id)
{
    msk_key_id id{};

    std::copy_n(group.domain, sizeof id.domain, id.domain);
    id.group = group.group;
    id.number = static_cast<std::uint16_t>(number);
    return name_of(id, mtk_id);
}

// --- what happens

// The MBSF says an MSK to all, or an MTK to the MBSTFs.
inline void
context(const msk_group_id &group, unsigned msk, unsigned mtk,
        const std::string &text)
{
    json_t *members = name_of(group, msk, mtk);

    json_object_set_new(members, "body", json_string(hidden(text).c_str()));
    event("mbsf", "context", members);
}

// A message, when it is sent for the first time.
inline void
sent(const char *who, const msk_group_id &group, const mbs::Mtk &mtk,
     const mbs::Octets &message, const std::string &from, const std::string &to)
{
    json_t *members = name_of(group, mtk.msk_number, mtk.id);
    std::string octets = hex(message.data(), message.size());

    json_object_set_new(members, "octets", json_string(octets.c_str()));
    json_object_set_new(members, "from", json_string(from.c_str()));
    json_object_set_new(members, "to", json_string(to.c_str()));
    event(who, "mtk", members);
}

// What became of one; if it was not taken, once, however often it comes.
inline void
taken(const msk_group_id &group, const mbs::Octets &message, int err,
      const std::optional<mbs::Mtk> &mtk)
{
    static std::set<mbs::Octets> seen;

    if (!seen.insert(message).second)
        return;
    if (mtk)
        event("ue", "mtk", name_of(group, mtk->msk_number, mtk->id));
    else
        event("ue", "refused",
              json_pack("{ss ss}", "what", "datagram", "reason",
                        msk_err_text(err)));
}

} // namespace told
