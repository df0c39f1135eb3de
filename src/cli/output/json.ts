import type { OutputColumn } from '../../session/connection.ts';
import type { Value } from '../../sql/types/value.ts';
import { jsonString, jsonText } from './json-text.ts';
import type { RowPrinter } from './printer.ts';

/** One array of objects, a row on each line. */
export function jsonPrinter(columns: readonly OutputColumn[]): RowPrinter {
  const object = objectWriter(columns);
  let started = false;
  return {
    rows(batch) {
      let text = '';
      for (const row of batch) {
        text += (started ? ',\n ' : '[') + object(row);
        started = true;
      }
      return text;
    },
    end: () => (started ? ']\n' : '[]\n'),
  };
}

/** One object a line, the form that line-wise tools read. */
export function ndjsonPrinter(columns: readonly OutputColumn[]): RowPrinter {
  const object = objectWriter(columns);
  return { rows: (batch) => batch.map((row) => `${object(row)}\n`).join(''), end: () => '' };
}

function objectWriter(columns: readonly OutputColumn[]): (row: readonly Value[]) => string {
  const keys = distinctNames(columns.map((column) => column.name)).map((name) => `${jsonString(name)}:`);
  return (row) =>
    `{${columns.map((column, index) => keys[index] + jsonText(row[index] ?? null, column.type)).join(',')}}`;
}

/** The names with later ones of the same spelling told apart: `id`, `id_2` … */
export function distinctNames(names: readonly string[]): string[] {
  const given = new Set(names);
  const used = new Set<string>();
  return names.map((name) => {
    let distinct = name;
    for (let next = 2; used.has(distinct); next++) {
      const numbered = `${name}_${next}`;
      if (!given.has(numbered)) distinct = numbered;
    }
    used.add(distinct);
    return distinct;
  });
}
