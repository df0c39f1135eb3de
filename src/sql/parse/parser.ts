import { createRequire } from 'node:module';
import type * as Parser from 'libpg-query';

const MAX_LOAD_MS = 60_000;

const requirePackage: (name: 'libpg-query') => typeof Parser = createRequire(import.meta.url);
let parser: typeof Parser | undefined;

let loading: Promise<void> | undefined;

/** Loads PostgreSQL's parser, which is WebAssembly. Statements are parsed and scanned only after that. */
export function loadParser(): Promise<void> {
  return (loading ??= load());
}

async function load(): Promise<void> {
  // Required, not imported: Node reads an imported CommonJS package twice, and keeps 9 MB more for it.
  const required = requirePackage('libpg-query');
  // Compiling does not keep Node's event loop alive. Without anything else in it Node waits until V8 has optimized what
  // the first statement runs, which takes longer than all the rest.
  const keepAlive = setInterval(() => undefined, MAX_LOAD_MS);
  try {
    await required.loadModule();
    parser = required;
  } finally {
    clearInterval(keepAlive);
  }
}

/** Parses a statement; `getErrorPosition` returns the position of the errors that it throws. */
export function parseTree(text: string): Parser.ParseResult {
  return loaded().parseSync(text);
}

/** Scans a statement; undefined if its end cannot be scanned, which the parser reports with a position. */
export function scanTokens(text: string): readonly Parser.ScanToken[] | undefined {
  const { scanSync } = loaded();
  try {
    return scanSync(text).tokens;
  } catch {
    return undefined;
  }
}

/** The zero-based character at which the parser failed; undefined if the error is not one of syntax. */
export function getErrorPosition(error: unknown): number | undefined {
  return loaded().hasSqlDetails(error) ? (error.sqlDetails?.cursorPosition ?? 0) : undefined;
}

function loaded(): typeof Parser {
  if (parser === undefined) throw new Error('The parser is not loaded');
  return parser;
}
