import {
  type ChildDef,
  type ColumnDef,
  type ElementDef,
  ITEM_COLUMN,
  type SqlType,
  type TableDef,
  keyAttributes,
} from './table-def.ts';

/** The 1-based position of a row in its list. */
const INDEX_COLUMN = '_index';
/** The column of elements that are not maps. */
const VALUE_COLUMN = 'value';

/** A list or set of a table as a table of its elements: `lines`, or `lines.tags` for a list within the elements. */
export function findChildTable(table: TableDef, name: string): TableDef | undefined {
  if (table.child !== undefined || table.through !== undefined) return undefined;
  const lists = table.columns.flatMap(({ name: spelled, elements }) =>
    elements ? [{ name: spelled, elements }] : [],
  );
  for (const { list, rest } of matchLists(lists, name)) {
    const column = table.columns.find((each) => each.name === list.name);
    const within = rest === undefined ? [] : resolveNestedLists(list.elements, rest);
    if (column === undefined || within === undefined) continue;
    const elements = within.at(-1)?.elements ?? list.elements;
    return buildChildTable({ parent: table, column, within, elements });
  }
  return undefined;
}

/** The columns of a child table that come from its elements. */
export function listElementColumns({ columns }: TableDef): readonly ColumnDef[] {
  return columns.filter((column) => column.path[0] === ELEMENT);
}

/** The first step in the path of an element's column, in place of an attribute. */
const ELEMENT = '[]';

interface List {
  readonly name: string;
  readonly elements: readonly ElementDef[];
}

/** The lists that a dotted name may begin with, and the rest of the name: exact spelling first, longest first. */
function matchLists(
  lists: readonly List[],
  name: string,
): readonly { readonly list: List; readonly rest: string | undefined }[] {
  const alike = (fold: (text: string) => string) =>
    lists
      .filter((list) => fold(name) === fold(list.name) || fold(name).startsWith(`${fold(list.name)}.`))
      .toSorted((a, b) => b.name.length - a.name.length)
      .map((list) => ({
        list,
        rest: name.length === list.name.length ? undefined : name.slice(list.name.length + 1),
      }));
  const exact = alike((text) => text);
  return exact.length > 0 ? exact : alike((text) => text.toLowerCase());
}

function resolveNestedLists(
  elements: readonly ElementDef[],
  name: string,
): readonly ElementDef[] | undefined {
  const inner = elements.filter((element) => element.elements !== undefined);
  const lists = inner.map((element) => ({
    name: element.name ?? VALUE_COLUMN,
    elements: element.elements ?? [],
  }));
  for (const { list, rest } of matchLists(lists, name)) {
    const found = inner[lists.indexOf(list)];
    const more = rest === undefined ? [] : resolveNestedLists(list.elements, rest);
    if (found !== undefined && more !== undefined) return [found, ...more];
  }
  return undefined;
}

function buildChildTable(child: ChildDef): TableDef {
  const { parent, column, within, elements } = child;
  const taken = new Set<string>();
  const named = (wish: string, instead: string): string => {
    let name = taken.has(wish.toLowerCase()) ? instead : wish;
    for (let n = 2; taken.has(name.toLowerCase()); n += 1) name = `${instead}_${n}`;
    taken.add(name.toLowerCase());
    return name;
  };
  const list = within.at(-1)?.name ?? column.name;
  const keys = listKeyColumns(parent).map((key) => ({ ...key, name: named(key.name, key.name) }));
  const outer = [column, ...within].slice(0, -1).map((each) => {
    const name = each.name ?? VALUE_COLUMN;
    return plainColumn(named(`${name}${INDEX_COLUMN}`, name), [INDEX_COLUMN], { kind: 'bigint' });
  });
  const index = plainColumn(named(INDEX_COLUMN, `${list}${INDEX_COLUMN}`), [INDEX_COLUMN], {
    kind: 'bigint',
  });
  const members = elements.map((element) => {
    const name = element.name ?? VALUE_COLUMN;
    return plainColumn(named(name, `${list}.${name}`), [ELEMENT, ...element.path], element.type);
  });
  const whole: ColumnDef = { ...plainColumn(ITEM_COLUMN, [ITEM_COLUMN], { kind: 'json' }), hidden: true };
  return {
    ...parent,
    name: [parent.name, column.name, ...within.map((each) => each.name ?? VALUE_COLUMN)].join('.'),
    indexes: [],
    columns: [...keys, ...outer, index, ...members, whole],
    child,
  };
}

/** The columns of the parent's key, which join a child table to its parent. */
export function listKeyColumns({ key, columns }: TableDef): readonly ColumnDef[] {
  return keyAttributes(key).flatMap(
    ({ name }) => columns.find(({ path }) => path.length === 1 && path[0] === name) ?? [],
  );
}

function plainColumn(name: string, path: ColumnDef['path'], type: SqlType): ColumnDef {
  return { name, path, type, seen: {}, presence: 1 };
}
