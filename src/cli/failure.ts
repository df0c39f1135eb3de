import { DriverError, type ErrorCode, messageOf } from '../core/errors.ts';
import type { Attempt } from '../core/errors.ts';
import { UsageError } from './usage-error.ts';
import { displayWidth } from './output/display-width.ts';
import { paint } from './output/paint.ts';
import { escapeControl, escapeControlLines } from '../host/node/escape-control.ts';

/** A failure together with the statement that its position refers to. */
export class StatementFailure extends Error {
  readonly statement: string;

  constructor(statement: string, cause: unknown) {
    super(messageOf(cause), { cause });
    this.name = 'StatementFailure';
    this.statement = statement;
  }
}

/** Runs work on a statement, so that its failures can show where in the statement they arose. */
export async function aboutStatement<T>(statement: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (failure) {
    throw new StatementFailure(statement, failure);
  }
}

/** A failure as `--json-errors` prints it. */
export interface FailureReport {
  readonly code: ErrorCode | 'USAGE';
  readonly sqlState: string | null;
  readonly message: string;
  readonly remedy: string;
  /** One-based character position in the statement. */
  readonly position: number | null;
  readonly candidates: readonly string[];
  readonly attempts: readonly Attempt[];
}

/** What to do about it here, where that is something else than in a program. */
const REMEDIES: ReadonlyMap<ErrorCode, string> = new Map([
  [
    'SQL_PARAMETERS',
    'Give each its value: `dynadbc query … --param value`, or `--param name=value` for :name.',
  ],
]);

/** What there is to say of anything that was thrown. */
export function reportOf(thrown: unknown): FailureReport {
  const failure = originOf(thrown);
  if (failure instanceof UsageError) {
    return {
      code: 'USAGE',
      sqlState: null,
      message: failure.message,
      remedy: failure.remedy,
      position: null,
      candidates: [],
      attempts: [],
    };
  }
  const known =
    failure instanceof DriverError
      ? failure
      : new DriverError('EXEC_ENGINE', messageOf(failure), { cause: failure });
  const { code, sqlState, message, position, candidates, attempts } = known;
  const remedy = REMEDIES.get(code) ?? known.remedy;
  return { code, sqlState, message, remedy, position: position ?? null, candidates, attempts };
}

/** The failure for a person: what, then where, then what to do. */
export function failureText(
  thrown: unknown,
  look: { readonly colors: boolean; readonly columns: number },
): string {
  const style = paint(look.colors);
  const report = reportOf(thrown);
  const state = report.sqlState === null ? '' : style.dim(` (SQLSTATE ${report.sqlState})`);
  const lines = [`${style.red(style.bold('error:'))} ${escapeControlLines(report.message)}${state}`];
  if (thrown instanceof StatementFailure && report.position !== null && !report.code.startsWith('CONN_')) {
    lines.push(...pointer(thrown.statement, report.position, look.columns));
  }
  // Some messages name them already.
  const told = new Set(report.message.split(/[^\p{L}\p{N}_$.-]+/u));
  const candidates = report.candidates.filter(
    (name) => !told.has(name) && !report.message.includes(`"${name}"`),
  );
  if (candidates.length > 0) {
    lines.push(`did you mean ${candidates.map((name) => `"${escapeControl(name)}"`).join(' or ')}?`);
  }
  if (report.attempts.length > 0) lines.push('tried:');
  for (const { what, why } of report.attempts)
    lines.push(`  - ${escapeControl(what)}: ${escapeControl(why)}`);
  lines.push(`${style.bold('hint:')} ${escapeControlLines(report.remedy)}`);
  return `${lines.join('\n')}\n`;
}

/** The stack of a failure and of what caused it, for `--debug`. */
export function stackText(thrown: unknown): string {
  const stacks: string[] = [];
  for (let at = originOf(thrown); at instanceof Error && stacks.length < 10; at = at.cause) {
    stacks.push(at.stack ?? at.message);
  }
  return stacks.length === 0 ? '' : `${stacks.map(escapeControlLines).join('\ncaused by: ')}\n`;
}

/** The line of the statement that holds the position, cut to the width, and a caret under the place. */
function pointer(statement: string, position: number, width: number): string[] {
  // PostgreSQL counts code points.
  const characters = Array.from(statement);
  const at = Math.min(position - 1, characters.length);
  const start = characters.slice(0, at).lastIndexOf('\n') + 1;
  const next = characters.indexOf('\n', at);
  const end = next < 0 ? characters.length : next;
  const label = `LINE ${characters.slice(0, start).filter((character) => character === '\n').length + 1}: `;

  const room = Math.max(20, width - label.length - 8);
  const from = at - start > room ? at - Math.floor(room / 2) : start;
  const to = Math.min(end, from + room);
  const before = label + (from > start ? '…' : '') + shown(characters.slice(from, at));
  return [
    `${before}${shown(characters.slice(at, to)).trimEnd()}${to < end ? '…' : ''}`,
    `${' '.repeat(displayWidth(before))}^`,
  ];
}

/** What was thrown in the first place. */
export function originOf(thrown: unknown): unknown {
  return thrown instanceof StatementFailure ? thrown.cause : thrown;
}

function shown(characters: readonly string[]): string {
  return escapeControl(characters.join('').replaceAll('\t', ' '));
}
