# SPDX-License-Identifier: MIT
"""Drives msktool as a user does: MIKEY messages to JSON and back.

usage: msktool.py MSKTOOL MBMS_JSON [VECTORS_DIR]

The messages of tests/vectors are always there. VECTORS_DIR may hold those of
others (mikey_good.jsonl, mikey_bad.jsonl, wild/); without it those tests say
that they skip.
"""
import base64
import json
import os
import subprocess
import sys
import tempfile

from model import oracle

TOOL, MBMS = sys.argv[1], sys.argv[2]
VECTORS = sys.argv[3] if len(sys.argv) > 3 else ''
OK, USAGE, MALFORMED, AUTH = 0, 1, 2, 3
failures = []


def run(*args, stdin=b''):
    """Runs msktool; gives status, stdout, stderr."""
    done = subprocess.run([TOOL, *args], input=stdin, capture_output=True)
    return done.returncode, done.stdout.decode('ascii'), done.stderr.decode()


def check(what, got, want):
    if got != want:
        failures.append(what)
        print(f'FAIL {what}\n  got  {got!r:.300}\n  want {want!r:.300}')


def strip(value):
    """Leaves out what a decoder need not print."""
    drop = ('off', 'len', 'data_type_name')
    if isinstance(value, dict):
        return {k: strip(v) for k, v in value.items() if k not in drop}
    return [strip(v) for v in value] if isinstance(value, list) else value


def rebuilds(what, message):
    """decode | build gives the message again; returns what decode said."""
    status, out, err = run('decode', message)
    check(f'{what}: decodes', (status, err), (OK, ''))
    status, again, _ = run('build', '-', stdin=out.encode())
    check(f'{what}: builds again', (status, again.strip()), (OK, message))
    return json.loads(out) if out else {}


def decodes_as(what, message, want):
    check(f'{what}: fields', strip(rebuilds(what, message)), strip(want))


def refuses(what, message):
    status, out, err = run('decode', message)
    check(f'{what}: refused', (status, out), (MALFORMED, ''))
    check(f'{what}: says where', 'offset' in err, True)


def our_messages():
    rows = [json.loads(line.rstrip(',\n'))
            for line in open(MBMS) if line.startswith('{')]
    for row in rows:
        got = rebuilds(row['name'], row['message'])
        payloads = {p['type']: p for p in got.get('payloads', [])}
        check(f"{row['name']}: CSB ID", got.get('csb_id'), row['csb_id'])
        check(f"{row['name']}: counter", payloads['T']['ts'],
              f"{row['counter']:08x}")
    print(f'{len(rows)} messages of our own')


POLICY = ('encr-alg=1,encr-key-len=16,auth-alg=2,auth-key-len=20,salt-len=14,prf=0,kdr=0,'
          'srtp-encr=1,srtcp-encr=1,srtp-auth=1,tag-len=14,r=1')  # that of the vectors


def flags_of(row):
    """What msk, pull or mtk is to be told to make the message of a vector."""
    mtk = row['kind'] == 'mtk'
    args = [{'pull': 'pull', 'mtk': 'mtk'}.get(row['kind'], 'msk'), '--layout', row['layout'],
            '--msk' if mtk else '--muk', row['psk'], '--domain', row['domain'],
            '--group', str(row['group']), '--number', str(row['number']), '--rand', row['rand'],
            '--csb', f"{row['csb_id']:08x}", '--ts', str(row['counter'])]
    args += ['--key', row['key']] if row['key'] else []
    args += ['--ext', '2'] if row['ext_type'] == 2 else []
    args += ['--ext-before-kemac'] if row['ext_before_kemac'] else []
    if mtk:
        return args + ['--mtk-id', str(row['mtk_id']), '--salt', row['salt']]
    args += ['--idr', bytes.fromhex(row['idr']).decode(),
             '--seq', f"{row['seq_low']}:{row['seq_high']}"]
    args += ['--idi', bytes.fromhex(row['idi']).decode()] if row['layout'] == 'keyid' else []
    args += ['--sp', POLICY] if row['sp'] else ['--streaming'] if row['streaming'] else []
    return args + (['--ack'] if row['v'] else [])


