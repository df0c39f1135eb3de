import { describe, expect, it } from '@jest/globals';
import { type SignIn, signIn } from '../../src/database/sign-in.ts';
import { parseConnection } from '../../src/connstring/resolve.ts';
import type { Ports } from '../../src/core/ports.ts';
import { type FakePorts, fakePorts } from '../doubles/ports.ts';
import { type StsDouble, toFields, startSts, stsCredentials, stsError } from '../doubles/sts.ts';
import { collectOutput } from '../support/collect-output.ts';
import { thrownBy } from '../support/thrown.ts';

const HOUR_MS = 3_600_000;
const MFA = 'arn:aws:iam::123456789012:mfa/ana';
const ROLE = 'arn:aws:iam::123456789012:role/Analyst';
const neverAborted = new AbortController().signal;
const DEFAULT_LOCATION = '/state/sessions.json';

/** A code that no other test sends: the process remembers the sent ones. */
let last = 100_000;
function newCode(): string {
  last += 1;
  return String(last);
}

/** An STS that accepts each code once and starts sessions of an hour by the test's clock. */
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

async function getKeyId(text: string, ports: Ports): Promise<string> {
  const opened = await open(text, ports);
  try {
    return (await opened.source(neverAborted)).accessKeyId;
  } finally {
    opened.close();
  }
}
const open = async (text: string, ports: Ports): Promise<SignIn> =>
  signIn((await parseConnection(text, ports)).options, ports);

function portsWithVault(more: Parameters<typeof fakePorts>[0] = {}): {
  ports: FakePorts;
  vault: Map<string, string>;
} {
  const vault = new Map<string, string>();
  return { ports: fakePorts({ vault, ...more }), vault };
}

