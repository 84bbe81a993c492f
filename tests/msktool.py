# SPDX-License-Identifier: MIT
"""Drives msktool as a user does: MIKEY messages to JSON and back.

usage: msktool.py MSKTOOL MBMS_JSON [VECTORS_DIR]

The messages of tests/vectors are always there. VECTORS_DIR may hold those of
others (mikey_good.jsonl, mikey_bad.jsonl, wild/); without it those tests say
that they skip.
"""
import json
import os
import subprocess
import sys

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


def command_line():
    message = '01000500000000000001' + '0006020000000109'[2:]
    whole = '010005000000000000010002' + '00000001'
    check('no command', run()[0], USAGE)
    check('unknown command', run('frobnicate')[0], USAGE)
    check('help', run('--help')[0], OK)
    check('not hex', run('decode', 'zz')[0], USAGE)
    check('no such file', run('decode', '@/nonexistent')[0], USAGE)
    check('truncated', run('decode', message)[0], MALFORMED)
    check('whole', run('decode', whole)[0], OK)
    check('trailing', run('decode', whole + '00')[0], MALFORMED)
    check('lenient', run('decode', '--lenient', whole + '00')[0], OK)
    check('stdin, hex', run('decode', '-', stdin=whole.encode())[0], OK)
    check('stdin, octets',
          run('decode', '-', stdin=bytes.fromhex(whole))[0], OK)
    for text in (b'', b'{', b'[]', b'{"payloads":[{"type":"X"}]}',
                 b'{"csb_id":-1}', b'{"payloads":[{"type":"T","ts":"0"}]}',
                 b'{"payloads":[{"type":"T","ts_type":2,"ts":"00"}]}',
                 b'{"payloads":[{"type":"DH","kv":9}]}', b'{"prf":200}'):
        check(f'build {text}', run('build', '-', stdin=text)[0], MALFORMED)


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


def main():
    our_messages()
    command_line()
    if os.path.isdir(VECTORS):
        good_messages()
        bad_messages()
        wild_messages()
    else:
        print('skipped: messages of other programs (no such directory)')
    print(f'{len(failures)} failures')
    return 1 if failures else 0


sys.exit(main())
