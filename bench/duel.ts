import { type Measurement, ms } from './measurement.ts';

/** One turn of one side: how long it took, and what it found, so that both can be seen to do the same work. */
export interface Turn {
  readonly ms: number;
  readonly found: string;
}

export interface Duel {
  readonly name: string;
  /** So many of a round, one unless said: short ones, so that both sides meet the machine in the same mood. */
  readonly turns?: number;
  readonly driver: () => Promise<Turn>;
  readonly sdk: () => Promise<Turn>;
}

export interface Outcome {
  readonly name: string;
  /** Medians over the rounds. */
  readonly driverMs: number;
  readonly sdkMs: number;
  /** How many times the driver is faster. */
  readonly ratio: number;
}

/** Both sides in turns, after a round that does not count. Who begins changes from turn to turn. */
export async function fight({ name, turns = 1, driver, sdk }: Duel, rounds: number): Promise<Outcome> {
  const driverTimes: number[] = [];
  const sdkTimes: number[] = [];
  for (let turn = 0; turn < (rounds + 1) * turns; turn += 1) {
    const first = turn % 2 === 0 ? await driver() : undefined;
    const sdkTurn = await sdk();
    const driverTurn = first ?? (await driver());
    if (driverTurn.found !== sdkTurn.found) {
      throw new Error(`${name}: the driver found ${driverTurn.found}, the SDK ${sdkTurn.found}`);
    }
    if (turn < turns) continue;
    driverTimes.push(driverTurn.ms);
    sdkTimes.push(sdkTurn.ms);
  }
  const [driverMs, sdkMs] = [median(driverTimes), median(sdkTimes)];
  return { name, driverMs, sdkMs, ratio: sdkMs / driverMs };
}

/** How many times the rate of the SDK the driver should have, or at most how much of its time it should take. */
type Goal = { readonly timesTheRate: number } | { readonly ofTheTime: number };

/** A duel as a measurement of its own. */
export function duelOf(
  name: string,
  goal: Goal,
  prepare: (...world: Parameters<Measurement['run']>) => Duel | Promise<Duel>,
): Measurement {
  return {
    name,
    async run(bench) {
      const { name: what, driverMs, sdkMs, ratio } = await fight(await prepare(bench), bench.rounds);
      const from = `${ms(driverMs)} against ${ms(sdkMs)} of the SDK`;
      return 'timesTheRate' in goal
        ? [{ what, value: ratio, unit: 'x', target: { atLeast: goal.timesTheRate }, from }]
        : [{ what, value: 1 / ratio, unit: 'of the time', target: { atMost: goal.ofTheTime }, from }];
    },
  };
}

/** What the work gave, and the milliseconds it took. */
export async function timed(work: () => Promise<string>): Promise<Turn> {
  const start = performance.now();
  const found = await work();
  return { found, ms: performance.now() - start };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
