# SPDX-License-Identifier: MIT
"""Drives msktool where there are keys: seal, open, ack, check-ack, derive.

usage: msktool_protect.py MSKTOOL MBMS_JSON PROTECT_JSON [VECTORS_DIR]

VECTORS_DIR may hold cases of others (mikey_good.jsonl, mikey_bad.jsonl, prf_kats.json, gba.json);
without it those tests say that they skip.
"""
import json
import os
import subprocess
import sys

TOOL, MBMS, PROTECT = sys.argv[1:4]
VECTORS = sys.argv[4] if len(sys.argv) > 4 else ''
OK, USAGE, MALFORMED, AUTH = 0, 1, 2, 3
CONSTANTS = {'150533e1': 'encr', '2d22ac75': 'auth', '29b88916': 'salt', '2ad01c64': 'tek',
             '1b5c7973': 'tgk-auth', '15798cef': 'tgk-encr', '39a2c14b': 'tgk-salt'}
failures = []


def run(*args, stdin=b''):
    """Runs msktool; gives status, stdout, stderr."""
    done = subprocess.run([TOOL, *args], input=stdin, capture_output=True)
    return done.returncode, done.stdout.decode('ascii'), done.stderr.decode()


def check(what, got, want):
    if got != want:
        failures.append(what)
        print(f'FAIL {what}\n  got  {got!r:.300}\n  want {want!r:.300}')


def lines(name):
    with open(os.path.join(VECTORS, name)) as file:
        return [json.loads(line) for line in file]


def tell(what, rows, failed_before):
    """One line: how many of the rows passed, each failing one counted once."""
    failed = {f.split(':')[0] for f in failures[failed_before:]}
    print(f'{len(rows) - len(failed)} of {len(rows)} {what}')


def with_json(value):
    return json.dumps(value).encode()


def changed(message):
    """The same with another last octet."""
    return message[:-1] + ('0' if message[-1] != '0' else '1')


# --- seal, open --------------------------------------------------------------------------------

def key_form(row):
    """The keys of a message of ours, as open prints them."""
    if row['kind'] == 'pull':
        return []
    if row['kind'] != 'mtk':
        return [{'type': 'KEY', 'key_type': 2, 'kv': 2, 'key': row['key'],
                 'vf': f"{row['seq_low']:04x}", 'vt': f"{row['seq_high']:04x}"}]
    key = {'type': 'KEY', 'key_type': 3 if row['salt'] else 0, 'kv': 0, 'key': row['key']}
    return [key | ({'salt': row['salt']} if row['salt'] else {})]


def seals_and_opens(what, case, message):
    """case is what seal reads, and a psk; message what it makes of it."""
    null = 0 in (case['encr_alg'], case['mac_alg'])
    psk, allow = ['--psk', case['psk']], ['--allow-null'] if null else []
    rand = ['--rand', case['rand']]
    check(f'{what}: sealed', run('seal', *psk, *allow, '-', stdin=with_json(case)),
          (OK, message + '\n', ''))
    status, out, err = run('open', *psk, *allow, *rand, message)
    check(f'{what}: opened', (status, err), (OK, ''))
    check(f'{what}: keys', json.loads(out) if out else None, {'mac': 'ok', 'sub': case['sub']})
    if null:
        check(f'{what}: NULL', run('open', *psk, *rand, message)[:2], (MALFORMED, ''))
        check(f'{what}: NULL', run('seal', *psk, '-', stdin=with_json(case))[:2], (MALFORMED, ''))
    if case['mac_alg']:
        other = [f"{int(case['psk'][:2], 16) ^ 1:02x}" + case['psk'][2:], *allow, *rand]
        check(f'{what}: another PSK', run('open', '--psk', *other, message)[:2], (AUTH, ''))
        check(f'{what}: another MAC', run('open', *psk, *allow, *rand, changed(message))[:2],
              (AUTH, ''))


