/** The replayed tables with their numbers of items. For the growth, three of them differ by a factor of ten. */
export const TABLE_SIZES = { t25k: 25_000, t250k: 250_000, t1m: 1_000_000, t2500k: 2_500_000 } as const;

/** The table that most measurements read. */
export const TABLE = 't250k';

/** 4 GB of items, by DynamoDB's rules, with unique keys. */
export const LARGE_TABLE = 'unique4g';
export const LARGE_TABLE_ITEMS = 11_600_000;

/** The table in which fresh processes look up an item. */
export const SMALL_TABLE = 't25k';
