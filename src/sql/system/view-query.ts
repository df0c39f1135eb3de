import { isTableDescription, type Schema } from '../../catalog/schemas/schema-file.ts';
import { quoteName } from '../print/quote.ts';

/** Whether system tables list a schema as a view. */
export function isViewSchema(schema: Schema): boolean {
  return !isTableDescription(schema);
}

/** The query of a view; for the child table of a schema file, a SELECT from its table. */
export function toViewQuery(schema: Schema): string {
  if (schema.kind === 'view') return schema.query;
  const columns = schema.columns.filter(({ hidden }) => hidden !== true).map(({ name }) => quoteName(name));
  const where = schema.where === undefined ? '' : ` WHERE ${schema.where}`;
  return `SELECT ${columns.join(', ')} FROM ${quoteName(schema.table)}${where}`;
}
