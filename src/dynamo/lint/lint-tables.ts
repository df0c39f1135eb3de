import { DriverError } from '../../core/errors.ts';
import type { CreateTableInput } from '../transport/admin.ts';
import { LIMITS, PAGES } from './limits.ts';
import { checkLimit, type Report, type Violation } from './lint-report.ts';

type Index = NonNullable<CreateTableInput['LocalSecondaryIndexes']>[number];

/** Finds what DynamoDB would reject in the definition of a table. */
export function lintTable(input: CreateTableInput): readonly Violation[] {
  const found: Violation[] = [];
  const report: Report = (source, message) => found.push({ message, source });
  const [global, local] = [input.GlobalSecondaryIndexes ?? [], input.LocalSecondaryIndexes ?? []];
  const key = listNames(input.KeySchema);
  lintName('table name', input.TableName, report);
  checkLimit(LIMITS.tableKey, key.length, 'table key', report);
  if (new Set(key).size < key.length)
    report(PAGES.key, `attribute "${key[0]}" appears twice in the table key`);
  checkLimit(LIMITS.globalIndexes, global.length, 'table', report);
  checkLimit(LIMITS.localIndexes, local.length, 'table', report);
  const names = [...global, ...local].map(({ IndexName: name = '' }) => name);
  const duplicate = names.find((name, i) => names.indexOf(name) !== i);
  if (duplicate !== undefined) report(PAGES.indexes, `duplicate index name "${duplicate}"`);
  for (const index of [...global, ...local]) lintIndex(index, report);
  const [tablePartition] = key;
  for (const { IndexName: name, KeySchema } of local) {
    const [partition, ...sort] = listNames(KeySchema);
    if (key.length < 2)
      report(PAGES.indexes, `local secondary index "${name}" requires a table with a sort key`);
    if (partition !== tablePartition)
      report(
        PAGES.indexes,
        `local secondary index "${name}" must have the partition key of the table, "${tablePartition}"`,
      );
    if (sort.length !== 1)
      report(PAGES.indexes, `local secondary index "${name}" must have exactly one sort key attribute`);
  }
  const projected = [...global, ...local].reduce(
    (sum, { Projection }) => sum + (Projection?.NonKeyAttributes?.length ?? 0),
    0,
  );
  checkLimit(LIMITS.projectedAttributes, projected, 'all indexes together', report);
  return found;
}

function lintIndex({ IndexName: name, KeySchema, Projection }: Index, report: Report): void {
  lintName('index name', name, report);
  for (const [kind, role] of [
    ['HASH', 'partition'],
    ['RANGE', 'sort'],
  ] as const) {
    const count = (KeySchema ?? []).filter(({ KeyType }) => KeyType === kind).length;
    checkLimit(LIMITS.indexKeyAttributes, count, `${role} key of index "${name}"`, report);
  }
  const key = listNames(KeySchema);
  if (new Set(key).size < key.length)
    report(PAGES.indexes, `an attribute appears twice in the key of index "${name}"`);
  const included = Projection?.NonKeyAttributes ?? [];
  const redundant = included.find((each, i) => key.includes(each) || included.indexOf(each) !== i);
  if (redundant !== undefined)
    report(PAGES.indexes, `attribute "${redundant}" is already projected into index "${name}"`);
}

function lintName(what: string, name: string | undefined, report: Report): void {
  if (!/^[\w.-]{3,255}$/.test(name ?? ''))
    report(
      PAGES.names,
      `invalid ${what} "${name}": must be 3 to 255 of the characters a-z, A-Z, 0-9, "_", "-" and "."`,
    );
}

/** Throws for a table that DynamoDB would reject; `position` is that of its name in the statement. */
export function checkTable(input: CreateTableInput, position?: number): void {
  const violations = lintTable(input);
  const [first] = violations;
  if (first === undefined) return;
  throw new DriverError('SQL_TABLE_DEFINITION', violations.map(({ message }) => message).join('; '), {
    ...(position === undefined ? {} : { position }),
    remedy: `Correct the definition. See ${first.source}.`,
  });
}

function listNames(schema: CreateTableInput['KeySchema']): readonly string[] {
  return (schema ?? []).map(({ AttributeName: name = '' }) => name);
}
