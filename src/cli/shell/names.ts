import type { Connection } from '../../session/connection.ts';
import type { NameSource } from './completer.ts';

/** Names of a connection, each looked up once. A failed look-up yields no completions. */
export function cachedNames({ metadata }: Connection): NameSource {
  const known = new Map<string, Promise<readonly string[]>>();
  const once = (key: string, load: () => Promise<readonly string[]>): Promise<readonly string[]> => {
    const cached = known.get(key);
    if (cached !== undefined) return cached;
    const names = load().catch(() => {
      // Completion is optional: a user who may not list tables can still type their names.
      known.delete(key);
      return [];
    });
    known.set(key, names);
    return names;
  };
  return {
    tables: () => once('', async () => (await metadata.tables()).map((table) => table.name)),
    columns: (table) =>
      once(table, async () =>
        (await metadata.columns(table)).filter((column) => !column.hidden).map((column) => column.name),
      ),
  };
}