def makes_messages(rows):
    for row in rows:
        if row['kind'] != 'verification' and not row['muk_id'] and not row['old_map']:
            check(f"{row['name']}: made", run(*flags_of(row)), (OK, row['message'] + '\n', ''))
    for row in rows:
        if row['kind'] == 'mtk' and not row['muk_id'] and not row['old_map']:
            m = {name: bytes.fromhex(value) if name not in ('name', 'kind', 'layout', 'content')
                 and isinstance(value, str) else value for name, value in row.items()}
            check(f"{row['name']}: made with RAND", run(*flags_of(row), '--with-rand'),
                  (OK, oracle.build(m | {'with_rand': True})['message'].hex() + '\n', ''))
    base = flags_of(next(row for row in rows if row['name'] == 'keyid-msk-download-16'))
    for what, extra in (('layout', ['--layout', 'x']), ('option', ['--frobnicate']),
                        ('no value', ['--ts']), ('number', ['--ts', '-1']),
                        ('a large number', ['--ts', '4294967296']), ('domain', ['--domain', '2163']),
                        ('hex', ['--key', 'xy']), ('key', ['--key', '00']), ('seq', ['--seq', '1']),
                        ('EXT of 2004', ['--ext', '2']), ('EXT', ['--ext', '1']),
                        ('SEQu', ['--seq', '1:65535']), ('a hex number', ['--ts', '0x10']),
                        ('group', ['--group', '0']),
                        ('CSB ID', ['--csb', '01']), ('policy', ['--sp', 'frob=1'])):
        check(f'msk: {what}', run(*base, *extra)[:2], (USAGE, ''))
    status, out, err = run(*base, '--card', '--idr', 'x' * 200)
    check('msk: warns', (status, len(out) > 2 * 255, 'UICC' in err), (OK, True, True))
    one, two = (run(*(a for i, a in enumerate(base) if base[i - 1] != '--rand' and a != '--rand'))
                for _ in range(2))
    check('msk: EXT as by default', run(*base, '--ext', '3'), run(*base))
    check('msk: a RAND of its own', one[0] == two[0] == OK and one[1] != two[1], True)


def lines_of(out):
    return [json.loads(line) for line in out.splitlines()]


def receives_messages(rows):
    """The vectors of a layout in their order; then the same command line once more."""
    for layout in ('csb', 'keyid'):
        mine = [row for row in rows if row['layout'] == layout]
        msks = [row for row in mine if row['kind'] not in ('mtk', 'verification')
                and row['counter'] < 0x80000002]  # after it the first is newer again (RFC 1982)
        acks = {row['request']: row['message'] for row in mine if row['kind'] == 'verification'}
        mtks = [row for row in mine if row['kind'] == 'mtk']
        order, asked = [], set()
        for row in msks:  # and after each MSK its MTKs
            order += [row] + [mtk for mtk in mtks if row['key'] == mtk['psk']
                              and row['key'] not in asked]
            asked.add(row['key'])
        muk = f"bmsc.example.com:{bytes.fromhex(msks[0]['idr']).decode()}:{msks[0]['psk']}"
        with tempfile.TemporaryDirectory() as folder:
            store = os.path.join(folder, 'store')
            args = ['receive', '--layout', layout, '--store', store, '--muk', muk,
                    *(row['message'] for row in order)]
            status, out, err = run(*args)
            check(f'{layout}: received', (status, err), (OK, ''))
            for row, line in zip(order, lines_of(out)):
                name = row['name']
                check(f'{name}: group', line['group'], row['group'])
                check(f'{name}: acknowledged', line.get('acknowledged', '') != '', row['v'])
                if name in acks:
                    check(f'{name}: the answer', line['acknowledged'], acks[name])
                if row['kind'] == 'mtk':
                    check(f'{name}: delivered', (line['result'], line['key'], line.get('salt', '')),
                          ('delivered', row['key'], row['salt']))
                else:
                    check(f'{name}: no MSK', 'key' in line, False)
            check(f'{layout}: a line for each', len(lines_of(out)), len(order))
            check(f'{layout}: deleted', [line['deleted'] for line in lines_of(out)
                                         if 'deleted' in line],
                  [1, 1, 2, 3, 1] if layout == 'csb' else [1, 1])
            status, out, err = run(*args)
            check(f'{layout}: nothing twice', (status, {line['result'] for line in lines_of(out)}),
                  (MALFORMED, {'refused'}))
            shows_the_store(layout, store, msks)
            wrong = msks[0]['message'][:-2] + '00'
            check(f'{layout}: wrong MAC', run('receive', '--layout', layout, '--store',
                                              store + '2', '--muk', muk, wrong)[0], AUTH)
            check(f'{layout}: which leaves nothing',
                  [line['record'] for line in lines_of(run('store', store + '2')[1])], ['server'])


