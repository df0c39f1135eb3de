import { describe, expect, it } from '@jest/globals';
import { connect } from '../../src/host/node/connect.ts';
import {
  type HttpDouble,
  type DynamoRequest,
  type Reply,
  serviceError,
  startHttpDouble,
} from '../doubles/dynamodb-http.ts';
import { fakePorts } from '../doubles/ports.ts';
import { type StsDouble, startSts, stsCredentials } from '../doubles/sts.ts';
import { collectOutput } from '../support/collect-output.ts';
import { thrownBy } from '../support/thrown.ts';

const ROLE = 'arn:aws:iam::123456789012:role/Analyst';
const PAGES = 6;
const PAGE = 10;

const listed: Reply = { body: JSON.stringify({ TableNames: ['Things'] }) };
const described: Reply = {
  body: JSON.stringify({
    Table: {
      TableName: 'Things',
      TableStatus: 'ACTIVE',
      ItemCount: PAGES * PAGE,
      TableSizeBytes: 1000,
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'N' }],
    },
  }),
};

/** Responds to requests about the table, which precede all reads. */
function describeTables({ operation }: DynamoRequest): Reply | undefined {
  if (operation === 'ListTables') return listed;
  return operation === 'DescribeTable' ? described : undefined;
}

/** Creates the page after a key. */
function createPage(input: DynamoRequest['input']): Reply {
  const from = Number(JSON.parse(JSON.stringify(input))['ExclusiveStartKey']?.id?.N ?? 0);
  const ids = Array.from({ length: PAGE }, (_, i) => from + i + 1);
  const last = ids.at(-1);
  const more = last === PAGES * PAGE ? {} : { LastEvaluatedKey: { id: { N: String(last) } } };
  const items = ids.map((id) => ({ id: { N: String(id) } }));
  return { body: JSON.stringify({ Items: items, Count: PAGE, ScannedCount: PAGE, ...more }) };
}

const getAccessKey = ({ headers }: DynamoRequest): string =>
  /Credential=(\w+)/.exec(headers.authorization ?? '')?.[1] ?? '';
const expired = serviceError(
  'ExpiredTokenException',
  'The security token included in the request is expired',
);

function connection(
  sts: StsDouble,
  dynamo: HttpDouble,
  role = `AuthScheme=AwsIAMRoles;AWSRoleARN=${ROLE};`,
): string {
  return (
    `${role}AWSAccessKey=AKIA;AWSSecretKey=CANARY;AWSRegion=Ireland;STSEndpoint=${sts.endpoint};` +
    `Endpoint=${dynamo.endpoint};TypeDetectionScheme=None`
  );
}

/** Starts an STS that issues the sessions ASIA1, ASIA2, … */
function startRoles(): Promise<StsDouble> {
  let sessions = 0;
  return startSts(() => {
    sessions += 1;
    return stsCredentials('AssumeRole', `ASIA${sessions}`);
  });
}

