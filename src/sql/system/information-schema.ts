import { describeType, elementType } from '../types/types.ts';
import { keyAttributes } from '../../catalog/table-def.ts';
import { CATALOG_NAME, OWNER_NAME, TABLE_SCHEMA } from '../types/table-schema.ts';
import { toViewQuery, isViewSchema } from './view-query.ts';
import { describeTables, listTablesAndViews, listTablesWithColumns, listViewNames } from './listed-tables.ts';
import { toPrimaryKeyName, listSchemaNames } from './sys-tables.ts';
import { type Cell, type SystemTable, defineSystemTable } from './system-table.ts';

const place = { table_catalog: CATALOG_NAME, table_schema: TABLE_SCHEMA } as const;
const constraintPlace = { constraint_catalog: CATALOG_NAME, constraint_schema: TABLE_SCHEMA } as const;

const schemata = defineSystemTable({
  schema: 'information_schema',
  name: 'schemata',
  columns: {
    catalog_name: 'text',
    schema_name: 'text',
    schema_owner: 'text',
    default_character_set_catalog: 'text',
    default_character_set_schema: 'text',
    default_character_set_name: 'text',
    sql_path: 'text',
  },
  rows: async (context) =>
    listSchemaNames(context).map((schema_name) => ({
      catalog_name: CATALOG_NAME,
      schema_name,
      schema_owner: OWNER_NAME,
    })),
});

const tables = defineSystemTable({
  schema: 'information_schema',
  name: 'tables',
  columns: {
    table_catalog: 'text',
    table_schema: 'text',
    table_name: 'text',
    table_type: 'text',
    self_referencing_column_name: 'text',
    reference_generation: 'text',
    user_defined_type_catalog: 'text',
    user_defined_type_schema: 'text',
    user_defined_type_name: 'text',
    is_insertable_into: 'text',
    is_typed: 'text',
    commit_action: 'text',
  },
  tableColumn: 'table_name',
  rows: async (context) =>
    (await listTablesAndViews(context)).map(({ name, isView }) => ({
      ...place,
      table_name: name,
      table_type: isView ? 'VIEW' : 'BASE TABLE',
      is_insertable_into: 'NO',
      is_typed: 'NO',
    })),
});

const columns = defineSystemTable({
  schema: 'information_schema',
  name: 'columns',
  columns: {
    table_catalog: 'text',
    table_schema: 'text',
    table_name: 'text',
    column_name: 'text',
    ordinal_position: 'bigint',
    column_default: 'text',
    is_nullable: 'text',
    data_type: 'text',
    character_maximum_length: 'bigint',
    character_octet_length: 'bigint',
    numeric_precision: 'bigint',
    numeric_precision_radix: 'bigint',
    numeric_scale: 'bigint',
    datetime_precision: 'bigint',
    interval_type: 'text',
    interval_precision: 'bigint',
    character_set_catalog: 'text',
    character_set_schema: 'text',
    character_set_name: 'text',
    collation_catalog: 'text',
    collation_schema: 'text',
    collation_name: 'text',
    domain_catalog: 'text',
    domain_schema: 'text',
    domain_name: 'text',
    udt_catalog: 'text',
    udt_schema: 'text',
    udt_name: 'text',
    is_identity: 'text',
    is_generated: 'text',
    is_updatable: 'text',
  },
  tableColumn: 'table_name',
  rows: async (context) =>
    (await listTablesWithColumns(context)).flatMap((table) =>
      table.columns
        .filter((column) => !column.isHidden)
        .map((column, i) => {
          const element = elementType(column.type);
          const { precision, radix, fractionDigits, typname } = describeType(element ?? column.type);
          return {
            ...place,
            table_name: table.name,
            column_name: column.name,
            ordinal_position: i + 1,
            is_nullable: column.isKey ? 'NO' : 'YES',
            data_type: element === undefined ? column.type : 'ARRAY',
            character_maximum_length: column.length,
            numeric_precision: element === undefined ? (column.precision ?? precision) : null,
            numeric_precision_radix: element === undefined ? radix : null,
            numeric_scale: element === undefined && typname.startsWith('int') ? 0 : column.scale,
            datetime_precision: element === undefined ? fractionDigits : null,
            udt_catalog: CATALOG_NAME,
            udt_schema: 'pg_catalog',
            udt_name: element === undefined ? typname : `_${typname}`,
            is_identity: 'NO',
            is_generated: 'NEVER',
            is_updatable: 'NO',
          } satisfies Record<string, Cell>;
        }),
    ),
});

const views = defineSystemTable({
  schema: 'information_schema',
  name: 'views',
  columns: {
    table_catalog: 'text',
    table_schema: 'text',
    table_name: 'text',
    view_definition: 'text',
    check_option: 'text',
    is_updatable: 'text',
    is_insertable_into: 'text',
  },
  tableColumn: 'table_name',
  rows: async (context) => {
    const names = new Set(await listViewNames(context));
    return (await context.catalog.schemas.all())
      .filter(({ schema }) => isViewSchema(schema) && names.has(schema.name))
      .map(({ schema }) => ({
        ...place,
        table_name: schema.name,
        view_definition: toViewQuery(schema),
        check_option: 'NONE',
        is_updatable: 'NO',
        is_insertable_into: 'NO',
      }));
  },
});

