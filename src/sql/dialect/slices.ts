import type { Node } from 'libpg-query';
import { DriverError } from '../../core/errors.ts';
import type { RewriteContext } from './types.ts';

/** PostgreSQL's error for `document[0:1]`, at one of the bounds. */
export function refuseSlice(
  bound: Node | undefined,
  { position }: Pick<RewriteContext, 'position'>,
): DriverError {
  const location = bound !== undefined && 'A_Const' in bound ? bound.A_Const.location : undefined;
  return new DriverError('SQL_TYPE_MISMATCH', 'jsonb subscript does not support slices', {
    ...(location !== undefined && { position: position(location) }),
    remedy: 'Extract single elements, as in lines[0].',
  });
}
