import type { Key, KeyRange, ReadRequest } from './access-path.ts';
import type { ReadOperation } from '../transport/client.ts';
import {
  buildFilterExpression,
  buildKeyCondition,
  buildProjectionExpression,
  simplifyAll,
} from '../expression/expression.ts';
import { distinctKeys } from '../key.ts';
import { LIMITS } from '../lint/limits.ts';
import { newPlaceholders } from '../expression/placeholders.ts';

/** A part of a read with its own sequence of pages. */
export type ReadPart =
  | { readonly kind: 'GetItem'; readonly key: Key }
  | { readonly kind: 'BatchGetItem'; readonly keys: readonly Key[] }
  /** For atomic reads of keys that fit into one transaction. */
  | { readonly kind: 'TransactGetItems'; readonly keys: readonly Key[] }
  | { readonly kind: 'Query'; readonly range: KeyRange }
  | { readonly kind: 'Scan'; readonly segment: number; readonly segments: number };

/** An operation and its input in DynamoDB's JSON format. */
export interface BuiltRequest {
  readonly operation: ReadOperation;
  readonly input: Readonly<Record<string, unknown>>;
}

/** Divides a read into parts, in the order of their rows; none if no item can match. */
export function toReadParts({ access, filter, atomic }: ReadRequest): readonly ReadPart[] {
  switch (access.kind) {
    case 'Empty':
      return [];
    case 'GetItem':
      if (atomic === true) return [{ kind: 'TransactGetItems', keys: [access.key] }];
      return [{ kind: 'GetItem', key: access.key }];
    case 'BatchGetItem': {
      const keys = distinctKeys(access.keys);
      if (atomic === true && keys.length > 0 && keys.length <= LIMITS.transactItems.max)
        return [{ kind: 'TransactGetItems', keys }];
      const size = LIMITS.batchGetKeys.max;
      return Array.from({ length: Math.ceil(keys.length / size) }, (_, chunk) => ({
        kind: 'BatchGetItem',
        keys: keys.slice(chunk * size, (chunk + 1) * size),
      }));
    }
    case 'Query':
      if (isNever(filter)) return [];
      return access.ranges.map((range) => ({ kind: 'Query', range }));
    case 'Scan':
      if (isNever(filter)) return [];
      if (access.segment !== undefined)
        return [{ kind: 'Scan', segment: access.segment, segments: access.segments }];
      return Array.from({ length: access.segments }, (_, segment) => ({
        kind: 'Scan',
        segment,
        segments: access.segments,
      }));
  }
}

/** Builds the first request of a part; those for later pages differ in ExclusiveStartKey and Limit. */
export function buildRequest(request: ReadRequest, part: ReadPart): BuiltRequest {
  switch (part.kind) {
    case 'GetItem':
      return {
        operation: 'GetItem',
        input: {
          TableName: request.table,
          Key: part.key,
          ...consistency(request),
          ...buildProjection(request),
          ReturnConsumedCapacity: 'INDEXES',
        },
      };
    case 'BatchGetItem':
      return {
        operation: 'BatchGetItem',
        input: {
          RequestItems: {
            [request.table]: { Keys: part.keys, ...consistency(request), ...buildProjection(request) },
          },
          ReturnConsumedCapacity: 'INDEXES',
        },
      };
    case 'TransactGetItems':
      return {
        operation: 'TransactGetItems',
        input: {
          TransactItems: part.keys.map((Key) => ({
            Get: { TableName: request.table, Key, ...buildProjection(request) },
          })),
          ReturnConsumedCapacity: 'INDEXES',
        },
      };
    case 'Query':
      return { operation: 'Query', input: buildPagedInput(request, part) };
    case 'Scan':
      return { operation: 'Scan', input: buildPagedInput(request, part) };
  }
}

type PagedPart = Extract<ReadPart, { kind: 'Query' | 'Scan' }>;

function buildPagedInput(request: ReadRequest, part: PagedPart): Readonly<Record<string, unknown>> {
  const { access } = request;
  return {
    TableName: request.table,
    ...('index' in access && access.index !== undefined && { IndexName: access.index }),
    ...(part.kind === 'Scan' && part.segments > 1 && { Segment: part.segment, TotalSegments: part.segments }),
    ...('descending' in access && access.descending && { ScanIndexForward: false }),
    ...(request.countOnly === true && { Select: 'COUNT' }),
    ...buildExpressions(request, part, true),
    ...consistency(request),
    ReturnConsumedCapacity: 'INDEXES',
  };
}

/** The filter takes its placeholders first, so that they are the short ones which `splitByLimits` assumes. */
function buildExpressions(
  request: ReadRequest,
  part: PagedPart,
  withProjection: boolean,
): Readonly<Record<string, unknown>> {
  const placeholders = newPlaceholders();
  const filter = buildFilterExpression(simplifyAll(request.filter), placeholders);
  const keys = part.kind === 'Query' ? buildKeyCondition(part.range, placeholders) : undefined;
  const paths = withProjection && request.countOnly !== true ? request.projection : undefined;
  const projection = paths && buildProjectionExpression(paths, placeholders);
  if (projection !== undefined && isTooLong(projection)) return buildExpressions(request, part, false);
  return {
    ...(keys !== undefined && { KeyConditionExpression: keys }),
    ...(filter !== undefined && { FilterExpression: filter }),
    ...(projection !== undefined && { ProjectionExpression: projection }),
    ...placeholders.declarations(),
  };
}

function buildProjection({ projection: paths }: ReadRequest): Readonly<Record<string, unknown>> {
  const placeholders = newPlaceholders();
  const projection = paths && buildProjectionExpression(paths, placeholders);
  if (projection === undefined || isTooLong(projection)) return {};
  return { ProjectionExpression: projection, ...placeholders.declarations() };
}

/** Whether a projection exceeds DynamoDB's limit and has to be omitted, so that whole items are returned. */
function isTooLong(expression: string): boolean {
  return Buffer.byteLength(expression) > LIMITS.expressionBytes.max;
}

function consistency({ consistent }: ReadRequest): { readonly ConsistentRead?: true } {
  return consistent ? { ConsistentRead: true } : {};
}

function isNever(filter: ReadRequest['filter']): boolean {
  return simplifyAll(filter)[0]?.kind === 'never';
}
