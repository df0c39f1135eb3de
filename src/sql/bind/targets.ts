import type { ColumnRef, Node, ResTarget } from 'libpg-query';
import { column, matchCall, name } from '../dialect/build.ts';
import { SET_RETURNING } from '../dialect/set-returning.ts';
import { getStringValues } from '../parse/tree.ts';
import { resolveAttributePath } from './attribute-path.ts';
import type { Binder, CommonTables } from './binder.ts';
import { inferOutputName } from './output-name.ts';
import { findFromItem, type OfferedColumn, type ResolvedColumn, type Scope, type FromItem } from './scope.ts';

/** An entry of a SELECT list and its columns; undefined if only DuckDB knows them. */
export interface BoundTarget {
  readonly target: ResTarget;
  readonly offers: readonly OfferedColumn[] | undefined;
}

/** The columns of a SELECT list. */
export function listOfferedColumns(targets: readonly BoundTarget[]): readonly OfferedColumn[] | undefined {
  return targets.some(({ offers }) => offers === undefined)
    ? undefined
    : targets.flatMap(({ offers }) => offers ?? []);
}

/** `(jsonb_each(x)).*` as its columns, whose calls return rows in parallel. */
export function expandRow(target: ResTarget): readonly ResTarget[] {
  const { arg, indirection = [] } =
    target.val !== undefined && 'A_Indirection' in target.val ? target.val.A_Indirection : {};
  const [only, ...more] = indirection;
  const columns = SET_RETURNING.get(matchCall(arg)?.name ?? '')?.columns ?? [];
  if (arg === undefined || only === undefined || !('A_Star' in only) || more.length > 0 || columns.length < 2)
    return [target];
  return columns.map((each) => ({
    ...target,
    name: each,
    val: { A_Indirection: { arg, indirection: [name(each)] } },
  }));
}

/** Binds an entry of a SELECT list and names it as PostgreSQL does. */
export function bindTarget(
  target: ResTarget,
  scope: Scope,
  tables: CommonTables,
  binder: Binder,
): BoundTarget {
  const value = target.val;
  if (value === undefined) return { target, offers: [] };
  if ('ColumnRef' in value) {
    const fields = getStringValues(value.ColumnRef.fields);
    if (fields.at(-1) === '*') return bindStar(target, value.ColumnRef, fields, scope, binder);
  }
  const path = resolveAttributePath(value, { scope, binder, bind: (node) => node });
  if (target.name === undefined && 'ColumnRef' in value && (path?.steps.length ?? 0) === 0)
    return bindColumnTarget(target, value.ColumnRef, path?.column);
  const label = target.name ?? inferOutputName(value);
  const isMember = path !== undefined && path.steps.length > 0;
  return {
    target: { ...target, name: label, val: binder.expression(value, scope, tables) },
    offers: [
      {
        name: label,
        engineName: label,
        ...(isMember ? { adapts: 'json' as const } : pickAdaptation(path?.column)),
      },
    ],
  };
}

/** The result shows the attribute's name; DuckDB's name is used internally and translated back. */
function bindColumnTarget(
  target: ResTarget,
  reference: ColumnRef,
  resolved: ResolvedColumn | undefined,
): BoundTarget {
  const fields = getStringValues(reference.fields);
  if (resolved === undefined) {
    const label = fields.at(-1) ?? '';
    return { target, offers: [{ name: label, engineName: label }] };
  }
  const engineName = resolved.fields.at(-1) ?? '';
  const val: Node = { ColumnRef: { ...reference, fields: resolved.fields.map(name) } };
  const isRow = resolved.fields.length > 1 && fields.length === 1;
  return isRow
    ? {
        target: { ...target, name: resolved.name, val },
        offers: [{ name: resolved.name, engineName: resolved.name }],
      }
    : {
        target: { ...target, val },
        offers: [{ name: resolved.name, engineName, ...pickAdaptation(resolved) }],
      };
}

function pickAdaptation(column: ResolvedColumn | undefined): Pick<OfferedColumn, 'adapts' | 'holds'> {
  if (column?.adapts === undefined) return {};
  return { adapts: column.adapts, ...(column.holds !== '' && { holds: column.holds }) };
}

function bindStar(
  target: ResTarget,
  reference: ColumnRef,
  fields: readonly string[],
  scope: Scope,
  binder: Binder,
): BoundTarget {
  const qualified = fields.length > 1;
  const sources = qualified
    ? [findFromItem(scope, fields.slice(0, -1), () => binder.position(reference.location))]
    : scope.sources;
  const hidden = sources.flatMap((source) =>
    (source.columns ?? [])
      .filter((each) => each.hidden === true)
      .map((each) => column(...toQualifier(source, qualified), each.engineName)),
  );
  const prefix = qualified ? [name(sources[0]?.alias ?? '')] : [];
  const merges = !qualified && (scope.merged === undefined || scope.merged.size > 0);
  return {
    target: {
      ...target,
      val: { ColumnRef: { ...reference, fields: [...prefix, { A_Star: {} }, ...hidden] } },
    },
    offers:
      merges || sources.some((source) => source.columns === undefined)
        ? undefined
        : sources.flatMap((source) =>
            (source.columns ?? []).filter((each) => each.hidden !== true).map(withoutStored),
          ),
  };
}

/** The columns of a query are not attributes, which only the query that reads the table sees as stored. */
function withoutStored(column: OfferedColumn): OfferedColumn {
  const { storedAs: _stored, ...computed } = column;
  return computed;
}

function toQualifier(source: FromItem, qualified: boolean): string[] {
  return qualified || source.alias === undefined ? [] : [source.alias];
}
