import type { AttributeValue } from '../attribute-value.ts';
import type { DocumentPath } from './predicate.ts';

/** The placeholders of one request, one for each distinct name and value. */
export interface Placeholders {
  /** Formats a document path, with placeholders for its names. */
  path(path: DocumentPath): string;
  /** Returns the placeholder of a value. */
  value(value: AttributeValue): string;
  /** The members of the request that define the placeholders; none if there are no placeholders. */
  declarations(): {
    readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
    readonly ExpressionAttributeValues?: Readonly<Record<string, AttributeValue>>;
  };
}

export function newPlaceholders(): Placeholders {
  const names = new Map<string, string>();
  const values = new Map<string, { readonly placeholder: string; readonly value: AttributeValue }>();

  const toPlaceholder = (attribute: string): string => {
    let placeholder = names.get(attribute);
    if (placeholder === undefined) {
      placeholder = `#${names.size}`;
      names.set(attribute, placeholder);
    }
    return placeholder;
  };
  return {
    path: ([first, ...rest]) =>
      rest.reduce<string>(
        (text, step) => (typeof step === 'number' ? `${text}[${step}]` : `${text}.${toPlaceholder(step)}`),
        toPlaceholder(first),
      ),
    value: (value) => {
      const identity = JSON.stringify(value);
      let known = values.get(identity);
      if (known === undefined) {
        known = { placeholder: `:${values.size}`, value };
        values.set(identity, known);
      }
      return known.placeholder;
    },
    declarations: () => ({
      ...(names.size > 0 && {
        ExpressionAttributeNames: Object.fromEntries(
          [...names].map(([attribute, placeholder]) => [placeholder, attribute]),
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
