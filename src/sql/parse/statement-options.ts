/** The values that an option takes. */
type OptionType =
  | { readonly kind: 'number'; readonly above?: number; readonly from?: number; readonly to?: number }
  | { readonly kind: 'word'; readonly words: readonly string[] }
  | { readonly kind: 'boolean' }
  /** A function or an object, which is not checked here. */
  | { readonly kind: 'object' };

/** An option of a statement. */
export interface StatementOption {
  readonly type: OptionType;
  /** The setting that it overrides for the statement; undefined: it concerns the call only. */
  readonly setting?: string;
  readonly convert?: (value: number) => number;
  /** Its hint after SELECT, with an example value for messages. */
  readonly hint?: { readonly keyword: string; readonly example?: number };
  /** The connection property that sets it for all statements of a session. */
  readonly property?: string;
}

const anyNumberAbove0 = { kind: 'number', above: 0 } as const;
const boolean = { kind: 'boolean' } as const;
const object = { kind: 'object' } as const;

/** Every option of a statement: the checks, the hints after SELECT and the properties of sessions derive from it. */
export const STATEMENT_OPTIONS = {
  rowMode: { type: { kind: 'word', words: ['object', 'array'] } },
  signal: { type: object },
  onProgress: { type: object },
  maxRcu: {
    type: anyNumberAbove0,
    setting: 'maxRcu',
    hint: { keyword: 'MAX_RCU', example: 50 },
    property: 'maxRcu',
  },
  maxWcu: { type: anyNumberAbove0, setting: 'maxWcu', property: 'maxWcu' },
  capacityPercent: {
    type: { kind: 'number', above: 0, to: 100 },
    setting: 'capacityPercent',
    hint: { keyword: 'CAPACITY_PERCENT', example: 20 },
    property: 'capacityPercent',
  },
  timeoutMs: {
    // The maximum delay of a timer.
    type: { kind: 'number', from: 0, to: 2 ** 31 - 1 },
    setting: 'timeoutMs',
    property: 'statementTimeout',
  },
  maxRows: { type: { kind: 'number', from: -1 }, setting: 'maxRows', property: 'maxRows' },
  pageSize: {
    type: { kind: 'number', from: 1 },
    setting: 'pageSize',
    convert: Math.ceil,
    hint: { keyword: 'PAGE_SIZE', example: 100 },
    property: 'pageSize',
  },
  fullScan: {
    type: { kind: 'word', words: ['Allow', 'Warn', 'Deny'] },
    setting: 'fullScan',
    property: 'fullScan',
  },
  onConflict: {
    type: { kind: 'word', words: ['Retry', 'Skip', 'Error'] },
    setting: 'onConflict',
    property: 'onConflict',
  },
  unknownAttributes: {
    type: { kind: 'word', words: ['Warn', 'Error', 'Ignore'] },
    setting: 'unknownAttributes',
    property: 'unknownAttributes',
  },
  consistent: {
    type: boolean,
    setting: 'consistentReads',
    hint: { keyword: 'CONSISTENT' },
    property: 'useConsistentReads',
  },
  passthrough: { type: boolean, setting: 'passthrough', property: 'queryPassthrough' },
} as const satisfies Record<string, StatementOption>;

export type StatementOptionName = keyof typeof STATEMENT_OPTIONS;

/** The values that an option takes, as a phrase; undefined if the value is one of them. */
export function describeMismatch({ type }: StatementOption, value: unknown): string | undefined {
  switch (type.kind) {
    case 'number': {
      const { above = -Infinity, from = -Infinity, to = Infinity } = type;
      if (typeof value === 'number' && value > above && value >= from && value <= to) return undefined;
      const lower = above === -Infinity ? `at least ${from}` : `greater than ${above}`;
      return `a number ${lower}${to === Infinity ? '' : ` and at most ${to}`}`;
    }
    case 'word':
      return type.words.some((word) => word === value) ? undefined : `one of ${type.words.join(', ')}`;
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'true or false';
    case 'object':
      return undefined;
  }
}
