import type { OutputColumn } from '../../session/connection.ts';
import type { Value } from '../../sql/types/value.ts';
import { formatJsonString, formatJson } from './json-text.ts';
import type { RowPrinter } from './printer.ts';

/** One array of objects, one row per line. */
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

/** One object per line (NDJSON). */
export function ndjsonPrinter(columns: readonly OutputColumn[]): RowPrinter {
  const object = objectWriter(columns);
  return { rows: (batch) => batch.map((row) => `${object(row)}\n`).join(''), end: () => '' };
}

function objectWriter(columns: readonly OutputColumn[]): (row: readonly Value[]) => string {
  const keys = distinctNames(columns.map((column) => column.name)).map(
    (name) => `${formatJsonString(name)}:`,
  );
  return (row) =>
    `{${columns.map((column, index) => keys[index] + formatJson(row[index] ?? null, column.type)).join(',')}}`;
}

/** Makes duplicate names distinct by numbering them: `id`, `id_2` … */
export function distinctNames(names: readonly string[]): string[] {
  const all = new Set(names);
  const used = new Set<string>();
  return names.map((name) => {
    let distinct = name;
    for (let next = 2; used.has(distinct); next++) {
      const numbered = `${name}_${next}`;
      if (!all.has(numbered)) distinct = numbered;
    }
    used.add(distinct);
    return distinct;
  });
}
