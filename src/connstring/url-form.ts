import { DriverError } from '../core/errors.ts';
import { Secret } from '../core/secret.ts';
import {
  type IsPublic,
  MAX_CONNECTION_STRING_LENGTH,
  type PropertyToken,
  connectionSyntaxError,
} from './tokenize.ts';

const FORM = /^\s*(?:jdbc:)?(?:dynamodb|amazondynamodb|dynadbc):\/\//i;

/** Whether a connection string has the form `dynamodb://region?Key=Value&Key=Value`. */
export function isUrlForm(text: string): boolean {
  return FORM.test(text.slice(0, 100));
}

/** Splits the URL form. Keys and values are percent-encoded; `+` is literal, since secret keys may contain it. */
export function tokenizeUrl(text: string, isPublic: IsPublic): readonly PropertyToken[] {
  if (text.length > MAX_CONNECTION_STRING_LENGTH) {
    throw new DriverError(
      'CONN_SYNTAX',
      `connection string exceeds ${MAX_CONNECTION_STRING_LENGTH} characters`,
    );
  }
  const start = FORM.exec(text)?.[0].length ?? 0;
  const question = text.indexOf('?', start);
  const hostEnd = question < 0 ? text.trimEnd().length : question;
  const host = decode(text.slice(start, hostEnd).replace(/\/$/, ''), start);
  if (!/^[\w -]*$/.test(host)) {
    throw connectionSyntaxError('expected a Region between // and ?', start);
  }
  const tokens: PropertyToken[] = host === '' ? [] : [{ key: 'AWSRegion', position: start + 1, value: host }];
  let at = hostEnd + 1;
  for (const piece of question < 0
    ? []
    : text
        .slice(question + 1)
        .trimEnd()
        .split('&')) {
    if (piece !== '') tokens.push(parsePair(piece, at, isPublic, tokens.at(-1)));
    at += piece.length + 1;
  }
  return tokens;
}

function parsePair(piece: string, at: number, isPublic: IsPublic, before?: PropertyToken): PropertyToken {
  const equals = piece.indexOf('=');
  if (equals < 1) throw connectionSyntaxError('expected Key=Value between "&"', at, before);
  const key = decode(piece.slice(0, equals), at).trim();
  const value = decode(piece.slice(equals + 1), at + equals + 1);
  const repair = '"&" in a value must be written as %26';
  return { key, position: at + 1, value: isPublic(key) ? value : new Secret(value), repair };
}

function decode(encoded: string, at: number): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    // The cause would quote the input, which may be a secret.
    throw connectionSyntaxError('"%" must be followed by two hexadecimal digits of UTF-8', at);
  }
}
