import type { Node, SelectStmt } from 'libpg-query';
import { DriverError } from '../../core/errors.ts';

/** Prints nodes of any kind, so that statements and expressions can contain each other. */
export interface Printer {
  readonly node: (node: Node | undefined) => string;
  readonly list: (nodes: readonly Node[] | undefined) => string;
  readonly select: (select: SelectStmt) => string;
  readonly location: (location: number | undefined) => { readonly position?: number };
}

/** The error for a construct that has no equivalent in DuckDB. */
export function unsupported(
  what: string,
  printer: Pick<Printer, 'location'>,
  location?: number,
): DriverError {
  return new DriverError('SQL_NOT_SUPPORTED', `${what} is not supported`, printer.location(location));
}
