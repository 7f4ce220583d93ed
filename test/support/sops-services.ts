import { constants, createCipheriv, createDecipheriv, createHash, createHmac, createPublicKey, createVerify, generateKeyPairSync, privateDecrypt, publicEncrypt, randomBytes, X509Certificate } from 'node:crypto';
import { createServer, type IncomingMessage, request } from 'node:http';
import { z } from 'zod';
import type { HttpClient } from '../../src/lib/http.ts';
import { startTlsFront, type TlsFront } from './tls-front.ts';

/** What the servers have seen, as `POST https://host/path`. */
export interface SopsServices extends AsyncDisposable {
  /** All services on one port of loopback, told apart by their host name; those of AWS, Google and Vault are called so by the real SOPS, too. */
  readonly url: string;
  /** Leads the real SOPS, which knows Azure by its names alone, to the same port. */
  readonly front: TlsFront;
  /** Sends what is meant for the services' names to the port. */
  readonly http: HttpClient;
  readonly asked: string[];
  readonly aws: { readonly arn: string; readonly role: string; readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly gcp: { readonly resource: string; readonly account: string; readonly token: string; readonly encrypt: (plain: Uint8Array) => string };
  readonly azure: { readonly vault: string; readonly application: string; readonly environment: Readonly<Record<string, string>>; readonly withCertificate: (pem: string) => string; readonly encrypt: (plain: Uint8Array) => string };
  readonly vault: { readonly token: string; readonly path: string; readonly encrypt: (plain: Uint8Array) => string };
  /** What every service answers from now on, whatever it is asked; undefined: as it should. */
  answerAll: { readonly status: number; readonly location?: string } | undefined;
}

interface Asked {
  readonly host: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const json = (value: unknown, status = 200): Answer => ({ status, body: JSON.stringify(value) });
const denied = (why: string): Answer => json({ error: why, __type: 'AccessDeniedException' }, 400);

/** Starts small servers that speak the wire protocols of the key services, check who asks, and decrypt with keys of their own. */
export async function startSopsServices(): Promise<SopsServices> {
  const state: { answerAll: SopsServices['answerAll'] } = { answerAll: undefined };
  const asked: string[] = [];
  const [aws, gcp, azure, vault] = [awsService(), gcpService(), azureService(), vaultService()];
  const answer = (call: Asked): Answer => {
    if (state.answerAll !== undefined) return { status: state.answerAll.status, body: 'canary-of-the-answer', headers: state.answerAll.location === undefined ? {} : { location: state.answerAll.location } };
    if (call.path.startsWith('/v1/sops/')) return vault.answer(call);
    if (call.host.endsWith('googleapis.com') || call.path.startsWith('/v1/projects/')) return gcp.answer(call);
    return call.host.endsWith('.azure.net') || call.host.startsWith('login.') ? azure.answer(call) : aws.answer(call);
  };
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const call = callOf(incoming, Buffer.concat(chunks).toString('utf8'));
      asked.push(`${incoming.method} ${call.host}${call.path}`);
      const { status, body, headers } = answer(call);
      outgoing.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  const { port } = address;
  const front = await startTlsFront(port, ['testnet.vault.azure.net', 'login.microsoftonline.com']);
  return {
    url: `http://127.0.0.1:${port}`,
    front,
    http: (sent) => send(port, sent),
    asked,
    aws: aws.facts,
    gcp: gcp.facts,
    azure: azure.facts,
    vault: vault.facts,
    get answerAll() {
      return state.answerAll;
    },
    set answerAll(value) {
      state.answerAll = value;
    },
    [Symbol.asyncDispose]: async () => {
      await front.close();
      server.closeIdleConnections();
      await new Promise<void>((resolve) => void server.close(() => resolve()));
    },
  };
}

function callOf(incoming: IncomingMessage, body: string): Asked {
  const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]));
  return { host: headers['host'] ?? '', path: incoming.url ?? '', headers, body };
}

