import { type Measurement, formatMs } from './measurement.ts';

/** One run of one side. The results are compared, so that both sides provably do the same work. */
export interface Sample {
  readonly ms: number;
  readonly result: string;
}

export interface Comparison {
  readonly name: string;
  /** One by default. More for short samples, so that both sides meet the same load. */
  readonly samplesPerRound?: number;
  readonly driver: () => Promise<Sample>;
  readonly sdk: () => Promise<Sample>;
}

export interface Outcome {
  readonly name: string;
  /** Medians over the rounds. */
  readonly driverMs: number;
  readonly sdkMs: number;
  /** How many times faster the driver is. */
  readonly ratio: number;
}

/** Runs both sides alternately. The side that begins changes with every sample, and the first round is discarded. */
export async function compareSides(
  { name, samplesPerRound = 1, driver, sdk }: Comparison,
  rounds: number,
): Promise<Outcome> {
  const driverTimes: number[] = [];
  const sdkTimes: number[] = [];
  for (let i = 0; i < (rounds + 1) * samplesPerRound; i += 1) {
    const first = i % 2 === 0 ? await driver() : undefined;
    const sdkSample = await sdk();
    const driverSample = first ?? (await driver());
    if (driverSample.result !== sdkSample.result) {
      throw new Error(`${name}: the driver returned ${driverSample.result}, the SDK ${sdkSample.result}`);
    }
    if (i < samplesPerRound) continue;
    driverTimes.push(driverSample.ms);
    sdkTimes.push(sdkSample.ms);
  }
  const [driverMs, sdkMs] = [median(driverTimes), median(sdkTimes)];
  return { name, driverMs, sdkMs, ratio: sdkMs / driverMs };
}

/** The driver's minimum rate or its maximum time, relative to the SDK's. */
type Goal = { readonly minRate: number } | { readonly maxTime: number };

/** Creates a measurement of one comparison. */
export function createComparison(
  name: string,
  goal: Goal,
  prepare: (...bench: Parameters<Measurement['run']>) => Comparison | Promise<Comparison>,
): Measurement {
  return {
    name,
    async run(bench) {
      const { name: what, driverMs, sdkMs, ratio } = await compareSides(await prepare(bench), bench.rounds);
      const from = `${formatMs(driverMs)} against ${formatMs(sdkMs)} of the SDK`;
      return 'minRate' in goal
        ? [{ what, value: ratio, unit: 'x', target: { atLeast: goal.minRate }, from }]
        : [{ what, value: 1 / ratio, unit: 'of the time', target: { atMost: goal.maxTime }, from }];
    },
  };
}

/** Measures how long the work takes. */
export async function measureTime(work: () => Promise<string>): Promise<Sample> {
  const start = performance.now();
  const result = await work();
  return { result, ms: performance.now() - start };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