def shows_the_store(layout, store, msks):
    status, out, _ = run('store', store)
    records = lines_of(out)
    check(f'{layout}: records', (status, sorted(r['record'] for r in records)),
          (OK, sorted(['group', 'history'] * (3 if layout == 'csb' else 2) + ['server'])))
    secrets = {row['key'] for row in msks if row['key']} | {msks[0]['psk']}
    check(f'{layout}: no secrets', [key for key in secrets if key in out], [])
    groups = {r['group']: r for r in records if r['record'] == 'group'}
    check(f'{layout}: held', [m['number'] for m in groups[0x18CF]['msks']], [3, 2])
    check(f'{layout}: MTKs', [m['mtk_id'] for m in groups[0x68CA]['mtks']], [1])
    out = run('store', store, '--secrets')[1]
    check(f'{layout}: secrets', msks[0]['psk'] in out and msks[7]['key'] in out, True)


def two_muks():
    """A MUK, a newer one, and the same command line again."""
    def message(muk, btid, number, counter):
        return run('msk', '--layout', 'csb', '--muk', muk, '--domain', '216354', '--group', '7',
                   '--number', number, '--key', '00' * 16, '--ts', counter, '--idr', btid)[1].strip()
    with tempfile.TemporaryDirectory() as folder:
        args = ['receive', '--layout', 'csb', '--store', os.path.join(folder, 's'),
                '--group', '216354:7', '--muk', 'f:a:' + '11' * 32, message('11' * 32, 'a', '1', '9'),
                '--muk', 'f:b:' + '22' * 32, message('11' * 32, 'a', '2', '10'),
                message('22' * 32, 'b', '2', '1')]
        first, again = run(*args), run(*args)
        check('two MUKs', [line.get('outcome') for line in lines_of(first[1])],
              ['stored', 'stale', 'stored'])
        check('two MUKs again', [line['result'] for line in lines_of(again[1])], ['refused'] * 3)
        check('another MUK of that name', run(*args[:6], '--muk', 'f:b:' + '33' * 32)[0] != OK, True)
        check('a group that is not allowed',
              lines_of(run(*args[:4], os.path.join(folder, 't'), '--group', '216354:8',
                           *args[7:10])[1])[0]['error'], -215)


def gives_help():
    """Of all commands, or of one; asked for in any of the ways that people try."""
    whole = run('--help')
    check('help', whole[0::2], (OK, ''))
    for words in ['help'], ['-h']:
        check(f'{words}', run(*words), whole)
    one = run('help', 'pull')
    check('help pull', (one[0], one[1] in whole[1], 'pull' in one[1], 'mtk' in one[1]),
          (OK, False, True, False))
    for line in one[1].splitlines()[2:]:
        check('a line of the help', line in whole[1], True)
    for words in ['--help', 'pull'], ['pull', '--help'], ['pull', 'help']:
        check(f'{words}', run(*words), one)
    check('help of nothing', run('help', 'frobnicate')[0], USAGE)


