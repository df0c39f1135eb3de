import http from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { awsEc2Roles } from '../../../src/authschemes/aws-ec2-roles.ts';
import { resolveInstanceSettings } from '../../../src/profiles/instance-settings.ts';
import { parseConnection } from '../../../src/connstring/resolve.ts';
import type { CredentialSource } from '../../../src/core/credentials.ts';
import { type ImdsDouble, instanceDocument, startImds } from '../../doubles/imds.ts';
import { type FakePorts, fakePorts } from '../../doubles/ports.ts';
import { startSts, stsCredentials } from '../../doubles/sts.ts';
import { collectOutput } from '../../support/collect-output.ts';
import { createSource } from '../../support/create-source.ts';
import { thrownBy } from '../../support/thrown.ts';

const signal = new AbortController().signal;
const TOKEN = 'PUT /latest/api/token';
const ROLES = 'GET /latest/meta-data/iam/security-credentials/';
const ROLE = `${ROLES}web-server`;
const soon = { AWS_METADATA_SERVICE_TIMEOUT: '0.1' };

async function on(
  imds: ImdsDouble,
  ports: FakePorts = fakePorts({ env: soon }),
  more = '',
): Promise<CredentialSource> {
  return createSource(awsEc2Roles, `AWSRegion=eu-west-1;IMDSEndpoint=${imds.endpoint}/;${more}`, ports);
}

