import { z } from 'zod';
import type { NoticeContext, NoticeDelivery, NoticeFormat, Received } from '../../src/provider/notice-source.ts';
import { secretFile } from '../../src/provider/notice-source.ts';
import { isSameSecret } from '../../src/provider/same-secret.ts';
import { createSigningKeys, type SigningKeys } from '../../src/provider/signing-keys.ts';
import { bearerOf, verifyJwt } from '../../src/provider/verify-jwt.ts';
import { type GridEvent, noticesOf, parseGridEvents, validationType, vaultOf } from './events-envelope.ts';

/** Authorities of Microsoft Entra ID, and whom tokens of version 1 say they are of. */
const clouds = {
  PublicCloud: { authority: 'https://login.microsoftonline.com', issuer: 'https://sts.windows.net' },
  USGovernmentCloud: { authority: 'https://login.microsoftonline.us', issuer: 'https://sts.windows.net' },
  ChinaCloud: { authority: 'https://login.partner.microsoftonline.cn', issuer: 'https://sts.chinacloudapi.cn' },
} as const;
const cloudNames = ['PublicCloud', 'USGovernmentCloud', 'ChinaCloud'] as const;

/** The application of Event Grid itself, the same in every tenant of the public cloud. */
const eventGrid = '4962773b-9cdb-44cf-a8bf-237846a00ab7';

const bearer = z
  .strictObject({
    tenant: z.guid('must be the id of a tenant').describe('The tenant whose tokens are taken.'),
    audience: z.string().min(1).max(1024).describe('What the tokens are for: the application id or URI that the event subscription names.'),
    application: z.guid('must be the id of an application').default(eventGrid).describe('The application that the tokens are given to; Event Grid where absent.'),
    cloud: z.enum(cloudNames).default('PublicCloud').describe('The cloud.'),
  })
  .describe('Tokens of Microsoft Entra ID.');

const gridConfig = z
  .strictObject({
    vaults: z.array(z.string().regex(/^[A-Za-z0-9-]{3,24}$/, 'must be the name of a vault')).min(1).max(1000).describe('The vaults whose events are taken.'),
    secret: secretFile().exactOptional().describe('What the address of the event subscription ends with, as ?code=… or as the last step of the path.'),
    bearer: bearer.exactOptional(),
  })
  .refine(({ secret, bearer: token }) => secret !== undefined || token !== undefined, 'needs secret or bearer: without one of them everybody could send');
type GridConfig = z.output<typeof gridConfig>;

/** Milliseconds in which the same event is not taken twice: as long as a token of Entra ID may be good, 90 minutes, and clocks apart. */
const window = 100 * 60_000;

/** Events of Key Vault that Event Grid sends to an address. With `secret` and `bearer` both are asked for. */
export const eventGridFormat: NoticeFormat<GridConfig> = {
  type: 'event-grid',
  schema: gridConfig,
  secrets: ({ secret }) => (secret === undefined ? [] : [secret]),
  open: (config, context) => {
    const keys = config.bearer === undefined ? undefined : createSigningKeys({ url: `${clouds[config.bearer.cloud].authority}/${config.bearer.tenant}/discovery/v2.0/keys`, http: context.http, clock: context.clock });
    const vaults = new Set(config.vaults.map((vault) => vault.toLowerCase()));
    return { kind: 'push', window, receive: (delivery, signal) => receive(delivery, { config, vaults, context, ...(keys === undefined ? {} : { keys }) }, signal) };
  },
};

interface Subscriber {
  readonly config: GridConfig;
  readonly vaults: ReadonlySet<string>;
  readonly context: NoticeContext;
  readonly keys?: SigningKeys;
}

async function receive(delivery: NoticeDelivery, subscriber: Subscriber, signal: AbortSignal): Promise<Received> {
  const refusal = (await refuseSecret(delivery, subscriber)) ?? (await refuseBearer(delivery, subscriber, signal));
  if (refusal !== undefined) return refusal;
  if (delivery.method === 'OPTIONS') return handshake(delivery.headers['webhook-request-origin'] ?? '');
  const events = parseGridEvents(delivery.body);
  if (events === undefined) return { kind: 'malformed', cause: 'it holds no events of Event Grid' };
  const validation = events.find(({ type }) => type === validationType);
  if (validation !== undefined) return validate(validation, subscriber);
  return { kind: 'events', events: events.map((event) => eventOf(event, subscriber)) };
}

/** Events of other vaults are answered and wake nobody: an error would make the sender repeat them. */
function eventOf(event: GridEvent, { vaults }: Subscriber): ReturnType<typeof noticesOf> {
  const vault = vaultOf(event);
  return vault === undefined || !vaults.has(vault) ? { id: event.id, notices: [] } : noticesOf(event, vault);
}

function validate(event: GridEvent, { vaults }: Subscriber): Received {
  const code = event.data?.validationCode;
  if (!vaults.has(vaultOf(event) ?? '')) return { kind: 'refused', cause: 'it asks about a topic that vaults does not name' };
  return code === undefined ? { kind: 'malformed', cause: 'it asks without a code' } : { kind: 'handshake', body: JSON.stringify({ validationResponse: code }) };
}

/** CloudEvents' protection against abuse of webhooks: only Event Grid may go on to send. */
function handshake(origin: string): Received {
  if (!/^eventgrid\.azure\.(?:net|us|cn)$/.test(origin)) return { kind: 'refused', cause: 'it is asked for by somebody else than Event Grid' };
  return { kind: 'handshake', headers: { 'WebHook-Allowed-Origin': origin, 'WebHook-Allowed-Rate': '*' } };
}

async function refuseSecret({ rest, query }: NoticeDelivery, { config, context }: Subscriber): Promise<Received | undefined> {
  if (config.secret === undefined) return undefined;
  const expected = (await context.secret(config.secret)).reveal();
  const said = query.get('code') ?? rest;
  return expected.length > 0 && isSameSecret(said, expected) ? undefined : { kind: 'refused', cause: 'the secret of its address is wrong' };
}

const caller = z.object({ tid: z.string(), appid: z.string().optional(), azp: z.string().optional() });

async function refuseBearer({ headers }: NoticeDelivery, { config, keys, context }: Subscriber, signal: AbortSignal): Promise<Received | undefined> {
  if (config.bearer === undefined || keys === undefined) return undefined;
  const { tenant, audience, application, cloud } = config.bearer;
  const token = bearerOf(headers);
  if (token === undefined) return { kind: 'refused', cause: 'it has no token' };
  const issuers = [`${clouds[cloud].issuer}/${tenant}/`, `${clouds[cloud].authority}/${tenant}/v2.0`];
  const verified = await verifyJwt(token, keys, { issuers, audience, now: context.clock.now() }, signal);
  if (verified.kind !== 'valid') return verified;
  const claims = caller.safeParse(verified.claims).data;
  const isEventGrid = claims?.tid === tenant && (claims.appid ?? claims.azp) === application;
  return isEventGrid ? undefined : { kind: 'refused', cause: 'the token is of another tenant, or of another application than Event Grid' };
}
