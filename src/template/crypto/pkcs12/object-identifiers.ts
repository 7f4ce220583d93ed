/** The object identifiers of PKCS#12, and of what it stands on. */
export const oids = {
  data: '1.2.840.113549.1.7.1',
  encryptedData: '1.2.840.113549.1.7.6',
  friendlyName: '1.2.840.113549.1.9.20',
  localKeyId: '1.2.840.113549.1.9.21',
  x509Certificate: '1.2.840.113549.1.9.22.1',
  keyBag: '1.2.840.113549.1.12.10.1.1',
  shroudedKeyBag: '1.2.840.113549.1.12.10.1.2',
  certBag: '1.2.840.113549.1.12.10.1.3',
  tripleDes: '1.2.840.113549.1.12.1.3',
  rc2With128Bits: '1.2.840.113549.1.12.1.5',
  rc2With40Bits: '1.2.840.113549.1.12.1.6',
  pbkdf2: '1.2.840.113549.1.5.12',
  pbes2: '1.2.840.113549.1.5.13',
  pbmac1: '1.2.840.113549.1.5.14',
  hmacSha256: '1.2.840.113549.2.9',
  aes256: '2.16.840.1.101.3.4.1.42',
  sha256: '2.16.840.1.101.3.4.2.1',
  /** What makes a certificate one that Java trusts, and for which purposes it does. */
  javaTrust: '2.16.840.1.113894.746875.1.1',
  anyPurpose: '2.5.29.37.0',
} as const;

/** Hashes by the identifiers of their HMAC, as PBKDF2 names them. */
export const hmacHashes: ReadonlyMap<string, string> = new Map([
  ['1.2.840.113549.2.7', 'sha1'],
  [oids.hmacSha256, 'sha256'],
  ['1.2.840.113549.2.11', 'sha512'],
]);

/** Hashes by their own identifiers. */
export const hashes: ReadonlyMap<string, string> = new Map([
  ['1.3.14.3.2.26', 'sha1'],
  [oids.sha256, 'sha256'],
  ['2.16.840.1.101.3.4.2.3', 'sha512'],
]);
