/** The names of the months in English, of which the first three letters are their abbreviations. */
export const MONTHS =
  'January February March April May June July August September October November December'.split(' ');
