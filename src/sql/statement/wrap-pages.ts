import type { RowReader } from '../exec/direct.ts';

/** The same result with the pages of each form of its rows wrapped. */
export function wrapPages<T extends RowReader>(
  rows: T,
  wrap: <P>(pages: AsyncGenerator<P[]>) => AsyncGenerator<P[]>,
): T {
  const { texts } = rows;
  return {
    ...rows,
    arrays: () => wrap(rows.arrays()),
    objects: () => wrap(rows.objects()),
    ...(texts && { texts: () => wrap(texts()) }),
  };
}
