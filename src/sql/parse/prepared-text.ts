import { DriverError } from '../../core/errors.ts';
import { replaceJsonFormat } from './copy-format.ts';
import { shortenNames } from './long-names.ts';
import { numberParameters } from './parameters.ts';
import { type InsertKind, readInsertKind } from './insert-kind.ts';
import { createByteIndexer, indexOfCharacter, toOriginalIndex, positionAt } from './positions.ts';

/** A statement as the parser takes it, and the way back from places in it to positions in the user's text. */
export interface PreparedText {
  readonly text: string;
  readonly parameterCount: number;
  readonly parameterNames: readonly string[];
  readonly insertKind: InsertKind;
  /** Puts back the names that the parser would have cut. */
  readonly restore: <T>(parsed: T) => T;
  /** One-based positions in the user's text, of an index, a byte and a character of `text`. */
  readonly positionOfIndex: (index: number) => number;
  readonly positionOfByte: (byte: number) => number;
  readonly positionOfCharacter: (character: number) => number;
  readonly indexOfByte: (byte: number) => number;
}

const MAX_STATEMENT_BYTES = 1_048_576;

/** Makes a statement ready for PostgreSQL's parser: parameters as `$n`, names short enough. */
export function prepareText(sql: string): PreparedText {
  checkText(sql);
  const { text: standing, verb } = readInsertKind(replaceJsonFormat(sql));
  const numbered = numberParameters(standing);
  const { text, edits, restore } = shortenNames(numbered.text);
  let byteIndex: ((byte: number) => number) | undefined;
  const indexAt = (byte: number): number => (byteIndex ??= createByteIndexer(text))(byte);
  const positionOfIndex = (index: number): number =>
    positionAt(sql, toOriginalIndex(numbered.edits, toOriginalIndex(edits, index)));
  return {
    text,
    parameterCount: numbered.parameterCount,
    parameterNames: numbered.parameterNames,
    insertKind: verb,
    restore,
    positionOfIndex,
    positionOfByte: (byte) => positionOfIndex(indexAt(byte)),
    positionOfCharacter: (character) => positionOfIndex(indexOfCharacter(text, character)),
    indexOfByte: indexAt,
  };
}

function checkText(sql: string): void {
  const bytes = Buffer.byteLength(sql);
  if (bytes > MAX_STATEMENT_BYTES)
    throw new DriverError(
      'SQL_NOT_SUPPORTED',
      `The statement has ${bytes} bytes; at most ${MAX_STATEMENT_BYTES} are read.`,
      {
        remedy: 'Shorten the statement: pass long values as parameters.',
      },
    );
  const stray = sql.search(/\0|\p{Surrogate}/u);
  if (stray >= 0)
    throw new DriverError(
      'SQL_SYNTAX',
      'The statement holds a character that is no Unicode text (NUL or half of a surrogate pair).',
      { position: positionAt(sql, stray) },
    );
}