describe('AuthScheme AwsEC2Roles', () => {
  it('returns the credentials of the role, with a token that is reused until shortly before it expires', async () => {
    await using imds = await startImds();
    const ports = fakePorts();
    const source = await on(imds, ports);
    expect(await source(signal)).toEqual({
      accessKeyId: 'ASIAINSTANCE0000000',
      secretAccessKey: 'CANARY-secret',
      sessionToken: 'CANARY-token',
      expiration: new Date('2026-01-01T06:00:00Z'),
      origin: 'role web-server of this EC2 instance',
    });
    ports.advance(5 * 3_600_000);
    await source(signal);
    expect(imds.listRequests()).toEqual([TOKEN, ROLES, ROLE, ROLES, ROLE]);
    ports.advance(58.5 * 60_000);
    await source(signal);
    expect(imds.listRequests().slice(5)).toEqual([TOKEN, ROLES, ROLE]);
  });

  it.each([403, 404, 405])(
    'falls back to IMDSv1 if a token is rejected with %d, and remembers it',
    async (status) => {
      await using imds = await startImds({ token: () => status, v1: 'yes' });
      const source = await on(imds);
      expect((await source(signal)).accessKeyId).toBe('ASIAINSTANCE0000000');
      await source(signal);
      expect(imds.listRequests()).toEqual([TOKEN, ROLES, ROLE, ROLES, ROLE]);
    },
  );

  it('falls back to IMDSv1 if the token request times out, and does not request one again', async () => {
    await using imds = await startImds({ token: () => 'silence', v1: 'yes' });
    const source = await on(imds);
    await source(signal);
    await source(signal);
    expect(imds.listRequests()).toEqual([TOKEN, TOKEN, ROLES, ROLE, ROLES, ROLE]);
  });

  it('mentions the hop limit if there is no token and IMDSv2 is required', async () => {
    await using imds = await startImds({ token: () => 'silence' });
    const error = await thrownBy(async () => (await on(imds))(signal));
    expect(error.code).toBe('AUTH_REFUSED');
    expect(error.remedy).toContain('hop limit to 2');
  });

  it.each([
    ['the environment', { AWS_EC2_METADATA_V1_DISABLED: 'TRUE' }, undefined, 'AWS_EC2_METADATA_V1_DISABLED'],
    [
      'the profile',
      {},
      'ec2_metadata_v1_disabled = true',
      '/home/ana/.aws/config:2: ec2_metadata_v1_disabled',
    ],
  ])('does not fall back if %s disables it', async (_, env, line, where) => {
    await using imds = await startImds({ token: () => 403, v1: 'yes' });
    const files = line === undefined ? {} : { '/home/ana/.aws/config': `[default]\n${line}\n` };
    const error = await thrownBy(async () => (await on(imds, fakePorts({ env, files })))(signal));
    expect(error.code).toBe('AUTH_REFUSED');
    expect(error.message).toContain(`${where} disables IMDSv1`);
    expect(imds.listRequests()).toEqual([TOKEN]);
  });

  it('treats status 400 as a rejection, not as an old version', async () => {
    await using imds = await startImds({ token: () => 400, v1: 'yes' });
    expect((await thrownBy(async () => (await on(imds))(signal))).message).toContain(
      'rejected the token request with status 400',
    );
    expect(imds.listRequests()).toEqual([TOKEN]);
  });

  it('requests a new token once if the old one is rejected', async () => {
    await using imds = await startImds();
    const source = await on(imds);
    await source(signal);
    imds.withdrawTokens();
    await source(signal);
    expect(imds.listRequests().slice(3)).toEqual([ROLES, TOKEN, ROLES, ROLE]);
  });

  it('reports that no role is attached', async () => {
    for (const role of [() => undefined, () => ' \n']) {
      await using imds = await startImds({ role });
      const error = await thrownBy(async () => (await on(imds))(signal));
      expect(error.message).toBe('No IAM role is attached to this EC2 instance');
    }
  });

  it('recognizes an error with status 200', async () => {
    await using imds = await startImds({
      document: () => ({ Code: 'AssumeRoleUnauthorizedAccess', Message: 'CANARY' }),
    });
    const error = await thrownBy(async () => (await on(imds))(signal));
    expect(error.code).toBe('AUTH_REFUSED');
    expect(error.message).toContain('for the role web-server: AssumeRoleUnauthorizedAccess');
    expect(error.remedy).toContain('trust policy names ec2.amazonaws.com');
    expect(collectOutput(error)).not.toContain('CANARY');
  });

  it.each([
    ['text', { body: 'CANARY {' }],
    [
      'no token',
      { Code: 'Success', AccessKeyId: 'A', SecretAccessKey: 'CANARY', Expiration: '2026-01-02T00:00:00Z' },
    ],
    ['a line break in the token', { ...instanceDocument(new Date(0)), Token: 'CANARY\r\nx: y' }],
    ['no time', { ...instanceDocument(new Date(0)), Expiration: 'soon' }],
    ['seconds', { ...instanceDocument(new Date(0)), Expiration: 1_767_247_200 }],
    ['a time of no zone', { ...instanceDocument(new Date(0)), Expiration: '2026-01-01T06:00:00' }],
    ['an heir', { body: JSON.stringify({ ['__proto__']: instanceDocument(new Date(0)) }) }],
    [
      'a secret that is repeated as null',
      { body: JSON.stringify(instanceDocument(new Date(0))).replace('}', ',"SecretAccessKey":null}') },
    ],
    ['too much', { body: ' '.repeat(20_000) }],
  ])('reports %s as malformed', async (_, document) => {
    await using imds = await startImds({ document: () => document });
    const error = await thrownBy(async () => (await on(imds))(signal));
    expect(error.code).toBe('AUTH_MALFORMED');
    expect(collectOutput(error)).not.toContain('CANARY');
  });

  it('does not follow redirects', async () => {
    await using other = await startImds();
    const document = { status: 302, headers: { location: `${other.endpoint}/latest/meta-data/` } };
    await using imds = await startImds({ document: () => document });
    expect((await thrownBy(async () => (await on(imds))(signal))).message).toContain(
      'rejected the request with status 302',
    );
    expect(other.requests).toEqual([]);
  });

  it('reports that there is no service if it does not respond, within seconds', async () => {
    await using silent = await startImds({ token: () => 'silence', v1: 'silence' });
    const slow = await thrownBy(async () => (await on(silent))(signal));
    expect(slow.code).toBe('AUTH_NO_CREDENTIALS');
    expect(slow.message).toContain(`no EC2 instance metadata service at ${silent.endpoint}`);
    const gone = await startImds();
    await gone[Symbol.asyncDispose]();
    expect((await thrownBy(async () => (await on(gone))(signal))).code).toBe('AUTH_NO_CREDENTIALS');
  });

  it('reports a failing service as unavailable', async () => {
    await using imds = await startImds({ document: () => ({ status: 503, body: 'CANARY' }) });
    const error = await thrownBy(async () => (await on(imds))(signal));
    expect(error.code).toBe('AUTH_UNAVAILABLE');
    expect(collectOutput(error)).not.toContain('CANARY');
  });

  it('sends nothing if the service is disabled', async () => {
    await using imds = await startImds();
    const ports = fakePorts({ env: { AWS_EC2_METADATA_DISABLED: 'true' } });
    const error = await thrownBy(async () => (await on(imds, ports))(signal));
    expect(error.message).toContain('disabled by AWS_EC2_METADATA_DISABLED');
    expect(imds.requests).toEqual([]);
  });

  it('keeps using the last credentials while the service cannot renew them, and asks again later', async () => {
    let document: Readonly<Record<string, unknown>> = instanceDocument(new Date('2026-01-01T01:00:00Z'));
    await using imds = await startImds({ document: () => document });
    const ports = fakePorts();
    const source = await on(imds, ports);
    await source(signal);
    ports.advance(2 * 3_600_000);
    const expired = await source(signal);
    expect(expired.accessKeyId).toBe('ASIAINSTANCE0000000');
    expect(expired.expiration).toEqual(new Date('2026-01-01T02:12:30Z'));
    document = { status: 500 };
    expect((await source(signal)).expiration).toEqual(new Date('2026-01-01T02:12:30Z'));
    expect(ports.warnings).toHaveLength(2);
    document = instanceDocument(new Date('2026-01-01T09:00:00Z'), 'ASIANEW000000000000');
    expect((await source(signal)).accessKeyId).toBe('ASIANEW000000000000');
  });

  it('returns expired credentials as expired if it had none before', async () => {
    await using imds = await startImds({
      document: () => instanceDocument(new Date('2025-12-31T00:00:00Z')),
    });
    const ports = fakePorts();
    expect((await (await on(imds, ports))(signal)).expiration).toEqual(new Date('2025-12-31T00:00:00Z'));
    expect(ports.warnings).toEqual([]);
  });

  it('assumes AWSRoleARN with the credentials of the instance', async () => {
    await using imds = await startImds();
    await using sts = await startSts(() => stsCredentials('AssumeRole', 'ASIAROLE'));
    const role = 'AWSRoleARN=arn:aws:iam::123456789012:role/Top;AWSExternalId=e1';
    const source = await on(imds, fakePorts(), `STSEndpoint=${sts.endpoint};${role}`);
    const credentials = await source(signal);
    expect(credentials.accessKeyId).toBe('ASIAROLE');
    expect(credentials.origin).toContain('role web-server of this EC2 instance');
    expect(sts.requests[0]?.authorization).toContain('Credential=ASIAINSTANCE0000000/');
    expect(sts.requests[0]?.body).toContain('ExternalId=e1');
  });

  it('is aborted by its signal', async () => {
    await using imds = await startImds({ token: () => 'silence' });
    const leaving = new AbortController();
    const source = await on(imds, fakePorts());
    setTimeout(() => leaving.abort(new Error('left')), 50);
    await expect(source(leaving.signal)).rejects.toThrow('left');
  });

  it('does not use the global agent, which may have a proxy', async () => {
    await using imds = await startImds();
    const shared = http.globalAgent;
    http.globalAgent = new http.Agent();
    http.globalAgent.createConnection = () => {
      throw new Error('the shared agent was used');
    };
    try {
      expect((await (await on(imds))(signal)).accessKeyId).toBe('ASIAINSTANCE0000000');
    } finally {
      http.globalAgent = shared;
    }
  });
});

