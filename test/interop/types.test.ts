import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { env } from 'node:process';
import {
  COMPARISON_SIGNATURES,
  FUNCTION_SIGNATURES,
  IMPLICIT_CASTS,
  OPERATOR_SIGNATURES,
} from '../../src/sql/bind/postgres-signatures.ts';
import { TYPE_NAMES, TYPES } from '../../src/sql/types/types.ts';
import { TABLES_SQL } from '../sql/dialect/recorded.ts';
import {
  ASSIGNED_INPUTS,
  fixtureText,
  NUMERIC_EXPRESSIONS,
  PARAMETER_STATEMENTS,
  statementsText,
  readAssignments,
  readNumeric,
  readParameters,
  readTypes,
  readValues,
  type RecordedAssignment,
  type RecordedNumeric,
  type RecordedParameters,
  TYPED_INPUTS,
  typeFixture,
  type TypeFixture,
} from '../sql/types/recorded.ts';
import { findMissingPackages } from './debian.ts';
import { type Postgres, findPostgres, startPostgres } from './postgres.ts';

const missing = findMissingPackages(['postgresql-15']);
const programs = missing === undefined ? findPostgres() : undefined;

(programs === undefined ? describe.skip : describe)(
  `PostgreSQL 15 has the types that were recorded${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    let postgres: Postgres | undefined;
    beforeAll(async () => {
      postgres = await startPostgres(programs ?? '');
    }, 120_000);
    afterAll(() => postgres?.stop());

    /** The rows that each statement returns. */
    const run = (setup: string, statements: readonly string[]): readonly (readonly (string | null)[])[][] =>
      (postgres?.run(setup, statements) ?? []).map((outcome) => {
        if ('error' in outcome)
          throw new Error(`${outcome.error} of one of ${statements.join('; ').slice(0, 500)}`);
        return [...outcome.rows];
      });
    it('of the types of parameters', () => {
      const prepares = PARAMETER_STATEMENTS.map((sql, i) => `prepare p${i} as ${sql};`);
      const answers = run(
        `${TABLES_SQL}\n${prepares.join('\n')}`,
        PARAMETER_STATEMENTS.map(
          (_, i) =>
            `select array_to_string(parameter_types::text[], '|') from pg_prepared_statements where name = 'p${i}'`,
        ),
      );
      const found: RecordedParameters = Object.fromEntries(
        PARAMETER_STATEMENTS.map((sql, i) => [sql, answers[i]?.[0]?.[0]?.split('|') ?? null]),
      );
      record('parameters', statementsText(found));
      expect(found).toEqual(readParameters());
    });

    it('of arithmetic with numeric', () => {
      const outcomes =
        postgres?.run(
          '',
          NUMERIC_EXPRESSIONS.map((sql) => `select (${sql})::text`),
        ) ?? [];
      const found: RecordedNumeric = Object.fromEntries(
        NUMERIC_EXPRESSIONS.map((sql, i) => {
          const outcome = outcomes[i];
          return [
            sql,
            outcome === undefined || 'error' in outcome
              ? { error: outcome?.error ?? '' }
              : (outcome.rows[0]?.[0] ?? ''),
          ];
        }),
      );
      record('numeric', statementsText(found));
      expect(found).toEqual(readNumeric());
    });

    it('of pg_type', () => {
      const names = TYPE_NAMES.map((name) => `'${TYPES[name].typname}'`).join(', ');
      const [rows = []] = run('', [
        `select format_type(oid, null), typname, oid, typarray, typlen, typcategory from pg_type where typname in (${names}) and typnamespace = 'pg_catalog'::regnamespace order by oid`,
      ]);
      const found = rows.map(([name, typname, oid, arrayOid, length, category]) => ({
        name,
        typname,
        oid: Number(oid),
        arrayOid: Number(arrayOid),
        length: Number(length),
        category,
      }));
      record('pg-type', fixtureText(found));
      expect(found).toEqual(readTypes());
    });

    it('of values in text and binary', () => {
      const answers = run(
        '',
        TYPED_INPUTS.map(({ type, input }) => {
          const value = `'${input.replaceAll("'", "''")}'::${type}`;
          return `select ${value}, encode(${sendFunction(type)}(${value}), 'hex')`;
        }),
      );
      const found = TYPED_INPUTS.map((each, i) => {
        const [text, binary] = answers[i]?.[0] ?? [];
        return { ...each, text, binary };
      });
      record('values', fixtureText(found));
      expect(found).toEqual(readValues());
    });

    it('of strings assigned to columns', () => {
      const types = [...new Set(ASSIGNED_INPUTS.map(({ type }) => type))];
      const table = (type: string): string => `assigned_${types.indexOf(type)}`;
      const outcomes =
        postgres?.run(
          types.map((type) => `create table ${table(type)} (v ${type});`).join('\n'),
          ASSIGNED_INPUTS.map(
            ({ type, input }) =>
              `insert into ${table(type)} values (${quoteEscaped(input)}) returning v::text`,
          ),
        ) ?? [];
      const found = ASSIGNED_INPUTS.map((each, i): RecordedAssignment => {
        const outcome = outcomes[i];
        return outcome === undefined || 'error' in outcome
          ? { ...each, error: outcome?.error ?? '' }
          : { ...each, text: outcome.rows[0]?.[0] ?? '' };
      });
      record('assigned', fixtureText(found));
      expect(found).toEqual(readAssignments());
    });

    it('of operators, functions and implicit casts', () => {
      const [ops = [], fns = [], casts = []] = run(SIGNATURE_SETUP, [
        OPERATORS_SQL,
        functionsSql(),
        CASTS_SQL,
      ]);
      const operators = new Map(ops.map(([name, signatures]) => [name, splitWords(signatures ?? '')]));
      const recorded = parseTable(OPERATOR_SIGNATURES);
      for (const name of ['=', '<>', '<', '<=', '>', '>='])
        recorded.set(name, splitWords(COMPARISON_SIGNATURES));
      expect(recorded).toEqual(operators);
      expect(parseTable(FUNCTION_SIGNATURES)).toEqual(
        new Map(fns.map(([name, signatures]) => [name, splitWords(signatures ?? '')])),
      );
      expect(splitWords(IMPLICIT_CASTS)).toEqual(splitWords(casts[0]?.[0] ?? ''));
    });
  },
);

