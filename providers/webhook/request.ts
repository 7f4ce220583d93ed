import type { HttpRequest } from '../../src/lib/http.ts';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { TemplateData } from '../../src/provider/contract.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import type { RequestSpec } from './spec.ts';

/** Renders one field's template. */
export type RenderField = (field: string, template: string, data: TemplateData) => Promise<SecretBytes>;

/** What a request is rendered from. */
export interface RequestData {
  /** For the URL: what a reference says is escaped in it. */
  readonly url: TemplateData;
  /** For headers and the body. */
  readonly plain: TemplateData;
}

/** A renderer that names the field in its errors. @param root of the fields: `spec.` */
export function fieldRenderer(renderTemplate: (template: string, data: TemplateData) => Promise<SecretBytes>, root: string): RenderField {
  return async (field, template, data) => {
    // what is no template takes no turn of the renderer's
    if (!template.includes('{{')) return SecretBytes.fromUtf8(template);
    try {
      return await renderTemplate(template, data);
    } catch (error) {
      throw error instanceof ProviderError ? new ProviderError(error.kind, `${root}${field}: ${error.message}`) : error;
    }
  };
}

/**
 * Makes a request of its templates.
 * @throws ProviderError `invalid` for a template that is wrong, and for what comes of one that cannot be sent; no value is quoted
 */
export async function renderRequest({ method = 'GET', url, headers = {}, body = '', timeout }: RequestSpec, data: RequestData, render: RenderField): Promise<HttpRequest> {
  const [renderedUrl, renderedBody, ...renderedHeaders] = await Promise.all([
    render('url', url, data.url),
    render('body', body, data.plain),
    ...Object.entries(headers).map(async ([name, template]) => [name, headerText(name, await render(`headers.${name}`, template, data.plain))] as const),
  ]);
  return {
    method,
    url: checkUrl(textOf(renderedUrl), url),
    headers: Object.fromEntries(renderedHeaders),
    ...(renderedBody.size === 0 ? {} : { body: renderedBody.reveal() }),
    ...(timeout === undefined || timeout === 0 ? {} : { timeout }),
  };
}

/** The scheme, host and port that a URL's template says itself, before any value; undefined where a value makes them. */
export function literalOrigin(template: string): string | undefined {
  const [said] = /^https?:\/\/[^/?#\\{}\s]+(?=[/?#]|$)/i.exec(template) ?? [];
  return said === undefined ? undefined : URL.parse(said)?.origin;
}

/**
 * A URL as it may be asked: no value decides where it goes but where the template leaves that to one, who asks is said in headers, and
 * nothing climbs out of the path.
 */
function checkUrl(rendered: string, template: string): string {
  // the parser of URLs forgets some of them: what stood before would be another URL
  if (/\p{Cc}/u.test(rendered)) throw new ProviderError('invalid', 'the URL has a line break or a tab in it once its template is rendered; take it off with trim');
  const url = URL.parse(rendered);
  if (url === null) throw new ProviderError('invalid', 'the URL is not one once its template is rendered; it begins with https:// or http://');
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw new ProviderError('invalid', 'the URL must begin with https:// or http://');
  if (url.username !== '' || url.password !== '') throw new ProviderError('invalid', 'the URL has a user name or a password in it; say who asks in headers.Authorization');
  const origin = literalOrigin(template);
  if (origin !== undefined && origin !== url.origin) throw new ProviderError('invalid', 'the URL does not lead to the host of its template once that is rendered');
  // the URL itself forgets them: what stood before would be another path
  const path = rendered.replace(/[?#].*$/s, '').replaceAll('\\', '/');
  if (path.split('/').slice(3).some((part) => /^(?:\.|%2e){1,2}$/i.test(part))) throw new ProviderError('invalid', 'the path of the URL has . or .. in it once its template is rendered');
  return rendered;
}

function headerText(name: string, rendered: SecretBytes): string {
  const text = textOf(rendered);
  if (/[\r\n\0]/.test(text)) throw new ProviderError('invalid', `headers.${name} has a line break in it once its template is rendered; take it off with trim`);
  return text;
}

/** The text that a template came to. */
export function textOf(rendered: SecretBytes): string {
  return Buffer.from(rendered.reveal()).toString('utf8');
}

/** Whether a template makes the host, so that a message with it could tell a value. */
export function hidesHost(url: string): boolean {
  return url.includes('{{') && literalOrigin(url) === undefined;
}
