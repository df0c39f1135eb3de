import type { AttributeValue } from '../attribute-value.ts';
import type { DocumentPath } from './predicate.ts';

/** The placeholders of one request: every name and value gets one, equal ones share it. */
export interface Placeholders {
  /** A document path as expressions write it, each of its names behind a placeholder of its own. */
  path(path: DocumentPath): string;
  value(value: AttributeValue): string;
  /** What the placeholders stand for, as members of a request; nothing where none is used. */
  declarations(): {
    readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
    readonly ExpressionAttributeValues?: Readonly<Record<string, AttributeValue>>;
  };
}

export function newPlaceholders(): Placeholders {
  const names = new Map<string, string>();
  const values = new Map<string, { readonly placeholder: string; readonly value: AttributeValue }>();

  const name = (text: string): string => {
    let placeholder = names.get(text);
    if (placeholder === undefined) {
      placeholder = `#${names.size}`;
      names.set(text, placeholder);
    }
    return placeholder;
  };
  return {
    path: ([first, ...rest]) =>
      rest.reduce<string>(
        (text, step) => (typeof step === 'number' ? `${text}[${step}]` : `${text}.${name(step)}`),
        name(first),
      ),
    value: (value) => {
      const identity = JSON.stringify(value);
      let symbol = values.get(identity);
      if (symbol === undefined) {
        symbol = { placeholder: `:${values.size}`, value };
        values.set(identity, symbol);
      }
      return symbol.placeholder;
    },
    declarations: () => ({
      ...(names.size > 0 && {
        ExpressionAttributeNames: Object.fromEntries(
          [...names].map(([text, placeholder]) => [placeholder, text]),
        ),
      }),
      ...(values.size > 0 && {
        ExpressionAttributeValues: Object.fromEntries(
          [...values.values()].map(({ placeholder, value }) => [placeholder, value]),
        ),
      }),
    }),
  };
}