def refuses_to_seal():
    base = {'i_spec': {'csb_id': 1, 'cs_map_type': 1, 'payloads': [
        {'type': 'T', 'ts_type': 2, 'ts': '00000001'}]}, 'sub': [], 'rand': '00' * 16,
        'encr_alg': 1, 'mac_alg': 1}

    def seal(case):
        return run('seal', '--psk', '00', '-', stdin=with_json(case))[:2]
    check('seal', seal(base)[0], OK)
    for what, more in (('encr_alg', {'encr_alg': 2}), ('mac_alg', {'mac_alg': 3}),
                       ('a number', {'encr_alg': 256}), ('no message', {'i_spec': None}),
                       ('a list', {'i_spec': []}), ('no T', {'i_spec': {'payloads': []}}),
                       ('no list of keys', {'sub': {}}), ('a key', {'sub': [{'key': 'x'}]}),
                       ('RAND', {'rand': 'zz'})):
        check(f'seal: {what}', seal(base | more), (MALFORMED, ''))
    del base['rand']
    check('seal: no RAND', seal(base), (MALFORMED, ''))
    for args in ([], ['-'], ['--psk', '-'], ['--psk', '', '-'], ['--psk', '0', '-'],
                 ['--psk', '00' * 129, '-'], ['--frob', '-']):
        for command in ('seal', 'open', 'check-ack', 'ack'):
            check(f'{command} {args}', run(command, *args, stdin=b'{}')[:2], (USAGE, ''))


# --- ack, check-ack ----------------------------------------------------------------------------

def checks_ack(what, flags, ack):
    """flags: --psk and --request come first."""
    check(f'{what}: checked', run('check-ack', *flags, ack), (OK, '{"mac":"ok"}\n', ''))
    check(f'{what}: another MAC', run('check-ack', *flags, changed(ack))[:2], (AUTH, ''))
    check(f'{what}: another CSB ID',
          run('check-ack', *flags, ack[:8] + f'{int(ack[8:16], 16) ^ 1:08x}' + ack[16:])[:2],
          (MALFORMED, ''))
    check(f'{what}: the request', run('check-ack', *flags, flags[3])[0], MALFORMED)
    check(f'{what}: another IDi', run('check-ack', *flags, '--idi', 'ff' * 5, ack)[0], AUTH)


def our_messages():
    with open(MBMS) as file:
        rows = json.load(file)
    by_name, before = {row['name']: row for row in rows}, len(failures)
    for row in rows:
        name = row['name']
        if row['kind'] == 'verification':
            flags = ['--psk', row['psk'], '--request', by_name[row['request']]['message']]
            check(f'{name}: ack', run('ack', *flags), (OK, row['message'] + '\n', ''))
            checks_ack(name, flags, row['message'])
            continue
        spec = json.loads(run('decode', row['message'])[1])
        spec['payloads'].pop()
        case = {'i_spec': spec, 'sub': key_form(row), 'psk': row['psk'], 'rand': row['rand'],
                'encr_alg': 1, 'mac_alg': 1}
        seals_and_opens(name, case, row['message'])
        check(f'{name}: its own RAND', run('open', '--psk', row['psk'], row['message'])[0],
              MALFORMED if row['kind'] == 'mtk' else OK)
    tell('messages of our own', rows, before)


def their_messages():
    before, rows = len(failures), lines('mikey_good.jsonl')
    for row in rows:
        name = row['name']
        seals_and_opens(name, row, row['i_message'])
        ids = [p for p in row['r_spec']['payloads'] if p['type'] == 'ID']
        flags = ['--psk', row['psk'], '--request', row['i_message'], '--rand', row['rand'],
                 '--idi', row['idi'], '--idr', row['idr']]
        more = ['--id-type', str(ids[0]['id_type'])] if ids else ['--no-id']
        check(f'{name}: ack', run('ack', *flags, '--mac-alg', str(row['v_alg']), *more),
              (OK, row['r_message'] + '\n', ''))
        checks_ack(name, flags, row['r_message'])
        if row['r_message_pad64'] != row['r_message']:
            check(f'{name}: T of 8 octets', run('check-ack', *flags, row['r_message_pad64'])[0],
                  AUTH)
        derives_keys_of(row)
    tell('good, sealed, opened and acknowledged', rows, before)
    before, rows = len(failures), lines('mikey_bad.jsonl')
    for row in rows:
        want = {'ok': OK, 'auth_failure': AUTH}.get(row['open'], MALFORMED)
        status, out, _ = run('open', '--psk', row['psk'], '--rand', row['rand'], '--allow-null',
                             row['message'])
        check(f"{row['name']}: opened", (status, out != ''), (want, want == OK))
    tell('bad, opened', rows, before)


# --- derive ------------------------------------------------------------------------------------

