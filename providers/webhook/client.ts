import { createSemaphore } from '../../src/lib/semaphore.ts';
import type { HttpRequest, HttpResponse } from '../../src/lib/http.ts';
import { untilAborted } from '../../src/lib/until-aborted.ts';
import { asResult } from '../../src/provider/as-result.ts';
import { send, statusError } from '../../src/provider/ask.ts';
import type { ProviderClient, ProviderContext, ReadResult, RemotePlace, RemoteRef, RemoteWrite, RemoveResult, TemplateData, Validation, WriteResult } from '../../src/provider/contract.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { valueAt } from './answer.ts';
import { placeFields, readFields, requestData } from './reference-data.ts';
import { fieldRenderer, hidesHost, literalOrigin, type RenderField, renderRequest, type RequestData, textOf } from './request.ts';
import type { WebhookConfig } from './spec.ts';
import { isForWriting, mayUse, namedFields } from './template-fields.ts';

export interface WebhookClientOptions {
  readonly config: WebhookConfig;
  readonly context: Pick<ProviderContext, 'http' | 'renderTemplate'>;
  /** What templates see of the cluster. */
  readonly secrets: TemplateData;
  /** The consumer's, where templates may use it. */
  readonly namespace: string | undefined;
  /** PEM; absent: the system's authorities. */
  readonly ca: string | undefined;
}

const batchSize = 20;
/** Requests side by side within one batch: each value is one. */
const requestsAtOnce = 8;
const service = 'the webhook';
const advice = 'check the Secrets that its headers, URL and body are made from';

