import { PROCEDURE_LIST } from './procedure-definitions.ts';
import { CATALOG_NAME, TABLE_SCHEMA } from '../types/table-schema.ts';
import { toViewQuery, isViewSchema } from './view-query.ts';
import { type SystemTable, defineSystemTable } from './system-table.ts';
import { describeType } from '../types/types.ts';

const sysConnectionProps = defineSystemTable({
  schema: 'sys',
  name: 'sys_connection_props',
  columns: {
    Name: 'text',
    ShortDescription: 'text',
    Type: 'text',
    Default: 'text',
    Value: 'text',
    Category: 'text',
    Required: 'boolean',
    Sensitivity: 'text',
    PropertyName: 'text',
    Ordinal: 'bigint',
    Visible: 'boolean',
  },
  rows: async ({ facts }) =>
    facts.properties.map((property, i) => ({
      Name: property.name,
      ShortDescription: property.doc,
      Type: property.type,
      Default: property.default ?? null,
      Value: property.value ?? null,
      Category: property.category,
      Required: false,
      Sensitivity: property.isSecret ? 'SECRET' : null,
      PropertyName: property.name,
      Ordinal: i + 1,
      Visible: true,
    })),
});

/** What programs that generate SQL read about the dialect. */
const SQL_INFO: readonly (readonly [name: string, value: string])[] = [
  ['AGGREGATE_FUNCTIONS', 'AVG,COUNT,MAX,MIN,SUM,COUNT_DISTINCT'],
  ['COUNT', 'YES'],
  ['IDENTIFIER_QUOTE_OPEN_CHAR', '"'],
  ['IDENTIFIER_QUOTE_CLOSE_CHAR', '"'],
  ['SUPPORTED_OPERATORS', '=,>,<,>=,<=,<>,!=,LIKE,NOT LIKE,IN,NOT IN,IS NULL,IS NOT NULL,AND,OR,NOT'],
  ['GROUP_BY', 'NO_RELATION'],
  ['OUTER_JOINS', 'YES'],
  ['SUBQUERIES', 'YES'],
  ['JOINS', 'INNER,LEFT,RIGHT,FULL,CROSS'],
  ['SET_OPERATIONS', 'UNION,INTERSECT,EXCEPT'],
  ['WINDOW_FUNCTIONS', 'YES'],
  ['COMMON_TABLE_EXPRESSIONS', 'YES'],
  ['PAGINATION', 'LIMIT,OFFSET,FETCH'],
  ['PARAMETERS', '?,$n,:name'],
  ['DIALECT', 'PostgreSQL'],
  ['MULTIPLE_STATEMENTS', 'NO'],
];

const sysSqlInfo = defineSystemTable({
  schema: 'sys',
  name: 'sys_sqlinfo',
  columns: { Name: 'text', Value: 'text' },
  rows: async () => SQL_INFO.map(([Name, Value]) => ({ Name, Value })),
});

const sysInformation = defineSystemTable({
  schema: 'sys',
  name: 'sys_information',
  columns: { Product: 'text', Version: 'text', Datasource: 'text' },
  rows: async ({ facts }) => [
    { Product: 'DynaDBC', Version: facts.version, Datasource: `Amazon DynamoDB (${facts.source})` },
  ],
});

const sysIdentity = defineSystemTable({
  schema: 'sys',
  name: 'sys_identity',
  columns: { Id: 'text', Batch: 'text', Operation: 'text', Message: 'text' },
  // DynamoDB does not generate keys.
  rows: async () => [],
});

const PLACE = { CatalogName: CATALOG_NAME, SchemaName: TABLE_SCHEMA } as const;

const sysProcedures = defineSystemTable({
  schema: 'sys',
  name: 'sys_procedures',
  columns: {
    CatalogName: 'text',
    SchemaName: 'text',
    ProcedureName: 'text',
    Description: 'text',
    ProcedureType: 'text',
  },
  rows: async () =>
    PROCEDURE_LIST.map(({ name, doc }) => ({
      ...PLACE,
      ProcedureName: name,
      Description: doc,
      ProcedureType: 'PROCEDURE',
    })),
});

/** JDBC's procedureColumnIn and procedureColumnResult. */
const DIRECTIONS = { in: 1, result: 3 } as const;

const sysProcedureParameters = defineSystemTable({
  schema: 'sys',
  name: 'sys_procedureparameters',
  columns: {
    CatalogName: 'text',
    SchemaName: 'text',
    ProcedureName: 'text',
    ColumnName: 'text',
    Direction: 'bigint',
    DataTypeName: 'text',
    DataType: 'bigint',
    Length: 'bigint',
    NumericPrecision: 'bigint',
    NumericScale: 'bigint',
    IsNullable: 'boolean',
    IsRequired: 'boolean',
    IsArray: 'boolean',
    Description: 'text',
    Ordinal: 'bigint',
  },
  rows: async () =>
    PROCEDURE_LIST.flatMap(({ name, parameters, results }) =>
      [
        ...parameters.map((parameter) => ({ ...parameter, direction: DIRECTIONS.in })),
        ...results.map((result) => ({ ...result, direction: DIRECTIONS.result })),
      ].map((parameter, i) => {
        const { jdbcType, maxLength, precision } = describeType(parameter.type);
        const isRequired = parameter.required === true;
        return {
          ...PLACE,
          ProcedureName: name,
          ColumnName: parameter.name,
          Direction: parameter.direction,
          DataTypeName: parameter.type,
          DataType: jdbcType,
          Length: maxLength,
          NumericPrecision: precision,
          IsNullable: !isRequired,
          IsRequired: isRequired,
          IsArray: parameter.numbered === true,
          Description: parameter.doc,
          Ordinal: i + 1,
        };
      }),
    ),
});

const sysViews = defineSystemTable({
  schema: 'sys',
  name: 'sys_views',
  columns: {
    CatalogName: 'text',
    SchemaName: 'text',
    ViewName: 'text',
    Definition: 'text',
    BaseTable: 'text',
    SchemaFile: 'text',
    IsTemporary: 'boolean',
  },
  tableColumn: 'ViewName',
  rows: async ({ catalog, tableFilter }) =>
    (await catalog.schemas.all())
      .filter(({ schema }) => isViewSchema(schema) && tableFilter.admits(schema.name))
      .map(({ schema, file }) => ({
        CatalogName: CATALOG_NAME,
        SchemaName: TABLE_SCHEMA,
        ViewName: schema.name,
        Definition: toViewQuery(schema),
        BaseTable: schema.kind === 'table' ? schema.table : null,
        SchemaFile: file ?? null,
        IsTemporary: file === undefined,
      })),
});

/** The tables of sys about the session and its views. */
export const SYS_SESSION: readonly SystemTable[] = [
  sysViews,
  sysConnectionProps,
  sysSqlInfo,
  sysInformation,
  sysIdentity,
  sysProcedures,
  sysProcedureParameters,
];
