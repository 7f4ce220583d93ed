import type { Clock } from '../lib/clock.ts';
import type { HttpClient } from '../lib/http.ts';
import type { Random } from '../lib/random.ts';
import type { SecretBytes } from '../lib/secret-bytes.ts';
import { untilAborted } from '../lib/until-aborted.ts';
import type { AskingStore, CredentialSelector, OwnMeans, ProviderContext, TemplateData } from './contract.ts';
import type { CredentialSource, TokenRequest } from './credential-source.ts';
import { withDeadline } from './deadline.ts';
import { asProviderError, ProviderError } from './provider-error.ts';
import type { CredentialValue } from './read-credential.ts';
import { credentialKey, objectKindOf, resolveSelector } from './selector.ts';
import type { StoreHandle } from './store-reader.ts';

/** What all providers' contexts are made from. */
export interface ProviderServices {
  readonly credentials: CredentialSource;
  readonly http: HttpClient;
  /** Renders a template on behalf of a namespace, whose turn it then is. @throws ProviderError `invalid`; the signal's reason */
  readonly renderTemplate: (request: { readonly tenant: string; readonly template: string; readonly data: TemplateData }, signal: AbortSignal) => Promise<SecretBytes>;
  /** What Prelude's own identity is proved with; absent: no store may use it. */
  readonly own?: OwnMeans;
  readonly clock: Clock;
  /** For jitter; never for what must not be guessed. */
  readonly random: Random;
}

/** For which client a context is. */
export interface ContextOwner {
  readonly store: StoreHandle;
  /** What the client may know of who asks. */
  readonly asking: AskingStore;
  /** Whether the configuration uses Prelude's own identity, and the store may. */
  readonly own: boolean;
  readonly environment: ReadonlyMap<string, string>;
  /** All that the configuration names, by `credentialKey`, as it was when the identity was found out. */
  readonly credentials: ReadonlyMap<string, CredentialValue>;
  /** Milliseconds that one request for a token, or one template, may take. */
  readonly deadline: number;
  /** The life of the client. */
  readonly signal: AbortSignal;
}

/**
 * What one client of a provider may have: the credentials that its configuration names, read with it, and nothing else.
 * Tokens are asked for anew each time; a client that needs them often keeps them itself.
 */
export function createProviderContext(services: ProviderServices, owner: ContextOwner): ProviderContext {
  const { store } = owner;
  return {
    secret: async ({ name, key, ...rest }) => expect(valueOf({ kind: 'Secret', name, key, ...namespaceOf(rest) }, owner), 'Secret').value,
    wholeSecret: async ({ name, ...rest }) => expect(valueOf({ kind: 'WholeSecret', name, ...namespaceOf(rest) }, owner), 'WholeSecret').value,
    configMap: async ({ name, key, ...rest }) => expect(valueOf({ kind: 'ConfigMap', name, key, ...namespaceOf(rest) }, owner), 'ConfigMap').value,
    serviceAccountAnnotations: async (selector) => expect(valueOf({ ...selector, kind: 'ServiceAccount' }, owner), 'ServiceAccount').annotations,
    serviceAccountToken: (selector, request) => requestToken({ ...selector, kind: 'ServiceAccount' }, request, services, owner),
    renderTemplate: (template, data) => {
      const request = { tenant: store.namespace ?? '', template, data };
      return bounded('rendering a template of the store', (signal) => services.renderTemplate(request, signal), services, owner);
    },
    http: services.http,
    random: services.random,
    store: owner.asking,
    ...(owner.own && services.own !== undefined ? { own: services.own } : {}),
    environment: owner.environment,
    clock: services.clock,
  };
}

function namespaceOf({ namespace }: { readonly namespace?: string }): { readonly namespace?: string } {
  return namespace === undefined ? {} : { namespace };
}

/** What the configuration names by this selector. @throws ProviderError `invalid` where it names no such thing, or may not */
function valueOf(selector: CredentialSelector, { store, credentials }: ContextOwner): CredentialValue {
  const wanted = resolveSelector(selector, store);
  const value = wanted === undefined ? undefined : credentials.get(credentialKey(wanted));
  if (value !== undefined) return value;
  const what = wanted === undefined ? `"${selector.name}"` : `${objectKindOf(wanted)} "${selector.name}"`;
  throw new ProviderError('invalid', `${store.label} does not name ${what} among its credentials`);
}

function expect<K extends CredentialValue['kind']>(value: CredentialValue, kind: K): Extract<CredentialValue, { readonly kind: K }> {
  if (isOf(value, kind)) return value;
  throw new Error(`a credential of kind ${value.kind} was kept as ${kind}`);
}

function isOf<K extends CredentialValue['kind']>(value: CredentialValue, kind: K): value is Extract<CredentialValue, { readonly kind: K }> {
  return value.kind === kind;
}

async function requestToken(account: CredentialSelector & { readonly kind: 'ServiceAccount' }, request: TokenRequest, services: ProviderServices, owner: ContextOwner): Promise<SecretBytes> {
  valueOf(account, owner);
  const wanted = resolveSelector(account, owner.store);
  if (wanted?.kind !== 'ServiceAccount') throw new Error('a service account was resolved as something else');
  const { namespace, name } = wanted;
  const audiences = [...new Set([...request.audiences, ...wanted.audiences])];
  const ask = (signal: AbortSignal): Promise<SecretBytes> => services.credentials.token({ namespace, name }, { audiences, expirationSeconds: request.expirationSeconds }, signal);
  return bounded(`asking for a token of ServiceAccount ${namespace}/${name}`, ask, services, owner);
}

async function bounded<T>(what: string, act: (signal: AbortSignal) => Promise<T>, { clock }: ProviderServices, { deadline, signal }: ContextOwner): Promise<T> {
  try {
    return await untilAborted(withDeadline(act, { clock, deadline, what, controller: new AbortController() }), signal);
  } catch (error) {
    signal.throwIfAborted();
    throw asProviderError(error, what);
  }
}