function send(port: number, { method, url, headers, body }: Parameters<HttpClient>[0]): ReturnType<HttpClient> {
  const { host, pathname, search } = new URL(url);
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, method, path: pathname + search, headers: { ...headers, host }, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: {}, body: Buffer.concat(chunks) }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** A key that stays where it is: AES-GCM with what a ciphertext is bound to. */
function keptKey(): { readonly encrypt: (plain: Uint8Array, label: string) => Buffer; readonly decrypt: (sealed: Uint8Array, label: string) => Buffer | undefined } {
  const key = randomBytes(32);
  return {
    encrypt: (plain, label) => {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(label));
      return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
    },
    decrypt: (sealed, label) => {
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12)).setAAD(Buffer.from(label)).setAuthTag(sealed.subarray(-16));
      try {
        return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]);
      } catch {
        return undefined;
      }
    },
  };
}

interface Service<F> {
  readonly facts: F;
  readonly answer: (call: Asked) => Answer;
}

const kmsCall = z.object({ KeyId: z.string(), CiphertextBlob: z.string().optional(), Plaintext: z.string().optional(), EncryptionContext: z.record(z.string(), z.string()).default({}) });

function awsService(): Service<SopsServices['aws']> {
  const facts = { arn: 'arn:aws:kms:eu-west-1:111122223333:key/0b1c2d3e-0000-4000-8000-000000000001', role: 'arn:aws:iam::111122223333:role/sops', accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' };
  const assumed = { accessKeyId: 'ASIAIOSFODNN7EXAMPLE', secretAccessKey: 'assumed/secret', token: 'session+token/==' };
  const key = keptKey();
  const kms = ({ headers, body }: Asked): Answer => {
    const call = kmsCall.parse(JSON.parse(body));
    if (call.KeyId !== facts.arn) return denied('not this key');
    const label = JSON.stringify(Object.entries(call.EncryptionContext).toSorted(([a], [b]) => (a < b ? -1 : 1)));
    if (headers['x-amz-target'] === 'TrentService.Encrypt') return json({ KeyId: facts.arn, CiphertextBlob: key.encrypt(Buffer.from(call.Plaintext ?? '', 'base64'), label).toString('base64') });
    const plain = key.decrypt(Buffer.from(call.CiphertextBlob ?? '', 'base64'), label);
    return plain === undefined ? denied('InvalidCiphertextException') : json({ KeyId: facts.arn, Plaintext: plain.toString('base64') });
  };
  return {
    facts,
    answer: (call) => {
      const who = [facts, assumed].find((one) => isSigned(call, one));
      if (who === undefined || (who === assumed && call.headers['x-amz-security-token'] !== assumed.token)) return denied('SignatureDoesNotMatch');
      if (call.headers['x-amz-target'] !== undefined) return kms(call);
      const form = new URLSearchParams(call.body);
      if (form.get('Action') !== 'AssumeRole' || form.get('RoleArn') !== facts.role) return denied('not this role');
      return { status: 200, body: `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials><AccessKeyId>${assumed.accessKeyId}</AccessKeyId><SecretAccessKey>${assumed.secretAccessKey}</SecretAccessKey><SessionToken>${assumed.token}</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></AssumeRoleResponse>` };
    },
  };
}

/** Written from AWS's description of Signature Version 4, apart from what signs. */
function isSigned({ host, path, headers, body }: Asked, { accessKeyId, secretAccessKey }: { readonly accessKeyId: string; readonly secretAccessKey: string }): boolean {
  const found = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([\w-]+)\/(\w+)\/aws4_request, SignedHeaders=([\w;-]+), Signature=([0-9a-f]{64})$/.exec(headers['authorization'] ?? '');
  const [, id, day = '', region = '', service = '', names = '', signature] = found ?? [];
  if (id !== accessKeyId || !names.split(';').includes('host') || !names.split(';').includes('x-amz-date')) return false;
  if (host.endsWith('amazonaws.com') && host !== `${service}.${region}.amazonaws.com`) return false;
  const canonical = ['POST', path, '', ...names.split(';').map((name) => `${name}:${headers[name] ?? ''}`), '', names, createHash('sha256').update(body).digest('hex')].join('\n');
  const scope = `${day}/${region}/${service}/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', headers['x-amz-date'] ?? '', scope, createHash('sha256').update(canonical).digest('hex')].join('\n');
  let key: Buffer = Buffer.from(`AWS4${secretAccessKey}`);
  for (const part of [day, region, service, 'aws4_request', toSign]) key = createHmac('sha256', key).update(part).digest();
  return key.toString('hex') === signature;
}

const jwtPart = (jwt: string, index: number): unknown => JSON.parse(Buffer.from(jwt.split('.')[index] ?? '', 'base64url').toString('utf8'));
const isJwtOf = (jwt: string, publicKey: string): boolean => createVerify('RSA-SHA256').update(jwt.split('.').slice(0, 2).join('.')).verify(createPublicKey(publicKey), jwt.split('.')[2] ?? '', 'base64url');

function gcpService(): Service<SopsServices['gcp']> {
  const resource = 'projects/testnet/locations/europe-west1/keyRings/sops/cryptoKeys/sops-key';
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' } });
  const email = 'sops@testnet.iam.gserviceaccount.com';
  const key = keptKey();
  const token = 'ya29.a-token';
  const account = JSON.stringify({ type: 'service_account', client_email: email, private_key_id: 'kid', private_key: pair.privateKey, token_uri: 'https://attacker.example/token' });
  return {
    facts: { resource, account, token, encrypt: (plain) => key.encrypt(plain, resource).toString('base64') },
    answer: ({ host, path, headers, body }) => {
      if (host === 'oauth2.googleapis.com') {
        const assertion = new URLSearchParams(body).get('assertion') ?? '';
        const claims = z.object({ iss: z.literal(email), aud: z.literal('https://oauth2.googleapis.com/token'), scope: z.string(), exp: z.number() }).safeParse(jwtPart(assertion, 1));
        return isJwtOf(assertion, pair.publicKey) && claims.success ? json({ access_token: token }) : denied('invalid_grant');
      }
      const asks = (verb: string): boolean => path.split('?', 1)[0] === `/v1/${resource}:${verb}`;
      // the real program is told of another endpoint; ours knows one alone
      if (headers['authorization'] !== `Bearer ${token}` || !(host === 'cloudkms.googleapis.com' || host.startsWith('127.0.0.1:'))) return denied('permission');
      if (asks('encrypt')) return json({ name: `${resource}/cryptoKeyVersions/1`, ciphertext: key.encrypt(Buffer.from(z.object({ plaintext: z.string() }).parse(JSON.parse(body)).plaintext, 'base64'), resource).toString('base64') });
      if (!asks('decrypt')) return denied('permission');
      const plain = key.decrypt(Buffer.from(z.object({ ciphertext: z.string() }).parse(JSON.parse(body)).ciphertext, 'base64'), resource);
      return plain === undefined ? denied('ciphertext') : json({ plaintext: plain.toString('base64') });
    },
  };
}

/** What Entra ID says of where it is asked for tokens, as far as its clients read it. */
function endpoints(tenant: string): object {
  const base = `https://login.microsoftonline.com/${tenant}`;
  return { token_endpoint: `${base}/oauth2/v2.0/token`, authorization_endpoint: `${base}/oauth2/v2.0/authorize`, device_authorization_endpoint: `${base}/oauth2/v2.0/devicecode`, issuer: `${base}/v2.0` };
}

function azureService(): Service<SopsServices['azure']> {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const [tenant, client, secret, token] = ['11111111-2222-3333-4444-555555555555', '66666666-7777-8888-9999-000000000000', 'a~secret', 'eyJ.token'];
  const padding = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' };
  let certificate: X509Certificate | undefined;
  const proves = (form: URLSearchParams): boolean => {
    const assertion = form.get('client_assertion');
    if (assertion === null || certificate === undefined) return form.get('client_secret') === secret;
    const header = z.object({ x5t: z.string() }).parse(jwtPart(assertion, 0));
    return header.x5t === createHash('sha1').update(certificate.raw).digest('base64url') && isJwtOf(assertion, certificate.publicKey.export({ type: 'spki', format: 'pem' }).toString());
  };
  return {
    facts: {
      vault: 'https://testnet.vault.azure.net',
      environment: { AZURE_TENANT_ID: tenant, AZURE_CLIENT_ID: client, AZURE_CLIENT_SECRET: secret },
      application: `tenantId: ${tenant}\nclientId: ${client}\nclientSecret: ${secret}\n`,
      withCertificate: (pem) => {
        certificate = new X509Certificate(pem);
        return JSON.stringify({ tenantId: tenant, clientId: client, clientCertificate: pem });
      },
      encrypt: (plain) => publicEncrypt({ key: pair.publicKey, ...padding }, plain).toString('base64url'),
    },
    answer: ({ host, path, headers, body }) => {
      if (host === 'login.microsoftonline.com' && path.includes('/.well-known/openid-configuration')) return json(endpoints(tenant));
      if (host === 'login.microsoftonline.com' && path.startsWith('/common/discovery/instance')) return json({ tenant_discovery_endpoint: `https://${host}/${tenant}/v2.0/.well-known/openid-configuration`, metadata: [{ preferred_network: host, preferred_cache: host, aliases: [host] }] });
      if (host === 'login.microsoftonline.com') {
        const form = new URLSearchParams(body);
        const fits = path === `/${tenant}/oauth2/v2.0/token` && form.get('client_id') === client && form.get('scope')?.split(' ').includes('https://vault.azure.net/.default') === true;
        return fits && proves(form) ? json({ token_type: 'Bearer', expires_in: 3599, ext_expires_in: 3599, access_token: token }) : denied('invalid_client');
      }
      // Azure's own client asks without a token first, to be told where to get one
      if (headers['authorization'] === undefined) return { ...json({ error: { code: 'Unauthorized' } }, 401), headers: { 'www-authenticate': `Bearer authorization="https://login.microsoftonline.com/${tenant}", resource="https://vault.azure.net"` } };
      const [, verb] = /^\/keys\/sops\/abc123\/(encrypt|decrypt)\?api-version=(?:7\.\d|20\d\d-\d\d-\d\d)$/.exec(path) ?? [];
      if (headers['authorization'] !== `Bearer ${token}` || host !== 'testnet.vault.azure.net' || verb === undefined) return denied('Unauthorized');
      const { value } = z.object({ alg: z.literal('RSA-OAEP-256'), value: z.string() }).parse(JSON.parse(body));
      if (verb === 'encrypt') return json({ kid: 'https://testnet.vault.azure.net/keys/sops/abc123', value: publicEncrypt({ key: pair.publicKey, ...padding }, Buffer.from(value, 'base64url')).toString('base64url') });
      return json({ kid: 'k', value: privateDecrypt({ key: pair.privateKey, ...padding }, Buffer.from(value, 'base64url')).toString('base64url') });
    },
  };
}

function vaultService(): Service<SopsServices['vault']> {
  const key = keptKey();
  const token = 'hvs.a-token';
  const encrypt = (plain: Uint8Array): string => `vault:v1:${key.encrypt(plain, 'first').toString('base64')}`;
  return {
    facts: { token, path: '/v1/sops/keys/first', encrypt },
    answer: ({ path, headers, body }) => {
      if (headers['x-vault-token'] !== token) return denied('permission denied');
      const call = z.object({ plaintext: z.string().optional(), ciphertext: z.string().optional() }).parse(JSON.parse(body));
      if (path === '/v1/sops/encrypt/first') return json({ data: { ciphertext: encrypt(Buffer.from(call.plaintext ?? '', 'base64')) } });
      const plain = path === '/v1/sops/decrypt/first' ? key.decrypt(Buffer.from((call.ciphertext ?? '').replace('vault:v1:', ''), 'base64'), 'first') : undefined;
      return plain === undefined ? denied('invalid ciphertext') : json({ data: { plaintext: plain.toString('base64') } });
    },
  };
}
