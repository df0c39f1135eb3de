import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ChunkSlicer } from '../../../src/sql/engine/chunk-rows.ts';

describe('rows of a chunk', () => {
  it('are those of DuckDB, however long each slice takes', async () => {
    const connection = await (await DuckDBInstance.create()).connect();
    const result = await connection.run(
      `SELECT i, 'x' || i, [i], CASE WHEN i % 3 > 0 THEN i END FROM range(5000) t(i)`,
    );
    const chunks = await result.fetchAllChunks();
    const expected = chunks.flatMap((chunk) => chunk.getRows());
    fc.assert(
      fc.property(fc.infiniteStream(fc.integer({ min: 0, max: 30 })), (durations) => {
        let time = 0;
        const slicer = new ChunkSlicer(() => (time += durations.next().value ?? 0));
        const converters = Array.from({ length: 4 }, () => (value: unknown) => value);
        const rows = chunks.flatMap((chunk) => [...slicer.slices(chunk, chunk.rowCount, converters)].flat());
        expect(rows).toEqual(expected);
      }),
      { numRuns: 20 },
    );
    connection.closeSync();
  });

  it('are fewer per slice where they take long', async () => {
    const connection = await (await DuckDBInstance.create()).connect();
    const result = await connection.run('SELECT i FROM range(2048) t(i)');
    const [chunk] = await result.fetchAllChunks();
    if (chunk === undefined) throw new Error('no rows');
    const sizes = (msPerRow: number): number[] => {
      let time = 0;
      const slicer = new ChunkSlicer(() => time);
      const slow = (value: unknown): unknown => {
        time += msPerRow;
        return value;
      };
      return [...slicer.slices(chunk, chunk.rowCount, [slow])].map((rows) => rows.length);
    };
    expect(Math.max(...sizes(1).slice(1))).toBeLessThanOrEqual(4);
    expect(Math.max(...sizes(100).slice(1))).toBe(1);
    expect(sizes(0).length).toBeLessThan(10);
    connection.closeSync();
  });
});
