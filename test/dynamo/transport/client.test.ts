import { afterEach, describe, expect, it } from '@jest/globals';
import { getMaxListeners } from 'node:events';
import { inspect } from 'node:util';
import { crc32 } from 'node:zlib';
import { DriverError } from '../../../src/core/errors.ts';
import { createClient, type ClientOptions, type DynamoClient } from '../../../src/dynamo/transport/client.ts';
import { newReadStats } from '../../../src/dynamo/read/read-stats.ts';
import {
  serviceError,
  startHttpDouble,
  type HttpDouble,
  type DynamoRequest,
  type Reply,
} from '../../doubles/dynamodb-http.ts';

const PAGE = '{"Count":1,"Items":[{"name":{"S":"Zoë \\u00e9"},"b":{"B":"AQID"}}],"ScannedCount":1}';
const TOKEN = 'the-session-token';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one.close();
});

async function startClient(
  answer: (received: DynamoRequest, at: number) => Reply | Promise<Reply>,
  options: Partial<ClientOptions> = {},
): Promise<{ readonly double: HttpDouble; readonly client: DynamoClient }> {
  const double = await startHttpDouble(answer);
  const client = createClient({
    region: 'eu-west-1',
    endpoint: double.endpoint,
    credentials: async () => ({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: TOKEN }),
    maxRetries: 3,
    retryBaseMs: 1,
    timeoutMs: 20_000,
    ...options,
  });
  open.push(double, client);
  return { double, client };
}

const scan = (client: DynamoClient, signal?: AbortSignal, stats = newReadStats()) =>
  client.read('Scan', { TableName: 'T' }, stats, signal);

