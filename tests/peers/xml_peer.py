# SPDX-License-Identifier: MIT
"""Holds msktool body and announcement against xml.etree of Python.

usage: xml_peer.py MSKTOOL [XML_DIR]

Documents are made at random, dressed up in every way that XML allows, and
read by both; what msktool writes is read by Python. XML_DIR may hold schemas/
(for xmllint), spec_shapes/ and hostile/ of others; without it, or without
xmllint, those tests say that they skip.
"""
import base64
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET

TOOL = sys.argv[1]
OTHERS = sys.argv[2] if len(sys.argv) > 2 else ''
SEED = int(os.environ.get('MSK_TEST_SEED', '1'), 0)
EACH = 40
BASE = 'urn:3GPP:metadata:2005:MBMS:'
# kind: namespace, root element, schema of XML_DIR, names an MSK, has a code
KINDS = {
    'register': ('securityRegistration', 'mbmsSecurityRegister',
                 'SecurityRegistration.xsd', False, False),
    'deregister': ('securityDeregistration', 'mbmsSecurityDeregister',
                   'SecurityDeregistration.xsd', False, False),
    'register-response': ('securityRegistrationResponse',
                          'mbmsSecurityRegisterResponse',
                          'securityRegistrationResponse.xsd', False, True),
    'msk-request': ('mskRequest', 'mbmsMSKRequest', 'mskRequest.xsd', True,
                    False),
    'msk-response': ('mskResponse', 'mbmsMSKResponse', 'mskResponse.xsd', True,
                     True),
}
SECURITY = 'securityDescription'
rnd = random.Random(SEED)
failures = []
written = []  # (schema, document) of what msktool has written


def run(*args, stdin=''):
    done = subprocess.run([TOOL, *args], input=stdin.encode(),
                          capture_output=True)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def check(what, got, want):
    if got != want:
        failures.append(what)
        print(f'FAIL {what}\n  got  {got!r:.500}\n  want {want!r:.500}')


# What Python reads.

def octets(text):
    return base64.b64decode(re.sub(r'\s', '', text), validate=True).hex()


def key_of(msk, ns):
    return {'domain': octets(msk.find(ns + 'keyDomainID').text),
            'msk_id': octets(msk.find(ns + 'MSKID').text)}


def text_of(element):
    """Its own text: not that of its children."""
    parts = [element.text or ''] + [child.tail or '' for child in element]
    return ''.join(parts).strip(' \t\r\n')


def as_text(text):
    """As msktool prints it."""
    if all(' ' <= c <= '~' for c in text):
        return text
    return {'hex': text.encode().hex()}


def python_body(document):
    root = ET.fromstring(document)
    for kind, (space, name, _, has_msk, has_code) in KINDS.items():
        ns = '{' + BASE + space + '}'
        if root.tag != ns + name:
            continue
        items = []
        at = 'Response' if has_code else 'MSK' if has_msk else 'serviceID'
        for element in root.findall(ns + at):
            msk = element.find(ns + 'MSK') if has_code else element
            service = element.find(ns + 'serviceID') if has_code else element
            item = (key_of(msk, ns) if has_msk
                    else {'service': as_text(text_of(service))})
            if has_code:
                item['code'] = int(
                    text_of(element.find(ns + 'ResponseCode'))[:3])
            items.append(item)
        return {'kind': kind, 'items': items}
    return None


SWITCH = {'true': 'on', '1': 'on', 'false': 'off', '0': 'off', None: 'default'}


