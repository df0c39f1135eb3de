import { isSafeToStore } from './history.ts';
import { appendLine } from './statement-buffer.ts';

/** Joins the lines of a statement into one history entry. */
export interface MultilineHistory {
  /** Handles readline's `history` event, which comes before `line`; the list is newest first. */
  onHistory(newestFirst: string[]): void;
  onLine(line: string): void;
  /** Discards the statement typed so far. */
  reset(): void;
}

export function multilineHistory(): MultilineHistory {
  let pending = '';
  let entry = '';
  return {
    // readline allows listeners to change the list in place.
    onHistory(newestFirst) {
      const line = newestFirst.shift();
      if (line === undefined) return;
      const before = pending === '' ? -1 : newestFirst.indexOf(entry);
      if (before >= 0) newestFirst.splice(before, 1);
      entry = pending === '' ? line : `${entry}\n${line}`;
      if (isSafeToStore(entry)) newestFirst.unshift(entry);
    },
    onLine(line) {
      pending = appendLine(pending, line);
    },
    reset() {
      pending = '';
    },
  };
}
