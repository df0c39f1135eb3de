import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bulkMemory, bulkWrite } from './bulk-write.ts';
import { coldStart } from './cold-start.ts';
import { duelOf } from './duel.ts';
import { growth } from './growth.ts';
import { localFiles } from './local-files.ts';
import type { Measurement } from './measurement.ts';
import { memory, memoryGroupBy } from './memory.ts';
import { planning } from './planning.ts';
import { sessions } from './sessions.ts';
import { aggregate, csv, lookup, stream } from './sides.ts';
import { TABLE } from './tables.ts';

/** Files that the process takes with it when it ends. */
function ownFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'dynadbc-bench-'));
  process.once('exit', () => rmSync(folder, { recursive: true }));
  return folder;
}

/** Everything that can be measured, in the order in which it is. */
export const MEASUREMENTS: readonly Measurement[] = [
  memory,
  memoryGroupBy,
  planning,
  duelOf('aggregate', { timesTheRate: 9 }, ({ db, sdk }) => aggregate(db, sdk, TABLE)),
  localFiles,
  duelOf('objects', { timesTheRate: 2.8 }, ({ db, sdk }) => stream(db, sdk, TABLE)),
  duelOf('csv', { timesTheRate: 5 }, ({ db, sdk }) => csv(db, sdk, TABLE, ownFolder())),
  duelOf('lookup', { ofTheTime: 0.6 }, ({ db, sdk }) => lookup(db, sdk, TABLE)),
  coldStart,
  sessions,
  bulkWrite,
  bulkMemory,
  growth,
];
