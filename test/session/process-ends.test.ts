import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { serviceError, startHttpDouble } from '../doubles/dynamodb-http.ts';
import { startJsonServer } from '../doubles/json-server.ts';
import { listenOnNewPort } from '../doubles/new-port.ts';
import { PASSWORD, startOkta, USER } from '../doubles/okta.ts';
import { toPage, serveTable } from '../doubles/served-table.ts';
import { startSts, stsCredentials } from '../doubles/sts.ts';
import { type BundledDriver, bundleDriver } from '../support/bundled-driver.ts';
import { testAuthority } from '../support/certificates.ts';
import { samlResponse } from '../support/saml-response.ts';
import { startTestDatabase, type TestDatabase } from '../support/test-database.ts';

const PATHS = [
  ['direct', 'SELECT id FROM things'],
  ['engine', 'SELECT id FROM things ORDER BY id'],
] as const;

let driver: BundledDriver;
beforeAll(async () => {
  driver = await bundleDriver();
});
afterAll(async () => {
  await driver[Symbol.asyncDispose]();
});

/** What the programs below call. The timer fires only if something keeps the process alive. */
const PRELUDE = `
  const [, string, sql] = process.argv;
  const statementStarted = () => once(process, 'message');
  const getCode = (work) => work.then(() => 'none', (error) => error.code);
  const print = (value) => {
    console.log(String(value));
    const exit = () => {
      console.log('kept alive by', process.getActiveResourcesInfo());
      process.exit(1);
    };
    setTimeout(exit, 10_000).unref();
  };
`;

interface Program {
  /** What it printed, after it ended without being stopped. */
  readonly output: Promise<string>;
  /** Tells the program that its statement has started. */
  readonly notify: () => void;
}

function run(program: string, ...args: readonly string[]): Program {
  const imports = `
    import { once } from 'node:events';
    import { connect } from ${JSON.stringify(driver.url)};`;
  const node = ['--input-type=module', '--eval', imports + PRELUDE + program, '--', ...args];
  const child = spawn(process.execPath, node, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  const chunks: Buffer[] = [];
  const errors: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => errors.push(chunk));
  const output = once(child, 'close').then(([status]) => {
    if (status !== 0)
      throw new Error(`it ended with ${status}: ${Buffer.concat([...chunks, ...errors]).toString()}`);
    return Buffer.concat(chunks).toString().trim();
  });
  return { output, notify: () => void (child.connected && child.send('started')) };
}

/** Serves one page of a table and no response to the second request, of which the program is notified. */
async function serveOnePage(): Promise<{
  run(program: string, sql: string, properties?: string): Promise<string>;
  [Symbol.asyncDispose](): Promise<void>;
}> {
  let notifyProgram: (() => void) | undefined;
  const table = await serveTable((at) => {
    if (at === 0) return toPage(['a'], true);
    notifyProgram?.();
    return 'hang';
  });
  return {
    run(program, sql, properties) {
      const { output, notify } = run(program, table.string(properties), sql);
      notifyProgram = notify;
      return output;
    },
    [Symbol.asyncDispose]: () => table.close(),
  };
}

