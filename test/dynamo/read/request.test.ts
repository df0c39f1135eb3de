import { describe, expect, it } from '@jest/globals';
import type { AccessPath, ReadRequest } from '../../../src/dynamo/read/access-path.ts';
import { lintRequest } from '../../../src/dynamo/lint/linter.ts';
import { buildRequest, toReadParts } from '../../../src/dynamo/read/request.ts';

const key = (id: string) => ({ id: { S: id } });

function request(access: AccessPath, more: Partial<ReadRequest> = {}): ReadRequest {
  return { table: 'T', access, filter: [], consistent: false, ...more };
}

function inputs(read: ReadRequest) {
  return toReadParts(read).map((part) => buildRequest(read, part));
}

describe('the requests of a read', () => {
  it('are one GetItem for one key', () => {
    expect(
      inputs(request({ kind: 'GetItem', key: key('a') }, { projection: [['year']], consistent: true })),
    ).toEqual([
      {
        operation: 'GetItem',
        input: {
          TableName: 'T',
          Key: key('a'),
          ConsistentRead: true,
          ProjectionExpression: '#0',
          ExpressionAttributeNames: { '#0': 'year' },
          ReturnConsumedCapacity: 'INDEXES',
        },
      },
    ]);
  });

  it('are batches of a hundred distinct keys', () => {
    const keys = Array.from({ length: 230 }, (_, at) => key(String(at % 205)));
    const parts = toReadParts(request({ kind: 'BatchGetItem', keys }));
    expect(parts.map((part) => part.kind === 'BatchGetItem' && part.keys.length)).toEqual([100, 100, 5]);
  });

  it('for a batch have projection and consistency in the entry of their table', () => {
    const read = request(
      { kind: 'BatchGetItem', keys: [key('a')] },
      { projection: [['x']], consistent: true },
    );
    expect(inputs(read).map(({ input }) => input)).toEqual([
      {
        RequestItems: {
          T: {
            Keys: [key('a')],
            ConsistentRead: true,
            ProjectionExpression: '#0',
            ExpressionAttributeNames: { '#0': 'x' },
          },
        },
        ReturnConsumedCapacity: 'INDEXES',
      },
    ]);
  });

  it('are one Query for each range, whose expressions share names and values', () => {
    const read = request(
      {
        kind: 'Query',
        index: 'by_year',
        descending: true,
        ranges: [
          { equals: key('a') },
          {
            equals: key('b'),
            sort: { attribute: 'n', condition: { kind: 'compare', op: '>=', value: { N: '5' } } },
          },
        ],
      },
      {
        filter: [{ kind: 'compare', path: ['x'], op: '=', value: { type: 'S', text: 'b' } }],
        projection: [['x'], ['y']],
      },
    );
    const [, second] = inputs(read);
    expect(second).toEqual({
      operation: 'Query',
      input: {
        TableName: 'T',
        IndexName: 'by_year',
        ScanIndexForward: false,
        KeyConditionExpression: '#1 = :0 AND #2 >= :1',
        FilterExpression: '#0 = :0',
        ProjectionExpression: '#0, #3',
        ExpressionAttributeNames: { '#0': 'x', '#1': 'id', '#2': 'n', '#3': 'y' },
        ExpressionAttributeValues: { ':0': { S: 'b' }, ':1': { N: '5' } },
        ReturnConsumedCapacity: 'INDEXES',
      },
    });
  });

  it('are one Scan for each segment, without Segment if there is only one', () => {
    expect(inputs(request({ kind: 'Scan', segments: 2 })).map(({ input }) => input)).toEqual([
      { TableName: 'T', Segment: 0, TotalSegments: 2, ReturnConsumedCapacity: 'INDEXES' },
      { TableName: 'T', Segment: 1, TotalSegments: 2, ReturnConsumedCapacity: 'INDEXES' },
    ]);
    expect(inputs(request({ kind: 'Scan', segments: 1 }))[0]?.input).not.toHaveProperty('Segment');
  });

  it('have no projection for a count', () => {
    const [scan] = inputs(request({ kind: 'Scan', segments: 1 }, { countOnly: true, projection: [['x']] }));
    expect(scan?.input).toEqual({ TableName: 'T', Select: 'COUNT', ReturnConsumedCapacity: 'INDEXES' });
  });

  it('are none if no item can match', () => {
    expect(toReadParts(request({ kind: 'Empty' }))).toEqual([]);
    expect(toReadParts(request({ kind: 'BatchGetItem', keys: [] }))).toEqual([]);
    expect(toReadParts(request({ kind: 'Scan', segments: 4 }, { filter: [{ kind: 'never' }] }))).toEqual([]);
  });

  it('have no projection and no unused names if the projection would be too long', () => {
    const projection = Array.from({ length: 1200 }, (_, at) => [`attribute${at}`] as const);
    const filter = [{ kind: 'isNull', path: ['attribute7'] }] as const;
    for (const { operation, input } of [
      ...inputs(request({ kind: 'Scan', segments: 1 }, { projection, filter })),
      ...inputs(request({ kind: 'GetItem', key: key('a') }, { projection })),
    ]) {
      expect(input).not.toHaveProperty('ProjectionExpression');
      expect(lintRequest(operation, input)).toEqual([]);
    }
  });
});
