import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DriverError } from '../../src/core/errors.ts';
import { nextHop, resolveSameOrigin } from '../../src/net/redirects.ts';

const FROM = new URL('https://idp.example/a/b');

/** The origin that it leads to, with whatever else must not be there; or the code of the error. */
function leadsTo(location: string, status: number): string {
  try {
    const { url } = nextHop({ status, from: FROM, location, method: 'POST' });
    return url.origin + url.username + url.password + url.hash;
  } catch (error) {
    return error instanceof DriverError ? error.code : String(error);
  }
}

describe('a redirect', () => {
  it.each([
    ['next', 'https://idp.example/a/next'],
    ['?x=1', 'https://idp.example/a/b?x=1'],
    ['https://IDP.example:443/c#part', 'https://idp.example/c'],
  ])('to %s is followed within the origin', (location, url) => {
    const hop = nextHop({ status: 302, from: FROM, location, method: 'POST' });
    expect([hop.url.href, hop.method]).toEqual([url, 'GET']);
  });

  it('leads to the same origin without credentials or fragment, or is refused', () => {
    const location = fc.oneof(
      fc.string(),
      fc.webUrl(),
      fc
        .tuple(
          fc.constantFrom('//', '\\\\', 'https:', 'https://idp.example', '/', '@', 'https://idp.example@'),
          fc.string(),
        )
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(location, fc.constantFrom(301, 302, 303, 307, 308), (text, status) => {
        const outcome = leadsTo(text, status);
        expect(['https://idp.example', 'AUTH_UNTRUSTED', 'AUTH_MALFORMED']).toContain(outcome);
      }),
      { numRuns: 500 },
    );
  });

  it('may be plain http only on loopback, and only if that was allowed', () => {
    const from = new URL('http://127.0.0.1:8080/');
    expect(resolveSameOrigin(from, '/x', 'redirects', true).href).toBe('http://127.0.0.1:8080/x');
    expect(() => resolveSameOrigin(from, '/x', 'redirects')).toThrow('requires https');
    expect(() => resolveSameOrigin(new URL('http://idp.example/'), '/x', 'redirects', true)).toThrow(
      'requires https',
    );
  });
});
