import { corpus, type OracleData } from '../../../support/template/corpus.ts';
import { certificates, keys, oaepTexts, pkcs12Files } from '../../../support/template/crypto-files.ts';
import { jwks } from '../../../support/template/jwks.ts';

const { root, intermediate, leaf, other, rsa } = certificates;
const chains: readonly string[] = ['', 'x', leaf, root, rsa, leaf + intermediate, leaf + intermediate + root, root + leaf + intermediate, leaf + root, leaf + other, leaf + leaf, keys.leaf, `x\n${leaf}x`];

type Row = readonly [text: string, data: OracleData];

function each(text: string, data: readonly OracleData[]): Row[] {
  return data.map((one) => [text, one]);
}

const block = '-----BEGIN TEST-----\nAAAA\n-----END TEST-----\n';
const pems: readonly string[] = [
  '',
  'x',
  '\n',
  block,
  block + block,
  `${block}x`,
  `x${block}`,
  `x\n${block}`,
  block.replaceAll('\n', '\r\n'),
  block.replaceAll('\n', ' \t\n'),
  block.replaceAll('TEST', 'test'),
  block.replaceAll('TEST', 'te\u017ft'),
  block.replaceAll('TEST', ''),
  block.replace('END TEST', 'END BEST'),
  block.replace('AAAA\n', ''),
  block.replace('AAAA\n', '\n\n'),
  block.replace('AAAA', 'AA AA'),
  block.replace('AAAA', 'A'),
  block.replace('AAAA', 'AB=='),
  block.replace('AAAA', '!AAA'),
  block.replace('AAAA', 'Z-Header: 1\nProc-Type: 4,ENCRYPTED\nA: b:c\n\nAAAA'),
  block.replace('AAAA\n', 'A: b\n'),
  block.replace('AAAA', 'A'.repeat(200)),
  block.replace('AAAA\n', '-----BEGIN TEST-----\nAAAA\n'),
  block.trimEnd(),
  '-----BEGIN TEST-----\n-----END TEST-----',
  '-----BEGIN TEST-----\nAAAA',
  '-----END TEST-----\n',
  '-----BEGIN A:B-----\nAAAA\n-----END A:B-----\n',
];

const files: readonly (readonly [password: string, file: string])[] = [
  ['1234', pkcs12Files.modern],
  ['', pkcs12Files.legacy],
  ['1234', pkcs12Files.rc2],
  ['p\u00e4', pkcs12Files.rsa],
  ['', pkcs12Files.plain],
  ['', pkcs12Files.disjunct],
  ['', 'AAAA'],
  ['', ''],
  ['', pkcs12Files.legacy.slice(0, -40)],
  ['', pkcs12Files.plain.slice(0, 400)],
];
const openings: readonly OracleData[] = files.flatMap(([password, file]) => [password, 'wrong', '\u{1f600}'].map((p) => ({ p, f: file })));
const unlocked: readonly OracleData[] = files.map(([, file]) => file);

/** What cannot be written as a file; what can is random, and looked at elsewhere. */
const unwritable: readonly OracleData[] = [
  ['', ''],
  [leaf, ''],
  ['', keys.leaf],
  ['x', keys.leaf],
  [leaf, 'x'],
  [leaf, leaf],
  [keys.leaf, leaf],
  [keys.leaf, keys.leaf],
];

function writes(name: string, more = ''): Row[] {
  return each(`{{ ${name} (index . 0) (index . 1)${more} | len }}`, [...unwritable, [leaf, keys.leaf], [rsa, keys.rsaPkcs8], [leaf + intermediate + root, keys.edwards], [`${leaf}x`, keys.leafPkcs8]]);
}

