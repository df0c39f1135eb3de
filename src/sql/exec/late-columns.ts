import type { AttributeValue } from '../../dynamo/attribute-value.ts';
import { type ResultColumn, resultColumn, type TypeName } from '../types/types.ts';
import type { DecimalStyle, Value } from '../types/value.ts';
import { createColumnDecoder, type DocumentStyle, toDocumentJson } from './row-decoder.ts';
import type { OnUnknown, UnknownAttributes } from './unknown-attributes.ts';

interface LateColumn {
  readonly position: number;
  readonly decode: (value: AttributeValue) => Value;
}

/** Columns for attributes without one, added to the rows of `SELECT *` while they are read. */
export class LateColumns {
  /** In the order in which they were met. */
  readonly columns: ResultColumn[] = [];
  /** Set before the rows are read. */
  documents: DocumentStyle = 'value';
  readonly #unknown: UnknownAttributes;
  readonly #width: number;
  readonly #decimals: DecimalStyle;
  readonly #byName = new Map<string, LateColumn>();

  constructor(unknown: UnknownAttributes, width: number, decimals: DecimalStyle) {
    this.#unknown = unknown;
    this.#width = width;
    this.#decimals = decimals;
  }

  readonly add: OnUnknown<Value[]> = (row, name, value) => {
    this.#unknown.count(name, value);
    const column = this.#byName.get(name) ?? this.#open(name, value);
    this.#fill(row, column.position);
    row[column.position] = column.decode(value);
  };

  /** Gives rows without the attributes their NULLs. */
  complete(rows: readonly Value[][]): void {
    if (this.columns.length === 0) return;
    for (const row of rows) this.#fill(row, this.#width + this.columns.length);
  }

  #fill(row: Value[], end: number): void {
    while (row.length < end) row.push(null);
  }

  #open(name: string, example: AttributeValue): LateColumn {
    const read = createColumnDecoder(
      { name, path: [name], type: { kind: 'decimal', scale: 0 }, seen: {}, presence: 0 },
      this.#decimals,
    );
    const type = inferLateType(example);
    const column = {
      position: this.#width + this.columns.length,
      decode: (value: AttributeValue) =>
        type === 'json' && this.documents === 'json' ? toDocumentJson(value) : read({ [name]: value }),
    };
    this.#byName.set(name, column);
    this.columns.push(resultColumn(name, type));
    return column;
  }
}

function inferLateType(value: AttributeValue): TypeName {
  if ('S' in value) return 'text';
  if ('N' in value) return 'numeric';
  if ('BOOL' in value) return 'boolean';
  return 'B' in value ? 'bytea' : 'json';
}
