import type { Node, OnConflictClause } from 'libpg-query';
import type { TableDef } from '../../catalog/table-def.ts';
import type { AttributeMap, AttributeValue } from '../../dynamo/attribute-value.ts';
import type { WriteStats } from '../../dynamo/write/write-stats.ts';
import { DriverError } from '../../core/errors.ts';
import { call, cast, constant, number } from '../dialect/build.ts';
import { plainValue } from '../types/plain-document.ts';
import { mapInside, mapNodes, textsOf } from '../parse/tree.ts';
import { assignmentsOf } from './assignment.ts';
import { writeTarget } from './destination.ts';
import { keyOf } from './item-of.ts';
import { rowUpdates } from './row-update.ts';
import type { StatementScope } from './source-rows.ts';
import { writeItem } from './write-item.ts';

/** Updates the item that is in the way: done with its new image, or to be tried again. */
export type ConflictUpdate = (
  excluded: AttributeMap,
  existing: AttributeMap,
  writes: WriteStats,
) => Promise<{ readonly kind: 'done'; readonly item: AttributeMap | undefined } | { readonly kind: 'again' }>;

/** DO UPDATE SET …, where `excluded` is the item that could not be put. */
export function conflictUpdate(
  { targetList = [], whereClause: where }: OnConflictClause,
  table: TableDef,
  alias: string,
  reading: StatementScope,
): ConflictUpdate {
  const { parsed, context, signal } = reading;
  const attribute = table.key.partition[0]?.name ?? '';
  return async (excluded, existing, writes) => {
    const setList = withExcluded(targetList, excluded, table, parsed);
    const test = where && withExcluded(where, excluded, table, parsed);
    const assignments = assignmentsOf(setList, table, alias, reading);
    for (const { target } of assignments)
      if (target.key?.of === 'table')
        throw new DriverError(
          'SQL_NOT_SUPPORTED',
          `DO UPDATE SET ${target.label}: the key is what conflicts.`,
        );
    const range = { relname: table.name, inh: true, alias: { aliasname: alias } };
    const [update] = await rowUpdates({ table, range, assignments, where: test }, [existing], reading);
    if (update === undefined) return { kind: 'done', item: undefined };
    const key = keyOf(existing, table);
    const conditions = [{ kind: 'exists', attribute } as const, ...update.conditions];
    const change = { kind: 'update', table: table.name, key, actions: update.actions, conditions } as const;
    const result = await writeItem(change, 'ALL_NEW', table, context, writes, signal, existing);
    return result.kind === 'done' ? result : { kind: 'again' };
  };
}

/** A part of the statement with the values of `excluded.column` written in. */
function withExcluded<T>(
  part: T,
  excluded: AttributeMap,
  table: TableDef,
  parsed: StatementScope['parsed'],
): T {
  const write = (node: Node): Node => {
    // A whole value is assigned as it is stored; within an expression the engine has to read it.
    if (
      'ResTarget' in node &&
      node.ResTarget.val !== undefined &&
      excludedName(node.ResTarget.val) !== undefined
    ) {
      const value = valueOf(node.ResTarget.val);
      return {
        ResTarget: {
          ...node.ResTarget,
          val: value === undefined ? { SetToDefault: {} } : storedLiteral(value),
        },
      };
    }
    return excludedName(node) === undefined ? mapInside(node, write) : literalOf(valueOf(node));
  };
  const valueOf = (node: Node): AttributeValue | undefined => {
    const { path } = writeTarget(table, { name: excludedName(node) ?? '', steps: [], location: 0 }, parsed);
    return excluded[path[0]];
  };
  return mapNodes(part, write);
}

function excludedName(node: Node): string | undefined {
  const [qualifier, name] = 'ColumnRef' in node ? textsOf(node.ColumnRef.fields) : [];
  return qualifier === 'excluded' ? name : undefined;
}

function storedLiteral(value: AttributeValue): Node {
  return call('dynamodb_json', [constant(JSON.stringify(value))]);
}

function literalOf(value: AttributeValue | undefined): Node {
  if (value === undefined || 'NULL' in value) return { A_Const: { isnull: true } };
  if ('S' in value) return cast(constant(value.S), 'text');
  if ('N' in value) return number(value.N);
  if ('BOOL' in value) return { A_Const: { boolval: { boolval: value.BOOL } } };
  if ('B' in value) return cast(constant(`\\x${Buffer.from(value.B, 'base64').toString('hex')}`), 'bytea');
  return cast(constant(JSON.stringify(plainValue(value))), 'json');
}