/** Functions of which the answer is random: here stands what they refuse, and what does not change. */
const making = {
  bcrypt: [
    '{{ bcrypt "" | regexMatch "^\\\\$2a\\\\$10\\\\$[./A-Za-z0-9]{53}$" }}',
    '{{ bcrypt "p\u00e4ssword" | len }}',
    '{{ bcrypt (repeat 72 "x") | len }}',
    '{{ bcrypt (repeat 73 "x") }}',
    '{{ bcrypt 1 }}',
    '{{ bcrypt }}',
    '{{ eq (bcrypt "a") (bcrypt "a") }}',
  ],
  htpasswd: [
    '{{ htpasswd "user" "password" | regexMatch "^user:\\\\$2a\\\\$10\\\\$[./A-Za-z0-9]{53}$" }}',
    '{{ htpasswd "a:b" "password" }}',
    '{{ htpasswd "" "" | len }}',
    '{{ htpasswd "user" (repeat 73 "x") }}',
    '{{ htpasswd "user" }}',
    '{{ htpasswd "user" 1 }}',
  ],
  encryptAES: [
    '{{ encryptAES "key" "" }}|',
    '{{ encryptAES "key" "text" | b64dec | len }}',
    '{{ encryptAES "key" (repeat 16 "x") | b64dec | len }}',
    '{{ eq (encryptAES "key" "text") (encryptAES "key" "text") }}',
    '{{ encryptAES "key" "t\u00e9xt" | decryptAES "key" }}',
    '{{ encryptAES (repeat 40 "k") "text" | decryptAES (repeat 32 "k") }}',
    '{{ encryptAES "" "text" | decryptAES "" }}',
    '{{ encryptAES "key" }}',
    '{{ encryptAES 1 "text" }}',
  ],
  genPrivateKey: [
    '{{ genPrivateKey "other" }}',
    '{{ genPrivateKey "ecdsa" | trunc 27 }}',
    '{{ genPrivateKey "ecdsa" | len }}',
    '{{ genPrivateKey "ed25519" | trunc 27 }}',
    '{{ genPrivateKey "ed25519" | len }}',
    '{{ genPrivateKey "RSA" }}',
    '{{ genPrivateKey 1 }}',
    '{{ genPrivateKey }}',
  ],
};

