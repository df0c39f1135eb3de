import type { DuckDBDataChunk, DuckDBValue } from '@duckdb/node-api';
import { MAX_HOLD_MS } from '../../core/async/turns.ts';

/** A slice takes about half of what may hold the event loop: the rest is for who reads its rows. */
const SLICE_MS = MAX_HOLD_MS / 2;
const FIRST_SLICE_ROWS = 32;

/**
 * Converts the rows of chunks in slices that take a few milliseconds each, because a chunk may have hundreds of columns or long
 * strings. The sizes of slices are learned from those before.
 */
export class ChunkSlicer {
  #rows = FIRST_SLICE_ROWS;
  readonly #now: () => number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** The first `count` rows of a chunk; `converters`: one per column. */
  *slices<T>(
    chunk: DuckDBDataChunk,
    count: number,
    converters: readonly ((value: DuckDBValue) => T)[],
  ): Generator<T[][]> {
    const vectors = converters.map((_, i) => chunk.getColumnVector(i));
    for (let start = 0; start < count;) {
      const end = Math.min(count, start + this.#rows);
      const begun = this.#now();
      const rows: T[][] = Array.from({ length: end - start }, () => []);
      // Column by column, as DuckDB keeps them.
      for (const [i, vector] of vectors.entries()) {
        const convert = converters[i];
        if (convert === undefined) continue;
        for (let row = start; row < end; row += 1) rows[row - start]?.push(convert(vector.getItem(row)));
      }
      this.#adapt(this.#now() - begun, end - start);
      start = end;
      yield rows;
    }
  }

  #adapt(elapsedMs: number, rows: number): void {
    if (elapsedMs > SLICE_MS) this.#rows = Math.max(1, Math.floor((rows * SLICE_MS) / elapsedMs));
    else if (rows === this.#rows && elapsedMs < SLICE_MS / 2) this.#rows *= 2;
  }
}