def command_line():
    message = '01000500000000000001' + '0006020000000109'[2:]
    whole = '010005000000000000010002' + '00000001'
    check('no command', run()[0], USAGE)
    check('unknown command', run('frobnicate'),
          (USAGE, '', 'msktool: frobnicate: no such command; msktool help lists them\n'))
    gives_help()
    check('no MIKEY at all', run('decode', '00112233'),
          (MALFORMED, '', 'msktool: header, at offset 0: not MIKEY version 1\n'))
    check('a payload that is none', run('decode', '01004d0000000000000100' + '02'),
          (MALFORMED, '', 'msktool: unknown (payload type 77), at offset 10: '
                          'payload type unknown or not allowed here\n'))
    check('ends in KEMAC', run('decode', '0100010000000000000100' + '02'),
          (MALFORMED, '', 'msktool: KEMAC (payload type 1), at offset 10: '
                          'message ends inside a field\n'))
    check('not hex', run('decode', 'zz')[0], USAGE)
    check('no such file', run('decode', '@/nonexistent')[0], USAGE)
    check('truncated', run('decode', message)[0], MALFORMED)
    check('whole', run('decode', whole)[0], OK)
    check('trailing', run('decode', whole + '00')[0], MALFORMED)
    check('lenient', run('decode', '--lenient', whole + '00')[0], OK)
    check('stdin, hex', run('decode', '-', stdin=whole.encode())[0], OK)
    check('stdin, octets',
          run('decode', '-', stdin=bytes.fromhex(whole))[0], OK)
    decodes_what_others_print(whole)
    for text in (b'', b'{', b'[]', b'{"payloads":[{"type":"X"}]}',
                 b'{"csb_id":-1}', b'{"payloads":[{"type":"T","ts":"0"}]}',
                 b'{"payloads":[{"type":"T","ts_type":2,"ts":"00"}]}',
                 b'{"payloads":[{"type":"DH","kv":9}]}', b'{"prf":200}'):
        check(f'build {text}', run('build', '-', stdin=text)[0], MALFORMED)


def decodes_what_others_print(whole):
    """base64, and the SDP of RFC 4567, as an argument, in a file and on stdin."""
    text = base64.b64encode(bytes.fromhex(whole)).decode()
    line, want = 'a=key-mgmt:mikey ' + text, run('decode', whole)
    sdp = 'v=0\r\ns=-\r\na=recvonly\r\n' + line + '\r\nm=audio 5004 RTP/SAVP 0\r\n'
    for what, given in (('base64', text), ('a line of SDP', line), ('SDP', sdp)):
        check(f'{what}', run('decode', given), want)
        check(f'{what}, stdin', run('decode', '-', stdin=given.encode()), want)
    check('base64 in lines', run('decode', '-', stdin=(text[:8] + '\n' + text[8:] + '\n').encode()), want)
    check('SDP without it', run('decode', '-', stdin=b'v=0\r\na=recvonly\r\n')[0], MALFORMED)
    for bad in (text[:-1], text + '!', line.replace('mikey', 'other'), 'a=key-mgmt:mikey ',
                'xa=key-mgmt:mikey ' + text):
        check(f'refused: {bad}', run('decode', bad)[0], USAGE)


def lines(name):
    return [json.loads(line) for line in open(os.path.join(VECTORS, name))]


def tell(what, rows, failed_before):
    """One line: how many of the rows passed, each failing one counted once."""
    failed = {f.split(':')[0].rsplit(' ', 1)[0]
              for f in failures[failed_before:]}
    print(f'{len(rows) - len(failed)} of {len(rows)} {what}')


def good_messages():
    before, rows = len(failures), lines('mikey_good.jsonl')
    for row in rows:
        for side in 'ir':
            if row.get(f'{side}_message'):
                decodes_as(f"{row['name']} {side}", row[f'{side}_message'],
                           row[f'{side}_decoded'])
    tell('good', rows, before)


def bad_messages():
    before, rows = len(failures), lines('mikey_bad.jsonl')
    for row in rows:
        if row['parse'] == 'ok':
            rebuilds(row['name'], row['message'])
        else:
            refuses(row['name'], row['message'])
    tell('bad', rows, before)


