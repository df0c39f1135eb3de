import { DriverError } from '../../core/errors.ts';
import type { CreateTableInput } from '../transport/admin.ts';
import { LIMITS, PAGES } from './limits.ts';
import { checkLimit, type Report, type Violation } from './lint-report.ts';

type Index = NonNullable<CreateTableInput['LocalSecondaryIndexes']>[number];

/** What DynamoDB would refuse about a table, by its documented limits. */
export function lintTable(input: CreateTableInput): readonly Violation[] {
  const found: Violation[] = [];
  const report: Report = (source, message) => found.push({ message, source });
  const [global, local] = [input.GlobalSecondaryIndexes ?? [], input.LocalSecondaryIndexes ?? []];
  const key = listNames(input.KeySchema);
  lintName('The name of the table', input.TableName, report);
  checkLimit(LIMITS.tableKey, key.length, 'The key', report);
  if (new Set(key).size < key.length) report(PAGES.key, `the key names ${key[0]} twice`);
  checkLimit(LIMITS.globalIndexes, global.length, 'The table', report);
  checkLimit(LIMITS.localIndexes, local.length, 'The table', report);
  const names = [...global, ...local].map(({ IndexName: name = '' }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) report(PAGES.indexes, `there are two indexes ${twice}`);
  for (const index of [...global, ...local]) lintIndex(index, report);
  const [tablePartition] = key;
  for (const { IndexName: name, KeySchema } of local) {
    const [partition, ...sort] = listNames(KeySchema);
    if (key.length < 2) report(PAGES.indexes, `local index ${name} needs a table that has a sort key`);
    if (partition !== tablePartition)
      report(
        PAGES.indexes,
        `local index ${name} must begin with the table's partition key ${tablePartition}`,
      );
    if (sort.length !== 1) report(PAGES.indexes, `local index ${name} needs one sort key`);
  }
  const projected = [...global, ...local].reduce(
    (sum, { Projection }) => sum + (Projection?.NonKeyAttributes?.length ?? 0),
    0,
  );
  checkLimit(LIMITS.projectedAttributes, projected, 'All indexes together', report);
  return found;
}

function lintIndex({ IndexName: name, KeySchema, Projection }: Index, report: Report): void {
  lintName('The name of an index', name, report);
  for (const [kind, role] of [
    ['HASH', 'partition'],
    ['RANGE', 'sort'],
  ] as const) {
    const count = (KeySchema ?? []).filter(({ KeyType }) => KeyType === kind).length;
    checkLimit(LIMITS.indexKeyAttributes, count, `The ${role} key of index ${name}`, report);
  }
  const key = listNames(KeySchema);
  if (new Set(key).size < key.length) report(PAGES.indexes, `index ${name} names an attribute twice`);
  const included = Projection?.NonKeyAttributes ?? [];
  const again = included.find((each, i) => key.includes(each) || included.indexOf(each) !== i);
  if (again !== undefined) report(PAGES.indexes, `index ${name} includes ${again} already`);
}

function lintName(what: string, name: string | undefined, report: Report): void {
  if (!/^[\w.-]{3,255}$/.test(name ?? ''))
    report(
      PAGES.names,
      `${what} is "${name}", and has to be 3 to 255 of the characters a-z, A-Z, 0-9, "_", "-" and "."`,
    );
}

/** Throws where DynamoDB would refuse; `position` is where the statement names what it is about. */
export function checkTable(input: CreateTableInput, position?: number): void {
  const violations = lintTable(input);
  const [first] = violations;
  if (first === undefined) return;
  const said = violations.map(({ message }) => message).join('; ');
  throw new DriverError('SQL_TABLE_DEFINITION', `${said.charAt(0).toUpperCase()}${said.slice(1)}.`, {
    ...(position === undefined ? {} : { position }),
    remedy: `Correct the definition: ${first.source} states the rule.`,
  });
}

function listNames(schema: CreateTableInput['KeySchema']): readonly string[] {
  return (schema ?? []).map(({ AttributeName: name = '' }) => name);
}
