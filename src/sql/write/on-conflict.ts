import type { Node, OnConflictClause } from 'libpg-query';
import type { TableDef } from '../../catalog/table-def.ts';
import type { AttributeMap, AttributeValue } from '../../dynamo/attribute-value.ts';
import type { WriteStats } from '../../dynamo/write/write-stats.ts';
import { DriverError } from '../../core/errors.ts';
import { call, cast, constant, number } from '../dialect/build.ts';
import { typedDocument } from '../dialect/document-casts.ts';
import { toTypedJson } from '../types/plain-document.ts';
import { mapInside, mapNodes, getStringValues } from '../parse/tree.ts';
import { parseAssignments } from './assignment.ts';
import { resolveWriteTarget } from './write-target.ts';
import { toItemImage } from './item-changes.ts';
import type { ItemImage, NeededImages } from './item-image.ts';
import { extractKey } from './item-key.ts';
import { computeRowUpdates } from './row-update.ts';
import type { StatementScope } from './statement-scope.ts';
import { writeWithImages } from './write-with-images.ts';

/** Updates the existing item of a conflict; returns its images, or `retry` if it was modified or deleted meanwhile. */
export type ConflictUpdate = (
  excluded: AttributeMap,
  existing: AttributeMap,
  writes: WriteStats,
  needed: NeededImages,
) => Promise<{ readonly kind: 'done'; readonly image: ItemImage | undefined } | { readonly kind: 'retry' }>;

/** `DO UPDATE SET …`, where `excluded` is the item that could not be inserted. */
export function createConflictUpdate(
  { targetList = [], whereClause: where }: OnConflictClause,
  table: TableDef,
  alias: string,
  scope: StatementScope,
): ConflictUpdate {
  const { parsed, context, signal } = scope;
  const attribute = table.key.partition[0]?.name ?? '';
  return async (excluded, existing, writes, needed) => {
    const setList = withExcluded(targetList, excluded, table, parsed);
    const condition = where && withExcluded(where, excluded, table, parsed);
    const assignments = parseAssignments(setList, table, alias, scope);
    for (const { target } of assignments)
      if (target.key?.of === 'table')
        throw new DriverError(
          'SQL_NOT_SUPPORTED',
          `ON CONFLICT DO UPDATE cannot set the key column "${target.label}"`,
        );
    const range = { relname: table.name, inh: true, alias: { aliasname: alias } };
    const [update] = await computeRowUpdates(
      { table, range, assignments, where: condition },
      [existing],
      scope,
    );
    if (update === undefined) return { kind: 'done', image: undefined };
    const key = extractKey(existing, table);
    const conditions = [{ kind: 'exists', attribute } as const, ...update.conditions];
    const change = { kind: 'update', table: table.name, key, actions: update.actions, conditions } as const;
    const returned = needed === 'BOTH' ? needed : 'ALL_NEW';
    const result = await writeWithImages(change, returned, table, context, writes, signal, existing);
    return result.kind === 'done'
      ? { kind: 'done', image: toItemImage(result, { returned }) }
      : { kind: 'retry' };
  };
}

/** A part of the statement in which `excluded.column` is replaced by its value. */
function withExcluded<T>(
  part: T,
  excluded: AttributeMap,
  table: TableDef,
  parsed: StatementScope['parsed'],
): T {
  const substitute = (node: Node): Node => {
    // A bare column is assigned as it is stored; within an expression it becomes a literal for the engine.
    if (
      'ResTarget' in node &&
      node.ResTarget.val !== undefined &&
      findExcludedName(node.ResTarget.val) !== undefined
    ) {
      const value = excludedValue(node.ResTarget.val);
      return {
        ResTarget: {
          ...node.ResTarget,
          val: value === undefined ? { SetToDefault: {} } : toStoredLiteral(value),
        },
      };
    }
    return findExcludedName(node) === undefined
      ? mapInside(node, substitute)
      : toLiteral(excludedValue(node));
  };
  const excludedValue = (node: Node): AttributeValue | undefined => {
    const { path } = resolveWriteTarget(
      table,
      { name: findExcludedName(node) ?? '', steps: [], location: 0 },
      parsed,
    );
    return excluded[path[0]];
  };
  return mapNodes(part, substitute);
}

function findExcludedName(node: Node): string | undefined {
  const [qualifier, name] = 'ColumnRef' in node ? getStringValues(node.ColumnRef.fields) : [];
  return qualifier === 'excluded' ? name : undefined;
}

function toStoredLiteral(value: AttributeValue): Node {
  return call('dynamodb_json', [constant(JSON.stringify(value))]);
}

function toLiteral(value: AttributeValue | undefined): Node {
  if (value === undefined || 'NULL' in value) return { A_Const: { isnull: true } };
  if ('S' in value) return cast(constant(value.S), 'text');
  if ('N' in value) return number(value.N);
  if ('BOOL' in value) return { A_Const: { boolval: { boolval: value.BOOL } } };
  if ('B' in value) return cast(constant(`\\x${Buffer.from(value.B, 'base64').toString('hex')}`), 'bytea');
  return typedDocument(toTypedJson(value));
}
