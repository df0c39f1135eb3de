import { env } from 'node:process';
import { afterAll, describe, expect, it } from '@jest/globals';
import { type SignIn, signIn } from '../../src/database/sign-in.ts';
import { parseConnection } from '../../src/connstring/resolve.ts';
import { connect } from '../../src/index.ts';
import { fakePorts } from '../doubles/ports.ts';
import { thrownBy } from '../support/thrown.ts';
import { startTestDatabase } from '../support/test-database.ts';
import { startProgram } from './program.ts';
import { startSimpleSaml } from './simplesamlphp.ts';

const ACCOUNT = 'arn:aws:iam::123456789012';
const [ANALYST, ADMIN, PROVIDER] = ['role/Analyst', 'role/ops/Admin', 'saml-provider/Corp'].map(
  (name) => `${ACCOUNT}:${name}`,
);

const idp = await startSimpleSaml([
  { name: 'ana', roles: [`${ANALYST}, ${PROVIDER}`] },
  // AWS accepts the two ARNs in either order, and administrators add spaces.
  { name: 'bo', roles: [`${ANALYST},${PROVIDER}`, `${PROVIDER}, ${ADMIN}`, 'nonsense'] },
]);
// A provider that is running already, or a new one.
const running = env['INTEROP_MOTO'];
const moto =
  running === undefined
    ? await startProgram('moto_server', (port) => ['-H', '127.0.0.1', '-p', String(port)], {
        ready: '/moto-api/',
      })
    : { port: Number(new URL(running).port), [Symbol.asyncDispose]: async () => undefined };
const aws = 'skipped' in moto ? 'https://127.0.0.1:9' : `http://127.0.0.1:${moto.port}`;
const peer = 'skipped' in idp ? undefined : idp;

afterAll(async () => {
  if (!('skipped' in idp)) await idp[Symbol.asyncDispose]();
  if (!('skipped' in moto)) await moto[Symbol.asyncDispose]();
});

/** The connection string: the pages of SimpleSAMLphp are like PingFederate's. */
function toConnectionString(user: string, properties = '', password = peer?.password ?? ''): string {
  return (
    `AuthScheme=PingFederate;User=${user};Password="${password}";SSOLoginURL='${peer?.loginUrl}';` +
    `SSLServerCert='${peer?.ca}';AWSRegion=us-east-1;STSEndpoint=${aws};Endpoint=${aws};${properties}`
  );
}

async function openSignIn(connection: string): Promise<SignIn> {
  const ports = { ...fakePorts(), now: () => Date.now() };
  const { options } = await parseConnection(connection, ports);
  return signIn(options, ports);
}

/** Formats the reason why a test is skipped. */
const formatReason = (result: object): string =>
  'skipped' in result ? ` (skipped: ${String(result.skipped)})` : '';
const withIdp = peer === undefined ? describe.skip : describe;
const withMoto = 'skipped' in moto ? describe.skip : describe;

withIdp(`a real SAML identity provider${formatReason(idp)}`, () => {
  withMoto(`together with an STS${formatReason(moto)}`, () => {
    it('signs in a user through its pages, and reads a table', async () => {
      await using database = await startTestDatabase({ endpoint: aws, close: async () => undefined });
      await database.add({
        name: 'saml_orders',
        key: ['id:S'],
        items: [{ id: { S: 'a' } }, { id: { S: 'b' } }],
      });
      const warnings: string[] = [];
      await using db = await connect(toConnectionString('ana'), {
        trusted: true,
        onWarning: (line) => void warnings.push(line),
      });
      const { rows } = await db.query('SELECT id FROM saml_orders ORDER BY id');
      expect(rows).toEqual([{ id: 'a' }, { id: 'b' }]);
      const { arn, source } = await db.whoami();
      expect(arn).toBe('arn:aws:sts::123456789012:assumed-role/Analyst/ana@corp.test');
      expect(source).toContain(`role ${ANALYST}`);
      expect(warnings).toEqual([]);
    });
  });

  it('lists several roles if none is selected', async () => {
    const opened = await openSignIn(toConnectionString('bo'));
    await expect(thrownBy(() => opened.source(new AbortController().signal))).resolves.toMatchObject({
      code: 'AUTH_ROLE',
      candidates: [ANALYST, ADMIN],
    });
    opened.close();
  });

  it('refuses a wrong password, which is sent once', async () => {
    const before = countPosts();
    const opened = await openSignIn(toConnectionString('ana', '', 'wrong'));
    const error = await thrownBy(() => opened.source(new AbortController().signal));
    expect(error.code).toBe('AUTH_REFUSED');
    expect(countPosts() - before).toBe(1);
    opened.close();
  });
});

function countPosts(): number {
  return peer?.requests.filter(({ method }) => method === 'POST').length ?? 0;
}
