import type { Connection } from '../../session/connection.ts';
import type { Names } from './completer.ts';

/** The names that a connection knows, asked for once. What cannot be had completes to nothing. */
export function cachedNames({ metadata }: Connection): Names {
  const known = new Map<string, Promise<readonly string[]>>();
  const once = (key: string, ask: () => Promise<readonly string[]>): Promise<readonly string[]> => {
    const asked = known.get(key);
    if (asked !== undefined) return asked;
    const answer = ask().catch(() => {
      // Whoever may not list tables can still type; the statement itself will say what is wrong.
      known.delete(key);
      return [];
    });
    known.set(key, answer);
    return answer;
  };
  return {
    tables: () => once('', async () => (await metadata.tables()).map((table) => table.name)),
    columns: (table) =>
      once(table, async () =>
        (await metadata.columns(table)).filter((column) => !column.hidden).map((column) => column.name),
      ),
  };
}
