import type { Node, SelectStmt, WithClause } from 'libpg-query';
import type { ColumnDef, TableDef } from '../../catalog/table-def.ts';
import { DriverError } from '../../core/errors.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import { foldCase } from '../bind/suggestions.ts';
import { column } from '../dialect/build.ts';
import { planStatement } from '../exec/run.ts';
import { toParsedQuery } from '../parse/parse.ts';
import { getStringValues } from '../parse/tree.ts';
import { toCarried, toCarriedAttribute, toCarriedColumn } from './carried-columns.ts';
import { getAlias, splitFromItems } from './from-items.ts';
import { toSourceMember, toSourceName, toSourcePath } from './image-columns.ts';
import type { ItemImage } from './item-image.ts';
import {
  listOwnNames,
  listSourceReferences,
  listSourceStars,
  NO_SOURCES,
  type ReturnedSources,
  type Returning,
} from './returning-list.ts';
import type { StatementScope } from './statement-scope.ts';
import type { StoredInput } from './stored-input.ts';

/** The columns of other relations that RETURNING refers to, as members of the items in memory. */
export interface SourceColumns {
  readonly columns: readonly ColumnDef[];
  readonly returned: ReturnedSources;
}

export const NO_SOURCE_COLUMNS: SourceColumns = { columns: [], returned: NO_SOURCES };

/** The columns of FROM that RETURNING refers to, to be selected with the rows. */
export interface WantedSources {
  readonly references: readonly Node[];
  readonly types: readonly string[];
  readonly stars: ReadonlyMap<string, readonly number[]>;
}

type PlanScope = Pick<StatementScope, 'parsed' | 'parameters' | 'context' | 'signal'>;

/** Finds the columns of FROM that RETURNING refers to, and their types. Sends nothing but what the catalog needs. */
export async function findReturnedSources(
  returning: Returning | undefined,
  table: TableDef,
  from: readonly Node[],
  withClause: WithClause | undefined,
  scope: PlanScope,
): Promise<WantedSources> {
  if (returning === undefined || returning.from.length === 0)
    return { references: [], types: [], stars: new Map() };
  await assertUnambiguous(returning, table, from, withClause, scope);
  const references = [...listSourceReferences(returning, table)];
  const stars = new Map<string, readonly number[]>();
  for (const star of new Set(listSourceStars(returning))) {
    const listed = await listStar(star, returning.from, withClause, scope);
    stars.set(
      star,
      listed.map((reference) => references.push(reference) - 1),
    );
  }
  const columns = await describe(references, from, withClause, scope);
  return { references, types: columns.map(({ type }) => type), stars };
}

/** The expressions that select the columns. */
export function selectSources({ references, types }: WantedSources): readonly Node[] {
  return references.map((reference, i) => toCarried(reference, types[i] ?? 'text'));
}

/** The values of the columns for one row, as an item. */
export function toSourceItem(values: readonly StoredInput[]): AttributeMap {
  return Object.fromEntries(
    values.flatMap((value, i) => {
      const attribute = toCarriedAttribute(value, `column ${i + 1}`);
      return attribute === undefined ? [] : [[toSourceMember(i), attribute]];
    }),
  );
}

/** The columns as RETURNING refers to them, typed by their values in these rows. */
export function toSourceColumns(
  { references, types, stars }: WantedSources,
  images: readonly ItemImage[],
  { context }: Pick<StatementScope, 'context'>,
): SourceColumns {
  if (references.length === 0) return NO_SOURCE_COLUMNS;
  const items = images.map(({ source }) => source).filter((item) => item !== undefined);
  const carried = types.map((type, i) =>
    toCarriedColumn(
      toSourceMember(i),
      toSourceName(i),
      toSourcePath(i),
      type,
      items,
      context.settings.decimals,
    ),
  );
  return {
    columns: carried.map(({ column: each }) => ({ ...each, hidden: true })),
    returned: { references, stars, restore: carried.map(({ restore }) => restore) },
  };
}

/** Throws where an unqualified name is a column of the table and of FROM. */
async function assertUnambiguous(
  returning: Returning,
  table: TableDef,
  from: readonly Node[],
  withClause: WithClause | undefined,
  scope: PlanScope,
): Promise<void> {
  const names = listOwnNames(returning, table);
  if (names.length === 0) return;
  const all: Node = { ColumnRef: { fields: [{ A_Star: {} }] } };
  const taken = new Set((await describe([all], from, withClause, scope)).map(({ name }) => foldCase(name)));
  for (const node of names) {
    const { fields, location = 0 } = 'ColumnRef' in node ? node.ColumnRef : {};
    const [name = ''] = getStringValues(fields);
    if (taken.has(foldCase(name)))
      throw new DriverError('SQL_AMBIGUOUS_COLUMN', `column reference "${name}" is ambiguous`, {
        position: scope.parsed.position(location),
      });
  }
}

/** The columns of one item of FROM, or of all. */
async function listStar(
  star: string,
  from: readonly Node[],
  withClause: WithClause | undefined,
  scope: PlanScope,
): Promise<readonly Node[]> {
  const items = splitFromItems(from).filter((item) => star === '*' || getAlias(item) === star);
  const lists = await Promise.all(
    (items.length === 0 ? [undefined] : items).map(async (item) => {
      const alias = item === undefined ? star : getAlias(item);
      const all: Node = {
        ColumnRef: {
          fields: [...(alias === undefined ? [] : [{ String: { sval: alias } }]), { A_Star: {} }],
        },
      };
      const described = await describe([all], alias === undefined && item ? [item] : from, withClause, scope);
      return described.map(({ name }) => (alias === undefined ? column(name) : column(alias, name)));
    }),
  );
  return lists.flat();
}

async function describe(
  expressions: readonly Node[],
  from: readonly Node[],
  withClause: WithClause | undefined,
  { parsed, parameters, context, signal }: PlanScope,
) {
  if (expressions.length === 0) return [];
  const select: SelectStmt = {
    targetList: expressions.map((val) => ({ ResTarget: { val } })),
    fromClause: [...from],
    ...(withClause && { withClause }),
    limitOption: 'LIMIT_OPTION_DEFAULT',
    op: 'SETOP_NONE',
  };
  return (await planStatement(toParsedQuery(parsed, select), parameters, context, signal)).columns;
}