/** The endpoint for a connection string, an environment and a config file. */
async function endpointOf(text: string, env: Record<string, string>, config = ''): Promise<string> {
  const ports = fakePorts({ env, files: { '/home/ana/.aws/config': config } });
  const { options } = await parseConnection(`AWSRegion=eu-west-1;${text}`, ports);
  return (await resolveInstanceSettings(options, ports)).endpoint;
}

describe('instanceSettings', () => {
  it.each([
    ['', {}, '', 'http://169.254.169.254'],
    ['', { AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE: 'IPv6' }, '', 'http://[fd00:ec2::254]'],
    ['', {}, '[default]\nec2_metadata_service_endpoint_mode = IPv6', 'http://[fd00:ec2::254]'],
    ['', {}, '[default]\nec2_metadata_service_endpoint = http://127.0.0.1:1338', 'http://127.0.0.1:1338'],
    ['Profile=p', {}, '[profile p]\nec2_metadata_service_endpoint_mode = ipv6', 'http://[fd00:ec2::254]'],
    [
      '',
      { AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://env.example/' },
      '[default]\nec2_metadata_service_endpoint = http://127.0.0.1:1338',
      'http://env.example',
    ],
    [
      'IMDSEndpoint=http://string.example',
      {
        AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://env.example',
        AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE: 'x',
      },
      '',
      'http://string.example',
    ],
  ])('of %j, %j and %j is %s', async (text, env, config, endpoint) => {
    expect(await endpointOf(text, env as Record<string, string>, config)).toBe(endpoint);
  });

  it('refuses an invalid mode and an invalid endpoint, with their position', async () => {
    const mode = await thrownBy(() => endpointOf('', { AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE: 'IPv5' }));
    expect(mode.message).toBe('AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE is "IPv5"; expected IPv4 or IPv6');
    const address = await thrownBy(() =>
      endpointOf('', {}, '[default]\nec2_metadata_service_endpoint = ftp://x'),
    );
    expect(address.message).toContain('/home/ana/.aws/config:2: ec2_metadata_service_endpoint: expected');
  });
});
