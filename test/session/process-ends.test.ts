import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { serviceError, startHttpDouble } from '../doubles/dynamodb-http.ts';
import { listen } from '../doubles/json-server.ts';
import { listenOnNewPort } from '../doubles/new-port.ts';
import { PASSWORD, startOkta, USER } from '../doubles/okta.ts';
import { pageOf, serveTable } from '../doubles/served-table.ts';
import { startSts, stsCredentials } from '../doubles/sts.ts';
import { testAuthority } from '../support/certificates.ts';
import { samlResponse } from '../support/saml-response.ts';
import { startWorld, type World } from '../support/world.ts';

const PATHS = [
  ['direct', 'SELECT id FROM things'],
  ['engine', 'SELECT id FROM things ORDER BY id'],
] as const;

/** What programs below have at hand. The last timer fires only where something else keeps the process alive. */
const PRELUDE = `
  import { once } from 'node:events';
  import { connect } from ${JSON.stringify(new URL('../../src/index.ts', import.meta.url))};
  const [, string, sql] = process.argv;
  const underWay = () => once(process, 'message');
  const codeOf = (work) => work.then(() => 'none', (error) => error.code);
  const tell = (word) => {
    console.log(String(word));
    const held = () => console.log('kept alive by', process.getActiveResourcesInfo());
    setTimeout(() => process.exit(held() ?? 1), 10_000).unref();
  };
`;

interface Program {
  /** What it prints, once it came to its end without anybody's help. */
  readonly told: Promise<string>;
  /** Tells it that its statement is under way. */
  readonly go: () => void;
}

function run(program: string, ...args: readonly string[]): Program {
  const node = ['--import', 'tsx', '--input-type=module', '--eval', PRELUDE + program, '--', ...args];
  const child = spawn(process.execPath, node, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  const chunks: Buffer[] = [];
  const errors: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => errors.push(chunk));
  const told = once(child, 'close').then(([status]) => {
    if (status !== 0)
      throw new Error(`It ended with ${status}: ${Buffer.concat([...chunks, ...errors]).toString()}`);
    return Buffer.concat(chunks).toString().trim();
  });
  return { told, go: () => void (child.connected && child.send('go')) };
}

/** The table's first page, then silence, of which the program is told. */
async function serveSilence(): Promise<{
  run(program: string, sql: string, properties?: string): Promise<string>;
  [Symbol.asyncDispose](): Promise<void>;
}> {
  let heard: (() => void) | undefined;
  const table = await serveTable((at) => {
    if (at === 0) return pageOf(['a'], true);
    heard?.();
    return 'hang';
  });
  return {
    run(program, sql, properties) {
      const { told, go } = run(program, table.string(properties), sql);
      heard = go;
      return told;
    },
    [Symbol.asyncDispose]: () => table.close(),
  };
}

describe.each(PATHS)('a program ends by itself on the %s path', (_, sql) => {
  it.each([
    ['after a query', 'tell((await db.query(sql)).rows.length)', '3'],
    [
      'after a stream left early',
      'for await (const { id } of await db.stream(sql)) { tell(id); break; }',
      'a',
    ],
    [
      'after a stream that it forgot to close',
      'tell((await (await db.stream(sql))[Symbol.asyncIterator]().next()).value.id)',
      'a',
    ],
  ])('%s', async (_when, program, told) => {
    await using table = await serveTable((at) => pageOf([['a', 'b', 'c'][at] ?? ''], at < 2));
    const text = `const db = await connect(string); ${program}; await db.close();`;
    expect(await run(text, table.string(), sql).told).toBe(told);
  });

  it('though it never closes its connection', async () => {
    await using table = await serveTable(() => pageOf(['a']));
    const text = 'tell((await (await connect(string)).query(sql)).rows.length)';
    expect(await run(text, table.string(), sql).told).toBe('1');
  });

  it('after a query that it cancelled', async () => {
    await using table = await serveSilence();
    const text = `
      const db = await connect(string);
      const stop = new AbortController();
      const code = codeOf(db.query(sql, [], { signal: stop.signal }));
      await underWay();
      stop.abort();
      tell(await code);
      await db.close();`;
    expect(await table.run(text, sql)).toBe('EXEC_CANCELLED');
  });

  it('after closing its connection while a statement runs', async () => {
    await using table = await serveSilence();
    const text = `
      const db = await connect(string);
      const code = codeOf(db.query(sql));
      await underWay();
      await db.close();
      tell(await code);`;
    expect(await table.run(text, sql)).toBe('CONN_CLOSED');
  });

  it('after a statement that took too long', async () => {
    await using table = await serveSilence();
    const text = `
      const db = await connect(string);
      tell(await codeOf(db.query(sql)));
      await db.close();`;
    expect(await table.run(text, sql, 'StatementTimeout=1')).toBe('EXEC_TIMEOUT');
  });
});

