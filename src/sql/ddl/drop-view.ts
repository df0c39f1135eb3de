import type { DropStmt } from 'libpg-query';
import { isTableDescription } from '../../catalog/schemas/schema-file.ts';
import type { StoredSchema } from '../../catalog/schemas/schema-store.ts';
import { DriverError } from '../../core/errors.ts';
import { nearest } from '../../core/nearest.ts';
import type { StatementContext } from '../exec/context.ts';
import { getStringValues } from '../parse/tree.ts';
import { type Command, emptyResult } from '../exec/command.ts';

/** `DROP VIEW [IF EXISTS] name, …` */
export const dropView: Command = {
  nodes: ['DropStmt'],
  async run(parsed, _parameters, context) {
    if (!('DropStmt' in parsed.node) || parsed.node.DropStmt.removeType !== 'OBJECT_VIEW')
      throw parsed.unsupported();
    const statement = parsed.node.DropStmt;
    const found = await Promise.all(
      getViewNames(statement).map((name) => findView(name, statement, context)),
    );
    for (const stored of found) if (stored !== undefined) await context.catalog.schemas.remove(stored);
    return emptyResult('DROP VIEW');
  },
};

function getViewNames({ objects }: DropStmt): readonly string[] {
  return (objects ?? []).map((node) =>
    'List' in node ? (getStringValues(node.List.items).at(-1) ?? '') : '',
  );
}

async function findView(
  name: string,
  { missing_ok: ifExists }: DropStmt,
  { catalog, session }: StatementContext,
): Promise<StoredSchema | undefined> {
  const stored = await catalog.schemas.find(name);
  if (stored !== undefined && isTableDescription(stored.schema))
    throw new DriverError('CATALOG_WRONG_KIND', `"${stored.schema.name}" is not a view`, {
      remedy: 'Use DROP TABLE to remove a table.',
    });
  if (stored !== undefined) return stored;
  if (ifExists === true) {
    session.warn(`view "${name}" does not exist, skipping`);
    return undefined;
  }
  const names = (await catalog.schemas.all()).map(({ schema }) => schema.name);
  throw new DriverError('CATALOG_UNKNOWN_TABLE', `view "${name}" does not exist`, {
    candidates: nearest(name, names),
    remedy: 'Check the name; sys_views lists the views.',
  });
}