def python_service(document):
    root = ET.fromstring(document)
    ns = '{' + BASE + SECURITY + '}'
    management = root.find(ns + 'keyManagement')
    fec = root.find(ns + 'fecProtection')
    get = management.get
    want = {
        'service': 'urn:x',
        'servers': [text_of(s) for s in management.findall(ns + 'serverURI')],
        'flows': [],
        'uicc_required': get('uiccKeyManagement', 'true') in ('true', '1'),
        'confidentiality': SWITCH[get('confidentialityProtection')],
        'integrity': SWITCH[get('integrityProtection')],
        'offset_time': int(get('offsetTime', '0')),
        'random_period': int(get('randomTimePeriod', '0')),
    }
    for flow in root.findall(f'{ns}keyId/{ns}mediaFlow'):
        key = key_of(flow.find(ns + 'MSK'), ns)
        want['flows'].append({'id': as_text(flow.get('flowID')),
                              'domain': key['domain'],
                              'group': int(key['msk_id'][:4], 16)})
    if fec is not None:
        want['fec'] = {'encoding': fec.get('fecEncodingId', '0'),
                       'instance': fec.get('fecInstanceId', '0'),
                       'oti': as_text(fec.get('fecOtiExtension', ''))}
    return want


# Documents, dressed up.

def escaped(text):
    """The same text, written in one of many ways."""
    out = ''
    for c in text:
        how = rnd.randrange(12)
        if how == 0:
            out += f'&#{ord(c)};'
        elif how == 1:
            out += f'&#x{ord(c):X};'
        elif how == 2 and c != ']':
            out += f'<![CDATA[{c}]]>'
        elif how == 3:
            out += c.translate(SPECIAL) + rnd.choice(
                ['<!---->', '<?p i?>', '<!-- < -->'])
        else:
            out += c.translate(SPECIAL)
    return out


SPECIAL = str.maketrans({'&': '&amp;', '<': '&lt;', '>': '&gt;',
                         '"': '&quot;', "'": '&apos;'})


def blank():
    return ''.join(rnd.choice(' \t\n\r') for _ in range(rnd.randrange(4)))


def base64_text(n):
    text = base64.b64encode(rnd.randbytes(n)).decode()
    at = rnd.randrange(len(text) + 1)
    return blank() + text[:at] + blank() + text[at:] + blank()


def stranger():
    """What a reader passes by: not in the namespace."""
    return rnd.choice(['', '', '', '<v:x/>', '<v:MSK><v:keyDomainID>AA=='
                       '</v:keyDomainID></v:MSK>', '<MSK xmlns="urn:v"/>',
                       '<v:serviceID>urn:no</v:serviceID>'])


class Dress:
    """A prefix or none, with strange attributes and elements around."""

    def __init__(self, space):
        self.p = rnd.choice(['', 'k:', 'a-b.c:'])
        self.ns = BASE + space

    def element(self, name, content, attributes=''):
        strange = rnd.choice(['', ' v:a="b"', ' c="d"', '\n'])
        return (f'{blank()}<{self.p}{name}{attributes}{strange}>{content}'
                f'</{self.p}{name}{blank()}>{blank()}')

    def document(self, name, content):
        xmlns = 'xmlns' + (':' + self.p[:-1] if self.p else '')
        head = rnd.choice(['', '<?xml version="1.0" encoding="UTF-8"?>',
                           "<?xml version='1.0' encoding='utf-8' ?>\n<!-- -->",
                           '\ufeff<?xml version="1.0"?>'])
        return head + (f'<{self.p}{name} {xmlns}="{self.ns}" '
                       f'xmlns:v="urn:v">{content}</{self.p}{name}>')


def random_uri():
    """Half of them are none by the schema; msktool takes any text."""
    alphabet = rnd.choice(['abcXYZ019-._=~&?', 'a1?&<>"\'%{ü☃𝄞'])
    return 'urn:' + ''.join(rnd.choice(alphabet)
                            for _ in range(rnd.choice([1, 5, 20, 60])))


def is_uri(item):
    text = item.get('service', '')
    return isinstance(text, str) and not re.search('[<>"%{]', text)


def msk_element(d):
    parts = [d.element('keyDomainID', base64_text(3)),
             d.element('MSKID', base64_text(4))]
    return d.element('MSK', ''.join(parts))


def random_body(kind):
    space, name, _, has_msk, has_code = KINDS[kind]
    d, content = Dress(space), ''
    for _ in range(rnd.choice([1, 1, 2, 5, 20])):
        item = (msk_element(d) if has_msk else d.element(
            'serviceID', blank() + escaped(random_uri()) + blank()))
        if has_code:
            code = str(rnd.randrange(100, 600)) + rnd.choice(
                ['', ' OK', ' Not Found', ': 404', '\n'])
            item = d.element('Response', item + d.element(
                'ResponseCode', blank() + escaped(code)) + stranger())
        content += item + stranger()
    return d.document(name, content)