const certificateCases = {
  buildCustomCert: [
    ...each('{{ with buildCustomCert (b64enc (index . 0)) (b64enc (index . 1)) }}{{ .Cert }}{{ .Key }}{{ printf "%T %v" . . }}{{ end }}', [
      [leaf, keys.leaf],
      [leaf, keys.leafPkcs8],
      [leaf + root, `x\n${keys.leaf}`],
      [rsa, keys.rsa],
      [rsa, keys.rsaPkcs8],
      [rsa, keys.edwards],
      ['', keys.leaf],
      [leaf, ''],
      [keys.leaf, keys.leaf],
      [leaf, leaf],
      [leaf, keys.leaf.replaceAll('EC PRIVATE', 'RSA PRIVATE')],
      [leaf, keys.leaf.replaceAll('EC PRIVATE', 'DSA PRIVATE')],
      [leaf, keys.leaf.replaceAll('EC PRIVATE', 'SOME PRIVATE')],
      [leaf, keys.leafPkcs8.replaceAll('PRIVATE', 'EC PRIVATE')],
    ]),
    '{{ buildCustomCert "!" "" }}',
    '{{ buildCustomCert "" "!" }}',
    '{{ buildCustomCert "" }}',
  ],
  genCA: ['{{ genCA "x" }}', '{{ genCA 1 1 }}', '{{ genCA "x" "1" }}', '{{ printf "%T" (genCA "x" 1) }}', '{{ (genCA "x" 1).Nope }}', '{{ (genCA "\\xff" 1).Cert }}'],
  genCAWithKey: [
    ...each('{{ with genCAWithKey "x" 1 . }}{{ .Key }}{{ trunc 28 .Cert }}{{ end }}', [keys.leaf, keys.leafPkcs8, keys.rsa, keys.rsaPkcs8, keys.edwards, '', 'x', leaf]),
    '{{ genCAWithKey "x" 1 }}',
    '{{ genCAWithKey "x" 1 (genPrivateKey "dsa") }}',
  ],
  genSelfSignedCert: [
    '{{ genSelfSignedCert "x" (list "1.2.3") nil 1 }}',
    '{{ genSelfSignedCert "x" (list "01.2.3.4") nil 1 }}',
    '{{ genSelfSignedCert "x" (list "fe80::1%eth0") nil 1 }}',
    '{{ genSelfSignedCert "x" (list 5) nil 1 }}',
    '{{ genSelfSignedCert "x" (list nil) nil 1 }}',
    '{{ genSelfSignedCert "x" nil (list 5) 1 }}',
    '{{ genSelfSignedCert "x" nil (list "\u00e9") 1 }}',
    '{{ genSelfSignedCert "x" (splitList "," "1.2.3.4") nil 1 }}',
    '{{ genSelfSignedCert "x" nil nil }}',
    '{{ trunc 28 (genSelfSignedCert "" nil nil 0).Cert }}',
  ],
  genSelfSignedCertWithKey: [
    ...each('{{ (genSelfSignedCertWithKey "x" (list "1.2.3.4") (list "a.example") 1 .).Key }}', [keys.leaf, keys.leafPkcs8, keys.edwards, '', leaf]),
    '{{ genSelfSignedCertWithKey "x" (list "1.2.3") nil 1 (genPrivateKey "ed25519") }}',
    '{{ genSelfSignedCertWithKey "x" nil nil 1 }}',
  ],
  genSignedCert: [
    '{{ genSignedCert "x" nil nil 1 nil }}',
    '{{ genSignedCert "x" nil nil 1 (dict "Cert" "" "Key" "") }}',
    '{{ genSignedCert "x" nil nil 1 "" }}',
    '{{ genSignedCert "x" nil nil 1 }}',
    ['{{ trunc 28 (genSignedCert "x" nil nil 1 (buildCustomCert (b64enc .c) (b64enc .k))).Cert }}', { c: leaf, k: keys.leaf }],
    ['{{ trunc 28 (genSignedCert "x" nil nil 1 (buildCustomCert (b64enc .c) (b64enc .k))).Cert }}', { c: leaf, k: keys.other }],
  ],
  genSignedCertWithKey: [
    ...each('{{ (genSignedCertWithKey "x" nil (list "a.example") 1 (buildCustomCert (b64enc (index . 0)) (b64enc (index . 1))) (index . 2)).Key }}', [
      [leaf, keys.leaf, keys.rsa],
      [rsa, keys.rsa, keys.leaf],
      [leaf, keys.other, keys.leaf],
      [leaf, keys.edwards, keys.leaf],
      [leaf, keys.leaf, ''],
      [leaf, keys.leaf, leaf],
    ]),
    ['{{ genSignedCertWithKey "x" nil nil 1 (buildCustomCert (b64enc .c) (b64enc .k)) (genPrivateKey "dsa") }}', { c: leaf, k: keys.leaf }],
  ],
} as const;

