import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Connection } from '../src/session/connection.ts';

/** What measurements work with. */
export interface Bench {
  /** Of the server that replays pages. */
  readonly endpoint: string;
  readonly db: Connection;
  readonly sdk: DynamoDBDocumentClient;
  readonly rounds: number;
}

/** One figure and what it ought to be. */
export interface Result {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly target: { readonly atLeast: number } | { readonly atMost: number };
  /** What the figure was made from. */
  readonly from: string;
}

export interface Measurement {
  readonly name: string;
  /** Only where it is asked for by name: it takes minutes. */
  readonly long?: true;
  run(bench: Bench): Promise<readonly Result[]>;
}

export function isMet({ value, target }: Result): boolean {
  return 'atLeast' in target ? value >= target.atLeast : value <= target.atMost;
}

/** `12.3 ms` */
export function ms(value: number): string {
  return `${value.toFixed(value < 10 ? 3 : 0)} ms`;
}
