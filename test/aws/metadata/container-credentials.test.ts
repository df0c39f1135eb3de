import { describe, expect, it } from '@jest/globals';
import { awsContainer } from '../../../src/authschemes/aws-container.ts';
import { fromContainerMetadata } from '../../../src/aws/metadata/container-credentials.ts';
import type { CredentialSource } from '../../../src/core/credentials.ts';
import { instanceDocument } from '../../doubles/imds.ts';
import { type JsonServer, type JsonResponse, startJsonServer } from '../../doubles/json-server.ts';
import { fakePorts } from '../../doubles/ports.ts';
import { collectOutput } from '../../support/collect-output.ts';
import { createSource } from '../../support/create-source.ts';
import { thrownBy } from '../../support/thrown.ts';

const signal = new AbortController().signal;
const document = {
  ...instanceDocument(new Date('2026-01-01T06:00:00Z'), 'ASIACONTAINER000000'),
  AccountId: '123456789012',
};
const good = (): JsonResponse => ({ body: JSON.stringify(document) });

/** The scheme in a container with that environment. */
async function inside(
  env: Record<string, string>,
  files: Record<string, string> = {},
): Promise<CredentialSource> {
  return createSource(awsContainer, 'AWSRegion=eu-west-1', fakePorts({ env, files }));
}
const full = (agent: JsonServer): Record<string, string> => ({
  AWS_CONTAINER_CREDENTIALS_FULL_URI: `${agent.endpoint}/v1/credentials?x=1`,
});