const tableConstraints = defineSystemTable({
  schema: 'information_schema',
  name: 'table_constraints',
  columns: {
    constraint_catalog: 'text',
    constraint_schema: 'text',
    constraint_name: 'text',
    table_catalog: 'text',
    table_schema: 'text',
    table_name: 'text',
    constraint_type: 'text',
    is_deferrable: 'text',
    initially_deferred: 'text',
    enforced: 'text',
  },
  tableColumn: 'table_name',
  rows: async (context) =>
    (await describeTables(context)).map(({ name }) => ({
      ...place,
      ...constraintPlace,
      constraint_name: toPrimaryKeyName(name),
      table_name: name,
      constraint_type: 'PRIMARY KEY',
      is_deferrable: 'NO',
      initially_deferred: 'NO',
      enforced: 'YES',
    })),
});

const keyColumnUsage = defineSystemTable({
  schema: 'information_schema',
  name: 'key_column_usage',
  columns: {
    constraint_catalog: 'text',
    constraint_schema: 'text',
    constraint_name: 'text',
    table_catalog: 'text',
    table_schema: 'text',
    table_name: 'text',
    column_name: 'text',
    ordinal_position: 'bigint',
    position_in_unique_constraint: 'bigint',
  },
  tableColumn: 'table_name',
  rows: async (context) =>
    (await describeTables(context)).flatMap(({ name, key }) =>
      keyAttributes(key).map((attribute, i) => ({
        ...place,
        ...constraintPlace,
        constraint_name: toPrimaryKeyName(name),
        table_name: name,
        column_name: attribute.name,
        ordinal_position: i + 1,
      })),
    ),
});

const constraintColumnUsage = defineSystemTable({
  schema: 'information_schema',
  name: 'constraint_column_usage',
  columns: {
    table_catalog: 'text',
    table_schema: 'text',
    table_name: 'text',
    column_name: 'text',
    constraint_catalog: 'text',
    constraint_schema: 'text',
    constraint_name: 'text',
  },
  tableColumn: 'table_name',
  rows: async (context) =>
    (await describeTables(context)).flatMap(({ name, key }) =>
      keyAttributes(key).map((attribute) => ({
        ...place,
        ...constraintPlace,
        table_name: name,
        column_name: attribute.name,
        constraint_name: toPrimaryKeyName(name),
      })),
    ),
});

// DynamoDB has nothing to list in these.
const EMPTY_TABLES: Readonly<Record<string, readonly string[]>> = {
  check_constraints: ['constraint_catalog', 'constraint_schema', 'constraint_name', 'check_clause'],
  parameters: [
    'specific_catalog',
    'specific_schema',
    'specific_name',
    'parameter_mode',
    'parameter_name',
    'data_type',
  ],
  sequences: [
    'sequence_catalog',
    'sequence_schema',
    'sequence_name',
    'data_type',
    'start_value',
    'increment',
  ],
  triggers: [
    'trigger_catalog',
    'trigger_schema',
    'trigger_name',
    'event_manipulation',
    'event_object_table',
    'action_statement',
    'action_timing',
  ],
};

const referentialConstraints = defineSystemTable({
  schema: 'information_schema',
  name: 'referential_constraints',
  columns: {
    constraint_catalog: 'text',
    constraint_schema: 'text',
    constraint_name: 'text',
    unique_constraint_catalog: 'text',
    unique_constraint_schema: 'text',
    unique_constraint_name: 'text',
    match_option: 'text',
    update_rule: 'text',
    delete_rule: 'text',
  },
  // DynamoDB has no foreign keys.
  rows: async () => [],
});

const routines = defineSystemTable({
  schema: 'information_schema',
  name: 'routines',
  columns: {
    specific_catalog: 'text',
    specific_schema: 'text',
    specific_name: 'text',
    routine_catalog: 'text',
    routine_schema: 'text',
    routine_name: 'text',
    routine_type: 'text',
    data_type: 'text',
  },
  rows: async () => [],
});

const characterSets = defineSystemTable({
  schema: 'information_schema',
  name: 'character_sets',
  columns: {
    character_set_catalog: 'text',
    character_set_schema: 'text',
    character_set_name: 'text',
    character_repertoire: 'text',
    form_of_use: 'text',
    default_collate_catalog: 'text',
    default_collate_schema: 'text',
    default_collate_name: 'text',
  },
  rows: async () => [
    {
      character_set_name: 'UTF8',
      character_repertoire: 'UCS',
      form_of_use: 'UTF8',
      default_collate_catalog: CATALOG_NAME,
      default_collate_schema: 'pg_catalog',
      default_collate_name: 'C',
    },
  ],
});

/** The tables of information_schema, with PostgreSQL's column names. */
export const INFORMATION_SCHEMA: readonly SystemTable[] = [
  schemata,
  tables,
  columns,
  views,
  tableConstraints,
  keyColumnUsage,
  constraintColumnUsage,
  referentialConstraints,
  routines,
  characterSets,
  ...Object.entries(EMPTY_TABLES).map(([name, columns]) =>
    defineSystemTable({
      schema: 'information_schema',
      name,
      columns: Object.fromEntries(columns.map((column) => [column, 'text' as const])),
      rows: async () => [],
    }),
  ),
];
