import http from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { awsEc2Roles } from '../../../src/authschemes/aws-ec2-roles.ts';
import { instanceSettings } from '../../../src/profiles/instance-settings.ts';
import { parseConnection } from '../../../src/connstring/resolve.ts';
import type { CredentialSource } from '../../../src/core/credentials.ts';
import { type ImdsDouble, instanceDocument, startImds } from '../../doubles/imds.ts';
import { type FakePorts, fakePorts } from '../../doubles/ports.ts';
import { startSts, stsCredentials } from '../../doubles/sts.ts';
import { printsOf } from '../../support/prints.ts';
import { sourceOf } from '../../support/source-of.ts';
import { thrownBy } from '../../support/thrown.ts';

const nobody = new AbortController().signal;
const TOKEN = 'PUT /latest/api/token';
const ROLES = 'GET /latest/meta-data/iam/security-credentials/';
const ROLE = `${ROLES}web-server`;
const soon = { AWS_METADATA_SERVICE_TIMEOUT: '0.1' };

async function on(
  imds: ImdsDouble,
  ports: FakePorts = fakePorts({ env: soon }),
  more = '',
): Promise<CredentialSource> {
  return sourceOf(awsEc2Roles, `AWSRegion=eu-west-1;IMDSEndpoint=${imds.endpoint}/;${more}`, ports);
}