describe('an MFA code', () => {
  it.each(['', 'AuthScheme=AwsMFA;', 'AuthScheme=AwsRootKeys;'])(
    'starts a session of the IAM user (%s)',
    async (scheme) => {
      const { ports } = portsWithVault();
      await using sts = await startMfaSts(ports);
      const code = newCode();
      expect(await getKeyId(connection(sts, `${scheme}MFAToken=${code}`), ports)).toBe(`ASIA0000000${code}`);
      expect(toFields(sts.requests[0])).toMatchObject({
        Action: 'GetSessionToken',
        SerialNumber: MFA,
        TokenCode: code,
        DurationSeconds: '3600',
      });
    },
  );

  it.each(['AwsMFA', 'AwsIAMRoles'])('is part of the request for the role of %s', async (scheme) => {
    const { ports } = portsWithVault();
    await using sts = await startMfaSts(ports);
    const code = newCode();
    await getKeyId(connection(sts, `AuthScheme=${scheme};MFAToken=${code};AWSRoleARN=${ROLE}`), ports);
    expect(sts.requests.map(toFields)).toEqual([
      expect.objectContaining({ Action: 'AssumeRole', RoleArn: ROLE, SerialNumber: MFA, TokenCode: code }),
    ]);
  });

  it('is required once: its session is saved and reused by later connections', async () => {
    const { ports, vault } = portsWithVault();
    await using sts = await startMfaSts(ports);
    const code = newCode();
    const text = connection(sts, `MFAToken=${code}`);
    const first = await getKeyId(text, ports);
    expect(await getKeyId(text, ports)).toBe(first);
    expect(await getKeyId(connection(sts, ''), ports)).toBe(first);
    expect(sts.requests).toHaveLength(1);
    expect([...vault.keys()]).toEqual([DEFAULT_LOCATION]);
    expect(vault.get(DEFAULT_LOCATION)).toContain('ASIA0000000');
  });

  it('is not saved, nor is the secret key that signed', async () => {
    const { ports, vault } = portsWithVault();
    await using sts = await startMfaSts(ports);
    const code = newCode();
    const opened = await open(connection(sts, `MFAToken=${code}`), ports);
    const credentials = await opened.source(neverAborted);
    // The double names its keys after the code.
    const kept = (vault.get(DEFAULT_LOCATION) ?? '').replaceAll(`ASIA0000000${code}`, '');
    expect(kept).not.toContain(code);
    expect(kept.replaceAll('CANARY-SECRET-OF-', '').replaceAll('CANARY-TOKEN-OF-', '')).not.toContain(
      'CANARY',
    );
    expect(collectOutput([opened, credentials, ports.warnings])).not.toContain('CANARY');
    opened.close();
  });

  it('starts separate sessions for other keys, roles, settings and locations', async () => {
    const { ports } = portsWithVault();
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
    for (const text of texts) await getKeyId(`${text};MFAToken=${newCode()}`, ports);
    expect(sts.requests).toHaveLength(texts.length);
    for (const text of texts) await getKeyId(text, ports);
    expect(sts.requests).toHaveLength(texts.length);
  });

  it('does not reuse a saved session with another secret key', async () => {
    const { ports } = portsWithVault();
    await using sts = await startMfaSts(ports);
    await getKeyId(connection(sts, `MFAToken=${newCode()}`), ports);
    const otherSecret = connection(sts, '').replace('CANARY', 'OTHER');
    expect((await thrownBy(() => getKeyId(otherSecret, ports))).code).toBe('AUTH_CODE_NEEDED');
  });

  it('is required again shortly before the session expires', async () => {
    const { ports } = portsWithVault();
    await using sts = await startMfaSts(ports);
    await getKeyId(connection(sts, `MFAToken=${newCode()}`), ports);
    ports.advance(HOUR_MS - 5 * 60_000);
    const code = newCode();
    expect(await getKeyId(connection(sts, `MFAToken=${code}`), ports)).toBe(`ASIA0000000${code}`);
  });

  it('is not required while the old session has not expired', async () => {
    const { ports } = portsWithVault();
    await using sts = await startMfaSts(ports);
    const text = connection(sts, `MFAToken=${newCode()}`);
    const first = await getKeyId(text, ports);
    ports.advance(HOUR_MS - 60_000);
    expect(await getKeyId(text, ports)).toBe(first);
    ports.advance(60_000);
    const error = await thrownBy(() => getKeyId(text, ports));
    expect(error.code).toBe('AUTH_CODE_NEEDED');
    expect(error.message).toBe(
      'The MFA code in MFAToken has already been used; its session expires at 2026-01-01T01:00:00.000Z',
    );
    expect(sts.requests).toHaveLength(1);
  });

  it('is never sent twice, not even after a failure of STS', async () => {
    const { ports, vault } = portsWithVault();
    await using sts = await startSts(() => stsError(500, 'InternalFailure', 'oops'));
    const text = connection(sts, `MFAToken=${newCode()}`);
    const failure = await thrownBy(() => getKeyId(text, ports));
    expect(failure.message).toBe(
      'STS GetSessionToken is temporarily unavailable (STS GetSessionToken: InternalFailure); the one-time code is considered used',
    );
    const error = await thrownBy(() => getKeyId(text, ports));
    expect(error.message).toBe('The MFA code in MFAToken has already been used');
    expect(sts.requests).toHaveLength(1);
    expect(vault.size).toBe(0);
  });

  it('can be sent again if the connection to STS failed', async () => {
    const { ports } = portsWithVault();
    const gone = await startMfaSts(ports);
    await gone[Symbol.asyncDispose]();
    const text = connection(gone, `MFAToken=${newCode()};MaximumRequestRetries=2;RetryWaitTime=0`);
    const codes = [await thrownBy(() => getKeyId(text, ports)), await thrownBy(() => getKeyId(text, ports))];
    expect(codes.map(({ code }) => code)).toEqual(['CONN_NETWORK', 'CONN_NETWORK']);
  });

  it('is sent once by connections that open at the same time', async () => {
    const { ports } = portsWithVault();
    await using sts = await startMfaSts(ports);
    const text = connection(sts, `MFAToken=${newCode()}`);
    const ids = await Promise.all(Array.from({ length: 10 }, () => getKeyId(text, ports)));
    expect(new Set(ids).size).toBe(1);
    expect(sts.requests).toHaveLength(1);
  });

  it('is prompted for if MFAToken is not set or already used', async () => {
    const asked: string[] = [];
    const codes = [newCode(), newCode()];
    const { ports } = portsWithVault({
      prompt: async ({ message, secret }) => {
        asked.push(`${message} ${String(secret)}`);
        return ` ${codes[asked.length - 1]}\n`;
      },
    });
    await using sts = await startMfaSts(ports);
    expect(await getKeyId(connection(sts, ''), ports)).toBe(`ASIA0000000${codes[0]}`);
    ports.advance(HOUR_MS);
    expect(await getKeyId(connection(sts, `MFAToken=${codes[0]}`), ports)).toBe(`ASIA0000000${codes[1]}`);
    expect(asked).toEqual([`Enter MFA code for ${MFA} true`, `Enter MFA code for ${MFA} true`]);
  });

  it.each([
    ['12345', /must have six digits/],
    ['hello!', /must have six digits/],
    ['', /the answer is empty/],
  ])('is not sent if the user answers %j', async (answer, message) => {
    const { ports } = portsWithVault({ prompt: async () => answer });
    await using sts = await startMfaSts(ports);
    const error = await thrownBy(() => getKeyId(connection(sts, ''), ports));
    expect(error.code).toBe('AUTH_CODE_NEEDED');
    expect(error.message).toMatch(message);
    expect(sts.requests).toEqual([]);
  });

  it('can be entered again at once if the user mistyped it', async () => {
    const codes = ['000000', newCode()];
    const { ports } = portsWithVault({ prompt: async () => codes.shift() ?? '' });
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
    const opened = await open(connection(sts, ''), ports);
    expect((await thrownBy(() => opened.source(neverAborted))).message).toContain(
      'AWS rejected the one-time code',
    );
    expect((await opened.source(neverAborted)).accessKeyId).toBe('ASIA');
    opened.close();
  });

  it('is required with a message that says what to set', async () => {
    const { ports } = portsWithVault();
    await using sts = await startMfaSts(ports);
    const error = await thrownBy(() => getKeyId(connection(sts, ''), ports));
    expect(error.code).toBe('AUTH_CODE_NEEDED');
    expect(error.message).toBe(
      `The access key AKIA…MNOP requires an MFA code for ${MFA}: MFAToken is not set, and prompting is not possible`,
    );
    expect(error.remedy).toContain('onPrompt');
  });
});

