import type { KeyType } from '../attribute-value.ts';
import type { Limit } from './limits.ts';

interface LintAttribute {
  readonly name: string;
  readonly type: KeyType;
}

/** A key schema, as the catalog has it. */
export interface LintKey {
  readonly partition: readonly LintAttribute[];
  readonly sort: readonly LintAttribute[];
}

/** The keys that a request is checked against: the table's, and its index's where it reads one. */
export interface LintSchema {
  readonly key: LintKey;
  readonly index?: { readonly key: LintKey; readonly kind: 'global' | 'local' };
}

export interface Violation {
  readonly message: string;
  /** The page that states the rule. */
  readonly source: string;
}

/** Members of a part of a request whose shape is what is being checked. */
export type Members = Readonly<Record<string, unknown>>;

export type Report = (source: string, message: string) => void;

const NO_MEMBERS: Members = {};

export function readObject(value: unknown): Members {
  return isMembers(value) ? value : NO_MEMBERS;
}

/** Reports what is over a limit. */
export function checkLimit({ max, unit, source }: Limit, count: number, where: string, report: Report): void {
  if (count > max) report(source, `${where}: ${count} ${unit}, where DynamoDB takes ${max}`);
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null;
}