/** Cryptography: what does not depend on chance. */
export const cases = corpus({
  ...making,
  ...certificateCases,
  derivePassword: [
    ...['maximum', 'long', 'medium', 'short', 'basic', 'pin'].map((kind) => `{{ derivePassword 1 "${kind}" "password" "user" "example.com" }}`),
    '{{ derivePassword 2 "long" "password" "user" "example.com" }}',
    '{{ derivePassword 4294967295 "long" "" "" "" }}',
    '{{ derivePassword 0 "long" "p\u00e4ssword" "\u4e16" "\\xff" }}',
    '{{ derivePassword 1 "other" "password" "user" "example.com" }}',
    '{{ derivePassword -1 "long" "password" "user" "example.com" }}',
    '{{ derivePassword 4294967296 "long" "password" "user" "example.com" }}',
    '{{ derivePassword (int 1) "long" "password" "user" "example.com" }}',
    '{{ derivePassword "1" "long" "password" "user" "example.com" }}',
    '{{ derivePassword 1 "long" "password" "user" }}',
  ],
  decryptAES: [
    '{{ decryptAES "key" "" }}|',
    '{{ decryptAES "key" "!" }}',
    '{{ decryptAES "key" "YWJj" }}',
    '{{ decryptAES "key" "AAAAAAAAAAAAAAAAAAAAAA==" }}',
    '{{ decryptAES "key" "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" }}',
    '{{ decryptAES "key" "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" | printf "%x" }}',
    ...Array.from({ length: 8 }, (_, index) => `{{ decryptAES "${index}" "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=" | printf "%x" }}`),
    '{{ decryptAES "key" 1 }}',
  ],
  filterPEM: [
    ...each('{{ filterPEM "test" . }}|', pems),
    ['{{ filterPEM "" . }}|', block.replaceAll('TEST', '')],
    ['{{ filterPEM "certificate" . }}|', leaf + keys.leaf + root],
    ['{{ filterPEM "ec private key" . }}|', leaf + keys.leaf + root],
    ['{{ filterPEM "other" . }}|', leaf],
    '{{ filterPEM "x" }}',
    '{{ filterPEM 1 "" }}',
  ],
  filterCertChain: [
    ...['leaf', 'intermediate', 'root', 'other', ''].flatMap((kind) => each(`{{ filterCertChain "${kind}" . }}|`, chains)),
    '{{ filterCertChain "leaf" }}',
  ],
  jwkPublicKeyPem: [...each('{{ jwkPublicKeyPem . }}', jwks), '{{ jwkPublicKeyPem }}', '{{ jwkPublicKeyPem 1 }}'],
  jwkPrivateKeyPem: [...each('{{ jwkPrivateKeyPem . }}', jwks), '{{ jwkPrivateKeyPem }}', '{{ jwkPrivateKeyPem nil }}'],
  rsaDecrypt: [
    ...['SHA1', 'SHA256', 'None', 'other', 'SHA512'].flatMap((hash) =>
      each(`{{ rsaDecrypt "RSA-OAEP" "${hash}" (b64dec (index . 0)) (index . 1) }}`, [
        [oaepTexts.sha1, keys.rsa],
        [oaepTexts.sha256, keys.rsaPkcs8],
      ]),
    ),
    ...each('{{ rsaDecrypt "RSA-OAEP" "SHA1" "x" . }}', ['', 'x', keys.rsa, keys.leaf, keys.edwards, leaf]),
    '{{ rsaDecrypt "None" "" "text" "" }}',
    '{{ rsaDecrypt "other" "" "text" "" }}',
    '{{ rsaDecrypt "RSA-OAEP" "SHA1" "x" }}',
  ],
  pkcs12key: each('{{ pkcs12key (b64dec .) }}', unlocked),
  pkcs12keyPass: each('{{ pkcs12keyPass .p (b64dec .f) }}', openings),
  pkcs12cert: each('{{ pkcs12cert (b64dec .) }}', unlocked),
  pkcs12certPass: each('{{ pkcs12certPass .p (b64dec .f) }}', openings),
  pemToPkcs12: writes('pemToPkcs12'),
  pemToPkcs12Pass: [...writes('pemToPkcs12Pass', ' "1234"'), ...each('{{ pemToPkcs12Pass (index . 0) (index . 1) "\u{1f600}" }}', [[leaf, keys.leaf]])],
  fullPemToPkcs12: writes('fullPemToPkcs12'),
  fullPemToPkcs12Pass: [...writes('fullPemToPkcs12Pass', ' "p\u00e4"'), ...each('{{ fullPemToPkcs12Pass (index . 0) (index . 1) "\u{1f600}" }}', [[leaf, keys.leaf]])],
  pemTruststoreToPKCS12: each('{{ pemTruststoreToPKCS12 . | len }}', [...chains, `${leaf}\n`]),
  pemTruststoreToPKCS12Pass: [...each('{{ pemTruststoreToPKCS12Pass . "1234" | len }}', chains), ['{{ pemTruststoreToPKCS12Pass . "\u{1f600}" }}', leaf]],
});
