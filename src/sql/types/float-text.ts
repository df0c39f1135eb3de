/** A floating-point number as PostgreSQL prints it: the shortest digits that name it, with an exponent from 1e+15 (real: 1e+06) and below 0.0001. */
export function floatText(value: number, type: 'real' | 'double precision' = 'double precision'): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const [mantissa = '', power = '0'] = (type === 'real' ? shortestReal(value) : value.toExponential()).split(
    'e',
  );
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
