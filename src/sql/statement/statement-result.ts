import { addStats } from '../../dynamo/read/read-stats.ts';
import { restart, type RetryScope, retryOnChange } from './fresh-catalog.ts';
import type { RunningBody, StatementResult } from './statement.ts';
import { abortError } from '../../core/async/abort.ts';
import { DriverError, getErrorMessage } from '../../core/errors.ts';

/** The error that leaves a statement: what is not a DriverError is a cancellation, or a bug of the driver. */
export function toStatementError(thrown: unknown, signal?: AbortSignal): DriverError {
  if (thrown instanceof DriverError) return thrown;
  if (signal?.aborted === true) return abortError(signal);
  return new DriverError('EXEC_ENGINE', `internal error: ${getErrorMessage(thrown)}`, { cause: thrown });
}

/**
 * Starts a statement, and starts it again if it fails before its first rows because a table has changed. Failures of the
 * result are DriverErrors.
 */
export async function startStatement(
  start: () => Promise<RunningBody>,
  scope: RetryScope,
): Promise<StatementResult> {
  const first = await retryOnChange(scope, start);
  const attempts = new Attempts(first, start, scope);
  const { columns, plan, stats, writes, tag = 'SELECT', affected, isCut, texts, addedColumns } = first;
  return {
    columns,
    timeZone: scope.context.settings.timeZone,
    plan,
    stats,
    sampling: scope.context.sampling,
    writes,
    tag,
    affected,
    arrays: (rows) => new ResultPages(attempts, (running) => running.arrays(rows)),
    objects: (rows) => new ResultPages(attempts, (running) => running.objects(rows)),
    ...(texts && { texts: () => new ResultPages(attempts, (running) => running.texts?.() ?? texts()) }),
    ...(addedColumns && { addedColumns: () => attempts.last.addedColumns?.() ?? [] }),
    ...(isCut && { isCut: () => attempts.last.isCut?.() ?? false }),
    close: () => attempts.close(),
  };
}

/** A running statement, and the second one that may take its place. */
class Attempts {
  readonly first: RunningBody;
  last: RunningBody;
  readonly #start: () => Promise<RunningBody>;
  readonly #scope: RetryScope;

  constructor(first: RunningBody, start: () => Promise<RunningBody>, scope: RetryScope) {
    this.first = first;
    this.last = first;
    this.#start = start;
    this.#scope = scope;
  }

  /** The error of the statement for anything that was thrown. */
  toError(thrown: unknown): Error {
    return toStatementError(thrown, this.#scope.signal);
  }

  /** Replaces a statement whose first rows failed, or fails as it did. */
  async restart(error: unknown): Promise<RunningBody> {
    this.last = await restart(error, this.first, this.#start, this.#scope);
    return this.last;
  }

  /** Counts what the second attempt read in the statistics of the statement. Called when its rows end. */
  countLast(): void {
    if (this.last === this.first || this.#isCounted) return;
    this.#isCounted = true;
    addStats(this.first.stats, this.last.stats);
  }
  #isCounted = false;

  async close(): Promise<void> {
    this.countLast();
    try {
      await this.first.close();
      if (this.last !== this.first) await this.last.close();
    } catch (error) {
      throw this.toError(error);
    }
  }
}

/** Written by hand, because an async generator around another takes several more turns of the microtask queue per page. */
class ResultPages<T> implements AsyncGenerator<T> {
  #pages: AsyncGenerator<T>;
  #isStarted = false;
  readonly #attempts: Attempts;
  readonly #open: (running: RunningBody) => AsyncGenerator<T>;

  constructor(attempts: Attempts, open: (running: RunningBody) => AsyncGenerator<T>) {
    this.#attempts = attempts;
    this.#open = open;
    this.#pages = open(attempts.last);
  }

  next(): Promise<IteratorResult<T>> {
    const page = this.#pages.next();
    if (this.#isStarted) return page.catch(this.#fail);
    this.#isStarted = true;
    return page.catch(this.#restart);
  }

  return(value?: unknown): Promise<IteratorResult<T>> {
    return this.#pages.return(value).catch(this.#fail);
  }

  throw(thrown: unknown): Promise<IteratorResult<T>> {
    return this.#pages.throw(thrown).catch(this.#fail);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  readonly #fail = (error: unknown): never => {
    throw this.#attempts.toError(error);
  };

  readonly #restart = async (error: unknown): Promise<IteratorResult<T>> => {
    try {
      this.#pages = countAtEnd(this.#open(await this.#attempts.restart(error)), this.#attempts);
      return await this.#pages.next();
    } catch (second) {
      throw this.#attempts.toError(second);
    }
  };
}

async function* countAtEnd<T>(pages: AsyncGenerator<T>, attempts: Attempts): AsyncGenerator<T> {
  yield* pages;
  attempts.countLast();
}
