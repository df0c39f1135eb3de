/**
 * What PostgreSQL 15's catalog says of operators and functions over the types that the driver knows: a name, then for each
 * signature the types of its arguments and of its result, by their internal names. `-` stands for the missing argument of
 * a prefix operator, `*` for a function whose last argument may repeat. test/interop compares these with a server.
 */
export const COMPARISON_SIGNATURES = `
  bit,bit>bool bool,bool>bool bpchar,bpchar>bool bytea,bytea>bool date,date>bool date,timestamp>bool date,timestamptz>bool float4,float4>bool
    float4,float8>bool float8,float4>bool float8,float8>bool int2,int2>bool int2,int4>bool int2,int8>bool int4,int2>bool int4,int4>bool int4,int8>bool
    int8,int2>bool int8,int4>bool int8,int8>bool interval,interval>bool jsonb,jsonb>bool numeric,numeric>bool text,text>bool time,time>bool
    timestamp,date>bool timestamp,timestamp>bool timestamp,timestamptz>bool timestamptz,date>bool timestamptz,timestamp>bool
    timestamptz,timestamptz>bool timetz,timetz>bool uuid,uuid>bool varbit,varbit>bool
`;

/** The operators apart from comparisons, which have the signatures above. */
export const OPERATOR_SIGNATURES = `
  !~ bpchar,text>bool text,text>bool
  !~* bpchar,text>bool text,text>bool
  #- jsonb,_text>jsonb
  #> json,_text>json jsonb,_text>jsonb
  #>> json,_text>text jsonb,_text>text
  % int2,int2>int2 int4,int4>int4 int8,int8>int8 numeric,numeric>numeric
  * float4,float4>float4 float4,float8>float8 float8,float4>float8 float8,float8>float8 float8,interval>interval int2,int2>int2 int2,int4>int4
    int2,int8>int8 int4,int2>int4 int4,int4>int4 int4,int8>int8 int8,int2>int8 int8,int4>int8 int8,int8>int8 interval,float8>interval
    numeric,numeric>numeric
  + date,int4>date date,interval>timestamp date,time>timestamp date,timetz>timestamptz float4,float4>float4 float4,float8>float8 float8,float4>float8
    float8,float8>float8 int2,int2>int2 int2,int4>int4 int2,int8>int8 int4,date>date int4,int2>int4 int4,int4>int4 int4,int8>int8 int8,int2>int8
    int8,int4>int8 int8,int8>int8 interval,date>timestamp interval,interval>interval interval,time>time interval,timestamp>timestamp
    interval,timestamptz>timestamptz interval,timetz>timetz numeric,numeric>numeric time,date>timestamp time,interval>time timestamp,interval>timestamp
    timestamptz,interval>timestamptz timetz,date>timestamptz timetz,interval>timetz -,float4>float4 -,float8>float8 -,int2>int2 -,int4>int4 -,int8>int8
    -,numeric>numeric
  - date,date>int4 date,int4>date date,interval>timestamp float4,float4>float4 float4,float8>float8 float8,float4>float8 float8,float8>float8
    int2,int2>int2 int2,int4>int4 int2,int8>int8 int4,int2>int4 int4,int4>int4 int4,int8>int8 int8,int2>int8 int8,int4>int8 int8,int8>int8
    interval,interval>interval jsonb,_text>jsonb jsonb,int4>jsonb jsonb,text>jsonb numeric,numeric>numeric time,interval>time time,time>interval
    timestamp,interval>timestamp timestamp,timestamp>interval timestamptz,interval>timestamptz timestamptz,timestamptz>interval timetz,interval>timetz
    -,float4>float4 -,float8>float8 -,int2>int2 -,int4>int4 -,int8>int8 -,interval>interval -,numeric>numeric
  -> json,int4>json json,text>json jsonb,int4>jsonb jsonb,text>jsonb
  ->> json,int4>text json,text>text jsonb,int4>text jsonb,text>text
  / float4,float4>float4 float4,float8>float8 float8,float4>float8 float8,float8>float8 int2,int2>int2 int2,int4>int4 int2,int8>int8 int4,int2>int4
    int4,int4>int4 int4,int8>int8 int8,int2>int8 int8,int4>int8 int8,int8>int8 interval,float8>interval numeric,numeric>numeric
  <@ jsonb,jsonb>bool
  ? jsonb,text>bool
  ?& jsonb,_text>bool
  ?| jsonb,_text>bool
  @ -,float4>float4 -,float8>float8 -,int2>int2 -,int4>int4 -,int8>int8 -,numeric>numeric
  @> jsonb,jsonb>bool
  ^ float8,float8>float8 numeric,numeric>numeric
  |/ -,float8>float8
  || anycompatible,anycompatiblearray>anycompatiblearray anycompatiblearray,anycompatible>anycompatiblearray
    anycompatiblearray,anycompatiblearray>anycompatiblearray anynonarray,text>text bytea,bytea>bytea jsonb,jsonb>jsonb text,anynonarray>text
    text,text>text varbit,varbit>varbit
  ~ bpchar,text>bool text,text>bool -,bit>bit -,int2>int2 -,int4>int4 -,int8>int8
  ~* bpchar,text>bool text,text>bool
`;

