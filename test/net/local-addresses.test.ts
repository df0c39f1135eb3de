import { describe, expect, it } from '@jest/globals';
import {
  isLinkLocal,
  isLoopback,
  checkForbidden,
  createFilteredLookup,
} from '../../src/net/local-addresses.ts';
import { DriverError } from '../../src/core/errors.ts';

/** The host as an address has it that was read. */
const hostOf = (host: string): string => new URL(`https://${host}/`).hostname;

describe('a host', () => {
  it.each([
    'localhost',
    'LOCALHOST.',
    'idp.localhost',
    '127.0.0.1',
    '127.255.0.9',
    '127.1',
    '2130706433',
    '0x7f.0.0.1',
    '127.0.0.1.',
    '[::1]',
    '[0:0:0:0:0:0:0:1]',
    '[::ffff:127.0.0.1]',
    '0.0.0.0',
    '0',
    '[::]',
  ])('%s is a loopback address', (host) => {
    expect([isLoopback(hostOf(host)), isLinkLocal(hostOf(host))]).toEqual([true, false]);
    expect(checkForbidden(hostOf(host), hostOf(host), 'local')?.remedy).toContain('{ trusted: true }');
    expect(checkForbidden(hostOf(host), hostOf(host), 'link-local')).toBeUndefined();
  });

  it.each(['169.254.169.254', '2852039166', '[::ffff:169.254.170.2]', '[fe80::1]', '[fd00:ec2::254]'])(
    '%s is on the link alone, for everybody',
    (host) => {
      expect([isLoopback(hostOf(host)), isLinkLocal(hostOf(host))]).toEqual([false, true]);
      for (const forbidden of ['local', 'link-local'] as const)
        expect(checkForbidden(hostOf(host), hostOf(host), forbidden)?.code).toBe('AUTH_UNTRUSTED');
    },
  );

  it.each(['localhost.example', 'notlocalhost', '128.0.0.1', '10.0.0.1', '[::2]', 'idp.corp', '1.0.0.0'])(
    '%s is elsewhere',
    (host) => {
      expect(checkForbidden(hostOf(host), hostOf(host), 'local')).toBeUndefined();
    },
  );
});

/** What a look-up comes to. */
const found = async (name: string, forbidden: 'local' | 'link-local', all: boolean): Promise<unknown> =>
  new Promise((resolve) => {
    createFilteredLookup(forbidden)(name, { all }, (error, address) => resolve(error ?? address));
  });

describe('a name', () => {
  it.each([true, false])('is refused for its address (all: %s)', async (all) => {
    const refused = await found('localhost', 'local', all);
    expect(refused).toBeInstanceOf(DriverError);
    expect(refused).toMatchObject({
      code: 'AUTH_UNTRUSTED',
      message: expect.stringMatching(/^localhost \((127\.0\.0\.1|::1)\) is a local address/),
    });
  });

  it('is otherwise resolved as usual', async () => {
    expect(await found('localhost', 'link-local', false)).toMatch(/^(127\.0\.0\.1|::1)$/);
    expect(await found('localhost', 'link-local', true)).toContainEqual(
      expect.objectContaining({ address: expect.stringMatching(/^(127\.0\.0\.1|::1)$/) }),
    );
    expect(await found('no.such.invalid', 'local', true)).toMatchObject({ syscall: 'getaddrinfo' });
  });
});
