import { describe, expect, it } from '@jest/globals';
import { type SignIn, signIn } from '../../src/database/sign-in.ts';
import { parseConnection } from '../../src/connstring/resolve.ts';
import type { Ports } from '../../src/core/ports.ts';
import { type FakePorts, fakePorts } from '../doubles/ports.ts';
import { type StsDouble, toFields, startSts, stsCredentials, stsError } from '../doubles/sts.ts';
import { printsOf } from '../support/prints.ts';
import { thrownBy } from '../support/thrown.ts';

const HOUR_MS = 3_600_000;
const MFA = 'arn:aws:iam::123456789012:mfa/ana';
const ROLE = 'arn:aws:iam::123456789012:role/Analyst';
const nobody = new AbortController().signal;
const PLACE = '/state/sessions.json';

/** A code that no other test sends: the process remembers those that were sent. */
let last = 100_000;
function newCode(): string {
  last += 1;
  return String(last);
}

/** An STS that takes each code once and gives sessions of an hour by the test's clock. */
async function startMfaSts(ports: FakePorts): Promise<StsDouble> {
  const used = new Set<string>();
  return startSts((body) => {
    const { Action: action = '', TokenCode: code } = toFields({ body });
    if (code === undefined || used.has(code)) {
      return stsError(
        403,
        'AccessDenied',
        'MultiFactorAuthentication failed with invalid MFA one time pass code.',
      );
    }
    used.add(code);
    return stsCredentials(action, `ASIA0000000${code}`, new Date(ports.now() + HOUR_MS));
  });
}

function connection(sts: StsDouble, more: string, key = 'AKIAABCDEFGHIJKLMNOP'): string {
  return `AWSAccessKey=${key};AWSSecretKey=CANARY;AWSRegion=Ireland;STSEndpoint=${sts.endpoint};MFASerialNumber=${MFA};${more}`;
}

async function idOf(text: string, ports: Ports): Promise<string> {
  const way = await open(text, ports);
  try {
    return (await way.source(nobody)).accessKeyId;
  } finally {
    way.close();
  }
}
const open = async (text: string, ports: Ports): Promise<SignIn> =>
  signIn((await parseConnection(text, ports)).options, ports);

function world(more: Parameters<typeof fakePorts>[0] = {}): { ports: FakePorts; vault: Map<string, string> } {
  const vault = new Map<string, string>();
  return { ports: fakePorts({ vault, ...more }), vault };
}

