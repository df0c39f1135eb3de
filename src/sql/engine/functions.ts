import { DuckDBScalarFunction, VARCHAR, type DuckDBConnection } from '@duckdb/node-api';
import type { AttributeValue } from '../../dynamo/attribute-value.ts';
import { DIALECT_FUNCTIONS, type TextFunction } from '../dialect/functions/list.ts';
import { fitsDouble, toFixedDigits } from '../types/number-value.ts';
import { itemToJsonText, toJsonText } from '../types/plain-document.ts';

/** Functions for loading items that DuckDB lacks. */
const LOADING_FUNCTIONS: readonly TextFunction[] = [
  {
    // A DynamoDB value in wire form as plain JSON; {"NULL":true} as SQL's NULL.
    name: 'dynamo_plain',
    parameters: 1,
    apply: (text = '') => {
      const value: AttributeValue = JSON.parse(text);
      return 'NULL' in value ? null : toJsonText(value);
    },
  },
  { name: 'dynamo_plain_item', parameters: 1, apply: (text = '') => itemToJsonText(JSON.parse(text)) },
  {
    name: 'dynamo_fixed',
    parameters: 2,
    apply: (digits = '', scale = '') => toFixedDigits(digits, Number(scale)),
  },
  { name: 'dynamo_double', parameters: 1, apply: (text = '') => (fitsDouble(text) ? text : null) },
];

/** Registers the functions that run in JavaScript, chunk by chunk, for the whole instance. They take and return strings. */
export function registerFunctions(connection: DuckDBConnection): void {
  for (const each of [...LOADING_FUNCTIONS, ...DIALECT_FUNCTIONS]) register(connection, each);
}

function register(connection: DuckDBConnection, { name, parameters, apply }: TextFunction): void {
  connection.registerScalarFunction(
    DuckDBScalarFunction.create({
      name,
      returnType: VARCHAR,
      parameterTypes: Array.from({ length: parameters }, () => VARCHAR),
      mainFunction: (_, input, output) => {
        const columns = Array.from({ length: parameters }, (_each, i) => input.getColumnVector(i));
        for (let row = 0; row < input.rowCount; row++) {
          const texts = columns
            .map((column) => column.getItem(row))
            .filter((text) => typeof text === 'string');
          output.setItem(row, texts.length === parameters ? apply(...texts) : null);
        }
        output.flush();
      },
    }),
  );
}