export const FUNCTION_SIGNATURES = `
  abs float4>float4 float8>float8 int2>int2 int4>int4 int8>int8 numeric>numeric
  acos float8>float8
  age timestamp>interval timestamp,timestamp>interval timestamptz>interval timestamptz,timestamptz>interval
  array_agg anyarray>anyarray anynonarray>anyarray
  array_append anycompatiblearray,anycompatible>anycompatiblearray
  array_cat anycompatiblearray,anycompatiblearray>anycompatiblearray
  array_length anyarray,int4>int4
  array_lower anyarray,int4>int4
  array_ndims anyarray>int4
  array_position anycompatiblearray,anycompatible>int4 anycompatiblearray,anycompatible,int4>int4
  array_positions anycompatiblearray,anycompatible>_int4
  array_prepend anycompatible,anycompatiblearray>anycompatiblearray
  array_remove anycompatiblearray,anycompatible>anycompatiblearray
  array_replace anycompatiblearray,anycompatible,anycompatible>anycompatiblearray
  array_to_json anyarray>json anyarray,bool>json
  array_to_string anyarray,text>text anyarray,text,text>text
  array_upper anyarray,int4>int4
  ascii text>int4
  asin float8>float8
  atan float8>float8
  atan2 float8,float8>float8
  avg float4>float8 float8>float8 int2>numeric int4>numeric int8>numeric interval>interval numeric>numeric
  bit_and int2>int2 int4>int4 int8>int8
  bit_length bytea>int4 text>int4
  bit_or int2>int2 int4>int4 int8>int8
  bool_and bool>bool
  bool_or bool>bool
  btrim bytea,bytea>bytea text>text text,text>text
  cardinality anyarray>int4
  cbrt float8>float8
  ceil float8>float8 numeric>numeric
  ceiling float8>float8 numeric>numeric
  char_length bpchar>int4 text>int4
  character_length bpchar>int4 text>int4
  chr int4>text
  clock_timestamp >timestamptz
  concat *any>text
  concat_ws *text,any>text
  corr float8,float8>float8
  cos float8>float8
  cosh float8>float8
  cot float8>float8
  count >int8 any>int8
  covar_pop float8,float8>float8
  covar_samp float8,float8>float8
  cume_dist >float8 *any>float8
  current_schema >name
  current_setting text>text text,bool>text
  date_bin interval,timestamp,timestamp>timestamp interval,timestamptz,timestamptz>timestamptz
  date_part text,date>float8 text,interval>float8 text,time>float8 text,timestamp>float8 text,timestamptz>float8 text,timetz>float8
  date_trunc text,interval>interval text,timestamp>timestamp text,timestamptz>timestamptz text,timestamptz,text>timestamptz
  decode text,text>bytea
  degrees float8>float8
  dense_rank >int8 *any>int8
  div numeric,numeric>numeric
  encode bytea,text>text
  every bool>bool
  exp float8>float8 numeric>numeric
  extract text,date>numeric text,interval>numeric text,time>numeric text,timestamp>numeric text,timestamptz>numeric text,timetz>numeric
  factorial int8>numeric
  first_value anyelement>anyelement
  floor float8>float8 numeric>numeric
  format text>text *text,any>text
  gcd int4,int4>int4 int8,int8>int8 numeric,numeric>numeric
  gen_random_uuid >uuid
  generate_series int4,int4>int4 int4,int4,int4>int4 int8,int8>int8 int8,int8,int8>int8 numeric,numeric>numeric numeric,numeric,numeric>numeric
    timestamp,timestamp,interval>timestamp timestamptz,timestamptz,interval>timestamptz
  initcap text>text
  isfinite date>bool interval>bool timestamp>bool timestamptz>bool
  json_agg anyelement>json
  json_array_elements json>json
  json_array_elements_text json>text
  json_array_length json>int4
  json_build_array >json *any>json
  json_build_object >json *any>json
  json_each json>record
  json_each_text json>record
  json_extract_path *json,_text>json
  json_extract_path_text *json,_text>text
  json_object_agg any,any>json
  json_object_keys json>text
  json_strip_nulls json>json
  json_typeof json>text
  jsonb_agg anyelement>jsonb
  jsonb_array_elements jsonb>jsonb
  jsonb_array_elements_text jsonb>text
  jsonb_array_length jsonb>int4
  jsonb_build_array >jsonb *any>jsonb
  jsonb_build_object >jsonb *any>jsonb
  jsonb_each jsonb>record
  jsonb_each_text jsonb>record
  jsonb_extract_path *jsonb,_text>jsonb
  jsonb_extract_path_text *jsonb,_text>text
  jsonb_insert jsonb,_text,jsonb,bool>jsonb jsonb,_text,jsonb>jsonb
  jsonb_object_agg any,any>jsonb
  jsonb_object_keys jsonb>text
  jsonb_pretty jsonb>text
  jsonb_set jsonb,_text,jsonb,bool>jsonb jsonb,_text,jsonb>jsonb
  jsonb_strip_nulls jsonb>jsonb
  jsonb_typeof jsonb>text
  justify_days interval>interval
  justify_hours interval>interval
  justify_interval interval>interval
  lag anycompatible,int4,anycompatible>anycompatible anyelement>anyelement anyelement,int4>anyelement
  last_value anyelement>anyelement
  lcm int4,int4>int4 int8,int8>int8 numeric,numeric>numeric
  lead anycompatible,int4,anycompatible>anycompatible anyelement>anyelement anyelement,int4>anyelement
  left text,int4>text
  length bpchar>int4 bytea>int4 text>int4
  ln float8>float8 numeric>numeric
  log float8>float8 numeric>numeric numeric,numeric>numeric
  log10 float8>float8 numeric>numeric
  lower text>text
  lpad text,int4>text text,int4,text>text
  ltrim bytea,bytea>bytea text>text text,text>text
  make_date int4,int4,int4>date
  make_interval int4,int4,int4,int4,int4,int4,float8>interval int4,int4,int4,int4,int4,int4>interval int4,int4,int4,int4,int4>interval int4,int4,int4,int4>interval int4,int4,int4>interval int4,int4>interval int4>interval >interval
  make_time int4,int4,float8>time
  make_timestamp int4,int4,int4,int4,int4,float8>timestamp
  make_timestamptz int4,int4,int4,int4,int4,float8>timestamptz int4,int4,int4,int4,int4,float8,text>timestamptz
  max anyarray>anyarray bpchar>bpchar date>date float4>float4 float8>float8 int2>int2 int4>int4 int8>int8 interval>interval numeric>numeric text>text
    time>time timestamp>timestamp timestamptz>timestamptz timetz>timetz
  md5 bytea>text text>text
  min anyarray>anyarray bpchar>bpchar date>date float4>float4 float8>float8 int2>int2 int4>int4 int8>int8 interval>interval numeric>numeric text>text
    time>time timestamp>timestamp timestamptz>timestamptz timetz>timetz
  min_scale numeric>int4
  mod int2,int2>int2 int4,int4>int4 int8,int8>int8 numeric,numeric>numeric
  normalize text,text>text text>text
  now >timestamptz
  nth_value anyelement,int4>anyelement
  ntile int4>int4
  num_nonnulls *any>int4
  num_nulls *any>int4
  octet_length bpchar>int4 bytea>int4 text>int4
  overlay bytea,bytea,int4>bytea bytea,bytea,int4,int4>bytea text,text,int4>text text,text,int4,int4>text
  percent_rank >float8 *any>float8
  pg_sleep float8>void
  pg_typeof any>regtype
  pi >float8
  position bytea,bytea>int4 text,text>int4
  power float8,float8>float8 numeric,numeric>numeric
  quote_ident text>text
  quote_literal anyelement>text text>text
  quote_nullable anyelement>text text>text
  radians float8>float8
  random >float8
  rank >int8 *any>int8
  regexp_count text,text>int4 text,text,int4>int4 text,text,int4,text>int4
  regexp_instr text,text>int4 text,text,int4>int4 text,text,int4,int4>int4 text,text,int4,int4,int4>int4 text,text,int4,int4,int4,text>int4
    text,text,int4,int4,int4,text,int4>int4
  regexp_like text,text>bool text,text,text>bool
  regexp_match text,text>_text text,text,text>_text
  regexp_matches text,text>_text text,text,text>_text
  regexp_replace text,text,text>text text,text,text,int4>text text,text,text,int4,int4>text text,text,text,int4,int4,text>text text,text,text,text>text
  regexp_split_to_array text,text>_text text,text,text>_text
  regexp_split_to_table text,text>text text,text,text>text
  regexp_substr text,text>text text,text,int4>text text,text,int4,int4>text text,text,int4,int4,text>text text,text,int4,int4,text,int4>text
  regr_intercept float8,float8>float8
  regr_slope float8,float8>float8
  repeat text,int4>text
  replace text,text,text>text
  reverse text>text
  right text,int4>text
  round float8>float8 numeric>numeric numeric,int4>numeric
  row_number >int8
  rpad text,int4>text text,int4,text>text
  rtrim bytea,bytea>bytea text>text text,text>text
  scale numeric>int4
  sha256 bytea>bytea
  sign float8>float8 numeric>numeric
  sin float8>float8
  sinh float8>float8
  split_part text,text,int4>text
  sqrt float8>float8 numeric>numeric
  starts_with text,text>bool
  statement_timestamp >timestamptz
  stddev float4>float8 float8>float8 int2>numeric int4>numeric int8>numeric numeric>numeric
  stddev_pop float4>float8 float8>float8 int2>numeric int4>numeric int8>numeric numeric>numeric
  stddev_samp float4>float8 float8>float8 int2>numeric int4>numeric int8>numeric numeric>numeric
  string_agg bytea,bytea>bytea text,text>text
  string_to_array text,text>_text text,text,text>_text
  string_to_table text,text>text text,text,text>text
  strpos text,text>int4
  substr bytea,int4>bytea bytea,int4,int4>bytea text,int4>text text,int4,int4>text
  substring bytea,int4>bytea bytea,int4,int4>bytea text,int4>text text,int4,int4>text text,text>text text,text,text>text
  sum float4>float4 float8>float8 int2>int8 int4>int8 int8>numeric interval>interval numeric>numeric
  tan float8>float8
  tanh float8>float8
  timezone interval,timestamp>timestamptz interval,timestamptz>timestamp interval,timetz>timetz text,timestamp>timestamptz text,timestamptz>timestamp
    text,timetz>timetz
  to_char float4,text>text float8,text>text int4,text>text int8,text>text interval,text>text numeric,text>text timestamp,text>text timestamptz,text>text
  to_date text,text>date
  to_hex int4>text int8>text
  to_json anyelement>json
  to_jsonb anyelement>jsonb
  to_number text,text>numeric
  to_timestamp float8>timestamptz text,text>timestamptz
  transaction_timestamp >timestamptz
  translate text,text,text>text
  trim_scale numeric>numeric
  trunc float8>float8 numeric>numeric numeric,int4>numeric
  unnest anyarray>anyelement
  upper text>text
  var_pop float4>float8 float8>float8 int2>numeric int4>numeric int8>numeric numeric>numeric
  var_samp float4>float8 float8>float8 int2>numeric int4>numeric int8>numeric numeric>numeric
  variance float4>float8 float8>float8 int2>numeric int4>numeric int8>numeric numeric>numeric
  version >text
  width_bucket anycompatible,anycompatiblearray>int4 float8,float8,float8,int4>int4 numeric,numeric,numeric,int4>int4
`;

