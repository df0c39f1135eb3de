/** A control of a form. */
export interface FormField {
  readonly name: string;
  /** In lower case: text, password, hidden, submit, textarea, select … */
  readonly type: string;
  readonly value: string;
  readonly id: string;
  /** Whether it goes along when nobody touches it: unticked boxes and buttons do not. */
  readonly isSent: boolean;
}

/** A form as a page has it. */
export interface HtmlForm {
  readonly id: string;
  readonly name: string;
  readonly method: 'get' | 'post';
  /** As written; empty: the page's own address. */
  readonly action: string;
  /** The page's address, or what its `base` element says instead. */
  readonly base: string;
  readonly page: URL;
  readonly fields: readonly FormField[];
}
