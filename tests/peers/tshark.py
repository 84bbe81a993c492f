#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A second reader: what libmsk builds, tshark reads likewise.

usage: tshark.py MSKTOOL MBMS_JSON [SEED]

The messages of tests/vectors and those of MESSAGES below go into a capture
file, and tshark must find the same payloads with the same values in them as
msktool does. Then they are cut and changed at random: what tshark calls
malformed msktool must refuse, and what both read they must read alike.
What tshark does not look at, or looks at more closely than MIKEY asks, is in
KNOWN_GAPS, by name. Of the messages of tests/vectors the post-dissector
examples/wireshark/mbms.lua must say what tests/oracle/oracle.py made them of. Exit
status 77: there is no tshark.
"""
import json
import os
import random
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml

TOOL, MBMS = sys.argv[1], sys.argv[2]
SEED = (sys.argv[3:] or [os.environ.get('MSK_TEST_SEED', '1')])[0]
MUTATIONS = 3000
LUA = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..',
                   'examples', 'wireshark', 'mbms.lua')
HEADERS = 28  # octets of IPv4 and UDP
NOT_XML = re.compile('[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]')


def octets(count, start=0):
    return bytes((start + i) % 256 for i in range(count)).hex()


def payload(kind, **fields):
    return dict(fields, type=kind)


def tek(key, more=False):
    return f'{20 if more else 0:02x}20{len(key) // 2:04x}{key}'


STAMP = payload('T', ts_type=0, ts='e000000000000001')
RAND = payload('RAND', rand=octets(16))
ALICE = payload('ID', id_type=0, data=b'alice@example.com'.hex())
BOB = payload('ID', id_type=1, data=b'sip:bob@example.com'.hex())
POLICY = payload('SP', policy=3, prot=0, params=[
    {'t': i, 'v': f'{v:02x}'}
    for i, v in enumerate([1, 16, 1, 20, 14, 0, 0, 1, 1, 0, 1, 10, 0])])
SIGN = payload('SIGN', s_type=0, data=octets(128))
SESSION = {'policy': 3, 'ssrc': 0x11223344, 'roc': 5}


def kemac(encr, mac, data, length):
    return payload('KEMAC', encr_alg=encr, mac_alg=mac, encr_data=data,
                   mac=octets(length))


def message(name, data_type, *payloads, **more):
    sessions = more.pop('cs', [])
    fields = {'data_type': data_type, 'csb_id': 0x12345678, 'cs': sessions,
              'n_cs': len(sessions), 'cs_map_type': 0 if sessions else 1,
              'payloads': list(payloads)}
    return name, {**fields, **more}


# One message at least for each payload that tshark knows.
MESSAGES = [
    message('psk', 0, STAMP, RAND, ALICE, BOB, POLICY,
            kemac(1, 1, octets(36), 20), v=True, cs=[SESSION]),
    message('psk, sha-256', 0, STAMP, RAND, kemac(3, 2, octets(20), 32), prf=1),
    message('psk, key wrap', 0, STAMP, RAND, kemac(2, 1, octets(24), 20)),
    message('psk, two sessions', 0, STAMP, kemac(1, 0, octets(26), 0),
            cs=[SESSION, {'policy': 255, 'ssrc': 1, 'roc': 0xffffffff}]),
    message('psk, answer', 1, STAMP, BOB,
            payload('V', auth_alg=1, mac=octets(20)), cs=[SESSION]),
    message('v without mac', 1, payload('T', ts_type=1, ts=octets(8)),
            payload('V', auth_alg=0, mac='')),
    message('pk', 2, STAMP, RAND, ALICE, POLICY, kemac(1, 1, octets(20), 20),
            payload('PKE', c=2, data=octets(64)), SIGN, cs=[SESSION]),
    message('pke, empty', 2, payload('PKE', c=3, data='')),
    message('certificate', 2, payload('CERT', cert_type=0, data=octets(40)),
            STAMP),
    message('hash', 2, payload('CHASH', hash_func=0, hash=octets(20)), STAMP),
    message('dh', 4, STAMP, RAND, ALICE, POLICY,
            payload('DH', group=0, value=octets(192), kv=0), SIGN,
            cs=[SESSION]),
    message('dh 1', 4, payload('DH', group=1, value=octets(96), reserved=5,
                               kv=0), STAMP),
    message('dh 2, spi', 5, payload('DH', group=2, value=octets(128), kv=1,
                                    spi='aabbccdd')),
    message('dhhmac', 7, STAMP, RAND,
            payload('DH', group=2, value=octets(128), kv=0),
            kemac(0, 1, '', 20)),
    message('signature of type 15', 9, STAMP,
            payload('SIGN', s_type=15, data=octets(300))),
    message('error', 6, STAMP, payload('ERR', err=3, reserved=258),
            payload('V', auth_alg=1, mac=octets(20))),
    message('sakke', 26, STAMP, RAND,
            payload('IDR', role=1, id_type=1, data=b'tel:+44123'.hex()),
            payload('IDR', role=2, id_type=1, data=b'tel:+44567'.hex()),
            payload('SAKKE', params=1, id_scheme=1, data=octets(273)),
            payload('SIGN', s_type=2, data=octets(129)), cs=[SESSION]),
    message('extensions', 0,
            payload('EXT', ext_type=0, data=b'vendor'.hex()),
            payload('EXT', ext_type=1, data=b'12'.hex()),
            payload('EXT', ext_type=7, data=''),
            payload('EXT', ext_type=3, key_ids=[
                {'t': 0, 'id': '216354'}, {'t': 1, 'id': '00010002'},
                {'t': 2, 'id': '0003'}]), STAMP),
    message('policies', 0,
            payload('SP', policy=255, prot=9, params=[]),
            payload('SP', policy=1, prot=0, params=[
                {'t': 13, 'v': '0100'}, {'t': 19, 'v': '0a'},
                {'t': 255, 'v': '01020304'}]), STAMP),
    message('lengths', 0, payload('RAND', rand=octets(255)),
            payload('RAND', rand=''),
            payload('ID', id_type=0, data=octets(256, 1)),
            payload('ID', id_type=1, data='')),
    message('ticket', 11, payload('TR', ts_type=2, role=1, ts=octets(4)),
            payload('RANDR', role=1, rand=octets(16))),
    message('generic map', 0, STAMP, cs_map_type=2, cs=[
        {'cs_id': 1, 'prot': 0, 's': True, 'policies': [0],
         'session_data': octets(8), 'spi': 'aabb'}]),
    message('keys', 0, kemac(0, 0, tek(octets(16), True) + tek(octets(8)), 0)),
    message('no payload', 0),
]

# What the names of tshark are in JSON: payload type, then its fields.
NAMES = {
    'mikey.kemac': ('KEMAC', {'mikey.kemac.encr_alg': 'encr_alg',
                              'mikey.kemac.key_data': 'encr_data',
                              'mikey.kemac.mac_alg': 'mac_alg',
                              'mikey.kemac.mac': 'mac'}),
    'mikey.pke': ('PKE', {'mikey.pke.c': 'c', 'mikey.pke.data': 'data'}),
    'mikey.dh': ('DH', {'mikey.dh.group': 'group', 'mikey.dh.value': 'value',
                        'mikey.dh.reserv': 'reserved', 'mikey.dh.kv': 'kv'}),
    'mikey.sign': ('SIGN', {'mikey.sign.type': 's_type',
                            'mikey.sign.data': 'data'}),
    'mikey.t': ('T', {'mikey.t.ts_type': 'ts_type', 'mikey.t.ntp': 'ts'}),
    'mikey.id': ('ID', {'mikey.id.type': 'id_type', 'mikey.id.data': 'data'}),
    'mikey.cert': ('CERT', {'mikey.cert.type': 'cert_type'}),
    'mikey.chash': ('CHASH', {}),
    'mikey.v': ('V', {'mikey.v.auth_alg': 'auth_alg',
                      'mikey.v.ver_data': 'mac'}),
    'mikey.sp': ('SP', {'mikey.sp.no': 'policy',
                        'mikey.sp.proto_type': 'prot'}),
    'mikey.rand': ('RAND', {'mikey.rand.data': 'rand'}),
    'mikey.err': ('ERR', {'mikey.err.no': 'err',
                          'mikey.err.reserved': 'reserved'}),
    'mikey.idr': ('IDR', {'mikey.id.role': 'role', 'mikey.id.type': 'id_type',
                          'mikey.id.data': 'data'}),
    'mikey.ext': ('EXT', {'mikey.ext.type': 'ext_type',
                          'mikey.ext.data': 'data',
                          'mikey.ext.value': 'data'}),
    'mikey.sakke': ('SAKKE', {'mikey.sakke.params': 'params',
                              'mikey.sakke.idscheme': 'id_scheme',
                              'mikey.sakke.data': 'data'}),
}
HEADER = {'mikey.type': 'data_type', 'mikey.v.set': 'v',
          'mikey.prf_func': 'prf', 'mikey.csb_id': 'csb_id',
          'mikey.cs_count': 'n_cs', 'mikey.cs_id_map_type': 'cs_map_type'}
SRTP_ID = {'mikey.srtp_id.policy_no': 'policy', 'mikey.srtp_id.ssrc': 'ssrc',
           'mikey.srtp_id.roc': 'roc'}

# Messages that hold one of these are not compared: name, and whether a
# message, as msktool decodes it, holds it.
KNOWN_GAPS = {
    'GENERIC-ID map': lambda m: m['cs_map_type'] == 2 and m['n_cs'] > 0,
    'T of 4 octets, type 3': lambda m: any(
        p['ts_type'] == 3 for p in all_of(m, 'T')),
    'payloads of RFC 6043': lambda m: has(m, 'TR') or has(m, 'RANDR'),
    'hash of CHASH': lambda m: has(m, 'CHASH'),
    'inside of a certificate': lambda m: has(m, 'CERT'),
    'key validity of DH': lambda m: any(p['kv'] for p in all_of(m, 'DH')),
    'keys inside KEMAC': lambda m: any(
        p['encr_alg'] == 0 and p['encr_data'] for p in all_of(m, 'KEMAC')),
    'width of a policy parameter': lambda m: any(
        len(v['v']) not in (2, 4, 8)
        for p in all_of(m, 'SP') if p['prot'] == 0 for v in p['params']),
}
failures = []


def all_of(decoded, kind):
    return [p for p in decoded['payloads'] if p['type'] == kind]


def has(decoded, kind):
    return bool(all_of(decoded, kind))


def gap(decoded):
    """The name of a known gap in the message, or None."""
    return next((k for k, holds in KNOWN_GAPS.items() if holds(decoded)), None)


def build(value):
    done = subprocess.run([TOOL, 'build', '-'], capture_output=True,
                          input=json.dumps(value).encode(), check=True)
    return bytes.fromhex(done.stdout.decode())


def decode(octets_in):
    """What msktool says of a message; None: it refuses it."""
    done = subprocess.run([TOOL, 'decode', octets_in.hex()],
                          capture_output=True, check=False)
    if done.returncode not in (0, 2):
        raise SystemExit(f'msktool: exit status {done.returncode}, '
                         f'message {octets_in.hex()}')
    return json.loads(done.stdout) if done.returncode == 0 else None


def write_capture(path, messages):
    """A pcap file of IPv4 packets, each a message from and to port 2269."""
    with open(path, 'wb') as out:
        out.write(struct.pack('<IHHIIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 101))
        for number, data in enumerate(messages):
            udp = struct.pack('>HHHH', 2269, 2269, 8 + len(data), 0) + data
            ip = struct.pack('>BBHHHBBH4s4s', 0x45, 0, 20 + len(udp), 0, 0, 64,
                             17, 0, bytes([192, 0, 2, 1]),
                             bytes([192, 0, 2, 2])) + udp
            out.write(struct.pack('<IIII', number, 0, len(ip), len(ip)) + ip)


def tshark(messages):
    """For each message its tree, as tshark makes it."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'mikey.pcap')
        write_capture(path, messages)
        done = subprocess.run(['tshark', '-n', '-r', path, '-T', 'pdml'],
                              capture_output=True, check=True)
    # Text of a message may hold what XML may not.
    text = NOT_XML.sub('?', done.stdout.decode(errors='replace'))
    trees = xml.fromstring(text).findall('packet')
    if len(trees) != len(messages):
        raise SystemExit(f'{len(messages)} messages, {len(trees)} from tshark')
    return trees


