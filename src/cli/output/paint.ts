import { styleText } from 'node:util';

/** The terminal styles of the command line. */
export interface Paint {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
}

/** Returns styles; without `colors` they leave text unchanged. */
export function paint(colors: boolean): Paint {
  const style = (name: 'bold' | 'dim' | 'red' | 'green') => (text: string) =>
    colors ? styleText(name, text, { validateStream: false }) : text;
  return { bold: style('bold'), dim: style('dim'), red: style('red'), green: style('green') };
}