describe('a query whose credentials expire while it runs', () => {
  it('continues with new ones, and neither loses nor repeats a row', async () => {
    await using sts = await startRoles();
    let scans = 0;
    await using dynamo = await startHttpDouble((received) => {
      const about = describeTables(received);
      if (about !== undefined) return about;
      scans += 1;
      return scans === 3 ? expired : createPage(received.input);
    });
    await using db = await connect(connection(sts, dynamo), { ports: fakePorts() });
    const { rows } = await db.query<[number]>('SELECT id FROM "Things"', [], { rowMode: 'array' });
    expect(rows.map(([id]) => id)).toEqual(Array.from({ length: PAGES * PAGE }, (_, i) => i + 1));
    expect(sts.requests).toHaveLength(2);
    const sent = dynamo.requests.filter(({ operation }) => operation === 'Scan');
    expect(sent.map(getAccessKey)).toEqual(['ASIA1', 'ASIA1', 'ASIA1', 'ASIA2', 'ASIA2', 'ASIA2', 'ASIA2']);
    expect(sent[3]?.input['ExclusiveStartKey']).toEqual(sent[2]?.input['ExclusiveStartKey']);
    expect(dynamo.violations).toEqual([]);
  });

  it('renews them once for all requests that run at the same time', async () => {
    await using sts = await startRoles();
    await using dynamo = await startHttpDouble(async (received) => {
      const about = describeTables(received);
      if (about !== undefined) return about;
      // Several requests use the same credentials.
      await new Promise((resolve) => setTimeout(resolve, 20));
      return getAccessKey(received) === 'ASIA1' ? expired : createPage(received.input);
    });
    await using db = await connect(connection(sts, dynamo), { ports: fakePorts() });
    const answers = await Promise.all(Array.from({ length: 5 }, () => db.query('SELECT id FROM "Things"')));
    expect(answers.map(({ rowCount }) => rowCount)).toEqual(answers.map(() => PAGES * PAGE));
    expect(sts.requests).toHaveLength(2);
  });

  it('fails if the new ones are refused, too', async () => {
    await using sts = await startRoles();
    await using dynamo = await startHttpDouble((received) => describeTables(received) ?? expired);
    await using db = await connect(connection(sts, dynamo), { ports: fakePorts() });
    const error = await thrownBy(() => db.query('SELECT id FROM "Things"'));
    expect(error.code).toBe('AUTH_EXPIRED');
    expect(sts.requests).toHaveLength(2);
    expect(collectOutput(error)).not.toContain('CANARY');
  });

  it('fails immediately if the credentials cannot be renewed', async () => {
    await using sts = await startRoles();
    await using dynamo = await startHttpDouble(() => expired);
    const text = connection(sts, dynamo, 'AWSSessionToken=CANARY;');
    await using db = await connect(text, { ports: fakePorts() });
    expect((await thrownBy(() => db.query('SELECT id FROM "Things"'))).code).toBe('AUTH_EXPIRED');
    expect(new Set(dynamo.requests.map(getAccessKey))).toEqual(new Set(['AKIA']));
    expect(sts.requests).toEqual([]);
  });

  it("prompts for a code through the connection's callback", async () => {
    await using sts = await startSts(() => stsCredentials('GetSessionToken', 'ASIA1'));
    await using dynamo = await startHttpDouble(() => listed);
    const text = `${connection(sts, dynamo, 'AuthScheme=AwsMFA;')};MFASerialNumber=GAHT12345678;ConnectOnOpen=true`;
    const asked: string[] = [];
    const onPrompt = async ({ message }: { readonly message: string }): Promise<string> => {
      asked.push(message);
      return '424242';
    };
    const db = await connect(text, { ports: fakePorts(), onPrompt });
    await db.close();
    expect(asked).toEqual(['Enter MFA code for GAHT12345678']);
  });
});

describe('a load whose credentials expire while it runs', () => {
  it.each([
    ['item by item', '', 'PutItem', 40],
    ['in batches', 'UseBatchWriteItemOperation=true', 'BatchWriteItem', 4],
  ])('continues with new ones and writes every row once: %s', async (_, properties, operation, requests) => {
    await using sts = await startRoles();
    let writes = 0;
    const written: string[] = [];
    await using dynamo = await startHttpDouble((received) => {
      const about = describeTables(received);
      if (about !== undefined) return about;
      writes += 1;
      if (writes === 3) return expired;
      written.push(
        ...[...JSON.stringify(received.input).matchAll(/"id":\{"N":"(\d+)"/g)].map(([, id]) => id ?? ''),
      );
      return { body: '{}' };
    });
    await using db = await connect(`${connection(sts, dynamo)};${properties}`, { ports: fakePorts() });
    const ids = Array.from({ length: requests === 4 ? 100 : 40 }, (_each, i) => i + 1);
    const result = await db.query(
      `INSERT INTO "Things" (id) VALUES ${ids.map((id) => `(${id})`).join(', ')}`,
    );
    expect(result.rowCount).toBe(ids.length);
    expect(written.map(Number).toSorted((a, b) => a - b)).toEqual(ids);
    const sent = dynamo.requests.filter((received) => received.operation === operation);
    expect(sent).toHaveLength(requests + 1);
    expect(sts.requests.length).toBeGreaterThan(1);
    expect(new Set(sent.map(getAccessKey))).toEqual(new Set(['ASIA1', 'ASIA2']));
  });
});
