import { type Behaviour, contracts, testsIn } from './behaviour.ts';

const { templates } = contracts;
const crypto = testsIn('test/conformance/template/cases/crypto.ts');
const json = testsIn('test/conformance/template/cases/json.ts');
const yaml = testsIn('test/conformance/template/cases/yaml.ts');
const strings = testsIn('test/conformance/template/cases/strings.ts');
const errors = testsIn('test/conformance/template/cases/language-errors.ts');
const content = testsIn('src/secret/template/compose-content.test.ts');

/**
 * What External Secrets' own tests make of templates. The corpus is more than their vectors: each of its cases is answered by External
 * Secrets' own code, and by ours. See `test/conformance/template/oracle.test.ts`.
 */
export const templateBehaviours: readonly Behaviour[] = [
  { id: 'template/empty', says: 'no template makes nothing', test: content('a template without data keeps what was read; one with data replaces it, unless it is to be merged') },
  { id: 'template/b64dec', says: 'base64 is decoded', test: strings('b64dec') },
  { id: 'template/from-json', says: 'JSON is read', test: json('fromJson') },
  { id: 'template/to-json', says: 'and written', test: json('toJson') },
  { id: 'template/to-yaml', says: 'so is YAML', test: yaml('toYaml') },
  { id: 'template/from-yaml', says: 'and read', test: yaml('fromYaml') },
  { id: 'template/replace', says: 'texts are replaced', test: strings('replace') },
  { id: 'template/upper', says: 'and put in upper case', test: strings('upper') },
  { id: 'template/functions', says: 'sprig has the functions it has', test: testsIn('test/conformance/template/oracle.test.ts')('have the same functions, but for those in the table') },
  { id: 'template/pkcs12-key', says: 'the key of a PKCS#12 file', test: crypto('pkcs12key') },
  { id: 'template/pkcs12-cert', says: 'its certificates, in their order', test: crypto('pkcs12cert') },
  { id: 'template/pkcs12-key-password', says: 'with a password, also a wrong one', test: crypto('pkcs12keyPass') },
  { id: 'template/pkcs12-cert-password', says: 'so with the certificates', test: crypto('pkcs12certPass') },
  { id: 'template/pkcs12-write', says: 'a key and a certificate become a file', test: crypto('pemToPkcs12') },
  { id: 'template/pkcs12-write-password', says: 'with a password', test: crypto('pemToPkcs12Pass') },
  { id: 'template/pkcs12-chain', says: 'so does a chain', test: crypto('fullPemToPkcs12') },
  { id: 'template/pkcs12-chain-password', says: 'with a password', test: crypto('fullPemToPkcs12Pass') },
  { id: 'template/jwk-public', says: 'a JWK becomes a public key, RSA and ECDSA', test: crypto('jwkPublicKeyPem') },
  { id: 'template/jwk-private', says: 'or a private one', test: crypto('jwkPrivateKeyPem') },
  { id: 'template/filter-pem', says: 'blocks of PEM are filtered by type', test: crypto('filterPEM') },
  { id: 'template/filter-chain', says: 'certificates by their place in the chain', test: crypto('filterCertChain') },
  { id: 'template/rsa-decrypt', says: 'RSA-OAEP is decrypted, with SHA-1 and SHA-256, keys in both forms', test: crypto('rsaDecrypt') },
  { id: 'template/syntax-error', says: 'what cannot be parsed is an error', test: errors('parse errors') },
  { id: 'template/unknown-key', says: 'so is a key that is not there', test: templates('a template that is wrong is one condition with its position, and the Secret stays as it is') },
  { id: 'template/labels', says: 'labels are rendered', test: templates('labels and annotations follow the values, and those that are gone from the template are taken away') },
  { id: 'template/annotations', says: 'so are annotations', test: templates('labels and annotations follow the values, and those that are gone from the template are taken away') },
  { id: 'template/multiline', says: 'a text of many lines keeps them', test: testsIn('src/secret/manifest/compose-manifest.test.ts')('rendered values are decoded, and a text of many lines keeps them') },
  { id: 'template/target-data', says: 'Values go to the data', test: templates('Values keep their key, and each target takes its own') },
  { id: 'template/target-labels', says: 'or to labels', test: templates('Values keep their key, and each target takes its own') },
  { id: 'template/target-annotations', says: 'or to annotations', test: templates('Values keep their key, and each target takes its own') },
  {
    id: 'template/delimiters',
    says: 'flags choose other marks than {{ and }} for all templates',
    differs: 'there are no others',
    because: 'a template should mean the same in every cluster; what is to stand in double braces can be written as a literal',
    test: testsIn('src/secret/upstream-vectors.test.ts')('what stands between other marks than {{ and }} is text'),
  },
];
