/** The tables that are replayed, with their sizes: three of them ten times as large as the one before. */
export const TABLE_SIZES = { t25k: 25_000, t250k: 250_000, t1m: 1_000_000, t2500k: 2_500_000 } as const;

/** What most measurements read. */
export const TABLE = 't250k';

/** 4 GB of items, by DynamoDB's count, all with keys of their own. */
export const LARGE_TABLE = 'unique4g';
export const LARGE_TABLE_ITEMS = 11_600_000;

/** What a fresh process looks an item up in. */
export const SMALL_TABLE = 't25k';
