/** A limit that DynamoDB documents. */
export interface Limit {
  readonly max: number;
  /** What is counted, for messages. */
  readonly unit: string;
  /** The page of the Amazon DynamoDB Developer Guide or API Reference that states it. */
  readonly source: string;
}

const GUIDE = 'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide';
const API = 'https://docs.aws.amazon.com/amazondynamodb/latest/APIReference';

const CONSTRAINTS = `${GUIDE}/Constraints.html`;
const INDEXES = `${GUIDE}/SecondaryIndexes.html`;
const OPERATORS = `${GUIDE}/Expressions.OperatorsAndFunctions.html`;

/** DynamoDB's documented limits on requests. Emulators enforce few of them. */
export const LIMITS = {
  expressionBytes: { max: 4096, unit: 'bytes in an expression', source: CONSTRAINTS },
  operators: { max: 300, unit: 'operators and functions in an expression', source: CONSTRAINTS },
  inOperands: { max: 100, unit: 'operands of IN', source: OPERATORS },
  nesting: { max: 32, unit: 'levels of nesting', source: CONSTRAINTS },
  placeholderBytes: {
    max: 255,
    unit: 'bytes in an expression attribute name or value',
    source: CONSTRAINTS,
  },
  attributeNameBytes: { max: 65_535, unit: 'bytes in an attribute name', source: CONSTRAINTS },
  variablesBytes: { max: 2 * 1024 * 1024, unit: 'bytes of expression variables', source: CONSTRAINTS },
  partitionKeyBytes: { max: 2048, unit: 'bytes in a partition key value', source: CONSTRAINTS },
  sortKeyBytes: { max: 1024, unit: 'bytes in a sort key value', source: CONSTRAINTS },
  numberDigits: { max: 38, unit: 'significant digits in a number', source: CONSTRAINTS },
  batchGetKeys: { max: 100, unit: 'keys in a BatchGetItem', source: `${API}/API_BatchGetItem.html` },
  batchWriteItems: { max: 25, unit: 'items in a BatchWriteItem', source: `${API}/API_BatchWriteItem.html` },
  batchWriteBytes: {
    max: 16 * 1024 * 1024,
    unit: 'bytes of items',
    source: `${API}/API_BatchWriteItem.html`,
  },
  itemBytes: { max: 400 * 1024, unit: 'bytes', source: CONSTRAINTS },
  transactItems: { max: 100, unit: 'writes in a transaction', source: `${API}/API_TransactWriteItems.html` },
  transactBytes: {
    max: 4 * 1024 * 1024,
    unit: 'bytes of items',
    source: `${API}/API_TransactWriteItems.html`,
  },
  statementLength: {
    max: 8192,
    unit: 'characters in a PartiQL statement',
    source: `${API}/API_ExecuteStatement.html`,
  },
  tableKey: { max: 2, unit: 'attributes in the key of a table', source: CONSTRAINTS },
  indexKeyAttributes: { max: 4, unit: 'attributes', source: INDEXES },
  globalIndexes: { max: 20, unit: 'global secondary indexes', source: CONSTRAINTS },
  localIndexes: { max: 5, unit: 'local secondary indexes', source: CONSTRAINTS },
  projectedAttributes: { max: 100, unit: 'projected non-key attributes', source: CONSTRAINTS },
  segments: { max: 1_000_000, unit: 'segments of a Scan', source: `${API}/API_Scan.html` },
} as const satisfies Record<string, Limit>;

/** The pages that state rules other than limits. */
export const PAGES = {
  placeholders: `${GUIDE}/Expressions.ExpressionAttributeNames.html`,
  projection: `${GUIDE}/Expressions.ProjectionExpressions.html`,
  keyCondition: `${GUIDE}/Query.KeyConditionExpressions.html`,
  filter: `${GUIDE}/Query.FilterExpression.html`,
  consistency: `${GUIDE}/HowItWorks.ReadConsistency.html`,
  query: `${API}/API_Query.html`,
  key: CONSTRAINTS,
  indexes: INDEXES,
  names: `${GUIDE}/HowItWorks.NamingRulesDataTypes.html`,
  item: `${GUIDE}/HowItWorks.NamingRulesDataTypes.html`,
} as const;
