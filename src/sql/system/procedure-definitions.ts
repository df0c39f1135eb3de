/** A value that a procedure is given, or gives. */
export interface ProcedureParameter {
  readonly name: string;
  readonly type: 'text' | 'bigint' | 'boolean';
  readonly required?: true;
  /** There may be several of it, as `name#1`, `name#2` … */
  readonly numbered?: true;
  readonly doc: string;
}

export interface ProcedureDefinition {
  readonly name: string;
  readonly doc: string;
  readonly parameters: readonly ProcedureParameter[];
  /** The columns of its one row. */
  readonly results: readonly ProcedureParameter[];
}

/** The procedures that CALL knows, under the names that the commercial drivers gave them. */
export const PROCEDURES = {
  CreateTable: {
    name: 'CreateTable',
    doc: 'Makes a table. CREATE TABLE does the same and more.',
    parameters: [
      { name: 'TableName', type: 'text', required: true, doc: 'The name of the table.' },
      {
        name: 'KeySchema_AttributeName#',
        type: 'text',
        required: true,
        numbered: true,
        doc: 'An attribute of the key: the partition key is #1, the sort key #2.',
      },
      {
        name: 'KeySchema_KeyType#',
        type: 'text',
        numbered: true,
        doc: 'HASH for the partition key, RANGE for the sort key; by their numbers where it is left out.',
      },
      {
        name: 'AttributeDefinitions_AttributeName#',
        type: 'text',
        numbered: true,
        doc: 'An attribute of the key whose type is given under the same number.',
      },
      {
        name: 'AttributeDefinitions_AttributeType#',
        type: 'text',
        numbered: true,
        doc: 'S for text, N for numbers, B for bytes; S where it is left out.',
      },
      {
        name: 'BillingMode',
        type: 'text',
        doc: 'PAY_PER_REQUEST or PROVISIONED; provisioned where capacity is given.',
      },
      {
        name: 'ProvisionedThroughput_ReadCapacityUnits',
        type: 'bigint',
        doc: 'Read capacity units a second.',
      },
      {
        name: 'ProvisionedThroughput_WriteCapacityUnits',
        type: 'bigint',
        doc: 'Write capacity units a second.',
      },
    ],
    results: [{ name: 'Success', type: 'boolean', doc: 'Whether the table was made.' }],
  },
  CreateSchema: {
    name: 'CreateSchema',
    doc: 'Writes the schema file of a table, as sampling finds it, to the folder Location.',
    parameters: [
      { name: 'TableName', type: 'text', required: true, doc: 'The name of the table.' },
      {
        name: 'FileName',
        type: 'text',
        doc: 'The name of the file in that folder, ending in .schema.json; the name of the table where it is left out.',
      },
    ],
    results: [
      { name: 'Result', type: 'text', doc: 'Success.' },
      { name: 'FileName', type: 'text', doc: 'The file that was written.' },
    ],
  },
} as const satisfies Record<string, ProcedureDefinition>;

export type ProcedureName = keyof typeof PROCEDURES;

/** The same in a list. */
export const PROCEDURE_LIST: readonly ProcedureDefinition[] = Object.values(PROCEDURES);
