import type { Node, RangeVar } from 'libpg-query';
import { type TableDef, keyAttributes, keyNames } from '../../catalog/table-def.ts';
import { DriverError } from '../../core/errors.ts';
import type { Key } from '../../dynamo/read/access-path.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import { distinctKeys } from '../../dynamo/key.ts';
import type { Predicate } from '../../dynamo/expression/predicate.ts';
import { cast, column } from '../dialect/build.ts';
import { readTable } from '../exec/read-table.ts';
import { planStatement, runStatement } from '../exec/run.ts';
import { toParsedQuery, type ParsedQuery, type ParsedText } from '../parse/parse.ts';
import type { StatementPlan } from '../plan/planner.ts';
import type { TableRead } from '../plan/table-read.ts';
import { toAttribute } from './to-attribute.ts';
import { extractKey } from './item-key.ts';
import { toStoredInput } from './source-rows.ts';
import type { StatementScope } from './statement-scope.ts';
import { resolveAlias } from './target-table.ts';
import { type TimeTarget, toTimeTarget } from './time-attribute.ts';

/** The keys of the items that match WHERE. */
export interface MatchingKeys {
  readonly keys: readonly Key[];
  /**
   * The conditions of WHERE on the rest of the item, if DynamoDB can check all of them when the write arrives; undefined if
   * the item must be read for that.
   */
  readonly checks: readonly Predicate[] | undefined;
  /** The keys come from a read; otherwise the statement names them, whether or not the items exist. */
  readonly searched: boolean;
  readonly reads: readonly TableRead[];
}

/** The query for the keys of the items that match WHERE. */
export function buildKeyQuery(
  parsed: ParsedText,
  table: TableDef,
  range: RangeVar,
  where: Node | undefined,
  times: 'value' | 'text' = 'value',
): ParsedQuery {
  return toParsedQuery(parsed, {
    targetList: listKeyColumns(table).map(({ name, time }) => {
      const val = column(resolveAlias(range), name);
      return { ResTarget: { name, val: time !== undefined && times === 'text' ? cast(val, 'text') : val } };
    }),
    fromClause: [{ RangeVar: range }],
    ...(where === undefined ? {} : { whereClause: where }),
    limitOption: 'LIMIT_OPTION_DEFAULT',
    op: 'SETOP_NONE',
  });
}

/** Finds all keys before the first write, so that the read does not see the statement's own writes. */
export async function findMatchingKeys(
  table: TableDef,
  range: RangeVar,
  where: Node | undefined,
  scope: StatementScope,
): Promise<MatchingKeys> {
  const { parsed, parameters, context, signal } = scope;
  const query = buildKeyQuery(parsed, table, range, where);
  // In a transaction the caller adds the items that it has written, so that a plain WHERE is still checked at COMMIT.
  const stored = context.overlay === undefined ? context : context.withOverlay(new Map());
  const plan = await planStatement(query, parameters, stored, signal);
  const direct = plan.direct !== undefined && plan.direct.summaries === undefined && plan.reads.length === 1;
  const [read] = plan.reads;
  if (!direct || read === undefined)
    return {
      // Dates of JavaScript would lose microseconds.
      keys: await computeKeys(buildKeyQuery(parsed, table, range, where, 'text'), table, scope),
      checks: undefined,
      searched: true,
      reads: plan.reads,
    };
  return {
    keys: namesWholeKeys(read, table)
      ? listKeys(read)
      : await readKeys(plan, table, { ...scope, context: stored }),
    checks: listChecks(read, table),
    searched: !namesWholeKeys(read, table),
    reads: plan.reads,
  };
}

/** The columns of the key. */
function listKeyColumns(
  table: TableDef,
): readonly { readonly name: string; readonly time: TimeTarget | undefined }[] {
  return keyNames(table.key).map((name) => {
    const keyColumn = table.columns.find(({ path }) => path.length === 1 && path[0] === name);
    return { name: keyColumn?.name ?? name, time: toTimeTarget(keyColumn, table) };
  });
}

/** Whether the statement itself names whole keys, so that no read is needed to find them. */
function namesWholeKeys({ access }: TableRead, table: TableDef): boolean {
  return (
    access.kind === 'Empty' ||
    ((access.kind === 'GetItem' || access.kind === 'BatchGetItem') && table.through === undefined)
  );
}

function listKeys({ access }: TableRead): readonly Key[] {
  if (access.kind === 'GetItem') return [access.key];
  return access.kind === 'BatchGetItem' ? distinctKeys(access.keys) : [];
}

async function readKeys(
  plan: StatementPlan,
  table: TableDef,
  scope: StatementScope,
): Promise<readonly Key[]> {
  const keys: Key[] = [];
  for (const read of plan.reads)
    for await (const page of readTable(read, scope.context, scope.stats, scope.signal)) {
      const items: readonly AttributeMap[] = JSON.parse(page.items.toString());
      for (const item of items) keys.push(extractKey(item, table));
    }
  return distinctKeys(keys);
}

async function computeKeys(
  query: ParsedQuery,
  table: TableDef,
  scope: StatementScope,
): Promise<readonly Key[]> {
  const { parameters, context, stats, signal } = scope;
  const running = await runStatement(query, parameters, context.withSettings({ maxRows: -1 }), signal, stats);
  const attributes = keyAttributes(table.key);
  const columns = listKeyColumns(table);
  try {
    const keys: Key[] = [];
    for await (const rows of running.arrays())
      for (const row of rows) {
        const item = Object.fromEntries(
          attributes.map((attribute, i) => {
            const value = toStoredInput(row[i] ?? null, running.plan.columns[i]?.type ?? 'text');
            const key = { ...attribute, of: 'table', table: table.name } as const;
            const time = columns[i]?.time;
            const to = { label: attribute.name, key, seen: {}, time };
            const input = time && value.kind === 'text' ? ({ ...value, untyped: true } as const) : value;
            return [attribute.name, toAttribute(input, to) ?? { NULL: true as const }];
          }),
        );
        keys.push(extractKey(item, table));
      }
    return distinctKeys(keys);
  } finally {
    await running.close();
  }
}

/** The conditions on attributes outside the key; the key itself fulfils the others. */
function listChecks(read: TableRead, table: TableDef): readonly Predicate[] {
  const own = new Set(keyNames(table.key));
  return read.conditions
    .map(({ predicate, text }) => {
      if (predicate === undefined) throw new DriverError('EXEC_ENGINE', `no condition for ${text}`);
      return predicate;
    })
    .filter(
      (predicate) => !('path' in predicate && predicate.path.length === 1 && own.has(predicate.path[0])),
    );
}