describe('a one-time code', () => {
  it.each(['', 'AuthScheme=AwsMFA;', 'AuthScheme=AwsRootKeys;'])(
    'begins a session of the user (%s)',
    async (scheme) => {
      const { ports } = world();
      await using sts = await startMfaSts(ports);
      const code = newCode();
      expect(await idOf(connection(sts, `${scheme}MFAToken=${code}`), ports)).toBe(`ASIA0000000${code}`);
      expect(toFields(sts.requests[0])).toMatchObject({
        Action: 'GetSessionToken',
        SerialNumber: MFA,
        TokenCode: code,
        DurationSeconds: '3600',
      });
    },
  );

  it.each(['AwsMFA', 'AwsIAMRoles'])(
    'goes along with the role that %s wants, in one call',
    async (scheme) => {
      const { ports } = world();
      await using sts = await startMfaSts(ports);
      const code = newCode();
      await idOf(connection(sts, `AuthScheme=${scheme};MFAToken=${code};AWSRoleARN=${ROLE}`), ports);
      expect(sts.requests.map(toFields)).toEqual([
        expect.objectContaining({ Action: 'AssumeRole', RoleArn: ROLE, SerialNumber: MFA, TokenCode: code }),
      ]);
    },
  );

  it('is asked for once: its session is kept and serves later connections', async () => {
    const { ports, vault } = world();
    await using sts = await startMfaSts(ports);
    const code = newCode();
    const text = connection(sts, `MFAToken=${code}`);
    const first = await idOf(text, ports);
    expect(await idOf(text, ports)).toBe(first);
    expect(await idOf(connection(sts, ''), ports)).toBe(first);
    expect(sts.requests).toHaveLength(1);
    expect([...vault.keys()]).toEqual([PLACE]);
    expect(vault.get(PLACE)).toContain('ASIA0000000');
  });

  it('is kept nowhere, nor is the secret key that signed', async () => {
    const { ports, vault } = world();
    await using sts = await startMfaSts(ports);
    const code = newCode();
    const way = await open(connection(sts, `MFAToken=${code}`), ports);
    const credentials = await way.source(nobody);
    // The double's keys are named after the code.
    const kept = (vault.get(PLACE) ?? '').replaceAll(`ASIA0000000${code}`, '');
    expect(kept).not.toContain(code);
    expect(kept.replaceAll('CANARY-SECRET-OF-', '').replaceAll('CANARY-TOKEN-OF-', '')).not.toContain(
      'CANARY',
    );
    expect(printsOf([way, credentials, ports.warnings])).not.toContain('CANARY');
    way.close();
  });

  it('tells the sessions of other keys, roles, devices and places apart', async () => {
    const { ports } = world();
    await using sts = await startMfaSts(ports);
    const texts = [
      connection(sts, ''),
      connection(sts, '', 'AKIAZZZZZZZZZZZZZZZZ'),
      connection(sts, `AWSRoleARN=${ROLE}`),
      connection(sts, `AWSRoleARN=${ROLE}2`),
      connection(sts, `AWSRoleARN=${ROLE};AWSExternalId=x-1`),
      connection(sts, 'TemporaryTokenDuration=900'),
      connection(sts, '').replace('Ireland', 'Frankfurt'),
      connection(sts, `RoleSessionName=other;AWSRoleARN=${ROLE}`),
      connection(sts, 'CredentialsLocation=/elsewhere'),
      connection(sts, 'CredentialsLocation=memory://apart'),
    ];
    for (const text of texts) await idOf(`${text};MFAToken=${newCode()}`, ports);
    expect(sts.requests).toHaveLength(texts.length);
    for (const text of texts) await idOf(text, ports);
    expect(sts.requests).toHaveLength(texts.length);
  });

  it('gives the saved session to nobody without the secret key', async () => {
    const { ports } = world();
    await using sts = await startMfaSts(ports);
    await idOf(connection(sts, `MFAToken=${newCode()}`), ports);
    const stranger = connection(sts, '').replace('CANARY', 'OTHER');
    expect((await thrownBy(() => idOf(stranger, ports))).code).toBe('AUTH_CODE_NEEDED');
  });

  it('is needed again shortly before the session ends', async () => {
    const { ports } = world();
    await using sts = await startMfaSts(ports);
    await idOf(connection(sts, `MFAToken=${newCode()}`), ports);
    ports.advance(HOUR_MS - 5 * 60_000);
    const code = newCode();
    expect(await idOf(connection(sts, `MFAToken=${code}`), ports)).toBe(`ASIA0000000${code}`);
  });

  it('leaves the last minutes of the session in use while there is no other', async () => {
    const { ports } = world();
    await using sts = await startMfaSts(ports);
    const text = connection(sts, `MFAToken=${newCode()}`);
    const first = await idOf(text, ports);
    ports.advance(HOUR_MS - 60_000);
    expect(await idOf(text, ports)).toBe(first);
    ports.advance(60_000);
    const error = await thrownBy(() => idOf(text, ports));
    expect(error.code).toBe('AUTH_CODE_NEEDED');
    expect(error.message).toBe(
      'The code in MFAToken was used already, and the session that it began ends at 2026-01-01T01:00:00.000Z; each works once',
    );
    expect(sts.requests).toHaveLength(1);
  });

  it('is never sent twice, not even after AWS refused it or failed', async () => {
    const { ports, vault } = world();
    await using sts = await startSts(() => stsError(500, 'InternalFailure', 'oops'));
    const text = connection(sts, `MFAToken=${newCode()}`);
    const failure = await thrownBy(() => idOf(text, ports));
    expect(failure.message).toBe(
      'STS GetSessionToken is temporarily unavailable (STS GetSessionToken: InternalFailure); the code that was sent counts as used',
    );
    const error = await thrownBy(() => idOf(text, ports));
    expect(error.message).toBe('The code in MFAToken was used already; each works once');
    expect(sts.requests).toHaveLength(1);
    expect(vault.size).toBe(0);
  });

  it('may be sent again where nobody can have seen it', async () => {
    const { ports } = world();
    const gone = await startMfaSts(ports);
    await gone[Symbol.asyncDispose]();
    const text = connection(gone, `MFAToken=${newCode()};MaximumRequestRetries=2;RetryWaitTime=0`);
    const codes = [await thrownBy(() => idOf(text, ports)), await thrownBy(() => idOf(text, ports))];
    expect(codes.map(({ code }) => code)).toEqual(['CONN_NETWORK', 'CONN_NETWORK']);
  });

  it('is sent once by connections that open at the same time', async () => {
    const { ports } = world();
    await using sts = await startMfaSts(ports);
    const text = connection(sts, `MFAToken=${newCode()}`);
    const ids = await Promise.all(Array.from({ length: 10 }, () => idOf(text, ports)));
    expect(new Set(ids).size).toBe(1);
    expect(sts.requests).toHaveLength(1);
  });

  it('is asked of the person where there is none, or it was used', async () => {
    const asked: string[] = [];
    const codes = [newCode(), newCode()];
    const { ports } = world({
      prompt: async ({ message, secret }) => {
        asked.push(`${message} ${String(secret)}`);
        return ` ${codes[asked.length - 1]}\n`;
      },
    });
    await using sts = await startMfaSts(ports);
    expect(await idOf(connection(sts, ''), ports)).toBe(`ASIA0000000${codes[0]}`);
    ports.advance(HOUR_MS);
    expect(await idOf(connection(sts, `MFAToken=${codes[0]}`), ports)).toBe(`ASIA0000000${codes[1]}`);
    expect(asked).toEqual([`Code of the MFA device ${MFA} true`, `Code of the MFA device ${MFA} true`]);
  });

  it.each([
    ['12345', /expected six digits/],
    ['hello!', /expected six digits/],
    ['', /no answer was given/],
  ])('is not sent where the person says %j', async (answer, message) => {
    const { ports } = world({ prompt: async () => answer });
    await using sts = await startMfaSts(ports);
    const error = await thrownBy(() => idOf(connection(sts, ''), ports));
    expect(error.code).toBe('AUTH_CODE_NEEDED');
    expect(error.message).toMatch(message);
    expect(sts.requests).toEqual([]);
  });

  it('may be given anew at once after the person mistyped it', async () => {
    const codes = ['000000', newCode()];
    const { ports } = world({ prompt: async () => codes.shift() ?? '' });
    await using sts = await startSts((body) => {
      const { TokenCode: code } = toFields({ body });
      return code === '000000'
        ? stsError(
            403,
            'AccessDenied',
            'MultiFactorAuthentication failed with invalid MFA one time pass code.',
          )
        : stsCredentials('GetSessionToken', 'ASIA', new Date(ports.now() + HOUR_MS));
    });
    const way = await open(connection(sts, ''), ports);
    expect((await thrownBy(() => way.source(nobody))).message).toContain('AWS rejected the one-time code');
    expect((await way.source(nobody)).accessKeyId).toBe('ASIA');
    way.close();
  });

  it('is missed with a message that says what to set', async () => {
    const { ports } = world();
    await using sts = await startMfaSts(ports);
    const error = await thrownBy(() => idOf(connection(sts, ''), ports));
    expect(error.code).toBe('AUTH_CODE_NEEDED');
    expect(error.message).toBe(
      `The access key AKIA…MNOP needs a code of the MFA device ${MFA}, and MFAToken is not set`,
    );
    expect(error.remedy).toContain('onPrompt');
  });
});