def maybe(name, values):
    return f' {name}="{rnd.choice(values)}"' if rnd.random() < 0.5 else ''


BOOLEANS = ['true', 'false', '1', '0']


def random_announcement():
    d, content = Dress(SECURITY), ''
    servers = ''.join(
        d.element('serverURI', blank() + escaped(rnd.choice(
            ['http://bmsc.example.com/', 'https://a.b-c:99/x?y=1&z',
             'bmsc.example.net'])) + blank())
        for _ in range(rnd.randrange(1, 4)))
    content += d.element('keyManagement', servers + stranger(), ''.join([
        maybe('offsetTime', ['0', '7', '007', '4294967295']),
        maybe('randomTimePeriod', ['0', '12345']),
        maybe('uiccKeyManagement', BOOLEANS),
        maybe('confidentialityProtection', BOOLEANS),
        maybe('integrityProtection', BOOLEANS),
        maybe('v:offsetTime', ['x'])]))
    for _ in range(rnd.randrange(1, 4)):
        flows = ''
        for _ in range(rnd.randrange(1, 4)):
            key = ''
            while not key or 'MSKID' not in key or re.search(
                    r'MSKID[^>]*>\s*A\s*A', key):  # Key Group 0, it may be
                key = msk_element(d)
            flow_id = rnd.choice(['224.1.2.3/4002', '[ff3e::8000:1]/5000',
                                  '&lt;ü&gt;/1'])
            flows += d.element('mediaFlow', key, f' flowID="{flow_id}"')
        content += d.element('keyId', flows)
    if rnd.random() < 0.5:
        content += d.element('fecProtection', '', ''.join([
            maybe('fecEncodingId', ['0', '18446744073709551615']),
            maybe('fecInstanceId', ['1', '129']),
            maybe('fecOtiExtension', ['', '1SCxWEMNe397m24SwgyRhg==', 'ü'])]))
    return d.document(SECURITY, content + stranger())


# Both against each other.

def both_ways(what, command, document, read, schema):
    """msktool and Python read the same; what it writes of that, too."""
    want = read(document)
    status, out, err = run(*command, '-', stdin=document)
    check(f'{what}: reads\n{document}', (status, err), (0, ''))
    if status != 0:
        return
    check(f'{what}: as Python\n{document}', json.loads(out), want)
    status, again, err = run(command[0], '--xml', '-', stdin=out)
    check(f'{what}: writes {out}', (status, err), (0, ''))
    if status == 0:
        check(f'{what}: as it was', read(again), want)
        if all(is_uri(item) for item in want.get('items', [])):
            written.append((schema, again))


def random_documents():
    print(f'MSK_TEST_SEED={SEED}')
    for kind in KINDS:
        for i in range(EACH):
            both_ways(f'{kind} {i}', ('body',), random_body(kind),
                      python_body, KINDS[kind][2])
    for i in range(EACH):
        both_ways(f'announcement {i}', ('announcement', 'urn:x'),
                  random_announcement(), python_service, 'security.xsd')
    print(f'{EACH * (len(KINDS) + 1)} random documents')


