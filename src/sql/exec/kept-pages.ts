import type { Page } from '../../dynamo/lane/page.ts';
import type { TableRead } from '../plan/table-read.ts';

/** Up to this the pages of a statement are kept until its relations are loaded. */
const MAX_BYTES = 16 * 1024 * 1024;

/** The pages that a statement has read, so that it can run again without reading them again. */
export class KeptPages {
  readonly #pages = new Map<string, Page[]>();
  #bytes = 0;

  add({ alias }: TableRead, page: Page): void {
    this.#bytes += page.items.length;
    if (!this.isComplete) {
      this.#pages.clear();
      return;
    }
    const pages = this.#pages.get(alias) ?? [];
    pages.push(page);
    this.#pages.set(alias, pages);
  }

  /** Whether no page was too much to keep. */
  get isComplete(): boolean {
    return this.#bytes <= MAX_BYTES;
  }

  /** All items that were read for a relation, as one page. */
  readonly find = ({ alias }: TableRead): Page => {
    const pages = this.#pages.get(alias) ?? [];
    const bodies = pages
      .filter(({ count }) => count > 0)
      .map(({ items }) => items.toString('utf8').trim().slice(1, -1));
    const count = pages.reduce((sum, page) => sum + page.count, 0);
    return { items: Buffer.from(`[${bodies.join(',')}]`), count, scannedCount: count, consumed: [] };
  };
}

/** Thrown before the first row of `SELECT *`: its relations have columns that they did not have when it was planned. */
export class NewColumns extends Error {
  readonly pages: KeptPages;

  constructor(pages: KeptPages) {
    super('the tables have attributes that were not columns when the statement was planned');
    this.name = 'NewColumns';
    this.pages = pages;
  }
}