def is_malformed(tree):
    return any(part.get('name') == '_ws.malformed' for part in tree.iter())


def values(part, names):
    """Fields right below a part, by the names that JSON has for them."""
    return {names[field.get('name')]: field.get('value', '')
            for field in part if field.get('name') in names}


def params(part):
    """Type and value of each parameter of a policy."""
    return [(int(field.find('./field[@name="mikey.sp.param.type"]')
                 .get('value'), 16), field.get('value', ''))
            for field in part
            if field.find('./field[@name="mikey.sp.param.type"]') is not None]


def check(what, data, got, want):
    """got is of tshark, where it is a number perhaps in hex."""
    if isinstance(want, int) and isinstance(got, str) and got:
        got = int(got, 16)
    if got != want:
        failures.append(what)
        print(f'FAIL {what}: tshark {got!r:.99}, msktool {want!r:.99}, '
              f'message {data.hex()}')


def compare_payload(what, data, part, want):
    kind, names = NAMES.get(part.get('name'), (part.get('name'), {}))
    check(f'{what}: payload', data, kind, want['type'])
    if kind != want['type']:
        return
    check(f'{what}: offset', data, int(part.get('pos')) - HEADERS, want['off'])
    check(f'{what}: length', data, int(part.get('size')), want['len'])
    for name, value in values(part, names).items():
        if name in want:
            check(f'{what}: {kind} {name}', data, value, want[name])
    if kind == 'SP' and want['prot'] == 0:
        check(f'{what}: parameters', data, params(part),
              [(p['t'], p['v']) for p in want['params']])


