import { DriverError } from '../../core/errors.ts';
import type { ReadOperation } from '../transport/client.ts';
import { measureExpression, tokenizeExpression } from '../expression/expression-text.ts';
import { significantDigits } from '../key.ts';
import { LIMITS, PAGES } from './limits.ts';
import { lintBatch, lintKeyCondition, lintKeys } from './lint-keys.ts';
import {
  readObject,
  checkLimit,
  type LintSchema,
  type Members,
  type Report,
  type Violation,
} from './lint-report.ts';
import type { BuiltRequest } from '../read/request.ts';

/**
 * Finds what DynamoDB would reject in a read request, by its documented rules. It examines the finished request and shares no code
 * with the builder, so that it also finds the builder's errors. Without a schema, keys are checked only in part.
 */
export function lintRequest(
  operation: ReadOperation,
  input: Members,
  schema?: LintSchema,
): readonly Violation[] {
  const found: Violation[] = [];
  const report: Report = (source, message) => found.push({ message, source });
  switch (operation) {
    case 'GetItem':
      lintExpressions(input, report);
      lintKeys([input['Key']], schema?.key, report);
      break;
    case 'BatchGetItem':
      for (const batch of Object.values(readObject(input['RequestItems']))) {
        const { Keys: keys } = readObject(batch);
        lintExpressions(readObject(batch), report);
        lintBatch(Array.isArray(keys) ? keys : [], schema?.key, report);
      }
      break;
    case 'TransactGetItems': {
      const items = input['TransactItems'];
      const gets = (Array.isArray(items) ? items : []).map((item: unknown) =>
        readObject(readObject(item)['Get']),
      );
      checkLimit(LIMITS.transactItems, gets.length, 'TransactItems', report);
      for (const get of gets) lintExpressions(get, report);
      lintBatch(
        gets.map((get) => get['Key']),
        schema?.key,
        report,
      );
      break;
    }
    case 'Query':
      lintExpressions(input, report);
      lintPaging(input, schema, report);
      lintKeyCondition(input, schema, report);
      break;
    case 'Scan':
      lintExpressions(input, report);
      lintPaging(input, schema, report);
      lintSegments(input, report);
      break;
    case 'ExecuteStatement':
      checkLimit(LIMITS.statementLength, String(input['Statement']).length, 'Statement', report);
      break;
  }
  return found;
}

/** Throws for a read request that DynamoDB would reject. */
export function checkRequest({ operation, input }: BuiltRequest, schema?: LintSchema): void {
  const violations = lintRequest(operation, input, schema);
  if (violations.length > 0) {
    throw new DriverError(
      'DYNAMO_LIMIT',
      `${operation}: ${violations.map(({ message }) => message).join('; ')}`,
    );
  }
}

const EXPRESSIONS = ['KeyConditionExpression', 'FilterExpression', 'ProjectionExpression'] as const;

