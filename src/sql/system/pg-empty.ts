import { type SystemTable, defineSystemTable } from './system-table.ts';

type Column = readonly [name: string, type: 'text' | 'bigint' | 'boolean'];

const columns = (type: Column[1], names: string): Column[] => names.split(' ').map((name) => [name, type]);

/** DynamoDB has nothing to list in these tables, but programs join them to others. */
const EMPTY_TABLES: Readonly<Record<string, readonly Column[]>> = {
  pg_attrdef: [...columns('bigint', 'oid adrelid adnum'), ...columns('text', 'adbin')],
  pg_depend: [
    ...columns('bigint', 'classid objid objsubid refclassid refobjid refobjsubid'),
    ...columns('text', 'deptype'),
  ],
  pg_description: [...columns('bigint', 'objoid classoid objsubid'), ...columns('text', 'description')],
  pg_enum: [...columns('bigint', 'oid enumtypid enumsortorder'), ...columns('text', 'enumlabel')],
  pg_event_trigger: [...columns('bigint', 'oid evtowner'), ...columns('text', 'evtname evtevent evtenabled')],
  pg_extension: [
    ...columns('bigint', 'oid extowner extnamespace'),
    ...columns('text', 'extname extversion'),
    ...columns('boolean', 'extrelocatable'),
  ],
  pg_foreign_server: [...columns('bigint', 'oid srvowner srvfdw'), ...columns('text', 'srvname srvtype')],
  pg_foreign_table: [...columns('bigint', 'ftrelid ftserver'), ...columns('text', 'ftoptions')],
  pg_inherits: [
    ...columns('bigint', 'inhrelid inhparent inhseqno'),
    ...columns('boolean', 'inhdetachpending'),
  ],
  pg_matviews: [
    ...columns('text', 'schemaname matviewname matviewowner tablespace definition'),
    ...columns('boolean', 'hasindexes ispopulated'),
  ],
  pg_partitioned_table: [...columns('bigint', 'partrelid partnatts'), ...columns('text', 'partstrat')],
  pg_policy: [
    ...columns('bigint', 'oid polrelid'),
    ...columns('text', 'polname polcmd polroles polqual polwithcheck'),
    ...columns('boolean', 'polpermissive'),
  ],
  pg_proc: [
    ...columns('bigint', 'oid pronamespace proowner prolang pronargs prorettype'),
    ...columns('text', 'proname prokind provolatile proargnames prosrc'),
    ...columns('boolean', 'proretset proisstrict prosecdef'),
  ],
  pg_publication: [...columns('bigint', 'oid pubowner'), ...columns('text', 'pubname')],
  pg_range: columns('bigint', 'rngtypid rngsubtype rngmultitypid rngcollation'),
  pg_rewrite: [...columns('bigint', 'oid ev_class'), ...columns('text', 'rulename ev_type ev_enabled')],
  pg_sequence: columns('bigint', 'seqrelid seqtypid seqstart seqincrement seqmax seqmin seqcache'),
  pg_sequences: [
    ...columns('text', 'schemaname sequencename sequenceowner data_type'),
    ...columns('bigint', 'start_value min_value max_value increment_by last_value'),
  ],
  pg_shdescription: [...columns('bigint', 'objoid classoid'), ...columns('text', 'description')],
  pg_trigger: [
    ...columns('bigint', 'oid tgrelid tgparentid tgfoid tgtype tgconstraint'),
    ...columns('text', 'tgname tgenabled'),
    ...columns('boolean', 'tgisinternal'),
  ],
};

/** The tables of pg_catalog that never have rows. */
export const PG_EMPTY: readonly SystemTable[] = Object.entries(EMPTY_TABLES).map(([name, definition]) =>
  defineSystemTable({
    schema: 'pg_catalog',
    name,
    columns: Object.fromEntries(definition),
    rows: async () => [],
  }),
);
