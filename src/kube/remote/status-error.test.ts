import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KubeErrorKind } from '../kube-error.ts';
import { type Attempt, namesAbsentObject, statusError, watchError } from './status-error.ts';

const attempt: Attempt = { verb: 'update', resource: 'configmaps', target: 'devnet/a', sensitive: false };
const aboutSecret: Attempt = { verb: 'update', resource: 'secrets', target: 'devnet/a', sensitive: true };

function status(code: number, reason: string, message: string, causes: readonly object[] = []): { readonly status: number; readonly body: unknown } {
  return { status: code, body: { kind: 'Status', code, reason, message, details: { name: 'a', causes } } };
}

describe('what the API server refuses', () => {
  it.each<[code: number, reason: string, message: string, kind: KubeErrorKind]>([
    [400, 'BadRequest', 'the object is malformed', 'invalid'],
    [401, 'Unauthorized', 'Unauthorized', 'denied'],
    [403, 'Forbidden', 'forbidden', 'denied'],
    [404, 'NotFound', 'not found', 'absent'],
    [405, 'MethodNotAllowed', 'the server does not allow this method', 'unsupported'],
    [409, 'AlreadyExists', 'already exists', 'exists'],
    [409, 'Conflict', 'the object has been modified', 'conflict'],
    [410, 'Expired', 'too old', 'expired'],
    [413, 'RequestEntityTooLarge', 'limit is 3145728', 'invalid'],
    [422, 'Invalid', 'is invalid', 'invalid'],
    [429, 'TooManyRequests', 'slow down', 'throttled'],
    [500, 'InternalError', 'panic', 'unavailable'],
    [500, '', 'failed to create typed patch object (/a; apps/v1, Kind=Deployment): .spec.replicas: expected numeric (int or float), got string', 'invalid'],
    [500, '', 'failed to convert new object (/a; /v1, Kind=Secret) to proper version: illegal base64 data', 'invalid'],
    [500, '', 'etcdserver: request is too large', 'invalid'],
    [503, 'ServiceUnavailable', 'not ready', 'unavailable'],
    [504, 'Timeout', 'the request timed out', 'unavailable'],
  ])('with %i %s "%s" is %s', (code, reason, message, kind) => {
    const error = statusError(attempt, status(code, reason, message));

    expect(error.kind).toBe(kind);
    expect(error.message).toBe(`update configmaps devnet/a: ${message}`);
  });

  it('is the code inside an event, for a watch', () => {
    expect(watchError(attempt, status(410, 'Expired', 'too old resource version').body)).toMatchObject({ kind: 'expired' });
  });

  it('is told apart where the object is not there and where the kind is not', () => {
    expect(namesAbsentObject(status(404, 'NotFound', 'configmaps "a" not found').body, 'a')).toBe(true);
    expect(namesAbsentObject({ kind: 'Status', code: 404, reason: 'NotFound', message: 'the server could not find the requested resource', details: {} }, 'a')).toBe(false);
    expect(namesAbsentObject('404 page not found', 'a')).toBe(false);
  });

  it('has a reason whatever is sent', () => {
    fc.assert(
      fc.property(fc.integer({ min: 300, max: 599 }), fc.anything(), (code, body) => {
        const error = statusError(attempt, { status: code, body });

        expect(error.message.length).toBeGreaterThan('update configmaps devnet/a: '.length);
        expect(error.message.length).toBeLessThan(1100);
      }),
    );
  });
});

describe('what the API server says about a Secret', () => {
  /** Sentences of validation, decoding, webhooks and policies that quote what they were sent. */
  const quoting: readonly ((value: string) => string)[] = [
    (value) => `Secret "a" is invalid: data[key]: Invalid value: "${value}": must be something else`,
    (value) => `failed to create typed patch object (/a; /v1, Kind=Secret): .data.value: expected string, got &value.valueUnstructured{Value:map[string]interface {}{"x":"${value}"}}`,
    (value) => `admission webhook "policy.example.com" denied the request: the value ${value} is weak`,
    (value) => `secrets "a" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: I do not like ${value}`,
    (value) => `json: cannot unmarshal string "${value}" into Go struct field Secret.data of type map[string][]uint8`,
    (value) => value,
  ];

  it('never brings a value along, in message or causes', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 10, unit: fc.constantFrom(...'ghijkGHIJK456789+/='.split('')) }), fc.constantFrom(...quoting), fc.constantFrom(400, 403, 422, 500), (value, sentence, code) => {
        const message = sentence(value);

        const error = statusError(aboutSecret, status(code, 'Invalid', message, [{ field: 'data', reason: 'FieldValueInvalid', message }]));

        expect(`${error.message} ${error.stack}`).not.toContain(value);
      }),
    );
  });

  it.each([
    ['who may not', 403, 'secrets "a" is forbidden: User "system:serviceaccount:prelude:prelude" cannot update resource "secrets" in API group "" in the namespace "devnet"', 'cannot update resource "secrets"'],
    ['that the name is taken', 409, 'secrets "a" already exists', 'already exists'],
    ['that another was faster', 409, 'Operation cannot be fulfilled on secrets "a": the object has been modified; please apply your changes to the latest version and try again', 'the object has been modified'],
    ['that the quota is used up', 403, 'secrets "a" is forbidden: exceeded quota: count, requested: secrets=1, used: secrets=9, limited: secrets=9', 'exceeded quota: count'],
    ['that the namespace is going', 403, 'secrets "a" is forbidden: unable to create new content in namespace devnet because it is being terminated', 'being terminated'],
    ['which field apply does not know', 500, 'failed to create typed patch object (devnet/a; /v1, Kind=Secret): .dat: field not declared in schema', '.dat: field not declared in schema'],
  ])('still tells %s', (_title, code, message, part) => {
    expect(statusError(aboutSecret, status(code, 'Whatever', message)).message).toContain(part);
  });

  it('names the fields at fault', () => {
    const error = statusError(
      aboutSecret,
      status(422, 'Invalid', 'Secret "a" is invalid', [
        { field: 'data[.dockerconfigjson]', reason: 'FieldValueRequired', message: 'Required value' },
        { field: '.data.key', reason: 'FieldManagerConflict', message: 'conflict with "kubectl" using v1' },
      ]),
    );

    expect(error.message).toContain('data[.dockerconfigjson] (FieldValueRequired)');
    expect(error.message).toContain('.data.key (conflict with "kubectl")');
  });
});