def compare(what, data, tree, want):
    """Every value that both know is the same."""
    mikey = tree.find('./proto[@name="mikey"]')
    header, *parts = mikey
    parts = [p for p in parts if p.get('name') in NAMES]
    for name, value in values(header, HEADER).items():
        check(f'{what}: {name}', data, value, want[name])
    maps = header.findall('./field[@name="mikey.srtp_id"]')
    check(f'{what}: sessions', data, len(maps), len(want.get('cs', [])))
    for got, session in zip(maps, want.get('cs', [])):
        for name, value in values(got, SRTP_ID).items():
            check(f'{what}: {name}', data, value, session[name])
    check(f'{what}: chain', data,
          [NAMES[p.get('name')][0] for p in parts],
          [p['type'] for p in want['payloads']])
    for part, of in zip(parts, want['payloads']):
        compare_payload(what, data, part, of)


def our_messages():
    rows = [json.loads(line.rstrip(',\n'))
            for line in open(MBMS, encoding='utf-8') if line.startswith('{')]
    return [(row['name'], bytes.fromhex(row['message'])) for row in rows] + \
        [(name, build(value)) for name, value in MESSAGES]


def whole(messages):
    """Messages as they are built."""
    skipped = 0
    for (name, data), tree in zip(messages, tshark([d for _, d in messages])):
        want = decode(data)
        if want is None:
            failures.append(name)
            print(f'FAIL {name}: msktool refuses what it built')
        elif gap(want):
            skipped += 1
            print(f'skipped: {name}: {gap(want)}')
        elif is_malformed(tree):
            failures.append(name)
            print(f'FAIL {name}: malformed, says tshark: {data.hex()}')
        else:
            compare(name, data, tree, want)
    print(f'> {len(messages) - skipped} messages read alike, {skipped} skipped')


