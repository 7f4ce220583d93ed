import { inspect } from 'node:util';
import { systemClock } from '../../src/lib/clock.ts';
import { createHttpClient } from '../../src/lib/http-client.ts';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { TokenRequest } from '../../src/provider/credential-source.ts';
import { type ErasedGenerator, createGeneratorRegistry } from '../../src/provider/generator-registry.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { createGeneratorRunner, defaultGeneratorLimits } from '../../src/provider/run-generators.ts';
import { renderForProvider } from '../../src/secret/template/render-for-provider.ts';
import { createThreadRenderer } from './thread-renderer.ts';

type Texts = Readonly<Record<string, string>>;

export interface GeneratorStageOptions {
  readonly generators: readonly ErasedGenerator[];
  readonly kind: string;
  /** Keys and values of the Secrets of the namespace `consumer`; there are others of the same names in `stranger`. */
  readonly secrets?: Readonly<Record<string, Texts>>;
  readonly labels?: Readonly<Record<string, Texts>>;
  readonly configMaps?: Readonly<Record<string, Texts>>;
  /** Annotations. */
  readonly serviceAccounts?: Readonly<Record<string, Texts>>;
  readonly environment?: Texts;
  /** Origins of the real services, each with the server of a test that stands for it. Whatever else is https is refused. */
  readonly origins?: Texts;
}

export interface GeneratorStage {
  /** What the generator gives, as text. */
  readonly run: (spec: unknown, signal?: AbortSignal) => Promise<Texts>;
  /** How it fails: `kind: message`, with `retryAfter` behind it where there is one. Fails the test where any value shows. */
  readonly failure: (spec: unknown, signal?: AbortSignal) => Promise<string>;
  /** The tokens that were asked for. */
  readonly tokens: readonly (TokenRequest & { readonly serviceAccount: string })[];
  readonly close: () => Promise<void>;
}

const never = new AbortController().signal;

/** Runs generators as the controller does: the real runner, HTTP client and templates, with a cluster of two namespaces in memory. */
export function createGeneratorStage(options: GeneratorStageOptions): GeneratorStage {
  const { generators, kind, secrets = {}, labels = {}, configMaps = {}, serviceAccounts = {}, environment = {}, origins } = options;
  const tokens: (TokenRequest & { readonly serviceAccount: string })[] = [];
  const http = createHttpClient({ clock: systemClock, allowLoopback: true });
  const renderer = createThreadRenderer();
  const present = <T>(namespace: string, found: T | undefined): Promise<T | undefined> => Promise.resolve(namespace === 'consumer' || namespace === 'stranger' ? found : undefined);
  const bytes = (text: string | undefined): SecretBytes | undefined => (text === undefined ? undefined : SecretBytes.fromUtf8(text));
  const runner = createGeneratorRunner({
    registry: createGeneratorRegistry(generators),
    credentials: {
      read: (namespace, name, key) => present(namespace, bytes(secrets[name]?.[key])),
      readWhole: (namespace, name) => {
        const data = secrets[name];
        return present(namespace, data === undefined ? undefined : { labels: labels[name] ?? {}, data: new Map(Object.entries(data).map(([key, text]) => [key, SecretBytes.fromUtf8(text)])) });
      },
      version: () => '1',
      readConfigMap: (namespace, name, key) => present(namespace, configMaps[name]?.[key]),
      configMapVersion: () => '1',
      serviceAccount: (namespace, name) => present(namespace, serviceAccounts[name]),
      token: ({ namespace, name }, request) => {
        tokens.push({ serviceAccount: `${namespace}/${name}`, ...request });
        return Promise.resolve(SecretBytes.fromUtf8(`token-of-${namespace}-${name}`));
      },
    },
    environment,
    http: origins === undefined ? http.request : (request, signal) => http.request({ ...request, url: redirected(request.url, origins) }, signal),
    renderTemplate: (request, signal) => renderForProvider(renderer, request, signal),
    clock: systemClock,
    random: Math.random,
    metrics: { providerCalled: () => {} },
    limits: { ...defaultGeneratorLimits, deadline: 5_000 },
  });
  const generate = (spec: unknown, signal: AbortSignal) => runner.generate({ label: `${kind} consumer/it`, kind, spec, namespace: 'consumer' }, signal);

  return {
    tokens,
    run: async (spec, signal = never) => {
      const { values } = await generate(spec, signal);
      return Object.fromEntries(Array.from(values, ([key, value]) => [key, Buffer.from(value.reveal()).toString('utf8')]));
    },
    failure: async (spec, signal = never) => {
      const thrown = await generate(spec, signal).then(
        () => new Error('nothing failed'),
        (error: unknown) => error,
      );
      if (!(thrown instanceof ProviderError)) throw thrown;
      refuseValues(inspect(thrown, { depth: 9, showHidden: true }), [...Object.values(secrets).flatMap((data) => Object.values(data)), 'token-of-consumer']);
      return `${thrown.kind}: ${thrown.message}${thrown.retryAfter === undefined ? '' : ` (retry after ${thrown.retryAfter} ms)`}`;
    },
    close: http.close,
  };
}

function redirected(url: string, origins: Texts): string {
  const { origin } = new URL(url);
  const target = origins[origin];
  if (target === undefined && origin.startsWith('https:')) throw new Error(`no test server stands for ${origin}`);
  return target === undefined ? url : url.replace(origin, target);
}

function refuseValues(text: string, values: readonly string[]): void {
  const seen = values.filter((value) => value.length >= 8 && [value, JSON.stringify(value).slice(1, -1), Buffer.from(value).toString('base64'), encodeURIComponent(value)].some((shape) => text.includes(shape)));
  if (seen.length > 0) throw new Error('an error holds a value of a Secret');
}
