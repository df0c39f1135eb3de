import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { NegotiatorFor } from '../../../src/core/ports.ts';
import type { ConnectionObject } from '../../../src/connstring/entries.ts';
import { format } from '../../../src/connstring/format.ts';
import { connect, type ConnectOptions } from '../../../src/host/node/connect.ts';
import { startDynalite } from '../../doubles/dynalite.ts';
import type { HttpsRequest } from '../../doubles/https-server.ts';
import { fakePorts } from '../../doubles/ports.ts';
import { toFields, startSts, stsCredentials } from '../../doubles/sts.ts';
import { startWorld } from '../../support/world.ts';

/** One person at one machine, who may sign in again and again. */
export interface Person {
  readonly options: ConnectOptions;
  /** What was told, news and warnings. */
  readonly told: string[];
  /** What was asked. */
  readonly asked: string[];
}

/** What a person is like. */
export interface PersonWords {
  /** What is answered to each question, one after the other; absent: nobody listens. */
  readonly answers?: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
  /** Files with bytes, by path. */
  readonly bytes?: ReadonlyMap<string, Buffer>;
  readonly negotiatorFor?: NegotiatorFor;
}

/** A provider as it looks from outside. */
export interface ProviderDouble {
  readonly origin: string;
  readonly requests: readonly HttpsRequest[];
}

/** Everything behind a sign-in: STS, and DynamoDB with a table of two rows. */
export interface Place extends AsyncDisposable {
  readonly sts: string;
  readonly dynamodb: string;
  /** Connects by that string and reads the table. */
  rowsFor(properties: ConnectionObject, someone?: Person): Promise<readonly object[]>;
  /** What STS was asked for. */
  asked(): readonly Record<string, string>[];
  /**
   * Where anything went that has no business there: a server that is none of the three, or a secret at one that need
   * not know it.
   */
  strays(provider: ProviderDouble, secrets: readonly string[]): readonly string[];
  /** Forgets all requests, before another test. */
  forget(): void;
}

export const ROWS = [{ id: 'a' }, { id: 'b' }];

/** A person with a clock that runs, since providers have one. */
export function person({ answers, files = {}, bytes, negotiatorFor }: PersonWords = {}): Person {
  const told: string[] = [];
  const asked: string[] = [];
  const ports = {
    ...fakePorts({ files, vault: new Map<string, string>() }),
    now: () => Date.now(),
    ...(bytes === undefined ? {} : { readBytes: async (path: string) => bytes.get(path) }),
    ...(negotiatorFor === undefined ? {} : { negotiatorFor }),
  };
  const tell = (line: string): void => void told.push(line);
  const onPrompt = async ({ message }: { readonly message: string }): Promise<string> =>
    answers?.[asked.push(message) - 1] ?? '';
  const listeners = { onNotice: tell, onWarning: tell, ...(answers === undefined ? {} : { onPrompt }) };
  return { options: { ports, ...listeners }, told, asked };
}

/** Starts the servers that all sign-ins of a suite share. */
export async function openPlace(): Promise<Place> {
  const dynamo: string[] = [];
  const contacted = contacts();
  const sts = await startSts((body) =>
    stsCredentials(new URLSearchParams(body).get('Action') ?? '', 'ASIAOFTHEROLE0000'),
  );
  const world = await startWorld(
    await startDynalite((request) => {
      const { 'x-amz-security-token': _, ...headers } = request.headers;
      request.on('data', (chunk: Buffer) => void dynamo.push(chunk.toString()));
      dynamo.push(`${request.url} ${JSON.stringify(headers)}`);
    }),
  );
  await world.add({ name: 'orders', key: ['id:S'], items: ROWS.map(({ id }) => ({ id: { S: id } })) });
  return {
    sts: sts.endpoint,
    dynamodb: world.endpoint,
    async rowsFor(properties, { options } = person()) {
      const doubles = { AWSRegion: 'eu-west-1', STSEndpoint: sts.endpoint, Endpoint: world.endpoint };
      await using connection = await connect(format({ ...doubles, ...properties }), options);
      const { rows } = await connection.query("SELECT id FROM orders WHERE id IN ('a', 'b') ORDER BY id");
      return rows;
    },
    asked: () => sts.requests.map(toFields),
    strays(provider, secrets) {
      const known = new Set(
        [sts.endpoint, world.endpoint, provider.origin].map((address) => new URL(address).host),
      );
      const elsewhere = contacted.hosts().filter((host) => !known.has(host));
      const assertions = sts.requests.flatMap((request) => toFields(request)['SAMLAssertion'] ?? []);
      const atSts = sts.requests.map(({ body, headers }) => `${body} ${JSON.stringify(headers)}`);
      const atDynamo = dynamo.join('\n');
      return [
        ...elsewhere.map((host) => `something went to ${host}`),
        ...found(secrets, atSts.join('\n')).map((secret) => `${secret} went to STS`),
        ...found([...secrets, ...assertions], atDynamo).map((secret) => `${secret} went to DynamoDB`),
      ];
    },
    forget() {
      contacted.clear();
      sts.requests.length = 0;
      dynamo.length = 0;
    },
    async [Symbol.asyncDispose]() {
      contacted.end();
      await sts[Symbol.asyncDispose]();
      await world.close();
    },
  };
}

/** The secrets that stand in the text, in any of the forms in which they are sent. */
function found(secrets: readonly string[], text: string): readonly string[] {
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

/** Which servers this process has called, by name and port. */
function contacts(): { hosts(): readonly string[]; clear(): void; end(): void } {
  const hosts = new Set<string>();
  const hear = (message: unknown): void => {
    const { host } = Object(Object(message).connectParams);
    hosts.add(String(host));
  };
  subscribe('undici:client:beforeConnect', hear);
  return {
    hosts: () => [...hosts],
    clear: () => hosts.clear(),
    end: () => void unsubscribe('undici:client:beforeConnect', hear),
  };
}
