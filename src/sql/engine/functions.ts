import {
  BIGINT,
  BOOLEAN,
  DuckDBScalarFunction,
  type DuckDBType,
  VARCHAR,
  type DuckDBConnection,
} from '@duckdb/node-api';
import type { AttributeValue } from '../../dynamo/attribute-value.ts';
import { DIALECT_FUNCTIONS, type TextFunction } from '../dialect/functions/list.ts';
import { fitsDouble, toFixedDigits } from '../types/number-value.ts';
import { itemToEngineJson, itemToTypedJson, toEngineJson, toTypedJson } from '../types/plain-document.ts';
import { createYieldingMacro, IN_JAVASCRIPT, registerYield } from './yielding.ts';

/** Functions for loading items that DuckDB lacks. */
const LOADING_FUNCTIONS: readonly TextFunction[] = [
  {
    // A DynamoDB value in wire form as a document; {"NULL":true} as SQL's NULL.
    name: 'dynamo_plain',
    parameters: 1,
    apply: (text = '') => convertDocument(text, toEngineJson),
  },
  { name: 'dynamo_plain_item', parameters: 1, apply: (text = '') => itemToEngineJson(JSON.parse(text)) },
  { name: 'dynamo_typed', parameters: 1, apply: (text = '') => convertDocument(text, toTypedJson) },
  { name: 'dynamo_typed_item', parameters: 1, apply: (text = '') => itemToTypedJson(JSON.parse(text)) },
  {
    name: 'dynamo_fixed',
    parameters: 2,
    apply: (digits = '', scale = '') => toFixedDigits(digits, Number(scale)),
  },
  { name: 'dynamo_double', parameters: 1, apply: (text = '') => (fitsDouble(text) ? text : null) },
];

function convertDocument(text: string, convert: (value: AttributeValue) => string): string | null {
  const value: AttributeValue = JSON.parse(text);
  return 'NULL' in value ? null : convert(value);
}

/** Registers the functions that run in JavaScript, chunk by chunk, for the whole instance. They take and return strings. */
export function registerFunctions(connection: DuckDBConnection): void {
  for (const each of [...LOADING_FUNCTIONS, ...DIALECT_FUNCTIONS]) register(connection, each);
}

/** The same for an instance that runs statements: between chunks the event loop turns. */
export async function registerYieldingFunctions(connection: DuckDBConnection): Promise<void> {
  registerYield(connection);
  const yielding = [...LOADING_FUNCTIONS, ...DIALECT_FUNCTIONS];
  for (const each of yielding) register(connection, { ...each, name: each.name + IN_JAVASCRIPT }, [BOOLEAN]);
  const macros = yielding.map(({ name, parameters }) => createYieldingMacro(name, parameters));
  // In one transaction, which takes half the time.
  await connection.run(['BEGIN', ...macros, 'COMMIT'].join(';'));
}

/** `ignored` are the types of further parameters, which the function does not see. */
function register(
  connection: DuckDBConnection,
  { name, parameters, apply }: TextFunction,
  ignored: readonly DuckDBType[] = [],
): void {
  connection.registerScalarFunction(
    DuckDBScalarFunction.create({
      name,
      returnType: VARCHAR,
      parameterTypes: [...Array.from({ length: parameters }, () => VARCHAR), ...ignored],
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

/** The functions over stored attributes, which the planning engine does not expand and never runs, with their parameters and types. */
const PLANNED_FUNCTIONS: readonly (readonly [name: string, parameters: number, type: DuckDBType])[] = [
  ['pg_attribute_type', 2, BOOLEAN],
  ['pg_stored_begins_with', 3, BOOLEAN],
  ['pg_stored_contains', 3, BOOLEAN],
  ['pg_stored_size', 1, BIGINT],
];

export function registerPlannedFunctions(connection: DuckDBConnection): void {
  for (const [name, parameters, returnType] of PLANNED_FUNCTIONS)
    connection.registerScalarFunction(
      DuckDBScalarFunction.create({
        name,
        returnType,
        parameterTypes: Array.from({ length: parameters }, () => VARCHAR),
        // A constant attribute does not exist.
        mainFunction: (_, input, output) => {
          for (let row = 0; row < input.rowCount; row++) output.setItem(row, null);
          output.flush();
        },
      }),
    );
}