describe('a read', () => {
  it('sends a signed request with the input unchanged, and returns the bytes of the response', async () => {
    const { client, double } = await startClient(() => ({ body: PAGE }), { userAgent: 'dynadbc/1.0' });
    const stats = newReadStats();
    const input = { RequestItems: { T: { Keys: [{ b: { B: 'AQID' } }] } } };
    expect((await client.read('BatchGetItem', input, stats)).toString()).toBe(PAGE);
    expect(double.violations).toEqual([]);
    expect(double.requests).toMatchObject([{ operation: 'BatchGetItem', input }]);
    expect(double.requests[0]?.headers).toMatchObject({
      'x-amz-security-token': TOKEN,
      'user-agent': expect.stringContaining('dynadbc/1.0'),
    });
    expect(stats).toMatchObject({ requests: 1, throttles: 0, bytes: Buffer.byteLength(PAGE) });
  });

  it('reuses its connections', async () => {
    const { client, double } = await startClient(() => ({ body: PAGE }));
    for (let time = 0; time < 20; time += 1) await scan(client);
    expect(await double.openConnections()).toBeLessThanOrEqual(2);
  });

  it.each<[string, Reply]>([
    ['throttled', serviceError('ProvisionedThroughputExceededException', 'slow down')],
    ['answered with an internal error', serviceError('InternalServerError', 'oops', 500)],
    ['answered by a proxy without a server', { status: 503, body: '<html>Service Unavailable</html>' }],
    ['cut off', { cut: PAGE.slice(0, 30) }],
    ['answered with half of the body', { body: PAGE.slice(0, 30) }],
    ['answered with an empty body', { body: '' }],
    ['answered with changed bytes', { body: PAGE, headers: { 'x-amz-crc32': '1' } }],
    ['refused because the clock is off', serviceError('RequestTimeout', 'late')],
  ])('is retried when it is %s', async (_case, failure) => {
    const whole = { body: PAGE, headers: { 'x-amz-crc32': String(crc32(PAGE)) } };
    const { client, double } = await startClient((_received, at) => (at < 2 ? failure : whole));
    expect((await scan(client)).toString()).toBe(PAGE);
    expect(double.requests).toHaveLength(3);
    expect(double.violations).toEqual([]);
  });

  it('counts all responses and throttled attempts', async () => {
    const { client } = await startClient((_received, at) =>
      at < 2 ? serviceError('ThrottlingException', 'slow down') : { body: PAGE },
    );
    const stats = newReadStats();
    await scan(client, undefined, stats);
    expect(stats).toMatchObject({ requests: 3, throttles: 2 });
  });

  it('fails after the last retry', async () => {
    const { client, double } = await startClient(() => serviceError('RequestLimitExceeded', 'too much'));
    await expect(scan(client)).rejects.toMatchObject({
      code: 'DYNAMO_THROTTLED',
      retryable: true,
      message: 'Scan on T: too much (RequestLimitExceeded)',
    });
    expect(double.requests).toHaveLength(4);
  });

  it('is retryable after an internal error of DynamoDB, but not after a validation error', async () => {
    const { client } = await startClient((_received, at) =>
      at < 4
        ? serviceError('InternalServerError', 'oops', 500)
        : serviceError('ValidationException', 'invalid'),
    );
    await expect(scan(client)).rejects.toMatchObject({ code: 'DYNAMO_REFUSED', retryable: true });
    await expect(scan(client)).rejects.toMatchObject({ code: 'DYNAMO_REFUSED', retryable: false });
  });

  it.each<[string, Reply]>([
    [
      'AUTH_EXPIRED',
      serviceError('ExpiredTokenException', 'The security token included in the request is expired'),
    ],
    ['AUTH_REFUSED', serviceError('UnrecognizedClientException', 'The security token is invalid')],
    ['AUTH_DENIED', serviceError('AccessDeniedException', 'not authorized to perform: dynamodb:Scan')],
    ['CATALOG_UNKNOWN_TABLE', serviceError('ResourceNotFoundException', 'Requested resource not found')],
    ['DYNAMO_REFUSED', serviceError('ValidationException', 'One or more parameter values were invalid')],
    ['DYNAMO_REFUSED', { status: 404, body: '<html>Not Found</html>' }],
  ])('fails with %s at once', async (code, reply) => {
    const { client, double } = await startClient(() => reply);
    await expect(scan(client)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(/^Scan on T: /),
    });
    expect(double.requests).toHaveLength(1);
  });

  it('does not show the request that AWS echoes when it rejects the signature', async () => {
    const said = 'The request signature we calculated does not match the signature you provided.';
    const { client } = await startClient(() =>
      serviceError(
        'InvalidSignatureException',
        `${said}\n\nThe Canonical String is\nx-amz-security-token:${TOKEN}`,
      ),
    );
    const failure: unknown = await scan(client).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'AUTH_REFUSED', message: expect.stringContaining(said) });
    expect(inspect(failure, { depth: 9, showHidden: true })).not.toContain(TOKEN);
  });

  it('fails if every response is malformed', async () => {
    const { client } = await startClient(() => ({ body: '<html>Welcome to the hotel</html>' }));
    await expect(scan(client)).rejects.toMatchObject({ code: 'DYNAMO_MALFORMED' });
  });

  it('limits the size of a response', async () => {
    const { client } = await startClient(() => ({ body: Buffer.alloc(33 * 1024 * 1024, 32) }), {
      maxRetries: 0,
    });
    await expect(scan(client)).rejects.toMatchObject({
      code: 'DYNAMO_MALFORMED',
      message: expect.stringContaining('larger than 33554432 bytes'),
    });
  });

  it('names a host that it cannot reach', async () => {
    const { client, double } = await startClient(() => 'hang');
    await double.close();
    open.splice(0, 1);
    await expect(scan(client)).rejects.toMatchObject({
      code: 'CONN_NETWORK',
      message: expect.stringMatching(/^Scan on T: could not reach 127\.0\.0\.1:\d+: .*ECONNREFUSED/),
    });
  });

  it('has a time limit', async () => {
    const { client, double } = await startClient(() => 'hang', { timeoutMs: 400 });
    await expect(scan(client)).rejects.toMatchObject({ code: 'EXEC_TIMEOUT' });
    expect(double.requests).toHaveLength(1);
  });

  it('fails with the error of its credentials', async () => {
    const failure = new DriverError('AUTH_PROFILE', 'no such profile');
    const { client, double } = await startClient(() => ({ body: PAGE }), {
      credentials: () => Promise.reject(failure),
    });
    await expect(scan(client)).rejects.toBe(failure);
    expect(double.requests).toEqual([]);
  });
});

