import { DriverError } from '../../core/errors.ts';
import { plural } from '../../core/plural.ts';
import type { TableDef } from '../../catalog/table-def.ts';
import { knownAttributes } from '../../catalog/known-attributes.ts';
import type { AttributeMap, AttributeValue } from '../../dynamo/attribute-value.ts';
import type { ReadStats } from '../../dynamo/read/read-stats.ts';
import type { StatementContext } from './context.ts';

/** Called for each attribute of a row's item that the table has no column for. */
export type OnUnknown<T> = (row: T, name: string, value: AttributeValue) => void;

interface Found {
  items: number;
  readonly example: AttributeValue;
}

/** The attributes that one read of whole items meets and that the table has no columns for. */
export class UnknownAttributes {
  readonly #table: TableDef;
  readonly #context: StatementContext;
  readonly #stats: ReadStats;
  readonly #found = new Map<string, Found>();

  constructor(table: TableDef, context: StatementContext, stats: ReadStats) {
    this.#table = table;
    this.#context = context;
    this.#stats = stats;
  }

  isUnknown(name: string): boolean {
    return !knownAttributes(this.#table).has(name);
  }

  /** Counts those of an item. */
  countItem(item: AttributeMap): void {
    for (const [name, value] of Object.entries(item)) if (this.isUnknown(name)) this.count(name, value);
  }

  get size(): number {
    return this.#found.size;
  }

  /** Counts an item that has the attribute. Throws if the session treats unknown attributes as errors. */
  count(name: string, value: AttributeValue): void {
    const found = this.#found.get(name);
    if (found !== undefined) {
      found.items += 1;
      return;
    }
    this.#found.set(name, { items: 1, example: value });
    const { name: table } = this.#table;
    if (this.#context.settings.unknownAttributes === 'Error')
      throw new DriverError(
        'CATALOG_UNKNOWN_ATTRIBUTE',
        `items of "${table}" have an attribute "${name}" that is not a column`,
        {
          remedy: `Run REFRESH TABLE ${table} after raising RowScanDepth, or name the attribute in the statement.`,
        },
      );
  }

  /** Makes the attributes columns of later statements, and counts their items in the statistics. */
  learn(): void {
    const { name: table } = this.#table;
    for (const [name, { items, example }] of this.#found) {
      this.#context.session.database.sharedCatalog.learn(table, name, example);
      const label = `${table}.${name}`;
      const { unknownAttributes } = this.#stats;
      unknownAttributes.set(label, (unknownAttributes.get(label) ?? 0) + items);
    }
  }

  /** Says what the result leaves out. */
  warn(): void {
    if (this.#found.size === 0 || this.#context.settings.unknownAttributes !== 'Warn') return;
    const names = [...this.#found].map(([name, { items }]) => `"${name}" (${plural(items, 'item')})`);
    const { length } = names;
    this.#context.session.warn(
      `the result leaves out ${length === 1 ? 'an attribute' : 'attributes'} of "${this.#table.name}" that sampling did not see: ${names.join(', ')}; ` +
        `${length === 1 ? 'it is a column' : 'they are columns'} of later statements`,
    );
  }
}
