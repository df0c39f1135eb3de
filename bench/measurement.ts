import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Connection } from '../src/session/connection.ts';

/** What a measurement uses. */
export interface Bench {
  /** The URL of the server that replays pages. */
  readonly endpoint: string;
  readonly db: Connection;
  readonly sdk: DynamoDBDocumentClient;
  readonly rounds: number;
}

/** A figure and its target. */
export interface Result {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly target: { readonly atLeast: number } | { readonly atMost: number };
  /** The figures from which it was computed. */
  readonly from: string;
}

export interface Measurement {
  readonly name: string;
  /** Takes minutes, so it runs only if it is selected by name. */
  readonly long?: true;
  run(bench: Bench): Promise<readonly Result[]>;
}

export function isTargetMet({ value, target }: Result): boolean {
  return 'atLeast' in target ? value >= target.atLeast : value <= target.atMost;
}

/** `12.3 ms` */
export function formatMs(value: number): string {
  return `${value.toFixed(value < 10 ? 3 : 0)} ms`;
}