describe('CredentialsLocation', () => {
  it('is rejected before the code is sent if the file has other content, which is not changed', async () => {
    const { ports, vault } = portsWithVault();
    vault.set('/mine', '[default]\naws_access_key_id = A\n');
    await using sts = await startMfaSts(ports);
    const text = connection(sts, `MFAToken=${newCode()};CredentialsLocation=/mine`);
    const error = await thrownBy(() => getKeyId(text, ports));
    expect(error.message).toBe('CredentialsLocation: /mine does not contain saved sessions');
    expect(vault.get('/mine')).toContain('aws_access_key_id');
    expect(sts.requests).toEqual([]);
  });

  it.each([
    '',
    '{"kind":"dynadbc sessions 1"',
    '{"kind":"dynadbc sessions 1","sessions":{"x":{"accessKeyId":1}}}',
    'null',
  ])('replaces the content %j of the default location', async (content) => {
    const { ports, vault } = portsWithVault();
    vault.set(DEFAULT_LOCATION, content);
    await using sts = await startMfaSts(ports);
    const text = connection(sts, `MFAToken=${newCode()}`);
    await getKeyId(text, ports);
    await getKeyId(text, ports);
    expect(sts.requests).toHaveLength(1);
  });

  it('that is not writable causes a warning only', async () => {
    const ports = fakePorts();
    const vault = {
      directory: '/state',
      read: async () => undefined,
      write: async () => Promise.reject(new Error('the disk is full')),
    };
    await using sts = await startMfaSts(ports);
    await getKeyId(connection(sts, `MFAToken=${newCode()}`), { ...ports, vault });
    expect(ports.warnings).toEqual([
      expect.stringMatching(/could not save the session of MFA device .*the disk is full/),
    ]);
  });

  it('deletes sessions a day after they expire', async () => {
    const { ports, vault } = portsWithVault();
    await using sts = await startMfaSts(ports);
    await getKeyId(connection(sts, `MFAToken=${newCode()}`), ports);
    ports.advance(26 * HOUR_MS);
    await getKeyId(connection(sts, `MFAToken=${newCode()};TemporaryTokenDuration=900`), ports);
    expect(Object.keys(Object(JSON.parse(vault.get(DEFAULT_LOCATION) ?? '')).sessions)).toHaveLength(1);
  });
});
