import type { DropStmt } from 'libpg-query';
import { describesTable } from '../../catalog/schemas/schema-file.ts';
import type { StoredSchema } from '../../catalog/schemas/schema-store.ts';
import { DriverError } from '../../core/errors.ts';
import { nearest } from '../../core/nearest.ts';
import type { StatementContext } from '../exec/context.ts';
import { textsOf } from '../parse/tree.ts';
import { type Command, done } from '../exec/command.ts';

/** `DROP VIEW [IF EXISTS] name, …` */
export const dropView: Command = {
  nodes: ['DropStmt'],
  async run(parsed, _parameters, context) {
    if (!('DropStmt' in parsed.node) || parsed.node.DropStmt.removeType !== 'OBJECT_VIEW')
      throw parsed.refusal();
    const statement = parsed.node.DropStmt;
    const found = await Promise.all(namesOf(statement).map((name) => viewNamed(name, statement, context)));
    for (const stored of found) if (stored !== undefined) await context.catalog.schemas.remove(stored);
    return done('DROP VIEW');
  },
};

function namesOf({ objects }: DropStmt): readonly string[] {
  return (objects ?? []).map((node) => ('List' in node ? (textsOf(node.List.items).at(-1) ?? '') : ''));
}

async function viewNamed(
  name: string,
  { missing_ok: missingIsFine }: DropStmt,
  { catalog, session }: StatementContext,
): Promise<StoredSchema | undefined> {
  const stored = await catalog.schemas.find(name);
  if (stored !== undefined && describesTable(stored.schema))
    throw new DriverError('CATALOG_WRONG_KIND', `"${stored.schema.name}" is a table, and no view.`);
  if (stored !== undefined) return stored;
  if (missingIsFine === true) {
    session.warn(`There is no view "${name}": nothing is dropped`);
    return undefined;
  }
  const names = (await catalog.schemas.all()).map(({ schema }) => schema.name);
  throw new DriverError('CATALOG_UNKNOWN_TABLE', `There is no view "${name}".`, {
    candidates: nearest(name, names),
    remedy: 'Check the name; sys_views lists the views.',
  });
}
