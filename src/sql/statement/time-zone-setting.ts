import type { Node, VariableSetStmt } from 'libpg-query';
import { resolveTimeZone, type TimeZone, toTimeZone } from '../../core/time-zone.ts';
import { DriverError } from '../../core/errors.ts';
import type { StatementContext } from '../exec/context.ts';
import { changeZoneInTransaction } from '../exec/session-zone.ts';
import type { ParsedCommand } from '../parse/parse.ts';

/** The time zone that SET names. Throws SQL_BAD_ARGUMENT for an unknown one. */
export function readTimeZone({ args }: VariableSetStmt, parsed: ParsedCommand): TimeZone {
  const [value] = args ?? [];
  const text = value === undefined ? '' : formatZone(value);
  const name = resolveTimeZone(text);
  if (name !== undefined) return toTimeZone(name);
  throw new DriverError('SQL_BAD_ARGUMENT', `invalid value for parameter "TimeZone": "${text}"`, {
    position: parsed.position(0),
    remedy: 'Name a time zone such as Europe/Zurich, or a whole number of hours east of UTC.',
  });
}

/** A name, a number of hours, or an interval of hours. */
function formatZone(node: Node): string {
  if ('TypeCast' in node && node.TypeCast.arg !== undefined)
    return formatZone(node.TypeCast.arg).replace(/^([-+]?\d{1,2})(?::00)+$/, '$1');
  if (!('A_Const' in node)) return '';
  const { sval, ival, fval } = node.A_Const;
  return sval?.sval ?? fval?.fval ?? String(ival?.ival ?? 0);
}

/** Changes the session's time zone: until the transaction ends where it is local, and until it is rolled back in every transaction. */
export function changeTimeZone(zone: TimeZone, { session, block }: StatementContext, isLocal = false): void {
  const { open } = block;
  if (isLocal && open === undefined) {
    session.warn('SET LOCAL can only be used in transaction blocks');
    return;
  }
  if (open === undefined) session.zone.current = zone;
  else changeZoneInTransaction(session.zone, zone, isLocal);
}
