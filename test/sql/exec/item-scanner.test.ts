import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ColumnDef } from '../../../src/catalog/table-def.ts';
import type { AttributeMap, AttributeValue } from '../../../src/dynamo/attribute-value.ts';
import { createRowScanner } from '../../../src/sql/exec/item-scanner.ts';
import { createColumnDecoder } from '../../../src/sql/exec/row-decoder.ts';
import type { Value } from '../../../src/sql/types/value.ts';

const column = (
  name: string,
  kind: 'text' | 'bigint' | 'double' | 'blob' | 'boolean' | 'json',
): ColumnDef => ({
  name,
  path: [name],
  type: { kind },
  seen: {},
  presence: 1,
});
const COLUMNS = [
  column('id', 'text'),
  column('n', 'bigint'),
  column('x', 'double'),
  column('é "b"', 'blob'),
  column('ok', 'boolean'),
  column('doc', 'json'),
];

interface Scanned {
  readonly rows: readonly (readonly Value[])[];
  readonly isWhole: boolean;
}

function scan(json: string | Buffer): Scanned {
  const scanner = createRowScanner(COLUMNS, 'auto', new Set());
  const rows: Value[][] = [];
  if (scanner === undefined) return { rows, isWhole: false };
  const batches = scanner(Buffer.from(json));
  for (;;) {
    const next = batches.next();
    if (next.done === true) return { rows, isWhole: next.value };
    rows.push(...next.value);
  }
}

function decode(items: readonly AttributeMap[]): Value[][] {
  const decoders = COLUMNS.map((each) => createColumnDecoder(each, 'auto'));
  return items.map((item) => decoders.map((decoder) => decoder(item)));
}

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', '"', '\\', 'é', '湖', '😀', '\u0000', '\ud800', '"S":', '},{'),
);
const number = fc
  .oneof(fc.integer(), fc.bigInt(), fc.double({ noNaN: true, noDefaultInfinity: true }))
  .map(String);
const base64 = fc.uint8Array({ maxLength: 5 }).map((bytes) => Buffer.from(bytes).toString('base64'));
const { value } = fc.letrec<{ value: AttributeValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    text.map((S) => ({ S })),
    number.map((N) => ({ N })),
    base64.map((B) => ({ B })),
    fc.boolean().map((BOOL) => ({ BOOL })),
    fc.constant({ NULL: true as const }),
    fc.array(text).map((SS) => ({ SS })),
    fc.array(number).map((NS) => ({ NS })),
    fc.array(base64).map((BS) => ({ BS })),
    fc.array(tie('value')).map((L) => ({ L })),
    fc.dictionary(text, tie('value')).map((M) => ({ M })),
  ),
}));
const names = fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...COLUMNS.map(({ name }) => name)) }, text);
const items = fc.array(fc.dictionary(names, value, { maxKeys: 8 }), { maxLength: 6 });

/** A page of one item with a document of this many levels. */
function nested(levels: number): string {
  return `[{"doc":${'{"L":['.repeat(levels)}{"S":"x"}${']}'.repeat(levels)}}]`;
}

describe('rows read from the bytes of items', () => {
  it('are those that JSON.parse and the decoders of the columns make', () => {
    fc.assert(
      fc.property(items, (some) => {
        const json = JSON.stringify(some);
        expect(scan(json)).toEqual({ rows: decode(JSON.parse(json)), isWhole: true });
      }),
      { numRuns: 1000 },
    );
  });

  it('end before the first item with JSON that DynamoDB would not write', () => {
    const good = '{"id":{"S":"a"}}';
    for (const bad of [
      '{"id":{"S":"b" }}',
      '{"id":{"S":"b"}',
      '{"id":{"S":"b\n"}}',
      '{"id":{"X":"b"}}',
      '{"id":{"S":"b"},}',
      '{"other":{"S":tru}}',
      '{"doc":{"M":{"__proto__":{"S":"b"}}}}',
      '{"id":{"S":"\\x"}}',
      '{id:{"S":"b"}}',
    ])
      expect(scan(`[${good},${bad},${good}]`)).toEqual({
        rows: decode([{ id: { S: 'a' } }]),
        isWhole: false,
      });
  });

  it('end at documents nested deeper than DynamoDB stores them, without a stack overflow', () => {
    expect(scan(nested(32))).toMatchObject({ isWhole: true });
    expect(scan(nested(100_000))).toEqual({ rows: [], isWhole: false });
  });

  it('end where the page is cut off', () => {
    const page = Buffer.from('[{"id":{"S":"é"},"n":{"N":"1"}},{"id":{"S":"b"}}]');
    for (let length = 0; length < page.length; length++) {
      const { rows, isWhole } = scan(page.subarray(0, length));
      expect(isWhole).toBe(false);
      expect(decode([{ id: { S: 'é' }, n: { N: '1' } }, { id: { S: 'b' } }]).slice(0, rows.length)).toEqual(
        rows,
      );
    }
  });
});
