/** Infinity as PostgreSQL keeps it among the microseconds of timestamps. */
export const INFINITE_MICROS = 2n ** 63n - 1n;

const SECOND = 1_000_000n;
const DAY = 86_400n * SECOND;

/** A floating-point number as PostgreSQL prints it: its shortest digits, with an exponent from 1e+15 (real: 1e+06) and below 0.0001. */
export function formatFloat(value: number, type: 'real' | 'double precision' = 'double precision'): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const shortest = type === 'real' ? shortestReal(value) : value.toExponential();
  const [mantissa = '', power = '0'] = shortest.split('e');
  const exponent = Number(power);
  if (exponent < -4 || exponent >= (type === 'real' ? 6 : 15))
    return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  const sign = value < 0 ? '-' : '';
  const digits = mantissa.replace(/[-.]/g, '');
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  const fraction = digits.slice(exponent + 1);
  return `${sign}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}

/** The fewest digits that a single-precision number is read back from. */
function shortestReal(value: number): string {
  for (let digits = 0; digits < 8; digits++) {
    const text = value.toExponential(digits);
    if (Math.fround(Number(text)) === value) return text.replace(/\.?0+(?=e)/, '');
  }
  return value.toExponential(8);
}

/** Bytes in PostgreSQL's hexadecimal format, `\x00ff`. */
export function formatBytea(bytes: Uint8Array): string {
  return `\\x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')}`;
}

/** Elements as PostgreSQL prints an array: `{a,"b c",NULL}`. With `nested` they are printed arrays themselves. */
export function formatArray(items: readonly (string | null)[], nested = false): string {
  return `{${items.map((item) => (item === null ? 'NULL' : nested ? item : quoteElement(item))).join(',')}}`;
}

function quoteElement(text: string): string {
  return text === '' || /[{}",\\\s]/.test(text) || text.toLowerCase() === 'null'
    ? `"${text.replace(/["\\]/g, '\\$&')}"`
    : text;
}

/** The fields of a row without names: `(4,"a b",)`. NULL is empty, and a field is quoted where it must be. */
export function formatRecord(fields: readonly (string | null)[]): string {
  const printed = fields.map((field) => {
    if (field === null) return '';
    return field === '' || /[(),"\\\s]/.test(field) ? `"${field.replace(/["\\]/g, '$&$&')}"` : field;
  });
  return `(${printed.join(',')})`;
}

/** A date by its days since 1970: `2026-01-31`, `0044-03-15 BC`. */
export function formatDate(days: number): string {
  const { year, month, day } = toCivil(days);
  return `${formatYear(year)}-${twoDigits(month)}-${twoDigits(day)}${year > 0 ? '' : ' BC'}`;
}

/** A timestamp by its microseconds since 1970, in UTC; `zone` is `+00` for one with time zone. */
export function formatTimestamp(micros: bigint, zone: string): string {
  if (micros === INFINITE_MICROS) return 'infinity';
  if (micros === -INFINITE_MICROS || micros === -INFINITE_MICROS - 1n) return '-infinity';
  const ofDay = ((micros % DAY) + DAY) % DAY;
  const { year, month, day } = toCivil(Number((micros - ofDay) / DAY));
  return `${formatYear(year)}-${twoDigits(month)}-${twoDigits(day)} ${formatTime(ofDay)}${zone}${year > 0 ? '' : ' BC'}`;
}

/** A time of day by its microseconds: `01:02:03.4`. */
export function formatTime(micros: bigint): string {
  const seconds = Number(micros / SECOND);
  const clock = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return `${clock.map(twoDigits).join(':')}${formatFraction(micros % SECOND)}`;
}

/** A time zone by its seconds east of UTC: `+00`, `+05:30`. */
export function formatOffset(seconds: number): string {
  const size = Math.abs(seconds);
  const [minutes, rest] = [Math.floor(size / 60) % 60, size % 60];
  const hours = `${seconds < 0 ? '-' : '+'}${twoDigits(Math.floor(size / 3600))}`;
  if (rest !== 0) return `${hours}:${twoDigits(minutes)}:${twoDigits(rest)}`;
  return minutes === 0 ? hours : `${hours}:${twoDigits(minutes)}`;
}

/** An interval in PostgreSQL's default style: `1 year 2 mons -3 days +04:05:06`. */
export function formatInterval(months: number, days: number, micros: bigint): string {
  const parts: string[] = [];
  let negative = false;
  const add = (count: number, unit: string): void => {
    if (count === 0) return;
    parts.push(`${negative && count > 0 ? '+' : ''}${count} ${unit}${count === 1 ? '' : 's'}`);
    negative = count < 0;
  };
  add(Math.trunc(months / 12), 'year');
  add(months % 12, 'mon');
  add(days, 'day');
  if (micros === 0n && parts.length > 0) return parts.join(' ');
  const sign = micros < 0n ? '-' : negative ? '+' : '';
  return [...parts, `${sign}${formatTime(micros < 0n ? -micros : micros)}`].join(' ');
}

/** A time as DuckDB prints it, without the zeros at the end of its fraction. */
export function trimTime(time: string): string {
  return time.replace(/(\.\d*?)0+(?=[-+]|$)/, '$1').replace(/\.(?=[-+]|$)/, '');
}

function formatYear(year: number): string {
  return String(year > 0 ? year : 1 - year).padStart(4, '0');
}

function formatFraction(micros: bigint): string {
  return micros === 0n ? '' : `.${String(micros).padStart(6, '0').replace(/0+$/, '')}`;
}

function twoDigits(part: number): string {
  return String(part).padStart(2, '0');
}

/** Days since 1970 in the Gregorian calendar, where the year before 1 is 0. Date ends earlier than PostgreSQL's years do. */
function toCivil(days: number): { readonly year: number; readonly month: number; readonly day: number } {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1,
  };
}

/** The days from 1970 to a date of the Gregorian calendar; the inverse of the above. */
export function toDays(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}