def of_mbms(row):
    """What the post-dissector says of the message of a vector."""
    is_ack, mtk = row['kind'] == 'verification', row['kind'] == 'mtk'
    want = {'kind': {'verification': 'verification message', 'mtk': 'MTK message',
                     'pull': 'pull'}.get(row['kind'], 'MSK message'),
            'counter': str(row['counter']), 'wants_ack': str(int(row['v'])),
            'download': str(int(mtk or not row['streaming'])),
            'btid': bytes.fromhex(row['idr']).decode()}
    if is_ack:
        return want
    layout = {'csb': 'CSB (change request)', 'keyid': 'KEYID (TS 33.246)'}
    want |= {'layout': layout[row['layout']], 'ext_type': str(row['ext_type']),
             'domain': row['domain'], 'group': f"0x{row['group']:04x}",
             'number': f"0x{row['number']:04x}"}
    return want | ({'mtk_id': f"0x{row['mtk_id']:04x}"} if mtk else {})


def post_dissected():
    """The vectors, as the post-dissector names them."""
    rows = [json.loads(line.rstrip(',\n'))
            for line in open(MBMS, encoding='utf-8') if line.startswith('{')]
    names = sorted({name for row in rows for name in of_mbms(row)})
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'mbms.pcap')
        write_capture(path, [bytes.fromhex(row['message']) for row in rows])
        done = subprocess.run(
            ['tshark', '-n', '-r', path, '-X', 'lua_script:' + LUA, '-T', 'fields',
             *(word for name in names for word in ('-e', 'mbms.' + name))],
            capture_output=True, check=True, text=True)
    lines = done.stdout.splitlines()
    check('post-dissector: messages', b'', len(lines), len(rows))
    for row, line in zip(rows, lines):
        got = {name: value for name, value in zip(names, line.split('\t')) if value}
        check(f"post-dissector: {row['name']}", bytes.fromhex(row['message']), got,
              {name: value for name, value in of_mbms(row).items() if value})
    print(f'> {len(rows)} messages named by the post-dissector')


