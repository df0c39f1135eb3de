import { mayBeKept } from './history.ts';
import { begunAfter } from './statement-buffer.ts';

/** Makes one entry of the history out of the lines of a statement. */
export interface MultilineHistory {
  /** readline has put a line before the others, the newest; before it tells of the line itself. */
  added(newestFirst: string[]): void;
  typed(line: string): void;
  /** What was typed so far is no statement any more. */
  forget(): void;
}

export function multilineHistory(): MultilineHistory {
  let begun = '';
  let entry = '';
  return {
    // readline lets a listener change its list.
    added(newestFirst) {
      const line = newestFirst.shift();
      if (line === undefined) return;
      const before = begun === '' ? -1 : newestFirst.indexOf(entry);
      if (before >= 0) newestFirst.splice(before, 1);
      entry = begun === '' ? line : `${entry}\n${line}`;
      if (mayBeKept(entry)) newestFirst.unshift(entry);
    },
    typed(line) {
      begun = begunAfter(begun, line);
    },
    forget() {
      begun = '';
    },
  };
}
