import { DriverError, type ErrorCode, getErrorMessage } from '../core/errors.ts';
import type { Attempt } from '../core/errors.ts';
import { UsageError } from './usage-error.ts';
import { displayWidth } from './output/display-width.ts';
import { paint } from './output/paint.ts';
import { escapeControl, escapeControlLines } from '../host/node/escape-control.ts';

/** A failure and the statement its position refers to. */
export class StatementFailure extends Error {
  readonly statement: string;

  constructor(statement: string, cause: unknown) {
    super(getErrorMessage(cause), { cause });
    this.name = 'StatementFailure';
    this.statement = statement;
  }
}

/** Attaches the statement to failures of the work, so that they can show the position. */
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
  readonly retryable: boolean;
  readonly message: string;
  readonly remedy: string;
  /** One-based character position in the statement. */
  readonly position: number | null;
  readonly candidates: readonly string[];
  readonly attempts: readonly Attempt[];
}

/** Remedies that differ on the command line. */
const REMEDIES: ReadonlyMap<ErrorCode, string> = new Map([
  [
    'SQL_PARAMETERS',
    'Add a value for each parameter: `dynadbc query … --param value`, or `--param name=value` for :name.',
  ],
]);

/** Converts any thrown value to a report. */
export function toFailureReport(thrown: unknown): FailureReport {
  const failure = unwrapFailure(thrown);
  if (failure instanceof UsageError) {
    return {
      code: 'USAGE',
      sqlState: null,
      retryable: false,
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
      : new DriverError('EXEC_ENGINE', getErrorMessage(failure), { cause: failure });
  const { code, sqlState, retryable, message, position, candidates, attempts } = known;
  const remedy = REMEDIES.get(code) ?? known.remedy;
  return { code, sqlState, retryable, message, remedy, position: position ?? null, candidates, attempts };
}

/** Formats a failure for the terminal: what happened, where, and what to do. */
export function formatFailure(
  thrown: unknown,
  look: { readonly colors: boolean; readonly columns: number },
): string {
  const style = paint(look.colors);
  const report = toFailureReport(thrown);
  const state = report.sqlState === null ? '' : style.dim(` (SQLSTATE ${report.sqlState})`);
  const lines = [`${style.red(style.bold('error:'))} ${escapeControlLines(report.message)}${state}`];
  if (thrown instanceof StatementFailure && report.position !== null && !report.code.startsWith('CONN_')) {
    lines.push(...formatPosition(thrown.statement, report.position, look.columns));
  }
  // The message may already name a candidate, or the hint does: "customer", "orders.customer".
  const mentioned = new Set(report.message.split(/[^\p{L}\p{N}_$.-]+/u));
  const candidates = report.candidates.filter(
    (name) =>
      !mentioned.has(name) &&
      !report.message.includes(`"${name}"`) &&
      !report.remedy.includes(`"${name}"`) &&
      !report.remedy.includes(`.${name}"`),
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

/** The stack traces of a failure and its causes, for `--debug`. */
export function formatStack(thrown: unknown): string {
  const stacks: string[] = [];
  for (let at = unwrapFailure(thrown); at instanceof Error && stacks.length < 10; at = at.cause) {
    stacks.push(at.stack ?? at.message);
  }
  return stacks.length === 0 ? '' : `${stacks.map(escapeControlLines).join('\ncaused by: ')}\n`;
}

/** The statement's line at the position, cut to the terminal width, with a caret below it. */
function formatPosition(statement: string, position: number, width: number): string[] {
  // PostgreSQL counts code points.
  const characters = Array.from(statement);
  const at = Math.min(position - 1, characters.length);
  const start = characters.slice(0, at).lastIndexOf('\n') + 1;
  const next = characters.indexOf('\n', at);
  const end = next < 0 ? characters.length : next;
  const label = `LINE ${characters.slice(0, start).filter((character) => character === '\n').length + 1}: `;

  const available = Math.max(20, width - label.length - 8);
  const from = at - start > available ? at - Math.floor(available / 2) : start;
  const to = Math.min(end, from + available);
  const before = label + (from > start ? '…' : '') + escapeTabs(characters.slice(from, at));
  return [
    `${before}${escapeTabs(characters.slice(at, to)).trimEnd()}${to < end ? '…' : ''}`,
    `${' '.repeat(displayWidth(before))}^`,
  ];
}

/** The original error. */
export function unwrapFailure(thrown: unknown): unknown {
  return thrown instanceof StatementFailure ? thrown.cause : thrown;
}

function escapeTabs(characters: readonly string[]): string {
  return escapeControl(characters.join('').replaceAll('\t', ' '));
}