def command_line():
    good = '{"kind":"register","items":[{"service":"urn:a"}]}'
    check('body', run('body', '--xml', '-', stdin=good)[0], 0)
    for text in ('', '{', '{}', '[]', '{"kind":"x","items":[]}',
                 '{"kind":"register","items":[]}',
                 '{"kind":"register","items":[{"service":1}]}',
                 '{"kind":"register","items":[{"service":"a\\nb"}]}',
                 '{"kind":"register","items":[{"service":{"hex":"c3"}}]}',
                 '{"kind":"register-response","items":[{"service":"urn:a"}]}',
                 '{"kind":"msk-request","items":[{"domain":"00"}]}',
                 '{"kind":"register","items":[' + ','.join(
                     ['{"service":"urn:a"}'] * 65) + ']}',
                 '{"kind":"register","items":[' + ','.join(
                     ['{"service":"urn:a"}'] * 66) + ']}'):
        check(f'body of {text:.60}', run('body', '--xml', '-', stdin=text)[:2],
              (2, ''))
    for text in ('', '{}', '{"servers":["a"],"flows":[]}',
                 '{"servers":["a"],"flows":[{"id":"b","domain":"000102",'
                 '"group":0}]}', '{"servers":[1],"flows":[]}',
                 '{"servers":["a b"],"flows":[{"id":"b","domain":"000102",'
                 '"group":1}]}',
                 '{"integrity":"no","servers":["a"],"flows":[{"id":"b",'
                 '"domain":"000102","group":1}]}'):
        check(f'announcement of {text:.60}',
              run('announcement', '--xml', '-', stdin=text)[:2], (2, ''))
    for arguments in (('body',), ('body', 'a', 'b'), ('announcement',),
                      ('announcement', '-'), ('body', 'zz'),
                      ('body', '@/nonexistent')):
        check(f'usage of {arguments}', run(*arguments)[:2], (1, ''))


# What others bring.

def shapes(folder):
    for name in sorted(os.listdir(folder)):
        document = open(os.path.join(folder, name), encoding='utf-8').read()
        root = ET.fromstring(document)
        if root.tag.endswith('}bundleDescription'):
            check(name, run('body', '-', stdin=document)[0], 2)
        elif not root.tag.endswith('}' + SECURITY):
            kind = python_body(document)['kind']
            both_ways(name, ('body',), document, python_body, KINDS[kind][2])
        elif root.find('{' + BASE + SECURITY + '}keyManagement') is not None:
            both_ways(name, ('announcement', 'urn:x'), document,
                      python_service, 'security.xsd')
        else:
            check(name, 'missing' in run('announcement', 'urn:x', '-',
                                         stdin=document)[2], True)
    print(f'{len(os.listdir(folder))} documents in the shape of the standard')


def hostile(folder):
    for name in sorted(os.listdir(folder)):
        for command in (('body',), ('announcement', 'urn:x')):
            check(name, run(*command, '@' + os.path.join(folder, name))[:2],
                  (2, ''))
    print(f'{len(os.listdir(folder))} hostile documents')


def validate(folder):
    """What msktool has written, by the schemas."""
    for schema in sorted({schema for schema, _ in written}):
        with tempfile.TemporaryDirectory() as here:
            paths = []
            for i, (of, document) in enumerate(written):
                if of == schema:
                    paths.append(os.path.join(here, f'{i}.xml'))
                    open(paths[-1], 'w', encoding='utf-8').write(document)
            bad = os.path.join(here, 'bad.xml')
            open(bad, 'w', encoding='utf-8').write(
                open(paths[0], encoding='utf-8').read().replace('ID>', 'Id>'))
            lint = ['xmllint', '--noout', '--nonet', '--schema',
                    os.path.join(folder, schema)]
            done = subprocess.run(lint + paths, capture_output=True)
            check(f'{schema}: {done.stderr.decode():.500}', done.returncode, 0)
            check(f'{schema}: a wrong one',
                  subprocess.run(lint + [bad],
                                 capture_output=True).returncode == 0, False)
    print(f'{len(written)} written documents are valid')


def main():
    random_documents()
    command_line()
    for name, test in (('spec_shapes', shapes), ('hostile', hostile)):
        folder = os.path.join(OTHERS, name)
        if OTHERS and os.path.isdir(folder):
            test(folder)
        else:
            print(f'skipped: {name} (no such directory)')
    folder = os.path.join(OTHERS, 'schemas')
    if not OTHERS or not os.path.isdir(folder):
        print('skipped: schemas (no such directory)')
    elif shutil.which('xmllint') is None:
        print('skipped: schemas (xmllint is not there)')
    else:
        validate(folder)
    print(f'{len(failures)} failures')
    return 1 if failures else 0


sys.exit(main())