def mutate(rng, data):
    if rng.random() < 0.3:
        return data[:rng.randrange(len(data))]
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        at = rng.randrange(min(len(changed), rng.choice((16, 64, 4096))))
        changed[at] ^= 1 << rng.randrange(8)
    return bytes(changed)


def mutated(messages):
    """Messages cut and changed."""
    rng = random.Random(int(SEED, 0))
    rows = [(name, mutate(rng, data)) for name, data in
            (rng.choice(messages) for _ in range(MUTATIONS))]
    counts = {'malformed for both': 0, 'refused by msktool': 0,
              'read alike': 0, 'skipped': 0}
    for (name, data), tree in zip(rows, tshark([d for _, d in rows])):
        want, bad = decode(data), is_malformed(tree)
        if want is None:
            counts['malformed for both' if bad else 'refused by msktool'] += 1
        elif gap(want):
            counts['skipped'] += 1
        elif bad:
            failures.append(name)
            print(f'FAIL {name}, changed: malformed, says tshark: {data.hex()}')
        else:
            compare(f'{name}, changed', data, tree, want)
            counts['read alike'] += 1
    print(f'> MSK_TEST_SEED={SEED}: ' +
          ', '.join(f'{n} {what}' for what, n in counts.items()))


def main():
    if shutil.which('tshark') is None:
        print('skipped: there is no tshark')
        return 77
    messages = our_messages()
    whole(messages)
    post_dissected()
    mutated(messages)
    print(f'{len(failures)} failures')
    return 1 if failures else 0


sys.exit(main())
