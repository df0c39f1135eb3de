import { DriverError } from '../core/errors.ts';
import type { FormField, HtmlForm } from './html-form.ts';

/** The attributes of a tag. */
export type TagAttributes = ReadonlyMap<string, string>;

/** Collects the forms of a page from its tags. */
export interface FormCollector {
  open(tag: string, attributes: TagAttributes): void;
  text(text: string): void;
  close(tag: string): void;
  forms(base: string): readonly HtmlForm[];
}

interface Draft {
  readonly id: string;
  readonly name: string;
  readonly method: 'get' | 'post';
  readonly action: string;
  readonly fields: FormField[];
}

/** A control whose value is its text. */
interface OpenControl {
  readonly tag: 'textarea' | 'select';
  readonly attributes: TagAttributes;
  value: string;
  first: string | undefined;
  option: { value: string | undefined; text: string; isSelected: boolean } | undefined;
}

const MAX_FORMS = 100;
const MAX_FIELDS = 1000;
const UNSENT_TYPES: ReadonlySet<string> = new Set(['submit', 'button', 'image', 'reset', 'file']);

/** Creates a collector. Tags need not be nested correctly: a form continues until it is closed or the page ends. */
export function collectForms(page: URL): FormCollector {
  const drafts: Draft[] = [];
  const detached: { readonly form: string; readonly field: FormField }[] = [];
  let current: Draft | undefined;
  let control: OpenControl | undefined;
  let count = 0;

  function add(attributes: TagAttributes, type: string, value: string, isSent: boolean): void {
    const name = attributes.get('name') ?? '';
    if (name === '') return;
    count += 1;
    if (count > MAX_FIELDS) throw tooManyError(page, `more than ${MAX_FIELDS} fields`);
    const isEnabled = isSent && !attributes.has('disabled');
    const field = { name, type, value, id: attributes.get('id') ?? '', isSent: isEnabled };
    const form = attributes.get('form');
    if (form === undefined) current?.fields.push(field);
    else detached.push({ form, field });
  }

  function endOption(): void {
    if (control?.option === undefined) return;
    const { value, text, isSelected } = control.option;
    const chosen = value ?? text.trim();
    control.first ??= chosen;
    if (isSelected) control.value = chosen;
    control.option = undefined;
  }

  function endControl(): void {
    if (control === undefined) return;
    endOption();
    // HTML drops a line break right after the tag.
    const value =
      control.tag === 'select' ? control.value || (control.first ?? '') : control.value.replace(/^\n/, '');
    add(control.attributes, control.tag, value, true);
    control = undefined;
  }

  return {
    open(tag, attributes) {
      switch (tag) {
        case 'form':
          if (current !== undefined) return;
          if (drafts.length === MAX_FORMS) throw tooManyError(page, `more than ${MAX_FORMS} forms`);
          current = createDraft(attributes);
          drafts.push(current);
          return;
        case 'input': {
          const type = (attributes.get('type') ?? 'text').trim().toLowerCase();
          const isBox = type === 'checkbox' || type === 'radio';
          const isSent = isBox ? attributes.has('checked') : !UNSENT_TYPES.has(type);
          add(attributes, type, attributes.get('value') ?? (isBox ? 'on' : ''), isSent);
          return;
        }
        case 'button':
          add(
            attributes,
            (attributes.get('type') ?? 'submit').toLowerCase(),
            attributes.get('value') ?? '',
            false,
          );
          return;
        case 'textarea':
        case 'select':
          endControl();
          control = { tag, attributes, value: '', first: undefined, option: undefined };
          return;
        case 'option':
          endOption();
          if (control?.tag === 'select') {
            control.option = {
              value: attributes.get('value'),
              text: '',
              isSelected: attributes.has('selected'),
            };
          }
      }
    },
    text(text) {
      if (control?.option !== undefined) control.option.text += text;
      else if (control?.tag === 'textarea') control.value += text;
    },
    close(tag) {
      if (tag === control?.tag) endControl();
      else if (tag === 'option') endOption();
      else if (tag === 'form') {
        endControl();
        current = undefined;
      }
    },
    forms(base) {
      endControl();
      for (const { form, field } of detached) drafts.find(({ id }) => id === form)?.fields.push(field);
      return drafts.map((draft) => ({ ...draft, base, page }));
    },
  };
}

function createDraft(attributes: TagAttributes): Draft {
  return {
    id: attributes.get('id') ?? '',
    name: attributes.get('name') ?? '',
    method: attributes.get('method')?.trim().toLowerCase() === 'post' ? 'post' : 'get',
    action: attributes.get('action') ?? '',
    fields: [],
  };
}

function tooManyError(page: URL, what: string): DriverError {
  return new DriverError('AUTH_MALFORMED', `${page.origin} responded with a page of ${what}`);
}