/** With DYNADBC_RECORD the files are recorded again. */
function record(fixture: TypeFixture, text: string): void {
  if (env['DYNADBC_RECORD'] !== undefined) writeFileSync(typeFixture(fixture), text);
}

/** A literal on one line. */
function quoteEscaped(text: string): string {
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll("'", "''")
    .replace(/[\n\r\t\v]/g, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
  return `e'${escaped}'`;
}

function splitWords(text: string): string[] {
  return text.trim().split(/\s+/).toSorted();
}

function parseTable(text: string): Map<string, string[]> {
  return new Map(
    text
      .trim()
      .split(/\n {2}(?! )/)
      .map((entry): [string, string[]] => {
        const [name = '', ...signatures] = entry.split(/\s+/);
        return [name, signatures.toSorted()];
      }),
  );
}

function sendFunction(type: string): string {
  if (type.endsWith('[]')) return 'array_send';
  const { typname } = Object.entries(TYPES).find(([name]) => name === type)?.[1] ?? { typname: type };
  return /^(?:date|time|timetz|timestamp|timestamptz|interval|numeric|uuid|json|jsonb|varbit)$/.test(typname)
    ? `${typname}_send`
    : `${typname}send`;
}

/** The types whose operators and functions are listed. */
const SIGNATURE_SETUP = `
create table known_types as select oid, typname, typarray from pg_type
  where typname in ('bool','bytea','char','name','int8','int2','int4','text','oid','json','float4','float8','unknown','bpchar','varchar','date','time','timestamp','timestamptz','interval','timetz','bit','varbit','numeric','uuid','jsonb')
  and typnamespace = 'pg_catalog'::regnamespace;
create table polymorphic as select oid, typname from pg_type where typname in ('anyelement','anyarray','anynonarray','anycompatible','anycompatiblearray','any');
create table operands as
  select oid, typname from known_types where typname not in ('oid', 'char', 'name', 'unknown')
  union all select typarray, '_text' from known_types where typname = 'text'
  union all select oid, typname from polymorphic;
create table arguments as
  select oid, typname from known_types where typname not in ('oid', 'char', 'name', 'unknown', 'bit')
  union all select typarray, '_' || typname from known_types where typname in ('text','int4','int8','float8','numeric')
  union all select oid, typname from polymorphic;`;

const OPERATORS_SQL = `
select oprname, string_agg(coalesce(l.typname, '-') || ',' || r.typname || '>' || result.typname, ' ')
from pg_operator left join operands l on l.oid = oprleft join operands r on r.oid = oprright join pg_type result on result.oid = oprresult
where (oprleft = 0 or l.oid is not null) and oprname in ('=','<>','<','<=','>','>=','+','-','*','/','%','^','||','->','->>','#>','#>>','@>','<@','?','?|','?&','#-','~','~*','!~','!~*','@','|/')
  and (coalesce(l.typname, '') not like 'any%' or oprname = '||') and coalesce(l.typname, '') not like '\\_%'
group by oprname`.replaceAll('\n', ' ');

const CASTS_SQL = `
select string_agg(s.typname || '>' || t.typname, ' ')
from pg_cast join known_types s on s.oid = castsource join known_types t on t.oid = casttarget where castcontext = 'i' and s.oid <> t.oid`.replaceAll(
  '\n',
  ' ',
);

function functionsSql(): string {
  const names = [...parseTable(FUNCTION_SIGNATURES).keys()].map((name) => `'${name}'`).join(',');
  return `
select proname, string_agg(case when provariadic <> 0 then '*' else '' end || array_to_string(f.args, ',') || '>' || result, ' ')
from (select proname, provariadic, pronargdefaults as defaults, (select typname from pg_type where oid = prorettype) as result,
  array(select coalesce(a.typname, '?') from unnest(proargtypes::oid[]) with ordinality u(t, n) left join arguments a on a.oid = u.t order by n) as args
  from pg_proc where pronamespace = 'pg_catalog'::regnamespace and prokind in ('f', 'a', 'w') and proname in (${names})) whole, lateral (select whole.args[1:cardinality(whole.args) - d] as args from generate_series(0, defaults) d) f
where not ('?' = any(f.args)) group by proname`.replaceAll('\n', ' ');
}