def wild_messages():
    before, wild = len(failures), os.path.join(VECTORS, 'wild')
    rows = json.load(open(os.path.join(wild, 'manifest.json')))
    for row in rows:
        octets = open(os.path.join(wild, row['file']), 'rb').read()
        if row['reference_parse'] != 'ok':
            refuses(row['file'], octets.hex())
            continue
        name = os.path.splitext(row['file'])[0] + '.json'
        path = os.path.join(wild, 'decoded', name)
        if os.path.exists(path):
            decodes_as(row['file'], octets.hex(), json.load(open(path)))
        else:
            rebuilds(row['file'], octets.hex())
    tell('wild', rows, before)


def digest_flags(row):
    """What msktool digest takes of a row of digest.json, ours or others'."""
    flags = []
    for name in ('algorithm', 'qop', 'username', 'realm', 'uri', 'nonce', 'nc', 'cnonce'):
        flags += ['--' + name, row[name]]
    return flags


def digests():
    """Responses and rspauths of the model."""
    rows = json.load(open(os.path.join(os.path.dirname(MBMS), 'digest.json')))
    for row in rows:
        secret = ['--mrk', row['mrk']] if row['mrk'] else ['--password', row['password']]
        asks = digest_flags(row) + secret + ['--method', row['method'], '--body-hex', row['body']]
        answers = digest_flags(row) + secret + ['--rspauth', '--body-hex', row['answer']]
        for flags, want in ((asks, row['response']), (answers, row['rspauth'])):
            what = f"digest {row['name']}"
            check(what, run('digest', *flags), (OK, want + '\n', ''))
            check(what + ': checks', run('digest', *flags, '--expect', want)[:2], (OK, 'ok\n'))
            wrong = want[:-1] + ('0' if want[-1] != '0' else '1')
            check(what + ': refuses', run('digest', *flags, '--expect', wrong)[:2], (AUTH, ''))
    flags = digest_flags(rows[2]) + ['--mrk', rows[2]['mrk']]
    for what, more in (('both secrets', ['--password', 'x']), ('bad qop', ['--qop', 'auth-conf']),
                       ('bad algorithm', ['--algorithm', 'SHA-1']), ('bad hex', ['--mrk', 'x']),
                       ('no value', ['--nc']), ('unknown', ['--frobnicate'])):
        check('digest: ' + what, run('digest', *flags, *more)[0], USAGE)
    check('digest: nothing', run('digest')[0], USAGE)
    check('digest: no secret', run('digest', *digest_flags(rows[2]))[0], USAGE)
    check('digest: no uri', run('digest', '--mrk', '00', '--username', 'a')[0], USAGE)
    print(f'{len(rows)} digests of our own')


def other_digests():
    """What others have published or sent, as far as it is the Digest of the library."""
    before = len(failures)
    rows = json.load(open(os.path.join(VECTORS, 'digest.json')))['vectors']
    ours = [row for row in rows if row['kind'] in ('response', 'rspauth')
            and row['algorithm'] in ('MD5', 'SHA-256') and row.get('qop') in ('auth', 'auth-int')
            and ('body' in row or row['qop'] == 'auth' or row['kind'] == 'response'
                 and 'body_hash' not in row) and not row.get('sasl_binary_a1')]
    for row in ours:
        flags = digest_flags(row) + ['--password', row['password']]
        flags += ['--rspauth'] if row['kind'] == 'rspauth' else ['--method', row['method']]
        flags += ['--body', row.get('body') or '']
        want = OK if row['verifies'] else AUTH
        check(f"digest {row['id']}: of {row['source']}",
              run('digest', *flags, '--expect', row['expected'])[0], want)
    tell(f'digests of others ({len(rows) - len(ours)} are of another kind)', ours, before)


def main():
    our_messages()
    rows = [json.loads(line.rstrip(',\n')) for line in open(MBMS) if line.startswith('{')]
    makes_messages(rows)
    receives_messages(rows)
    two_muks()
    command_line()
    digests()
    if os.path.isdir(VECTORS):
        good_messages()
        bad_messages()
        wild_messages()
        other_digests()
    else:
        print('skipped: messages of other programs (no such directory)')
    print(f'{len(failures)} failures')
    return 1 if failures else 0


sys.exit(main())
