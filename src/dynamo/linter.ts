import { DriverError } from '../core/errors.ts';
import type { KeyType } from './attribute-value.ts';
import type { ReadOperation } from './client.ts';
import type { BuiltRequest } from './request.ts';

interface LintKey {
  readonly partition: readonly { readonly name: string; readonly type: KeyType }[];
  readonly sort: readonly { readonly name: string; readonly type: KeyType }[];
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

export function lintRequest(
  _operation: ReadOperation,
  _input: Readonly<Record<string, unknown>>,
  _schema?: LintSchema,
): readonly Violation[] {
  return [];
}

/** Throws where DynamoDB would refuse. */
export function checkRequest({ operation, input }: BuiltRequest, schema?: LintSchema): void {
  const violations = lintRequest(operation, input, schema);
  if (violations.length > 0) {
    throw new DriverError(
      'DYNAMO_LIMIT',
      `${operation}: ${violations.map(({ message }) => message).join('; ')}`,
    );
  }
}
