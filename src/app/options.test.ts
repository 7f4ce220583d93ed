import { describe, expect, it } from 'vitest';
import { parseAddress, parseControllers, parseLogLevel, parseNames, parseRepository, parseWait, UsageError } from './options.ts';

describe('options', () => {
  it('splits --repo at the last equals sign, because addresses may hold one', () => {
    expect(parseRepository('https://git.example/a.git?x=1=../a')).toEqual({ url: 'https://git.example/a.git?x=1', path: '../a' });
  });

  it.each(['', 'x', '=path', 'url='])('refuses --repo "%s" and shows the form', (text) => {
    expect(() => parseRepository(text)).toThrow(/write URL=PATH/);
  });

  it('reads addresses with a host, with IPv6, and with a port alone', () => {
    expect(parseAddress('--listen', '127.0.0.1:8080')).toEqual({ host: '127.0.0.1', port: 8080 });
    expect(parseAddress('--listen', '[::1]:80')).toEqual({ host: '::1', port: 80 });
    expect(parseAddress('--listen', ':9090')).toEqual({ host: '::', port: 9090 });
  });

  it.each(['8080', 'host:', 'host:70000', 'host:port'])('refuses the address %s', (text) => {
    expect(() => parseAddress('--listen', text)).toThrow(UsageError);
  });

  it('reads durations and refuses what is none, zero or negative', () => {
    expect(parseWait('--timeout', '1m30s')).toBe(90_000);
    for (const text of ['0', '-1s', 'soon', '10']) expect(() => parseWait('--timeout', text)).toThrow(/--timeout/);
  });

  it('reads lists of namespaces once each and refuses what cannot be one', () => {
    expect(parseNames('--application-namespaces', 'argocd, prelude,argocd')).toEqual(['argocd', 'prelude']);
    expect(() => parseNames('--application-namespaces', 'argocd,')).toThrow(/"" is not the name/);
  });

  it('knows the two controller groups and the log levels', () => {
    expect([...parseControllers('git,secrets')]).toEqual(['git', 'secrets']);
    expect(() => parseControllers('all')).toThrow(/secrets, git/);
    expect(parseLogLevel('warn')).toBe('warn');
    expect(() => parseLogLevel('loud')).toThrow(/debug, info/);
  });
});