describe('CredentialsLocation', () => {
  it('that holds something else is refused before the code is spent, and left as it is', async () => {
    const { ports, vault } = world();
    vault.set('/mine', '[default]\naws_access_key_id = A\n');
    await using sts = await startMfaSts(ports);
    const text = connection(sts, `MFAToken=${newCode()};CredentialsLocation=/mine`);
    const error = await thrownBy(() => idOf(text, ports));
    expect(error.message).toBe('CredentialsLocation: /mine holds something other than saved sessions');
    expect(vault.get('/mine')).toContain('aws_access_key_id');
    expect(sts.requests).toEqual([]);
  });

  it.each([
    '',
    '{"kind":"dynadbc sessions 1"',
    '{"kind":"dynadbc sessions 1","sessions":{"x":{"accessKeyId":1}}}',
    'null',
  ])('of our own choice is mended where it holds %j', async (content) => {
    const { ports, vault } = world();
    vault.set(PLACE, content);
    await using sts = await startMfaSts(ports);
    const text = connection(sts, `MFAToken=${newCode()}`);
    await idOf(text, ports);
    await idOf(text, ports);
    expect(sts.requests).toHaveLength(1);
  });

  it('that cannot be written costs a warning, not the sign-in', async () => {
    const ports = fakePorts();
    const vault = {
      directory: '/state',
      read: async () => undefined,
      write: async () => Promise.reject(new Error('the disk is full')),
    };
    await using sts = await startMfaSts(ports);
    await idOf(connection(sts, `MFAToken=${newCode()}`), { ...ports, vault });
    expect(ports.warnings).toEqual([expect.stringMatching(/could not be saved.*the disk is full/)]);
  });

  it('forgets sessions a day after their end', async () => {
    const { ports, vault } = world();
    await using sts = await startMfaSts(ports);
    await idOf(connection(sts, `MFAToken=${newCode()}`), ports);
    ports.advance(26 * HOUR_MS);
    await idOf(connection(sts, `MFAToken=${newCode()};TemporaryTokenDuration=900`), ports);
    expect(Object.keys(Object(JSON.parse(vault.get(PLACE) ?? '')).sessions)).toHaveLength(1);
  });
});
