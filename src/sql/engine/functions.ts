import { DuckDBScalarFunction, VARCHAR, type DuckDBConnection } from '@duckdb/node-api';
import type { AttributeValue } from '../../dynamo/attribute-value.ts';
import { fitsDouble, plainDigits } from './number-value.ts';
import { plainItemText, plainText } from './plain-document.ts';

/** The functions that loading calls where DuckDB has none; they run in JavaScript, a chunk at a time. Text in, text out. */
const FUNCTIONS: readonly { readonly name: string; readonly apply: (text: string) => string | null }[] = [
  {
    // A DynamoDB value in wire form as plain JSON; {"NULL":true} as SQL's NULL.
    name: 'dynamo_plain',
    apply: (text) => {
      const value: AttributeValue = JSON.parse(text);
      return 'NULL' in value ? null : plainText(value);
    },
  },
  { name: 'dynamo_plain_item', apply: (text) => plainItemText(JSON.parse(text)) },
  { name: 'dynamo_digits', apply: plainDigits },
  { name: 'dynamo_double', apply: (text) => (fitsDouble(text) ? text : null) },
];

/** Registers them for the whole instance. */
export function registerFunctions(connection: DuckDBConnection): void {
  for (const { name, apply } of FUNCTIONS) {
    connection.registerScalarFunction(
      DuckDBScalarFunction.create({
        name,
        returnType: VARCHAR,
        parameterTypes: [VARCHAR],
        mainFunction: (_, input, output) => {
          const texts = input.getColumnVector(0);
          for (let i = 0; i < input.rowCount; i++) {
            const text = texts.getItem(i);
            output.setItem(i, typeof text === 'string' ? apply(text) : null);
          }
          output.flush();
        },
      }),
    );
  }
}
