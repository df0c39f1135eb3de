import { DriverError } from '../../core/errors.ts';
import { shortenNames } from './long-names.ts';
import { numberParameters } from './parameters.ts';
import { type InsertKind, readInsertKind } from './insert-kind.ts';
import { replaceMissingTests, restoreMissingTests } from './missing-tests.ts';
import { createByteIndexer, indexOfCharacter, toOriginalIndex, positionAt } from './positions.ts';
import { scan } from './scan.ts';
import { replaceTryCasts, restoreTryCasts } from './try-casts.ts';

/** Replaces `json` as a format of COPY. With its quotes it has the same length, so that positions do not change. */
export const JSON_FORMAT_PLACEHOLDER = 'js';

/** PostgreSQL's grammar reserves FORMAT JSON for its JSON constructors, so it rejects COPY … (FORMAT json). */
export function replaceJsonFormat(sql: string): string {
  if (!/\bformat\s+json\b/i.test(sql) || !/\bcopy\b/i.test(sql)) return sql;
  const tokens = scan(sql) ?? [];
  if (!/^copy$/i.test(tokens[0]?.text ?? '')) return sql;
  const at = tokens.findIndex(
    ({ text }, i) =>
      /^format$/i.test(text) &&
      /^json$/i.test(tokens[i + 1]?.text ?? '') &&
      /^[(,]$/.test(tokens[i - 1]?.text ?? ''),
  );
  const json = tokens[at + 1];
  return at < 0 || json === undefined
    ? sql
    : `${sql.slice(0, json.start)}'${JSON_FORMAT_PLACEHOLDER}'${sql.slice(json.end)}`;
}

/** A statement in the form that the parser accepts, and the mapping of its offsets to positions in the original. */
export interface PreparedText {
  readonly text: string;
  readonly parameterCount: number;
  readonly parameterNames: readonly string[];
  readonly insertKind: InsertKind;
  /** Puts back what the parser would have truncated or rejected: long names, tests for MISSING, and TRY_CAST. */
  readonly restore: <T>(parsed: T) => T;
  /** One-based positions in the user's statement of an index, a byte and a character of `text`. */
  readonly positionOfIndex: (index: number) => number;
  readonly positionOfByte: (byte: number) => number;
  readonly positionOfCharacter: (character: number) => number;
  readonly indexOfByte: (byte: number) => number;
}

const MAX_STATEMENT_BYTES = 1_048_576;

/** Prepares a statement for PostgreSQL's parser: parameters become `$n`, long names are shortened. */
export function prepareText(sql: string): PreparedText {
  checkText(sql);
  const missing = replaceMissingTests(sql);
  const tries = replaceTryCasts(missing.text);
  const { text: postgresSql, kind } = readInsertKind(replaceJsonFormat(tries.text));
  const numbered = numberParameters(postgresSql);
  const { text, edits, restore } = shortenNames(numbered.text);
  let byteIndex: ((byte: number) => number) | undefined;
  const indexAt = (byte: number): number => (byteIndex ??= createByteIndexer(text))(byte);
  const positionOfIndex = (index: number): number =>
    positionAt(sql, toOriginalIndex(numbered.edits, toOriginalIndex(edits, index)));
  const positionOfByte = (byte: number): number => positionOfIndex(indexAt(byte));
  const at = (indexes: ReadonlySet<number>): ((byte: number) => boolean) => {
    const positions = new Set([...indexes].map((index) => positionAt(sql, index)));
    return (byte) => positions.has(positionOfByte(byte));
  };
  return {
    text,
    parameterCount: numbered.parameterCount,
    parameterNames: numbered.parameterNames,
    insertKind: kind,
    restore: (parsed) => {
      const named = restore(parsed);
      const tested = missing.indexes.size === 0 ? named : restoreMissingTests(named, at(missing.indexes));
      return tries.indexes.size === 0 ? tested : restoreTryCasts(tested, at(tries.indexes));
    },
    positionOfIndex,
    positionOfByte,
    positionOfCharacter: (character) => positionOfIndex(indexOfCharacter(text, character)),
    indexOfByte: indexAt,
  };
}

function checkText(sql: string): void {
  const bytes = Buffer.byteLength(sql);
  if (bytes > MAX_STATEMENT_BYTES)
    throw new DriverError(
      'SQL_NOT_SUPPORTED',
      `the statement is ${bytes} bytes long; the maximum is ${MAX_STATEMENT_BYTES}`,
      {
        remedy: 'Shorten the statement, and pass long values as parameters.',
      },
    );
  const invalid = sql.search(/\0|\p{Surrogate}/u);
  if (invalid >= 0)
    throw new DriverError('SQL_SYNTAX', 'the statement contains a NUL character or an unpaired surrogate', {
      position: positionAt(sql, invalid),
    });
}
