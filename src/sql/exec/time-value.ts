import type { TimeType } from '../../catalog/table-def.ts';
import type { AttributeValue } from '../../dynamo/attribute-value.ts';
import { readTime } from '../engine/fits.ts';
import { formatInstant } from '../types/format-instant.ts';
import { formatDate, formatTimestamp } from '../types/text-format.ts';
import { toPreciseDate } from '../types/precise-date.ts';
import type { Value } from '../types/value.ts';

/** How times are returned: as JavaScript's values, which end at milliseconds, or in PostgreSQL's text format. */
export type TimeStyle = 'value' | 'text';

const DAY = 86_400_000_000n;

/**
 * A converter of stored dates and timestamps: a Date, or text for `date` and for the text style. Undefined for a value that
 * does not have the column's form.
 */
export function createTimeConverter(
  type: TimeType,
  style: TimeStyle,
): (value: AttributeValue) => Value | undefined {
  const convert = chooseFormat(type, style);
  return (value) => {
    const micros = readTime(type, value);
    return micros === undefined ? undefined : convert(micros);
  };
}

function chooseFormat({ kind, zone }: TimeType, style: TimeStyle): (micros: bigint) => Value {
  if (kind === 'date') return (micros) => formatDate(Number(micros / DAY));
  if (style === 'text')
    return kind === 'timestamptz'
      ? (micros) => formatInstant(micros, zone)
      : (micros) => formatTimestamp(micros, '');
  return toPreciseDate;
}
