/** A parameter of a procedure, or a column of its result. */
export interface ProcedureParameter {
  readonly name: string;
  readonly type: 'text' | 'bigint' | 'boolean';
  readonly required?: true;
  /** Can be repeated, as `name#1`, `name#2` … */
  readonly numbered?: true;
  readonly doc: string;
}

export interface ProcedureDefinition {
  readonly name: string;
  readonly doc: string;
  readonly parameters: readonly ProcedureParameter[];
  /** The columns of the row that it returns. */
  readonly results: readonly ProcedureParameter[];
}

/** The procedures for CALL, with the names that the commercial drivers use. */
export const PROCEDURES = {
  CreateTable: {
    name: 'CreateTable',
    doc: 'Creates a table. CREATE TABLE does the same and more.',
    parameters: [
      { name: 'TableName', type: 'text', required: true, doc: 'The name of the table.' },
      {
        name: 'KeySchema_AttributeName#',
        type: 'text',
        required: true,
        numbered: true,
        doc: 'An attribute of the key: #1 is the partition key, #2 the sort key.',
      },
      {
        name: 'KeySchema_KeyType#',
        type: 'text',
        numbered: true,
        doc: 'HASH for the partition key, RANGE for the sort key (default: HASH for #1, RANGE for #2).',
      },
      {
        name: 'AttributeDefinitions_AttributeName#',
        type: 'text',
        numbered: true,
        doc: 'An attribute of the key, whose type has the same number.',
      },
      {
        name: 'AttributeDefinitions_AttributeType#',
        type: 'text',
        numbered: true,
        doc: 'S for a string, N for a number, B for binary (default: S).',
      },
      {
        name: 'BillingMode',
        type: 'text',
        doc: 'PAY_PER_REQUEST or PROVISIONED (default: PROVISIONED if capacity units are set).',
      },
      {
        name: 'ProvisionedThroughput_ReadCapacityUnits',
        type: 'bigint',
        doc: 'Read capacity units per second.',
      },
      {
        name: 'ProvisionedThroughput_WriteCapacityUnits',
        type: 'bigint',
        doc: 'Write capacity units per second.',
      },
    ],
    results: [{ name: 'Success', type: 'boolean', doc: 'Whether the table was created.' }],
  },
  CreateSchema: {
    name: 'CreateSchema',
    doc: 'Samples a table and writes its schema file to the folder Location.',
    parameters: [
      { name: 'TableName', type: 'text', required: true, doc: 'The name of the table.' },
      {
        name: 'FileName',
        type: 'text',
        doc: 'The name of the file, ending in .schema.json (default: the name of the table).',
      },
    ],
    results: [
      { name: 'Result', type: 'text', doc: 'Success.' },
      { name: 'FileName', type: 'text', doc: 'The file that was written.' },
    ],
  },
} as const satisfies Record<string, ProcedureDefinition>;

export type ProcedureName = keyof typeof PROCEDURES;

/** The procedures as a list. */
export const PROCEDURE_LIST: readonly ProcedureDefinition[] = Object.values(PROCEDURES);