describe('AuthScheme AwsContainer', () => {
  it('returns the credentials of the agent', async () => {
    await using agent = await startJsonServer(good);
    const source = await inside({ ...full(agent), AWS_CONTAINER_AUTHORIZATION_TOKEN: 'CANARY-token' });
    expect(await source(signal)).toEqual({
      accessKeyId: 'ASIACONTAINER000000',
      secretAccessKey: 'CANARY-secret',
      sessionToken: 'CANARY-token',
      expiration: new Date('2026-01-01T06:00:00Z'),
      accountId: '123456789012',
      origin: `container, ${agent.endpoint}`,
    });
    expect(agent.requests[0]).toMatchObject({ method: 'GET', path: '/v1/credentials?x=1' });
    expect(agent.requests[0]?.headers.authorization).toBe('CANARY-token');
  });

  it('reads the token file each time, in preference to the variable', async () => {
    await using agent = await startJsonServer(good);
    const files: Record<string, string> = { '/token': 'one\n' };
    const ports = fakePorts({
      env: {
        ...full(agent),
        AWS_CONTAINER_AUTHORIZATION_TOKEN: 'no',
        AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: '/token',
      },
    });
    const source = fromContainerMetadata({ ...ports, readFile: async (path) => files[path] });
    await source(signal);
    files['/token'] = 'two';
    await source(signal);
    expect(agent.requests.map(({ headers }) => headers.authorization)).toEqual(['one', 'two']);
  });

  it('prefers the relative URI of ECS to the full URI of EKS', async () => {
    await using ecs = await startJsonServer(good);
    await using other = await startJsonServer(good);
    const ports = fakePorts({
      env: { ...full(other), AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2/credentials/1' },
    });
    await fromContainerMetadata(ports, ecs.endpoint)(signal);
    expect(ecs.requests.map(({ path }) => path)).toEqual(['/v2/credentials/1']);
    expect(other.requests).toEqual([]);
  });

  it.each([
    'http://127.0.0.1evil/',
    'http://10.0.0.1/',
    'http://169.254.169.254/latest/',
    'http://169.254.170.2.example/',
    'http://[::ffff:169.254.169.254]/',
    'http://example.com/',
    'http://ana@127.0.0.1/',
    'http://127.0.0.1@evil.example/',
    'http:\\\\evil.example\\',
    'http://127.0.0.1.example/',
    'http://2852039166/',
    'http://0xa9fea9fe/',
    'http://[fe80::1]/',
    'http://[::ffff:10.0.0.1]/',
    'http://[fd00:ec2::254]/',
    'http://１０.0.0.1/',
    'http://127.0.0.1:99999/',
    'http://127.0.0.256/',
    'http://agent.localhost/',
    'http://localhost.example/',
    ' ',
    'ftp://127.0.0.1/',
    'file:///etc/passwd',
    'nonsense',
  ])('sends nothing to %s', async (uri) => {
    const error = await thrownBy(async () =>
      (await inside({ AWS_CONTAINER_CREDENTIALS_FULL_URI: uri }))(signal),
    );
    expect(error.code).toBe('AUTH_NO_CREDENTIALS');
    expect(error.message).toContain('AWS_CONTAINER_CREDENTIALS_FULL_URI: expected an https URL');
  });

  it.each(['//evil.example/x', 'http://evil.example/x', 'v2/credentials', '\\\\evil.example/x'])(
    'takes %s for no path',
    async (path) => {
      const env = { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: path };
      const error = await thrownBy(async () => (await inside(env))(signal));
      expect(error.message).toContain('AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: expected a path');
    },
  );

  it.each([
    'http://169.254.170.2',
    'http://169.254.170.23',
    'http://[fd00:ec2::23]',
    'http://0x7f.1',
    'http://2130706433',
    'http://127.1',
    'http://0177.0.0.1',
    'http://127.0.0.1.',
    'http://１２７.0.0.1',
    'http://127.9.9.9:8080',
    'http://[::1]',
    'http://[::ffff:127.0.0.1]',
    'http://localhost',
    'HTTP://LOCALHOST.',
    'https://agent.example',
  ])('accepts %s', async (origin) => {
    const source = await inside({ AWS_CONTAINER_CREDENTIALS_FULL_URI: `${origin}/v1` });
    // The address is looked at first, so that nothing is sent here.
    await expect(source(AbortSignal.abort(new Error('left')))).rejects.toThrow('left');
  });

  it('reports that the environment has no endpoint', async () => {
    const error = await thrownBy(async () => (await inside({}))(signal));
    expect(error.code).toBe('AUTH_NO_CREDENTIALS');
    expect(error.message).toContain('AWS_CONTAINER_CREDENTIALS_FULL_URI are not set');
  });

  it.each([
    ['a line break', { AWS_CONTAINER_AUTHORIZATION_TOKEN: 'CANARY\r\nx: y' }, {}, 'a single-line token'],
    ['no file', { AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: '/none' }, {}, 'could not open file "/none"'],
    [
      'two lines',
      { AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: '/two' },
      { '/two': 'CANARY\nCANARY' },
      '/two does not contain',
    ],
  ])('refuses a token with %s', async (_, env, files, message) => {
    await using agent = await startJsonServer(good);
    const variables = { ...full(agent), ...env } as Record<string, string>;
    const error = await thrownBy(async () => (await inside(variables, files))(signal));
    expect(error.message).toContain(message);
    expect(collectOutput(error)).not.toContain('CANARY');
    expect(agent.requests).toEqual([]);
  });

  it.each([
    ['refused', { status: 403, body: 'CANARY' }, 'AUTH_REFUSED'],
    ['failing', { status: 500, body: 'CANARY' }, 'AUTH_UNAVAILABLE'],
    ['redirected', { status: 302, headers: { location: 'http://example.com/' } }, 'AUTH_REFUSED'],
    ['text', { body: 'CANARY' }, 'AUTH_MALFORMED'],
    ['a list', { body: '["CANARY"]' }, 'AUTH_MALFORMED'],
    ['with a prototype', { body: JSON.stringify({ ['__proto__']: document }) }, 'AUTH_MALFORMED'],
    [
      'with inherited values',
      { body: `{"__proto__":${JSON.stringify(document)},"AccessKeyId":"A"}` },
      'AUTH_MALFORMED',
    ],
    ['without secret', { body: JSON.stringify({ ...document, SecretAccessKey: null }) }, 'AUTH_MALFORMED'],
    ['of numbers', { body: JSON.stringify({ ...document, Token: 7 }) }, 'AUTH_MALFORMED'],
    [
      'timed in seconds',
      { body: JSON.stringify({ ...document, Expiration: 1_767_247_200 }) },
      'AUTH_MALFORMED',
    ],
    ['timed in words', { body: JSON.stringify({ ...document, Expiration: '1767247200' }) }, 'AUTH_MALFORMED'],
    [
      'timed anywhere',
      { body: JSON.stringify({ ...document, Expiration: '2026-01-01T06:00:00' }) },
      'AUTH_MALFORMED',
    ],
    [
      'timed never',
      { body: JSON.stringify({ ...document, Expiration: '2026-13-41T06:00:00Z' }) },
      'AUTH_MALFORMED',
    ],
    [
      'with a repeated key, the last one wrong',
      { body: JSON.stringify(document).replace('}', ',"Token":""}') },
      'AUTH_MALFORMED',
    ],
    ['huge', { body: `"${'x'.repeat(100_000)}"` }, 'AUTH_MALFORMED'],
  ])('reports a response that is %s', async (_, response, code) => {
    await using agent = await startJsonServer(() => response);
    const error = await thrownBy(async () => (await inside(full(agent)))(signal));
    expect(error.code).toBe(code);
    expect(collectOutput(error)).not.toContain('CANARY');
  });

  it('times out after two seconds, or when it is aborted', async () => {
    await using agent = await startJsonServer(() => undefined);
    expect((await thrownBy(async () => (await inside(full(agent)))(signal))).code).toBe('CONN_NETWORK');
    const leaving = new AbortController();
    setTimeout(() => leaving.abort(new Error('left')), 30);
    await expect((await inside(full(agent)))(leaving.signal)).rejects.toThrow('left');
  });
});