def mikey_key(psk, prf, csb_id, rand, what, want, cs_id=0):
    check(f'derive {what} {want}', run(
        'derive', 'mikey', '--psk', psk, '--prf', str(prf), '--csb', csb_id, '--rand', rand,
        '--what', what, '--cs', str(cs_id), '--len', str(len(want) // 2)), (OK, want + '\n', ''))


def derives_keys_of(row):
    csb_id, prf = f"{row['i_spec']['csb_id']:08x}", row['i_spec']['prf']
    for what in ('auth', 'encr', 'salt'):
        if row['derived'].get(f'{what}_key'):
            mikey_key(row['psk'], prf, csb_id, row['rand'], what, row['derived'][f'{what}_key'])
    tgk = row.get('tgk_derivation')
    for field, what in (('tek16', 'tek'), ('auth20', 'tgk-auth'), ('encr32', 'tgk-encr'),
                        ('salt14', 'tgk-salt')):
        if tgk and len(tgk['tgk']) <= 2 * 128:  # MSK_PSK_MAX
            mikey_key(tgk['tgk'], prf, csb_id, row['rand'], what, tgk[field], tgk['cs_id'])


def gba_keys(ks, rand, impi, fqdn, want):
    args = ['--ks', ks, '--rand', rand, '--impi', impi, '--fqdn', fqdn]
    for name in ('ks_naf', 'ks_int_naf', 'naf_id', 'mrk'):
        if name in want:
            more = ['--ks-naf', want['ks_naf']] if name == 'mrk' else args
            check(f'derive {name} {fqdn}', run('derive', name.replace('_', '-'), *more),
                  (OK, want[name] + '\n', ''))
    if 'ks_naf' in want:
        check(f'derive ks-ext-naf {fqdn}', run('derive', 'ks-ext-naf', *args)[1],
              want['ks_naf'] + '\n')


def our_keys():
    with open(PROTECT) as file:
        rows = json.load(file)
    for row in rows['prf']:
        mikey_key(row['psk'], row['prf'], f"{row['csb_id']:08x}", row['rand'], row['what'],
                  row['out'], row['cs_id'])
    for row in rows['gba']:
        impi, fqdn = (bytes.fromhex(row[name]).decode() for name in ('impi', 'fqdn'))
        gba_keys(row['ks'], row['rand'], impi, fqdn, row)
        check(f'derive k-af {fqdn}',
              run('derive', 'k-af', '--k-akma', row['k_akma'], '--fqdn', fqdn),
              (OK, row['k_af'] + '\n', ''))
    mikey = ['mikey', '--csb', '00000000', '--psk']
    for what, args in (('nothing', []), ('unknown', ['frob']), ('no Ks', ['ks-naf']),
                       ('short Ks', ['mrk', '--ks-naf', '00']),
                       ('short K_AKMA', ['k-af', '--k-akma', '00', '--fqdn', 'x']),
                       ('no name', ['k-af', '--k-akma', '00' * 32]), ('no FQDN', ['naf-id']),
                       ('unknown key', [*mikey, '00', '--what', 'x']),
                       ('no key', [*mikey, '00']), ('no PSK', [*mikey, '', '--what', 'tek']),
                       ('no CSB ID', ['mikey', '--psk', '00', '--what', 'tek']),
                       ('long PSK', [*mikey, '00' * 129, '--what', 'tek']),
                       ('nothing long', [*mikey, '00', '--what', 'tek', '--len', '0']),
                       ('too long', [*mikey, '00', '--what', 'tek', '--len', '256'])):
        check(f'derive: {what}', run('derive', *args)[:2], (USAGE, ''))


def their_keys():
    n, before = 0, len(failures)
    with open(os.path.join(VECTORS, 'prf_kats.json')) as file:
        for row in json.load(file):
            mikey_key(row['inkey'], row['prf'], row['csb_id'], row['rand'],
                      CONSTANTS[row['constant']], row['out'], row['cs_id'])
            n += 1
    with open(os.path.join(VECTORS, 'gba.json')) as file:
        rows = json.load(file)
    for row in rows:
        if not row.get('naf_id', '').endswith('0100000001'):
            continue  # the Ua protocol of another standard
        want = {'naf_id': row['naf_id'], 'ks_int_naf': row['output']}
        if row['label'] == 'gba-me':
            want = {'naf_id': row['naf_id'], 'ks_naf': row['output'], 'mrk': row['mrk']}
        gba_keys(row['ks'], row['rand'], row['impi'],
                 bytes.fromhex(row['naf_id'])[:-5].decode(), want)
        n += 1
    print(f'{n - len(failures) + before} of {n} keys of others')


def main():
    our_messages()
    refuses_to_seal()
    our_keys()
    if os.path.isdir(VECTORS):
        their_messages()
        their_keys()
    else:
        print('skipped: cases of other programs (no such directory)')
    print(f'{len(failures)} failures')
    return 1 if failures else 0


sys.exit(main())
