-- SPDX-License-Identifier: MIT
--
-- A post-dissector for Wireshark: what MIKEY messages of MBMS (3GPP TS 33.246)
-- say beyond RFC 3830. Adds to each message its kind, its layout, the names of
-- its keys and the value of its counter, as fields that filters can use, and
-- to the Info column the kind, the names and the counter:
--
--   mbms.kind == "MSK message" && mbms.group == 0x18cf && mbms.counter > 5
--
--   tshark -X lua_script:mbms.lua -r capture.pcapng -V
--   or copy it into the folder "Personal Lua Plugins" (Help, About, Folders)

local mbms = Proto("mbms", "MBMS key management (TS 33.246)")
local fields = {
    kind = ProtoField.string("mbms.kind", "Kind"),
    layout = ProtoField.string("mbms.layout", "Layout"),
    ext_type = ProtoField.uint8("mbms.ext_type", "Type of EXT (3; 2 in 2004)", base.DEC),
    domain = ProtoField.bytes("mbms.domain", "Key Domain ID / Network ID"),
    group = ProtoField.uint16("mbms.group", "Key Group", base.HEX),
    number = ProtoField.uint16("mbms.number", "Key Number / MSK ID", base.HEX),
    mtk_id = ProtoField.uint16("mbms.mtk_id", "MTK ID", base.HEX),
    counter = ProtoField.uint32("mbms.counter", "Counter (T)", base.DEC),
    wants_ack = ProtoField.bool("mbms.wants_ack", "Acknowledgement asked for (V)"),
    download = ProtoField.bool("mbms.download", "Empty map (download)"),
    btid = ProtoField.string("mbms.btid", "B-TID (IDr)"),
}
mbms.fields = fields

local mikey = Field.new("mikey")

-- Payload types, and how long those are that MBMS uses; all after the octet
-- for the next one.
local KEMAC, T, ID, V, SP, RAND, EXT = 1, 5, 6, 9, 10, 11, 21
-- The type of a Key ID extension, and the one that it had in October 2004.
local KEY_ID, KEY_TYPE = 3, 2
local TS_LENGTH = { [0] = 8, [1] = 8, [2] = 4, [3] = 4 }
local MAC_LENGTH = { [0] = 0, [1] = 20, [2] = 32 }

-- Octets with a name and a place; nil where they end too early.
local function octets(message, at, n)
    if at + n > message:len() then return nil end
    return message(at, n)
end

local function u8(message, at)
    local range = octets(message, at, 1)
    return range and range:uint()
end

local function u16(message, at)
    local range = octets(message, at, 2)
    return range and range:uint()
end

local function length_of(message, kind, at)
    if kind == T then
        local n = TS_LENGTH[u8(message, at + 1) or 99]
        return n and 2 + n
    elseif kind == ID or kind == EXT then
        local n = u16(message, at + 2)
        return n and 4 + n
    elseif kind == RAND then
        local n = u8(message, at + 1)
        return n and 2 + n
    elseif kind == SP then
        local n = u16(message, at + 3)
        return n and 5 + n
    elseif kind == KEMAC then
        local n = u16(message, at + 2)
        local mac = n and MAC_LENGTH[u8(message, at + 4 + n) or 99]
        return mac and 5 + n + mac
    elseif kind == V then
        local mac = MAC_LENGTH[u8(message, at + 1) or 99]
        return mac and 2 + mac
    end
    return nil
end

-- The payloads of a message in their order: { kind, at, length }.
local function walk(message)
    local n_cs, map = u8(message, 8), u8(message, 9)
    if not map or map > 1 then return nil end
    local at, kind, found = 10 + (map == 0 and 9 * n_cs or 0), u8(message, 2), {}
    while kind ~= 0 and #found < 64 do
        local n = length_of(message, kind, at)
        if not n or not octets(message, at, n) then return nil end
        table.insert(found, { kind = kind, at = at, length = n })
        kind, at = u8(message, at), at + n
    end
    return found
end

-- The sub-payloads of a Key ID extension (RFC 4563), by their type.
local function key_ids(message, payload)
    local ids, at, last = {}, payload.at + 4, payload.at + payload.length
    while at + 2 <= last do
        local kind, n = u8(message, at), u8(message, at + 1)
        if at + 2 + n > last then break end
        if n > 0 then ids[kind] = message(at + 2, n) end
        at = at + 2 + n
    end
    return ids
end

-- Adds the names of the keys, and returns them as the Info column has them:
-- domain/group/number, and /MTK ID of an MTK.
local function add_names(tree, message, payloads, ids)
    local service, names, shown = ids[1], {}, {}
    local function name(field, range)
        tree:add(field, range)
        table.insert(shown, tostring(range:bytes()):lower())
    end
    for _, p in ipairs(payloads) do
        if p.kind == ID and p.length > 4 then table.insert(names, message(p.at + 4, p.length - 4)) end
    end
    if service and service:len() == 4 then
        tree:add(fields.layout, "KEYID (TS 33.246)")
        if ids[0] then name(fields.domain, ids[0]) end
        name(fields.group, service(0, 2))
        name(fields.number, service(2, 2))
    elseif service and service:len() == 2 then
        tree:add(fields.layout, "CSB (change request)")
        if names[1] then name(fields.domain, names[1]) end
        name(fields.group, message(6, 2))
        name(fields.number, service)
    end
    if ids[2] and ids[2]:len() == 2 then name(fields.mtk_id, ids[2]) end
    local btid = u8(message, 1) == 1 and names[1] or names[2]
    if btid then tree:add(fields.btid, btid) end
    return table.concat(shown, "/")
end

local function is_csb(ids)
    return ids[1] ~= nil and ids[1]:len() == 2
end

local function kind_of(message, ids)
    if u8(message, 1) == 1 then return "verification message" end
    if ids[2] then return "MTK message" end
    local service = ids[1]
    if not service then return nil end
    local n = service:len()
    return service(n - 2, 2):uint() == 0 and "pull" or "MSK message"
end

local function add_message(pinfo, root, message)
    local payloads = walk(message)
    if not payloads then return end
    local ids, named_by = {}, nil
    for _, p in ipairs(payloads) do
        local ext_type = p.kind == EXT and u8(message, p.at + 1)
        if ext_type == KEY_ID or ext_type == KEY_TYPE and not named_by then
            ids, named_by = key_ids(message, p), message(p.at + 1, 1)
        end
    end
    local kind = kind_of(message, ids)
    if not kind then return end
    local tree = root:add(mbms, message)
    tree:append_text(": " .. kind)
    tree:add(fields.kind, kind)
    if named_by then tree:add(fields.ext_type, named_by) end
    local names = add_names(tree, message, payloads, ids)
    pinfo.cols.info:append(", " .. kind .. (names ~= "" and " " .. names or ""))
    for _, p in ipairs(payloads) do
        if p.kind == T and u8(message, p.at + 1) == 2 then
            local counter = message(p.at + 2, 4)
            tree:add(fields.counter, counter)
            pinfo.cols.info:append(", counter " .. counter:uint())
        end
    end
    tree:add(fields.wants_ack, message(3, 1), u8(message, 3) >= 128)
    -- In 2004 the Empty map had the number 0, which is that of the SRTP-ID map.
    local empty = u8(message, 9) == 1 or is_csb(ids) and u8(message, 8) == 0
    tree:add(fields.download, message(9, 1), empty)
end

function mbms.dissector(_, pinfo, root)
    for _, info in ipairs({ mikey() }) do
        add_message(pinfo, root, info.range)
    end
end

register_postdissector(mbms)
