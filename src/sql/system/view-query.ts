import { describesTable, type Schema } from '../../catalog/schemas/schema-file.ts';
import { quoteName } from '../print/quote.ts';

/** Whether a schema is shown as a view. */
export function isViewSchema(schema: Schema): boolean {
  return !describesTable(schema);
}

/** The query that a view stands for. */
export function toViewQuery(schema: Schema): string {
  if (schema.kind === 'view') return schema.query;
  const columns = schema.columns.filter(({ hidden }) => hidden !== true).map(({ name }) => quoteName(name));
  const where = schema.where === undefined ? '' : ` WHERE ${schema.where}`;
  return `SELECT ${columns.join(', ')} FROM ${quoteName(schema.table)}${where}`;
}
