import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type AgePair, agePair, decryptFile, encryptFile } from '../../../test/support/sops-files.ts';
import { parseYaml } from '../../lib/yaml.ts';
import { printYaml } from '../../lib/yaml-print.ts';
import { SecretBytes } from '../../lib/secret-bytes.ts';
import { decryptValue, encryptValue } from './cipher.ts';
import { goYamlScalar, jsonScalar } from './go-scalar.ts';
import { encryptedPaths } from './open-sops.ts';
import { readSops, sopsFormats } from './read-sops.ts';
import { createSelection } from './selection.ts';
import { SopsError } from './sops-error.ts';
import { valueOf } from './sops-value.ts';

const secret = `# for the faucet
apiVersion: v1
kind: Secret
metadata:
    name: faucet # its name
    namespace: devnet
stringData:
    # rotated in May
    token: hunter2-canary
    empty: ""
    lines: |
        one
        two
`;

let key: AgePair;
let other: AgePair;
let encrypted: string;

beforeAll(async () => {
  [key, other] = [await agePair(), await agePair()];
  encrypted = await encryptFile(secret, [key.recipient]);
});

function decrypt(text: string, identity = key.identity): Promise<readonly unknown[]> {
  return decryptFile(text, 'yaml', { 'a.agekey': identity });
}

async function refusal(text: string): Promise<string> {
  try {
    await decrypt(text);
  } catch (error) {
    if (error instanceof SopsError) return `${error.kind}: ${error.message}`;
    throw error;
  }
  return 'opened';
}

describe('a file that was encrypted', () => {
  it('opens with its key, and is as it was', async () => {
    expect(await decrypt(encrypted)).toEqual(parseYaml(secret).map(({ value }) => value));
  });

  it('keeps order, names, and the comments outside of what is encrypted', () => {
    expect(encrypted.split('\n').slice(0, 7)).toEqual(secret.split('\n').slice(0, 7));
    expect(encrypted).not.toMatch(/hunter2|May|two/);
    expect(encrypted).toMatch(/^ {4}#ENC\[AES256_GCM,data:.*type:comment\]$/m);
  });

  it('holds no plaintext in what is known of it without a key', () => {
    const file = readSops(Buffer.from(encrypted), 'yaml');
    expect(file.documents.map((document) => encryptedPaths(document, file.metadata))).toEqual([[['stringData', 'token'], ['stringData', 'empty'], ['stringData', 'lines']]]);
    expect(JSON.stringify(file)).not.toContain('hunter2');
  });

  it('does not open with another key, with none, or with what is no key, and says which it needs', async () => {
    await expect(decrypt(encrypted, other.identity)).rejects.toThrow('age: none of the 1 age keys at hand opens it');
    await expect(decrypt(encrypted, '# nothing')).rejects.toThrow('there is no age key at hand');
    await expect(decrypt(encrypted, 'AGE-PLUGIN-X')).rejects.toThrow('there is no age key at hand');
  });

  it('does not open where its age file has more recipients than SOPS writes, whichever key is at hand', async () => {
    const { armor, Encrypter } = await import('age-encryption');
    const encrypter = new Encrypter();
    for (const pair of [key, other, key, other, key]) encrypter.addRecipient(pair.recipient);
    const many = armor.encode(await encrypter.encrypt(new Uint8Array(32)));
    const file = encrypted.replace(/-----BEGIN[^]*?END AGE ENCRYPTED FILE-----/, many.trim().replaceAll('\n', '\n              '));
    await expect(decrypt(file)).rejects.toThrow('more recipients than SOPS writes');
  });

  it('comes back whole, whatever texts it holds, for every key it was encrypted for', { timeout: 30_000 }, async () => {
    const hybrid = await agePair('hybrid');
    const text = fc.string({ unit: 'binary' }).filter((value) => !/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ud800-\udfff\ufffe\uffff\u2028\u2029\ufeff]/.test(value)); // oxlint-disable-line no-control-regex
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9.-]{0,8}$/), text, { minKeys: 1 }), async (data) => {
        const plain = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'x' }, stringData: data };
        const file = await encryptFile(printYaml(plain), [key.recipient, hybrid.recipient]);
        expect([await decrypt(file), await decrypt(file, hybrid.identity)]).toEqual([[plain], [plain]]);
      }),
      { numRuns: 10 },
    );
  });

  it.each([
    ['is encrypted already', () => encrypted, 'is already encrypted with SOPS'],
    ['has nothing to encrypt', () => 'kind: Secret\n', 'has nothing to encrypt'],
    ['has an alias', () => 'data:\n  a: &x 1\n  b: *x\n', 'anchors have no place in this file'],
    ['is no map', () => '- a\n', 'a document must be a map'],
  ])('is not made of a file that %s', async (_, text, message) => {
    await expect(encryptFile(text(), [key.recipient])).rejects.toThrow(message);
  });

  it('is not made for what is no recipient, which is not quoted', async () => {
    await expect(encryptFile(secret, ['age1canary'])).rejects.toThrow('recipient 1 is no age recipient (age1… or age1pq1…)');
    await expect(encryptFile(secret, [])).rejects.toThrow('names no age recipient');
  });
});

