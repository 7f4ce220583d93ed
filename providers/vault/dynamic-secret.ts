import type { HttpResponse } from '../../src/lib/http.ts';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import { sleep } from '../../src/lib/sleep.ts';
import type { ProviderContext } from '../../src/provider/contract.ts';
import type { Generated, Generator } from '../../src/provider/generator.ts';
import { goText, membersOf } from '../../src/provider/go-json.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { vaultCredentials } from './config.ts';
import type { DynamicSecretSpec } from './dynamic-secret-spec.ts';
import { dynamicSecretSpec } from './dynamic-secret-spec.ts';
import { stsEndpointVariable } from './aws-session.ts';
import { logIn } from './login.ts';
import { answerParts } from './vault-answer.ts';
import type { VaultRequest } from './vault-api.ts';
import { openVaultApi } from './vault-api.ts';

/** Asks Vault for what it makes anew each time. */
export const dynamicSecretGenerator: Generator<DynamicSecretSpec> = {
  kind: 'VaultDynamicSecret',
  schema: dynamicSecretSpec,
  environment: [stsEndpointVariable],
  credentials: ({ provider }) => vaultCredentials(provider),
  generate: async (spec, context, signal) => {
    const api = await openVaultApi(spec.provider, context);
    const answer = await repeating(
      async () => {
        const login = await logIn(spec.provider, api, context, signal);
        const answered = await api.send({ ...requestOf(spec), token: login?.token, namespace: spec.provider.namespace }, signal);
        // the token is not revoked: what Vault makes for it ends with it
        if (answered.status >= 300 && answered.status !== 404) throw api.errorOf(answered);
        return answered;
      },
      spec,
      context,
      signal,
    );
    return generatedOf(answer, spec);
  },
};

function requestOf({ method = 'GET', path, parameters, getParameters = {} }: DynamicSecretSpec): VaultRequest {
  switch (method) {
    case '':
    case 'GET':
      return { method: 'GET', path, query: queryOf(getParameters) };
    case 'LIST':
    case 'DELETE':
      return { method, path };
    default:
      return { method: 'PUT', path, body: parameters ?? {} };
  }
}

function queryOf(parameters: Readonly<Record<string, readonly string[]>>): URLSearchParams {
  const query = new URLSearchParams();
  for (const [name, values] of Object.entries(parameters)) for (const value of values) query.append(name, value);
  return query;
}

const mostRetries = 10;

async function repeating<T>(act: () => Promise<T>, { retrySettings = {} }: DynamicSecretSpec, { clock }: ProviderContext, signal: AbortSignal): Promise<T> {
  const { maxRetries = 0, retryInterval = 1_000 } = retrySettings;
  for (let left = Math.min(maxRetries, mostRetries); ; left -= 1) {
    try {
      return await act();
    } catch (error) {
      signal.throwIfAborted();
      if (left === 0 || !(error instanceof ProviderError) || error.kind !== 'unavailable') throw error;
      await sleep(clock, retryInterval, signal);
    }
  }
}

/** Of Vault's answer, the fields that its client library knows, with what they are where the answer is silent. */
const partsOfAnswer = { request_id: '""', lease_id: '""', lease_duration: '0', renewable: 'false', data: 'null', warnings: 'null' };
const partsOfAuth = {
  client_token: '""',
  accessor: '""',
  policies: 'null',
  token_policies: 'null',
  identity_policies: 'null',
  metadata: 'null',
  orphan: 'false',
  entity_id: '""',
  lease_duration: '0',
  renewable: 'false',
  mfa_requirement: 'null',
};
const optionalParts = ['auth', 'wrap_info', 'mount_type'];

function generatedOf(answer: HttpResponse, { resultType = 'Data', allowEmptyResponse = false }: DynamicSecretSpec): Generated {
  const parts = partsOf(answer);
  if (parts === undefined) {
    if (allowEmptyResponse) return { values: new Map() };
    throw new ProviderError('invalid', `Vault answers with nothing (HTTP ${answer.status}); check path, or set allowEmptyResponse`);
  }
  if (resultType === 'Data') return { values: valuesOf(membersOf(parts.get('data') ?? 'null'), 'as-written') };
  if (resultType === 'Auth') return { values: valuesOf(known(membersOf(parts.get('auth') ?? 'null'), parts.has('auth') ? partsOfAuth : {}), 'plain') };
  const more = optionalParts.flatMap((name) => (parts.has(name) ? [[name, parts.get(name) ?? 'null'] as const] : []));
  return { values: valuesOf(new Map([...known(parts, partsOfAnswer), ...more]), 'plain') };
}

function known(parts: ReadonlyMap<string, string>, defaults: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  return new Map(Object.entries(defaults).map(([name, value]) => [name, parts.get(name) ?? value]));
}

function valuesOf(members: ReadonlyMap<string, string>, numbers: 'plain' | 'as-written'): ReadonlyMap<string, SecretBytes> {
  return new Map(Array.from(members, ([key, raw]) => [key, SecretBytes.fromUtf8(goText(raw, numbers))]));
}

/** The parts of an answer that are not null; undefined where there is no answer: 204, or 404 without data and warnings. */
function partsOf({ status, body }: HttpResponse): ReadonlyMap<string, string> | undefined {
  if (status === 204 || body.length === 0) return undefined;
  const parts = answerParts({ status, body });
  return status === 404 && !parts.has('data') && !parts.has('warnings') ? undefined : parts;
}