function lintExpressions(input: Members, report: Report): void {
  const used = new Set<string>();
  for (const kind of EXPRESSIONS) {
    const text = input[kind];
    if (text === undefined) continue;
    if (typeof text !== 'string' || text === '') {
      report(LIMITS.expressionBytes.source, `${kind} is empty`);
      continue;
    }
    const size = measureExpression(text);
    checkLimit(LIMITS.expressionBytes, size.bytes, kind, report);
    checkLimit(LIMITS.operators, size.operators, kind, report);
    checkLimit(LIMITS.nesting, size.depth, kind, report);
    checkLimit(LIMITS.inOperands, size.inOperands, kind, report);
    for (const token of tokenizeExpression(text)) if (/^[#:]/.test(token)) used.add(token);
  }
  const names = readObject(input['ExpressionAttributeNames']);
  const values = readObject(input['ExpressionAttributeValues']);
  lintPlaceholders(used, names, values, report);
  lintProjection(input['ProjectionExpression'], names, report);
}

function lintPlaceholders(used: ReadonlySet<string>, names: Members, values: Members, report: Report): void {
  const declared = new Set([...Object.keys(names), ...Object.keys(values)]);
  for (const placeholder of used) {
    if (!declared.has(placeholder))
      report(
        PAGES.placeholders,
        `${describePlaceholder(placeholder)} is used but not defined: ${placeholder}`,
      );
  }
  let bytes = 0;
  for (const placeholder of declared) {
    if (!used.has(placeholder))
      report(
        PAGES.placeholders,
        `${describePlaceholder(placeholder)} is defined but unused in expressions: ${placeholder}`,
      );
    checkLimit(LIMITS.placeholderBytes, Buffer.byteLength(placeholder), placeholder, report);
    bytes += Buffer.byteLength(placeholder);
  }
  for (const [placeholder, name] of Object.entries(names)) {
    const length = typeof name === 'string' ? Buffer.byteLength(name) : 0;
    if (length === 0)
      report(PAGES.placeholders, `ExpressionAttributeNames contains an empty name: ${placeholder}`);
    checkLimit(LIMITS.attributeNameBytes, length, placeholder, report);
    bytes += length;
  }
  for (const [placeholder, value] of Object.entries(values)) {
    bytes += valueBytes(value);
    const { N: number } = readObject(value);
    if (typeof number === 'string')
      checkLimit(LIMITS.numberDigits, significantDigits(number), placeholder, report);
  }
  checkLimit(LIMITS.variablesBytes, bytes, 'ExpressionAttributeNames and ExpressionAttributeValues', report);
}

function lintProjection(projection: unknown, names: Members, report: Report): void {
  if (typeof projection !== 'string') return;
  const paths = projection
    .split(',')
    .map((path) =>
      JSON.stringify(tokenizeExpression(path).map((token) => names[token] ?? token)).slice(0, -1),
    )
    .toSorted();
  for (const [at, path] of paths.entries()) {
    const next = paths[at + 1];
    if (next === path || next?.startsWith(`${path},`) === true) {
      report(PAGES.projection, `ProjectionExpression: two document paths overlap: ${next}]`);
    }
  }
}

function lintPaging(input: Members, schema: LintSchema | undefined, report: Report): void {
  const { Limit: limit, Select: select, IndexName: index, ProjectionExpression: projection } = input;
  if (limit !== undefined && !(Number.isInteger(limit) && Number(limit) >= 1)) {
    report(PAGES.query, `Limit must be at least 1, not ${JSON.stringify(limit)}`);
  }
  if (input['ConsistentRead'] === true && schema?.index?.kind === 'global') {
    report(PAGES.consistency, 'consistent reads are not supported on global secondary indexes');
  }
  if (select !== undefined && select !== 'SPECIFIC_ATTRIBUTES' && projection !== undefined) {
    report(PAGES.query, `cannot specify a ProjectionExpression with Select ${JSON.stringify(select)}`);
  }
  if (select === 'SPECIFIC_ATTRIBUTES' && projection === undefined) {
    report(PAGES.query, 'Select SPECIFIC_ATTRIBUTES requires a ProjectionExpression');
  }
  if (select === 'ALL_PROJECTED_ATTRIBUTES' && index === undefined) {
    report(PAGES.query, 'Select ALL_PROJECTED_ATTRIBUTES requires an IndexName');
  }
}

function lintSegments({ Segment: segment, TotalSegments: total }: Members, report: Report): void {
  if (segment === undefined && total === undefined) return;
  if (typeof segment !== 'number' || typeof total !== 'number') {
    report(LIMITS.segments.source, 'Segment and TotalSegments must be specified together');
    return;
  }
  checkLimit(LIMITS.segments, total, 'TotalSegments', report);
  if (total < 1 || segment < 0 || segment >= total) {
    report(
      LIMITS.segments.source,
      `Segment must be less than TotalSegments and not negative: ${segment} of ${total}`,
    );
  }
}

function describePlaceholder(placeholder: string): string {
  return placeholder.startsWith('#') ? 'expression attribute name' : 'expression attribute value';
}

/** What a value adds to the size of the expression variables. */
function valueBytes(value: unknown): number {
  return Object.values(readObject(value)).reduce<number>(
    (sum, member) => sum + (typeof member === 'string' ? Buffer.byteLength(member) : 1),
    0,
  );
}
