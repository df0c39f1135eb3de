import type { TimeZone } from '../../core/time-zone.ts';

/** The time zone of a session, which SET changes. */
export interface SessionZone {
  /** That of the connection property. */
  readonly initial: TimeZone;
  current: TimeZone;
  /** What it becomes at the end of the transaction that has changed it. */
  atEnd?: { readonly commit: TimeZone; readonly rollback: TimeZone } | undefined;
}

/** Changes the time zone in a transaction, or only for the rest of it. */
export function changeZoneInTransaction(session: SessionZone, zone: TimeZone, isLocal: boolean): void {
  const { current, atEnd = { commit: current, rollback: current } } = session;
  session.atEnd = isLocal ? atEnd : { ...atEnd, commit: zone };
  session.current = zone;
}

/** Ends a transaction, which may have changed the time zone. */
export function endZoneChange(session: SessionZone, outcome: 'commit' | 'rollback'): void {
  if (session.atEnd === undefined) return;
  session.current = session.atEnd[outcome];
  session.atEnd = undefined;
}
