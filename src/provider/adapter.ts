/**
 * What an adapter outside of this repository is written with: the package's `prelude/provider`. An adapter is the default export of a
 * module, and satisfies `Provider<Config>`.
 */
export { z } from 'zod';
export { SecretBytes } from '../lib/secret-bytes.ts';
export type { HttpClient, HttpRequest, HttpResponse } from '../lib/http.ts';
export { HttpError } from '../lib/http.ts';
export type * from './contract.ts';
export { ask, readJson, send, statusError } from './ask.ts';
export { authorityCredentials, caBundle, caProvider, readAuthority } from './authority.ts';
export { secretKeySelector, serviceAccountSelector, unsupported } from './field.ts';
export { asProviderError, ProviderError, type ProviderErrorKind } from './provider-error.ts';