describe('AuthScheme AwsEC2Roles', () => {
  it('gives the credentials of the role, asked with a token that serves until shortly before it ends', async () => {
    await using imds = await startImds();
    const ports = fakePorts();
    const source = await on(imds, ports);
    expect(await source(nobody)).toEqual({
      accessKeyId: 'ASIAINSTANCE0000000',
      secretAccessKey: 'CANARY-secret',
      sessionToken: 'CANARY-token',
      expiration: new Date('2026-01-01T06:00:00Z'),
      origin: 'role web-server of this EC2 instance',
    });
    ports.advance(5 * 3_600_000);
    await source(nobody);
    expect(imds.asked()).toEqual([TOKEN, ROLES, ROLE, ROLES, ROLE]);
    ports.advance(58.5 * 60_000);
    await source(nobody);
    expect(imds.asked().slice(5)).toEqual([TOKEN, ROLES, ROLE]);
  });

  it.each([403, 404, 405])(
    'falls back to version 1 where a token is refused with %d, and remembers',
    async (status) => {
      await using imds = await startImds({ token: () => status, v1: 'yes' });
      const source = await on(imds);
      expect((await source(nobody)).accessKeyId).toBe('ASIAINSTANCE0000000');
      await source(nobody);
      expect(imds.asked()).toEqual([TOKEN, ROLES, ROLE, ROLES, ROLE]);
    },
  );

  it('falls back to version 1 where no token comes in time, and does not wait for one again', async () => {
    await using imds = await startImds({ token: () => 'silence', v1: 'yes' });
    const source = await on(imds);
    await source(nobody);
    await source(nobody);
    expect(imds.asked()).toEqual([TOKEN, TOKEN, ROLES, ROLE, ROLES, ROLE]);
  });

  it('tells of the hop limit where no token comes and version 2 is required', async () => {
    await using imds = await startImds({ token: () => 'silence' });
    const error = await thrownBy(async () => (await on(imds))(nobody));
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
  ])('does not fall back where %s forbids it', async (_, env, line, where) => {
    await using imds = await startImds({ token: () => 403, v1: 'yes' });
    const files = line === undefined ? {} : { '/home/ana/.aws/config': `[default]\n${line}\n` };
    const error = await thrownBy(async () => (await on(imds, fakePorts({ env, files })))(nobody));
    expect(error.code).toBe('AUTH_REFUSED');
    expect(error.message).toContain(`${where} forbids version 1`);
    expect(imds.asked()).toEqual([TOKEN]);
  });

  it('takes status 400 for a refusal, not for an old version', async () => {
    await using imds = await startImds({ token: () => 400, v1: 'yes' });
    expect((await thrownBy(async () => (await on(imds))(nobody))).message).toContain(
      'refused a token with status 400',
    );
    expect(imds.asked()).toEqual([TOKEN]);
  });

  it('asks for a new token once where the old one no longer counts', async () => {
    await using imds = await startImds();
    const source = await on(imds);
    await source(nobody);
    imds.withdrawTokens();
    await source(nobody);
    expect(imds.asked().slice(3)).toEqual([ROLES, TOKEN, ROLES, ROLE]);
  });

  it('says that no role is attached', async () => {
    for (const role of [() => undefined, () => ' \n']) {
      await using imds = await startImds({ role });
      const error = await thrownBy(async () => (await on(imds))(nobody));
      expect(error.message).toBe('No IAM role is attached to this EC2 instance');
    }
  });

  it('understands an error that comes with status 200', async () => {
    await using imds = await startImds({
      document: () => ({ Code: 'AssumeRoleUnauthorizedAccess', Message: 'CANARY' }),
    });
    const error = await thrownBy(async () => (await on(imds))(nobody));
    expect(error.code).toBe('AUTH_REFUSED');
    expect(error.message).toContain('for the role web-server: AssumeRoleUnauthorizedAccess');
    expect(error.remedy).toContain('trust policy names ec2.amazonaws.com');
    expect(printsOf(error)).not.toContain('CANARY');
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
      'a secret that is said again as none',
      { body: JSON.stringify(instanceDocument(new Date(0))).replace('}', ',"SecretAccessKey":null}') },
    ],
    ['too much', { body: ' '.repeat(20_000) }],
  ])('calls %s malformed', async (_, document) => {
    await using imds = await startImds({ document: () => document });
    const error = await thrownBy(async () => (await on(imds))(nobody));
    expect(error.code).toBe('AUTH_MALFORMED');
    expect(printsOf(error)).not.toContain('CANARY');
  });

  it('follows no redirection', async () => {
    await using other = await startImds();
    const document = { status: 302, headers: { location: `${other.endpoint}/latest/meta-data/` } };
    await using imds = await startImds({ document: () => document });
    expect((await thrownBy(async () => (await on(imds))(nobody))).message).toContain(
      'refused with status 302',
    );
    expect(other.heard).toEqual([]);
  });

  it('says that there is none where nobody answers, in a few seconds', async () => {
    await using silent = await startImds({ token: () => 'silence', v1: 'silence' });
    const slow = await thrownBy(async () => (await on(silent))(nobody));
    expect(slow.code).toBe('AUTH_NO_CREDENTIALS');
    expect(slow.message).toContain(`no EC2 instance metadata service at ${silent.endpoint}`);
    const gone = await startImds();
    await gone[Symbol.asyncDispose]();
    expect((await thrownBy(async () => (await on(gone))(nobody))).code).toBe('AUTH_NO_CREDENTIALS');
  });

  it('says that a failing service has failed for the moment', async () => {
    await using imds = await startImds({ document: () => ({ status: 503, body: 'CANARY' }) });
    const error = await thrownBy(async () => (await on(imds))(nobody));
    expect(error.code).toBe('AUTH_UNAVAILABLE');
    expect(printsOf(error)).not.toContain('CANARY');
  });

  it('sends nothing where the service is turned off', async () => {
    await using imds = await startImds();
    const ports = fakePorts({ env: { AWS_EC2_METADATA_DISABLED: 'true' } });
    const error = await thrownBy(async () => (await on(imds, ports))(nobody));
    expect(error.message).toContain('turned off by AWS_EC2_METADATA_DISABLED');
    expect(imds.heard).toEqual([]);
  });

  it('goes on with what it has while the service gives nothing fresh, and asks again later', async () => {
    let document: Readonly<Record<string, unknown>> = instanceDocument(new Date('2026-01-01T01:00:00Z'));
    await using imds = await startImds({ document: () => document });
    const ports = fakePorts();
    const source = await on(imds, ports);
    await source(nobody);
    ports.advance(2 * 3_600_000);
    const expired = await source(nobody);
    expect(expired.accessKeyId).toBe('ASIAINSTANCE0000000');
    expect(expired.expiration).toEqual(new Date('2026-01-01T02:12:30Z'));
    document = { status: 500 };
    expect((await source(nobody)).expiration).toEqual(new Date('2026-01-01T02:12:30Z'));
    expect(ports.warnings).toHaveLength(2);
    document = instanceDocument(new Date('2026-01-01T09:00:00Z'), 'ASIANEW000000000000');
    expect((await source(nobody)).accessKeyId).toBe('ASIANEW000000000000');
  });

  it('takes expired credentials for expired where it had none before', async () => {
    await using imds = await startImds({
      document: () => instanceDocument(new Date('2025-12-31T00:00:00Z')),
    });
    const ports = fakePorts();
    expect((await (await on(imds, ports))(nobody)).expiration).toEqual(new Date('2025-12-31T00:00:00Z'));
    expect(ports.warnings).toEqual([]);
  });

  it('assumes the role that is wanted on top, signed with the role of the instance', async () => {
    await using imds = await startImds();
    await using sts = await startSts(() => stsCredentials('AssumeRole', 'ASIAROLE'));
    const role = 'AWSRoleARN=arn:aws:iam::123456789012:role/Top;AWSExternalId=e1';
    const source = await on(imds, fakePorts(), `STSEndpoint=${sts.endpoint};${role}`);
    const credentials = await source(nobody);
    expect(credentials.accessKeyId).toBe('ASIAROLE');
    expect(credentials.origin).toContain('role web-server of this EC2 instance');
    expect(sts.requests[0]?.authorization).toContain('Credential=ASIAINSTANCE0000000/');
    expect(sts.requests[0]?.body).toContain('ExternalId=e1');
  });

  it('gives up when its caller does', async () => {
    await using imds = await startImds({ token: () => 'silence' });
    const leaving = new AbortController();
    const source = await on(imds, fakePorts());
    setTimeout(() => leaving.abort(new Error('left')), 50);
    await expect(source(leaving.signal)).rejects.toThrow('left');
  });

  it('goes past the agent that the process shares, which may have a proxy', async () => {
    await using imds = await startImds();
    const shared = http.globalAgent;
    http.globalAgent = new http.Agent();
    http.globalAgent.createConnection = () => {
      throw new Error('the shared agent was used');
    };
    try {
      expect((await (await on(imds))(nobody)).accessKeyId).toBe('ASIAINSTANCE0000000');
    } finally {
      http.globalAgent = shared;
    }
  });
});

/** The endpoint for a connection string, an environment and a config file. */
async function endpointOf(text: string, env: Record<string, string>, config = ''): Promise<string> {
  const ports = fakePorts({ env, files: { '/home/ana/.aws/config': config } });
  const { options } = await parseConnection(`AWSRegion=eu-west-1;${text}`, ports);
  return (await instanceSettings(options, ports)).endpoint;
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

  it('refuses a mode and an address that are none, and says where they stand', async () => {
    const mode = await thrownBy(() => endpointOf('', { AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE: 'IPv5' }));
    expect(mode.message).toBe('AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE is "IPv5"; expected IPv4 or IPv6');
    const address = await thrownBy(() =>
      endpointOf('', {}, '[default]\nec2_metadata_service_endpoint = ftp://x'),
    );
    expect(address.message).toContain('/home/ana/.aws/config:2: ec2_metadata_service_endpoint: expected');
  });
});
