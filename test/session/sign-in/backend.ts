import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { NegotiatorFor } from '../../../src/core/ports.ts';
import type { ConnectionObject } from '../../../src/connstring/entries.ts';
import { format } from '../../../src/connstring/format.ts';
import { connect, type ConnectOptions } from '../../../src/host/node/connect.ts';
import { startDynalite } from '../../doubles/dynalite.ts';
import type { HttpsRequest } from '../../doubles/https-server.ts';
import { fakePorts } from '../../doubles/ports.ts';
import { toFields, startSts, stsCredentials } from '../../doubles/sts.ts';
import { startTestDatabase } from '../../support/test-database.ts';

/** The ports of one user, for one or several sign-ins. */
export interface TestUser {
  readonly options: ConnectOptions;
  /** All notices and warnings. */
  readonly messages: string[];
  /** The messages of all prompts. */
  readonly prompts: string[];
}

export interface TestUserSetup {
  /** The answers to prompts, in order; absent: prompting is not possible. */
  readonly answers?: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
  /** Binary files by path. */
  readonly bytes?: ReadonlyMap<string, Buffer>;
  readonly negotiatorFor?: NegotiatorFor;
}

/** The part of an identity provider that the backend needs to know. */
export interface ProviderDouble {
  readonly origin: string;
  readonly requests: readonly HttpsRequest[];
}

/** STS, and DynamoDB with a table of two rows. */
export interface SignInBackend extends AsyncDisposable {
  readonly sts: string;
  readonly dynamodb: string;
  /** Connects with these properties and reads the table. */
  queryRows(properties: ConnectionObject, user?: TestUser): Promise<readonly object[]>;
  /** The form fields of all STS requests. */
  stsRequests(): readonly Record<string, string>[];
  /** Connections to any other server, and secrets that were sent to STS or DynamoDB. */
  findLeaks(provider: ProviderDouble, secrets: readonly string[]): readonly string[];
  /** Clears all recorded requests before the next test. */
  reset(): void;
}

export const ROWS = [{ id: 'a' }, { id: 'b' }];

/** A user with the real clock, which the providers also use. */
export function createUser({ answers, files = {}, bytes, negotiatorFor }: TestUserSetup = {}): TestUser {
  const messages: string[] = [];
  const prompts: string[] = [];
  const fake = fakePorts({ files, vault: new Map<string, string>() });
  const start = fake.now();
  const ports = {
    ...fake,
    now: () => Date.now() + fake.now() - start,
    ...(bytes === undefined ? {} : { readBytes: async (path: string) => bytes.get(path) }),
    ...(negotiatorFor === undefined ? {} : { negotiatorFor }),
  };
  const record = (line: string): void => void messages.push(line);
  const onPrompt = async ({ message }: { readonly message: string }): Promise<string> =>
    answers?.[prompts.push(message) - 1] ?? '';
  const listeners = { onNotice: record, onWarning: record, ...(answers === undefined ? {} : { onPrompt }) };
  return { options: { ports, ...listeners }, messages, prompts };
}

/** Starts the servers that the tests of a suite share. */
export async function startSignInBackend(): Promise<SignInBackend> {
  const dynamo: string[] = [];
  const hosts = recordHosts();
  const sts = await startSts((body) =>
    stsCredentials(new URLSearchParams(body).get('Action') ?? '', 'ASIAOFTHEROLE0000'),
  );
  const database = await startTestDatabase(
    await startDynalite((request) => {
      const { 'x-amz-security-token': _, ...headers } = request.headers;
      request.on('data', (chunk: Buffer) => void dynamo.push(chunk.toString()));
      dynamo.push(`${request.url} ${JSON.stringify(headers)}`);
    }),
  );
  await database.add({ name: 'orders', key: ['id:S'], items: ROWS.map(({ id }) => ({ id: { S: id } })) });
  return {
    sts: sts.endpoint,
    dynamodb: database.endpoint,
    async queryRows(properties, { options } = createUser()) {
      const doubles = { AWSRegion: 'eu-west-1', STSEndpoint: sts.endpoint, Endpoint: database.endpoint };
      await using connection = await connect(format({ ...doubles, ...properties }), options);
      const { rows } = await connection.query("SELECT id FROM orders WHERE id IN ('a', 'b') ORDER BY id");
      return rows;
    },
    stsRequests: () => sts.requests.map(toFields),
    findLeaks(provider, secrets) {
      const known = new Set(
        [sts.endpoint, database.endpoint, provider.origin].map((address) => new URL(address).host),
      );
      const elsewhere = hosts.list().filter((host) => !known.has(host));
      const assertions = sts.requests.flatMap((request) => toFields(request)['SAMLAssertion'] ?? []);
      const atSts = sts.requests.map(({ body, headers }) => `${body} ${JSON.stringify(headers)}`);
      const atDynamo = dynamo.join('\n');
      return [
        ...elsewhere.map((host) => `a connection to ${host}`),
        ...findSecrets(secrets, atSts.join('\n')).map((secret) => `${secret} was sent to STS`),
        ...findSecrets([...secrets, ...assertions], atDynamo).map(
          (secret) => `${secret} was sent to DynamoDB`,
        ),
      ];
    },
    reset() {
      hosts.clear();
      sts.requests.length = 0;
      dynamo.length = 0;
    },
    async [Symbol.asyncDispose]() {
      hosts.end();
      await sts[Symbol.asyncDispose]();
      await database.close();
    },
  };
}

/** The secrets that the text contains in any encoding. */
function findSecrets(secrets: readonly string[], text: string): readonly string[] {
  return secrets.filter((secret) =>
    [
      secret,
      encodeURIComponent(secret),
      new URLSearchParams({ secret }).toString().slice('secret='.length),
      JSON.stringify(secret).slice(1, -1),
      Buffer.from(secret).toString('base64').replace(/=+$/, ''),
    ].some((form) => text.includes(form)),
  );
}

/** Records the hosts, with ports, that this process connects to. */
function recordHosts(): { list(): readonly string[]; clear(): void; end(): void } {
  const hosts = new Set<string>();
  const record = (message: unknown): void => {
    const { host } = Object(Object(message).connectParams);
    hosts.add(String(host));
  };
  subscribe('undici:client:beforeConnect', record);
  return {
    list: () => [...hosts],
    clear: () => hosts.clear(),
    end: () => void unsubscribe('undici:client:beforeConnect', record),
  };
}
