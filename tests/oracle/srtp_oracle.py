# SPDX-License-Identifier: MIT
"""A model of SRTP (RFC 3711) as MBMS uses it: AES-CM with 128 bits, HMAC-SHA-1-80, an MKI of 6
octets; a key derivation rate of 0, packets before the first time that their numbers begin anew."""
from oracle import Refused, aes_ctr, mac, require

HEADER, MKI, TAG = 12, 6, 10
CIPHER, AUTH, SALT = 0, 1, 2


def session(key, salt, label, n):
    """RFC 3711 4.3.1, 4.3.3."""
    x = int.from_bytes(salt, "big") ^ label << 48
    return aes_ctr(key, (x << 16).to_bytes(16, "big"), bytes(n))


def parts(packet):
    """The packet up to its MKI; the MKI; the tag."""
    end = len(packet) - MKI - TAG
    require(end > HEADER and packet[0] == 0x80, "not SRTP")
    return packet[:end], packet[end:end + MKI], packet[end + MKI:]


def open_packet(packet, keys):
    """Its number and payload; keys: (key, salt) by MKI. Refused."""
    body, mki, tag = parts(packet)
    require(mki in keys, "an MTK that is not there")
    key, salt = keys[mki]
    require(mac(session(key, salt, AUTH, 20), body + bytes(4))[:TAG] == tag, "the tag")
    number = int.from_bytes(body[2:4], "big")
    ssrc = int.from_bytes(body[8:12], "big")
    iv = (int.from_bytes(session(key, salt, SALT, 14), "big") << 16) ^ ssrc << 64 ^ number << 16
    return number, aes_ctr(session(key, salt, CIPHER, 16), iv.to_bytes(16, "big"), body[HEADER:])


def selftest():
    """RFC 3711 B.3."""
    key = bytes.fromhex("E1F97A0D3E018BE0D64FA32C06DE4139")
    salt = bytes.fromhex("0EC675AD498AFEEBB6960B3AABE6")
    for label, want in ((CIPHER, "C61E7A93744F39EE10734AFE3FF7A087"),
                        (SALT, "30CBBC08863D8C85D49DB34A9AE1"),
                        (AUTH, "CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4")):
        require(session(key, salt, label, len(want) // 2) == bytes.fromhex(want), "RFC 3711 B.3")
    try:
        open_packet(bytes([0x80]) + bytes(40), {bytes(MKI): (key, salt)})
    except Refused:
        return
    raise AssertionError("a tag of zeros")