describe.each(PATHS)('a program exits on the %s path', (_, sql) => {
  it.each([
    ['after a query', 'print((await db.query(sql)).rows.length)', '3'],
    [
      'after leaving a stream early',
      'for await (const { id } of await db.stream(sql)) { print(id); break; }',
      'a',
    ],
    [
      'after reading from a stream that it does not close',
      'print((await (await db.stream(sql))[Symbol.asyncIterator]().next()).value.id)',
      'a',
    ],
  ])('%s', async (_when, program, expected) => {
    await using table = await serveTable((at) => toPage([['a', 'b', 'c'][at] ?? ''], at < 2));
    const text = `const db = await connect(string); ${program}; await db.close();`;
    expect(await run(text, table.string(), sql).output).toBe(expected);
  });

  it('without closing its connection', async () => {
    await using table = await serveTable(() => toPage(['a']));
    const text = 'print((await (await connect(string)).query(sql)).rows.length)';
    expect(await run(text, table.string(), sql).output).toBe('1');
  });

  it('after cancelling a query', async () => {
    await using table = await serveOnePage();
    const text = `
      const db = await connect(string);
      const stop = new AbortController();
      const code = getCode(db.query(sql, [], { signal: stop.signal }));
      await statementStarted();
      stop.abort();
      print(await code);
      await db.close();`;
    expect(await table.run(text, sql)).toBe('EXEC_CANCELLED');
  });

  it('after closing its connection while a statement runs', async () => {
    await using table = await serveOnePage();
    const text = `
      const db = await connect(string);
      const code = getCode(db.query(sql));
      await statementStarted();
      await db.close();
      print(await code);`;
    expect(await table.run(text, sql)).toBe('CONN_CLOSED');
  });

  it('after a statement timeout', async () => {
    await using table = await serveOnePage();
    const text = `
      const db = await connect(string);
      print(await getCode(db.query(sql)));
      await db.close();`;
    expect(await table.run(text, sql, 'StatementTimeout=1')).toBe('EXEC_TIMEOUT');
  });
});

describe('a program that writes exits', () => {
  let database: TestDatabase;
  let folder: string;
  beforeAll(async () => {
    database = await startTestDatabase();
    await database.add({ name: 'things', key: ['id:S'], items: [{ id: { S: 'a' } }, { id: { S: 'b' } }] });
    folder = await mkdtemp(join(tmpdir(), 'dynadbc-ends-'));
  });
  afterAll(async () => {
    await database.close();
    await rm(folder, { recursive: true });
  });

  it.each([
    ['after one statement', 'db.query(sql)', 'none'],
    // The emulator has no transactions.
    ['after a refused transaction', 'db.transaction((inside) => inside.query(sql))', 'DYNAMO_REFUSED'],
  ])('%s', async (_, work, code) => {
    const text = `const db = await connect(string); print(await getCode(${work})); await db.close();`;
    const sql = "UPDATE things SET n = 1 WHERE id = 'a'";
    expect(await run(text, database.string(), sql).output).toBe(code);
  });

  it('after writing a file', async () => {
    const file = join(folder, 'things.parquet');
    const text = 'const db = await connect(string); print((await db.query(sql)).rowCount); await db.close();';
    const sql = `COPY things TO '${file}' (FORMAT parquet)`;
    expect(await run(text, database.string('AllowFiles=true'), sql).output).toBe('2');
  });
});