describe('a file that was changed', () => {
  const change = (from: string | RegExp, to: string) => (): string => encrypted.replace(from, to);

  it.each([
    ['a value that is not encrypted', change('namespace: devnet', 'namespace: mainnet'), 'document: the MAC does not fit'],
    ['a value that was added', change('kind: Secret', 'kind: Secret\ntype: Opaque'), 'document: the MAC does not fit'],
    ['a ciphertext under another name', change('    token:', '    other:'), 'document: stringData.other: does not decrypt'],
    ['a ciphertext that was removed', change(/ {4}token: .*\n/, ''), 'document: the MAC does not fit'],
    ['a byte of a ciphertext', () => flip(/token: ENC\[AES256_GCM,data:(.)/), 'document: stringData.token: does not decrypt'],
    ['a type', change(/(token: .*type:)str/, '$1bytes'), 'opened'],
    ['a type that does not fit', change(/(token: .*type:)str/, '$1int'), 'document: stringData.token: decrypts to something that is no int'],
    ['a plaintext where a ciphertext should be', change(/token: .*/, 'token: stolen-canary'), 'document: stringData.token: is not in the form'],
    ['a number where a ciphertext should be', change(/token: .*/, 'token: 12'), 'document: stringData.token: is not encrypted'],
    ['the rule', change('^(data|stringData)$', '^nothing$'), 'document: the MAC does not fit'],
    ['the time', change('03:04:05Z', '03:04:06Z'), 'document: sops.mac: does not decrypt'],
    ['the MAC', () => flip(/mac: "ENC\[AES256_GCM,data:(.)/), 'document: sops.mac: does not decrypt'],
    ['no MAC', change(/ {4}mac: .*\n/, ''), 'document: sops.mac: is required'],
    ['an empty MAC', change(/mac: .*/, 'mac: ""'), 'document: sops.mac: must not be empty'],
    ['a data key of another file', change(/BEGIN AGE ENCRYPTED FILE-----\n\s+(\w{10})/, 'BEGIN AGE ENCRYPTED FILE-----\nAAAA'), 'document: not valid'],
  ])('is refused: %s', async (_, changed, message) => {
    const text = changed();
    expect(text).not.toBe(encrypted);
    const said = await refusal(text);
    expect(said.slice(0, message.length)).toBe(message);
    expect(said).not.toMatch(/canary|ENC\[/);
  });

  function flip(pattern: RegExp): string {
    return encrypted.replace(pattern, (found, at: string) => found.slice(0, -1) + (at === 'A' ? 'B' : 'A'));
  }

  it('is refused whichever byte of its values was changed, and never answered in part', { timeout: 30_000 }, async () => {
    const from = encrypted.indexOf('stringData');
    const to = encrypted.indexOf('sops:');
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: from, max: to - 2 }), fc.constantFrom('a', 'Z', '0', '+', '/', '=', '[', ',', ':', '\n'), async (at, letter) => {
        const text = encrypted.slice(0, at) + letter + encrypted.slice(at + 1);
        const [before, after] = [parsed(encrypted), parsed(text)];
        // a comment or a blank may change, and so may what base64 ignores
        const line = encrypted.slice(encrypted.lastIndexOf('\n', at - 1) + 1).split('\n')[0] ?? '';
        // SOPS seals no empty value, so nothing vouches for the name of one
        fc.pre(after !== before && !encrypted.slice(0, at).split('\n').at(-1)?.includes('#') && !line.trimStart().startsWith('empty:'));
        const said = await refusal(text);
        if (said === 'opened') expect(await decrypt(text)).toEqual(await decrypt(encrypted));
      }),
      { numRuns: 80 },
    );
  });

  function parsed(text: string): string {
    try {
      return JSON.stringify(parseYaml(text));
    } catch {
      return '';
    }
  }
});

