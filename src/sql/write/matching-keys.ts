import type { Node, RangeVar } from 'libpg-query';
import { type TableDef, keyAttributes, keyNames } from '../../catalog/table-def.ts';
import { DriverError } from '../../core/errors.ts';
import type { Key } from '../../dynamo/read/access-path.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import { distinctKeys } from '../../dynamo/key.ts';
import type { Predicate } from '../../dynamo/expression/predicate.ts';
import { column } from '../dialect/build.ts';
import { readTable } from '../exec/read-table.ts';
import { planStatement, runStatement } from '../exec/run.ts';
import { queryWithin, type ParsedQuery, type ParsedText } from '../parse/parse.ts';
import type { StatementPlan } from '../plan/planner.ts';
import type { TableRead } from '../plan/table-read.ts';
import { attributeOf } from './attribute-of.ts';
import { keyOf } from './item-of.ts';
import { writtenValue, type StatementScope } from './source-rows.ts';
import { aliasOf } from './target-table.ts';

/** The items that a WHERE means. */
export interface Matching {
  readonly keys: readonly Key[];
  /**
   * What WHERE asks of the rest of the item, where DynamoDB can check all of it when the write arrives; undefined where the
   * item must be read again for that.
   */
  readonly checks: readonly Predicate[] | undefined;
  /** The keys were read; else the statement names them, whether there are such items or not. */
  readonly found: boolean;
  readonly reads: readonly TableRead[];
}

/** The query for the keys of the items that WHERE means. */
export function keyQuery(
  parsed: ParsedText,
  table: TableDef,
  range: RangeVar,
  where: Node | undefined,
): ParsedQuery {
  return queryWithin(parsed, {
    targetList: keyColumns(table).map((name) => ({ ResTarget: { val: column(aliasOf(range), name) } })),
    fromClause: [{ RangeVar: range }],
    ...(where === undefined ? {} : { whereClause: where }),
    limitOption: 'LIMIT_OPTION_DEFAULT',
    op: 'SETOP_NONE',
  });
}

/** Finds the keys, all of them before the first write, so that no write is met again by the read. */
export async function matchingKeys(
  table: TableDef,
  range: RangeVar,
  where: Node | undefined,
  reading: StatementScope,
): Promise<Matching> {
  const { parsed, parameters, context, signal } = reading;
  const query = keyQuery(parsed, table, range, where);
  const plan = await planStatement(query, parameters, context, signal);
  const direct = plan.direct !== undefined && plan.direct.summaries === undefined && plan.reads.length === 1;
  const [read] = plan.reads;
  if (!direct || read === undefined)
    return {
      keys: await keysOnEngine(query, table, reading),
      checks: undefined,
      found: true,
      reads: plan.reads,
    };
  return {
    keys: isWhole(read, table) ? keysIn(read) : await keysOf(plan, table, reading),
    checks: checksOf(read, table),
    found: !isWhole(read, table),
    reads: plan.reads,
  };
}

/** The names of the columns that the key's attributes are. */
function keyColumns(table: TableDef): readonly string[] {
  return keyNames(table.key).map((name) => {
    const found = table.columns.find(({ path }) => path.length === 1 && path[0] === name);
    return found?.name ?? name;
  });
}

/** Whether the read is by whole keys, which need not be read to be known. */
function isWhole({ access }: TableRead, table: TableDef): boolean {
  return (
    access.kind === 'Empty' ||
    ((access.kind === 'GetItem' || access.kind === 'BatchGetItem') && table.through === undefined)
  );
}

function keysIn({ access }: TableRead): readonly Key[] {
  if (access.kind === 'GetItem') return [access.key];
  return access.kind === 'BatchGetItem' ? distinctKeys(access.keys) : [];
}

async function keysOf(
  plan: StatementPlan,
  table: TableDef,
  reading: StatementScope,
): Promise<readonly Key[]> {
  const keys: Key[] = [];
  for (const read of plan.reads)
    for await (const page of readTable(read, reading.context, reading.stats, reading.signal)) {
      const items: readonly AttributeMap[] = JSON.parse(page.items.toString());
      for (const item of items) keys.push(keyOf(item, table));
    }
  return distinctKeys(keys);
}

async function keysOnEngine(
  query: ParsedQuery,
  table: TableDef,
  reading: StatementScope,
): Promise<readonly Key[]> {
  const { parameters, context, stats, signal } = reading;
  const running = await runStatement(query, parameters, { ...context, maxRows: -1 }, signal, stats);
  const attributes = keyAttributes(table.key);
  try {
    const keys: Key[] = [];
    for await (const rows of running.arrays())
      for (const row of rows) {
        const item = Object.fromEntries(
          attributes.map((attribute, i) => {
            const value = writtenValue(row[i] ?? null, running.plan.columns[i]?.type ?? 'text');
            const to = { label: attribute.name, key: { ...attribute, of: 'table' as const }, seen: {} };
            return [attribute.name, attributeOf(value, to) ?? { NULL: true as const }];
          }),
        );
        keys.push(keyOf(item, table));
      }
    return distinctKeys(keys);
  } finally {
    await running.close();
  }
}

/** What is asked beyond the key: what the key says is certain. */
function checksOf(read: TableRead, table: TableDef): readonly Predicate[] {
  const own = new Set(keyNames(table.key));
  return read.conditions
    .map(({ predicate, text }) => {
      if (predicate === undefined) throw new DriverError('EXEC_ENGINE', `No condition for ${text}`);
      return predicate;
    })
    .filter(
      (predicate) => !('path' in predicate && predicate.path.length === 1 && own.has(predicate.path[0])),
    );
}
