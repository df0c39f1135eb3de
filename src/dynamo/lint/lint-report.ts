import type { ErrorCode } from '../../core/errors.ts';
import type { KeyType } from '../attribute-value.ts';
import type { Limit } from './limits.ts';

interface LintAttribute {
  readonly name: string;
  readonly type: KeyType;
}

/** A key schema. */
export interface LintKey {
  readonly partition: readonly LintAttribute[];
  readonly sort: readonly LintAttribute[];
}

/** The keys that a request is checked against: the table's, and the index's if the request reads one. */
export interface LintSchema {
  readonly key: LintKey;
  readonly index?: { readonly key: LintKey; readonly kind: 'global' | 'local' };
}

export interface Violation {
  readonly message: string;
  /** The page that states the rule. */
  readonly source: string;
  /** The error's code, where it is not DYNAMO_LIMIT. */
  readonly code?: ErrorCode;
}

/** An object in a request, whose shape is yet to be checked. */
export type Members = Readonly<Record<string, unknown>>;

export type Report = (source: string, message: string, code?: ErrorCode) => void;

const NO_MEMBERS: Members = {};

/** The value if it is an object, else an empty one. */
export function readObject(value: unknown): Members {
  return isMembers(value) ? value : NO_MEMBERS;
}

/** Reports a count above its limit. */
export function checkLimit({ max, unit, source }: Limit, count: number, where: string, report: Report): void {
  if (count > max) report(source, `${where}: ${count} ${unit} (maximum ${max})`);
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null;
}