describe('a program that writes ends by itself', () => {
  let world: World;
  let folder: string;
  beforeAll(async () => {
    world = await startWorld();
    await world.add({ name: 'things', key: ['id:S'], items: [{ id: { S: 'a' } }, { id: { S: 'b' } }] });
    folder = await mkdtemp(join(tmpdir(), 'dynadbc-ends-'));
  });
  afterAll(async () => {
    await world.close();
    await rm(folder, { recursive: true });
  });

  it.each([
    ['by one statement', 'db.query(sql)', 'none'],
    // The emulator has no transactions.
    ['in a transaction that is refused', 'db.transaction((inside) => inside.query(sql))', 'DYNAMO_REFUSED'],
  ])('%s', async (_, work, code) => {
    const text = `const db = await connect(string); tell(await codeOf(${work})); await db.close();`;
    const sql = "UPDATE things SET n = 1 WHERE id = 'a'";
    expect(await run(text, world.string(), sql).told).toBe(code);
  });

  it('to a file', async () => {
    const file = join(folder, 'things.parquet');
    const text = 'const db = await connect(string); tell((await db.query(sql)).rowCount); await db.close();';
    const sql = `COPY things TO '${file}' (FORMAT parquet)`;
    expect(await run(text, world.string('AllowFiles=true'), sql).told).toBe('2');
  });
});

describe('a program ends by itself', () => {
  const CLOSING = `
    const db = await connect(string);
    const code = codeOf(db.query('SELECT id FROM things'));
    await underWay();
    await db.close();
    tell(await code);`;

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
    ['a server that says nothing', (at: string) => `${KEYS}Endpoint=https://${at};`],
    ['one whose certificate is its own', (at: string) => `${KEYS}Endpoint=https://${at};SSLServerCert=*;`],
    [
      'a proxy that says nothing',
      () => `${KEYS}Endpoint=https://dynamodb.test;ProxyServer=127.0.0.1;ProxyPort=${port};`,
    ],
    [
      'an STS that says nothing',
      (at: string) => `${KEYS}AuthScheme=AwsIAMRoles;${ROLE}STSEndpoint=https://${at};`,
    ],
  ])('after closing its connection while it calls %s', async (_, stringTo) => {
    const { told, go } = run(CLOSING, stringTo(`127.0.0.1:${port}`));
    called = go;
    expect(await told).toBe('CONN_CLOSED');
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
      const { told, go } = run(
        CLOSING,
        `${KEYS}Endpoint=${double.endpoint};RetryWaitTime=100000;RetryJitter=false;`,
      );
      throttled = go;
      expect(await told).toBe('CONN_CLOSED');
    },
  );

  it('after a sign-in that failed', async () => {
    await using sts = await listen(() => ({
      status: 403,
      body: '<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>',
    }));
    const text = `const db = await connect(string); tell(await codeOf(db.query('SELECT id FROM things'))); await db.close();`;
    const string = `${KEYS}AuthScheme=AwsIAMRoles;${ROLE}STSEndpoint=${sts.endpoint};`;
    expect(await run(text, string).told).toMatch(/^AUTH_/);
    expect(sts.heard).not.toEqual([]);
  });

  it('after a connection that could not be opened', async () => {
    const text = 'tell(await codeOf(connect(string)))';
    const string = `${KEYS}Endpoint=http://127.0.0.1:9;MaximumRequestRetries=0;ConnectOnOpen=true;`;
    expect(await run(text, string).told).toBe('CONN_NETWORK');
  });
});

const authority = testAuthority();
const withTls = 'skipped' in authority ? describe.skip : describe;
const { ca, server: pair } = 'skipped' in authority ? { ca: '', server: { key: '', cert: '' } } : authority;
withTls('a program ends by itself after a sign-in to Okta', () => {
  it.each([
    ['taken', PASSWORD, 'none'],
    ['refused', 'guessed', 'AUTH_REFUSED'],
  ])('that was %s', async (_, password, code) => {
    const roles = ['arn:aws:iam::123456789012:role/Okta_SSO,arn:aws:iam::123456789012:saml-provider/Okta'];
    await using okta = await startOkta(pair, { samlResponse: samlResponse({ roles }) });
    await using sts = await startSts((body) =>
      stsCredentials(new URLSearchParams(body).get('Action') ?? '', 'ASIAOFTHEROLE0000'),
    );
    await using table = await serveTable(() => pageOf(['a']));
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
      tell(await codeOf(db.query('SELECT id FROM things')));
      await db.close();`;
    expect(await run(text, JSON.stringify(properties)).told).toBe(code);
  });
});
