import { describe, expect, it } from 'vitest';
import { signAwsCall } from './aws-signature.ts';

// the vectors of AWS's own test suite for Signature Version 4
const suite = { host: 'example.amazonaws.com', region: 'us-east-1', service: 'service', headers: {}, body: '' };
const keys = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const now = Date.UTC(2015, 7, 30, 12, 36, 0);

describe('a signature of AWS', () => {
  it('is that of post-vanilla', () => {
    expect(signAwsCall(suite, keys, now)).toEqual({
      host: 'example.amazonaws.com',
      'x-amz-date': '20150830T123600Z',
      authorization: 'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
    });
  });

  it('is that of post-x-www-form-urlencoded', () => {
    const call = { ...suite, headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'Param1=value1' };

    expect(signAwsCall(call, keys, now)['authorization']).toBe(
      'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
    );
  });

  it('covers the token of temporary keys', () => {
    const headers = signAwsCall(suite, { ...keys, sessionToken: 'token' }, now);

    expect(headers['x-amz-security-token']).toBe('token');
    expect(headers['authorization']).toContain('SignedHeaders=host;x-amz-date;x-amz-security-token,');
  });
});
