import { describe, expect, it } from '@jest/globals';
import type { ConnectionOptions } from '../../src/connstring/connection-options.ts';
import { parseConnection } from '../../src/connstring/resolve.ts';
import { Secret } from '../../src/core/secret.ts';
import { fakePorts } from '../doubles/ports.ts';

describe('ConnectionOptions', () => {
  it('accepts documented spellings and aliases with values of their types, and is parsed like a string', async () => {
    const input: ConnectionOptions = {
      AuthScheme: 'temporarycredentials',
      Region: 'Ireland',
      AWSSecretKey: new Secret('s'),
      ThreadCount: 8,
      MaxRows: '10',
      FlattenObjects: true,
      Tables: ['a', 'b'],
      SSOProperties: { MFAType: 'SMS', MFARememberDevice: false },
      User: undefined,
    };
    const { options } = await parseConnection(input, fakePorts());
    expect(options).toMatchObject({
      authScheme: 'TemporaryCredentials',
      awsRegion: 'eu-west-1',
      threadCount: 8,
      maxRows: 10,
      flattenObjects: true,
      tables: ['a', 'b'],
      ssoProperties: { mfaType: 'SMS', mfaRememberDevice: false },
    });
    expect(options.explicit.has('user')).toBe(false);
  });

  it('refuses unknown keys and values of other types at compile time', async () => {
    // @ts-expect-error not a property
    const unknown: ConnectionOptions = { Nonsense: 1 };
    // @ts-expect-error a number of threads is not a list
    const list: ConnectionOptions = { ThreadCount: ['4'] };
    await expect(parseConnection(unknown, fakePorts())).rejects.toMatchObject({
      code: 'CONN_UNKNOWN_PROPERTY',
    });
    expect((await parseConnection(list, fakePorts())).options.threadCount).toBe(4);
  });
});
