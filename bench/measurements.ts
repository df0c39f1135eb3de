import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bulkMemory, bulkWrite } from './bulk-write.ts';
import { coldStart } from './cold-start.ts';
import { createComparison } from './comparison.ts';
import { growth } from './growth.ts';
import { localFiles } from './local-files.ts';
import type { Measurement } from './measurement.ts';
import { memory, memoryGroupBy } from './memory.ts';
import { planning } from './planning.ts';
import { sessions } from './sessions.ts';
import { aggregate, csv, lookup, stream } from './sides.ts';
import { TABLE } from './tables.ts';

/** Creates a folder that is removed when the process exits. */
function createFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'dynadbc-bench-'));
  process.once('exit', () => rmSync(folder, { recursive: true }));
  return folder;
}

/** All measurements, in the order in which they run. */
export const MEASUREMENTS: readonly Measurement[] = [
  memory,
  memoryGroupBy,
  planning,
  createComparison('aggregate', { minRate: 9 }, ({ db, sdk }) => aggregate(db, sdk, TABLE)),
  localFiles,
  createComparison('objects', { minRate: 2.8 }, ({ db, sdk }) => stream(db, sdk, TABLE)),
  createComparison('csv', { minRate: 5 }, ({ db, sdk }) => csv(db, sdk, TABLE, createFolder())),
  createComparison('lookup', { maxTime: 0.6 }, ({ db, sdk }) => lookup(db, sdk, TABLE)),
  coldStart,
  sessions,
  bulkWrite,
  bulkMemory,
  growth,
];
