import { styleText } from 'node:util';

/** The few styles the command line uses, or none of them where colours are off. */
export interface Paint {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
}

/** Styles that are escape sequences, or plain text when `colors` is false. */
export function paint(colors: boolean): Paint {
  const style = (name: 'bold' | 'dim' | 'red' | 'green') => (text: string) =>
    colors ? styleText(name, text, { validateStream: false }) : text;
  return { bold: style('bold'), dim: style('dim'), red: style('red'), green: style('green') };
}