describe('a signal', () => {
  it('that is already aborted prevents a read', async () => {
    const { client, double } = await startClient(() => ({ body: PAGE }));
    await expect(scan(client, AbortSignal.abort())).rejects.toMatchObject({ code: 'EXEC_CANCELLED' });
    expect(double.requests).toEqual([]);
  });

  it('aborts a read that waits for its response, and closes the connection', async () => {
    const stop = new AbortController();
    const { client, double } = await startClient(() => {
      stop.abort('enough');
      return 'hang';
    });
    await expect(scan(client, stop.signal)).rejects.toMatchObject({
      code: 'EXEC_CANCELLED',
      cause: 'enough',
    });
    while ((await double.openConnections()) > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(double.requests).toHaveLength(1);
  });

  it('ends the wait before a retry', async () => {
    const stop = new AbortController();
    const { client } = await startClient(
      () => {
        setTimeout(() => stop.abort(), 20);
        return serviceError('ThrottlingException', 'slow down');
      },
      { retryBaseMs: 1_000_000 },
    );
    await expect(scan(client, stop.signal)).rejects.toMatchObject({ code: 'EXEC_CANCELLED' });
  });

  it('ends a wait for credentials', async () => {
    const stop = new AbortController();
    const { client } = await startClient(() => ({ body: PAGE }), {
      credentials: () => {
        stop.abort();
        return new Promise(() => undefined);
      },
    });
    await expect(scan(client, stop.signal)).rejects.toMatchObject({ code: 'EXEC_CANCELLED' });
  });

  it('can be shared by many concurrent reads', async () => {
    const { signal } = new AbortController();
    const { client, double } = await startClient(() => ({ body: PAGE }));
    await Promise.all(Array.from({ length: 40 }, () => scan(client, signal)));
    expect(double.requests).toHaveLength(40);
    expect(getMaxListeners(signal)).toBe(Infinity);
  });

  it('with a DriverError as its reason fails with that error', async () => {
    const reason = new DriverError('EXEC_TIMEOUT', 'the statement took too long');
    const { client } = await startClient(() => 'hang');
    await expect(scan(client, AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});

describe('the other requests', () => {
  it('list the tables of all pages', async () => {
    const { client, double } = await startClient(({ input }) => ({
      body: JSON.stringify(
        input['ExclusiveStartTableName'] === undefined
          ? { TableNames: ['a', 'b'], LastEvaluatedTableName: 'b' }
          : { TableNames: ['c'] },
      ),
    }));
    expect(await client.listTables()).toEqual(['a', 'b', 'c']);
    expect(double.requests[1]?.input).toEqual({ ExclusiveStartTableName: 'b' });
    expect(double.violations).toEqual([]);
  });

  it('describe a missing table as undefined, and fail on other errors', async () => {
    const { client } = await startClient((_received, at) =>
      at === 0
        ? serviceError('ResourceNotFoundException', 'Requested resource not found: Table: T not found')
        : serviceError('AccessDeniedException', 'not authorized'),
    );
    expect(await client.describeTable('T')).toBeUndefined();
    await expect(client.describeTable('T')).rejects.toMatchObject({
      code: 'AUTH_DENIED',
      message: 'DescribeTable on T: not authorized (AccessDeniedException)',
    });
  });

  it('put items in batches of 25, and unprocessed items again', async () => {
    let stored = 0;
    const { client, double } = await startClient(({ input }, at) => {
      const requests = JSON.parse(JSON.stringify(input))['RequestItems']['T'];
      const left = at === 0 ? requests.slice(0, 10) : [];
      stored += requests.length - left.length;
      return { body: JSON.stringify({ UnprocessedItems: left.length > 0 ? { T: left } : {} }) };
    });
    const items = Array.from({ length: 60 }, (_, at) => ({ id: { N: String(at) }, b: { B: 'AQID' } }));
    const progress: number[] = [];
    const done = await client.putItems('T', items, {
      concurrency: 2,
      onProgress: (count) => progress.push(count),
    });
    expect([done, stored, progress.at(-1)]).toEqual([60, 60, 60]);
    expect(double.requests).toHaveLength(4);
    expect(double.violations).toEqual([]);
  });

  it('stop putting items at the first failure', async () => {
    const { client, double } = await startClient((_received, at) =>
      at === 3 ? serviceError('ValidationException', 'no') : { body: '{"UnprocessedItems":{}}' },
    );
    const items = Array.from({ length: 2500 }, (_, at) => ({ id: { N: String(at) } }));
    await expect(client.putItems('T', items, { concurrency: 3 })).rejects.toMatchObject({
      code: 'DYNAMO_REFUSED',
      message: 'BatchWriteItem on T: no (ValidationException)',
    });
    expect(double.requests.length).toBeLessThan(20);
  });
});
