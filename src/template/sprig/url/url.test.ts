import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { testContext } from '../../../../test/support/template/our-answer.ts';
import { FunctionError } from '../../template-error.ts';
import { text as goText } from '../../value/go-function.ts';
import { dict } from '../../value/go-type.ts';
import type { Value } from '../../value/value.ts';
import { GoMap } from '../../value/value.ts';
import { parseUrl } from './parse-url.ts';
import { url } from './url.ts';

const call = (name: string, value: Value): Value => url.get(name)?.call([value], testContext());

describe('url', () => {
  it('takes a URL apart and puts it together again', () => {
    const text = 'https://user:p%40ss@[::1]:8443/a%20b?q=1&r#part';
    const parts = call('urlParse', text);
    expect(parts instanceof GoMap && Object.fromEntries(parts.entries)).toEqual({
      scheme: 'https', userinfo: 'user:p%40ss', host: '[::1]:8443', hostname: '::1', path: '/a b', query: 'q=1&r', opaque: '', fragment: 'part',
    });
    expect(call('urlJoin', parts)).toBe(text);
  });

  it('gives back every path, query and fragment', () => {
    const text = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) });
    fc.assert(
      fc.property(text, text, (path, fragment) => {
        const joined = goText.read(call('urlJoin', dict([['scheme', 'x'], ['host', 'h'], ['path', `/${path}`], ['fragment', fragment]])));
        expect(parseUrl(joined)).toMatchObject({ path: `/${path}`, fragment, host: 'h' });
      }),
    );
  });

  it('fails without naming the URL', () => {
    const failure = (name: string, value: Value): unknown => {
      try {
        return call(name, value);
      } catch (error) {
        return error instanceof FunctionError ? error.message : error;
      }
    };
    expect(failure('urlParse', 'http://secret:pa ss@host')).toBe('unable to parse url: net/url: invalid userinfo');
    expect(failure('urlParse', 'http://secret%zz')).toBe('unable to parse url: invalid URL escape');
    expect(failure('urlParse', 'http://[secret]')).toBe('unable to parse url: invalid IP-literal');
    expect(failure('urlParse', 'http://h:secret')).toBe('unable to parse url: invalid port after host');
    expect(failure('urlJoin', dict([['userinfo', 'sec ret']]))).toBe('unable to parse userinfo in dict: net/url: invalid userinfo');
    expect(failure('urlJoin', dict([['host', true]]))).toBe('unable to parse host key, must be of type string, but bool found');
    expect(failure('urlJoin', dict([['host', undefined]]))).toBe('the host is nil');
  });
});