describe('a program exits', () => {
  const CLOSING = `
    const db = await connect(string);
    const code = getCode(db.query('SELECT id FROM things'));
    await statementStarted();
    await db.close();
    print(await code);`;

  let silent: Server;
  let port: number;
  let called: () => void;
  const callers = new Set<Socket>();
  beforeAll(async () => {
    silent = createServer((socket) => {
      callers.add(socket);
      called();
    });
    port = await listenOnNewPort(silent);
  });
  afterAll(async () => {
    for (const caller of callers) caller.destroy();
    silent.close();
    await once(silent, 'close');
  });

  const KEYS = 'AWSAccessKey=AKIDTEST;AWSSecretKey=x;AWSRegion=us-east-1;TypeDetectionScheme=None;';
  const ROLE = 'AWSRoleARN=arn:aws:iam::123456789012:role/Reader;';
  it.each([
    ['a server that does not respond', (at: string) => `${KEYS}Endpoint=https://${at};`],
    [
      'a server with SSLServerCert that does not respond',
      (at: string) => `${KEYS}Endpoint=https://${at};SSLServerCert=*;`,
    ],
    [
      'a proxy that does not respond',
      () => `${KEYS}Endpoint=https://dynamodb.test;ProxyServer=127.0.0.1;ProxyPort=${port};`,
    ],
    [
      'an STS that does not respond',
      (at: string) => `${KEYS}AuthScheme=AwsIAMRoles;${ROLE}STSEndpoint=https://${at};`,
    ],
  ])('after closing its connection while it calls %s', async (_, stringTo) => {
    const { output, notify } = run(CLOSING, stringTo(`127.0.0.1:${port}`));
    called = notify;
    expect(await output).toBe('CONN_CLOSED');
  });

  it.each([
    ['a description', startHttpDouble],
    ['a page', serveTable],
  ])(
    'after closing its connection while a throttled request for %s waits to be repeated',
    async (_, start) => {
      let throttled: (() => void) | undefined;
      await using double = await start(() => {
        throttled?.();
        return serviceError('ThrottlingException', 'slow down');
      });
      const { output, notify } = run(
        CLOSING,
        `${KEYS}Endpoint=${double.endpoint};RetryWaitTime=100000;RetryJitter=false;`,
      );
      throttled = notify;
      expect(await output).toBe('CONN_CLOSED');
    },
  );

  it('after a sign-in that failed', async () => {
    await using sts = await startJsonServer(() => ({
      status: 403,
      body: '<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>',
    }));
    const text = `const db = await connect(string); print(await getCode(db.query('SELECT id FROM things'))); await db.close();`;
    const string = `${KEYS}AuthScheme=AwsIAMRoles;${ROLE}STSEndpoint=${sts.endpoint};`;
    expect(await run(text, string).output).toMatch(/^AUTH_/);
    expect(sts.requests).not.toEqual([]);
  });

  it('only after the retries of a sign-in', async () => {
    await using sts = await startJsonServer(() => ({ status: 503, body: 'unavailable' }));
    const text = `const db = await connect(string); print(await getCode(db.query('SELECT id FROM things'))); await db.close();`;
    const string = `${KEYS}AuthScheme=AwsIAMRoles;${ROLE}STSEndpoint=${sts.endpoint};`;
    expect(await run(text, string).output).toBe('AUTH_UNAVAILABLE');
    expect(sts.requests.length).toBeGreaterThan(1);
  });

  it('after a connection that could not be opened', async () => {
    const text = 'print(await getCode(connect(string)))';
    const string = `${KEYS}Endpoint=http://127.0.0.1:9;MaximumRequestRetries=0;ConnectOnOpen=true;`;
    expect(await run(text, string).output).toBe('CONN_NETWORK');
  });
});

const authority = testAuthority();
const withTls = 'skipped' in authority ? describe.skip : describe;
const { ca, server: pair } = 'skipped' in authority ? { ca: '', server: { key: '', cert: '' } } : authority;
withTls('a program exits after a sign-in to Okta', () => {
  it.each([
    ['succeeded', PASSWORD, 'none'],
    ['was refused', 'guessed', 'AUTH_REFUSED'],
  ])('that %s', async (_, password, code) => {
    const roles = ['arn:aws:iam::123456789012:role/Okta_SSO,arn:aws:iam::123456789012:saml-provider/Okta'];
    await using okta = await startOkta(pair, { samlResponse: samlResponse({ roles }) });
    await using sts = await startSts((body) =>
      stsCredentials(new URLSearchParams(body).get('Action') ?? '', 'ASIAOFTHEROLE0000'),
    );
    await using table = await serveTable(() => toPage(['a']));
    const properties = {
      AuthScheme: 'Okta',
      User: USER,
      Password: password,
      SSOLoginURL: okta.loginUrl,
      SSLServerCert: ca,
      AWSRegion: 'eu-west-1',
      STSEndpoint: sts.endpoint,
      Endpoint: table.endpoint,
    };
    const text = `
      const db = await connect(JSON.parse(string), { trusted: true });
      print(await getCode(db.query('SELECT id FROM things')));
      await db.close();`;
    expect(await run(text, JSON.stringify(properties)).output).toBe(code);
  });
});
