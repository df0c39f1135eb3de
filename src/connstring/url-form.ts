import { DriverError } from '../core/errors.ts';
import { Secret } from '../core/secret.ts';
import { type IsPublic, MAX_LENGTH, type Token, mayBelongTo } from './tokenize.ts';

const FORM = /^\s*(?:jdbc:)?(?:dynamodb|amazondynamodb|dynadbc):\/\//i;

/** Whether a connection string is written as `dynamodb://region?Key=Value&Key=Value`. */
export function isUrlForm(text: string): boolean {
  return FORM.test(text.slice(0, 100));
}

/** Reads the URL form. Keys and values are percent-encoded; `+` stands for itself, as keys of AWS may hold it. */
export function tokenizeUrl(text: string, isPublic: IsPublic): readonly Token[] {
  if (text.length > MAX_LENGTH) {
    throw new DriverError('CONN_SYNTAX', `The connection string is longer than ${MAX_LENGTH} characters`);
  }
  const start = FORM.exec(text)?.[0].length ?? 0;
  const question = text.indexOf('?', start);
  const hostEnd = question < 0 ? text.trimEnd().length : question;
  const host = decode(text.slice(start, hostEnd).replace(/\/$/, ''), start);
  if (!/^[\w -]*$/.test(host)) {
    throw malformed('expected a Region between // and ?', start);
  }
  const tokens: Token[] = host === '' ? [] : [{ key: 'AWSRegion', position: start + 1, value: host }];
  let at = hostEnd + 1;
  for (const piece of question < 0
    ? []
    : text
        .slice(question + 1)
        .trimEnd()
        .split('&')) {
    if (piece !== '') tokens.push(token(piece, at, isPublic, tokens.at(-1)));
    at += piece.length + 1;
  }
  return tokens;
}

function token(piece: string, at: number, isPublic: IsPublic, before?: Token): Token {
  const equals = piece.indexOf('=');
  if (equals < 1) throw malformed(`expected Key=Value between "&"${mayBelongTo(before)}`, at);
  const key = decode(piece.slice(0, equals), at).trim();
  const value = decode(piece.slice(equals + 1), at + equals + 1);
  const repair = '"&" in it is written %26';
  return { key, position: at + 1, value: isPublic(key) ? value : new Secret(value), repair };
}

function decode(encoded: string, at: number): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    // The cause would quote the text, which may be a secret.
    throw malformed('"%" must be followed by two hexadecimal digits of UTF-8', at);
  }
}

function malformed(problem: string, at: number): DriverError {
  return new DriverError('CONN_SYNTAX', `Character ${at + 1} of the connection string: ${problem}`, {
    position: at + 1,
  });
}
