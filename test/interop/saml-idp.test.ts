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
  // AWS takes the two ARNs in either order, and administrators put blanks between them.
  { name: 'bo', roles: [`${ANALYST},${PROVIDER}`, `${PROVIDER}, ${ADMIN}`, 'nonsense'] },
]);
// One that runs already, else one of its own.
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

/** A connection string for both; PingFederate's pages and these are walked through alike. */
function text(user: string, properties = '', password = peer?.password ?? ''): string {
  return (
    `AuthScheme=PingFederate;User=${user};Password="${password}";SSOLoginURL='${peer?.loginUrl}';` +
    `SSLServerCert='${peer?.ca}';AWSRegion=us-east-1;STSEndpoint=${aws};Endpoint=${aws};${properties}`
  );
}

async function opened(connection: string): Promise<SignIn> {
  const ports = { ...fakePorts(), now: () => Date.now() };
  const { options } = await parseConnection(connection, ports);
  return signIn(options, ports);
}

/** Why a test is left out, after its name. */
const reason = (given: object): string => ('skipped' in given ? ` (skipped: ${String(given.skipped)})` : '');
const withIdp = peer === undefined ? describe.skip : describe;
const withMoto = 'skipped' in moto ? describe.skip : describe;

withIdp(`a real SAML identity provider${reason(idp)}`, () => {
  withMoto(`together with an STS${reason(moto)}`, () => {
    it('signs a user in through its pages, up to the rows of a table', async () => {
      await using database = await startTestDatabase({ endpoint: aws, close: async () => undefined });
      await database.add({
        name: 'saml_orders',
        key: ['id:S'],
        items: [{ id: { S: 'a' } }, { id: { S: 'b' } }],
      });
      const warnings: string[] = [];
      await using db = await connect(text('ana'), {
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

  it('gives several roles, which are listed where none was chosen', async () => {
    const way = await opened(text('bo'));
    await expect(thrownBy(() => way.source(new AbortController().signal))).resolves.toMatchObject({
      code: 'AUTH_ROLE',
      candidates: [ANALYST, ADMIN],
    });
    way.close();
  });

  it('refuses a wrong password, which goes there once', async () => {
    const before = posts();
    const way = await opened(text('ana', '', 'wrong'));
    const error = await thrownBy(() => way.source(new AbortController().signal));
    expect(error.code).toBe('AUTH_REFUSED');
    expect(posts() - before).toBe(1);
    way.close();
  });
});

function posts(): number {
  return peer?.requests.filter(({ method }) => method === 'POST').length ?? 0;
}