/** Asks one web server as the templates of a store say. */
export function createWebhookClient(options: WebhookClientOptions): ProviderClient {
  const client = new WebhookClient(options);
  return {
    batchSize,
    read: (refs, signal) => client.read(refs, signal),
    write: (write, signal) => asResult(() => client.write(write, signal)),
    remove: (place, signal) => asResult(() => client.remove(place, signal)),
    validate: (signal) => client.validate(signal),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

class WebhookClient {
  readonly #options: WebhookClientOptions;
  /** What of the reference the templates name. */
  readonly #fields: ReadonlySet<string>;
  /** One URL serves reads and writes: what is there can be looked at before it is written. */
  readonly #canCompare: boolean;
  /** Where the template leaves the host to the store's Secrets: the host that they make, whatever the reference. */
  #madeOrigin: Promise<string> | undefined;

  constructor(options: WebhookClientOptions) {
    this.#options = options;
    const { method, url, headers = {}, body = '', result = {} } = options.config;
    const ofUrl = namedFields([url]);
    this.#fields = namedFields([url, body, result.jsonPath ?? '', ...Object.values(headers)]);
    this.#canCompare = method === undefined && ofUrl.has('key') && ofUrl.has('remoteKey');
  }

  async read(refs: readonly RemoteRef[], signal: AbortSignal): Promise<readonly ReadResult[]> {
    signal.throwIfAborted();
    const batch: Batch = { turns: createSemaphore(requestsAtOnce), answers: new Map(), render: this.#sharedRenderer() };
    return Promise.all(refs.map((ref) => asResult(() => this.#readOne(ref, batch, signal))));
  }

  async write(write: RemoteWrite, signal: AbortSignal): Promise<WriteResult> {
    const { config } = this.#options;
    this.#refuseProperty(write);
    if (write.updatePolicy === 'IfNotExists' && !this.#canCompare) {
      throw new ProviderError('unsupported', 'updatePolicy IfNotExists: needs a URL for reading too, by .remoteRef.key beside .remoteRef.remoteKey, and no method');
    }
    const there = this.#canCompare ? await this.#look(write, signal) : undefined;
    if (there?.kind === 'value' && (write.updatePolicy === 'IfNotExists' || there.value.equals(write.value))) return { kind: 'unchanged' };
    const { method = 'POST', body = '' } = config;
    const data = this.#data(placeFields(write));
    const rendered = await this.#render({ ...config, method, body }, data, this.#renderer());
    const answer = await this.#send(body === '' ? { ...rendered, body: write.value.reveal() } : rendered, signal);
    if (isSuccess(answer)) return { kind: 'written' };
    throw errorOf(answer);
  }

  async remove(place: RemotePlace, signal: AbortSignal): Promise<RemoveResult> {
    this.#refuseProperty(place);
    const rendered = await this.#render({ ...this.#options.config, method: 'DELETE', body: '' }, this.#data(placeFields(place)), this.#renderer());
    const answer = await this.#send(rendered, signal);
    if (answer.status === 404) return { kind: 'absent' };
    if (isSuccess(answer)) return { kind: 'removed' };
    throw errorOf(answer);
  }

  /** Whether there is a web server, and one that is trusted; what it says to a request for nothing does not count, nor is it told who asks. */
  async validate(signal: AbortSignal): Promise<Validation> {
    const { config, namespace } = this.#options;
    if (namespace === undefined && literalOrigin(config.url) === undefined && mayUse(config.url, 'namespace')) return 'unknown';
    const origin = await this.#origin();
    await this.#send({ method: 'HEAD', url: `${origin}/`, ...this.#timeout() }, signal);
    return 'valid';
  }

  async #readOne(ref: RemoteRef, { turns, answers, render }: Batch, signal: AbortSignal): Promise<ReadResult> {
    if (ref.metadata === true) throw new ProviderError('unsupported', 'metadataPolicy: a webhook has no metadata');
    const { config } = this.#options;
    if (isForWriting(config, this.#fields)) throw new ProviderError('unsupported', `the templates of the store are for writing, so that asking with ${config.method ?? 'GET'} could change what is there; reading needs .remoteRef.key in them, and no .remoteRef.remoteKey`);
    const data = this.#data(readFields(ref));
    const [request, path] = await untilAborted(Promise.all([this.#render(config, data, render), render('result.jsonPath', config.result?.jsonPath ?? '', data.plain)]), signal);
    const ask = (): Promise<HttpResponse> => turns.run(() => this.#send(request, signal), signal);
    const same = isRepeatable(request) ? JSON.stringify([request.url, request.headers, Buffer.from(request.body ?? '').toString('base64')]) : undefined;
    const asked = (same === undefined ? undefined : answers.get(same)) ?? ask();
    if (same !== undefined) answers.set(same, asked);
    const answer = await asked;
    if (answer.status === 404) return { kind: 'absent' };
    if (!isSuccess(answer)) throw errorOf(answer);
    return { kind: 'value', value: valueAt(answer.body, textOf(path)) };
  }

  /** What is there before a write. */
  async #look({ remoteKey, property }: RemotePlace, signal: AbortSignal): Promise<ReadResult> {
    const [result] = await this.read([{ key: remoteKey, ...(property === undefined ? {} : { property }) }], signal);
    if (result?.kind === 'error') throw result.error;
    return result ?? { kind: 'absent' };
  }

  /** @throws ProviderError `invalid` also where the reference would choose the host */
  async #render(config: WebhookConfig, data: RequestData, render: RenderField): Promise<HttpRequest> {
    const request = await renderRequest(config, data, render);
    const origin = await this.#origin();
    if (new URL(request.url).origin !== origin) throw chosenHost();
    return request;
  }

  /** The host of the store: what its template says itself, or makes of the Secrets for a reference that says nothing. */
  async #origin(): Promise<string> {
    const { config, secrets, namespace } = this.#options;
    const said = literalOrigin(config.url);
    if (said !== undefined) return said;
    this.#madeOrigin ??= (async () => {
      const nothing = new Map([...readFields({ key: 'x', version: 'x', property: 'x' }), ...placeFields({ remoteKey: 'x', secretKey: 'x' })]);
      const rendered = await this.#renderer()('url', config.url, requestData(nothing, secrets, namespace).url);
      const url = URL.parse(textOf(rendered));
      if (url === null) throw chosenHost();
      return url.origin;
    })();
    try {
      return await this.#madeOrigin;
    } catch (error) {
      this.#madeOrigin = undefined;
      throw error;
    }
  }

  #data(fields: ReturnType<typeof readFields>): RequestData {
    const { secrets, namespace } = this.#options;
    return requestData(fields, secrets, namespace);
  }

  #renderer(): RenderField {
    return fieldRenderer(this.#options.context.renderTemplate, '');
  }

  /** Renders what does not depend on the reference once for all references of a batch. */
  #sharedRenderer(): RenderField {
    const render = this.#renderer();
    const rendered = new Map<string, ReturnType<RenderField>>();
    return (field, template, data) => {
      if (mayUse(template, 'remoteRef')) return render(field, template, data);
      const once = rendered.get(field) ?? render(field, template, data);
      rendered.set(field, once);
      return once;
    };
  }

  #refuseProperty({ property }: RemotePlace): void {
    if (property === undefined || this.#fields.has('property')) return;
    throw new ProviderError('unsupported', 'remoteRef.property: no template of the store uses .remoteRef.property, so that one property would take the place of another');
  }

  #timeout(): Pick<HttpRequest, 'timeout'> {
    const { timeout } = this.#options.config;
    return timeout === undefined || timeout === 0 ? {} : { timeout };
  }

  #send(request: HttpRequest, signal: AbortSignal): Promise<HttpResponse> {
    const { config, context, ca } = this.#options;
    return send({ ...request, ...(ca === undefined ? {} : { tls: { ca } }) }, { http: context.http, service, advice, hideHost: hidesHost(config.url) }, signal);
  }
}

function chosenHost(): ProviderError {
  return new ProviderError('invalid', 'the URL of the store lets the reference choose the host: whoever may refer to the store would be sent its credentials; write the host out, or take it from a Secret of the store');
}

/** What the references of one batch share. */
interface Batch {
  readonly turns: ReturnType<typeof createSemaphore>;
  /** Of requests that are equal to the last byte: several properties of one value are one request. */
  readonly answers: Map<string, Promise<HttpResponse>>;
  readonly render: RenderField;
}

function isRepeatable({ method }: HttpRequest): boolean {
  return method === 'GET' || method === 'HEAD';
}

function isSuccess({ status }: HttpResponse): boolean {
  return status >= 200 && status < 300;
}

function errorOf(answer: HttpResponse): ProviderError {
  if (answer.status === 304) return new ProviderError('unavailable', `${service} says that nothing has changed (HTTP 304), which nobody has asked it`);
  return statusError(answer, { service, advice });
}