/** From which type to which a value is converted without being asked to. */
export const IMPLICIT_CASTS = `
  bit>varbit bpchar>name bpchar>text bpchar>varchar char>text date>timestamp date>timestamptz float4>float8 int2>float4 int2>float8 int2>int4 int2>int8
    int2>numeric int2>oid int4>float4 int4>float8 int4>int8 int4>numeric int4>oid int8>float4 int8>float8 int8>numeric int8>oid name>text numeric>float4
    numeric>float8 text>bpchar text>name text>varchar time>interval time>timetz timestamp>timestamptz varbit>bit varchar>bpchar varchar>name
    varchar>text
`;

/** From which type to which a value is converted by a cast or an assignment only. Casts to and from strings are not listed. */
export const EXPLICIT_CASTS = `
  bit>int4 bit>int8 bool>int4 float4>int2 float4>int4 float4>int8 float4>numeric float8>float4 float8>int2 float8>int4 float8>int8 float8>numeric
    int4>bit int4>bool int4>int2 int8>bit int8>int2 int8>int4 interval>time json>jsonb jsonb>bool jsonb>float4 jsonb>float8 jsonb>int2 jsonb>int4
    jsonb>int8 jsonb>json jsonb>numeric numeric>int2 numeric>int4 numeric>int8 oid>int4 oid>int8 timestamp>date timestamp>time timestamptz>date
    timestamptz>time timestamptz>timestamp timestamptz>timetz timetz>time
`;