describe('hostile metadata', () => {
  const withSops = (fields: object): string => printYaml({ a: 'ENC[AES256_GCM,data:AA==,iv:AA==,tag:AA==,type:str]', sops: { lastmodified: '2026-01-02T03:04:05Z', mac: 'x', age: [{ recipient: 'r', enc: 'e' }], ...fields } });
  const age = (count: number): object[] => Array.from({ length: count }, () => ({ recipient: 'r', enc: 'e' }));

  it.each([
    ['1,000 recipients', { age: age(1_000) }, 'sops.age: must have at most 200 entries'],
    ['a hundred key groups', { age: [], key_groups: Array.from({ length: 100 }, () => ({ age: age(1) })) }, 'sops.key_groups: must have at most 64 entries'],
    ['many groups of many keys', { age: [], key_groups: Array.from({ length: 10 }, () => ({ age: age(30) })) }, 'sops: names more than 200 keys'],
    ['no keys', { age: [] }, 'sops: names no key'],
    ['a threshold beyond the groups', { age: [], key_groups: [{ age: age(1) }, { age: age(1) }], shamir_threshold: 3 }, 'sops.shamir_threshold: must be at least 2'],
    ['a threshold of one', { age: [], key_groups: [{ age: age(1) }, { age: age(1) }], shamir_threshold: 1 }, 'sops.shamir_threshold: must be at least 2'],
    ['two rules', { encrypted_suffix: 'a', unencrypted_regex: 'b' }, 'sops: has more than one rule'],
    ['a rule too long', { encrypted_regex: 'a'.repeat(2_000) }, 'sops.encrypted_regex: is too long'],
    ['a key too long', { age: [{ recipient: 'r', enc: 'e'.repeat(40_000) }] }, 'sops.age[0].enc: is too long'],
    ['no time', { lastmodified: 'yesterday-canary' }, 'sops.lastmodified: must be a time'],
    ['a list where a map should be', { kms: [{ arn: ['x'], enc: 'e' }] }, 'sops.kms[0].arn: must be text'],
  ])('is refused: %s', (_, fields, message) => {
    expect(() => readSops(Buffer.from(withSops(fields)), 'yaml')).toThrow(message);
    expect(() => readSops(Buffer.from(withSops(fields)), 'yaml')).not.toThrow('canary');
  });

  it.each(['(a+)+$', '(a|aa)+$', '(.*)*b', '(a?){30}a{30}', '^(([a-z])+.)+[A-Z]([a-z])+$'])('has its regular expression run in linear time: %s', (regex) => {
    const selects = createSelection({ by: 'regex', encrypts: true, regex });
    const before = performance.now();
    for (let index = 0; index < 20; index += 1) selects({ keys: [`${'a'.repeat(200 + index)}!`], comments: [] });
    expect(performance.now() - before).toBeLessThan(2_000);
  });

  it.each(['(', '[a', 'a{1000}{1000}', '(?P<n', '\\C'])('has a regular expression refused that is none or too large: %s', (regex) => {
    expect(() => createSelection({ by: 'regex', encrypts: true, regex })).toThrow("the regular expression in the file's sops metadata is not one, or is too large");
  });

  it('is refused where it nests too deeply, is too large, or has a key that is the prototype', () => {
    const deep = `${'{"a":'.repeat(300)}1${'}'.repeat(300)}`;
    expect(() => readSops(Buffer.from(`{"b": ${deep}, "sops": {}}`), 'json')).toThrow('nested more than 100 levels deep');
    expect(() => readSops(Buffer.alloc((4 << 20) + 1, 'a'), 'binary')).toThrow('may have 4194304 bytes at the most');
    expect(() => readSops(Buffer.from('{"__proto__": {"x": 1}, "sops": {}}'), 'json')).toThrow('__proto__ cannot be a key');
    const inherited = withSops({ kms: [{ arn: 'a', enc: 'e', context: { constructor: 'x', toString: 'y' } }] });
    expect(readSops(Buffer.from(inherited), 'yaml').metadata.groups[0]?.[1]).toMatchObject({ type: 'kms', context: { constructor: 'x', toString: 'y' } });
  });

  it('never makes anything but a SopsError of any bytes, in any format', () => {
    const piece = fc.constantFrom('sops', ': ', '\n', '  ', '- ', '{', '}', '[', ']', '"', 'ENC[AES256_GCM,', 'mac', 'sops_mac=', 'sops_age__list_0__map_enc', '=', '#', 'a', '&a', '*a', '!!int', '1', '\\n', '|', '---\n', '\u0000');
    const bytes = fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.array(piece, { maxLength: 40 }).map((pieces) => Buffer.from(pieces.join(''))));
    fc.assert(
      fc.property(bytes, fc.constantFrom(...sopsFormats), (content, format) => {
        try {
          readSops(content, format);
        } catch (error) {
          expect(error).toBeInstanceOf(SopsError);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('values', () => {
  const dataKey = new SecretBytes(createHash('sha256').update('key').digest());

  it('come back from every ciphertext, and only under the label that they were bound to', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 100 }), fc.string(), fc.string(), (bytes, label, wrong) => {
        fc.pre(label !== wrong);
        const text = encryptValue({ type: 'bytes', bytes: new SecretBytes(bytes) }, { key: dataKey, label, randomBytes: (size) => new Uint8Array(size).fill(7) });
        const opened = decryptValue(text, dataKey, label);
        expect(opened.ok && [...opened.value.bytes.reveal()]).toEqual([...bytes]);
        expect(decryptValue(text, dataKey, wrong).ok).toBe(false);
        expect(decryptValue(`${text} `, dataKey, label).ok).toBe(false);
      }),
      { numRuns: 100 },
    );
  });

  const shown = (value: ReturnType<typeof goYamlScalar>): string => (value === undefined ? 'refused' : value === null ? 'null' : `${value.type} ${Buffer.from(value.bytes.reveal()).toString()}`);

  it.each([
    ['0777', 'int 511'], ['0o17', 'int 15'], ['0x1F', 'int 31'], ['0b11', 'int 3'], ['1_000', 'int 1000'], ['-0', 'int 0'], ['+12', 'int 12'], ['08', 'float 8'],
    ['9223372036854775807', 'int 9223372036854775807'], ['-9223372036854775808', 'int -9223372036854775808'], ['9223372036854775808', 'refused'], ['18446744073709551616', 'float 18446744073709552000'],
    ['1.50', 'float 1.5'], ['1e3', 'float 1000'], ['.5', 'float 0.5'], ['1e-7', 'float 0.0000001'], ['-0.0', 'float -0'], ['.inf', 'float +Inf'], ['-.Inf', 'float -Inf'], ['.NaN', 'float NaN'], ['1e999', 'str 1e999'],
    ['yes', 'str yes'], ['off', 'str off'], ['y', 'str y'], ['True', 'bool True'], ['false', 'bool False'], ['~', 'null'], ['', 'null'], ['Null', 'null'], ['nULL', 'str nULL'],
    ['2001-12-14', 'time 2001-12-14T00:00:00Z'], ['2001-12-14t21:59:43.10-05:00', 'time 2001-12-14T21:59:43.1-05:00'], ['2001-12-14 21:59:43.10', 'time 2001-12-14T21:59:43.1Z'], ['2001-13-14', 'str 2001-13-14'],
    ['1.2.3', 'str 1.2.3'], ['12:30', 'str 12:30'], ['-', 'str -'], ['.', 'str .'],
  ])('are what go-yaml v3 makes of them where they are not quoted: %s', (text, expected) => {
    expect(shown(goYamlScalar(text))).toBe(expected);
  });

  it.each([['12', 'int 12'], ['-0', 'int 0'], ['1.0', 'float 1'], ['1e3', 'float 1000'], ['9223372036854775808', 'float 9223372036854776000'], ['true', 'bool True'], ['null', 'null'], ['True', 'refused'], ['0777', 'refused'], ['x', 'refused']])('are what JSON makes of them: %s', (text, expected) => {
    expect(shown(jsonScalar(text))).toBe(expected);
  });

  it('are refused where their bytes are none of their type', () => {
    const of = (type: 'int' | 'bool' | 'float' | 'time', text: string): unknown => valueOf(type, Buffer.from(text));
    expect([of('int', '1.5'), of('int', '1'.repeat(30)), of('bool', 'yes'), of('float', '0x1'), of('time', 'now')]).toEqual([undefined, undefined, undefined, undefined, undefined]);
  });
});
